"""A protoc plugin of one function: what it writes for the contract."""

import sys
from collections.abc import Callable, Mapping

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse

from tools.client_generator.contract import Contract
from tools.client_generator.reading import read_contract

Write = Callable[[Contract], Mapping[str, str]]
"""From the contract to the files: path below the plugin's `out` to text."""


def run_plugin(write: Write) -> None:
    """Read a CodeGeneratorRequest on standard input, write the response on standard output."""
    request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(respond(request, write).SerializeToString())


def respond(request: CodeGeneratorRequest, write: Write) -> CodeGeneratorResponse:
    """The response: the files that `write` makes of the package that is to be generated.

    The plugin needs all files of the package in one request: `strategy: all` in buf.gen.yaml.
    """
    response = CodeGeneratorResponse(supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
    packages = {file.package for file in request.proto_file if file.name in request.file_to_generate}
    if len(packages) != 1:
        response.error = f"one package is generated at a time, but these were given: {', '.join(sorted(packages))}"
        return response
    contract = read_contract(request.proto_file, packages.pop())
    for path, text in sorted(write(contract).items()):
        response.file.add(name=path, content=text)
    return response
