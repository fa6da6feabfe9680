"""Experiments with all that a table of trials has to cope with."""

from google.protobuf.json_format import ParseDict

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.proto import from_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.export.file import Format, export_file
from aepsych_grpc.session.call import AskCall, GivenObservation, SetupCall
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.v1 import config_pb2

MIXED = {
    "name": 'Kontrast, "blau"',
    "parameters": [
        {"name": "contrast", "continuous": {"lowerBound": 0.001, "upperBound": 1, "logScale": True}},
        {"name": "größe, mm", "integer": {"lowerBound": 1, "upperBound": 9}},
        {"name": "inverted", "binary": {}},
        {"name": "pattern", "categorical": {"choices": ["=SUM(A1)", "-3 dB", "-3", "waves"]}},
        {"name": "state", "fixed": {"value": 2.5}},
    ],
    "intensityParameter": "contrast",
    "outcomes": [
        {"name": "seen", "binary": {}},
        {"name": "contrast", "continuous": {}},
        {"name": "rating", "ordinal": {"levels": 5}},
    ],
    "strategies": [
        {"generator": {"name": "sobol"}, "stopping": {"minAsks": 4}},
        {"model": {"name": "gp_classification"}, "stopping": {"minAsks": 4}},
    ],
    "seed": 3,
}
PAIRS = {
    "name": "texture",
    "parameters": [{"name": "contrast", "continuous": {"lowerBound": 0, "upperBound": 1}}],
    "stimuliPerTrial": 2,
    "outcomes": [{"name": "preferred", "choice": {}}],
    "strategies": [{"generator": {"name": "sobol"}, "model": {"name": "gp_preference"}, "stopping": {"minAsks": 9}}],
    "seed": 4,
}
ODD = {"contrast": 0.1 + 0.2, "größe, mm": 7, "inverted": True, "pattern": "=SUM(A1)", "state": 2.5}


def config_of(config: dict) -> ExperimentConfig:
    return from_proto(ParseDict(config, config_pb2.ExperimentConfig()), CATALOGUE)


def set_up(experiments: Experiments, config: dict, participant_id: str = "p01", **labels: str) -> Experiment:
    call = SetupCall(config=config_of(config), participant_id=participant_id, labels=labels)
    return experiments.open(experiments.setup(call).experiment_id)


def given(outcomes: dict, trial_id: int = 0, **fields) -> GivenObservation:
    digest = repr((trial_id, outcomes, fields)).encode()
    return GivenObservation(trial_id=trial_id, outcomes=outcomes, content_digest=digest, **fields)


def answer(trial, seen: int) -> dict:
    return {"seen": seen, "contrast": trial.stimuli[0]["contrast"] / 3, "rating": trial.trial_id % 5}


def run_mixed(experiments: Experiments, participant_id: str = '=2+5, "ü"\nx') -> Experiment:
    """Trials 1 and 2 are told (another stimulus than asked the second time), 3 is unsolicited, excluded and with
    metadata, 4 is pending."""
    experiment = set_up(experiments, MIXED, participant_id, group="ü", eye="left")
    for _ in range(2):
        (trial,) = experiment.ask(AskCall()).trials
        stimuli = (ODD,) if trial.trial_id == 2 else ()
        experiment.tell([given(answer(trial, 1), trial.trial_id, response_time=0.25, stimuli=stimuli)])
    metadata = {"eye": "l, “r”", "n": [1.0, {"deep": None}]}
    outcomes = {"seen": 0, "contrast": -0.0, "rating": 4}
    experiment.tell([given(outcomes, stimuli=(ODD,), metadata=metadata, exclude_from_model=True)])
    experiment.ask(AskCall())
    return experiment


def run_pairs(experiments: Experiments, count: int = 5) -> Experiment:
    experiment = set_up(experiments, PAIRS, "p02")
    for _ in range(count):
        (trial,) = experiment.ask(AskCall()).trials
        first, second = (stimulus["contrast"] for stimulus in trial.stimuli)
        experiment.tell([given({"preferred": int(second > first)}, trial.trial_id)])
    return experiment


def written(experiments: Experiments, some: list[Experiment], format_: Format, posterior=None) -> bytes:
    file = export_file(experiments, [one.experiment_id for one in some], format_, posterior)
    pieces = list(file.pieces)
    progress = [piece.progress for piece in pieces]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    return b"".join(piece.data for piece in pieces)
