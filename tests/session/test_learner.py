"""Beliefs of asks: what they start from, so that a rebuilt experiment gets to the same one in few steps."""

import pytest
from session_scenario import make_config

from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.rehearsal import Inline
from aepsych_grpc.session.state import Refit
from aepsych_grpc.session.workshop import Workshop

THETA = (0.1, 0.2)


class Recorded:
    """A model that tells which beliefs it was asked for."""

    def __init__(self):
        self.conditioned = []

    def condition(self, data, _, warm=None):
        self.conditioned.append((len(data), warm))
        return f"belief of {len(data)}"


@pytest.fixture
def learner(monkeypatch):
    one = assemble(make_config(), Workshop(Inline())).phases[1].learner
    one.model = Recorded()
    monkeypatch.setattr(one, "_data", range)
    return one


def test_a_belief_starts_from_that_of_the_first_ask_since_the_refit(learner):
    refit = Refit(9, 8, THETA)
    for n in (5, 6, 6, 8):
        assert learner.belief_in_time(refit, 5, n, None) == f"belief of {n}"
    assert learner.model.conditioned == [(5, None), (6, "belief of 5"), (8, "belief of 5")]
    learner.belief_in_time(Refit(20, 19, (0.3, 0.4)), 8, 8, None)
    assert learner.model.conditioned[3:] == [(8, None)]


def test_a_rebuilt_belief_takes_two_steps_however_many_were_asked_for(learner):
    learner.belief_in_time(Refit(9, 8, THETA), 1000, 1200, None)
    assert learner.model.conditioned == [(1000, None), (1200, "belief of 1000")]
