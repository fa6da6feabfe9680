"""Replay: every kind of history is found again, bit for bit, and what does not follow from the log is noticed."""

import threading
import time
from dataclasses import replace

import pytest
from session_scenario import ask_call, given, make_config, run, set_up
from test_outcome_kinds_restart import answer_as
from test_outcome_kinds_restart import config as config_of

from aepsych_grpc.config.experiment import Component, PopulationPrior, Stopping, Strategy
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.session import ending
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.event import ModelRefitted, ObservationTold, RequestIdentity, StrategyFinished, TrialAsked
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.replay import Agreement, replay

POINTS = [{"contrast": 0.01 * 2**i, "frequency": f} for i in range(6) for f in (1, 4)]
ONE_FREQUENCY = {"context": {"frequency": 4}}
STAIRCASE = {**ONE_FREQUENCY, "steps": [2, 1.4]}
SAME, DIFFERENT, UNKNOWN = Agreement.SAME, Agreement.DIFFERENT, Agreement.UNKNOWN


def agreements(experiments, experiment, **options):
    """Replay; return how the asked trials agree."""
    events = experiments.log(experiment.experiment_id)
    return [one.agreement for one in replay(events, **options) if isinstance(one.event.kind, TrialAsked)]


def refits(events):
    return [one for one in replay(events, verify_refits=True) if isinstance(one.event.kind, ModelRefitted)]


def open_with(experiments, *strategies, **changes):
    config = replace(make_config(), strategies=strategies, intensity_parameter="contrast", **changes)
    config = from_proto(to_proto(config), CATALOGUE)
    return experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)


def strategy(generator="optimize_acquisition", stopping=Stopping(min_asks=12), **options):  # noqa: B008  # frozen
    return Strategy(name=generator, generator=Component(name=generator, options=options), stopping=stopping)


def test_a_history_is_found_again_event_by_event(experiments, experiment):
    run(experiment, 7)
    events = experiments.log(experiment.experiment_id)
    replayed = list(replay(events))
    assert [one.event for one in replayed] == events
    asked = [one for one in replayed if isinstance(one.event.kind, TrialAsked)]
    assert [one.agreement for one in asked] == [SAME] * 7
    assert [one.derived.stimuli for one in asked] == [one.event.kind.stimuli for one in asked]
    others = [one for one in replayed if not isinstance(one.event.kind, TrialAsked)]
    assert {(one.derived, one.agreement) for one in others} == {(None, UNKNOWN)}


@pytest.mark.parametrize(
    ("generator", "options"),
    [
        ("sobol", {}),
        ("random", {}),
        ("manual", {"points": POINTS, "shuffle": True}),
        ("constant_stimuli", {"points": POINTS, "repetitions": 2}),
        ("around_points", {"points": POINTS, "window": {"contrast": 1.5, "frequency": 1.0}}),
        ("pool", {"points": POINTS}),
        ("staircase", STAIRCASE),
        ("quest_plus", ONE_FREQUENCY),
        ("epsilon_greedy", {"epsilon": 0.4}),
        ("sample_acquisition", {}),
        ("thompson_sampling", {}),
    ],
)
def test_every_way_of_choosing_is_found_again(experiments, generator, options):
    experiment = open_with(experiments, strategy(generator, **options))
    run(experiment, 10)
    assert agreements(experiments, experiment) == [SAME] * 10


@pytest.mark.parametrize(
    ("names", "more"),
    [
        (["ordinal"], {}),
        (["continuous"], {"keep_most_recent": 5}),
        (["choice"], {}),
        (["proportion"], {"model": Component(name="gp_classification", options={"link": "gumbel"})}),
        (["binary"], {"model": Component(name="gp_classification", options={"structure": "evidence"})}),
        (
            ["continuous", "binary", "ordinal"],
            {"generator": Component(name="per_outcome", options={"order": "random"})},
        ),
    ],
)
def test_every_outcome_kind_is_found_again(experiments, names, more):
    config = config_of(names, **{"stopping": Stopping(min_asks=20), **more})
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    for count in (1, 1, 1, 1, 2, 1, 4, 1):
        for trial in experiment.ask(ask_call(count=count)).trials:
            answer_as(names, experiment, trial)
    assert agreements(experiments, experiment) == [SAME] * 12


def test_batches_with_pending_trials_fixed_values_and_late_unsolicited_or_excluded_responses_are_found_again(
    experiments,
):
    experiment = set_up(experiments, sobol=3, model=40)
    run(experiment, 2)
    batch = experiment.ask(ask_call(count=5)).trials  # from both strategies
    experiment.tell([given(batch[3].trial_id, 1), given(0, 0, stimuli=({"contrast": 0.03, "frequency": 2.5},))])
    fixed = experiment.ask(ask_call(count=2, fixed_parameters={"frequency": 4})).trials
    experiment.tell([given(fixed[0].trial_id, 0, exclude_from_model=True), given(batch[0].trial_id, 0)])
    shown_instead = ({"contrast": 0.5, "frequency": 1.0},)
    experiment.tell([given(fixed[1].trial_id, 1, stimuli=shown_instead)])
    run(experiment, 4)
    assert agreements(experiments, experiment) == [SAME] * 13


def test_a_response_told_while_a_trial_is_chosen_came_too_late_for_it(experiments, experiment, monkeypatch):
    run(experiment, 4)
    waiting = experiment.ask(ask_call()).trials[0]
    from aepsych_grpc.session import experiment as module

    choose = module.choose

    def tell_meanwhile(*arguments):
        chosen = choose(*arguments)
        if waiting is not None:
            experiment.tell([given(waiting.trial_id, 1)])
        return chosen

    monkeypatch.setattr(module, "choose", tell_meanwhile)
    experiment.ask(ask_call())
    monkeypatch.undo()
    run(experiment, 1)
    events = [event.kind for event in experiments.log(experiment.experiment_id)]
    told = max(
        i for i, kind in enumerate(events) if isinstance(kind, ObservationTold) and kind.observation.trial_id == 5
    )
    assert isinstance(events[told + 1], TrialAsked | ModelRefitted)
    assert agreements(experiments, experiment) == [SAME] * 7


def test_what_a_clock_a_model_or_a_request_has_ended_stays_ended(experiments):
    experiment = open_with(
        experiments,
        strategy("sobol", Stopping(max_seconds=0.2)),
        strategy("random", Stopping(min_asks=50)),
        strategy(stopping=Stopping(min_posterior_range=0.01, min_asks=2)),
        strategy("manual", Stopping(min_asks=2), points=POINTS),
    )
    run(experiment, 3)
    time.sleep(0.21)
    run(experiment, 2)
    experiment.finish_strategy(RequestIdentity())
    run(experiment, 4)
    events = experiments.log(experiment.experiment_id)
    assert [bool(e.kind.reason) for e in events if isinstance(e.kind, StrategyFinished)] == [True, False, True]
    assert {e.kind.strategy_index for e in events if isinstance(e.kind, TrialAsked)} == {0, 1, 2, 3}
    assert agreements(experiments, experiment) == [SAME] * 9


def test_a_model_that_ends_its_strategy_within_a_batch_is_found_again(experiments):
    names = ["continuous", "binary"]
    config = config_of(
        names,
        model=Component(name="gp_classification"),
        generator=Component(name="per_outcome"),
        stopping=Stopping(min_asks=2, min_posterior_range=0.001),
    )
    last = strategy("sobol", Stopping(min_asks=9))
    config = from_proto(to_proto(replace(config, strategies=(*config.strategies, last))), CATALOGUE)
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    for _ in range(4):
        answer_as(names, experiment, experiment.ask(ask_call()).trials[0])
    batch = experiment.ask(ask_call(count=6)).trials
    assert len({trial.strategy for trial in batch}) > 1, "the batch was to go on with the strategy after the end"
    assert agreements(experiments, experiment) == [SAME] * 10


def test_a_learned_prior_is_taken_from_the_record(experiments):
    study = make_config(model=8, population_prior=PopulationPrior())
    teacher = experiments.open(experiments.setup(SetupCall(config=study)).experiment_id)
    run(teacher, 11)
    answer = experiments.setup(SetupCall(config=study))
    assert answer.learned_priors
    learner = experiments.open(answer.experiment_id)
    run(learner, 6)
    run(experiments.open(experiments.setup(SetupCall(config=study)).experiment_id), 11)  # would teach otherwise
    assert agreements(experiments, learner) == [SAME] * 6
    assert {one.agreement for one in refits(experiments.log(learner.experiment_id))} == {SAME}


def test_replay_can_begin_anywhere(experiments, monkeypatch):
    experiment = set_up(experiments, model=40)
    run(experiment, 6)
    while isinstance(experiments.log(experiment.experiment_id)[-3].kind, ModelRefitted):
        run(experiment, 1)
    events = experiments.log(experiment.experiment_id)
    whole = list(replay(events))
    for start in (1, 2, len(events) // 2, len(events) - 1, len(events)):
        assert list(replay(events, from_sequence=start)) == whole[start - 1 :]
    conditioned = []
    condition = GaussianProcessModel.condition
    monkeypatch.setattr(
        GaussianProcessModel,
        "condition",
        lambda self, data, *rest, **how: conditioned.append(len(data)) or condition(self, data, *rest, **how),
    )
    list(replay(events, from_sequence=events[-2].sequence))
    refit = max(i for i, event in enumerate(events) if isinstance(event.kind, ModelRefitted))
    told_before = sum(isinstance(event.kind, ObservationTold) for event in events[:refit])
    told = sum(isinstance(event.kind, ObservationTold) for event in events[:-2])
    assert conditioned == [told_before, told], "the belief of the latest refit, and from it the trial's own"


def test_a_batch_can_be_entered_in_its_middle(experiments, experiment):
    run(experiment, 4)
    batch = experiment.ask(ask_call(count=3)).trials
    assert agreements(experiments, experiment, from_sequence=batch[1].sequence) == [SAME] * 2


def test_nothing_is_computed_that_is_not_wanted(experiments, experiment, monkeypatch):
    run(experiment, 6)
    events = experiments.log(experiment.experiment_id)

    def fail(*_):
        raise AssertionError("computed")

    monkeypatch.setattr("aepsych_grpc.session.replay.assemble", fail)
    replayed = list(replay(events, skip_computations=True))
    assert [one.event for one in replayed] == events
    assert {(one.derived, one.agreement) for one in replayed} == {(None, UNKNOWN)}


def test_a_trial_is_chosen_when_its_turn_comes(experiments, experiment, monkeypatch):
    run(experiment, 7)
    chosen = []
    module = "aepsych_grpc.session.replay"
    from aepsych_grpc.session.replay import choose

    monkeypatch.setattr(f"{module}.choose", lambda *given: chosen.append(1) or choose(*given))
    walk = replay(experiments.log(experiment.experiment_id))
    while not isinstance(next(walk).event.kind, TrialAsked):
        pass
    walk.close()
    assert len(chosen) == 1, "who stops listening stops the work"


def test_the_live_experiment_is_left_alone(experiments, experiment):
    run(experiment, 5)
    before = experiment.overview()
    walk = replay(experiments.log(experiment.experiment_id))
    next(walk)
    run(experiment, 1)
    rest = list(walk)
    assert [one.agreement for one in rest if isinstance(one.event.kind, TrialAsked)] == [SAME] * 5
    assert experiment.overview().sequence > before.sequence
    assert agreements(experiments, experiment) == [SAME] * 6


def test_a_stand_in_is_found_again_and_a_search_that_was_cut_short_is_not_judged(experiments, monkeypatch):
    experiment = set_up(experiments, sobol=3, model=40)
    (early,) = experiment.ask(ask_call(count=4)).trials[3:]  # before anything is told
    run(experiment, 3)
    (late,) = experiment.ask(ask_call(deadline=time.monotonic() - 1)).trials
    steps = iter([0, *[1e9] * 100])
    real = time.monotonic
    monkeypatch.setattr(
        "aepsych_grpc.core.space.search.time", type("Clock", (), {"monotonic": lambda: real() + next(steps)})
    )
    (cut,) = experiment.ask(ask_call(deadline=time.monotonic() + 60)).trials
    monkeypatch.undo()
    run(experiment, 2)
    assert [trial.source for trial in (early, late, cut)] == [Source.FALLBACK] * 3
    assert "refinements" in cut.note
    events = experiments.log(experiment.experiment_id)
    by_trial = {one.event.kind.trial_id: one for one in replay(events) if isinstance(one.event.kind, TrialAsked)}
    assert [by_trial[trial.trial_id].agreement for trial in (early, late, cut)] == [SAME, SAME, UNKNOWN]
    assert by_trial.pop(cut.trial_id).derived is None
    assert {one.agreement for one in by_trial.values()} == {SAME}


def forged(events, trial_id, **changes):
    """Return a log in which a trial was another one."""
    return [
        replace(event, kind=replace(event.kind, **changes))
        if isinstance(event.kind, TrialAsked) and event.kind.trial_id == trial_id
        else event
        for event in events
    ]


def test_a_trial_that_does_not_follow_from_the_log_is_noticed(experiments, experiment):
    run(experiment, 7)
    events = experiments.log(experiment.experiment_id)
    (stimulus,) = next(e.kind.stimuli for e in events if isinstance(e.kind, TrialAsked) and e.kind.trial_id == 6)
    for changes in (
        {"stimuli": ({**stimulus, "contrast": stimulus["contrast"] * (1 + 2**-52)},)},
        {"source": Source.SOBOL},
        {"strategy_index": 0},
    ):
        replayed = [one for one in replay(forged(events, 6, **changes)) if isinstance(one.event.kind, TrialAsked)]
        assert replayed[5].agreement is DIFFERENT
        assert replayed[5].derived.stimuli == (stimulus,)
        assert [one.agreement for one in replayed[:5]] == [SAME] * 5
    no_stand_in = next(iter(replay(forged(events, 1, source=Source.FALLBACK), from_sequence=2)))
    assert no_stand_in.agreement is DIFFERENT


def test_choices_that_depend_on_luck_are_noticed(experiments, experiment, monkeypatch):
    from aepsych_grpc.core.generators import by_acquisition

    run(experiment, 7)
    luck = iter(range(1, 10**6))
    stream = by_acquisition.random_stream
    monkeypatch.setattr(by_acquisition, "random_stream", lambda seed, index: stream(seed + next(luck), index))
    assert agreements(experiments, experiment) == [SAME] * 3 + [DIFFERENT] * 4


def test_a_belief_that_is_another_one_is_noticed(experiments, experiment, monkeypatch):
    run(experiment, 7)
    condition = GaussianProcessModel.condition

    def other(self, data, hyperparameters, *rest, **how):
        return condition(self, data, tuple(value + 0.5 for value in hyperparameters), *rest, **how)

    monkeypatch.setattr(GaussianProcessModel, "condition", other)
    found = agreements(experiments, experiment)
    assert found[:3] == [SAME] * 3
    assert DIFFERENT in found[3:]


def test_a_trial_where_none_is_chosen_now_is_noticed(experiments):
    experiment = open_with(experiments, strategy("pool", points=POINTS))
    run(experiment, 4)
    events = experiments.log(experiment.experiment_id)
    gone = forged(events, 4, fixed_parameters={"frequency": 3.0})
    last = [one for one in replay(gone) if isinstance(one.event.kind, TrialAsked)][-1]
    assert (last.agreement, last.derived) == (DIFFERENT, None)


def test_ends_are_not_judged_again(experiments, monkeypatch):
    experiment = open_with(
        experiments, strategy("sobol", Stopping(min_asks=6)), strategy(stopping=Stopping(min_posterior_range=0.99))
    )
    run(experiment, 8)

    def fail(*_):
        raise AssertionError("judged")

    monkeypatch.setattr(ending, "certainty", fail)
    monkeypatch.setattr(Experiment, "ask", fail)
    assert agreements(experiments, experiment) == [SAME] * 8


@pytest.mark.parametrize("names", [["binary"], ["continuous", "binary"]])
def test_refits_can_be_verified(experiments, names):
    generator = Component(name="per_outcome") if len(names) > 1 else Component(name="optimize_acquisition")
    config = config_of(names, generator=generator, stopping=Stopping(min_asks=20))
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    for _ in range(9):
        answer_as(names, experiment, experiment.ask(ask_call()).trials[0])
    events = experiments.log(experiment.experiment_id)
    assert len(refits(events)) > 3
    assert {one.agreement for one in refits(events)} == {SAME}
    assert {one.agreement for one in replay(events) if isinstance(one.event.kind, ModelRefitted)} == {UNKNOWN}
    place = max(i for i, event in enumerate(events) if isinstance(event.kind, ModelRefitted))
    learned = events[place].kind.hyperparameters
    events[place] = replace(
        events[place], kind=replace(events[place].kind, hyperparameters=(learned[0] + 1e-15, *learned[1:]))
    )
    last = refits(events)[-1]
    assert last.agreement is DIFFERENT
    assert last.derived.hyperparameters == learned


def test_a_refit_that_came_late_is_verified_with_what_it_had_learned_from(experiments, monkeypatch):
    experiment = set_up(experiments, model=40)
    run(experiment, 4)
    fit, wait = GaussianProcessModel.fit, threading.Event()

    def slow(*arguments):
        wait.wait()
        return fit(*arguments)

    monkeypatch.setattr(GaussianProcessModel, "fit", slow)
    experiment.ask(ask_call(deadline=time.monotonic() + 0.2))
    experiment.tell([given(5, 1)])
    wait.set()
    run(experiment, 2)
    monkeypatch.undo()
    events = experiments.log(experiment.experiment_id)
    asked = [event.kind.data_sequence for event in events if isinstance(event.kind, TrialAsked)]
    late = [event.kind for event in events if isinstance(event.kind, ModelRefitted)][1]
    assert late.data_sequence == asked[4], "learned for the trial that could not wait for it"
    assert {one.agreement for one in refits(events)} == {SAME}
    assert agreements(experiments, experiment) == [SAME] * 7
