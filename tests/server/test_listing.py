"""ListTrials, page by page: together the pages are the whole, whatever their size."""

import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.client.transport import StatusError
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {
    "parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}],
    "intensityParameter": "x",
    "strategies": [
        {"generator": {"name": "sobol"}, "model": {"name": "gp_classification"}, "stopping": {"minAsks": 9}}
    ],
}


@pytest.fixture(scope="module")
def transport():
    found = InProcessTransport()
    yield found
    found.close()


@pytest.fixture(scope="module")
def experiment_id(transport):
    """Seven trials, told in the order 5, 2, 7, 1; the last was not asked."""
    found = transport.unary("Setup", ParseDict({"config": CONFIG}, v1.SetupRequest()), None).experiment_id
    transport.unary("Ask", v1.AskRequest(experiment_id=found, count=6), None)
    told = [{"trialId": 5}, {"trialId": 2}, {"stimuli": [{"values": {"x": 0.5}}]}, {"trialId": 1}]
    observations = [{**one, "outcomes": {"response": i % 2}} for i, one in enumerate(told)]
    transport.unary("Tell", ParseDict({"experimentId": found, "observations": observations}, v1.TellRequest()), None)
    return found


def pages(transport, **fields):
    request = v1.ListTrialsRequest(**fields)
    while True:
        response = transport.unary("ListTrials", request, None)
        yield response
        if not response.next_page_token:
            return
        request.page_token = response.next_page_token


@pytest.mark.parametrize("after_sequence", range(12))
@pytest.mark.parametrize("page_size", [1, 2, 3, 6, 7, 8, 10_000])
def test_pages_make_the_whole(transport, experiment_id, page_size, after_sequence):
    (whole,) = pages(transport, experiment_id=experiment_id)
    assert [trial.trial_id for trial in whole.trials] == [1, 2, 3, 4, 5, 6, 7]
    found = list(pages(transport, experiment_id=experiment_id, page_size=page_size, after_sequence=after_sequence))
    listed = [trial for page in found for trial in page.trials]
    assert listed == [trial for trial in whole.trials if trial.sequence > after_sequence]
    assert all(len(page.trials) == page_size for page in found[:-1])
    assert {page.sequence for page in found} == {11}


def test_predictions_are_the_same_on_every_page(transport, experiment_id):
    (whole,) = pages(transport, experiment_id=experiment_id, include_posterior=True)
    parts = pages(transport, experiment_id=experiment_id, include_posterior=True, page_size=2)
    means = [trial.posterior.mean for page in parts for trial in page.trials]
    assert means == pytest.approx([trial.posterior.mean for trial in whole.trials], rel=1e-9)


def test_predictions_keep_to_the_deadline(transport):
    setup = ParseDict({"config": CONFIG}, v1.SetupRequest())
    found = transport.unary("Setup", setup, None).experiment_id
    told = [{"stimuli": [{"values": {"x": i / 400}}], "outcomes": {"response": i % 2}} for i in range(400)]
    transport.unary("Tell", ParseDict({"experimentId": found, "observations": told}, v1.TellRequest()), None)
    with pytest.raises(StatusError, match="deadline"):
        transport.unary("ListTrials", v1.ListTrialsRequest(experiment_id=found, include_posterior=True), 1e-6)
