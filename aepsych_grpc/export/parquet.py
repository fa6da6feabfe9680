"""Apache Parquet: the wide table with typed columns."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

import aepsych_grpc
from aepsych_grpc.config.proto import to_proto
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.export.column import Cell, Column, Subject, Type

if TYPE_CHECKING:
    import pyarrow

ROWS = 10_000
"""Rows that are written together; as many are in memory at a time."""


class ParquetTable:
    """A file in the making: what is written comes out piece by piece.

    The file's metadata has `aepsych_grpc.version`, and `aepsych_grpc.experiments`: a JSON list with experiment_id,
    participant_id, labels and config of each.
    """

    def __init__(self, columns: Sequence[Column], subjects: Sequence[Subject]) -> None:
        """Begin a file; raises ServiceError NOT_SUPPORTED where pyarrow is not installed."""
        self._arrow, parquet = _pyarrow()
        self._columns = columns
        self._sink = _Sink()
        self._rows: list[Sequence[Cell]] = []
        schema = self._arrow.schema(
            [(column.name, _arrow_type(self._arrow, column.type)) for column in columns],
            metadata={
                "aepsych_grpc.version": aepsych_grpc.__version__,
                "aepsych_grpc.experiments": json.dumps([*map(_described, subjects)], ensure_ascii=False),
            },
        )
        self._writer = parquet.ParquetWriter(self._sink, schema)

    def add(self, rows: Sequence[Sequence[Cell]]) -> bytes:
        """Add rows and return what is ready of the file."""
        self._rows += rows
        if len(self._rows) >= ROWS:
            self._write()
        return self._sink.taken()

    def end(self) -> bytes:
        """End the file and return the rest of it."""
        if self._rows:
            self._write()
        self._writer.close()
        return self._sink.taken()

    def _write(self) -> None:
        schema = self._writer.schema
        arrays = [
            self._arrow.array(cells, self._arrow.string()).dictionary_encode()
            if column.type is Type.CATEGORY
            else self._arrow.array(cells, schema.field(i).type)
            for i, (column, cells) in enumerate(zip(self._columns, zip(*self._rows, strict=True), strict=True))
        ]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=schema))
        self._rows = []


class _Sink:
    """Takes what pyarrow writes until somebody takes it away."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def flush(self) -> None:
        """Do nothing: what was written is there already."""

    def close(self) -> None:
        """Do nothing: what was written can still be taken."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _described(subject: Subject) -> dict[str, Any]:
    created = subject.created
    return {
        "experiment_id": subject.experiment_id,
        "participant_id": created.participant_id,
        "labels": dict(created.labels),
        "config": MessageToDict(to_proto(created.config), preserving_proto_field_name=True),
    }


def _arrow_type(arrow: Any, kind: Type) -> "pyarrow.DataType":
    types = {
        Type.TEXT: arrow.string(),
        Type.CATEGORY: arrow.dictionary(arrow.int32(), arrow.string()),
        Type.INTEGER: arrow.int64(),
        Type.REAL: arrow.float64(),
        Type.FLAG: arrow.bool_(),
        Type.TIME: arrow.timestamp("us", tz="UTC"),
    }
    found: pyarrow.DataType = types[kind]
    return found


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ServiceError(
            Reason.NOT_SUPPORTED,
            'Parquet files need pyarrow where they are written: pip install "aepsych-grpc[parquet]" there, or choose '
            "another format.",
            metadata={"extra": "parquet"},
        ) from None
    return pyarrow, pyarrow.parquet
