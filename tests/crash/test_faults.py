"""Every fault of `make crash`, less often: nothing that was acknowledged is lost, and nothing is there twice."""

import random

import pytest

from crash.arena import Arena, Hosts
from crash.faults import faults

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    made = Hosts(tmp_path_factory.mktemp("hosts") / "server.log")
    yield made
    made.close()


@pytest.fixture
def arena_of(hosts, tmp_path):
    made = []

    def arena(fault):
        seed = random.SystemRandom().randrange(2**31)
        print(f'make crash ARGS="--few --only {fault.key} --seed {seed}"; log: {hosts.log}')  # noqa: T201 - for who repeats it
        made.append(Arena(tmp_path, hosts, fault.few, random.Random(seed), sabotage=fault.sabotage))
        return made[-1]

    yield arena
    for one in made:
        one.close()


@pytest.mark.parametrize("fault", [fault for fault in faults() if not fault.sabotage], ids=lambda fault: fault.key)
def test_nothing_is_lost_and_nothing_is_there_twice(fault, arena_of):
    verdict = fault.run(arena_of(fault))
    assert verdict.acknowledged > 0
    assert (verdict.lost, verdict.duplicated, verdict.wrong) == ([], [], [])


@pytest.mark.parametrize("fault", [fault for fault in faults() if fault.sabotage], ids=lambda fault: fault.key)
def test_a_server_that_is_broken_on_purpose_is_found_out(fault, arena_of):
    verdict = fault.run(arena_of(fault))
    assert {"late": verdict.lost, "forget": verdict.duplicated}[fault.key]
