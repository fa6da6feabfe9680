"""Frames and compression."""

import gzip

import pytest

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.http.body import MAX_BODY_BYTES, expanded, frame, only_payload
from aepsych_grpc.server.limits import MAX_MESSAGE_BYTES


def test_a_frame_is_flags_length_and_payload():
    assert frame(2, b"abc") == b"\x02\x00\x00\x00\x03abc"
    assert only_payload(frame(0, b"abc"), "") == b"abc"
    assert only_payload(frame(0, b""), "identity") == b""
    assert only_payload(frame(0, b"abc"), "gzip") == b"abc"  # this one message was not worth it
    assert only_payload(frame(1, gzip.compress(b"abc")), "gzip") == b"abc"


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"", "", Reason.INVALID_REQUEST),
        (b"\x00\x00\x00\x00", "", Reason.INVALID_REQUEST),
        (frame(0, b"abc") + frame(0, b""), "", Reason.INVALID_REQUEST),
        (frame(0, b"abc")[:-1], "", Reason.INVALID_REQUEST),
        (frame(2, b"{}"), "", Reason.INVALID_REQUEST),
        (frame(0x80, b""), "", Reason.INVALID_REQUEST),
        (frame(1, b"abc"), "", Reason.INVALID_REQUEST),
        (frame(1, b"abc"), "gzip", Reason.INVALID_REQUEST),
        (frame(1, b"abc"), "br", Reason.NOT_SUPPORTED),
        (frame(0, b"abc"), "br", Reason.NOT_SUPPORTED),
        (b'{"experimentId": "x"}', "", Reason.INVALID_REQUEST),
    ],
)
def test_other_bodies(body, encoding, reason):
    with pytest.raises(ServiceError) as caught:
        only_payload(body, encoding)
    assert caught.value.reason is reason
    if reason is Reason.NOT_SUPPORTED:
        assert "gzip, identity" in caught.value.message


@pytest.mark.parametrize("data", [b"", b"abc" * 1000])
def test_gzip_is_undone(data):
    assert expanded(gzip.compress(data), "gzip") == data
    assert expanded(b"", "gzip") == b""


def test_what_breaks_off_is_refused():
    with pytest.raises(ServiceError, match="end is missing"):
        expanded(gzip.compress(b"abc" * 1000)[:-4], "gzip")


def test_what_grows_beyond_the_limit_is_refused_without_growing():
    largest = b"\0" * MAX_MESSAGE_BYTES
    assert expanded(gzip.compress(largest), "gzip") == largest
    bomb = gzip.compress(largest + b"\0")
    assert len(bomb) < MAX_BODY_BYTES / 500
    with pytest.raises(ServiceError, match=str(MAX_MESSAGE_BYTES)) as caught:
        expanded(bomb, "gzip")
    assert caught.value.reason is Reason.LIMIT_EXCEEDED
