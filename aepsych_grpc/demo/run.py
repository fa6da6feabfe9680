"""Runs the demo."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.client import Client, Experiment, NothingToModelError, ThresholdPoint, Trial
from aepsych_grpc.demo.journal import Journal
from aepsych_grpc.demo.latency import timed
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.screen import (
    Comparison,
    facts,
    latency_table,
    progress_bar,
    say,
    shown_threshold,
    threshold_table,
)
from aepsych_grpc.demo.server_process import ServerProcess
from aepsych_grpc.demo.study import FREQUENCIES, participant, study

WATCHED_FREQUENCY = 4.0
"""Spatial frequency whose threshold the progress bar shows, in cycles/degree."""


class OutputFolderError(Exception):
    """Nothing can be written to the output folder."""


@dataclass(slots=True)
class Record:
    """What the demo has noted: acknowledged trials and responses, and how long calls took, in seconds."""

    journal: Journal = field(default_factory=Journal)
    ask: list[float] = field(default_factory=list)
    tell: list[float] = field(default_factory=list)
    first_after_restart: list[float] = field(default_factory=list)


def run(*, trials: int, seed: int, output: Path, console: Console) -> bool:
    """Run a simulated participant through the study, with a server that is killed half way.

    Leaves `demo.db`, `server.log` and `demo.png` in the output folder, in place of those of an earlier demo.

    Args:
        trials: Number of trials, at least `study.FEWEST_TRIALS`.
        seed: Seed of the experiment and of the participant.
        output: Folder for the database, the server's log and the picture; made if it is missing.
        console: Where to print.

    Returns:
        Whether everything that the server had acknowledged was there at the end, and every trial follows from its log.

    Raises:
        OutputFolderError: Nothing can be written to the output folder.
        ServerFailedError: The server did not start.
    """
    database, log = _fresh_files(output)
    config, truth = study(trials), ContrastSensitivity()
    observer, rng = participant(config, truth), random.Random(seed)  # noqa: S311  # a simulated participant keeps no secret
    record = Record()
    console.print(
        f"A simulated participant answers {trials} trials of a contrast study over gRPC.\n"
        "Half way the server is killed, and started again on the same file.\n"
    )
    server = ServerProcess(database, log)
    try:
        say(console, "✓", f"server ready in {server.seconds_to_ready:.1f} s on 127.0.0.1:{server.port}")
        with Client(f"127.0.0.1:{server.port}") as client:
            experiment = client.setup(config, participant_id="simulated", seed=seed)
            with progress_bar(console) as progress:
                task = progress.add_task("", total=trials, threshold=shown_threshold(None))
                for number in range(1, trials + 1):
                    trial = timed(experiment.ask, record.ask)
                    record.journal.asked[trial.trial_id] = trial.stimulus
                    response = observer.respond(trial.stimulus, rng)
                    if number == trials // 2:
                        server = _restart(server, database, log, progress.console, trial.trial_id)
                    _tell(experiment, trial, response, record, restarted=number == trials // 2)
                    _show(progress, task, _watched_threshold(experiment))
            kept = _account(console, client.experiment(experiment.experiment_id), record)
            kept = _replay(console, experiment) and kept
            _report(console, experiment, truth, record)
            picture = output / "demo.png"
            figure = experiment.plot_overview(truth=lambda context: truth.threshold(context["spatial_frequency"]))
            figure.savefig(picture)
    finally:
        server.stop()
    again = f"aepsych-grpc replay {experiment.experiment_id} --database {database} --picture {output / 'replay.png'}"
    console.print(facts({"machine": machine(), "picture": str(picture), "database": str(database), "replay": again}))
    return kept


def _fresh_files(output: Path) -> tuple[Path, Path]:
    try:
        output.mkdir(parents=True, exist_ok=True)
        for old in [*output.glob("demo.db*"), output / "server.log", output / "demo.png"]:
            old.unlink(missing_ok=True)
        # The log's file also shows whether the folder can be written to.
        (output / "server.log").touch()
    except (FileExistsError, NotADirectoryError):
        raise OutputFolderError(
            f"{output} can't be a folder, for there is a file; name another with --output."
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputFolderError(f"Can't write to the folder {output} ({reason}); name another with --output.") from None
    return output / "demo.db", output / "server.log"


def _restart(server: ServerProcess, database: Path, log: Path, console: Console, trial_id: int) -> ServerProcess:
    server.kill()
    say(console, "✗", f"server killed (SIGKILL) while the participant looks at trial {trial_id}", "red")
    again = ServerProcess(database, log, server.port)
    say(console, "✓", f"server ready in {again.seconds_to_ready:.1f} s on the same file; trial {trial_id} goes on")
    return again


def _tell(experiment: Experiment, trial: Trial, response: int, record: Record, *, restarted: bool) -> None:
    """Tell a response; the first call to a restarted server also connects and reads the log, and counts apart."""
    seconds = record.first_after_restart if restarted else record.tell
    timed(lambda: experiment.tell(trial, response), seconds)
    record.journal.told[trial.trial_id] = response


def _watched_threshold(experiment: Experiment) -> ThresholdPoint | None:
    try:
        return experiment.threshold(contexts=[{"spatial_frequency": WATCHED_FREQUENCY}]).points[0]
    except NothingToModelError:
        return None


def _show(progress: Progress, task: TaskID, threshold: ThresholdPoint | None) -> None:
    progress.update(task, advance=1, threshold=shown_threshold(threshold))


def _account(console: Console, experiment: Experiment, record: Record) -> bool:
    """Hold what the server lists against what it has acknowledged."""
    journal = record.journal
    losses = journal.losses(experiment.trials(), experiment.config.outcomes[0].name)
    for loss in losses:
        say(console, "✗", loss, "red")
    if not losses:
        say(console, "✓", f"nothing is lost: {len(journal.asked)} trials and {len(journal.told)} responses are there")
    return not losses


def _replay(console: Console, experiment: Experiment) -> bool:
    """Have every trial worked out again from the log."""
    agreements = Counter(event.agreement for event in experiment.replay() if event.kind == "trial_asked")
    same, different, cut = agreements["same"], agreements["different"], agreements["unspecified"]
    if different:
        say(console, "✗", f"{different} trials are others when they are worked out again from the log", "red")
        return False
    say(console, "✓", f"{same} trials worked out again from the log are the same, bit for bit")
    if cut:
        say(console, "✓", f"{cut} can't be found again, for the clock had cut their search short")
    return True


def _report(console: Console, experiment: Experiment, truth: ContrastSensitivity, record: Record) -> None:
    threshold = experiment.threshold(contexts=[{"spatial_frequency": frequency} for frequency in FREQUENCIES])
    comparisons = [
        Comparison(frequency, truth.threshold(frequency), point)
        for frequency, point in zip(FREQUENCIES, threshold.points, strict=True)
    ]
    seconds = {
        "Ask": record.ask,
        "Tell (on disk when it returns)": record.tell,
        "Tell, first call after the restart": record.first_after_restart,
    }
    console.print("", threshold_table(comparisons, threshold.target), latency_table(seconds), sep="\n")
