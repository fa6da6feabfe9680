"""The C++ client: as a package, as a C library, and by the behaviours of every client."""

import ctypes
import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from fake_servicer import FakeServicer, failure, serving

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from clients import cpp
from clients.c_library import Library
from clients.cpp import CLIENT, SOURCE, program, run

pytestmark = pytest.mark.slow

README = (SOURCE / "README.md").read_text(encoding="utf-8")
FROM_AN_EMPTY_FOLDER = README.partition("## From an empty folder to an experiment")[2].partition("\n## ")[0]


def printed(language, text=FROM_AN_EMPTY_FOLDER):
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return block


@pytest.fixture(scope="module")
def folder(built, tmp_path_factory):
    """Where the client is built, and installed into `prefix`."""
    made = tmp_path_factory.mktemp("cpp")
    built(cpp.install, made)
    return made


def test_every_behaviour_holds(report_of, folder):
    assert report_of(CLIENT, folder).problems() == []


def test_the_prefetcher_keeps_its_promises(folder, live_server):
    lines = run(program(folder, "prefetcher"), live_server.target).splitlines()
    assert len(lines) == 5
    assert all(line.endswith(" ok") for line in lines), lines


def test_a_program_in_c_runs_an_experiment(folder, live_server):
    assert run(program(folder, "c_abi"), live_server.target) == ""


def test_the_readme_leads_from_an_empty_folder_to_an_experiment(folder, live_server, tmp_path):
    listing, source, commands = printed("cmake"), printed("cpp"), printed("sh")
    assert len((listing + source + commands).splitlines()) <= 15
    (tmp_path / "CMakeLists.txt").write_text(listing)
    assert "aepsych::Client()" in source
    (tmp_path / "rig.cpp").write_text(source.replace("aepsych::Client()", f'aepsych::Client("{live_server.target}")'))
    asked = run("bash", "-ec", commands, cwd=tmp_path, text="0\n1\n" * 25, CMAKE_PREFIX_PATH=str(folder / "prefix"))
    levels = [float(level) for level in re.findall(r"([\d.e+-]+) dB, heard \(0 or 1\)\? ", asked)]
    assert len(levels) == 50
    assert all(0 <= level <= 60 for level in levels)


def test_the_package_has_the_version_of_the_project(folder):
    (found,) = (folder / "prefix").glob("lib*/cmake/aepsych_grpc/aepsych_grpcConfigVersion.cmake")
    assert f'set(PACKAGE_VERSION "{version("aepsych-grpc")}")' in found.read_text()


@pytest.mark.usefixtures("folder")
def test_the_folder_can_be_part_of_another_build(tmp_path):
    target = "target_link_libraries(rig aepsych_grpc::client aepsych_grpc::c)"
    listing = printed("cmake").replace("find_package(aepsych_grpc REQUIRED)", f'add_subdirectory("{SOURCE}" client)')
    (tmp_path / "CMakeLists.txt").write_text(listing.replace("target_link_libraries(rig aepsych_grpc::client)", target))
    (tmp_path / "rig.cpp").write_text(printed("cpp"))
    run("cmake", "-B", "build", cwd=tmp_path)
    assert "libaepsych_grpc_client.a" in (tmp_path / "build" / "CMakeFiles" / "rig.dir" / "link.txt").read_text()


def test_the_example_runs_a_study_from_a_file_and_goes_on_with_it(folder, live_server, tmp_path, environment):
    study = Path(__file__).parents[2] / "examples" / "contrast_threshold.yaml"
    shown = subprocess.run(
        ["aepsych-grpc", "config", "show", "--json", study], env=environment, capture_output=True, check=True
    )
    (tmp_path / "study.json").write_bytes(shown.stdout)
    command = [program(folder, "rig"), live_server.target]
    first, *thresholds = run(*command, tmp_path / "study.json", "p01").splitlines()
    assert [line.split()[0] for line in thresholds] == ["1", "2", "4", "8"]
    again = run(*command, first.replace("experiment ", "id="), "p01").splitlines()
    assert again == [first, *thresholds]


@pytest.fixture(scope="module")
def library(folder):
    (found,) = (folder / "prefix").glob("lib*/**/libaepsych_grpc_c.so")
    return Library(found)


def config_of(parameters, **fields):
    return json.dumps({"parameters": parameters, **fields}, ensure_ascii=False).encode()


LEVEL = {"name": "level", "continuous": {"lower_bound": 0, "upper_bound": 60}}


def test_the_lines_for_ctypes_work_as_printed(library, live_server):
    text = README.replace("localhost:50051", live_server.target).replace("libaepsych_grpc_c.so", library.path)
    names = {}
    exec(printed("python", text), names)  # the README's own lines
    assert library.raw.aepsych_trial_id(names["trial"]) == 2


def test_an_error_has_its_place_whatever_its_length(library, live_server):
    client = library.client(live_server.target)
    bad = {"name": "ä" * 700, "continuous": {"lower_bound": 1, "upper_bound": 0}}
    assert library.setup(client, config_of([bad] * 40), None, None) is None
    assert (library.error.code_name, library.error.reason) == (b"INVALID_ARGUMENT", b"INVALID_CONFIG")
    assert b"config.parameters[0].continuous" in library.error.violations
    library.error.violations.decode()
    library.error.message.decode()


def test_what_the_client_itself_refuses_is_told_in_the_same_way(library, live_server):
    client = library.client(live_server.target)
    for config in (b"", b"{", b'{"parametrs": []}', b"name: study"):
        assert library.setup(client, config, None, None) is None
        assert (library.error.code_name, library.error.reason) == (b"INVALID_ARGUMENT", b"INVALID_CONFIG")
    experiment = library.setup(client, config_of([LEVEL]), None, None)
    assert library.ask(experiment, b"[1]") is None
    assert b"fixed_parameters" in library.error.message
    assert library.ask(None, None) is None
    assert b"NULL" in library.error.message
    assert library.answer(client, "Dance") is None
    assert b"GetServerInfo" in library.error.message
    assert library.ask(experiment, None)
    assert (library.error.code, library.error.message) == (0, b"")


def test_a_prefetcher_runs_over_the_c_interface(library, live_server):
    strategies = [{"generator": {"name": "sobol"}, "stopping": {"min_asks": 4}}]
    client = library.client(live_server.target)
    experiment = library.setup(client, config_of([LEVEL], strategies=strategies), None, None)
    trials = library.prefetcher_new(experiment, 1)
    told = 0
    while trial := library.prefetcher_next(trials):
        library.raw.aepsych_prefetcher_tell(trials, trial, ctypes.c_double(1), ctypes.c_double(-1))
        library.raw.aepsych_trial_free(trial)
        told += 1
    assert (told, library.error.code, library.error.finished) == (4, 0, 1)
    assert library.prefetcher_stop(trials)
    library.raw.aepsych_prefetcher_free(trials)


@pytest.fixture
def servicer():
    return FakeServicer()


@pytest.fixture
def experiment(library, servicer):
    """An experiment on a server that fails as it is told."""
    with serving(servicer) as target:
        yield library.setup(library.client(target), config_of([LEVEL]), None, None)


def requests(servicer, method):
    return [request for name, request in servicer.calls if name == method]


def test_a_call_whose_answer_was_lost_is_sent_again_with_its_ids(library, servicer, experiment):
    servicer.failures.extend([failure("UNAVAILABLE", "shutting down", "SHUTTING_DOWN"), None])
    trial = library.ask(experiment, None)
    first, *again = requests(servicer, "Ask")
    assert again == [first, first]
    assert len(first.request_id) == 32
    assert len(servicer.trials) == 1
    servicer.failures.append(None)
    assert library.tell(experiment, trial, 1.0, -1.0)
    first, again = requests(servicer, "Tell")
    assert first == again


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "INTERNAL", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"])
def test_other_failures_are_not_sent_again(library, servicer, experiment, code):
    servicer.failures.append(failure(code, "no", "ANY", experiment_id="e1"))
    assert library.ask(experiment, None) is None
    assert len(requests(servicer, "Ask")) == 1
    assert (library.error.code_name.decode(), library.error.reason) == (code, b"ANY")
    assert library.error.metadata == b"experiment_id: e1\n"
    assert library.error.request_id.decode() == requests(servicer, "Ask")[0].request_id
    assert library.error.retryable == (code == "DEADLINE_EXCEEDED")


def test_a_server_that_stays_away_is_given_up_in_time(library, servicer):
    with serving(servicer) as target:
        client = library.client(target, seconds=1.0)
        assert library.answer(client, "GetServerInfo")
        servicer.failures.extend([failure("UNAVAILABLE", "shutting down", "SHUTTING_DOWN")] * 100)
        assert library.answer(client, "GetServerInfo") is None
    assert (library.error.code_name, library.error.retryable) == (b"UNAVAILABLE", 1)
    assert 2 < len(requests(servicer, "GetServerInfo")) < 11
    assert library.answer(library.client("127.0.0.1:1"), "GetServerInfo") is None
    assert b"No server answers at 127.0.0.1:1" in library.error.message


@pytest.fixture(scope="module")
def guarded(certificate):
    """A server that wants TLS and a token."""
    (certificate / "tokens.txt").write_text("rig-one\n")
    files = {"tls_cert": certificate / "cert.pem", "tls_key": certificate / "key.pem"}
    server = Server(":memory:", Exposure(port=0, token_file=certificate / "tokens.txt", **files))
    yield f"127.0.0.1:{server.port}"
    server.stop(0)


def test_a_token_and_a_certificate_let_in(library, guarded, certificate):
    client = library.client(guarded, token=b"rig-one", certificates=bytes(certificate / "cert.pem"))
    assert library.answer(client, "GetServerInfo")["version"]


@pytest.mark.parametrize(
    ("token", "certificates", "code"),
    [
        (b"rig-two", None, b"UNAUTHENTICATED"),
        (b"", None, b"UNAUTHENTICATED"),
        (b"rig-one\n", None, b"INVALID_ARGUMENT"),
        ("größe".encode(), None, b"INVALID_ARGUMENT"),
        (b"rig-one", b"", b"UNAVAILABLE"),
        (b"rig-one", b"/nowhere.pem", b"INVALID_ARGUMENT"),
        (b"rig-one", b"/dev/null", b"INVALID_ARGUMENT"),
        (b"rig-one", bytes(Path(__file__)), b"UNAVAILABLE"),
    ],
)
def test_others_are_refused(library, guarded, certificate, token, certificates, code):
    given = bytes(certificate / "cert.pem") if certificates is None else certificates
    assert library.answer(library.client(guarded, token=token, certificates=given), "GetServerInfo") is None
    assert library.error.code_name == code
