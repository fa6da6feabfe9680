"""What `make generate` writes for MATLAB."""

from pathlib import Path

from aepsych_grpc.server.reflection import contract
from tools.client_generator.matlab import write
from tools.client_generator.reading import read_contract

FILES = write(read_contract(contract().file, "aepsych_grpc.v1"))
CLIENT = Path(__file__).parents[2] / "clients" / "matlab"


def test_what_is_committed_is_what_is_written():
    committed = {str(path.relative_to(CLIENT)): path.read_text() for path in (CLIENT / "+aepsych/+rpc").iterdir()}
    assert committed == FILES


def test_a_call_has_the_contracts_comments_as_its_help():
    text = FILES["+aepsych/+rpc/ask.m"]
    function, summary, *rest = text.splitlines()
    assert function == "function response = ask(connection, request, seconds)"
    assert summary == "%ASK Asks for the next trials."
    help_lines = rest[: rest.index("")]
    assert "%     fixed_parameters (any value by name)" in help_lines
    assert "%       OPTIONAL. Values that the stimuli must have; the rest is chosen." in help_lines
    assert "% Generated from the contract by `make generate`; not to be edited." in rest


def test_there_is_a_call_for_each_rpc_that_has_a_single_answer():
    names = {path.removeprefix("+aepsych/+rpc/").removesuffix(".m") for path in FILES}
    assert {"ask", "tell", "getServerInfo", "finishStrategy", "fields"} <= names
    assert not {"replay", "watchExperiment", "exportTrials"} & names


def test_fields_say_what_json_leaves_out():
    rows = FILES["+aepsych/+rpc/fields.m"]
    assert "'trial_id', 'trialId', 'one', 'number', '';" in rows
    assert "'stimuli', 'stimuli', 'list', 'message', 'Stimulus';" in rows
    assert "'values', 'values', 'map', 'value', '';" in rows
    assert "'response_time', 'responseTime', 'optional', 'duration', '';" in rows
    assert "'binary', 'binary', 'optional', 'message', 'BinaryOutcome';" in rows
