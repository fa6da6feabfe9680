"""Lessons: learned once, ahead of time where possible, never waited for beyond a deadline."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from session_scenario import ask_call, given, make_config

from aepsych_grpc.config.experiment import PopulationPrior
from aepsych_grpc.config.parameter import Continuous
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session import population
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.lesson import learn
from aepsych_grpc.session.rehearsal import Rehearsal
from aepsych_grpc.store.error import StoreUnavailable
from aepsych_grpc.store.event_store import open_store

STUDY = make_config(population_prior=PopulationPrior())


class Lessons:
    """Stands in for `learn`: waits until it may go on, and counts."""

    def __init__(self, monkeypatch) -> None:
        self.begun, self.may_go_on, self.failures = threading.Semaphore(0), threading.Event(), []
        self.teachers = []
        monkeypatch.setattr(population, "learn", self)

    def __call__(self, store, config, teachers, workshop):
        self.teachers.append(teachers)
        self.begun.release()
        assert self.may_go_on.wait(30)
        if self.failures:
            raise self.failures.pop()
        return learn(store, config, teachers, workshop)


@pytest.fixture
def lessons(monkeypatch):
    found = Lessons(monkeypatch)
    yield found
    found.may_go_on.set()


def told(experiments, config=STUDY, number=6, **fields):
    """Set up an experiment and tell it some responses."""
    answer = experiments.setup(SetupCall(config=config, **fields))
    stimuli = [{"contrast": 0.02 * 1.9**i, "frequency": 1.0 + i} for i in range(number)]
    observations = [given(stimuli=(one,), seen=int(one["contrast"] > 0.1)) for one in stimuli]
    experiments.open(answer.experiment_id).tell(observations)
    return answer


def end(experiments, answer):
    experiments.open(answer.experiment_id).finish(RequestIdentity())


def refusal(call):
    with pytest.raises(ServiceError) as caught:
        call()
    return caught.value.reason


def listed(experiments):
    return {one.experiment_id for one in experiments.store.list_experiments(page_size=100).records}


def test_a_lesson_is_learned_as_soon_as_an_experiment_has_finished(experiments, lessons):
    teacher = told(experiments)
    assert not lessons.teachers
    end(experiments, teacher)
    assert lessons.begun.acquire(timeout=30)
    lessons.may_go_on.set()
    learner = experiments.setup(SetupCall(config=replace(STUDY, seed=None, labels={"eye": "left"})))
    assert [one.experiment_ids for one in learner.learned_priors] == [(teacher.experiment_id,)]
    assert len(lessons.teachers) == 1
    assert experiments.setup(SetupCall(config=STUDY)).learned_priors == learner.learned_priors
    assert len(lessons.teachers) == 1


def test_a_tell_does_not_wait_for_a_lesson(experiments, lessons):
    teacher = told(experiments)
    end(experiments, teacher)
    assert lessons.begun.acquire(timeout=30)
    assert experiments.open(teacher.experiment_id).tell([given(stimuli=({"contrast": 0.5, "frequency": 3.0},))])
    assert experiments.setup(SetupCall(config=make_config())).learned_priors == ()


def test_who_finishes_while_a_lesson_waits_for_its_turn_is_part_of_it(database, lessons, monkeypatch):
    monkeypatch.setattr(population, "THREADS", 1)
    experiments = Experiments(open_store(database))
    teachers = [told(experiments) for _ in range(4)]
    for teacher in teachers:
        end(experiments, teacher)
        if teacher is teachers[0]:
            assert lessons.begun.acquire(timeout=30)
    lessons.may_go_on.set()
    learner = experiments.setup(SetupCall(config=STUDY))
    assert {len(one.experiment_ids) for one in learner.learned_priors} == {4}
    assert [len(one) for one in lessons.teachers] == [1, 4]
    experiments.close()


def test_past_the_deadline_nothing_is_recorded_and_the_learning_goes_on(experiments, lessons):
    teacher = told(experiments, make_config())
    call = SetupCall(
        config=make_config(), prior_from=(teacher.experiment_id,), request=RequestIdentity(request_id="again")
    )
    before = listed(experiments)
    assert refusal(lambda: experiments.setup(replace(call, deadline=time.monotonic()))) is Reason.DEADLINE_EXCEEDED
    assert listed(experiments) == before
    assert lessons.begun.acquire(timeout=30)
    lessons.may_go_on.set()
    answer = experiments.setup(call)
    assert not answer.duplicate
    assert answer.learned_priors
    assert len(lessons.teachers) == 1


def test_a_lesson_that_failed_is_tried_anew(experiments, lessons):
    lessons.may_go_on.set()
    lessons.failures.append(StoreUnavailable("The disk is gone."))
    call = SetupCall(config=make_config(), prior_from=(told(experiments).experiment_id,))
    before = listed(experiments)
    with pytest.raises(StoreUnavailable, match="The disk is gone"):
        experiments.setup(call)
    assert listed(experiments) == before
    assert experiments.setup(call).learned_priors


def test_a_server_that_stops_waits_for_no_lesson(database, lessons, monkeypatch):
    monkeypatch.setattr(population, "THREADS", 1)
    experiments = Experiments(open_store(database))
    teachers = [told(experiments).experiment_id for _ in range(2)]
    end(experiments, told(experiments))
    assert lessons.begun.acquire(timeout=30)
    with ThreadPoolExecutor(1) as pool:
        call = SetupCall(config=make_config(), prior_from=tuple(teachers))
        waiting = pool.submit(refusal, lambda: experiments.setup(call))
        while len(experiments._population._lessons) < 2:
            time.sleep(0.01)
        assert experiments.close() is False
        assert waiting.result(30) is Reason.SHUTTING_DOWN


def test_a_server_without_lessons_stops_at_once(database):
    experiments = Experiments(open_store(database))
    told(experiments)
    assert experiments.close() is True


def test_a_model_that_learns_nothing_from_others_begins_with_its_own_prior(experiments, monkeypatch):
    monkeypatch.setattr(GaussianProcessModel, "population_prior", lambda *_: None)
    teacher = told(experiments)
    answer = experiments.setup(SetupCall(config=STUDY, prior_from=(teacher.experiment_id,)))
    assert answer.learned_priors == ()
    assert experiments.open(answer.experiment_id).overview().learned_priors == ()


def test_a_teacher_of_another_version_is_left_out_or_refused(experiments, monkeypatch):
    teacher = told(experiments)
    end(experiments, teacher)

    def unreadable(_payload):
        raise ValueError("The log has an event of a kind that this version does not know: trial_imagined.")

    monkeypatch.setattr("aepsych_grpc.session.teachers.decode", unreadable)
    answer = experiments.setup(SetupCall(config=STUDY))
    assert answer.learned_priors == ()
    assert answer.prior_warnings == (
        f"Nothing is learned from experiment {teacher.experiment_id}: it was set up by another version of the server, "
        "with what this one doesn't know.",
    )
    call = SetupCall(config=STUDY, prior_from=(teacher.experiment_id,))
    assert refusal(lambda: experiments.setup(call)) is Reason.INVALID_REQUEST


def test_many_that_are_left_out_for_one_reason_make_one_warning(experiments):
    wider = replace(STUDY.parameters[0], kind=Continuous(lower_bound=0.01, upper_bound=2.0, log_scale=True))
    other = replace(STUDY, parameters=(wider, *STUDY.parameters[1:]))
    for _ in range(7):
        end(experiments, told(experiments, other, number=1))
    (warning,) = experiments.check(SetupCall(config=STUDY)).prior_warnings
    assert " and 2 more: " in warning


def test_experiments_of_one_participant_count_as_one(experiments):
    def widths(*participants):
        ids = tuple(told(experiments, participant_id=name).experiment_id for name in participants)
        (prior,) = experiments.setup(SetupCall(config=STUDY, prior_from=ids)).learned_priors
        assert prior.experiment_ids == ids
        return prior.hyperprior.sd

    assert (widths("p1", "p1", "p1") > widths("p1", "p2", "p3")).any()
    assert widths("", "", "").tolist() == widths("p1", "p2", "p3").tolist()


def test_a_rehearsal_with_what_was_learned_asks_the_same(experiments):
    teacher = told(experiments)
    answer = experiments.setup(SetupCall(config=STUDY, prior_from=(teacher.experiment_id,)))
    recorded = experiments.open(answer.experiment_id)
    rehearsals = [Rehearsal(answer.config, priors) for priors in (answer.learned_priors, ())]
    agree = [True, True]
    for _ in range(6):
        (trial,) = recorded.ask(ask_call()).trials
        response = int(trial.stimuli[0]["contrast"] > 0.1)
        recorded.tell([given(trial.trial_id, response)])
        for i, rehearsal in enumerate(rehearsals):
            same = rehearsal.ask()
            agree[i] &= same.stimuli == trial.stimuli
            rehearsal.tell(same, response)
    assert agree == [True, False]
