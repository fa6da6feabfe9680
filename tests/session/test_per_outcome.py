"""Trials that are chosen for one outcome after the other."""

from collections import Counter

import pytest
from session_scenario import ask_call, given
from test_outcome_kinds_restart import answer_as, config

from aepsych_grpc.config.experiment import Component, Stopping
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.acquisition.look_ahead import LookAhead
from aepsych_grpc.core.acquisition.noisy_expected_improvement import NoisyExpectedImprovement
from aepsych_grpc.core.acquisition.posterior_variance import PosteriorVariance
from aepsych_grpc.core.acquisition.straddle import Straddle
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import ModelRefitted
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.workshop import Workshop

NAMES = ["continuous", "binary", "ordinal"]


def per_outcome(**options):
    return Component(name="per_outcome", options=options)


def set_up(experiments, names, **adaptive):
    adaptive.setdefault("stopping", Stopping(min_asks=40))
    return experiments.open(experiments.setup(SetupCall(config=config(names, **adaptive))).experiment_id)


def refits(experiments, experiment):
    kinds = [decode(one.payload).kind for one in experiments.store.events(experiment.experiment_id)]
    return [kind.outcome for kind in kinds if isinstance(kind, ModelRefitted)]


def test_each_outcome_has_its_turn_and_its_refits(experiments):
    experiment = set_up(experiments, NAMES, generator=per_outcome())
    for _ in range(9):
        (trial,) = experiment.ask(ask_call()).trials
        answer_as(NAMES, experiment, trial)
    assert trial.source is Source.MODEL
    assert refits(experiments, experiment) == ["", "binary", "ordinal"] * 2  # the first three trials are Sobol points


def test_a_batch_has_a_trial_for_each(experiments):
    experiment = set_up(experiments, NAMES, generator=per_outcome())
    for _ in range(3):
        answer_as(NAMES, experiment, experiment.ask(ask_call()).trials[0])
    batch = experiment.ask(ask_call(count=6)).trials
    assert {trial.source for trial in batch} == {Source.MODEL}
    assert refits(experiments, experiment) == ["", "binary", "ordinal"]
    assert len({repr(trial.stimuli) for trial in batch}) == 6


def test_a_trial_is_what_would_be_asked_for_its_outcome_alone(experiments):
    """As for a strategy with that outcome's model and acquisition function, after the same trials."""
    shown = {}
    for model in ("gp_regression", "gp_classification"):
        experiment = set_up(experiments, NAMES[:2], model=Component(name=model))
        for _ in range(3):
            answer_as(NAMES[:2], experiment, experiment.ask(ask_call()).trials[0])
        shown[model] = experiment.ask(ask_call()).trials[0].stimuli
    for first, leader in (("gp_regression", "continuous"), ("gp_classification", "binary")):
        experiment = set_up(experiments, NAMES[:2], model=Component(name=first), generator=per_outcome())
        for _ in range(3):
            answer_as(NAMES[:2], experiment, experiment.ask(ask_call()).trials[0])
        assert experiment.ask(ask_call()).trials[0].stimuli == shown[first], leader


def test_in_random_order_every_round_has_each_outcome_once():
    (_, phase) = assemble(config(NAMES, generator=per_outcome(order="random")), Workshop()).phases
    rounds = [tuple(phase.outcome_at(3 * turn + place) for place in range(3)) for turn in range(60)]
    assert all(sorted(one) == sorted(NAMES) for one in rounds)
    assert len(Counter(rounds)) == 6


def test_each_outcome_has_its_own_acquisition_function():
    def acquisitions(**adaptive):
        return assemble(config(NAMES, **adaptive), Workshop()).phases[1].acquisitions

    straddle = {"acquisition": Component(name="straddle"), "model": Component(name="gp_classification")}
    found = acquisitions(generator=per_outcome(), **straddle)
    assert {name: type(one) for name, one in found.items()} == {
        "binary": Straddle,
        "continuous": PosteriorVariance,
        "ordinal": PosteriorVariance,
    }
    assert type(acquisitions(generator=per_outcome())["binary"]) is LookAhead
    named = per_outcome(other_acquisitions=("noisy_expected_improvement", "posterior_variance"))
    assert type(acquisitions(generator=named, **straddle)["continuous"]) is NoisyExpectedImprovement
    assert list(acquisitions(**straddle)) == ["binary"]


def test_queries_have_the_belief_and_the_acquisition_function_of_every_outcome(experiments):
    experiment = set_up(experiments, NAMES, generator=per_outcome())
    for _ in range(8):
        answer_as(NAMES, experiment, experiment.ask(ask_call()).trials[0])
    for name in NAMES:
        fitted = experiment.fitted(None, name)
        assert fitted.acquisition is not None
        assert fitted.observation_count == 8
        belief = fitted.belief()
        assert bool(belief.marginals(fitted.space.encode([{"contrast": 0.1, "frequency": 4}]))[0].isfinite())


def test_rules_that_ask_the_model_ask_about_the_leading_outcome_at_every_turn(experiments):
    rules = Stopping(min_asks=2, max_asks=40, min_posterior_range=0.3)
    adaptive = {"model": Component(name="gp_classification"), "stopping": rules, "generator": per_outcome()}
    experiment = set_up(experiments, NAMES[:2], **adaptive)
    asked = 0
    while (answer := experiment.ask(ask_call())).trials:
        answer_as(NAMES[:2], experiment, answer.trials[0])
        asked += 1
    assert answer.finished
    assert asked < 40


@pytest.mark.parametrize(
    ("names", "options", "path"),
    [
        (["binary"], {"other_acquisitions": ("straddle",)}, "options.other_acquisitions"),
        (NAMES, {"other_acquisitions": ("straddle",)}, "options.other_acquisitions"),
        (NAMES, {"other_acquisitions": ("straddle", "sur")}, "options.other_acquisitions[1]"),
        (NAMES, {"other_acquisitions": ("stradle", "posterior_variance")}, "options.other_acquisitions[0]"),
    ],
)
def test_what_does_not_fit_the_outcomes_is_refused(names, options, path):
    with pytest.raises(InvalidConfigError) as caught:
        config(names, generator=per_outcome(**options))
    assert [one.path for one in caught.value.violations] == [f"config.strategies[1].generator.{path}"]


def test_a_staircase_goes_by_the_outcome_that_its_model_is_for(experiments):
    steps = {"parameter": "contrast", "context": {"frequency": 4.0}, "steps": [2], "down": 1}
    staircase = Component(name="staircase", options=steps)
    experiment = set_up(experiments, NAMES[:2], model=Component(name="gp_classification"), generator=staircase)
    for _ in range(3):
        answer_as(NAMES[:2], experiment, experiment.ask(ask_call()).trials[0])
    levels = []
    for seen in (1, 1, 0):
        (trial,) = experiment.ask(ask_call()).trials
        levels.append(trial.stimuli[0]["contrast"])
        experiment.tell([given(trial.trial_id, outcomes={"continuous": 5.0 * (1 - seen), "binary": seen})])
    assert levels == pytest.approx([1, 0.5, 0.25])


def test_an_outcome_whose_model_is_not_ready_borrows_no_belief(experiments, monkeypatch):
    fit_in_time = Learner.fit_in_time

    def slow(learner, *arguments):
        return None if learner.name == "gp_regression" else fit_in_time(learner, *arguments)

    monkeypatch.setattr(Learner, "fit_in_time", slow)
    rules = Stopping(min_asks=2, max_asks=40, min_posterior_range=0.99)
    adaptive = {"model": Component(name="gp_classification"), "stopping": rules, "generator": per_outcome()}
    experiment = set_up(experiments, NAMES[:2], **adaptive)
    sources = []
    for _ in range(7):
        (trial,) = experiment.ask(ask_call()).trials
        answer_as(NAMES[:2], experiment, trial)
        sources.append(trial.source)
    assert sources[3:] == [Source.MODEL, Source.FALLBACK] * 2
