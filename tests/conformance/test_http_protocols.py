"""Connect and gRPC-Web as others speak them: connectrpc's Python client, and `buf curl`."""

import base64
import http.client
import json
import struct
import subprocess
import threading
import time
from collections import Counter
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from urllib.parse import unquote

import grpc
import pytest
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.protocol import ProtocolType
from doors import ConnectStub
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import ParseDict
from google.rpc.status_pb2 import Status

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from aepsych_grpc.v1 import experiment_service_pb2 as v1

ROOT = Path(__file__).parents[2]
PATH = "/aepsych_grpc.v1.ExperimentService"
CONFIG = {
    "parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"maxAsks": 100}}],
    "seed": 1,
}
ENOUGH = 30.0
FORMS = {
    "connect, binary": {"protocol": ProtocolType.CONNECT, "codec": google_protobuf_binary_codec()},
    "connect, json": {"protocol": ProtocolType.CONNECT, "codec": google_protobuf_json_codec()},
    "connect, uncompressed": {"protocol": ProtocolType.CONNECT, "send_compression": None},
    "grpc-web, binary": {"protocol": ProtocolType.GRPC_WEB, "codec": google_protobuf_binary_codec()},
    "grpc-web, json": {"protocol": ProtocolType.GRPC_WEB, "codec": google_protobuf_json_codec()},
}


@pytest.fixture(params=FORMS)
def stub(request, live):
    return ConnectStub(live.server.http_address, **FORMS[request.param])


@pytest.fixture
def experiment_id(live):
    experiment_id = live.stub.Setup(ParseDict({"config": CONFIG}, v1.SetupRequest())).experiment_id
    for trial_id in (1, 2):
        live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
        live.stub.Tell(told(experiment_id, trial_id))
    return experiment_id


def told(experiment_id, trial_id):
    observation = {"trialId": trial_id, "outcomes": {"response": 1}}
    return ParseDict({"experimentId": experiment_id, "observations": [observation]}, v1.TellRequest())


def until(condition):
    end = time.monotonic() + ENOUGH
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def watchers(server):
    return sum(map(len, server._experiments._watching._watchers.values()))


def test_the_answers_are_those_of_grpc(stub, live, experiment_id):
    which = v1.GetExperimentRequest(experiment_id=experiment_id)
    assert stub.GetExperiment(which) == live.stub.GetExperiment(which)
    assert stub.GetServerInfo(v1.GetServerInfoRequest()) == live.stub.GetServerInfo(v1.GetServerInfoRequest())
    trials = v1.ListTrialsRequest(experiment_id=experiment_id)
    assert stub.ListTrials(trials) == live.stub.ListTrials(trials)
    assert stub.Ask(v1.AskRequest(experiment_id=experiment_id)).trials[0].trial_id == 3


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GetExperiment", {"experiment_id": "nö\nwhere %"}),
        ("Ask", {"experiment_id": "x" * 201, "count": -1}),
        ("Replay", {"experiment_id": "nowhere"}),
        ("Replay", {}),
        ("WatchExperiment", {"experiment_id": "nowhere", "after_sequence": -1}),
        ("ExportTrials", {}),
    ],
)
def test_the_errors_are_those_of_grpc(method, fields, stub, live, refused):
    request = getattr(v1, f"{method}Request")(**fields)
    with pytest.raises(grpc.RpcError) as caught:
        list(answer if hasattr(answer := getattr(stub, method)(request), "__next__") else [answer])
    with pytest.raises(grpc.RpcError) as expected:
        list(answer if hasattr(answer := getattr(live.stub, method)(request), "__next__") else [answer])
    assert (caught.value.code(), caught.value.details()) == (expected.value.code(), expected.value.details())
    assert refused(getattr(stub, method), request) == refused(getattr(live.stub, method), request)


def test_a_replay_is_that_of_grpc(stub, live, experiment_id):
    request = v1.ReplayRequest(experiment_id=experiment_id)
    replayed = list(stub.Replay(request))
    assert len(replayed) == 5
    assert replayed == list(live.stub.Replay(request))


def test_a_watch_shows_what_happens(stub, live, experiment_id):
    events = stub.WatchExperiment(v1.WatchExperimentRequest(experiment_id=experiment_id))
    assert [item.event.sequence for item in islice(events, 5)] == [1, 2, 3, 4, 5]
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
    assert next(events).event.WhichOneof("kind") == "trial_asked"
    assert watchers(live.server) == 1
    events.close()
    until(lambda: not watchers(live.server))


def test_who_leaves_while_nothing_happens_is_gone_at_once(stub, live, experiment_id):
    request = v1.WatchExperimentRequest(experiment_id=experiment_id, heartbeat_interval=Duration(seconds=3600))
    events = stub.WatchExperiment(request)
    assert next(events).event.sequence == 1
    events.close()
    until(lambda: not watchers(live.server))


def test_heartbeats_come_while_nothing_happens(stub, experiment_id):
    request = v1.WatchExperimentRequest(
        experiment_id=experiment_id, after_sequence=5, heartbeat_interval=Duration(seconds=1)
    )
    with closing(stub.WatchExperiment(request)) as events:
        assert [item.WhichOneof("item") for item in islice(events, 2)] == ["heartbeat"] * 2


def curl(live, protocol, method, request):
    command = ["buf", "curl", "--schema", str(ROOT), "--protocol", protocol, "--data", json.dumps(request)]
    return [*command, f"{live.server.http_address}{PATH}/{method}"]


@pytest.mark.parametrize("protocol", ["connect", "grpcweb"])
def test_buf_curl(protocol, live, environment, experiment_id):
    def run(method, request):
        command = curl(live, protocol, method, request)
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert json.loads(run("GetServerInfo", {}).stdout)["limits"]["maxTrialsPerAsk"] == 100
    ran = run("Replay", {"experimentId": experiment_id})
    assert ran.returncode == 0
    assert Counter(ran.stdout.split())['"eventCount":'] == 5
    ran = run("Ask", {"experimentId": experiment_id, "count": -1})
    assert ran.returncode == 8 * 3  # eight times the code, and 3 is INVALID_ARGUMENT
    error = json.loads(ran.stderr)
    assert error["code"] == "invalid_argument"
    assert [detail["type"] for detail in error["details"]] == ["google.rpc.ErrorInfo", "google.rpc.BadRequest"]


@pytest.fixture
def send(live):
    """Send a request and return the HTTP status, the Content-Type and the body."""

    def send(method, body, headers):
        with closing(http.client.HTTPConnection("127.0.0.1", live.server.http_port, timeout=ENOUGH)) as connection:
            connection.request("POST", f"{PATH}/{method}", body, headers)
            response = connection.getresponse()
            return response.status, response.getheader("content-type"), response.read()

    return send


def framed(message, flags=0):
    payload = message if isinstance(message, bytes) else message.SerializeToString()
    return struct.pack(">BI", flags, len(payload)) + payload


def frames(body):
    found = []
    while body:
        flags, size = struct.unpack_from(">BI", body)
        found.append((flags, body[5 : 5 + size]))
        assert len(found[-1][1]) == size
        body = body[5 + size :]
    return found


def test_grpc_web_as_text(send, live, experiment_id):
    request = v1.GetExperimentRequest(experiment_id=experiment_id)
    headers = {"Content-Type": "application/grpc-web-text"}
    status, content_type, body = send("GetExperiment", base64.b64encode(framed(request)), headers)
    assert (status, content_type) == (200, "application/grpc-web-text+proto")
    # A part that is padded ends there.
    parts = [base64.b64decode(part + b"=" * (-len(part) % 4)) for part in body.replace(b"==", b"=").split(b"=") if part]
    message, trailers = frames(b"".join(parts))
    assert message == (0, live.stub.GetExperiment(request).SerializeToString())
    assert trailers == (0x80, b"grpc-status: 0\r\n")
    assert frames(base64.b64decode(send("GetExperiment", b"?", headers)[2]))[0][0] == 0x80


def test_grpc_web_tells_of_an_error_in_trailers(send):
    request = v1.GetExperimentRequest(experiment_id="nö%")
    status, content_type, body = send("GetExperiment", framed(request), {"Content-Type": "application/grpc-web"})
    assert (status, content_type) == (200, "application/grpc-web+proto")
    ((flags, lines),) = frames(body)
    trailers = dict(line.split(": ", 1) for line in lines.decode("ascii").split("\r\n")[:-1])
    assert (flags, trailers["grpc-status"]) == (0x80, "5")
    packed = trailers["grpc-status-details-bin"]
    error = Status.FromString(base64.b64decode(packed + "=" * (-len(packed) % 4)))
    assert (error.code, error.message) == (5, unquote(trailers["grpc-message"]))
    assert "nö%" in error.message


def test_where_nothing_is_grpc_web_is_told_so_too(send):
    ((flags, lines),) = frames(send("Aks", framed(b""), {"Content-Type": "application/grpc-web+proto"})[2])
    assert flags == 0x80
    assert lines.startswith(b"grpc-status: 12\r\n")


def test_a_stream_of_json(send, experiment_id):
    request = json.dumps({"experimentId": experiment_id}).encode()
    status, content_type, body = send("Replay", framed(request), {"Content-Type": "application/connect+json"})
    assert (status, content_type) == (200, "application/connect+json")
    *messages, end = frames(body)
    assert [json.loads(message)["event"]["sequence"] for _, message in messages] == [1, 2, 3, 4, 5]
    assert end == (2, b"{}")


@pytest.mark.parametrize("body", [b"", b'{"experimentId": "x"}', framed(b"{}") * 2, framed(b"{}", flags=2)])
def test_a_stream_s_request_is_one_message_in_a_frame(body, send):
    status, _, answer = send("Replay", body, {"Content-Type": "application/connect+json"})
    ((flags, end),) = frames(answer)
    assert (status, flags, json.loads(end)["error"]["code"]) == (200, 2, "invalid_argument")


def test_a_stream_does_not_come_without_frames(send):
    status, _, body = send("Replay", b"{}", {"Content-Type": "application/json"})
    assert status == 415
    assert "application/connect+json" in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("headers", "ending"),
    [
        ({"Content-Type": "application/connect+proto", "Connect-Timeout-Ms": "300"}, b'"deadline_exceeded"'),
        ({"Content-Type": "application/grpc-web+proto", "grpc-timeout": "300m"}, b"grpc-status: 4\r\n"),
    ],
)
def test_a_deadline_ends_a_stream(headers, ending, send, live, experiment_id):
    request = v1.WatchExperimentRequest(experiment_id=experiment_id)
    *events, (_, end) = frames(send("WatchExperiment", framed(request), headers)[2])
    assert len(events) == 5
    assert ending in end
    until(lambda: not watchers(live.server))


def test_fifty_watchers_hold_nobody_up(live, experiment_id):
    stub = ConnectStub(live.server.http_address)
    streams = [stub.WatchExperiment(v1.WatchExperimentRequest(experiment_id=experiment_id)) for _ in range(50)]
    for stream in streams:
        next(stream)
    assert watchers(live.server) == 50
    stub.Ask(v1.AskRequest(experiment_id=experiment_id))
    for stream in streams:
        sequences = [item.event.sequence for item in islice(stream, 5)]
        assert all(after == before + 1 for before, after in pairwise(sequences))
        stream.close()
    until(lambda: not watchers(live.server))


def test_who_does_not_read_is_waited_for_in_vain_by_nobody_else(live, experiment_id):
    """A stream is made as it is read: what is not read is not made, and others are answered."""
    many = v1.TellRequest(experiment_id=experiment_id)
    for i in range(5000):
        observation = many.observations.add(observation_id=f"many-{i}")
        observation.outcomes["response"].number_value = 1
        observation.stimuli.add().values["x"].number_value = 0.5
        observation.metadata["padding"] = "x" * 1000
    live.stub.Tell(many)
    with closing(http.client.HTTPConnection("127.0.0.1", live.server.http_port, timeout=ENOUGH)) as lazy:
        request = framed(v1.WatchExperimentRequest(experiment_id=experiment_id))
        lazy.request("POST", f"{PATH}/WatchExperiment", request, {"Content-Type": "application/connect+proto"})
        lazy.getresponse()
        until(lambda: watchers(live.server) == 1)
        stub = ConnectStub(live.server.http_address)
        assert stub.GetExperiment(v1.GetExperimentRequest(experiment_id=experiment_id)).experiment.told_count == 5002
    until(lambda: not watchers(live.server))


def test_a_stopping_server_ends_its_streams_and_finishes_its_calls(tmp_path):
    server = Server(tmp_path / "study.db", Exposure(port=0, http_port=0))
    stub = ConnectStub(server.http_address)
    experiment_id = stub.Setup(ParseDict({"config": CONFIG}, v1.SetupRequest())).experiment_id
    events = stub.WatchExperiment(v1.WatchExperimentRequest(experiment_id=experiment_id))
    next(events)
    many = v1.TellRequest(experiment_id=experiment_id)
    for i in range(2000):
        observation = many.observations.add(observation_id=str(i))
        observation.outcomes["response"].number_value = i % 2
        observation.stimuli.add().values["x"].number_value = i / 2000
    receipts = []
    telling = threading.Thread(target=lambda: receipts.extend(stub.Tell(many).receipts))
    telling.start()
    until(lambda: server._gate._inside == 2)  # the watch is one
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    with pytest.raises(grpc.RpcError) as caught:
        list(events)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "shutting down" in caught.value.details()
    telling.join()
    stopping.join()
    assert len(receipts) == 2000


def test_a_draining_server_refuses_with_a_word(tmp_path, refused):
    server = Server(tmp_path / "study.db", Exposure(port=0, http_port=0))
    stub = ConnectStub(server.http_address)
    server.drain(0)
    refusal = refused(stub.GetServerInfo, v1.GetServerInfoRequest())
    assert (refusal.code, refusal.reason) == ("UNAVAILABLE", "SHUTTING_DOWN")
    with closing(http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=ENOUGH)) as connection:
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 503
    server.stop(0)
