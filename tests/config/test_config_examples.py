from pathlib import Path

import pytest

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.duration import TrialCount, total, trial_count
from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.files import check
from aepsych_grpc.config.remarks import remarks
from aepsych_grpc.core.catalogue import CATALOGUE

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name):
    return check(EXAMPLES / name, CATALOGUE)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.name)
def test_an_example_is_right(file):
    config = check(file, CATALOGUE)
    assert config.name == file.stem.replace("_", "-")
    assert config.description


def test_the_contrast_threshold_is_a_yes_no_task_with_fifty_trials():
    config = example("contrast_threshold.yaml")
    assert [(item.name, item.kind) for item in config.parameters] == [
        ("contrast", parameter.Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
        ("spatial_frequency", parameter.Continuous(lower_bound=0.5, upper_bound=16, log_scale=True)),
    ]
    assert config.intensity_parameter == "contrast"
    assert config.outcomes[0].kind == outcome.Binary(lapse_rate=0.02, target=0.49)
    assert [strategy.stopping for strategy in config.strategies] == [Stopping(min_asks=10), Stopping(min_asks=40)]
    assert config.strategies[0].model is None
    assert config.strategies[1].model.name == "gp_classification"
    assert remarks(config) == ()


def test_speech_audiometry_counts_words():
    config = example("speech_in_noise.yaml")
    assert config.outcomes[0].kind == outcome.Proportion(trials=10, lapse_rate=0.02, target=0.5)
    model = config.strategies[1].model
    assert (model.name, model.options["link"]) == ("gp_classification", "logit")
    assert config.strategies[1].acquisition.name == "sur"
    assert remarks(config) == ()


def test_the_vibration_study_has_parameters_of_several_kinds():
    config = example("vibration_detection.yaml")
    kinds = [type(item.kind) for item in config.parameters]
    assert kinds == [parameter.Continuous, parameter.Integer, parameter.Categorical, parameter.Fixed]
    assert remarks(config) == ()


def test_the_method_of_constant_stimuli_shows_its_list_and_learns_nothing():
    config = example("constant_stimuli.yaml")
    assert total(trial_count(strategy.stopping) for strategy in config.strategies) == TrialCount(24, 24)
    assert len(config.strategies[0].generator.options["points"]) == 14
    assert all(strategy.model is None for strategy in config.strategies)
