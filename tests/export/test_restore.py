"""Experiments that go on elsewhere: the same log, the same next trial; or nothing at all."""

import json
import random
import time
from pathlib import Path

import pytest
from export_scenario import MIXED, answer, config_of, given, run_mixed, run_pairs, set_up, written

from aepsych_grpc.client import Client
from aepsych_grpc.export.file import Format
from aepsych_grpc.export.log_file import InvalidFileError, read_logs
from aepsych_grpc.export.restore import restore as record
from aepsych_grpc.export.restore import sound_logs
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.session.call import AskCall, ReviseCall, SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.projection import rows_of_log
from aepsych_grpc.store.check import check
from aepsych_grpc.store.error import DuplicateRequest, ExperimentExists
from aepsych_grpc.store.event_store import open_store


@pytest.fixture
def elsewhere(tmp_path):
    found = Experiments(open_store(tmp_path / "elsewhere.db"))
    yield found
    found.close()


def restore(store, logs, *, new_ids=False, on_progress=lambda _: None):
    return record(store, sound_logs(logs, on_progress), new_ids=new_ids)


def log_of(experiments, experiment_id):
    return [(event.kind, event.time, event.payload) for event in experiments.store.events(experiment_id)]


def asked(experiment, count=1):
    trials = experiment.ask(AskCall(count=count, deadline=time.monotonic() + 60)).trials
    return [(trial.stimuli, trial.source, trial.strategy) for trial in trials]


def run_until_the_model_chooses(experiments):
    experiment = set_up(experiments, MIXED)
    for seen in (1, 0, 1, 0, 1):
        (trial,) = experiment.ask(AskCall(deadline=time.monotonic() + 60)).trials
        experiment.tell([given(answer(trial, seen), trial.trial_id)])
    return experiment


def test_the_same_log_and_the_same_next_trials(experiments, elsewhere):
    mine = run_until_the_model_chooses(experiments)
    (experiment_id,) = restore(elsewhere.store, read_logs(written(experiments, [mine], Format.JSON)))
    assert experiment_id == mine.experiment_id
    assert log_of(elsewhere, experiment_id) == log_of(experiments, experiment_id)
    theirs = elsewhere.open(experiment_id)
    assert theirs.overview() == mine.overview()
    for seen in (1, 0):
        here, there = asked(mine), asked(theirs)
        assert here == there
        assert here[0][1].value == "model"
        for experiment in (mine, theirs):
            trial = experiment.trials()[0][-1]
            experiment.tell([given(answer(trial, seen), trial.trial_id)])
    assert asked(mine, 2) == asked(theirs, 2)


def test_every_kind_of_trial_and_of_experiment(experiments, elsewhere):
    mixed, pairs, ended = run_mixed(experiments), run_pairs(experiments), run_pairs(experiments, 2)
    ended.finish(RequestIdentity(request_id="end", content_digest=b"\0\xff"), reason="müde")
    some = [mixed, pairs, ended]
    data = written(experiments, some, Format.JSON)
    parts = []
    ids = restore(elsewhere.store, read_logs(data), on_progress=parts.append)
    assert ids == tuple(one.experiment_id for one in some)
    assert parts == sorted(parts)
    assert parts[-1] == 1
    for one in some:
        assert log_of(elsewhere, one.experiment_id) == log_of(experiments, one.experiment_id)
        assert elsewhere.store.get(one.experiment_id) == experiments.store.get(one.experiment_id)
        assert elsewhere.open(one.experiment_id).trials() == one.trials()
    assert elsewhere.store.get(ended.experiment_id).finished
    assert written(elsewhere, some, Format.JSON) == data
    assert written(elsewhere, some, Format.WIDE) == written(experiments, some, Format.WIDE)


def test_one_that_is_there_is_refused_and_a_new_id_is_given_on_request(experiments):
    mixed, pairs = run_mixed(experiments), run_pairs(experiments)
    logs = read_logs(written(experiments, [pairs, mixed], Format.JSON))
    with pytest.raises(ExperimentExists):
        restore(experiments.store, logs)
    ids = restore(experiments.store, logs, new_ids=True)
    assert len({*ids, mixed.experiment_id, pairs.experiment_id}) == 4
    assert log_of(experiments, ids[1]) == log_of(experiments, mixed.experiment_id)
    assert asked(experiments.open(ids[1])) == asked(mixed)


def test_what_is_there_keeps_out_what_is_not(experiments, elsewhere):
    mixed, pairs = run_mixed(experiments), run_pairs(experiments)
    restore(elsewhere.store, read_logs(written(experiments, [mixed], Format.JSON)))
    with pytest.raises(ExperimentExists):
        restore(elsewhere.store, read_logs(written(experiments, [pairs, mixed], Format.JSON)))
    (only,) = elsewhere.store.list_experiments(page_size=9).records
    assert only.experiment_id == mixed.experiment_id


def test_a_setup_that_is_sent_again_finds_the_experiment_elsewhere(experiments, elsewhere):
    call = SetupCall(config=config_of(MIXED), request=RequestIdentity(request_id="once", content_digest=b"1"))
    first = experiments.setup(call)
    logs = read_logs(written(experiments, [experiments.open(first.experiment_id)], Format.JSON))
    restore(elsewhere.store, logs)
    again = elsewhere.setup(call)
    assert (again.experiment_id, again.duplicate) == (first.experiment_id, True)
    restore(elsewhere.store, logs, new_ids=True)


def test_a_setup_that_has_made_another_one_elsewhere_is_refused(experiments, elsewhere):
    call = SetupCall(config=config_of(MIXED), request=RequestIdentity(request_id="once", content_digest=b"1"))
    mine = experiments.setup(call).experiment_id
    elsewhere.setup(call)
    with pytest.raises(DuplicateRequest):
        restore(elsewhere.store, read_logs(written(experiments, [experiments.open(mine)], Format.JSON)))


def test_one_bad_log_keeps_all_out(experiments, elsewhere):
    content = json.loads(written(experiments, [run_mixed(experiments), run_pairs(experiments)], Format.JSON))
    content["experiments"][1]["events"][-1]["sequence"] += 1
    with pytest.raises(InvalidFileError, match="event 11: 12 stands as its sequence"):
        restore(elsewhere.store, read_logs(json.dumps(content).encode()))
    assert elsewhere.store.list_experiments(page_size=9).records == ()


EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def tell_at_random(experiment, count):
    rng = random.Random(1)
    levels = {"binary": 2, "ordinal": 3, "choice": 2, "proportion": 2}
    for _ in range(count):
        trial = experiment.ask(compute_budget=60)
        kinds = {one.name: one.WhichOneof("kind") for one in experiment.config.outcomes}
        experiment.tell(trial, {name: rng.randrange(levels.get(kind, 9)) for name, kind in kinds.items()})


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_goes_on_elsewhere(tmp_path, example):
    transports = [InProcessTransport(str(tmp_path / name)) for name in ("here.db", "there.db")]
    here, there = (Client(transport=transport) for transport in transports)
    experiment = here.setup(example, seed=2)
    tell_at_random(experiment, 18)
    file = experiment.export(tmp_path / "log.json")
    store = open_store(tmp_path / "there.db")
    restore(store, read_logs(file.read_bytes()))
    store.close()
    other = there.experiment(experiment.experiment_id)
    assert [one.stimuli for one in other.ask_batch(2, compute_budget=60)] == [
        one.stimuli for one in experiment.ask_batch(2, compute_budget=60)
    ]
    for transport in transports:
        transport.close()


def test_what_earlier_participants_have_taught_comes_along(experiments, elsewhere):
    pilot = run_until_the_model_chooses(experiments)
    call = SetupCall(config=config_of(MIXED), prior_from=(pilot.experiment_id,))
    answer = experiments.setup(call)
    assert answer.learned_priors
    mine = experiments.open(answer.experiment_id)
    restore(elsewhere.store, read_logs(written(experiments, [mine], Format.JSON)))
    assert log_of(elsewhere, mine.experiment_id) == log_of(experiments, mine.experiment_id)
    assert elsewhere.open(mine.experiment_id).overview().learned_priors == answer.learned_priors


def test_revisions_and_observations_of_earlier_experiments_come_along(experiments, elsewhere):
    mine = run_until_the_model_chooses(experiments)
    mine.revise(ReviseCall(trial_id=1, outcomes={"seen": 0}, reason="wrong key"))
    mine.revise(ReviseCall(trial_id=2, request=RequestIdentity(request_id="r", content_digest=b"1")))
    answer = experiments.setup(SetupCall(config=config_of(MIXED), warm_start_from=(mine.experiment_id,)))
    second = experiments.open(answer.experiment_id)
    assert answer.carried_over_count
    restore(elsewhere.store, read_logs(written(experiments, [second, mine], Format.JSON)))
    for one in (mine, second):
        theirs = elsewhere.open(one.experiment_id)
        assert log_of(elsewhere, one.experiment_id) == log_of(experiments, one.experiment_id)
        assert (theirs.overview(), theirs.trials()) == (one.overview(), one.trials())
        assert asked(theirs) == asked(one)


def test_the_tables_that_people_read_are_filled(experiments, elsewhere):
    mine = run_mixed(experiments)
    mine.revise(ReviseCall(trial_id=1, reason="a noise"))
    pairs = run_pairs(experiments)
    restore(elsewhere.store, read_logs(written(experiments, [mine, pairs], Format.JSON)))
    report = check(elsewhere.store, rows_of_log, lambda *_: None)
    assert (report.experiments, report.problems) == (2, ())
    asked(elsewhere.open(mine.experiment_id))
    assert check(elsewhere.store, rows_of_log, lambda *_: None).problems == ()


def test_one_that_gets_there_meanwhile_keeps_all_out(experiments, elsewhere, monkeypatch):
    mixed, pairs = run_mixed(experiments), run_pairs(experiments)
    logs = sound_logs(read_logs(written(experiments, [pairs, mixed], Format.JSON)))
    record(elsewhere.store, logs[1:])
    monkeypatch.setattr("aepsych_grpc.export.restore._refuse_known", lambda *_: None)
    with pytest.raises(ExperimentExists, match=mixed.experiment_id):
        record(elsewhere.store, logs)
    assert [one.experiment_id for one in elsewhere.store.list_experiments(page_size=9).records] == [mixed.experiment_id]


def test_a_copy_and_its_original_in_one_file_need_new_ids(experiments, elsewhere):
    call = SetupCall(config=config_of(MIXED), request=RequestIdentity(request_id="once", content_digest=b"1"))
    original = experiments.open(experiments.setup(call).experiment_id)
    (copied,) = restore(experiments.store, read_logs(written(experiments, [original], Format.JSON)), new_ids=True)
    logs = read_logs(written(experiments, [original, experiments.open(copied)], Format.JSON))
    with pytest.raises(DuplicateRequest) as caught:
        restore(elsewhere.store, logs)
    assert caught.value.experiment_id == original.experiment_id
    assert elsewhere.store.list_experiments(page_size=9).records == ()
    assert len(restore(elsewhere.store, logs, new_ids=True)) == 2


def test_half_a_revision_and_half_a_stimulus_are_refused(experiments, elsewhere):
    mine = run_mixed(experiments)
    mine.revise(ReviseCall(trial_id=1, outcomes={"seen": 0}))
    second = experiments.setup(SetupCall(config=config_of(MIXED), warm_start_from=(mine.experiment_id,))).experiment_id
    for experiment, kind, field, name, message in (
        (mine, "trial_revised", "outcomes", "rating", "They are not all that the trial has"),
        (experiments.open(second), "observation_carried_over", "stimuli", "state", "They lack a parameter"),
    ):
        content = json.loads(written(experiments, [experiment], Format.JSON))
        event = next(one[kind] for one in content["experiments"][0]["events"] if kind in one)
        values = event[field][0]["values"] if field == "stimuli" else event[field]
        del values[name]
        with pytest.raises(InvalidFileError, match=f"{field}: {message}"):
            restore(elsewhere.store, read_logs(json.dumps(content).encode()))
