"""`aepsych-grpc simulate`: how many trials a study needs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aepsych_grpc.cli.failing import failed
from aepsych_grpc.cli.parts import one_thread_each

if TYPE_CHECKING:
    from rich.console import Console

    from aepsych_grpc.simulation.design import Design
    from aepsych_grpc.simulation.run import Look
    from aepsych_grpc.simulation.shown import Shown

DEFAULT_WIDTHS = (0.1, 0.4)


def simulate(
    file: Annotated[Path, typer.Argument(metavar="CONFIG", help="A config in YAML or JSON.", show_default=False)],
    *,
    participants: Annotated[int, typer.Option(min=1, max=10_000, help="Number of simulated participants.")] = 20,
    trials: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=2000,
            help="Trials for each participant; beyond the config's, its last strategy goes on. Default: the config's.",
        ),
    ] = None,
    within: Annotated[
        float | None,
        typer.Option(
            help="How close you want half of the thresholds to be: in the intensity's unit, or as a factor such as 1.2 "
            "on a log scale. Says after how many trials they are."
        ),
    ] = None,
    width: Annotated[
        tuple[float, float],
        typer.Option(
            metavar="LEAST MOST",
            help="How steep psychometric functions are: the part of the intensity's range (on a log scale of its "
            "logarithm) within which responses rise from 10 % to 90 % of their way. Each participant's lies between.",
        ),
    ] = DEFAULT_WIDTHS,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same participants.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: one for each core.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The picture. Default: NAME-simulation.png.")
    ] = None,
) -> None:
    """Tell, before the study, how many trials it needs.

    Simulated participants answer the config's own strategies; no server runs, and nothing is recorded. Each has a
    random threshold along the intensity parameter, which varies smoothly with the other parameters (by about a tenth
    of the range), and a random slope; they guess and lapse as the config says. What you get is a table and a picture:
    after how many trials thresholds are how close to the truth, how wide their 90 % credible intervals are, and how
    many of these hold the truth.

        aepsych-grpc simulate study.yaml

    Would twice the trials help? And how many do I need to be within 20 %, if my participants' functions are shallow?

        aepsych-grpc simulate study.yaml --trials 100 --within 1.2 --width 0.3 0.6

    Participants differ, and so do simulations: 20 of them give a first impression, --participants 100 smooth curves.
    Real ones also drift and lose attention, so take the numbers for the best case. Studies with a binary outcome or a
    proportion and an intensity_parameter whose values are numbers can be simulated.
    """
    one_thread_each()
    from aepsych_grpc.client.extra import needed
    from aepsych_grpc.config.files import check
    from aepsych_grpc.config.violation import InvalidConfigError

    try:
        needed("torch", "server")
        needed("matplotlib", "plot")
        from rich.console import Console

        from aepsych_grpc.core.catalogue import CATALOGUE
        from aepsych_grpc.simulation.design import NotSimulatedError, design_of
        from aepsych_grpc.simulation.picture import save
        from aepsych_grpc.simulation.screen import conclusion, table
        from aepsych_grpc.simulation.shown import Shown
        from aepsych_grpc.simulation.summary import summarise

        if not 0 < width[0] <= width[1]:
            raise failed(f"--width: {width[0]:g} {width[1]:g} given; both are above 0, the smaller one first.")
        config = check(file, CATALOGUE)
        design = design_of(config, trials)
        shown = Shown(unit=design.unit, log_scale=design.log_scale)
        wanted = None if within is None else _wanted(shown, within)
        console = Console(highlight=False)
        runs = _run(design, participants, width, seed, workers, console)
        rows = summarise(runs)
        name = f"{config.intensity_parameter}, {participants} simulated participants"
        console.print(table(rows, shown, name), conclusion(rows, shown, wanted), sep="\n")
        if config.population_prior:
            console.print("Here each participant begins anew, whatever the others would have taught.")
        picture = output or Path(f"{config.name or file.stem}-simulation.png")
        save(rows, shown, config.intensity_parameter, picture, within=wanted)
        console.print(f"Picture: {picture}")
    except InvalidConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except NotSimulatedError as error:
        raise failed(f"{file}: {error}") from None
    except OSError as error:
        raise failed(f"{error.filename or file}: {error.strerror}") from None
    except ImportError as error:
        raise failed(str(error)) from None


def _run(
    design: "Design",
    participants: int,
    widths: tuple[float, float],
    seed: int,
    workers: int | None,
    console: "Console",
) -> "list[list[Look]]":
    """Run all participants, with a bar."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from aepsych_grpc.simulation.run import simulate

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    columns = (TextColumn("participants"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        done = simulate(
            design, participants=participants, widths=widths, seed=seed, workers=min(workers or cores, participants)
        )
        return list(progress.track(done, total=participants))


def _wanted(shown: "Shown", within: float) -> float:
    try:
        return shown.internal(within)
    except ValueError as error:
        raise failed(f"--within: {error}") from None
