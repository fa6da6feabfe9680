"""The C++ client: as a package, as a C library, and by the behaviours of every client."""

import ctypes
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from clients import cpp
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


class Error(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_int32),
        ("retryable", ctypes.c_int32),
        ("finished", ctypes.c_int32),
        ("code_name", ctypes.c_char * 32),
        ("reason", ctypes.c_char * 64),
        ("request_id", ctypes.c_char * 64),
        ("message", ctypes.c_char * 1024),
        ("violations", ctypes.c_char * 4096),
        ("metadata", ctypes.c_char * 1024),
    )


@pytest.fixture(scope="module")
def library(folder):
    (found,) = (folder / "prefix").glob("lib*/**/libaepsych_grpc_c.so")
    loaded = ctypes.CDLL(str(found))
    for name in ("client_new", "setup", "open", "ask", "tell_and_ask", "prefetcher_new", "prefetcher_next", "call"):
        getattr(loaded, f"aepsych_{name}").restype = ctypes.c_void_p
    return loaded


def client_of(library, target, *, token=b"", certificates=b""):
    timeout = ctypes.c_double(10)
    return ctypes.c_void_p(library.aepsych_client_new(target.encode(), token, 0, certificates, timeout, None))


def server_info(library, client):
    """Return the server's version, or the error."""
    error = Error()
    text = library.aepsych_call(client, b"GetServerInfo", b"{}", ctypes.byref(error))
    if not text:
        return error
    version = json.loads(ctypes.string_at(text))["version"]
    library.aepsych_text_free(ctypes.c_void_p(text))
    return version


def test_the_lines_for_ctypes_work_as_printed(library, live_server):
    text = README.replace("localhost:50051", live_server.target)
    text = text.replace("libaepsych_grpc_c.so", library._name)
    names = {}
    exec(printed("python", text), names)  # the README's own lines
    assert names["trial"].value
    assert library.aepsych_trial_id(names["trial"]) == 2


def test_an_error_has_its_place_whatever_its_length(library, live_server):
    client, error = client_of(library, live_server.target), Error()
    bad = {"name": "ä" * 700, "continuous": {"lower_bound": 1, "upper_bound": 0}}
    config = json.dumps({"parameters": [bad] * 40}, ensure_ascii=False).encode()
    assert not library.aepsych_setup(client, config, None, None, ctypes.byref(error))
    assert (error.code_name, error.reason) == (b"INVALID_ARGUMENT", b"INVALID_CONFIG")
    assert b"config.parameters[0].continuous" in error.violations
    error.violations.decode()
    error.message.decode()
    assert not library.aepsych_setup(client, b"{", None, None, ctypes.byref(error))
    assert error.reason == b"INVALID_CONFIG"
    assert not library.aepsych_ask(None, None, ctypes.byref(error))
    assert b"NULL" in error.message
    assert not library.aepsych_call(client, b"Dance", b"{}", ctypes.byref(error))
    assert b"GetServerInfo" in error.message


def test_a_prefetcher_runs_over_the_c_interface(library, live_server):
    error = Error()
    stopping = {"generator": {"name": "sobol"}, "stopping": {"min_asks": 4}}
    parameter = {"name": "level", "continuous": {"lower_bound": 0, "upper_bound": 60}}
    config = json.dumps({"parameters": [parameter], "strategies": [stopping]}).encode()
    client = client_of(library, live_server.target)
    experiment = ctypes.c_void_p(library.aepsych_setup(client, config, None, None, None))
    trials = ctypes.c_void_p(library.aepsych_prefetcher_new(experiment, 1, ctypes.byref(error)))
    told = 0
    while trial := library.aepsych_prefetcher_next(trials, ctypes.byref(error)):
        library.aepsych_prefetcher_tell(trials, ctypes.c_void_p(trial), ctypes.c_double(1), ctypes.c_double(-1))
        library.aepsych_trial_free(ctypes.c_void_p(trial))
        told += 1
    assert (told, error.code, error.finished) == (4, 0, 1)
    assert library.aepsych_prefetcher_stop(trials, ctypes.byref(error))
    library.aepsych_prefetcher_free(trials)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that wants TLS and a token, and its certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    files = tmp_path_factory.mktemp("secrets")
    self_signed = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = "-keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*self_signed.split(), *names.split()], cwd=files, check=True, capture_output=True)
    (files / "tokens.txt").write_text("rig-one\n")
    exposure = Exposure(port=0, tls_cert=files / "cert.pem", tls_key=files / "key.pem", token_file=files / "tokens.txt")
    server = Server(":memory:", exposure)
    yield f"127.0.0.1:{server.port}", bytes(files / "cert.pem")
    server.stop(0)


def test_a_token_and_a_certificate_let_in(library, guarded):
    target, certificate = guarded
    assert isinstance(server_info(library, client_of(library, target, token=b"rig-one", certificates=certificate)), str)


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
def test_others_are_refused(library, guarded, token, certificates, code):
    target, certificate = guarded
    given = certificate if certificates is None else certificates
    assert server_info(library, client_of(library, target, token=token, certificates=given)).code_name == code
