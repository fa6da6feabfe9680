"""A QueryRequest as a question: checked, with defaults filled in, and with stimuli complete."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config import parameter as parameters
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.learning import is_learnable
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.proto import stimulus_from_proto
from aepsych_grpc.config.violation import Violation, nearest_name, shown, with_article
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.space.check import check_stimulus
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.checks import Checks, refusal
from aepsych_grpc.server.limits import MAX_DRAWS, MAX_POINTS, MAX_SAMPLE_POINTS, MAX_SAMPLE_VALUES, limited
from aepsych_grpc.server.requests import values
from aepsych_grpc.session.event import Stimulus
from aepsych_grpc.session.stimulus import check_fixed_parameters
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import query_pb2, trial_pb2

DEFAULT_CREDIBLE_LEVEL = 0.9
"""Probability content of a credible interval."""


MAX_GRID_SIZE = 1000
"""Contexts along a parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every kind of query has.

    Attributes:
        config: The experiment's.
        outcome: The outcome in question.
        fixed: Values at which parameters are held.
        scale: The scale on which responses are given and reported.
        credible_level: Probability content of the credible intervals.
        path: Where the query itself stands in the request.
        deadline: `time.monotonic()` after which nobody waits for the answer; None for no limit.
    """

    config: ExperimentConfig
    outcome: Outcome
    fixed: Mapping[str, Value]
    scale: Scale
    credible_level: float
    path: str
    deadline: float | None

    def check_time(self) -> None:
        """Give up when nobody waits for the answer any more, so that the processor is free for those who wait.

        Raises:
            ServiceError: DEADLINE_EXCEEDED.
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ServiceError(
                Reason.DEADLINE_EXCEEDED,
                "The call's deadline passed before the answer was there; ask for fewer points, or allow more time.",
            )


def check_query(request: v1.QueryRequest, kinds: Iterable[str]) -> str:
    """Check what can be seen without the experiment and return the query's kind.

    Raises:
        ServiceError: INVALID_REQUEST, LIMIT_EXCEEDED.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    kind = request.WhichOneof("query")
    if kind is None:
        checks.refuse("query", f"Required: one of {', '.join(kinds)}.")
    if request.response_scale not in query_pb2.ResponseScale.values():
        known = ", ".join(query_pb2.ResponseScale.keys())
        checks.refuse("response_scale", f"{request.response_scale} is given; expected is one of {known}.")
    if request.HasField("credible_level") and not 0 < request.credible_level < 1:
        checks.refuse("credible_level", f"{request.credible_level:g} is given; expected is above 0 and below 1.")
    if request.HasField("at_sequence"):
        checks.at_least("at_sequence", request.at_sequence, 1)
    if kind == "inverse" and not request.inverse.HasField("value"):
        checks.refuse("inverse.value", "Required: the response that is wanted, on the query's scale.")
    elif kind == "inverse":
        checks.finite("inverse.value", request.inverse.value)
    if kind in ("threshold_contour", "level_set_probability"):
        query = getattr(request, kind)
        if query.HasField("target"):
            checks.finite(f"{kind}.target", query.target)
    if kind in ("prediction", "level_set_probability", "just_noticeable_difference", "samples", "acquisition"):
        stimuli = getattr(request, kind).stimuli
        if not stimuli:
            checks.refuse(f"{kind}.stimuli", "Required; nothing is given.")
        limited(f"{kind}.stimuli", len(stimuli), MAX_POINTS, "stimuli")
    if kind == "threshold_contour":
        _check_contour(request.threshold_contour, checks)
    if kind == "samples":
        _check_samples(request.samples, checks)
    checks.done()
    return str(kind)


def _check_contour(query: query_pb2.ThresholdContourQuery, checks: Checks) -> None:
    limited("threshold_contour.contexts", len(query.contexts), MAX_POINTS, "contexts")
    if query.HasField("grid_size") and not 1 <= query.grid_size <= MAX_GRID_SIZE:
        message = f"{query.grid_size} is given; expected is 1 to {MAX_GRID_SIZE}."
        checks.refuse("threshold_contour.grid_size", message)


def _check_samples(query: query_pb2.SamplesQuery, checks: Checks) -> None:
    if not 1 <= query.count <= MAX_DRAWS:
        checks.refuse("samples.count", f"{query.count} is given; expected is 1 to {MAX_DRAWS}.")
    limited("samples.stimuli", len(query.stimuli), MAX_SAMPLE_POINTS, "stimuli")
    limited("samples.count", query.count * len(query.stimuli), MAX_SAMPLE_VALUES, "numbers (draws times stimuli)")
    if query.HasField("seed"):
        checks.at_least("samples.seed", query.seed, 0)


def frame(request: v1.QueryRequest, kind: str, config: ExperimentConfig, timeout: float | None) -> Frame:
    """Read what every kind of query has, and check what depends on the outcome in question.

    An outcome that there isn't is left for the experiment to refuse.

    Raises:
        ServiceError: INVALID_REQUEST, or OUT_OF_BOUNDS for fixed parameters.
    """
    outcome = _outcome(request.outcome, config)
    choice = isinstance(outcome.kind, outcomes.Choice)
    by_default = query_pb2.RESPONSE_SCALE_LATENT if choice else query_pb2.RESPONSE_SCALE_EXPECTED
    latent = (request.response_scale or by_default) == query_pb2.RESPONSE_SCALE_LATENT
    violations = _misfits(request, kind, outcome, latent=latent)
    if violations:
        raise refusal(Reason.INVALID_REQUEST, violations)
    return Frame(
        config=config,
        outcome=outcome,
        fixed=check_fixed_parameters(config, values(request.fixed_parameters), "fixed_parameters"),
        scale=Scale.LATENT if latent else Scale.PROBABILITY,
        credible_level=request.credible_level if request.HasField("credible_level") else DEFAULT_CREDIBLE_LEVEL,
        path=kind,
        deadline=None if timeout is None else time.monotonic() + timeout,
    )


def _outcome(name: str, config: ExperimentConfig) -> Outcome:
    """Return the outcome of a name, else the first that a model can learn from."""
    named = [outcome for outcome in config.outcomes if outcome.name == name]
    learnable = [outcome for outcome in config.outcomes if is_learnable(outcome.kind_name, config.stimuli_per_trial)]
    return next(iter((*named, *learnable, *config.outcomes)))


def _misfits(request: v1.QueryRequest, kind: str, outcome: Outcome, *, latent: bool) -> list[Violation]:
    """Find what doesn't go together with the kind of the outcome."""
    about, has_target = outcome.kind_name, isinstance(outcome.kind, outcomes.Psychometric)
    scale = query_pb2.ResponseScale.Name(request.response_scale)
    if scale == "RESPONSE_SCALE_PROBABILITY" and not has_target:
        about_this = f"{shown(outcome.name)} is {with_article(about)} one"
        message = f"{scale} is for binary outcomes and proportions, and {about_this}"
        return [Violation("response_scale", f"{message}; leave it out for the scale that fits.")]
    if not latent and isinstance(outcome.kind, outcomes.Choice):
        message = f"{scale} is given; a choice depends on two stimuli, so that only the latent scale speaks of one."
        return [Violation("response_scale", message)]
    field = {"inverse": "value", "threshold_contour": "target", "level_set_probability": "target"}.get(kind)
    if field is None:
        return []
    query, path = getattr(request, kind), f"{kind}.{field}"
    value = getattr(query, field)
    if not query.HasField(field):
        if has_target:
            return []
        message = f"Required: {with_article(about)} outcome has no target of its own; give one on the query's scale."
        return [Violation(path, message)]
    if has_target and not latent and not 0 < value < 1:
        return [Violation(path, f"{value:g} is given; expected is a probability, above 0 and below 1.")]
    return []


def complete_stimuli(
    stimuli: Sequence[trial_pb2.Stimulus], frame: Frame, field: str, *, without: str = ""
) -> list[Stimulus]:
    """Return the stimuli of a query with the parameters that are held filled in.

    Args:
        stimuli: As given.
        frame: What every kind of query has.
        field: The query's field that they stand in.
        without: A parameter that they lack, being that along which a threshold is looked for.

    Raises:
        ServiceError: INVALID_REQUEST or OUT_OF_BOUNDS with every violation.
    """
    wanted = [item for item in frame.config.parameters if item.name != without]
    complete: list[Stimulus] = []
    malformed: list[Violation] = []
    outside: list[Violation] = []
    for i, message in enumerate(stimuli):
        given = stimulus_from_proto(message)
        path = f"{frame.path}.{field}[{i}].values"
        malformed.extend(_contradictions(given, frame.fixed, path))
        checked = check_stimulus(
            wanted, dict(frame.fixed) | given, path, allow_out_of_bounds=frame.config.allow_out_of_bounds
        )
        malformed.extend(checked.malformed)
        outside.extend(checked.out_of_bounds)
        complete.append(checked.values)
    if malformed or outside:
        raise refusal(Reason.INVALID_REQUEST if malformed else Reason.OUT_OF_BOUNDS, [*malformed, *outside])
    return complete


def _contradictions(given: Mapping[str, Any], fixed: Mapping[str, Value], path: str) -> list[Violation]:
    return [
        Violation(f"{path}.{name}", f"{shown(value)} is given, and {shown(fixed[name])} in fixed_parameters.")
        for name, value in given.items()
        if name in fixed and value != fixed[name]
    ]


def contour_parameter(query: query_pb2.ThresholdContourQuery, frame: Frame) -> str:
    """Return the parameter along which a threshold is looked for.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    name = numeric_parameter(query.parameter, frame)
    if name in frame.fixed:
        message = f"{shown(name)} is held by fixed_parameters; leave it out there."
        raise refusal(Reason.INVALID_REQUEST, [Violation(f"{frame.path}.parameter", message)])
    return name


def numeric_parameter(given: str, frame: Frame) -> str:
    """Return the parameter that a query goes along: the given one, or the intensity.

    Raises:
        ServiceError: INVALID_REQUEST when there is none, or its values aren't numbers.
    """
    name = given or frame.config.intensity_parameter
    numeric = (parameters.Continuous, parameters.Integer, parameters.Discrete)
    possible = [item.name for item in frame.config.parameters if isinstance(item.kind, numeric)]
    if name in possible:
        return name
    if name:
        message = f"{shown(name)} is given; expected is one of {', '.join(possible)}.{nearest_name(name, possible)}"
    else:
        message = f"Required, for the experiment has no intensity_parameter: one of {', '.join(possible)}."
    raise refusal(Reason.INVALID_REQUEST, [Violation(f"{frame.path}.parameter", message)])
