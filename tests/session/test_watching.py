"""Watchers see every event once and in order, whoever records it, and hold nothing up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from session_scenario import ask_call, given, run, set_up

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session import feed as feed_module
from aepsych_grpc.session.call import ReviseCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store

LONG = 3600.0


@pytest.fixture
def seldom(monkeypatch):
    """Nothing is found by looking up now and then, only by being told."""
    monkeypatch.setattr(feed_module, "POLL_SECONDS", LONG)
    monkeypatch.setattr("aepsych_grpc.session.watching.POLL_SECONDS", LONG)


def sequences(watcher, count, heartbeat=LONG):
    return [event.sequence for event in islice(watcher.events(heartbeat), count)]


@pytest.mark.usefixtures("seldom")
def test_what_is_on_record_comes_first_then_each_event_as_it_is_recorded(experiments, experiment):
    run(experiment, 1)
    with experiments.watcher(experiment.experiment_id, 1) as watcher, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(sequences, watcher, 6)
        run(experiment, 1)
        experiment.revise(ReviseCall(trial_id=1))
        experiment.finish(RequestIdentity())
        assert seen.result() == [2, 3, 4, 5, 6, 7]


@pytest.mark.usefixtures("seldom")
def test_fifty_watchers_see_the_same_from_one_reading(experiments, experiment, monkeypatch):
    readings = []
    read = experiments.store.events

    def counted(*arguments, **options):
        readings.append(threading.current_thread().name)
        return read(*arguments, **options)

    def watch(ready):
        with experiments.watcher(experiment.experiment_id, 1) as watcher:
            ready.wait()
            return sequences(watcher, 4)

    ready = threading.Barrier(51)
    with ThreadPoolExecutor(50, thread_name_prefix="watcher") as pool:
        seen = [pool.submit(watch, ready) for _ in range(50)]
        ready.wait()
        monkeypatch.setattr(experiments.store, "events", counted)
        run(experiment, 2)
        assert [one.result() for one in seen] == [[2, 3, 4, 5]] * 50
    assert len([name for name in readings if name.startswith("watcher")]) <= 10


@pytest.mark.usefixtures("seldom")
def test_who_lags_behind_misses_nothing(experiments, experiment, monkeypatch):
    monkeypatch.setattr(feed_module, "PAGE", 3)
    monkeypatch.setattr(feed_module, "TAIL", 4)
    number = experiment.experiment_id
    with experiments.watcher(number, 0) as slow, experiments.watcher(number, 0) as quick:
        slow_events, quick_events = slow.events(LONG), quick.events(LONG)
        assert next(slow_events).sequence == 1
        for _ in range(12):
            experiment.tell([given(stimuli=({"contrast": 0.5, "frequency": 2.0},))])
        assert [event.sequence for event in islice(quick_events, 13)] == list(range(1, 14))
        assert [event.sequence for event in islice(slow_events, 12)] == list(range(2, 14))


def test_events_of_another_server_are_found_by_looking_now_and_then(database, monkeypatch):
    monkeypatch.setattr(feed_module, "POLL_SECONDS", 0.02)
    monkeypatch.setattr("aepsych_grpc.session.watching.POLL_SECONDS", 0.02)
    here, there = Experiments(open_store(database)), Experiments(open_store(database))
    experiment = set_up(there)
    with here.watcher(experiment.experiment_id, 1) as watcher, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(sequences, watcher, 2)
        run(experiment, 1)
        assert seen.result() == [2, 3]
    here.close()
    there.close()


def test_while_nothing_happens_there_are_heartbeats(experiments, experiment):
    with experiments.watcher(experiment.experiment_id, 1) as watcher:
        events = watcher.events(0.01)
        assert [next(events), next(events)] == [None, None]
        run(experiment, 1)
        assert [next(events).sequence, next(events).sequence, next(events)] == [2, 3, None]


@pytest.mark.usefixtures("seldom")
def test_who_is_stopped_while_waiting_ends(experiments, experiment):
    with experiments.watcher(experiment.experiment_id, 1) as watcher, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(lambda: list(watcher.events(LONG)))
        watcher.stop()
        assert seen.result() == []
    assert not experiments._watching._feeds
    assert not experiments._watching._watchers


@pytest.mark.usefixtures("seldom")
def test_closing_ends_all_and_lets_no_more_in(experiments, experiment):
    with experiments.watcher(experiment.experiment_id, 1) as watcher, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(sequences, watcher, 1)
        experiments.stop_watching()
        for ended in (seen.result, lambda: experiments.watcher(experiment.experiment_id, 1).__enter__()):
            with pytest.raises(ServiceError) as raised:
                ended()
            assert raised.value.reason is Reason.SHUTTING_DOWN


@pytest.mark.usefixtures("seldom")
def test_a_watcher_who_never_listens_holds_up_nobody(experiments, experiment):
    with (
        experiments.watcher(experiment.experiment_id, 0) as idle,
        experiments.watcher(experiment.experiment_id, 0) as other,
    ):
        next(idle.events(LONG))
        run(experiment, 3)
        assert sequences(other, 7) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.usefixtures("seldom")
def test_a_stuck_database_of_the_watchers_delays_no_tell(experiments, experiment, monkeypatch):
    """Whoever reads for the watchers holds no lock that recording needs."""
    read, reading, go_on = experiments.store.events, threading.Event(), threading.Event()

    def stuck(*arguments, **options):
        if threading.current_thread().name.startswith("watcher"):
            reading.set()
            go_on.wait()
        return read(*arguments, **options)

    (trial,) = experiment.ask(ask_call()).trials
    monkeypatch.setattr(experiments.store, "events", stuck)
    with experiments.watcher(experiment.experiment_id, 2) as watcher, ThreadPoolExecutor(1, "watcher") as pool:
        seen = pool.submit(sequences, watcher, 1)
        reading.wait()
        experiment.tell([given(trial.trial_id)])
        go_on.set()
        assert seen.result() == [3]


def test_what_can_not_be_watched_is_refused(experiments, experiment, monkeypatch):
    def refusal(*arguments):
        with pytest.raises(ServiceError) as raised, experiments.watcher(*arguments):
            pass
        return raised.value

    assert refusal("nowhere", 0).reason is Reason.EXPERIMENT_NOT_FOUND
    error = refusal(experiment.experiment_id, 2)
    assert (error.reason, error.violations[0].path) == (Reason.INVALID_REQUEST, "after_sequence")
    assert "the log has 1 to 1" in error.violations[0].message
    monkeypatch.setattr("aepsych_grpc.session.watching.MOST_WATCHERS", 1)
    with experiments.watcher(experiment.experiment_id, 0):
        assert refusal(experiment.experiment_id, 0).reason is Reason.LIMIT_EXCEEDED
    with experiments.watcher(experiment.experiment_id, 0):
        pass
