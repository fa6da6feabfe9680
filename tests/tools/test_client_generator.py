"""The generators of clients know the contract: every service, message and field, with its comment."""

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest

from aepsych_grpc.server.reflection import contract
from tools.client_generator.contract import Cardinality, Contract, Field, Idempotency
from tools.client_generator.plugin import respond
from tools.client_generator.reading import read_contract

CONTRACT = read_contract(contract().file, "aepsych_grpc.v1")


def field(message: str, name: str) -> Field:
    found = CONTRACT.message(f"aepsych_grpc.v1.{message}").field(name)
    assert found is not None
    return found


def test_methods_say_what_they_take_and_whether_they_may_be_sent_again():
    (service,) = CONTRACT.services
    methods = {method.name: method for method in service.methods}

    assert service.full_name == "aepsych_grpc.v1.ExperimentService"
    assert methods["Ask"].request == "aepsych_grpc.v1.AskRequest"
    assert methods["Ask"].unary
    assert methods["Ask"].idempotency is Idempotency.UNKNOWN
    assert methods["Query"].idempotency is Idempotency.NO_SIDE_EFFECTS
    assert not methods["Replay"].unary


def test_fields_say_how_many_values_they_have():
    assert field("AskRequest", "experiment_id").cardinality is Cardinality.SINGULAR
    assert field("AskRequest", "count").cardinality is Cardinality.OPTIONAL
    assert field("Trial", "stimuli").cardinality is Cardinality.REPEATED
    values = field("Stimulus", "values")
    assert values.cardinality is Cardinality.MAP
    assert values.key is not None
    assert (values.key.scalar, values.kind.name) == ("string", "google.protobuf.Value")
    assert field("Parameter", "continuous").oneof == "kind"
    assert field("AskRequest", "count").oneof == ""


def test_fields_know_whether_zero_differs_from_left_out():
    assert field("AskRequest", "count").has_presence
    assert field("AskRequest", "compute_budget").has_presence
    assert field("SetupRequest", "ini_text").has_presence
    assert not field("AskRequest", "experiment_id").has_presence
    assert not field("Trial", "stimuli").has_presence


def test_everything_has_its_comment():
    things = [*CONTRACT.services, *CONTRACT.messages, *CONTRACT.enums]
    things += [method for service in CONTRACT.services for method in service.methods]
    things += [one for message in CONTRACT.messages for one in message.fields]
    things += [value for enum in CONTRACT.enums for value in enum.values]
    assert len(things) > 400
    assert [thing.name for thing in things if not thing.comment] == []


def test_a_plugin_answers_with_its_files():
    request = CodeGeneratorRequest(
        proto_file=contract().file, file_to_generate=["aepsych_grpc/v1/trial.proto", "aepsych_grpc/v1/query.proto"]
    )

    def write(given: Contract) -> dict[str, str]:
        return {"b.txt": given.package, "a.txt": given.services[0].name}

    response = respond(request, write)

    assert [(file.name, file.content) for file in response.file] == [
        ("a.txt", "ExperimentService"),
        ("b.txt", "aepsych_grpc.v1"),
    ]


def test_a_plugin_says_that_it_takes_one_package_at_a_time():
    request = CodeGeneratorRequest(
        proto_file=contract().file, file_to_generate=["aepsych_grpc/v1/trial.proto", "google/protobuf/struct.proto"]
    )
    assert "aepsych_grpc.v1, google.protobuf" in respond(request, lambda _: {}).error
