"""ExportTrials: a file of trials, chunk by chunk."""

import time
from collections.abc import Iterator

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.export.file import Format, export_file
from aepsych_grpc.export.trials import Posterior
from aepsych_grpc.server.query_request import DEFAULT_CREDIBLE_LEVEL
from aepsych_grpc.server.requests import check_export
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.v1 import experiment_service_pb2 as v1

_FORMATS = {
    v1.EXPORT_FORMAT_CSV_LONG: Format.LONG,
    v1.EXPORT_FORMAT_CSV_WIDE: Format.WIDE,
    v1.EXPORT_FORMAT_PARQUET: Format.PARQUET,
    v1.EXPORT_FORMAT_JSON: Format.JSON,
}


def export_trials(
    request: v1.ExportTrialsRequest, experiments: Experiments, timeout: float | None
) -> Iterator[v1.ExportTrialsResponse]:
    """Write a file, a chunk at a time, as fast as they are taken.

    Raises:
        ServiceError: INVALID_REQUEST, LIMIT_EXCEEDED, EXPERIMENT_NOT_FOUND; NOT_SUPPORTED for Parquet without pyarrow;
            in the course of it DEADLINE_EXCEEDED, STORE_UNAVAILABLE, INTERNAL_FAULT when a model's numbers fail.
    """
    check_export(request)
    deadline = None if timeout is None else time.monotonic() + timeout
    posterior = Posterior(DEFAULT_CREDIBLE_LEVEL, deadline) if request.include_posterior else None
    file = export_file(experiments, request.experiment_ids, _FORMATS[request.format], posterior)
    name = file.name
    for piece in file.pieces:
        if deadline is not None and time.monotonic() > deadline:
            raise ServiceError(
                Reason.DEADLINE_EXCEEDED,
                "The call's deadline passed before the file was complete; allow more time, or export fewer.",
            )
        yield v1.ExportTrialsResponse(file_name=name, data=piece.data, progress=piece.progress)
        name = ""
