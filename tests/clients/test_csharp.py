"""The C# client: the behaviours of all clients, its README as printed, its own tests, and kills in mid-tell."""

import random
import re
import subprocess
import time
from pathlib import Path

import pytest

from aepsych_grpc.client import Client as PythonClient
from clients import csharp
from clients.behaviours import BEHAVIOURS
from clients.runner import Client

SOURCE = csharp.SOURCE
README = (SOURCE / "README.md").read_text(encoding="utf-8")
YES_NO = {"parameters": [{"name": "contrast", "continuous": {"lower_bound": 0, "upper_bound": 1}}]}


def printed_lines(heading):
    (block,) = re.findall(rf"^## {heading}$.*?^```csharp\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert len(block.splitlines()) <= 15
    return block


def run(program, *arguments, folder):
    ran = subprocess.run(
        ["mono", "--debug", str(program), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("client", [csharp.CLIENT, csharp.UNITY_CLIENT], ids=lambda client: client.name)
def test_the_client_behaves_as_every_client(client, report_of):
    report = report_of(client)
    assert report.problems() == []
    assert set(report.failures) == set(BEHAVIOURS)


@pytest.mark.slow
def test_the_client_behaves_without_a_compiler_at_run_time(report_of):
    """As on the devices that Unity builds for; what would need reflection's code at run time fails."""
    assert report_of(Client("C#", csharp.ahead_of_time, csharp.address)).problems() == []


@pytest.mark.slow
def test_the_program_of_the_readme_runs_as_printed(built, live_server, tmp_path):
    script = tmp_path / "Program.cs"
    script.write_text(printed_lines("In .NET").replace("http://localhost:50052", csharp.address(live_server)))
    participant = tmp_path / "Participant.cs"
    participant.write_text(
        "static class Participant { public static bool Sees(double contrast) { return contrast > 0.1; } }"
    )

    def build(folder):
        return csharp.compiled(folder / "program.exe", script, participant, references=[csharp.library(folder)])

    printed = run(built(build, tmp_path), folder=tmp_path)
    threshold = re.fullmatch(r"threshold (0\.\d+)\n", printed)
    assert threshold, printed
    assert float(threshold[1]) == pytest.approx(0.1, rel=0.5)
    assert PythonClient(live_server.target).experiments(participant_id="p01")[0].told_count == 50


@pytest.mark.slow
def test_the_script_of_the_readme_plays_as_printed(built, live_server, tmp_path):
    script = tmp_path / "ContrastThreshold.cs"
    script.write_text(printed_lines("In Unity"))

    def build(folder):
        references = [csharp.unity_library(folder), csharp.UNITY]
        play = SOURCE / "Tests~" / "UnityPlay"
        return csharp.compiled(folder / "play.exe", script, play, references=references)

    printed = run(built(build, tmp_path), "ContrastThreshold", csharp.address(live_server), folder=tmp_path)
    (experiment_id,) = re.findall(r"^Experiment (\w+)$", printed, flags=re.MULTILINE)
    assert PythonClient(live_server.target).experiment(experiment_id).state().told_count == 50
    assert len((tmp_path / f"{experiment_id}.csv").read_text().splitlines()) == 51
    assert (tmp_path / "aepsych-tells.journal").read_bytes() == b"AEPTELL1"  # nothing waits


def test_what_it_tests_itself_holds(built, tmp_path):
    def build(folder):
        nunit = "/usr/lib/cli/nunit.framework-2.6.3/nunit.framework.dll"
        if not Path(nunit).exists():
            raise csharp.NotInstalledError(f"no NUnit; on Debian and Ubuntu: sudo apt-get install {csharp.PACKAGES}")
        client, editor = csharp.unity_library(folder), "AepsychGrpc.Editor.dll"
        csharp.compiled(folder / editor, SOURCE / "Editor", references=[client, csharp.UNITY])
        both = [client, csharp.UNITY, nunit]
        return [
            csharp.compiled(folder / "AepsychGrpc.Tests.dll", SOURCE / "Tests" / "Runtime", references=both),
            csharp.compiled(
                folder / "AepsychGrpc.Editor.Tests.dll", SOURCE / "Tests" / "Editor", references=[*both, editor]
            ),
        ]

    tests = built(build, tmp_path)
    options = ["-nologo", "-noshadow", "-nothread", "-domain=None", "-process=Single"]
    printed = run("/usr/lib/nunit/nunit-console.exe", *options, *map(str, tests), folder=tmp_path)
    counts = re.search(r"Tests run: (\d+), Errors: 0, Failures: 0, Inconclusive: 0", printed)
    assert counts, printed
    assert int(counts[1]) > 30


@pytest.mark.parametrize("sample", sorted((SOURCE / "Samples~").iterdir()), ids=lambda sample: sample.name)
def test_samples_compile(sample, built, tmp_path):
    built(
        lambda folder: csharp.compiled(
            folder / "Sample.dll", sample, references=[csharp.unity_library(folder), csharp.UNITY]
        ),
        tmp_path,
    )


@pytest.mark.slow
def test_no_response_is_lost_or_twice_whoever_is_killed(built, live_server, tmp_path):
    """The program is killed at any moment, the server now and then, and each goes on where it was."""
    last, chance = 150, random.Random(5)
    program = built(
        lambda folder: csharp.compiled(
            folder / "journal.exe", SOURCE / "Tests~" / "Journal", references=[csharp.library(folder)]
        ),
        tmp_path,
    )
    experiment = PythonClient(live_server.target).setup(YES_NO)
    command = ["mono", str(program), csharp.address(live_server), "journal", experiment.experiment_id]
    safe, kills = 0, 0
    while safe < last:
        command = ["mono", str(program), csharp.address(live_server), "journal", experiment.experiment_id]
        with subprocess.Popen(
            [*command, str(safe + 1), str(last)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            until = safe + chance.randint(5, 40)
            for line in process.stdout:
                safe = int(line)
                if safe == until:
                    time.sleep(chance.random() * 0.02)
                    process.kill()
                    kills += 1
        if kills in (1, 3):
            live_server.restart()
    final = subprocess.run([*command, "1", "0"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert final.returncode == 0, final.stderr
    told = [trial.stimuli[0]["contrast"] for trial in experiment.trials()]
    assert sorted(told) == [number / 1000 for number in range(1, last + 1)]
    assert kills > 3


REFLECTION = re.compile(
    r"\bJson(Formatter|Parser)\b|\.Descriptor\b|\.(Unp|P)ack\b|System\.Reflection|\btypeof\(|Activator|\bdynamic\b"
)


def test_the_client_uses_no_reflection():
    """IL2CPP compiles ahead of time, and strips what it does not see used."""
    found = [
        f"{file.name}: {line.strip()}"
        for file in SOURCE.joinpath("Runtime").rglob("*.cs")
        if file.parent.name != "Generated"
        for line in file.read_text(encoding="utf-8").splitlines()
        if REFLECTION.search(line) and "InternalsVisibleTo" not in line
    ]
    assert found == []
