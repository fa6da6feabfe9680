"""What is in a request's body: frames of messages, compressed perhaps, and never more than is taken."""

import struct
import zlib

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.limits import MAX_MESSAGE_BYTES

ENCODINGS = "gzip, identity"
"""How requests may be compressed. Answers are not: they are small, and mostly for this machine."""

_AS_IT_IS = ("", "identity")

_HEAD = struct.Struct(">BI")
_COMPRESSED = 1

MAX_BODY_BYTES = MAX_MESSAGE_BYTES + _HEAD.size
"""A message of the largest size in a frame."""


def frame(flags: int, payload: bytes) -> bytes:
    """Put a payload behind its flags and length, as Connect's streams, gRPC and gRPC-Web do."""
    return _HEAD.pack(flags, len(payload)) + payload


def only_payload(body: bytes, encoding: str) -> bytes:
    """Return the payload of a body with a single frame.

    Raises:
        ServiceError: INVALID_REQUEST for another body, NOT_SUPPORTED for another encoding, LIMIT_EXCEEDED.
    """
    if len(body) < _HEAD.size:
        raise _not_framed(f"it has {len(body)} bytes")
    flags, size = _HEAD.unpack_from(body)
    if flags & ~_COMPRESSED:
        raise _not_framed(f"its first byte is {flags}")
    if size != len(body) - _HEAD.size:
        raise _not_framed(f"{size} bytes are announced, and {len(body) - _HEAD.size} came")
    payload = body[_HEAD.size :]
    if flags & _COMPRESSED and encoding in _AS_IT_IS:
        raise _not_framed("it says that it is compressed, and no header says how")
    return expanded(payload, encoding) if flags & _COMPRESSED or encoding != "gzip" else payload


def expanded(data: bytes, encoding: str) -> bytes:
    """Return data uncompressed.

    Raises:
        ServiceError: NOT_SUPPORTED for another encoding than ENCODINGS, INVALID_REQUEST, LIMIT_EXCEEDED.
    """
    if encoding in _AS_IT_IS:
        return data
    if encoding != "gzip":
        raise ServiceError(
            Reason.NOT_SUPPORTED, f'The encoding "{encoding[:60]}" is not supported; supported are {ENCODINGS}.'
        )
    if not data:
        return data
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(data, MAX_MESSAGE_BYTES + 1)
    except zlib.error:
        raise ServiceError(Reason.INVALID_REQUEST, "The request is said to be in gzip, and is not.") from None
    if len(unpacked) > MAX_MESSAGE_BYTES:
        raise too_large()
    if not unpacking.eof:
        raise ServiceError(Reason.INVALID_REQUEST, "The request is in gzip, and its end is missing.")
    return unpacked


def too_large() -> ServiceError:
    """Make the error of a request with more bytes than are taken."""
    return ServiceError(
        Reason.LIMIT_EXCEEDED,
        f"The request is too large; at most {MAX_MESSAGE_BYTES} bytes are taken.",
        metadata={"allowed": str(MAX_MESSAGE_BYTES)},
    )


def _not_framed(why: str) -> ServiceError:
    return ServiceError(
        Reason.INVALID_REQUEST,
        "The body must be one message behind a byte of flags and four bytes with its length (the highest first), as "
        f"Connect's and gRPC-Web's clients send it; {why}.",
    )
