"""The record: state follows from the log alone, whoever reads it and whenever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from session_scenario import ask_call, given, make_config, run, set_up

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode, encode
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def test_a_restart_at_any_point_changes_no_later_stimulus(tmp_path):
    stimuli = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment = set_up(experiments, model=8)
        for _ in range(11):
            run(experiment, 1)
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
                experiment = experiments.open(experiment.experiment_id)
        stimuli.append([trial.stimuli for trial in experiment.trials()[0]])
        experiments.close()
    assert stimuli[0] == stimuli[1]


@pytest.mark.parametrize("dense_limit", [1000, 12])
def test_a_restart_between_refits_changes_no_later_stimulus(tmp_path, monkeypatch, dense_limit):
    """Beyond 40 trials most asks work on from the belief of the first one since the refit."""
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.EVERY_TRIAL_UNTIL", 4)
    monkeypatch.setattr("aepsych_grpc.core.models.belief.DENSE_LIMIT", dense_limit)
    monkeypatch.setattr("aepsych_grpc.core.models.inducing_points.COUNT", 5)
    stimuli = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment = set_up(experiments, model=20)
        run(experiment, 11)
        if restart:
            experiments.close()
            experiments = Experiments(open_store(tmp_path / name))
            experiment = experiments.open(experiment.experiment_id)
        run(experiment, 7)
        stimuli.append([trial.stimuli for trial in experiment.trials()[0]])
        experiments.close()
    assert stimuli[0] == stimuli[1]


def test_a_restarted_server_remembers_pending_trials_and_requests(database):
    experiments = Experiments(open_store(database))
    experiment = set_up(experiments)
    asked = experiment.ask(ask_call("first"))
    experiments.close()
    experiments = Experiments(open_store(database))
    experiment = experiments.open(experiment.experiment_id)
    again = experiment.ask(ask_call("first"))
    assert again.duplicate
    assert again.trials == asked.trials
    assert experiment.overview().pending_count == 1
    experiments.close()


def test_setup_sent_again_finds_its_experiment(experiments):
    call = SetupCall(config=make_config(), request=RequestIdentity(request_id="s", content_digest=b"1"))
    first, second = experiments.setup(call), experiments.setup(call)
    assert second.duplicate
    assert second.experiment_id == first.experiment_id
    other = SetupCall(config=make_config(), request=RequestIdentity(request_id="s", content_digest=b"2"))
    with pytest.raises(ServiceError) as raised:
        experiments.setup(other)
    assert raised.value.reason is Reason.REQUEST_ID_REUSED


def test_a_seed_is_chosen_and_kept(experiments):
    from dataclasses import replace

    answer = experiments.setup(SetupCall(config=replace(make_config(), seed=None)))
    assert answer.config.seed is not None
    assert experiments.open(answer.experiment_id).overview().config.seed == answer.config.seed


def test_an_unknown_experiment_is_named(experiments):
    with pytest.raises(ServiceError) as raised:
        experiments.open("nowhere")
    assert raised.value.reason is Reason.EXPERIMENT_NOT_FOUND
    assert "nowhere" in raised.value.message


def test_fifty_threads_telling_the_same_response_record_it_once(experiment):
    experiment.ask(ask_call())
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: experiment.tell([given(1)]), range(50)))
    assert sum(not answer.receipts[0].duplicate for answer in answers) == 1
    assert experiment.overview().told_count == 1


def slow_fits(experiment, monkeypatch, seconds: float) -> threading.Event:
    """Make every fit of the experiment's model take long; the event is set while one runs."""
    model = type(experiment._phases[1].learner.model)
    running, quick = threading.Event(), model.fit

    def fit(self, *arguments):
        running.set()
        time.sleep(seconds)
        return quick(self, *arguments)

    monkeypatch.setattr(model, "fit", fit)
    return running


def test_a_response_does_not_wait_for_a_fit(experiment, monkeypatch):
    pending = experiment.ask(ask_call(count=2)).trials
    experiment.tell([given(pending[0].trial_id)])
    run(experiment, 1)
    running = slow_fits(experiment, monkeypatch, 1.0)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(experiment.ask, ask_call())
        assert running.wait(5)
        answer = experiment.tell([given(pending[1].trial_id)])
        assert not asking.done()
        assert not answer.receipts[0].duplicate
        asking.result()
    trials, _ = experiment.trials()
    assert trials[-1].data_sequence < trials[1].sequence


def test_an_ask_whose_time_is_up_answers_with_a_stand_in_and_the_next_takes_the_fit(experiment, monkeypatch):
    run(experiment, 3)
    slow_fits(experiment, monkeypatch, 0.5)
    (trial,) = experiment.ask(ask_call(deadline=time.monotonic() + 0.05)).trials
    assert trial.source is Source.FALLBACK
    assert "not ready in time" in trial.note
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.source is Source.MODEL


def test_events_survive_their_encoding(experiment):
    run(experiment, 4)
    experiment.finish_strategy(RequestIdentity(request_id="end", content_digest=b"x"))
    experiment.finish(RequestIdentity(), "done")
    store = experiment._log._store
    stored = store.events(experiment.experiment_id)
    assert {event.kind for event in stored} == {
        "experiment_created",
        "trial_asked",
        "observation_told",
        "model_refitted",
        "strategy_finished",
        "experiment_finished",
    }
    for event in stored:
        assert encode(decode(event.payload)) == (event.kind, event.payload)


def test_queries_answer_from_the_data_up_to_a_sequence(experiment):
    with pytest.raises(ServiceError) as raised:
        experiment.fitted()
    assert raised.value.reason is Reason.NOTHING_TO_MODEL
    run(experiment, 5)
    now = experiment.fitted()
    assert now.observation_count == 5
    run(experiment, 2)
    then = experiment.fitted(at_sequence=now.sequence)
    assert then.observation_count == 5
    X = then.space.encode([{"contrast": 0.3, "frequency": 2.0}])
    for a, b in zip(now.readout, then.readout, strict=True):
        assert [t.tolist() for t in a.marginals(X)] == [t.tolist() for t in b.marginals(X)]
    with pytest.raises(ServiceError) as raised:
        experiment.fitted(at_sequence=10_000)
    assert raised.value.violations[0].path == "at_sequence"


def test_an_ask_does_not_outlive_its_experiment(experiment, monkeypatch):
    """A trial that is being chosen while the experiment is ended is not asked."""
    run(experiment, 3)
    running = slow_fits(experiment, monkeypatch, 0.5)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(experiment.ask, ask_call())
        assert running.wait(5)
        experiment.finish(RequestIdentity(), "enough")
        with pytest.raises(ServiceError) as raised:
            asking.result()
    assert raised.value.reason is Reason.EXPERIMENT_FINISHED
    assert experiment.overview().asked_count == 3


def test_what_one_server_asked_another_can_be_told(database):
    first, second = Experiments(open_store(database)), Experiments(open_store(database))
    here = set_up(first)
    there = second.open(here.experiment_id)
    here.ask(ask_call())
    there.tell([given(1)])
    assert here.overview().told_count == 1
    here.finish(RequestIdentity(), "done")
    assert there.overview().finished
    first.close()
    second.close()


def test_observations_of_another_server_are_learned_from(database):
    first, second = Experiments(open_store(database)), Experiments(open_store(database))
    here = set_up(first)
    there = second.open(here.experiment_id)
    run(here, 3)
    assert there.fitted().observation_count == 3
    first.close()
    second.close()


def test_a_tell_is_flushed_and_an_ask_is_not(experiment, monkeypatch):
    flushed = []
    store = experiment._log._store
    append = store.append

    def spy(*arguments, durable, **options):
        flushed.append(durable)
        append(*arguments, durable=durable, **options)

    monkeypatch.setattr(store, "append", spy)
    run(experiment, 1)
    experiment.finish(RequestIdentity(), "done")
    assert flushed == [False, True, True]


def test_experiments_that_are_not_in_memory_are_rebuilt(experiments, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.session.experiments.MOST_OPEN", 1)
    first, second = set_up(experiments), set_up(experiments)
    run(first, 1)
    run(experiments.open(second.experiment_id), 2)
    again = experiments.open(first.experiment_id)
    assert again is not first
    assert again.overview().told_count == 1


def test_asks_at_the_same_time_are_different_trials(experiment):
    with ThreadPoolExecutor(7) as pool:
        answers = list(pool.map(lambda _: experiment.ask(ask_call()), range(3)))
    assert sorted(answer.trials[0].trial_id for answer in answers) == [1, 2, 3]
    assert len({tuple(answer.trials[0].stimuli[0].values()) for answer in answers}) == 3


def test_a_query_gives_up_at_its_deadline_and_a_later_one_is_answered(experiment, monkeypatch):
    run(experiment, 3)
    slow_fits(experiment, monkeypatch, 0.5)
    with pytest.raises(ServiceError) as raised:
        experiment.fitted(deadline=time.monotonic() + 0.05)
    assert raised.value.reason is Reason.DEADLINE_EXCEEDED
    assert experiment.fitted().observation_count == 3


def test_an_answer_about_the_past_does_not_depend_on_what_came_later(experiment):
    run(experiment, 3)
    then = experiment.overview().sequence
    before = experiment.fitted(then)
    run(experiment, 4)
    after = experiment.fitted(then)
    assert [one.theta for one in after.readout] == [one.theta for one in before.readout]


def test_an_observation_that_cannot_be_learned_from_is_not_recorded(experiment, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    experiment.ask(ask_call())
    sequence = experiment.overview().sequence
    monkeypatch.setattr(experiment._training["seen"], "check", fail)
    with pytest.raises(ZeroDivisionError):
        experiment.tell([given(1)])
    assert experiment.overview().sequence == sequence
