"""Messages in the two forms in which they travel: protobuf's binary form, and JSON."""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.http.json_request import read_json


@dataclass(frozen=True, slots=True)
class Codec:
    """A form of messages.

    Attributes:
        name: As in `application/NAME`.
        read: Makes a message of a class from bytes; raises ServiceError for what is none.
        write: Makes bytes from a message.
    """

    name: str
    read: Callable[[type[Message], bytes], Message]
    write: Callable[[Message], bytes]


def read_binary(message_class: type[Message], data: bytes) -> Message:
    """Read a message in protobuf's binary form.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    try:
        return message_class.FromString(data)
    except DecodeError:
        raise ServiceError(Reason.INVALID_REQUEST, f"The request is no {message_class.DESCRIPTOR.full_name}.") from None


def _write_json(message: Message) -> bytes:
    return MessageToJson(message, indent=None, ensure_ascii=False).encode()


PROTO = Codec("proto", read_binary, lambda message: message.SerializeToString())
JSON = Codec("json", read_json, _write_json)
CODECS = {codec.name: codec for codec in (PROTO, JSON)}
