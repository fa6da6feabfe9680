"""The client against the real service, without a socket."""

import random
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.client import (
    Client,
    ConflictError,
    ExperimentFinishedError,
    ExperimentNotFoundError,
    InvalidConfigError,
    InvalidRequestError,
    NothingToModelError,
    OutOfBoundsError,
)
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.v1 import experiment_service_pb2 as v1

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
CONFIG = {
    "name": "mixed",
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "size", "integer": {"lower_bound": 1, "upper_bound": 4}},
        {"name": "inverted", "binary": {}},
        {"name": "eye", "fixed": {"value": "left"}},
    ],
    "intensity_parameter": "contrast",
    "outcomes": [{"name": "seen", "binary": {}}],
    "strategies": [
        {"generator": {"name": "sobol"}, "stopping": {"max_asks": 6}},
        {"model": {"name": "gp_classification"}, "stopping": {"max_asks": 2}},
    ],
}


@pytest.fixture
def client():
    with Client(transport=InProcessTransport()) as client:
        yield client


def test_an_experiment_runs_to_its_end_and_is_known_afterwards(client):
    experiment = client.setup(CONFIG, participant_id="p07", seed=5)
    rng = random.Random(5)
    for trial in experiment:
        assert [type(value) for value in trial.stimulus.values()] == [float, int, bool, str]
        experiment.tell(trial, trial["contrast"] > 0.1 * rng.uniform(0.7, 1.4), response_time=0.5)
    state = experiment.state()
    assert (state.finished, state.told_count, state.pending_count) == (True, 8, 0)
    told = experiment.trials(include_posterior=True)
    assert [trial.source for trial in told[:6]] == ["sobol"] * 6
    # The first use of torch may take longer than the budget for a trial.
    assert {trial.source for trial in told[6:]} <= {"model", "fallback"}
    # Far from the threshold so skewed a posterior has its mean beyond its interval.
    assert all(0 <= trial.posterior.lower <= trial.posterior.upper <= 1 for trial in told)
    assert all(0 < trial.posterior.mean < 1 for trial in told)
    with pytest.raises(ExperimentFinishedError):
        experiment.ask()
    held = {"size": 2, "inverted": False}
    low, high = experiment.predict([{"contrast": 0.011, **held}, {"contrast": 0.9, **held}])
    assert low.mean < 0.5 < high.mean
    (point,) = experiment.threshold(contexts=[held]).points
    assert 0.01 <= point.threshold.lower <= point.median <= point.threshold.upper <= 1
    assert experiment.maximum().response.mean > experiment.minimum().response.mean
    inverse = experiment.inverse(0.5, fixed_parameters=held)
    assert (inverse.stimulus["size"], inverse.stimulus["inverted"]) == (2, False)
    assert experiment.plot_overview(truth=lambda _: 0.1).axes
    assert experiment.plot(["size"], fixed_parameters={"contrast": 0.2, "inverted": True}).axes
    with pytest.raises(OutOfBoundsError) as outside:
        experiment.plot(fixed_parameters={"size": 100})
    assert [item.path for item in outside.value.violations] == ["fixed_parameters.size"]
    (listed,) = client.experiments(participant_id="p07")
    assert client.experiment(listed.experiment_id).to_pandas()["seen"].isin([0, 1]).all()


def test_mistakes_are_told_by_their_exceptions(client):
    experiment = client.setup(CONFIG)
    with pytest.raises(NothingToModelError):
        experiment.predict([{"contrast": 0.1, "size": 1, "inverted": False}])
    with pytest.raises(OutOfBoundsError) as caught:
        experiment.tell({"contrast": 2, "size": 1, "inverted": False}, 1)
    assert "contrast" in caught.value.violations[0].path
    trial = experiment.ask()
    experiment.tell(trial, 1)
    assert experiment.tell(trial, 1).duplicate
    with pytest.raises(ConflictError, match=r"[Tt]rial[- ]1"):
        experiment.tell(trial, 0)
    with pytest.raises(InvalidConfigError, match="mistakes:") as invalid:
        client.setup({"parameters": [{"name": "a"}, {"name": "a", "binary": {}}]})
    assert len(invalid.value.violations) >= 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_can_be_set_up(client, example):
    assert client.setup(example).ask().trial_id == 1


def run_to_the_end(experiment):
    for trial in experiment:
        experiment.tell(trial, trial["contrast"] > 0.1)


def test_earlier_participants_teach_the_next(client):
    study = CONFIG | {"population_prior": {}}
    first = client.setup(study)
    assert first.learned_from == ()
    run_to_the_end(first)
    second = client.setup(study)
    assert second.learned_from == client.experiment(second.experiment_id).learned_from == (first.experiment_id,)
    assert second.state().learned_from == (first.experiment_id,)
    named = client.setup(CONFIG, prior_from=[second.experiment_id])
    assert named.learned_from == ()
    assert f"Nothing is learned from experiment {second.experiment_id}: no responses were told." in named.warnings


def test_who_can_not_teach_is_told_by_an_exception(client):
    other = client.setup(CONFIG | {"intensity_parameter": "size"})
    with pytest.raises(ExperimentNotFoundError, match="nobody"):
        client.setup(CONFIG, prior_from=["nobody"])
    with pytest.raises(InvalidRequestError) as caught:
        client.setup(CONFIG, prior_from=[other.experiment_id])
    (violation,) = caught.value.violations
    assert violation.path == "prior_from_experiment_ids[0]"
    assert 'the intensity_parameter is "size" there, "contrast" here' in violation.message


def test_a_trial_is_what_was_shown_also_where_that_is_not_what_was_asked():
    transport = InProcessTransport()
    with Client(transport=transport) as client:
        experiment = client.setup(CONFIG, seed=5)
        asked = experiment.ask_batch(3)
        experiment.tell(asked[0], 1)
        other = {"contrast": 0.25, "size": 3.0, "inverted": True, "eye": "left"}
        told = {"trialId": 2, "stimuli": [{"values": other}], "outcomes": {"seen": 0}}
        request = {"experimentId": experiment.experiment_id, "observations": [told]}
        transport.unary("Tell", ParseDict(request, v1.TellRequest()), None)
        experiment.tell({**other, "size": 1}, 1)
        trials = experiment.trials()
        assert [dict(trial) for trial in trials] == [dict(asked[0]), other, dict(asked[2]), {**other, "size": 1}]
        assert [trial.as_asked for trial in trials] == [True, False, None, None]
        frame = experiment.to_pandas()
        assert frame[["contrast", "size"]].loc[1].tolist() == [0.25, 3]
        assert frame["as_asked"].tolist()[:2] == [True, False]
        assert frame["as_asked"].isna().tolist() == [False, False, True, True]
