"""A file of experiments in one of the formats, piece by piece, so that one of any size needs little memory."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aepsych_grpc.export.column import Subject
from aepsych_grpc.export.csv_lines import csv_lines
from aepsych_grpc.export.log import log_pieces
from aepsych_grpc.export.long import long_header, long_rows
from aepsych_grpc.export.parquet import ParquetTable
from aepsych_grpc.export.trials import Posterior, blocks
from aepsych_grpc.export.wide import wide_columns, wide_row
from aepsych_grpc.session.experiments import Experiments

PIECE_BYTES = 1 << 20
"""Largest piece: small enough for a message of any gRPC client, which by default takes 4 MiB."""


class Format(enum.Enum):
    """Format of a file; the value is how its name ends."""

    LONG = ".csv"
    WIDE = "-wide.csv"
    PARQUET = ".parquet"
    JSON = ".json"


@dataclass(frozen=True, slots=True)
class Piece:
    """The next bytes of a file; `progress` is the part of the experiments that is written with them, up to 1."""

    data: bytes
    progress: float


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file in the making: a name for it, and its pieces, at least one."""

    name: str
    pieces: Iterator[Piece]


def export_file(
    experiments: Experiments, experiment_ids: Sequence[str], format_: Format, posterior: Posterior | None
) -> ExportedFile:
    """Begin a file of some experiments, at least one.

    `posterior` says which predictions to add, None for none; JSON has none, whatever it says.

    Raises:
        ServiceError: EXPERIMENT_NOT_FOUND, or NOT_SUPPORTED for Parquet without pyarrow. So do the pieces, and in
            the course of them DEADLINE_EXCEEDED or INTERNAL_FAULT from predictions.
        StoreUnavailable: The database can't be read.
    """
    subjects = [Subject(one, experiments.created(one)) for one in experiment_ids]
    stem = experiment_ids[0] if len(experiment_ids) == 1 else f"{len(experiment_ids)}-experiments"
    match format_:
        case Format.LONG:
            written = _long(experiments, subjects, posterior)
        case Format.WIDE:
            written = _wide(experiments, subjects, posterior)
        case Format.PARQUET:
            written = _parquet(experiments, subjects, posterior)
        case Format.JSON:
            written = log_pieces(experiments.store, subjects)
    return ExportedFile(f"{stem}{format_.value}", _cut(written))


def _long(
    experiments: Experiments, subjects: Sequence[Subject], posterior: Posterior | None
) -> Iterator[tuple[bytes, float]]:
    wanted = posterior is not None
    yield csv_lines([long_header(include_posterior=wanted)]), 0.0
    for block in blocks(experiments, subjects, posterior):
        rows = (cells for row in block.rows for cells in long_rows(row, include_posterior=wanted))
        yield csv_lines(rows), block.progress


def _wide(
    experiments: Experiments, subjects: Sequence[Subject], posterior: Posterior | None
) -> Iterator[tuple[bytes, float]]:
    columns = wide_columns([one.created.config for one in subjects], include_posterior=posterior is not None)
    yield csv_lines([[column.name for column in columns]]), 0.0
    for block in blocks(experiments, subjects, posterior):
        yield csv_lines(wide_row(columns, row) for row in block.rows), block.progress


def _parquet(
    experiments: Experiments, subjects: Sequence[Subject], posterior: Posterior | None
) -> Iterator[tuple[bytes, float]]:
    columns = wide_columns([one.created.config for one in subjects], include_posterior=posterior is not None)
    table = ParquetTable(columns, subjects)
    for block in blocks(experiments, subjects, posterior):
        yield table.add([wide_row(columns, row) for row in block.rows]), block.progress
    yield table.end(), 1.0


def _cut(written: Iterator[tuple[bytes, float]]) -> Iterator[Piece]:
    """Cut what is too long for one message."""
    for data, progress in written:
        for start in range(0, max(len(data), 1), PIECE_BYTES):
            yield Piece(data[start : start + PIECE_BYTES], progress)
