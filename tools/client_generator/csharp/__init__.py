"""The part for C#: the calls of the service, and names of enums without reflection.

Messages are made by protoc's own `--csharp_out`.
"""

from collections.abc import Mapping

from tools.client_generator.contract import Contract
from tools.client_generator.csharp.enum_names import enum_names
from tools.client_generator.csharp.service import service_client


def write(contract: Contract) -> Mapping[str, str]:
    """The files of the C# client: name to text."""
    clients = {f"{service.name}Client.cs": service_client(service, contract) for service in contract.services}
    return {**clients, "EnumNames.cs": enum_names(contract)}
