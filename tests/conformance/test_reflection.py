"""The server describes itself, comments included, to tools of either generation."""

import subprocess

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2

from aepsych_grpc.server.reflection import SERVICES

SERVICE = "aepsych_grpc.v1.ExperimentService"


def ask(channel, version, **request):
    call = channel.stream_stream(
        f"/{version}/ServerReflectionInfo",
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    (answer,) = call(iter([reflection_pb2.ServerReflectionRequest(**request)]), timeout=10)
    return answer


@pytest.fixture
def channel(live):
    with grpc.insecure_channel(live.server.address) as channel:
        yield channel


@pytest.mark.parametrize("version", SERVICES)
def test_services_are_listed(version, channel):
    listed = ask(channel, version, list_services="").list_services_response.service
    assert [service.name for service in listed] == [SERVICE, "grpc.health.v1.Health", *SERVICES]


@pytest.mark.parametrize("version", SERVICES)
@pytest.mark.parametrize(
    "symbol",
    [SERVICE, f"{SERVICE}.Ask", "aepsych_grpc.v1.Trial.stimuli", "aepsych_grpc.v1.TrialState", *SERVICES],
)
def test_the_files_of_a_symbol_are_whole(version, symbol, channel):
    response = ask(channel, version, file_containing_symbol=symbol).file_descriptor_response
    files = {file.name: file for file in map(FileDescriptorProto.FromString, response.file_descriptor_proto)}
    assert files
    assert all(dependency in files for file in files.values() for dependency in file.dependency)


@pytest.mark.parametrize("version", SERVICES)
def test_comments_come_along(version, channel):
    response = ask(channel, version, file_by_filename="aepsych_grpc/v1/trial.proto").file_descriptor_response
    (file,) = [
        file
        for file in map(FileDescriptorProto.FromString, response.file_descriptor_proto)
        if file.name == "aepsych_grpc/v1/trial.proto"
    ]
    comments = [location.leading_comments.strip() for location in file.source_code_info.location]
    assert "One stimulus: a value for every parameter." in comments


@pytest.mark.parametrize(
    "request_",
    [
        {"file_containing_symbol": "aepsych_grpc.v1.Nothing"},
        {"file_by_filename": "nothing.proto"},
        {"all_extension_numbers_of_type": "aepsych_grpc.v1.Trial"},
    ],
)
def test_what_is_unknown_is_not_found(request_, channel):
    answer = ask(channel, SERVICES[0], **request_)
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert answer.original_request == reflection_pb2.ServerReflectionRequest(**request_)


@pytest.mark.parametrize(
    ("symbol", "comment"),
    [
        (SERVICE, "// Asks for the next trials. They are recorded as pending before the answer."),
        ("aepsych_grpc.v1.AskRequest", "// OPTIONAL. Number of trials wanted, at least 1. Default 1."),
        ("", f"{SERVICE} is a service"),
    ],
)
def test_grpcurl_describes(symbol, comment, live, environment):
    command = ["grpcurl", "-plaintext", live.server.address, "describe", *([symbol] if symbol else [])]
    described = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert comment in described.stdout
