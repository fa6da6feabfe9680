"""Query: each kind of question checks what it is given, then answers from a fitted model."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aepsych_grpc.config.outcome import Choice
from aepsych_grpc.config.proto import stimulus_to_proto
from aepsych_grpc.core.queries.acquisition_value import acquisition_values
from aepsych_grpc.core.queries.context_grid import context_count, context_grid, default_size
from aepsych_grpc.core.queries.estimate import PointEstimate, Scale
from aepsych_grpc.core.queries.extremum import inverse, maximum, minimum
from aepsych_grpc.core.queries.just_noticeable_difference import just_noticeable_difference
from aepsych_grpc.core.queries.prediction import level_set_probability, predict
from aepsych_grpc.core.queries.samples import sample
from aepsych_grpc.core.queries.threshold import CHUNK, ThresholdPoint, threshold_contour
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.answers import estimate_message
from aepsych_grpc.server.limits import MAX_POINTS, limited
from aepsych_grpc.server.query_request import (
    Frame,
    check_query,
    complete_stimuli,
    contour_parameter,
    frame,
    numeric_parameter,
)
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.fitted import Fitted, numbers
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import query_pb2

Answer: TypeAlias = Callable[[Fitted], v1.QueryResponse]
"""What is left of a question once it is checked."""


def answer_query(request: v1.QueryRequest, experiments: Experiments, timeout: float | None) -> v1.QueryResponse:
    """Answer a query. All that can be refused is refused before anything is computed.

    Raises:
        ServiceError: INVALID_REQUEST, OUT_OF_BOUNDS, LIMIT_EXCEEDED, NOT_SUPPORTED, EXPERIMENT_NOT_FOUND,
            NOTHING_TO_MODEL, DEADLINE_EXCEEDED, INTERNAL_FAULT when the model's numbers fail.
    """
    kind = check_query(request, SUPPORTED)
    experiment = experiments.open(request.experiment_id)
    common = frame(request, kind, experiment.overview().config, timeout)
    answer = _KINDS[kind](getattr(request, kind), common)
    at_sequence = request.at_sequence if request.HasField("at_sequence") else None
    fitted = experiment.fitted(at_sequence, request.outcome or common.outcome.name, common.deadline)
    with numbers(fitted.model_name, fitted.observation_count):
        response = answer(fitted)
    response.sequence = fitted.sequence
    response.observation_count = fitted.observation_count
    response.model = fitted.model_name
    return response


def _maximum(_query: query_pb2.MaximumQuery, frame: Frame) -> Answer:
    return lambda fitted: _point(maximum(*_parts(fitted), **_options(frame)))


def _minimum(_query: query_pb2.MinimumQuery, frame: Frame) -> Answer:
    return lambda fitted: _point(minimum(*_parts(fitted), **_options(frame)))


def _inverse(query: query_pb2.InverseQuery, frame: Frame) -> Answer:
    return lambda fitted: _point(inverse(*_parts(fitted), query.value, **_options(frame)))


def _parts(fitted: Fitted) -> tuple[Any, Any, Space]:
    return fitted.readout, fitted.response, fitted.space


def _options(frame: Frame) -> dict[str, Any]:
    return {"fixed": frame.fixed, "scale": frame.scale, "level": frame.credible_level}


def _point(found: PointEstimate) -> v1.QueryResponse:
    result = query_pb2.PointResult(
        stimulus=stimulus_to_proto(found.stimulus), response=estimate_message(found.response)
    )
    return v1.QueryResponse(point=result)


def _prediction(query: query_pb2.PredictionQuery, frame: Frame) -> Answer:
    stimuli = complete_stimuli(query.stimuli, frame, "stimuli")

    def answer(fitted: Fitted) -> v1.QueryResponse:
        points = fitted.space.encode(stimuli)
        estimates = predict(fitted.readout, fitted.response, points, scale=frame.scale, level=frame.credible_level)
        return v1.QueryResponse(prediction=query_pb2.PredictionResult(responses=map(estimate_message, estimates)))

    return answer


def _level_set_probability(query: query_pb2.LevelSetProbabilityQuery, frame: Frame) -> Answer:
    stimuli = complete_stimuli(query.stimuli, frame, "stimuli")

    def answer(fitted: Fitted) -> v1.QueryResponse:
        target = _target(query, frame, fitted)
        points = fitted.space.encode(stimuli)
        above = level_set_probability(fitted.readout, fitted.response, points, target=target, scale=frame.scale)
        return v1.QueryResponse(values=query_pb2.ValuesResult(values=above))

    return answer


def _samples(query: query_pb2.SamplesQuery, frame: Frame) -> Answer:
    stimuli = complete_stimuli(query.stimuli, frame, "stimuli")

    def answer(fitted: Fitted) -> v1.QueryResponse:
        points = fitted.space.encode(stimuli)
        draws = sample(fitted.readout, fitted.response, points, count=query.count, seed=query.seed, scale=frame.scale)
        rows = [query_pb2.ValuesResult(values=row) for row in draws.tolist()]
        return v1.QueryResponse(samples=query_pb2.SamplesResult(draws=rows))

    return answer


def _just_noticeable_difference(query: query_pb2.JustNoticeableDifferenceQuery, frame: Frame) -> Answer:
    parameter = numeric_parameter(query.parameter, frame)
    stimuli = complete_stimuli(query.stimuli, frame, "stimuli")

    def answer(fitted: Fitted) -> v1.QueryResponse:
        result = query_pb2.PredictionResult()
        for start in range(0, len(stimuli), CHUNK):
            frame.check_time()
            steps = just_noticeable_difference(
                fitted.readout,
                fitted.space,
                stimuli[start : start + CHUNK],
                parameter=parameter,
                level=frame.credible_level,
            )
            result.responses.extend(map(estimate_message, steps))
        return v1.QueryResponse(prediction=result)

    return answer


def _acquisition(query: query_pb2.AcquisitionQuery, frame: Frame) -> Answer:
    stimuli = complete_stimuli(query.stimuli, frame, "stimuli")
    if isinstance(frame.outcome.kind, Choice):
        raise _no_acquisition("what is informative about a choice is a pair of stimuli, and no single one.")

    def answer(fitted: Fitted) -> v1.QueryResponse:
        if fitted.acquisition is None:
            name, outcome = fitted.strategy, frame.outcome.name
            raise _no_acquisition(f'the strategy "{name}" uses no acquisition function for "{outcome}".')
        points = fitted.space.encode(stimuli)
        values = acquisition_values(fitted.acquisition, fitted.belief(), fitted.response, fitted.space, points)
        return v1.QueryResponse(values=query_pb2.ValuesResult(values=values))

    return answer


def _no_acquisition(why: str) -> ServiceError:
    return ServiceError(Reason.NOT_SUPPORTED, f"acquisition: {why}", metadata={"query": "acquisition"})


def _threshold_contour(query: query_pb2.ThresholdContourQuery, frame: Frame) -> Answer:
    parameter = contour_parameter(query, frame)
    contexts: list[Any] = [*complete_stimuli(query.contexts, frame, "contexts", without=parameter)]
    if not contexts:
        space = Space(frame.config.parameters)
        size = query.grid_size if query.HasField("grid_size") else default_size(space, parameter, frame.fixed)
        count = context_count(space, parameter, frame.fixed, size)
        limited("threshold_contour.grid_size", count, MAX_POINTS, "contexts, every combination of the grid's values,")
        contexts = context_grid(space, parameter, frame.fixed, size)

    def answer(fitted: Fitted) -> v1.QueryResponse:
        target = _target(query, frame, fitted)
        result = query_pb2.ThresholdContourResult(parameter=parameter, target=target)
        for start in range(0, len(contexts), CHUNK):
            frame.check_time()
            some = contexts[start : start + CHUNK]
            points = threshold_contour(
                *_parts(fitted), parameter=parameter, target=target, contexts=some, **_options(frame)
            )
            result.points.extend(map(_threshold_point, points))
        return v1.QueryResponse(threshold_contour=result)

    return answer


def _threshold_point(point: ThresholdPoint) -> query_pb2.ThresholdPoint:
    return query_pb2.ThresholdPoint(
        context=stimulus_to_proto(point.context),
        threshold=estimate_message(point.threshold),
        median=point.median,
        crossing_probability=point.crossing_probability,
    )


def _target(
    query: query_pb2.ThresholdContourQuery | query_pb2.LevelSetProbabilityQuery, frame: Frame, fitted: Fitted
) -> float:
    """Return the target on the query's scale; by default the outcome's, which is a probability.

    `frame` has refused a query without a target where the outcome has none.
    """
    if query.HasField("target") or fitted.target is None:
        return query.target
    return fitted.response.latent(fitted.target) if frame.scale is Scale.LATENT else fitted.target


_KINDS: Mapping[str, Callable[[Any, Frame], Answer]] = {
    "maximum": _maximum,
    "minimum": _minimum,
    "prediction": _prediction,
    "inverse": _inverse,
    "threshold_contour": _threshold_contour,
    "level_set_probability": _level_set_probability,
    "just_noticeable_difference": _just_noticeable_difference,
    "samples": _samples,
    "acquisition": _acquisition,
}

SUPPORTED = tuple(_KINDS)
"""The kinds of query that are answered, by their name in QueryRequest."""
