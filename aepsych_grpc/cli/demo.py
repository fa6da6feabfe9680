"""`aepsych-grpc demo`: a simulated participant, and a server that is killed half way."""

from pathlib import Path
from typing import Annotated

import typer

from aepsych_grpc.cli.failing import failed

DEFAULT_OUTPUT = Path("demo-output")
DEFAULT_SEED = 4
"""Of the seeds 0 to 11 the one whose thresholds have the median error: neither luck nor bad luck."""


def demo(
    *,
    trials: Annotated[int, typer.Option(min=12, max=1000, help="Number of trials.")] = 50,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Seed of the experiment and the participant.")
    ] = DEFAULT_SEED,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the database, the log and the picture go.")
    ] = DEFAULT_OUTPUT,
) -> None:
    """Run a simulated participant through a contrast threshold study.

    Starts a server on a free port of this machine, kills it half way, starts it again, and checks that nothing which it
    had acknowledged is lost, and that every trial follows from the log (else the exit code is 1). Prints the threshold
    beside the participant's true one and how long calls took, and saves a picture.

        aepsych-grpc demo --trials 100 --seed 7
    """
    from rich.console import Console

    try:
        from aepsych_grpc.client.extra import needed

        needed("torch", "server")
        needed("matplotlib", "plot")
    except ImportError as error:
        raise failed(str(error)) from None
    from aepsych_grpc.demo.run import OutputFolderError, run
    from aepsych_grpc.demo.server_process import ServerFailedError

    try:
        kept = run(trials=trials, seed=seed, output=output, console=Console(highlight=False))
    except (OutputFolderError, ServerFailedError) as error:
        raise failed(str(error)) from None
    raise typer.Exit(0 if kept else 1)
