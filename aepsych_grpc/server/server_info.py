"""What the server can do, as GetServerInfo reports it."""

from collections.abc import Iterable
from typing import Any

from aepsych_grpc import __version__
from aepsych_grpc.config.catalogue import Catalogue, Entry
from aepsych_grpc.config.options import Option
from aepsych_grpc.config.proto import value_to_proto
from aepsych_grpc.server import limits
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import server_info_pb2


def server_info(catalogue: Catalogue, queries: Iterable[str]) -> v1.GetServerInfoResponse:
    """Describe the server: its version, limits, catalogue and the queries it answers."""
    models = catalogue.models.values()
    return v1.GetServerInfoResponse(
        version=__version__,
        limits=server_info_pb2.Limits(
            max_observations_per_tell=limits.MAX_OBSERVATIONS,
            max_trials_per_ask=limits.MAX_TRIALS,
            max_points_per_query=limits.MAX_POINTS,
            max_page_size=limits.MAX_PAGE,
            max_message_bytes=limits.MAX_MESSAGE_BYTES,
        ),
        models=map(_component, models),
        acquisitions=map(_component, catalogue.acquisitions.values()),
        generators=map(_component, catalogue.generators.values()),
        queries=queries,
        outcome_kinds=sorted({kind for model in models for kind in model.outcome_kinds}),
    )


def _component(entry: Entry[Any]) -> server_info_pb2.ComponentInfo:
    return server_info_pb2.ComponentInfo(
        name=entry.name,
        summary=entry.summary,
        options=map(_option, entry.option_list),
        outcome_kinds=entry.outcome_kinds,
    )


def _option(option: Option) -> server_info_pb2.OptionInfo:
    return server_info_pb2.OptionInfo(
        name=option.name,
        type=option.type,
        default_value=None if option.default is None else value_to_proto(option.default),
        description=option.description,
        minimum=option.minimum,
        maximum=option.maximum,
        choices=option.choices,
    )
