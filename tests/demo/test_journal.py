import pytest

from aepsych_grpc.client import Trial
from aepsych_grpc.demo.journal import Journal

STIMULUS = {"contrast": 0.1, "spatial_frequency": 2.0}


def listed(trial_id, outcomes=None, stimulus=STIMULUS):
    return Trial(trial_id=trial_id, stimuli=(stimulus,), outcomes=outcomes)


@pytest.fixture
def journal():
    return Journal(asked={1: STIMULUS, 2: STIMULUS}, told={1: 0})


def test_a_server_that_keeps_its_word_has_lost_nothing(journal):
    assert journal.losses([listed(1, {"response": 0}), listed(2)], "response") == []


@pytest.mark.parametrize(
    ("trials", "loss"),
    [
        ([listed(1, {"response": 0})], "trial 2 is lost"),
        ([listed(1), listed(2)], "trial 1 has the response None, but 0 was told"),
        ([listed(1, {"response": 1}), listed(2)], "trial 1 has the response 1, but 0 was told"),
        ([listed(1, {"response": 0}), listed(2, {"response": 1})], "trial 2 has the response 1, but None was told"),
        ([listed(1, {"response": 0}), listed(2), listed(3)], "trial 3 was never asked"),
    ],
)
def test_every_kind_of_loss_is_found(journal, trials, loss):
    assert journal.losses(trials, "response") == [loss]


def test_a_stimulus_that_changed_in_its_last_digit_is_found(journal):
    changed = {**STIMULUS, "contrast": 0.1 + 2**-56}
    assert changed != STIMULUS
    (loss,) = journal.losses([listed(1, {"response": 0}), listed(2, stimulus=changed)], "response")
    assert loss.startswith("trial 2 shows")
