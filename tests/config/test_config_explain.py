from dataclasses import replace

import pytest

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.duration import TrialCount, total, trial_count
from aepsych_grpc.config.experiment import Component, ExperimentConfig, PopulationPrior, Stopping, Strategy
from aepsych_grpc.config.explain import explain
from aepsych_grpc.config.remarks import remarks
from aepsych_grpc.core.catalogue import CATALOGUE

CONTRAST = parameter.Parameter(
    name="contrast", kind=parameter.Continuous(lower_bound=0.002, upper_bound=1, log_scale=True), unit="Michelson"
)
SOBOL = Strategy(name="first", generator=Component(name="sobol"), stopping=Stopping(min_asks=10))
ADAPTIVE = Strategy(
    name="second",
    generator=Component(name="acquisition"),
    model=Component(name="gp_classification"),
    acquisition=Component(name="sur"),
    stopping=Stopping(min_asks=40),
)


def config(**changes):
    kind = outcome.Binary(guess_rate=0.5, lapse_rate=0.02, target=0.74)
    defaults = {
        "parameters": (CONTRAST,),
        "outcomes": (outcome.Outcome(name="response", kind=kind),),
        "strategies": (SOBOL, ADAPTIVE),
        "intensity_parameter": "contrast",
    }
    return ExperimentConfig(**defaults | changes)


def explained(catalogue, **changes):
    return {name: text for section in explain(config(**changes), catalogue) for name, text in section.entries}


def test_an_experiment_is_explained(catalogue):
    said = explained(catalogue)
    assert said["contrast"] == "0.002 to 1 Michelson, on a log scale; responses rise along it"
    assert "By chance 50 % are 1, with the strongest stimulus 98 %; the threshold is where 74 % are" in said["response"]
    assert said["first"] == "sobol: What sobol does.\nEnds after 10 trials."
    assert "sur: What sur does." in said["second"]
    assert "gp_classification: What gp_classification does." in said["second"]
    assert said["trials"] == "50"
    assert said["seed"] == "chosen by the server"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (parameter.Integer(lower_bound=1, upper_bound=20), "whole numbers from 1 to 20 mm"),
        (parameter.Binary(), "true or false"),
        (parameter.Categorical(choices=("{unit}", "[b]")), "one of: {unit}, [b]"),
        (parameter.Categorical(choices=("low", "high"), ordered=True), "ordered choices: low, high"),
        (parameter.Discrete(values=(1.0, 2.5)), "one of 1, 2.5 mm"),
        (parameter.Discrete(values=tuple(map(float, range(100)))), "one of 0, 1, 2, ... 99 (100 in all) mm"),
        (parameter.Fixed(value=7.0), "always 7 mm"),
        (parameter.Fixed(value="red"), "always red mm"),
    ],
)
def test_a_parameter_is_explained(catalogue, kind, text):
    item = parameter.Parameter(name="p", kind=kind, unit="mm")
    assert explained(catalogue, parameters=(item,), intensity_parameter="")["p"] == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (outcome.Ordinal(levels=4), "a rating from 0 to 3"),
        (
            outcome.Proportion(trials=10, lapse_rate=0.02, target=0.49),
            "how many of 10 presentations are yes or right: 0 to 10. By chance 0 % are yes or right, with the "
            "strongest stimulus 98 %; the threshold is where 49 % are",
        ),
        (outcome.Continuous(unit="mV"), "a number in mV"),
        (outcome.Choice(), "which stimulus was chosen: its position, from 0"),
    ],
)
def test_an_outcome_is_explained(catalogue, kind, text):
    outcomes = (outcome.Outcome(name="o", kind=kind),)
    assert explained(catalogue, outcomes=outcomes, strategies=(SOBOL,))["o"] == text


@pytest.mark.parametrize(
    ("stopping", "text", "count"),
    [
        (Stopping(min_asks=1), "Ends after 1 trial.", TrialCount(1, 1)),
        (Stopping(max_asks=7), "Ends after 7 trials.", TrialCount(7, 7)),
        (Stopping(min_asks=7, max_asks=7), "Ends after 7 trials.", TrialCount(7, 7)),
        (Stopping(min_asks=5, max_asks=7), "Ends after 5 trials, or after 7 trials at the latest.", TrialCount(5, 5)),
        (Stopping(run_indefinitely=True), "Ends only when told to.", TrialCount(0, None)),
        (
            Stopping(min_asks=5, min_total_tells=20),
            "Ends after 5 trials and 20 responses in the whole experiment.",
            TrialCount(5, None),
        ),
        (
            Stopping(min_outcome_occurrences=2, max_asks=30),
            "Ends after 2 occurrences of both 0 and 1, or after 30 trials at the latest.",
            TrialCount(0, 30),
        ),
        (
            Stopping(min_asks=20, max_threshold_interval=0.1, max_asks=80, max_seconds=900),
            "Ends after 20 trials and the threshold's 90 % credible interval is at most 10 % of the intensity's range "
            "wide, or after 80 trials or 900 s at the latest.",
            TrialCount(0, 80),
        ),
        (
            Stopping(min_posterior_range=0.4),
            "Ends after the expected response spans 40 %.",
            TrialCount(0, None),
        ),
        (Stopping(max_seconds=600), "Ends after 600 s.", TrialCount(0, None)),
    ],
)
def test_an_ending_is_explained_and_counted(catalogue, stopping, text, count):
    strategy = Strategy(name="only", generator=Component(name="sobol"), stopping=stopping)
    assert explained(catalogue, strategies=(strategy,))["only"].splitlines()[-1] == text
    assert trial_count(stopping) == count


def test_counts_add_up_unless_one_has_no_limit():
    assert total([TrialCount(10, 10), TrialCount(0, 30)]) == TrialCount(10, 40)
    assert total([TrialCount(10, 10), TrialCount(5, None)]) == TrialCount(15, None)


@pytest.mark.parametrize(
    ("stopping", "text"),
    [
        (Stopping(min_outcome_occurrences=2, max_asks=30), "10 to 40"),
        (Stopping(run_indefinitely=True), "at least 10, without a limit"),
    ],
)
def test_the_total_has_its_limits(catalogue, stopping, text):
    last = Strategy(name="last", generator=Component(name="sobol"), stopping=stopping)
    assert explained(catalogue, strategies=(SOBOL, last))["trials"] == text


def test_a_well_made_config_is_not_remarked_on():
    assert remarks(config()) == ()


@pytest.mark.parametrize(
    ("changes", "remark_part"),
    [
        ({"strategies": (SOBOL,)}, "No strategy has a model"),
        ({"strategies": (ADAPTIVE, SOBOL)}, 'The last strategy, "first", has no model'),
        ({"strategies": (ADAPTIVE,)}, 'Only 0 trials come before "second"'),
        ({"intensity_parameter": ""}, "name it under intensity_parameter (one of contrast)"),
        (
            {"outcomes": (outcome.Outcome(name="r", kind=outcome.Binary(guess_rate=0.5, target=0.75)),)},
            "lapse_rate is 0",
        ),
        (
            {
                "strategies": (
                    Strategy(name="x", generator=SOBOL.generator, stopping=Stopping(min_outcome_occurrences=1)),
                    ADAPTIVE,
                )
            },
            '"x" may never end',
        ),
        (
            {
                "strategies": (
                    SOBOL,
                    Strategy(
                        name="x",
                        generator=ADAPTIVE.generator,
                        model=ADAPTIVE.model,
                        acquisition=ADAPTIVE.acquisition,
                        stopping=Stopping(max_threshold_interval=0.1),
                    ),
                )
            },
            '"x" may never end if the model never becomes certain enough',
        ),
    ],
)
def test_what_may_be_regretted_is_remarked_on(changes, remark_part):
    assert any(remark_part in remark for remark in remarks(config(**changes)))


def test_options_that_differ_from_their_defaults_are_told():
    steps = Component(
        name="staircase",
        options={"steps": [2, 1.4], "down": 2, "up": 1, "up_ratio": 1.0, "reversals": 4, "context": {"eye": "left"}},
    )
    listed = Component(name="manual", options={"points": [{"contrast": 0.1}, {"contrast": 0.2}], "shuffle": True})
    seeking = Component(name="straddle", options={"target": 0.8, "beta": 1.96})
    strategies = (
        replace(SOBOL, generator=steps),
        replace(SOBOL, name="listed", generator=listed),
        replace(ADAPTIVE, generator=Component(name="optimize_acquisition"), acquisition=seeking),
    )
    said = explained(CATALOGUE, strategies=strategies)
    assert "With steps 2, 1.4; reversals 4; context eye=left.\n" in said["first"]
    assert "With points 2 stimuli; shuffle true.\n" in said["listed"]
    assert "With target 0.8.\n" in said["second"]


def test_what_a_participant_begins_with_is_explained(catalogue):
    assert "beginning" not in explained(catalogue)
    said = explained(catalogue, population_prior=PopulationPrior(max_experiments=7))["beginning"]
    assert said.startswith("with what this study's latest finished experiments, at most 7, have taught")
    assert "no response and no threshold is shared" in said


def test_a_strategy_that_a_warm_start_passes_over_is_explained(catalogue):
    said = explained(catalogue, strategies=(replace(SOBOL, skip_with_warm_start=True), ADAPTIVE))
    assert said["first"].endswith(
        "\nIt is passed over where responses of earlier experiments were carried over at setup."
    )
    assert "passed over" not in said["second"]
