"""Asks: what they answer, that they can be repeated, and where they end."""

import pytest
from session_scenario import ask_call, given, run, set_up

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.event import RequestIdentity


def test_trials_come_from_one_strategy_after_the_other(experiment):
    run(experiment, 7)
    trials, _ = experiment.trials()
    assert [trial.strategy for trial in trials] == ["start"] * 3 + ["adaptive"] * 4
    assert [trial.source for trial in trials] == [Source.SOBOL] * 3 + [Source.MODEL] * 4
    assert [trial.trial_id for trial in trials] == list(range(1, 8))


def test_a_batch_continues_with_the_next_strategy_and_ends_with_the_last(experiment):
    run(experiment, 2)
    answer = experiment.ask(ask_call(count=100))
    assert [trial.strategy for trial in answer.trials] == ["start"] + ["adaptive"] * 4
    assert answer.finished
    points = {tuple(trial.stimuli[0].values()) for trial in answer.trials}
    assert len(points) == 5


def test_a_finished_experiment_refuses_to_ask_but_takes_late_responses(experiment):
    answer = experiment.ask(ask_call(count=7))
    with pytest.raises(ServiceError) as raised:
        experiment.ask(ask_call())
    assert raised.value.reason is Reason.EXPERIMENT_FINISHED
    told = experiment.tell([given(trial.trial_id) for trial in answer.trials])
    assert told.finished
    assert experiment.overview().told_count == 7


def test_without_responses_a_model_strategy_falls_back(experiment):
    answer = experiment.ask(ask_call(count=5))
    assert [trial.source for trial in answer.trials] == [Source.SOBOL] * 3 + [Source.FALLBACK] * 2
    assert "Nothing has been told" in answer.trials[-1].note


def test_a_repeated_request_gets_the_same_trials(experiment):
    run(experiment, 4)
    first = experiment.ask(ask_call("again", count=2))
    second = experiment.ask(ask_call("again", count=2))
    assert second.duplicate
    assert not first.duplicate
    assert second.trials == first.trials


def test_a_request_id_with_other_content_is_refused(experiment):
    experiment.ask(ask_call("again"))
    with pytest.raises(ServiceError) as raised:
        experiment.ask(ask_call("again", count=2))
    assert raised.value.reason is Reason.REQUEST_ID_REUSED
    assert experiment.overview().asked_count == 1


def test_fixed_parameters_hold(experiment):
    run(experiment, 4)
    answer = experiment.ask(ask_call(fixed_parameters={"frequency": 4}, count=2))
    assert [trial.stimuli[0]["frequency"] for trial in answer.trials] == [4.0, 4.0]
    assert {trial.source for trial in answer.trials} == {Source.MODEL}


@pytest.mark.parametrize(
    ("fixed", "reason"),
    [({"contrasts": 0.1}, Reason.INVALID_REQUEST), ({"contrast": 2.0}, Reason.OUT_OF_BOUNDS)],
)
def test_bad_fixed_parameters_are_refused(experiment, fixed, reason):
    with pytest.raises(ServiceError) as raised:
        experiment.ask(ask_call(fixed_parameters=fixed))
    assert raised.value.reason is reason
    assert raised.value.violations[0].path == f"fixed_parameters.{next(iter(fixed))}"
    assert experiment.overview().sequence == 1


def test_a_strategy_can_be_ended_early_but_only_the_current_one(experiment):
    request = RequestIdentity(request_id="end", content_digest=b"start")
    assert not experiment.finish_strategy(request, "start")
    assert experiment.finish_strategy(request, "start")
    assert experiment.overview().current_strategy == "adaptive"
    with pytest.raises(ServiceError) as raised:
        experiment.finish_strategy(RequestIdentity(), "start")
    assert raised.value.reason is Reason.STRATEGY_NOT_CURRENT


def test_finishing_twice_changes_nothing(experiment):
    assert not experiment.finish(RequestIdentity(), "tired")
    sequence = experiment.overview().sequence
    experiment.finish(RequestIdentity(), "tired again")
    overview = experiment.overview()
    assert overview.finished
    assert overview.sequence == sequence


def test_progress_says_what_is_missing(experiment):
    run(experiment, 4)
    overview = experiment.overview()
    first, second = overview.strategies
    assert (first.finished, first.asked_count, first.told_count, first.remaining) == (True, 3, 3, ())
    assert (second.finished, second.remaining) == (False, ("asks 1 of 4",))
    assert overview.current_strategy == "adaptive"
    assert overview.can_model


def test_the_list_of_experiments_knows_what_is_finished(experiments):
    experiment = set_up(experiments, model=1)
    run(experiment, 3)
    assert not experiments.store.get(experiment.experiment_id).finished
    run(experiment, 1)
    assert experiments.store.get(experiment.experiment_id).finished


def test_fixed_values_are_asked_digit_for_digit(experiment):
    third = 1 / 3
    answer = experiment.ask(ask_call(fixed_parameters={"contrast": third}))
    assert answer.trials[0].stimuli[0]["contrast"] == third
