from dataclasses import replace

import pytest
from study import EAR, LEVEL, PITCH, study

from aepsych_grpc.config.experiment import Component, Stopping, Strategy
from aepsych_grpc.config.outcome import Continuous, Ordinal, Outcome, Proportion
from aepsych_grpc.simulation.design import NotSimulatedError, design_of

SOBOL = (Strategy(name="only", generator=Component(name="sobol"), stopping=Stopping(min_asks=10)),)


def with_last(stopping):
    config = study()
    return replace(config, strategies=(*config.strategies[:-1], replace(config.strategies[-1], stopping=stopping)))


def test_a_design_is_as_long_as_its_strategies():
    design = design_of(study())
    assert design.trials == 20
    assert design.checkpoints == (10, 15, 20)
    assert (design.unit, design.log_scale) == ("dB", False)
    assert design.config == study()


def test_a_proportion_is_simulated():
    kind = Proportion(trials=10, guess_rate=0.5, target=0.75)
    assert design_of(study(outcomes=(Outcome(name="heard", kind=kind),))).outcome == kind


def test_a_strategy_ends_at_its_smaller_number():
    assert design_of(with_last(Stopping(min_asks=40, max_asks=30))).trials == 40


def test_more_trials_than_the_config_has_go_to_the_last_strategy():
    design = design_of(study(), trials=60)
    assert design.trials == 60
    assert design.checkpoints[-2:] == (50, 60)
    assert design.config.strategies[-1].stopping.run_indefinitely
    assert design.config.strategies[0] == study().strategies[0]


def test_an_endless_study_needs_a_number():
    endless = with_last(Stopping(run_indefinitely=True))
    with pytest.raises(NotSimulatedError, match="--trials"):
        design_of(endless)
    assert design_of(endless, trials=25).trials == 25


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"intensity_parameter": ""}, "No intensity_parameter"),
        ({"outcomes": (Outcome(name="rating", kind=Ordinal(levels=4)),), "strategies": SOBOL}, '"rating" is ordinal'),
        ({"outcomes": (Outcome(name="size", kind=Continuous()),), "strategies": SOBOL}, '"size" is continuous'),
        ({"strategies": SOBOL}, "No strategy has a model"),
        ({"stimuli_per_trial": 2, "strategies": SOBOL}, "2 stimuli"),
        (
            {
                "outcomes": (study().outcomes[0], Outcome(name="sure", kind=Ordinal(levels=2))),
                "strategies": SOBOL,
            },
            "2 outcomes",
        ),
    ],
)
def test_other_studies_are_refused_by_name(changes, reason):
    with pytest.raises(NotSimulatedError, match=reason):
        design_of(study(**changes))


def test_an_intensity_without_numbers_is_refused():
    config = replace(study(), intensity_parameter="ear", parameters=(LEVEL, EAR, PITCH))
    with pytest.raises(NotSimulatedError, match='"ear" is categorical'):
        design_of(config)
