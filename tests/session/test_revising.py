"""Revisions: the log keeps what was told, everything else goes by what it was revised to."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from session_scenario import ask_call, make_config, run, set_up
from session_scenario import given as told
from test_outcome_kinds_restart import answer_as
from test_outcome_kinds_restart import config as config_of

from aepsych_grpc.config.experiment import Component, Stopping, Strategy
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import ReviseCall, SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.session.replay import Agreement, replay
from aepsych_grpc.session.state import State
from aepsych_grpc.store.event_store import open_store


def set_up_as(experiments, config):
    return experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)


STIMULUS = {"contrast": 0.5, "frequency": 4.0}


def correct(trial_id, seen, request_id="", digest=b"", **fields):
    identity = RequestIdentity(request_id=request_id, content_digest=digest)
    return ReviseCall(trial_id=trial_id, outcomes={"seen": seen}, request=identity, **fields)


def retract(trial_id, **fields):
    return replace(correct(trial_id, 0, **fields), outcomes={})


def data_of(experiment):
    """Return what models learn from: points and responses."""
    data = experiment._training["seen"].latest()
    return data.X.tolist(), data.y.tolist()


def what_counts(experiment):
    """Return all that the choice of trials takes from the responses."""
    situation = experiment._state.situation()
    return data_of(experiment), situation.told, situation.outcome_counts, situation.observation_count


def refused(experiment, call):
    before = experiment.overview().sequence
    with pytest.raises(ServiceError) as raised:
        experiment.revise(call)
    assert experiment.overview().sequence == before
    return raised.value


def test_a_corrected_response_is_what_counts_and_the_told_one_is_kept(experiment):
    run(experiment, 3)
    before = experiment.trials()[0][1]
    answer = experiment.revise(correct(2, 1 - before.observation.outcomes["seen"], reason="wrong key"))
    assert answer.trial.observation == replace(
        before.observation, outcomes={"seen": 1 - before.observation.outcomes["seen"]}
    )
    assert answer.trial.revision.told_outcomes == before.observation.outcomes
    assert (answer.trial.revision.count, answer.trial.revision.reason) == (1, "wrong key")
    assert answer.trial.revision.tell_sequence == before.sequence
    assert data_of(experiment)[1][1] == 1 - before.observation.outcomes["seen"]
    assert answer.trial.tell_time == before.tell_time


def test_a_trial_that_was_revised_has_changed_since(experiment):
    run(experiment, 3)
    sequence = experiment.overview().sequence
    experiment.revise(retract(2))
    changed, now = experiment.trials(after_sequence=sequence)
    assert [(trial.trial_id, trial.sequence, trial.retracted) for trial in changed] == [(2, now, True)]


def test_a_retracted_trial_counts_no_more_and_awaits_nothing(experiment):
    run(experiment, 3)
    experiment.revise(retract(2))
    assert len(data_of(experiment)[0]) == 2
    overview = experiment.overview()
    assert (overview.told_count, overview.pending_count) == (3, 0)
    with pytest.raises(ServiceError) as raised:
        experiment.tell([told(2, observation_id="again")])
    assert raised.value.reason is Reason.TRIAL_ALREADY_TOLD
    assert "retracted; ReviseTrial gives it another" in raised.value.message


def test_a_retracted_trial_can_be_given_a_response_again_in_its_old_place(experiment):
    run(experiment, 3)
    points, responses = data_of(experiment)
    experiment.revise(retract(2))
    answer = experiment.revise(correct(2, 1))
    assert data_of(experiment) == (points, [responses[0], 1.0, responses[2]])
    assert answer.trial.revision.count == 2
    assert answer.trial.revision.told_outcomes == {"seen": responses[1]}


def test_a_response_told_again_after_its_revision_is_still_a_duplicate(experiment):
    (trial,) = experiment.ask(ask_call()).trials
    first = experiment.tell([told(trial.trial_id, 1)])
    for revision in (correct(1, 0), retract(1)):
        answer = experiment.revise(revision)
        again = experiment.tell([told(trial.trial_id, 1)])
        assert again.receipts == tuple(replace(one, duplicate=True) for one in first.receipts)
        assert again.sequence == answer.sequence


def test_a_revision_sent_again_changes_nothing(experiment):
    run(experiment, 2)
    first = experiment.revise(correct(1, 1, "a", b"1"))
    experiment.revise(correct(1, 0, "b", b"2"))
    again = experiment.revise(correct(1, 1, "a", b"1"))
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.sequence == first.sequence + 1
    assert again.trial.observation.outcomes == {"seen": 0}
    assert refused(experiment, correct(1, 0, "a", b"3")).reason is Reason.REQUEST_ID_REUSED


def test_values_that_change_nothing_are_recorded_as_a_confirmation(experiment):
    run(experiment, 2)
    before = what_counts(experiment)
    answer = experiment.revise(correct(1, before[0][1][0], reason="seen on video"))
    assert answer.trial.revision.reason == "seen on video"
    assert what_counts(experiment) == before


def test_an_excluded_observation_can_be_revised_and_stays_excluded(experiment):
    run(experiment, 1)
    before = what_counts(experiment)
    experiment.tell([told(stimuli=(STIMULUS,), exclude_from_model=True)])
    for revision in (correct(2, 0), retract(2), correct(2, 1)):
        answer = experiment.revise(revision)
        assert answer.trial.observation.exclude_from_model
        assert what_counts(experiment) == before


def test_what_cannot_be_revised_is_refused(experiment):
    error = refused(experiment, correct(1, 1))
    assert error.reason is Reason.TRIAL_NOT_FOUND
    assert "has no trials yet" in error.violations[0].message
    run(experiment, 1)
    experiment.ask(ask_call())
    error = refused(experiment, correct(7, 1))
    assert error.reason is Reason.TRIAL_NOT_FOUND
    assert error.violations[0].message == "7 given; the experiment has trials 1 to 2."
    error = refused(experiment, retract(2))
    assert (error.reason, error.violations[0].path) == (Reason.TRIAL_NOT_TOLD, "trial_id")
    error = refused(experiment, replace(correct(1, 2), outcomes={"seen": 2, "sean": 1}))
    assert error.reason is Reason.INVALID_REQUEST
    assert [violation.path for violation in error.violations] == ["outcomes.sean", "outcomes.seen"]


def test_a_finished_experiment_can_be_corrected(experiment):
    run(experiment, 2)
    experiment.finish(RequestIdentity())
    assert experiment.revise(correct(1, 1)).trial.observation.outcomes == {"seen": 1}
    assert experiment.overview().finished


def test_a_strategy_that_ended_with_its_tells_goes_on_when_one_is_retracted(experiments):
    config = make_config()
    start = replace(config.strategies[0], stopping=Stopping(min_total_tells=3))
    experiment = set_up_as(experiments, replace(config, strategies=(start,)))
    run(experiment, 3)
    assert experiment.overview().finished
    assert experiments.store.get(experiment.experiment_id).finished
    experiment.revise(retract(2))
    assert not experiment.overview().finished
    assert not experiments.store.get(experiment.experiment_id).finished
    run(experiment, 1)
    assert experiment.overview().finished


def test_a_staircase_goes_by_the_revised_responses(experiments):
    staircase = Component(
        name="staircase", options={"parameter": "contrast", "steps": [2.0], "context": {"frequency": 4.0}}
    )
    strategies = (Strategy(name="stairs", generator=staircase, stopping=Stopping(min_asks=20)),)
    revised, straight = (set_up_as(experiments, replace(make_config(), strategies=strategies)) for _ in range(2))
    for experiment, responses in ((revised, (1, 1, 1, 0, 1)), (straight, (1, 0, 1, 0, 1))):
        for response in responses:
            (trial,) = experiment.ask(ask_call()).trials
            experiment.tell([told(trial.trial_id, response)])
    revised.revise(correct(2, 0))
    assert revised._state.situation().told != straight._state.situation().told  # other levels were shown
    responses = [[one.response for one in item._state.situation().told[0]] for item in (revised, straight)]
    assert responses[0] == responses[1]
    nexts = [item.ask(ask_call()).trials[0].stimuli for item in (revised, straight)]
    assert nexts[0] == nexts[1]


def test_queries_see_the_revision_from_its_sequence_on(experiments):
    experiment = set_up(experiments, model=8)
    run(experiment, 6)
    sequence = experiment.overview().sequence
    before = experiment.fitted()
    experiment.revise(retract(2))
    after, then = experiment.fitted(), experiment.fitted(at_sequence=sequence)
    assert (before.observation_count, after.observation_count, then.observation_count) == (6, 5, 6)
    point = experiment._phases[0].space.encode((STIMULUS,))
    means = [float(fitted.readout[0].marginals(point)[0]) for fitted in (before, then, after)]
    assert means[0] == means[1]
    assert means[0] != means[2]


def test_new_hyperparameters_are_learned_after_a_revision(experiments, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.EVERY_TRIAL_UNTIL", 4)
    experiment = set_up(experiments, model=20)
    run(experiment, 10)
    refits = len(experiment._state.refits[1, "seen"])
    run(experiment, 1)
    assert len(experiment._state.refits[1, "seen"]) == refits
    experiment.revise(correct(2, 1))
    run(experiment, 1)
    assert len(experiment._state.refits[1, "seen"]) == refits + 1


def test_a_choice_made_before_a_revision_is_made_again(experiments, monkeypatch):
    experiment = set_up(experiments, model=8)
    run(experiment, 5)
    choose = experiment.ask.__globals__["choose"]
    calls = []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 1:
            experiment.revise(retract(2))
        return choose(*args)

    monkeypatch.setitem(experiment.ask.__globals__, "choose", interrupted)
    (trial,) = experiment.ask(ask_call()).trials
    assert len(calls) == 2
    assert trial.data_sequence == experiment._state.trials[2].sequence


def test_an_ask_that_revisions_outrun_gives_a_trial_all_the_same(experiments, monkeypatch):
    experiment = set_up(experiments, model=8)
    run(experiment, 5)
    choose = experiment.ask.__globals__["choose"]

    def interrupted(*args):
        chosen = choose(*args)
        experiment.revise(retract(2))
        return chosen

    monkeypatch.setitem(experiment.ask.__globals__, "choose", interrupted)
    (trial,) = experiment.ask(ask_call()).trials
    assert trial.data_sequence < experiment._state.trials[2].sequence
    monkeypatch.setitem(experiment.ask.__globals__, "choose", choose)
    refits = len(experiment._state.refits[1, "seen"])
    experiment.ask(ask_call())
    assert len(experiment._state.refits[1, "seen"]) == refits + 1
    replayed = [one for one in replay(experiments.log(experiment.experiment_id)) if one.derived is not None]
    assert [one.agreement for one in replayed] == [Agreement.SAME] * 7


# Each step tells a response, or revises an earlier trial (by its place among them) to a response or to nothing.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from((0, 1)), st.booleans()),
        st.tuples(st.just("revise"), st.integers(0, 11), st.sampled_from((0, 1, None))),
    ),
    min_size=1,
    max_size=24,
)


def play(experiment, steps):
    """Carry the steps out; return the final response and whether it is excluded, by trial."""
    final: dict[int, tuple[int | None, bool]] = {}
    for kind, first, second in steps:
        if kind == "tell":
            number = len(final) + 1
            stimulus = {"contrast": 0.01 * number, "frequency": 1.0 + number}
            experiment.tell([told(0, first, stimuli=(stimulus,), exclude_from_model=second)])
            final[number] = (first, second)
        elif final:
            number = first % len(final) + 1
            experiment.revise(retract(number) if second is None else correct(number, second))
            final[number] = (second, final[number][1])
    return final


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_revisions_leave_what_telling_the_final_values_would_have(experiments, steps):
    revised, straight = set_up(experiments), set_up(experiments)
    final = play(revised, steps)
    play(straight, [("tell", response or 0, excluded or response is None) for response, excluded in final.values()])
    assert what_counts(revised) == what_counts(straight)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_every_earlier_point_of_the_log_stays_as_it_was(experiments, steps):
    experiment = set_up(experiments)
    training = experiment._training["seen"]
    seen = []
    for step in [("tell", 1, False), *steps]:
        kind, first, second = step
        if kind == "tell":
            number = len(experiment._state.trials) + 1
            stimulus = {"contrast": 0.01 * number, "frequency": 1.0 + number}
            experiment.tell([told(0, first, stimuli=(stimulus,), exclude_from_model=second)])
        else:
            number = first % len(experiment._state.trials) + 1
            experiment.revise(retract(number) if second is None else correct(number, second))
        extent = training.extent(experiment._state.sequence)
        seen.append((experiment._state.sequence, extent, training.first(extent).y.tolist()))
    again = Experiments(experiments.store).open(experiment.experiment_id)
    for sequence, extent, responses in seen:
        for one in (training, again._training["seen"]):
            assert one.extent(sequence) == extent
            assert one.first(extent).y.tolist() == responses


@pytest.mark.parametrize("restart", [False, True])
def test_without_time_for_new_hyperparameters_the_old_ones_meet_the_revised_responses(tmp_path, monkeypatch, restart):
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.EVERY_TRIAL_UNTIL", 4)
    experiments = Experiments(open_store(tmp_path / "experiments.db"))
    experiment = set_up(experiments, model=20)
    run(experiment, 12)
    monkeypatch.setattr("aepsych_grpc.session.learner.Learner.fit_in_time", lambda *_: None)
    refits = experiment._state.refits[1, "seen"]
    believed = spy_on_beliefs(monkeypatch)
    for number in (12, 4, 7, 9, 10):
        experiment.revise(retract(number))
        if restart:
            experiments.close()
            experiments = Experiments(open_store(tmp_path / "experiments.db"))
            experiment = experiments.open(experiment.experiment_id)
        (trial,) = experiment.ask(ask_call()).trials
        assert trial.source is Source.MODEL
        assert believed[-1] == data_of(experiment)
    assert experiment._state.refits[1, "seen"] == refits
    experiments.close()


def spy_on_beliefs(monkeypatch):
    """Keep the data of each belief that trials are chosen by."""
    believed = []
    believe = Learner._believe

    def spy(self, hyperparameters, first, told, *others):
        data = self._data(told)
        believed.append((data.X.tolist(), data.y.tolist()))
        assert first.revisions == told.revisions
        assert first.n <= told.n
        return believe(self, hyperparameters, first, told, *others)

    monkeypatch.setattr(Learner, "_believe", spy)
    return believed


@pytest.mark.slow
@pytest.mark.parametrize("every_trial_until", [4, 40], ids=["going on from a belief", "refitting every time"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    revisions=st.lists(
        st.tuples(st.integers(3, 9), st.integers(1, 9), st.sampled_from((0, 1, None))), min_size=1, max_size=4
    )
)
def test_a_restart_after_revisions_asks_the_same(tmp_path_factory, monkeypatch, every_trial_until, revisions):
    """Each revision comes after so many trials, and is about one of them."""
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.EVERY_TRIAL_UNTIL", every_trial_until)
    stimuli = []
    for restart in (False, True):
        database = tmp_path_factory.mktemp("revised") / "experiments.db"
        experiments = Experiments(open_store(database))
        experiment = set_up(experiments, sobol=2, model=20)
        for n in range(1, 11):
            run(experiment, 1)
            for after, number, seen in revisions:
                if after == n:
                    number = min(number, n)
                    experiment.revise(retract(number) if seen is None else correct(number, seen))
            if restart:
                experiments.close()
                experiments = Experiments(open_store(database))
                experiment = experiments.open(experiment.experiment_id)
        stimuli.append([trial.stimuli for trial in experiment.trials()[0]])
        experiments.close()
    assert stimuli[0] == stimuli[1]


def test_state_follows_from_the_events_alone(experiments):
    experiment = set_up(experiments, model=8)
    run(experiment, 5)
    for revision in (correct(2, 1), retract(3), retract(2), correct(3, 0)):
        experiment.revise(revision)
        run(experiment, 1)
    state = State()
    events = [decode(one.payload) for one in experiments.store.events(experiment.experiment_id)]
    for event in events:
        state.apply(event)
    assert state.situation() == experiment._state.situation()
    assert state.trials == experiment._state.trials
    rebuilt = Experiments(experiments.store).open(experiment.experiment_id)
    assert what_counts(rebuilt) == what_counts(experiment)


def test_a_replay_finds_every_trial_again(experiments):
    earlier = set_up(experiments)
    run(earlier, 5)
    config = make_config(sobol=2, model=12)
    call = SetupCall(config=config, warm_start_from=(earlier.experiment_id,))
    experiment = experiments.open(experiments.setup(call).experiment_id)
    for revision in (correct(2, 1), retract(3), retract(2), correct(3, 0)):
        run(experiment, 3)
        experiment.revise(revision)
    run(experiment, 2)
    replayed = [one for one in replay(experiments.log(experiment.experiment_id)) if one.derived is not None]
    assert [one.agreement for one in replayed] == [Agreement.SAME] * 14


def test_another_server_s_revision_is_taken_in(database):
    first, second = Experiments(open_store(database)), Experiments(open_store(database))
    here = set_up(first, model=8)
    run(here, 5)
    there = second.open(here.experiment_id)
    there.revise(retract(2))
    (trial,) = here.ask(ask_call()).trials
    assert trial.data_sequence >= there.trials()[0][1].sequence
    here.revise(correct(2, 1))
    there.revise(retract(3))  # by a server that has not seen the last revision
    assert len(data_of(here)[0]) == 5
    here.overview()
    assert len(data_of(here)[0]) == 4
    assert what_counts(here) == what_counts(there)
    first.close()
    second.close()


@pytest.mark.slow
def test_revisions_amid_asks_tells_and_queries_leave_one_history(experiments):
    """Whoever is in the middle of something goes by the observations as they were, and the log is found again."""
    experiment = set_up(experiments, sobol=3, model=40)
    run(experiment, 6)
    over = threading.Event()

    def revise_and_ask_back():
        for step in range(24):
            number = step % 6 + 1
            experiment.revise(retract(number) if step % 3 == 0 else correct(number, step % 2))
            experiment.fitted(at_sequence=step + 8)
        over.set()

    def query():
        while not over.is_set():
            assert experiment.fitted().observation_count > 0

    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(revise_and_ask_back), pool.submit(query), pool.submit(query)]
        run(experiment, 20)
        for other in others:
            other.result()
    rebuilt = Experiments(experiments.store).open(experiment.experiment_id)
    assert what_counts(rebuilt) == what_counts(experiment)
    assert rebuilt.trials() == experiment.trials()
    replayed = [one for one in replay(experiments.log(experiment.experiment_id)) if one.derived is not None]
    assert [one.agreement for one in replayed] == [Agreement.SAME] * 26


@pytest.mark.parametrize(
    ("names", "more"),
    [
        (["ordinal"], {}),
        (["choice"], {"keep_most_recent": 4}),
        (["proportion"], {"generator": Component(name="thompson_sampling")}),
        (["continuous", "binary", "ordinal"], {"generator": Component(name="per_outcome")}),
        (["binary"], {"model": Component(name="gp_classification", options={"structure": "evidence"})}),
    ],
)
def test_revisions_of_every_outcome_kind_are_the_same_after_a_restart(tmp_path, monkeypatch, names, more):
    monkeypatch.setattr("aepsych_grpc.core.models.structure_by_evidence.FIRST_DECISION", 3)  # and at 6
    stimuli = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment = set_up_as(experiments, config_of(names, **more))
        for n in range(1, 9):
            (trial,) = experiment.ask(ask_call()).trials
            answer_as(names, experiment, trial)
            if n in (5, 6):
                first, last = (experiment.trials()[0][place].observation.outcomes for place in (0, n - 1))
                experiment.revise(ReviseCall(trial_id=n, outcomes=first))
                experiment.revise(ReviseCall(trial_id=1, outcomes=last))
                experiment.revise(ReviseCall(trial_id=3))
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
                experiment = experiments.open(experiment.experiment_id)
        stimuli.append([trial.stimuli for trial in experiment.trials()[0]])
        replayed = [one for one in replay(experiments.log(experiment.experiment_id)) if one.derived is not None]
        assert [one.agreement for one in replayed] == [Agreement.SAME] * 8
        experiments.close()
    assert stimuli[0] == stimuli[1]


def test_outcomes_left_out_of_a_correction_stay_as_they_are(experiments):
    names = ["continuous", "binary"]
    experiment = set_up_as(experiments, config_of(names))
    (trial,) = experiment.ask(ask_call()).trials
    answer_as(names, experiment, trial)
    kept = experiment.trials()[0][0].observation.outcomes["continuous"]
    answer = experiment.revise(ReviseCall(trial_id=1, outcomes={"binary": True}))
    assert answer.trial.observation.outcomes == {"continuous": kept, "binary": 1.0}
    experiment.revise(ReviseCall(trial_id=1))
    error = refused(experiment, ReviseCall(trial_id=1, outcomes={"binary": 1}))
    assert [violation.path for violation in error.violations] == ["outcomes.continuous"]
    assert "missing" in error.violations[0].message
