"""The command line. Each command imports what it needs when it runs, so that `--help` is there at once."""

import typer

from aepsych_grpc.cli import config, db
from aepsych_grpc.cli.demo import demo
from aepsych_grpc.cli.experiments import experiments
from aepsych_grpc.cli.export import export
from aepsych_grpc.cli.importing import import_file
from aepsych_grpc.cli.replay import replay
from aepsych_grpc.cli.serve import serve
from aepsych_grpc.cli.simulate import simulate

app = typer.Typer(
    name="aepsych-grpc",
    help="Adaptive psychophysics as a gRPC service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("simulate")(simulate)
app.command("experiments")(experiments)
app.command("export")(export)
app.command("import")(import_file)
app.command("replay")(replay)
app.add_typer(config.app, name="config")
app.add_typer(db.app, name="db")


def main() -> None:
    """Run the command line."""
    app()
