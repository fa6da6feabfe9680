"""Runs simulated participants through a study, in several processes."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.threshold import threshold_contour
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.rehearsal import Rehearsal
from aepsych_grpc.simulation.design import Design, varying_contexts
from aepsych_grpc.simulation.participant import random_participant

LEVEL = 0.9
"""Of the credible intervals."""
CONTEXTS = 16
"""Settings of the other parameters at which thresholds are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How well a participant's threshold is known after some trials.

    Attributes:
        trials: Number of told trials.
        errors: |estimate - truth| at each context; in the parameter's unit, or in log10 units on a log scale.
        widths: Widths of the 90 % credible intervals, likewise.
        inside: For each context, whether its interval holds the truth.
    """

    trials: int
    errors: tuple[float, ...]
    widths: tuple[float, ...]
    inside: tuple[bool, ...]


def run_participant(design: Design, widths: tuple[float, float], seed: int, number: int) -> list[Look]:
    """Run participant `number` through the study; everything follows from the seed and the number."""
    rng = np.random.default_rng([seed, number])
    config = replace(design.config, seed=int(rng.integers(2**31)))
    space = Space(config.parameters)
    participant = random_participant(space, config.intensity_parameter, design.outcome, widths=widths, rng=rng)
    contexts = _contexts(space, single=not varying_contexts(config))
    truth = space.axes[participant.index].number(participant.threshold(contexts))
    rehearsal, looks = Rehearsal(config), []
    while rehearsal.told < design.trials and not rehearsal.finished:
        trial = rehearsal.ask()
        if trial is None:
            if rehearsal.told not in design.checkpoints:
                looks.append(_look(design, rehearsal, contexts, truth))
            break
        rehearsal.tell(trial, participant.respond(space.encode(trial.stimuli), rng))
        if rehearsal.told in design.checkpoints or rehearsal.finished:
            looks.append(_look(design, rehearsal, contexts, truth))
    return looks


def simulate(
    design: Design, *, participants: int, widths: tuple[float, float], seed: int, workers: int
) -> Iterator[list[Look]]:
    """Yield each participant's looks, as they become ready."""
    if workers == 1:
        for number in range(participants):
            yield run_participant(design, widths, seed, number)
        return
    # Not forked: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        futures = [pool.submit(run_participant, design, widths, seed, number) for number in range(participants)]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _contexts(space: Space, *, single: bool) -> Tensor:
    """Return points whose contexts are spread over the space, `contexts x d`."""
    return space.snap(sobol_points(space.d, 1 if single else CONTEXTS, seed=0))


def _look(design: Design, rehearsal: Rehearsal, contexts: Tensor, truth: Tensor) -> Look:
    fitted = rehearsal.fitted()
    contour = threshold_contour(
        fitted.readout,
        fitted.response,
        fitted.space,
        parameter=fitted.intensity,
        target=design.outcome.target,
        contexts=fitted.space.decode(contexts),
        fixed={},
        scale=Scale.PROBABILITY,
        level=LEVEL,
    )
    numbers = [[point.median, point.threshold.lower, point.threshold.upper] for point in contour]
    median, lower, upper = torch.tensor(numbers, dtype=torch.float64).T
    inside = (lower <= truth) & (truth <= upper)
    if design.log_scale:
        median, lower, upper, truth = (value.log10() for value in (median, lower, upper, truth))
    return Look(
        trials=rehearsal.told,
        errors=tuple((median - truth).abs().tolist()),
        widths=tuple((upper - lower).tolist()),
        inside=tuple(inside.tolist()),
    )
