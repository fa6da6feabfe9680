"""Digests that tell whether two calls with the same id have the same content."""

import hashlib
from collections.abc import Iterable

from google.protobuf.message import Message


def content_digest(message: Message, *left_out: str) -> bytes:
    """Return SHA-256 of the message's type and content, without some fields; maps in order of key."""
    content = type(message)()
    content.CopyFrom(message)
    for name in left_out:
        content.ClearField(name)
    digest = hashlib.sha256(f"{message.DESCRIPTOR.full_name}\n".encode())
    digest.update(content.SerializeToString(deterministic=True))
    return digest.digest()


def next_request_id(observation_ids: Iterable[str]) -> str:
    """Return the request id of the Ask within a Tell of these observations, so that the Tell can be sent again.

    Each id goes in with its length, so that different lists never look the same.
    """
    digest = hashlib.sha256()
    for observation_id in observation_ids:
        encoded = observation_id.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return f"after-{digest.hexdigest()[:32]}"
