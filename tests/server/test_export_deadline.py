"""An export whose time is up ends in the middle, with a word of what to do."""

import time

import pytest
from google.protobuf.json_format import ParseDict
from google.rpc.code_pb2 import Code

from aepsych_grpc.client.transport import StatusError
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {"parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}]}


def test_a_deadline_that_passes_in_the_course_of_it(monkeypatch):
    transport = InProcessTransport()
    setup = v1.SetupRequest(config=ParseDict(CONFIG, v1.SetupRequest().config))
    experiment_id = transport.unary("Setup", setup, None).experiment_id
    request = v1.ExportTrialsRequest(experiment_ids=[experiment_id], format="EXPORT_FORMAT_JSON")
    stream = transport.stream("ExportTrials", request, 60.0)
    assert next(stream).file_name == f"{experiment_id}.json"
    later = time.monotonic() + 61
    monkeypatch.setattr("aepsych_grpc.server.exporting.time.monotonic", lambda: later)
    with pytest.raises(StatusError, match="allow more time, or export fewer") as caught:
        next(stream)
    assert caught.value.status.code == Code.DEADLINE_EXCEEDED
    transport.close()
