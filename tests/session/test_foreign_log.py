"""A log from elsewhere: sound ones pass, and every event that can't have happened is named."""

from dataclasses import replace

import pytest
from session_scenario import ask_call, given, make_config, run, set_up

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.session.call import ReviseCall, SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import (
    ExperimentCreated,
    ExperimentFinished,
    LearnedPrior,
    ModelRefitted,
    ObservationCarriedOver,
    RequestIdentity,
    StrategyFinished,
    TrialRevised,
)
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.foreign_log import InvalidLogError, check_log
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.event_store import open_store


@pytest.fixture(scope="module")
def workshop():
    found = Workshop()
    yield found
    found.close()


@pytest.fixture(scope="module")
def log():
    """created, 3 x (asked, told), refitted, asked, told (unsolicited), asked."""
    experiments = Experiments(open_store(":memory:"))
    experiment = set_up(experiments)
    run(experiment, 3)
    experiment.ask(ask_call())
    experiment.tell([given(stimuli=({"contrast": 0.5, "frequency": 2.0},))])
    experiment.ask(ask_call())
    events = [decode(one.payload) for one in experiments.store.events(experiment.experiment_id)]
    experiments.close()
    return events


REFIT, ASKED, TOLD, UNSOLICITED = 7, 8, 6, 9
"""Places of events in the log, from 0."""


def test_a_sound_log_passes(log, workshop):
    assert isinstance(log[REFIT].kind, ModelRefitted)
    seen = []
    checked = check_log(log, workshop, seen.append)
    assert checked.created == log[0].kind
    assert not checked.finished
    assert seen == [event.sequence for event in log]
    ended = replace(log[-1], sequence=len(log) + 1, kind=ExperimentFinished())
    assert check_log([*log, ended], workshop).finished


def kind(**changes):
    return lambda event: replace(event, kind=replace(event.kind, **changes))


def observation(**changes):
    return lambda event: kind(observation=replace(event.kind.observation, **changes))(event)


def instead(other):
    return lambda event: replace(event, kind=other)


PRIOR = LearnedPrior(
    strategy_index=1, outcome="seen", experiment_ids=("x",), hyperprior=Hyperprior((LogParameter("a", 1.0, 1.0),))
)


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        (0, instead(ExperimentFinished()), "begins with experiment_created"),
        (0, lambda event: kind(config=replace(event.kind.config, seed=None))(event), "config.seed"),
        (0, kind(learned_priors=(PRIOR,)), "learned_priors: A prior of a for"),
        (
            0,
            kind(learned_priors=(replace(PRIOR, hyperprior=Hyperprior((LogParameter("a", -1.0, 1.0),))),)),
            "above 0",
        ),
        (3, lambda event: replace(event, sequence=3), "count from 1 without gaps"),
        (ASKED, kind(trial_id=3), "the next trial is 4"),
        (ASKED, kind(strategy_index=2), "the config has 0 to 1"),
        (ASKED, kind(strategy_index=-1), "the config has 0 to 1"),
        (ASKED, kind(source=Source.UNSOLICITED), "source"),
        (ASKED, kind(batch_index=1), "batch_index"),
        (ASKED, kind(data_sequence=9), "data_sequence: 9"),
        (ASKED, kind(data_sequence=0), "data_sequence: 0"),
        (ASKED, kind(stimuli=()), "0 are given; a trial of the experiment has 1"),
        (ASKED, kind(stimuli=({"contrast": 0.5},)), r"stimuli\[0\].frequency: Required"),
        (ASKED, kind(stimuli=({"contrast": -1.0, "frequency": 2.0},)), r"stimuli\[0\].contrast"),
        (ASKED, kind(stimuli=({"contrast": float("nan"), "frequency": 2.0},)), r"stimuli\[0\].contrast"),
        (ASKED, kind(stimuli=({"contrast": "loud", "frequency": 2.0},)), r"stimuli\[0\].contrast"),
        (ASKED, kind(fixed_parameters={"colour": 1.0}), "fixed_parameters.colour"),
        (TOLD, observation(trial_id=1, observation_id="x"), "trial_id: 1 given; it has its response already"),
        (TOLD, observation(trial_id=9, observation_id="x"), "has trials 1 to 3"),
        (TOLD, observation(observation_id="trial-2"), "trial-2"),
        (TOLD, observation(outcomes={"seen": 2.0}), "outcomes.seen"),
        (TOLD, observation(outcomes={}), "required"),
        (TOLD, observation(outcomes={"heard": 1.0}), "outcomes.heard"),
        (TOLD, observation(stimuli=()), "required"),
        (TOLD, observation(stimuli=({"contrast": 2.0, "frequency": 2.0},)), r"stimuli\[0\].values.contrast"),
        (TOLD, observation(response_time=-1.0), "response_time"),
        (TOLD, kind(unsolicited=True), "not what a Tell"),
        (UNSOLICITED, kind(unsolicited=False), "has trials 1 to 4"),
        (UNSOLICITED, observation(trial_id=6), "observation"),
        (REFIT, kind(strategy_index=7), "strategy_index: 7"),
        (REFIT, kind(strategy_index=0), "has no model"),
        (REFIT, kind(outcome="heard"), 'no model of "heard"'),
        (REFIT, kind(data_sequence=8), "data_sequence: 8"),
        (REFIT, kind(data_sequence=2), "Nothing had been told"),
        (REFIT, kind(hyperparameters=(1.0,)), "hyperparameters: 1 hyperparameters for"),
        (REFIT, lambda event: kind(hyperparameters=(float("inf"),) * 3)(event), "finite"),
        (REFIT, instead(StrategyFinished(strategy_index=2)), "strategy_index: 2"),
    ],
)
def test_an_event_that_can_not_have_happened(log, workshop, place, change, message):
    changed = [change(event) if i == place else event for i, event in enumerate(log)]
    assert changed != log
    with pytest.raises(InvalidLogError, match=message) as caught:
        check_log(changed, workshop)
    assert caught.value.sequence == place + 1


def test_events_that_happen_twice(log, workshop):
    end = replace(log[-1], sequence=len(log) + 1, kind=ExperimentFinished())
    with pytest.raises(InvalidLogError, match="ended before"):
        check_log([*log, end, replace(end, sequence=end.sequence + 1)], workshop)
    with pytest.raises(InvalidLogError, match="Only the first event"):
        check_log([*log, replace(log[0], sequence=len(log) + 1)], workshop)
    again = replace(log[TOLD], sequence=len(log) + 1)
    with pytest.raises(InvalidLogError, match="told already"):
        check_log([*log, again], workshop)
    assert isinstance(log[0].kind, ExperimentCreated)


def test_an_empty_log(workshop):
    with pytest.raises(InvalidLogError, match="event 1: "):
        check_log([], workshop)


@pytest.fixture(scope="module")
def long_story():
    """An experiment that began with two observations of another, and two of whose three responses were revised."""
    experiments = Experiments(open_store(":memory:"))
    earlier = set_up(experiments)
    run(earlier, 2)
    call = SetupCall(config=make_config(), warm_start_from=(earlier.experiment_id,))
    experiment = experiments.open(experiments.setup(call).experiment_id)
    run(experiment, 3)
    experiment.revise(ReviseCall(trial_id=1, outcomes={"seen": 0}, reason="wrong key", request=REQUEST))
    experiment.revise(ReviseCall(trial_id=2))
    run(experiment, 2)
    events = [decode(one.payload) for one in experiments.store.events(experiment.experiment_id)]
    experiments.close()
    return events


REQUEST = RequestIdentity(request_id="revise", content_digest=b"1")
CARRIED, CORRECTED, RETRACTED = 1, 9, 10
"""Places of events in the log, from 0."""


def test_revisions_and_carried_observations_pass(long_story, workshop):
    assert isinstance(long_story[CARRIED].kind, ObservationCarriedOver)
    assert isinstance(long_story[CARRIED + 1].kind, ObservationCarriedOver)
    assert [long_story[place].kind.outcomes for place in (CORRECTED, RETRACTED)] == [{"seen": 0.0}, {}]
    assert check_log(long_story, workshop).created == long_story[0].kind


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        (CORRECTED, kind(trial_id=9), "trial_id: 9 given; the experiment has trials 1 to 3"),
        (CORRECTED, kind(outcomes={"seen": 2.0}), "outcomes.seen: 2.0 given"),
        (CORRECTED, kind(outcomes={"heard": 1.0}), "outcomes.heard: unknown outcome"),
        (CORRECTED, lambda event: replace(event, kind=TrialRevised(trial_id=4)), "trials 1 to 3"),
        (RETRACTED, kind(request=REQUEST), "An earlier call has its request_id"),
        (CARRIED, kind(experiment_id="another"), '"another" is not among those'),
        (CARRIED, kind(trial_id=0), "trial_id: 0 is given"),
        (CARRIED, kind(outcomes={}), "outcomes.seen: missing"),
        (CARRIED, kind(stimuli=()), "stimuli: 0 given"),
        (CARRIED, kind(stimuli=({"contrast": 9.0, "frequency": 2.0},)), r"stimuli\[0\].values.contrast"),
        (CARRIED, kind(stimuli=({"contrast": 0.5},)), r"stimuli\[0\].values.frequency"),
    ],
)
def test_a_revision_or_a_carried_observation_that_can_not_be(long_story, workshop, place, change, message):
    test_an_event_that_can_not_have_happened(long_story, workshop, place, change, message)


def test_observations_are_carried_over_at_the_beginning_only(long_story, workshop):
    late = replace(long_story[CARRIED], sequence=len(long_story) + 1)
    with pytest.raises(InvalidLogError, match="before anything else"):
        check_log([*long_story, late], workshop)


def test_a_trial_that_awaits_its_response_is_not_revised(log, workshop):
    revised = replace(log[-1], sequence=len(log) + 1, kind=TrialRevised(trial_id=6))
    with pytest.raises(InvalidLogError, match="it has no response yet"):
        check_log([*log, revised], workshop)
