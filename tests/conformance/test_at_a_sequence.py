"""Every question can be asked about any point of the log, whatever has happened since."""

from itertools import pairwise

import pytest

from aepsych_grpc.client import AsyncClient, Client, InvalidRequestError, NothingToModelError
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server

CONFIG = {
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "frequency", "continuous": {"lower_bound": 0.5, "upper_bound": 16, "log_scale": True}},
    ],
    "intensity_parameter": "contrast",
    "strategies": [
        {"generator": {"name": "sobol"}, "stopping": {"min_asks": 3}},
        {"generator": {"name": "optimize_acquisition"}, "stopping": {"min_asks": 30}},
    ],
    "seed": 5,
}
CONTEXTS = [{"frequency": 1}, {"frequency": 8}]
STIMULI = [{"contrast": 0.05, "frequency": 2}, {"contrast": 0.5, "frequency": 12}]


def answers(experiment):
    return (
        experiment.threshold(contexts=CONTEXTS),
        experiment.predict(STIMULI),
        experiment.maximum(fixed_parameters={"frequency": 4}),
        experiment.acquisition(STIMULI),
    )


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A restarted server's experiment, and what was answered after each response, by the sequence then."""
    database = tmp_path_factory.mktemp("server") / "experiments.db"
    server = Server(database, Exposure(port=0))
    asked = {}
    with Client(server.address) as client:
        experiment = client.setup(CONFIG)
        for _ in range(9):
            trial = experiment.ask(compute_budget=60)
            receipt = experiment.tell(trial, int(trial["contrast"] > 0.1))
            asked[receipt.sequence] = answers(experiment)
    server.stop(0)
    server = Server(database, Exposure(port=0))
    with Client(server.address) as client:
        yield client.experiment(experiment.experiment_id), asked, server
    server.stop(0)


def test_what_was_answered_then_is_answered_again(history):
    experiment, asked, _ = history
    for sequence, then in asked.items():
        assert answers(experiment.at(sequence)) == then


def test_between_two_responses_nothing_changes_but_the_refit(history):
    experiment, asked, _ = history
    told = sorted(asked)
    for before, after in pairwise(told):
        for sequence in range(before, after):  # where an ask has refitted, it did what the query had done before
            assert experiment.at(sequence).threshold(contexts=CONTEXTS) == asked[before][0]


def test_trials_and_frames_are_those_of_then(history):
    experiment, asked, _ = history
    for count, sequence in enumerate(asked, start=1):
        assert [trial.trial_id for trial in experiment.at(sequence).trials()] == list(range(1, count + 1))
    assert len(experiment.at(sequence).to_pandas()) == len(asked)


def test_a_plot_of_then_has_the_responses_of_then(history):
    experiment, asked, _ = history
    figure = experiment.at(list(asked)[3]).plot()
    assert "4 responses" in [text.get_text() for text in figure.axes[0].texts]


async def test_the_asynchronous_twin_answers_alike(history):
    experiment, asked, server = history
    sequence = list(asked)[4]
    async with AsyncClient(server.address) as client:
        then = (await client.experiment(experiment.experiment_id)).at(sequence)
        assert await then.threshold(contexts=CONTEXTS) == asked[sequence][0]
        assert len(await then.trials()) == 5


def test_before_the_first_response_there_is_nothing_to_ask(history):
    experiment, _, _ = history
    with pytest.raises(NothingToModelError):
        experiment.at(1).threshold(contexts=CONTEXTS)
    assert experiment.at(1).trials() == []


@pytest.mark.parametrize("sequence", [0, -1, 10_000])
def test_a_point_beyond_the_log_is_refused(history, sequence):
    experiment, _, _ = history
    with pytest.raises(InvalidRequestError, match="at_sequence"):
        experiment.at(sequence).threshold(contexts=CONTEXTS)
