"""Calls that ask the model about the participant."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import known_options, mapping, mappings, real, text, whole
from aepsych_grpc.client.call import Call, exchange
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.results import Estimate, Point, Threshold
from aepsych_grpc.client.values import to_stimulus, to_values
from aepsych_grpc.v1 import query_pb2
from aepsych_grpc.v1.experiment_service_pb2 import QueryRequest, QueryResponse

RESPONSE_SCALES = (query_pb2.RESPONSE_SCALE_UNSPECIFIED, query_pb2.RESPONSE_SCALE_LATENT)
"""The scale by `latent`."""


class QueryOptions(TypedDict, total=False):
    """What every query takes.

    Attributes:
        latent: Speak of the latent field instead of the expected response; for choices queries always do. For its unit
            see `ResponseScale` in the contract.
        fixed_parameters: Values at which parameters are held.
        outcome: The outcome in question; each has its own model. Default: the first that a model learns from.
        credible_level: Probability content of the credible intervals, in (0, 1). Default .9.
        at_sequence: Answer from the events up to this sequence only. Default: all.
    """

    latent: bool
    fixed_parameters: Mapping[str, Any]
    outcome: str
    credible_level: float
    at_sequence: int


def _ask(
    handle: Handle, call: str, question: QueryRequest, options: QueryOptions, own: Sequence[str] = ()
) -> Call[QueryResponse]:
    """Send a question with its options; `own` are those that only this call has."""
    known_options(call, options, [*own, *QueryOptions.__annotations__])
    level, sequence = options.get("credible_level"), options.get("at_sequence", handle.at_sequence)
    question.MergeFrom(
        QueryRequest(
            experiment_id=handle.experiment_id,
            response_scale=RESPONSE_SCALES[bool(options.get("latent", False))],
            fixed_parameters=to_values(mapping("fixed_parameters", options.get("fixed_parameters") or {})),
            outcome=text("outcome", options.get("outcome", "")),
            credible_level=None if level is None else real("credible_level", level),
            at_sequence=None if sequence is None else whole("at_sequence", sequence),
        )
    )
    return (yield from exchange(handle.connection, rpc.QUERY, question, handle.connection.timeout.compute))


def _point(handle: Handle, call: str, question: QueryRequest, options: QueryOptions) -> Call[Point]:
    point = (yield from _ask(handle, call, question, options)).point
    return Point(handle.reader.stimulus(point.stimulus), Estimate.from_proto(point.response))


def maximum(handle: Handle, **options: Unpack[QueryOptions]) -> Call[Point]:
    """Return where the response is largest.

    Args:
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    return (yield from _point(handle, "maximum", QueryRequest(maximum=query_pb2.MaximumQuery()), options))


def minimum(handle: Handle, **options: Unpack[QueryOptions]) -> Call[Point]:
    """Return where the response is smallest.

    Args:
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    return (yield from _point(handle, "minimum", QueryRequest(minimum=query_pb2.MinimumQuery()), options))


def inverse(handle: Handle, value: float, **options: Unpack[QueryOptions]) -> Call[Point]:
    """Return a stimulus at which the response has a given value.

    Args:
        value: The wanted response (with `latent`: value of the latent field).
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    question = query_pb2.InverseQuery(value=real("value", value))
    return (yield from _point(handle, "inverse", QueryRequest(inverse=question), options))


def predict(
    handle: Handle, stimuli: Iterable[Mapping[str, Any]], **options: Unpack[QueryOptions]
) -> Call[list[Estimate]]:
    """Return the response at each of the given stimuli, in their order.

    Args:
        stimuli: Where to predict; parameters in `fixed_parameters` may be left out.
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
        LimitExceededError: More stimuli than the server takes in one call.
    """
    question = query_pb2.PredictionQuery(stimuli=[to_stimulus(stimulus) for stimulus in mappings("stimuli", stimuli)])
    response = yield from _ask(handle, "predict", QueryRequest(prediction=question), options)
    return [Estimate.from_proto(item) for item in response.prediction.responses]


def level_set_probability(
    handle: Handle,
    stimuli: Iterable[Mapping[str, Any]],
    *,
    target: float | None = None,
    **options: Unpack[QueryOptions],
) -> Call[list[float]]:
    """Return the probability that the response at each of the given stimuli lies above a target.

    Args:
        stimuli: Where to evaluate it; parameters in `fixed_parameters` may be left out.
        target: The response at threshold (with `latent`: value of the latent field). Default: the outcome's target.
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
        LimitExceededError: More stimuli than the server takes in one call.
    """
    question = query_pb2.LevelSetProbabilityQuery(
        target=target, stimuli=[to_stimulus(stimulus) for stimulus in mappings("stimuli", stimuli)]
    )
    response = yield from _ask(handle, "level_set_probability", QueryRequest(level_set_probability=question), options)
    return list(response.values.values)


def just_noticeable_difference(
    handle: Handle, stimuli: Iterable[Mapping[str, Any]], parameter: str = "", **options: Unpack[QueryOptions]
) -> Call[list[Estimate]]:
    """Return the step along a parameter that raises the latent field by one unit, from each of the given stimuli on.

    Args:
        stimuli: Where to begin; parameters in `fixed_parameters` may be left out.
        parameter: The parameter to step along. Default: the experiment's intensity parameter.
        **options: See `QueryOptions`. The step is in the parameter's unit, with and without `latent`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
        LimitExceededError: More stimuli than the server takes in one call.
    """
    question = query_pb2.JustNoticeableDifferenceQuery(
        parameter=text("parameter", parameter),
        stimuli=[to_stimulus(stimulus) for stimulus in mappings("stimuli", stimuli)],
    )
    response = yield from _ask(
        handle, "just_noticeable_difference", QueryRequest(just_noticeable_difference=question), options
    )
    return [Estimate.from_proto(item) for item in response.prediction.responses]


def samples(
    handle: Handle,
    stimuli: Iterable[Mapping[str, Any]],
    count: int,
    *,
    seed: int | None = None,
    **options: Unpack[QueryOptions],
) -> Call[list[list[float]]]:
    """Return joint draws of the response at the given stimuli from the posterior: a list for each draw.

    Args:
        stimuli: Where to draw; parameters in `fixed_parameters` may be left out.
        count: Number of draws, 1 to 10000.
        seed: Seed of the draws; the same one gives the same draws. Default 0.
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
        LimitExceededError: More stimuli or draws than the server takes in one call.
    """
    question = query_pb2.SamplesQuery(
        stimuli=[to_stimulus(stimulus) for stimulus in mappings("stimuli", stimuli)],
        count=whole("count", count),
        seed=None if seed is None else whole("seed", seed),
    )
    response = yield from _ask(handle, "samples", QueryRequest(samples=question), options)
    return [list(draw.values) for draw in response.samples.draws]


def acquisition(
    handle: Handle, stimuli: Iterable[Mapping[str, Any]], **options: Unpack[QueryOptions]
) -> Call[list[float]]:
    """Return how informative a trial at each of the given stimuli would be, on the acquisition function's own scale.

    Args:
        stimuli: Where to evaluate it; parameters in `fixed_parameters` may be left out.
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
        NotSupportedError: The strategy uses no acquisition function.
        LimitExceededError: More stimuli than the server takes in one call.
    """
    question = query_pb2.AcquisitionQuery(stimuli=[to_stimulus(stimulus) for stimulus in mappings("stimuli", stimuli)])
    response = yield from _ask(handle, "acquisition", QueryRequest(acquisition=question), options)
    return list(response.values.values)


def threshold(
    handle: Handle,
    parameter: str = "",
    *,
    target: float | None = None,
    grid_size: int | None = None,
    contexts: Sequence[Mapping[str, Any]] = (),
    **options: Unpack[QueryOptions],
) -> Call[Threshold]:
    """Return where the response crosses a target along one parameter, for each setting of the others.

    Args:
        parameter: The parameter along which to look. Default: the experiment's intensity parameter.
        target: The response at threshold (with `latent`: value of the latent field). Default: the outcome's target.
        grid_size: Points per parameter of the grid over the others when no contexts are given, 1 to 1000. Default 20.
        contexts: Settings of the other parameters. Default: a grid.
        **options: See `QueryOptions`.

    Raises:
        TypeError: An argument has a wrong type, or there is no such option.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    question = query_pb2.ThresholdContourQuery(
        parameter=text("parameter", parameter),
        target=None if target is None else real("target", target),
        contexts=[to_stimulus(context) for context in mappings("contexts", contexts)],
        grid_size=None if grid_size is None else whole("grid_size", grid_size),
    )
    own = ("target", "grid_size", "contexts")
    response = yield from _ask(handle, "threshold", QueryRequest(threshold_contour=question), options, own)
    contour = response.threshold_contour
    units = {item.name: item.unit for item in handle.config.parameters}
    return Threshold.from_proto(contour, handle.reader, units.get(contour.parameter, ""), response.observation_count)
