"""Strategies that a clock or a model ends, and models that forget."""

import time
from dataclasses import replace

import pytest
from session_scenario import ask_call, given, make_config, run

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import StrategyFinished
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def set_up(experiments, stopping, at=1, **changes):
    config = replace(make_config(sobol=6), intensity_parameter="contrast")
    strategies = list(config.strategies)
    strategies[at] = replace(strategies[at], stopping=stopping, **changes)
    config = from_proto(to_proto(replace(config, strategies=tuple(strategies))), CATALOGUE)
    return experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)


def ends(experiments, experiment):
    events = [decode(one.payload).kind for one in experiments.store.events(experiment.experiment_id)]
    return [kind for kind in events if isinstance(kind, StrategyFinished)]


def run_to_the_end(experiment, most=80):
    for number in range(most):
        answer = experiment.ask(ask_call())
        if not answer.trials:
            assert answer.finished
            return number
        (trial,) = answer.trials
        assert not experiment.tell([given(trial.trial_id, int(trial.stimuli[0]["contrast"] > 0.1))]).finished
    raise AssertionError("It did not end.")


def test_a_certain_model_ends_the_experiment_and_the_log_says_why(experiments, database):
    experiment = set_up(experiments, Stopping(min_asks=4, max_threshold_interval=0.25))
    count = run_to_the_end(experiment)
    assert count > 10
    (end,) = ends(experiments, experiment)
    assert end.strategy_index == 1
    assert end.reason.startswith("threshold interval 0.2")
    overview = experiment.overview()
    assert overview.finished
    assert overview.strategies[1].remaining == ()
    with pytest.raises(ServiceError) as caught:
        experiment.ask(ask_call())
    assert caught.value.reason is Reason.EXPERIMENT_FINISHED
    restarted = Experiments(open_store(database))
    assert restarted.open(experiment.experiment_id).overview() == overview
    restarted.close()


def test_an_uncertain_model_goes_on_to_the_last_ask(experiments):
    experiment = set_up(experiments, Stopping(max_threshold_interval=1e-6, max_asks=5))
    assert "a threshold interval of at most 1e-06" in experiment.overview().strategies[1].remaining
    run(experiment, 11)
    assert experiment.overview().finished
    assert not ends(experiments, experiment)


def test_the_same_ask_sent_again_finds_the_same_end(experiments):
    experiment = set_up(experiments, Stopping(min_posterior_range=0.01))
    run(experiment, 6)
    first, again = (experiment.ask(ask_call("last")) for _ in range(2))
    assert (first.trials, first.finished, first.duplicate) == ((), True, False)
    assert (again.trials, again.finished, again.duplicate) == ((), True, True)
    assert len(ends(experiments, experiment)) == 1


def test_a_strategy_whose_time_is_up_gives_way_to_the_next(experiments):
    experiment = set_up(experiments, Stopping(max_seconds=0.2), at=0)
    time.sleep(0.25)
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.strategy == "start"
    time.sleep(0.25)
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.strategy == "adaptive"
    (end,) = ends(experiments, experiment)
    assert end.strategy_index == 0
    assert end.reason.endswith(" s since its first Ask, at most 0.2 wanted")


def test_a_batch_begins_with_the_strategy_after_the_end(experiments):
    experiment = set_up(experiments, Stopping(max_seconds=0.05), at=0)
    experiment.ask(ask_call())
    time.sleep(0.06)
    batch = experiment.ask(ask_call(count=3)).trials
    assert {trial.strategy for trial in batch} == {"adaptive"}


def test_a_model_that_forgets_is_that_of_the_latest_observations_alone(experiments):
    forgetful = set_up(experiments, Stopping(min_asks=50), keep_most_recent=8)
    plain = set_up(experiments, Stopping(min_asks=50))
    shown = [{"contrast": 0.01 * 1.2**i, "frequency": 1.0 + i / 4} for i in range(20)]
    told = [given(0, i % 3 > 0, stimuli=(stimulus,)) for i, stimulus in enumerate(shown)]
    forgetful.tell(told)
    plain.tell(told[-8:])
    one, other = forgetful.fitted(), plain.fitted()
    assert one.observation_count == other.observation_count == 8
    X = one.space.encode(shown)
    assert one.belief().marginals(X)[0].tolist() == other.belief().marginals(X)[0].tolist()
    assert forgetful.fitted(at_sequence=10).observation_count == 8
    assert forgetful.fitted(at_sequence=5).observation_count == 4


def test_a_restart_changes_no_stimulus_of_a_model_that_forgets(tmp_path):
    shown = {}
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment_id = set_up(experiments, Stopping(min_asks=50), keep_most_recent=5).experiment_id
        for _ in range(12):
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
            shown.setdefault(name, []).extend(run(experiments.open(experiment_id), 1))
        experiments.close()
    assert shown["steady.db"] == shown["restarted.db"]


def test_a_model_whose_numbers_fail_ends_nothing(experiments, monkeypatch):
    def fail(*_, **__):
        raise ArithmeticError("The latent field's covariance is not positive definite.")

    experiment = set_up(experiments, Stopping(min_asks=1, max_threshold_interval=0.99))
    monkeypatch.setattr("aepsych_grpc.session.ending.certainty", fail)
    run(experiment, 9)
    assert ends(experiments, experiment) == []
