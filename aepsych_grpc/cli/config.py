"""`aepsych-grpc config`: checks and explains config files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from aepsych_grpc.config.catalogue import Catalogue
    from aepsych_grpc.config.experiment import ExperimentConfig

app = typer.Typer(help="Check and explain config files.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A config in YAML or JSON.", show_default=False)]


@app.command("check")
def check_file(file: File) -> None:
    """Say what a config means, or name every mistake in it.

    Each mistake is printed as FILE:LINE: FIELD: what is wrong and what to do, and the exit code is 1.

    A small config to begin with; save it as study.yaml:

        parameters:
          - name: contrast
            continuous: {lower_bound: 0.002, upper_bound: 1, log_scale: true}
        intensity_parameter: contrast
        outcomes:
          - binary: {guess_rate: 0.5, lapse_rate: 0.02}

    What does it mean?

        aepsych-grpc config check study.yaml
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from aepsych_grpc.config.explain import explain
    from aepsych_grpc.config.remarks import remarks

    config, catalogue = _checked(file)
    console = Console(highlight=False)
    console.print(Text(config.name or str(file), style="bold"), Text(config.description), sep="\n")
    for section in explain(config, catalogue):
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        for name, text in section.entries:
            table.add_row(Text(f"  {name}", style="cyan"), Text(text))
        console.print(Text(f"\n{section.heading}", style="bold"), table, sep="\n")
    for remark in remarks(config):
        console.print(Text(f"\nNote: {remark}", style="yellow"))


@app.command("show")
def show_file(
    file: File,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, which clients in other languages read.")] = False,
) -> None:
    """Print a config as it is understood, with every default filled in.

    The output is a config itself, in YAML or JSON:

        aepsych-grpc config show study.yaml > study-complete.yaml

        aepsych-grpc config show --json study.yaml > study.json
    """
    from aepsych_grpc.config.files import dump, dump_json

    config, _ = _checked(file)
    typer.echo(dump_json(config) if json else dump(config), nl=False)


def _checked(file: Path) -> tuple["ExperimentConfig", "Catalogue"]:
    """Read and check a file; on mistakes print all of them and exit."""
    from aepsych_grpc.config.files import check, load
    from aepsych_grpc.config.violation import InvalidConfigError

    try:
        try:
            from aepsych_grpc.core.catalogue import CATALOGUE
        except ModuleNotFoundError as missing:
            load(file)
            raise _stopped(
                f"{file}: the fields are all right. What they mean is checked by the server, or here after: "
                f'pip install "aepsych-grpc[server]" ({missing.name} is missing)',
                code=2,
            ) from None
        return check(file, CATALOGUE), CATALOGUE
    except InvalidConfigError as error:
        raise _stopped(str(error), code=1) from None
    except OSError as error:
        raise _stopped(f"aepsych-grpc: {file}: {error.strerror}", code=1) from None


def _stopped(message: str, *, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)
