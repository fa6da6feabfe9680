"""Experiments of every outcome kind go on from their log as if nothing had happened."""

import math

import pytest
from session_scenario import ask_call, given, make_config

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.experiment import Component, Strategy
from aepsych_grpc.config.experiment import Stopping as Until
from aepsych_grpc.config.outcome import Binary, Choice, Continuous, Ordinal, Outcome, Proportion
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import StrategyFinished
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def strength(stimulus):
    return math.log10(stimulus["contrast"]) + 1 + stimulus["frequency"] / 40


KINDS = {
    "binary": (Binary(target=0.5), lambda stimuli: strength(stimuli[0]) > 0),
    "proportion": (Proportion(trials=8), lambda stimuli: min(max(round(4 + 6 * strength(stimuli[0])), 0), 8)),
    "ordinal": (Ordinal(levels=4), lambda stimuli: min(max(round(2 * strength(stimuli[0]) + 1.5), 0), 3)),
    "continuous": (Continuous(), lambda stimuli: 250 - 80 * strength(stimuli[0])),
    "choice": (Choice(), lambda stimuli: strength(stimuli[1]) > strength(stimuli[0])),
}


POOL = tuple({"contrast": 0.1 * i, "frequency": 1.5 * i} for i in range(1, 10))


def config(names, constraints=(), **adaptive):
    plain = make_config()
    strategies = (
        plain.strategies[0],
        Strategy(
            **{"name": "adaptive", "generator": Component(name="optimize_acquisition"), "stopping": Until(min_asks=5)}
            | adaptive
        ),
    )
    given = {
        "outcomes": tuple(Outcome(name=name, kind=KINDS[name][0]) for name in names),
        "strategies": strategies,
        "constraints": constraints,
        "stimuli_per_trial": 2 if "choice" in names else 1,
    }
    changed = {field: getattr(plain, field) for field in ("name", "parameters", "seed")} | given
    return from_proto(to_proto(type(plain)(**changed)), CATALOGUE)


STEEP = LinearConstraint(coefficients={"contrast": 16.0, "frequency": 1.0}, upper_bound=14.0)


@pytest.mark.parametrize(
    ("names", "more"),
    [
        (["ordinal"], {}),
        (["continuous"], {"generator": Component(name="pool", options={"points": POOL})}),
        (["choice"], {"constraints": (STEEP,), "keep_most_recent": 6}),
        (["choice"], {"generator": Component(name="epsilon_greedy", options={"epsilon": 0.4})}),
        (["binary"], {"model": Component(name="gp_classification", options={"link": "gumbel"})}),
        (["proportion"], {"model": Component(name="gp_classification", options={"link": "logit"})}),
        (["proportion"], {"generator": Component(name="thompson_sampling")}),
        (["continuous", "binary", "ordinal"], {}),
        (["continuous", "binary", "ordinal"], {"generator": Component(name="per_outcome")}),
        (
            ["binary", "continuous"],
            {
                "generator": Component(
                    name="per_outcome",
                    options={"order": "random", "other_acquisitions": ("noisy_expected_improvement",)},
                ),
                "constraints": (STEEP,),
                "keep_most_recent": 6,
            },
        ),
        (["continuous", "binary"], {"model": Component(name="gp_classification"), "keep_most_recent": 5}),
        (["binary"], {"model": Component(name="gp_classification", options={"structure": "evidence"})}),
        (["binary"], {}),
    ],
)
def test_a_restart_at_any_point_changes_no_later_stimulus(tmp_path, monkeypatch, names, more):
    monkeypatch.setattr("aepsych_grpc.core.models.structure_by_evidence.FIRST_DECISION", 3)  # and at 6
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.FEW_COORDINATES", 1)  # alternatives from 2 on
    ends = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        experiments = Experiments(open_store(tmp_path / name))
        experiment = experiments.open(experiments.setup(SetupCall(config=config(names, **more))).experiment_id)
        for _ in range(8):
            (trial,) = experiment.ask(ask_call()).trials
            outcomes = {name: float(KINDS[name][1](trial.stimuli)) for name in names}
            experiment.tell([given(trial.trial_id, outcomes=outcomes)])
            if restart:
                experiments.close()
                experiments = Experiments(open_store(tmp_path / name))
                experiment = experiments.open(experiment.experiment_id)
        fitted = [experiment.fitted(None, name) for name in names]
        X = fitted[0].space.encode([trial.stimuli[0] for trial in experiment.trials()[0]])
        beliefs = [[part.tolist() for belief in one.readout for part in belief.marginals(X)] for one in fitted]
        ends.append(([trial.stimuli for trial in experiment.trials()[0]], beliefs))
        experiments.close()
    assert ends[0] == ends[1]
    if "constraints" in more:
        assert all(STEEP.is_kept(stimulus) for stimuli in ends[0][0] for stimulus in stimuli)


def answer_as(names, experiment, trial):
    outcomes = {name: float(KINDS[name][1](trial.stimuli)) for name in names}
    experiment.tell([given(trial.trial_id, outcomes=outcomes)])


def test_the_rules_that_ask_a_model_are_about_the_outcome_that_trials_are_chosen_for(experiments):
    names = ["continuous", "binary"]
    rules = Until(min_asks=2, max_asks=40, min_posterior_range=0.3)
    asked_of = config(names, model=Component(name="gp_classification"), stopping=rules)
    experiment = experiments.open(experiments.setup(SetupCall(config=asked_of)).experiment_id)
    while (answer := experiment.ask(ask_call())).trials:
        answer_as(names, experiment, answer.trials[0])
    assert answer.finished
    kinds = [decode(one.payload).kind for one in experiments.store.events(experiment.experiment_id)]
    (end,) = [kind for kind in kinds if isinstance(kind, StrategyFinished)]
    assert end.reason.startswith("posterior range 0.")


def test_a_proportion_has_a_probability_that_rules_ask_for(experiments):
    names = ["proportion"]
    rules = Until(min_asks=2, max_asks=40, min_posterior_range=0.3)
    experiment = experiments.open(experiments.setup(SetupCall(config=config(names, stopping=rules))).experiment_id)
    while (answer := experiment.ask(ask_call())).trials:
        answer_as(names, experiment, answer.trials[0])
    kinds = [decode(one.payload).kind for one in experiments.store.events(experiment.experiment_id)]
    assert any(isinstance(kind, StrategyFinished) and "posterior range" in kind.reason for kind in kinds)


def test_every_model_of_a_strategy_forgets(experiments):
    names = ["continuous", "binary"]
    forgetful = config(names, keep_most_recent=5)
    experiment = experiments.open(experiments.setup(SetupCall(config=forgetful)).experiment_id)
    for _ in range(8):
        answer_as(names, experiment, experiment.ask(ask_call()).trials[0])
    assert [experiment.fitted(None, name).observation_count for name in names] == [5, 5]


@pytest.mark.parametrize(
    ("names", "more", "path"),
    [
        (["binary", "ordinal"], {"model": Component(name="gp_rating")}, "stopping.min_posterior_range"),
        (["continuous"], {"generator": Component(name="thompson_sampling")}, "generator.name"),
        (["proportion"], {"stopping": Until(min_outcome_occurrences=3)}, "stopping.min_outcome_occurrences"),
        (["choice"], {"generator": Component(name="pool", options={"points": POOL})}, "generator.name"),
        (
            ["ordinal"],
            {"generator": Component(name="epsilon_greedy", options={"generator": "thompson_sampling"})},
            "generator.options.generator",
        ),
    ],
)
def test_what_an_outcome_has_no_target_for_is_refused(names, more, path):
    with pytest.raises(InvalidConfigError) as caught:
        config(names, **{"stopping": Until(min_asks=5, min_posterior_range=0.3)} | more)
    assert f"config.strategies[1].{path}" in [one.path for one in caught.value.violations]
