from dataclasses import replace

import pytest
from session_scenario import make_config, run, set_up

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.rehearsal import Inline, Rehearsal


def answer(stimulus):
    return int(stimulus["contrast"] > 0.1)


def test_a_rehearsal_asks_the_trials_of_the_recorded_experiment(experiments):
    recorded = run(set_up(experiments), 7)
    rehearsal, shown = Rehearsal(make_config()), []
    while not rehearsal.finished:
        trial = rehearsal.ask()
        shown.append(trial.stimuli[0])
        rehearsal.tell(trial, answer(trial.stimuli[0]))
    assert shown == recorded
    assert rehearsal.told == 7


def test_a_finished_rehearsal_asks_no_more():
    rehearsal = Rehearsal(make_config(sobol=1, model=1))
    for _ in range(2):
        trial = rehearsal.ask()
        rehearsal.tell(trial, answer(trial.stimuli[0]))
    with pytest.raises(ValueError, match="finished"):
        rehearsal.ask()


def test_a_rehearsal_learns_from_stimuli_that_it_did_not_ask():
    rehearsal = Rehearsal(make_config())
    with pytest.raises(ServiceError) as nothing:
        rehearsal.fitted()
    assert nothing.value.reason is Reason.NOTHING_TO_MODEL
    for contrast in (0.02, 0.05, 0.2, 0.6):
        stimulus = {"contrast": contrast, "frequency": 4.0}
        rehearsal.tell_stimulus(stimulus, answer(stimulus))
    fitted = rehearsal.fitted()
    assert fitted.observation_count == 4
    assert len(fitted.readout) > 1


def test_what_fails_inline_fails_for_the_one_who_waits():
    with pytest.raises(ZeroDivisionError):
        Inline().submit(lambda: 1 / 0).result()


def test_a_rehearsal_ends_when_its_model_is_certain_enough():
    config = make_config(sobol=4)
    last = replace(config.strategies[1], stopping=Stopping(min_posterior_range=0.01))
    rehearsal = Rehearsal(replace(config, strategies=(config.strategies[0], last)))
    for _ in range(4):
        trial = rehearsal.ask()
        rehearsal.tell(trial, answer(trial.stimuli[0]))
    assert not rehearsal.finished
    assert rehearsal.ask() is None
    assert rehearsal.finished
