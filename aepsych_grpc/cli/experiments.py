"""`aepsych-grpc experiments`: lists experiments."""

from typing import TYPE_CHECKING, Annotated

import typer

from aepsych_grpc.cli.connection import Address, Database, Tls, TlsCa, TokenFile, connected

if TYPE_CHECKING:
    from aepsych_grpc.client import ExperimentSummary


def experiments(
    *,
    participant: Annotated[str, typer.Option(metavar="ID", help="Only this participant's.", show_default=False)] = "",
    name: Annotated[str, typer.Option(metavar="NAME", help="Only those of this study.", show_default=False)] = "",
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids alone, one a line, for other commands.")] = False,
    database: Database = None,
    address: Address = None,
    token_file: TokenFile = None,
    tls: Tls = False,
    tls_ca: TlsCa = None,
) -> None:
    """List experiments, newest first.

    Those of the server on this machine, or of a database:

        aepsych-grpc experiments
        aepsych-grpc experiments --database aepsych.db --participant p01

    `aepsych-grpc export` takes the ids.
    """
    with connected(database, address, token_file, tls=tls, tls_ca=tls_ca) as client:
        found = client.experiments(participant_id=participant, name=name)
    if ids:
        for one in found:
            typer.echo(one.experiment_id)
    elif found:
        _show(found)
    else:
        typer.echo("There are no such experiments." if participant or name else "There are no experiments.")


def _show(found: "list[ExperimentSummary]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("ID", no_wrap=True)
    for heading in ("Participant", "Study", "Labels", "State"):
        table.add_column(heading, overflow="fold")
    for heading in ("Asked", "Told"):
        table.add_column(heading, justify="right")
    table.add_column("Updated (UTC)", no_wrap=True)
    for one in found:
        labels = ", ".join(f"{key}={value}" for key, value in sorted(one.labels.items()))
        state = "finished" if one.finished else "running"
        texts = (one.experiment_id, one.participant_id, one.name, labels, state, str(one.asked_count))
        cells = (*texts, str(one.told_count), f"{one.update_time:%Y-%m-%d %H:%M}")
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False).print(table)
