"""What a runner prints, taken in and put into a table."""

import sys

import pytest
from rich.console import Console

from clients.behaviours import BEHAVIOURS
from clients.runner import run
from clients.table import table

ALL_OK = "".join(f"{name} ok\n" for name in BEHAVIOURS)


def report_of(printed, *, exit_code=0, more=""):
    restarts = []
    program = f"import sys\nsys.stdout.write({printed!r})\nsys.stdout.flush()\n{more}\nsys.exit({exit_code})"
    report = run([sys.executable, "-c", program], "HOST:1", lambda: restarts.append(1))
    return report, len(restarts)


def test_all_behaviours_that_hold_are_good():
    report, restarts = report_of(ALL_OK)
    assert (report.good, restarts) == (True, 0)
    assert len(BEHAVIOURS) == 25


@pytest.mark.parametrize(
    ("printed", "exit_code", "problem"),
    [
        (ALL_OK.replace("ask ok", "ask FAILED no trial"), 1, "ask: no trial"),
        (ALL_OK.replace("ask ok", "ask FAILED"), 1, "ask: without saying why"),
        (ALL_OK.replace("finish ok\n", ""), 0, "finish: not reported"),
        (ALL_OK + "ask ok\n", 0, "reported twice: ask ok"),
        (ALL_OK + "dance ok\n", 0, "no behaviour: dance ok"),
        (ALL_OK.replace("ask ok", "ask fine"), 0, 'neither "ok" nor "FAILED": ask fine'),
        (ALL_OK, 3, "ended with exit code 3"),
        (ALL_OK.replace("ask ok", "ask FAILED no trial"), 0, "ended with exit code 0"),
    ],
)
def test_what_is_wrong_is_said(printed, exit_code, problem):
    report, _ = report_of(printed, exit_code=exit_code)
    assert not report.good
    assert any(line.startswith(problem) for line in report.problems()), report.problems()


def test_the_server_is_started_again_when_a_runner_wants_it():
    report, restarts = report_of("restart\n", more=f"assert sys.stdin.readline()\nsys.stdout.write({ALL_OK!r})")
    assert (report.problems(), restarts) == ([], 1)


def test_a_runner_that_dies_is_told_with_what_it_said_last():
    report, _ = report_of(ALL_OK, more="raise RuntimeError('no licence')")
    assert any("no licence" in line for line in report.problems())


def test_the_table_has_a_line_for_each_behaviour_and_a_column_for_each_client():
    failing, _ = report_of(ALL_OK.replace("ask ok", "ask FAILED no trial"), exit_code=1)
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table({"Fine": report_of(ALL_OK)[0], "Broken": failing, "Absent": None}))
    lines = {line.split()[0]: line.split()[1:] for line in capture.get().splitlines() if line.strip()}
    assert lines["ask"] == ["✓", "✗", "-"]
    assert lines["tell"] == ["✓", "✓", "-"]
    assert lines["behaviour"] == ["Fine", "Broken", "Absent"]
    assert set(BEHAVIOURS) <= set(lines)
