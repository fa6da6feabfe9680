"""`aepsych-grpc replay`: whether an experiment follows from its log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aepsych_grpc.cli.connection import Address, Database, Tls, TlsCa, TokenFile, connected
from aepsych_grpc.cli.failing import explained
from aepsych_grpc.cli.parts import one_thread_each
from aepsych_grpc.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aepsych_grpc.client import ReplayedEvent

DIFFERENT, FAILED = 1, 2
"""Exit codes."""


def replay(
    experiment_id: Annotated[str, typer.Argument(metavar="ID", help="The experiment.", show_default=False)],
    *,
    from_sequence: Annotated[
        int, typer.Option(min=1, help="Begin with this event; nothing is worked out for what comes before.")
    ] = 1,
    skip_computations: Annotated[
        bool, typer.Option("--skip-computations", help="Only read the log; no trial is worked out again.")
    ] = False,
    verify_refits: Annotated[
        bool, typer.Option("--verify-refits", help="Also learn the model's hyperparameters again, which takes longer.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw how what is known has grown with the trials.", show_default=False),
    ] = None,
    database: Database = None,
    address: Address = None,
    token_file: TokenFile = None,
    tls: Tls = False,
    tls_ca: TlsCa = None,
) -> None:
    """Work every asked trial of an experiment out again from its log, and compare it with the record, bit for bit.

    The experiment is left alone. Exit code 0: everything agrees. 1: something differs; a table says what. 2: the
    experiment can't be replayed.

        aepsych-grpc replay 3kq0v9d2m7xa --database study.db --picture p01.png

    What a clock or luck had decided is taken from the log: refits of the model, ends of strategies by a clock or a
    model, and which trials stand in for the model's choice. A trial whose search a clock has cut short can't be found
    again; such trials are counted apart.
    """
    one_thread_each()
    from rich.console import Console

    from aepsych_grpc.cli.agreement import conclusion, table
    from aepsych_grpc.client.extra import needed

    console = Console(highlight=False)
    with explained(ImportError, code=FAILED):
        if picture is not None:
            needed("matplotlib", "plot")  # before the replay, so that a mistake is told at once
        with connected(database, address, token_file, tls=tls, tls_ca=tls_ca, code=FAILED) as client:
            experiment = client.experiment(experiment_id)
            walk = experiment.replay(
                from_sequence=from_sequence, skip_computations=skip_computations, verify_refits=verify_refits
            )
            events = _with_bar(walk)
            different = [event for event in events if event.agreement == "different"]
            if different:
                console.print(table(different))
            console.print(conclusion(events, skip_computations=skip_computations))
            if picture is not None:
                experiment.plot_growth().savefig(picture)
                console.print(f"Picture: {picture}")
    raise typer.Exit(DIFFERENT if different else 0)


def _with_bar(walk: "Iterator[ReplayedEvent]") -> "list[ReplayedEvent]":
    """Return all events, with a bar while they come."""
    events = []
    with progress_bar("Replaying") as show:
        for event in walk:
            events.append(event)
            show(event.sequence, event.event_count)
    return events
