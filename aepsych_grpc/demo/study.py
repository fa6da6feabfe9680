"""The study that the demo runs: `examples/contrast_threshold.yaml`, answered by a simulated participant."""

from pathlib import Path

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.bench.observers import BinaryObserver
from aepsych_grpc.config import files
from aepsych_grpc.v1.config_pb2 import ExperimentConfig

FILE = "contrast_threshold.yaml"

FREQUENCIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Spatial frequencies in cycles/degree at which estimate and truth are compared: octaves over the study's range."""

FEWEST_TRIALS = 12
"""The study's ten first trials and two adaptive ones."""


def study_file() -> Path:
    """Return the study's file: beside this module in an installed package, else among the source tree's examples."""
    here = Path(__file__).parent
    installed = here / FILE
    return installed if installed.is_file() else here.parents[1] / "examples" / FILE


def study(trials: int) -> ExperimentConfig:
    """Return the study, with its last strategy as long as the number of trials wants it."""
    config = files.load(study_file())
    before = sum(strategy.stopping.min_asks for strategy in config.strategies[:-1])
    config.strategies[-1].stopping.min_asks = trials - before
    return config


def participant(config: ExperimentConfig, truth: ContrastSensitivity) -> BinaryObserver:
    """Return a participant with this contrast sensitivity who guesses and lapses as the study says."""
    rates = config.outcomes[0].binary
    return BinaryObserver(field=truth.field, guess_rate=rates.guess_rate, lapse_rate=rates.lapse_rate)
