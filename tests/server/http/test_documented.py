"""What docs/http.md says is so."""

import json
import re
from pathlib import Path

from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.errors import status_of
from aepsych_grpc.server.grpc_door import SERVICE
from aepsych_grpc.server.http.connect import failure
from aepsych_grpc.server.http.door import KEEP_ALIVE_SECONDS, MAX_HEAD_BYTES
from aepsych_grpc.server.http.wires import STREAMS, UNARY
from aepsych_grpc.server.limits import MAX_MESSAGE_BYTES

PAGE = (Path(__file__).parents[3] / "docs" / "http.md").read_text()


def test_every_code_has_its_http_status():
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| (\d+) \|$", PAGE, flags=re.MULTILINE)
    documented = {code: int(status) for codes, status in rows for code in re.findall("[a-z_]+", codes)}
    answered = {}
    for reason in Reason:
        response = failure(status_of(ServiceError(reason, "x")))
        answered[json.loads(response.body)["code"]] = response.status
    assert documented == answered


def test_every_code_can_be_told():
    for code in Code.values():
        if code != 0:
            assert failure(Status(code=code)).status >= 400


def test_every_content_type_is_listed():
    listed = set(re.findall(r"`(application/[a-z+-]+)`", PAGE))
    assert listed == set(UNARY) | set(STREAMS)


def test_streams_are_named():
    (named,) = re.findall(r"streams: ([A-Za-z, ]+) \|", PAGE)
    assert sorted(named.split(", ")) == sorted(method.name for method in SERVICE.methods if method.server_streaming)


def test_limits_are_as_printed():
    assert f"for {KEEP_ALIVE_SECONDS} s" in PAGE
    assert f"more than {MAX_HEAD_BYTES // 1024} KiB of headers" in PAGE
    assert f"may have {MAX_MESSAGE_BYTES // 2**20} MiB" in PAGE
