"""Tells: all of a call or none, once and only once."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from session_scenario import ask_call, given, make_config, run, set_up

from aepsych_grpc.config.outcome import Choice, Ordinal, Outcome
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.event import Event, ExperimentCreated
from aepsych_grpc.session.state import State
from aepsych_grpc.session.telling import told_events

STIMULUS = {"contrast": 0.5, "frequency": 4.0}


def refused(experiment, observations):
    before = experiment.overview().sequence
    with pytest.raises(ServiceError) as raised:
        experiment.tell(observations)
    assert experiment.overview().sequence == before
    return raised.value


def test_a_response_told_twice_is_recorded_once(experiment):
    (trial,) = experiment.ask(ask_call()).trials
    first = experiment.tell([given(trial.trial_id)])
    second = experiment.tell([given(trial.trial_id)])
    assert [receipt.duplicate for receipt in first.receipts + second.receipts] == [False, True]
    assert experiment.overview().told_count == 1


def test_a_half_stored_batch_can_be_sent_again_whole(experiment):
    trials = experiment.ask(ask_call(count=3)).trials
    experiment.tell([given(trials[0].trial_id)])
    answer = experiment.tell([given(trial.trial_id) for trial in trials])
    assert [receipt.duplicate for receipt in answer.receipts] == [True, False, False]
    assert [receipt.trial_id for receipt in answer.receipts] == [1, 2, 3]


def test_an_id_with_another_response_is_refused(experiment):
    experiment.tell([given(stimuli=(STIMULUS,), observation_id="a")])
    error = refused(experiment, [given(0, 0, stimuli=(STIMULUS,), observation_id="a")])
    assert error.reason is Reason.OBSERVATION_ID_REUSED


def test_a_trial_takes_one_response(experiment):
    run(experiment, 1)
    (trial,), _ = experiment.trials()
    changed = 1 - trial.observation.outcomes["seen"]
    assert refused(experiment, [given(1, int(changed))]).reason is Reason.TRIAL_ALREADY_TOLD
    error = refused(experiment, [given(1, observation_id="another")])
    assert error.reason is Reason.TRIAL_ALREADY_TOLD
    assert error.violations[0].path == "observations[0].trial_id"


def test_one_call_cannot_tell_a_trial_twice(experiment):
    experiment.ask(ask_call())
    error = refused(experiment, [given(1, observation_id="a"), given(1, observation_id="b")])
    assert error.reason is Reason.TRIAL_ALREADY_TOLD


def test_an_unknown_trial_is_refused(experiment):
    assert refused(experiment, [given(3)]).reason is Reason.TRIAL_NOT_FOUND


def test_trials_that_were_not_asked_get_numbers_of_their_own(experiment):
    answer = experiment.tell([given(stimuli=(STIMULUS,)), given(stimuli=(STIMULUS,))])
    assert [receipt.trial_id for receipt in answer.receipts] == [1, 2]
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.trial_id == 3


def test_an_asked_trial_can_be_told_with_what_was_really_shown(experiment):
    experiment.ask(ask_call())
    experiment.tell([given(1, stimuli=(STIMULUS,))])
    (trial,), _ = experiment.trials()
    assert trial.observation.stimuli == (STIMULUS,)
    assert trial.stimuli != (STIMULUS,)


@pytest.mark.parametrize("value", [7, -1, 0.5, math.nan, math.inf, "1", None])
def test_what_a_binary_outcome_cannot_be_is_refused(experiment, value):
    experiment.ask(ask_call())
    error = refused(experiment, [given(1, value)])
    assert error.reason is Reason.INVALID_REQUEST
    assert [violation.path for violation in error.violations] == ["observations[0].outcomes.seen"]
    assert "0 or 1" in error.violations[0].message


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (Choice(), "the chosen stimulus's position, 0 or 1, is expected"),
        (Ordinal(levels=2), "given; 0 or 1 is expected"),
        (Ordinal(levels=7), "given; a whole number from 0 to 6 is expected"),
    ],
    ids=["choice", "two levels", "seven levels"],
)
def test_a_bool_counts_as_a_number_for_yes_or_no_only(experiments, kind, allowed):
    stimuli = 2 if isinstance(kind, Choice) else 1
    start = make_config().strategies[:1]
    outcomes = (Outcome(name="seen", kind=kind),)
    config = replace(make_config(), outcomes=outcomes, stimuli_per_trial=stimuli, strategies=start)
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    error = refused(experiment, [given(outcomes={"seen": True}, stimuli=(STIMULUS,) * stimuli)])
    assert allowed in error.violations[0].message


def test_every_mistake_of_a_call_is_reported(experiment):
    observations = [
        given(-3),
        given(outcomes={"sen": 1}, stimuli=({"contrast": 0.5, "frequenzy": 3.0},), response_time=-1.0),
        given(stimuli=({"contrast": 5.0, "frequency": 4.0},)),
    ]
    error = refused(experiment, observations)
    assert error.reason is Reason.INVALID_REQUEST
    assert [violation.path for violation in error.violations] == [
        "observations[0].trial_id",
        "observations[1].outcomes.sen",
        "observations[1].outcomes.seen",
        "observations[1].stimuli[0].values.frequenzy",
        "observations[1].stimuli[0].values.frequency",
        "observations[1].response_time",
        "observations[2].stimuli[0].values.contrast",
    ]
    assert 'Did you mean "seen"?' in error.violations[1].message


def test_stimuli_out_of_bounds_are_taken_only_where_the_config_allows_it(experiments):
    outside = given(stimuli=({"contrast": 5.0, "frequency": 4.0},))
    assert refused(set_up(experiments), [outside]).reason is Reason.OUT_OF_BOUNDS
    lenient = set_up(experiments, allow_out_of_bounds=True)
    lenient.tell([outside])
    assert lenient.overview().told_count == 1


def test_excluded_trials_are_kept_but_not_learned_from(experiment):
    experiment.tell([given(stimuli=(STIMULUS,), exclude_from_model=True)])
    overview = experiment.overview()
    assert overview.told_count == 1
    assert not overview.can_model


def test_ids_that_stand_for_asked_trials_are_theirs_alone(experiment):
    experiment.ask(ask_call(count=2))
    error = refused(experiment, [given(stimuli=(STIMULUS,), observation_id="trial-2")])
    assert error.violations[0].path == "observations[0].observation_id"
    experiment.tell([given(2, observation_id="trial-2")])


class Unread(dict):
    """A dict in which one can look up, but which nobody goes through."""

    def __iter__(self):
        raise AssertionError("read from end to end")

    keys = items = values = copy = __iter__


def test_a_tell_does_not_read_all_that_was_told_before():
    state = State()
    state.apply(Event(1, datetime.now(UTC), ExperimentCreated(config=make_config())))
    state.observation_digests, state.observation_trials = Unread(a=b"1"), Unread(a=1)
    events, receipts = told_events(state, [given(stimuli=(STIMULUS,)), given(stimuli=(STIMULUS,), observation_id="b")])
    assert [event.observation.observation_id for event in events] == ["trial-1", "b"]
    assert len(receipts) == 2
    with pytest.raises(ServiceError, match='"a" stands for another'):
        told_events(state, [given(stimuli=(STIMULUS,), observation_id="a")])
