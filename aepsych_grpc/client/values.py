"""Values of parameters and outcomes: native Python here, JSON values in messages."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value

from aepsych_grpc.config.parameter import Value as ParameterValue
from aepsych_grpc.config.proto import value_from_proto, value_to_proto
from aepsych_grpc.v1 import config_pb2, trial_pb2

Stimulus: TypeAlias = Mapping[str, ParameterValue]
"""A value for every parameter."""


def to_value(value: Any) -> Value:
    """Return a JSON value; numpy's scalars count as the numbers and bools that they are.

    Raises:
        TypeError: It is no number, string or bool.
    """
    native = value.item() if hasattr(value, "item") else value
    if not isinstance(native, bool | int | float | str):
        raise TypeError(f"A value is a number, a text or a bool; {value!r} is a {type(value).__name__}.")
    return value_to_proto(native)


def to_values(values: Mapping[str, Any]) -> dict[str, Value]:
    """Return JSON values by name."""
    return {name: to_value(value) for name, value in values.items()}


def to_stimulus(stimulus: Mapping[str, Any]) -> trial_pb2.Stimulus:
    """Return a stimulus's message."""
    return trial_pb2.Stimulus(values=to_values(stimulus))


def to_struct(values: Mapping[str, Any]) -> Struct:
    """Return anything that JSON can say as a Struct."""
    return value_to_proto(values).struct_value


class ValueReader:
    """Reads values as the config declares them: whole numbers as int, in the order of the config."""

    def __init__(self, config: config_pb2.ExperimentConfig) -> None:
        self._parameters = {item.name: item.WhichOneof("kind") for item in config.parameters}
        self._outcomes = {item.name: item.WhichOneof("kind") for item in config.outcomes}

    def stimulus(self, message: trial_pb2.Stimulus) -> dict[str, ParameterValue]:
        """Return a stimulus, or the part of one that is there."""
        values = message.values
        return {name: _read(values[name], self._parameters.get(name)) for name in _ordered(values, self._parameters)}

    def outcomes(self, values: Mapping[str, Value]) -> dict[str, float]:
        """Return outcomes by name; whole numbers unless the outcome is continuous."""
        return {
            name: _read_outcome(values[name], self._outcomes.get(name)) for name in _ordered(values, self._outcomes)
        }


def _ordered(values: Mapping[str, Value], names: Iterable[str]) -> list[str]:
    known = [name for name in names if name in values]
    return known + sorted(set(values) - set(known))


def _read(value: Value, kind: str | None) -> ParameterValue:
    native: ParameterValue = value_from_proto(value)
    if kind == "integer":
        return int(native)
    if kind == "binary":
        return bool(native)
    return native


def _read_outcome(value: Value, kind: str | None) -> float:
    number = float(value_from_proto(value))
    return number if kind == "continuous" else int(number)
