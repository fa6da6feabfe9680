"""What the contract says, as plain dataclasses: services, methods, messages, fields, enums and their comments."""

from dataclasses import dataclass
from enum import Enum


class Cardinality(Enum):
    """How many values a field can have."""

    SINGULAR = "singular"  # a scalar that is its zero when left out, or a message that may be unset
    OPTIONAL = "optional"  # a scalar that knows whether it was set
    REPEATED = "repeated"
    MAP = "map"


class Idempotency(Enum):
    """Whether a call may be sent again by itself."""

    UNKNOWN = "unknown"  # only with an id made by the client
    IDEMPOTENT = "idempotent"
    NO_SIDE_EFFECTS = "no_side_effects"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is.

    Attributes:
        scalar: "double", "int32", "string", "bool", "bytes" and so on; "message" or "enum".
        name: Full name of the message or enum, such as "google.protobuf.Value"; empty for scalars.
    """

    scalar: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message.

    Attributes:
        name: As in the contract, such as "trial_id".
        json_name: As in JSON, such as "trialId".
        number: Its number on the wire.
        kind: What its value is, or each of its values; of a map, what its values are.
        cardinality: How many values it can have.
        key: What the keys of a map are; None for other fields.
        oneof: Name of the oneof that it belongs to; empty outside of one.
        comment: What it means.
    """

    name: str
    json_name: str
    number: int
    kind: Kind
    cardinality: Cardinality
    key: Kind | None
    oneof: str
    comment: str

    @property
    def has_presence(self) -> bool:
        """Whether left out differs from zero."""
        if self.cardinality is Cardinality.SINGULAR:
            return bool(self.oneof) or self.kind.scalar == "message"
        return self.cardinality is Cardinality.OPTIONAL


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `full_name` has the package, `name` has not."""

    name: str
    full_name: str
    file: str
    comment: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of this name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum."""

    name: str
    number: int
    comment: str


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum; `full_name` has the package, `name` has not."""

    name: str
    full_name: str
    file: str
    comment: str
    values: tuple[EnumValue, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a service; requests and responses are full names of messages."""

    name: str
    comment: str
    request: str
    response: str
    client_streaming: bool
    server_streaming: bool
    idempotency: Idempotency

    @property
    def unary(self) -> bool:
        """Whether there is one request and one response."""
        return not (self.client_streaming or self.server_streaming)


@dataclass(frozen=True, slots=True)
class Service:
    """A service, with its methods in the contract's order."""

    name: str
    full_name: str
    file: str
    comment: str
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """A package: what its own files define, in their order."""

    package: str
    services: tuple[Service, ...]
    messages: tuple[Message, ...]
    enums: tuple[EnumType, ...]

    def message(self, full_name: str) -> Message:
        """The message of this full name.

        Raises:
            KeyError: The package has none.
        """
        for message in self.messages:
            if message.full_name == full_name:
                return message
        raise KeyError(full_name)
