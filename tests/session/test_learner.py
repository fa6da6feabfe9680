"""Beliefs of asks: what they start from, so that a rebuilt experiment gets to the same one in few steps."""

import pytest
from session_scenario import make_config

from aepsych_grpc.core.alternatives import parts
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.rehearsal import Inline
from aepsych_grpc.session.state import Refit
from aepsych_grpc.session.workshop import Workshop

THETA, OTHER = (0.1, 0.2), (0.3, 0.4)


class Recorded:
    """A model that tells which beliefs it was asked for."""

    def __init__(self):
        self.conditioned = []

    def condition(self, data, theta, warm=None, **_):
        self.conditioned.append((len(data), warm))
        return f"belief of {len(data)}" + (f" by {theta}" if theta != THETA else "")

    def alternatives(self, theta, _):
        return ("A", "B") if theta == THETA else ()


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
    learner.belief_in_time(Refit(20, 19, OTHER), 8, 8, None)
    assert learner.model.conditioned[3:] == [(8, None)]


def test_a_rebuilt_belief_takes_two_steps_however_many_were_asked_for(learner):
    learner.belief_in_time(Refit(9, 8, THETA), 1000, 1200, None)
    assert learner.model.conditioned == [(1000, None), (1200, "belief of 1000")]


def test_beliefs_by_alternatives_each_go_on_from_their_own_beginning(learner):
    refit = Refit(9, 8, THETA)
    found = [parts(learner.belief_in_time(refit, 5, n, None, by_alternatives=True)) for n in (5, 7)]
    assert found == [("belief of 5 by A", "belief of 5 by B"), ("belief of 7 by A", "belief of 7 by B")]
    assert learner.model.conditioned == [
        (5, None),
        (5, "belief of 5"),
        (5, "belief of 5"),
        (7, "belief of 5 by A"),
        (7, "belief of 5 by B"),
    ]
    assert learner.belief_in_time(refit, 5, 7, None) == "belief of 7"


def test_without_alternatives_there_is_one_belief(learner):
    found = learner.belief_in_time(Refit(9, 8, OTHER), 5, 5, None, by_alternatives=True)
    assert found == f"belief of 5 by {OTHER}"
