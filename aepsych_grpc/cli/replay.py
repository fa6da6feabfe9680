"""`aepsych-grpc replay`: whether an experiment follows from its log."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aepsych_grpc.cli.serve import DEFAULT_DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from aepsych_grpc.client import Client, Experiment, ReplayedEvent

DIFFERENT, FAILED = 1, 2
"""Exit codes."""


def replay(
    experiment_id: Annotated[str, typer.Argument(metavar="ID", help="The experiment.", show_default=False)],
    *,
    database: Annotated[
        str,
        typer.Option(
            "--database",
            "--db",
            metavar="FILE|URL",
            help="The database that it is in, a file or postgresql://USER@HOST/DATABASE; no server is needed.",
        ),
    ] = DEFAULT_DATABASE,
    address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Have a server replay it, from its database.", show_default=False),
    ] = None,
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
) -> None:
    """Work every asked trial of an experiment out again from its log, and compare it with the record, bit for bit.

    The experiment is left alone. Exit code 0: everything agrees. 1: something differs; a table says what. 2: the
    experiment can't be replayed.

        aepsych-grpc replay 3kq0v9d2m7xa --database study.db --picture p01.png

    What a clock or luck had decided is taken from the log: refits of the model, ends of strategies by a clock or a
    model, and which trials stand in for the model's choice. A trial whose search a clock has cut short can't be found
    again; such trials are counted apart.
    """
    # Read when numpy's and torch's libraries are loaded, hence before the imports below: one thread, as in a server.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from rich.console import Console

    from aepsych_grpc.cli.agreement import conclusion, table
    from aepsych_grpc.client import AepsychError
    from aepsych_grpc.client.extra import needed

    console = Console(highlight=False)
    try:
        if picture is not None:
            needed("matplotlib", "plot")  # before the replay, so that a mistake is told at once
        with _client(database, address) as client:
            experiment = _experiment(client, experiment_id, address or database)
            walk = experiment.replay(
                from_sequence=from_sequence, skip_computations=skip_computations, verify_refits=verify_refits
            )
            events = _with_bar(walk, console)
            different = [event for event in events if event.agreement == "different"]
            if different:
                console.print(table(different))
            console.print(conclusion(events, skip_computations=skip_computations))
            if picture is not None:
                experiment.plot_growth().savefig(picture)
                console.print(f"Picture: {picture}")
    except AepsychError as error:
        raise _failed(str(error)) from None
    except OSError as error:
        raise _failed(f"{error.filename or picture}: {error.strerror or error}") from None
    except (ImportError, ValueError) as error:
        raise _failed(str(error)) from None
    raise typer.Exit(DIFFERENT if different else 0)


def _client(database: str, address: str | None) -> "Client":
    """Return a client of the server, or of one within this process."""
    from aepsych_grpc.client import Client
    from aepsych_grpc.client.extra import needed

    if address is not None:
        return Client(address)
    needed("torch", "server")
    from aepsych_grpc.core.threads import single_thread
    from aepsych_grpc.server.in_process import InProcessTransport
    from aepsych_grpc.store.error import StoreError

    single_thread()
    try:
        return Client(timeout=None, transport=InProcessTransport(database, existing=True))
    except StoreError as error:
        raise _failed(f"{error} Name the database with --database, or a server with --address.") from None


def _experiment(client: "Client", experiment_id: str, where: str) -> "Experiment":
    """Open the experiment, or say which there are."""
    from aepsych_grpc.client import ExperimentNotFoundError

    try:
        return client.experiment(experiment_id)
    except ExperimentNotFoundError:
        latest = [one.experiment_id for one in client.experiments()[:5]]
        there = f"the latest are: {', '.join(latest)}" if latest else "there is none"
        raise _failed(f'There is no experiment "{experiment_id}" in {where}; {there}.') from None


def _with_bar(walk: "Iterator[ReplayedEvent]", console: "Console") -> "list[ReplayedEvent]":
    """Return all events, with a bar while they come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    events: list[ReplayedEvent] = []
    columns = (TextColumn("events"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        for event in walk:
            events.append(event)
            progress.update(task, completed=event.sequence, total=event.event_count)
    return events


def _failed(message: str) -> typer.Exit:
    typer.echo(f"aepsych-grpc: {message}", err=True)
    return typer.Exit(FAILED)
