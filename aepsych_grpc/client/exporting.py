"""Calls that write files of experiments."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import text
from aepsych_grpc.client.call import Call, Connection, receive
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.whole_file import WholeFile
from aepsych_grpc.config.violation import nearest_name
from aepsych_grpc.v1 import experiment_service_pb2 as v1

FORMATS: Mapping[str, v1.ExportFormat.ValueType] = MappingProxyType(
    {
        "csv": v1.EXPORT_FORMAT_CSV_LONG,
        "wide": v1.EXPORT_FORMAT_CSV_WIDE,
        "parquet": v1.EXPORT_FORMAT_PARQUET,
        "json": v1.EXPORT_FORMAT_JSON,
    }
)
"""Formats by their names here."""


def export(
    handle: Handle,
    file: str | Path,
    *,
    format: str | None = None,  # noqa: A002  # what everybody calls it
    include_posterior: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Call[Path]:
    """Write the experiment's trials, or its whole log, into a file.

    The file is there when it is complete, or not at all. One of that name is replaced.

    Args:
        file: Where to; in a folder the file is called by the experiment's id.
        format: "csv" (a row for each value of a trial), "wide" (CSV with a row for each trial), "parquet" (the same,
            typed), or "json" (the whole log, which `aepsych-grpc import` takes). Default: by how the file's name ends:
            .csv, .parquet or .json.
        include_posterior: Also write what the models expect at each trial's stimuli.
        on_progress: Called now and then with the part that is written, up to 1.

    Returns:
        The file.

    Raises:
        ValueError: The format is unknown.
        NotSupportedError: The server has no pyarrow, for a Parquet file.
        LimitExceededError: The server has too many replays and exports at the same time.
        OSError: The file can't be written.
    """
    return (
        yield from export_experiments(
            handle.connection,
            [handle.experiment_id],
            file,
            format=format,
            include_posterior=include_posterior,
            on_progress=on_progress,
        )
    )


def export_experiments(
    connection: Connection,
    experiment_ids: str | Sequence[str],
    file: str | Path,
    *,
    format: str | None = None,  # noqa: A002  # what everybody calls it
    include_posterior: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Call[Path]:
    """Write the trials of experiments, or their whole logs, into one file.

    The file is there when it is complete, or not at all. One of that name is replaced.

    Args:
        experiment_ids: The experiments, in the order that they are to have in the file.
        file: Where to; in a folder the file gets a name.
        format: "csv" (a row for each value of a trial), "wide" (CSV with a row for each trial), "parquet" (the same,
            typed), or "json" (the whole logs, which `aepsych-grpc import` takes). Default: by how the file's name ends:
            .csv, .parquet or .json.
        include_posterior: Also write what the models expect at each trial's stimuli.
        on_progress: Called now and then with the part that is written, up to 1.

    Returns:
        The file.

    Raises:
        ExperimentNotFoundError: No experiment has one of the ids.
        ValueError: The format is unknown.
        NotSupportedError: The server has no pyarrow, for a Parquet file.
        LimitExceededError: The server has too many replays and exports at the same time.
        OSError: The file can't be written.
    """
    ids = [experiment_ids] if isinstance(experiment_ids, str) else experiment_ids
    request = v1.ExportTrialsRequest(
        experiment_ids=[text("experiment_ids", one) for one in ids],
        format=_format(format, Path(file)),
        include_posterior=include_posterior,
    )
    name = ""
    with WholeFile(Path(file)) as whole:

        def begin() -> Callable[[v1.ExportTrialsResponse], None]:
            written = whole.begin()

            def take(response: v1.ExportTrialsResponse) -> None:
                nonlocal name
                name = response.file_name or name
                written.write(response.data)
                if on_progress is not None:
                    on_progress(response.progress)

            return take

        yield from receive(connection, rpc.EXPORT_TRIALS, request, connection.timeout.export, begin)
        return whole.finish(name)


def _format(name: str | None, file: Path) -> v1.ExportFormat.ValueType:
    if name is None:
        found = FORMATS.get(file.suffix.lower().removeprefix("."))
        if found is None:
            raise ValueError(
                f'The format of "{file}" is unknown; call it .csv, .parquet or .json, or give `format`: '
                f"{', '.join(map(repr, FORMATS))}."
            )
        return found
    if name not in FORMATS:
        known = ", ".join(map(repr, FORMATS))
        raise ValueError(f"The format {name!r} is unknown; there are {known}.{nearest_name(name, FORMATS)}")
    return FORMATS[name]
