"""Correcting and retracting responses, from the client."""

import pytest

from aepsych_grpc.client import AsyncClient, Client, TrialNotToldError, reading
from aepsych_grpc.client.call import drive
from aepsych_grpc.server.in_process import InProcessTransport


def test_a_correction_carries_what_the_caller_means(servicer, experiment):
    trial = experiment.ask()
    experiment.tell(trial, 1)
    revised = experiment.revise(trial, 0, reason="wrong key")
    (method, request) = servicer.calls[-1]
    assert method == "ReviseTrial"
    assert (request.trial_id, request.outcomes["seen"].number_value, request.reason) == (1, 0, "wrong key")
    assert request.request_id
    assert (revised.state, revised.outcomes, revised.revision.told_outcomes) == ("told", {"seen": 0}, {"seen": 1})
    assert "seen=0 (told: seen=1)" in str(revised)


def test_a_retracted_response_is_gone_from_the_trial_and_kept_beside_it(servicer, experiment):
    trial = experiment.ask()
    experiment.tell(trial, 1)
    revised = experiment.retract(1, reason="a noise in the corridor")
    assert not servicer.calls[-1][1].outcomes
    assert (revised.state, revised.outcomes) == ("retracted", None)
    assert str(revised).endswith("-> retracted (told: seen=1)")
    assert "retracted (told: seen=1)" in revised._repr_html_()


def test_a_pending_trial_has_nothing_to_revise(experiment):
    experiment.ask()
    with pytest.raises(TrialNotToldError):
        experiment.retract(1)


def test_what_is_no_trial_or_no_response_is_refused_at_once(servicer, experiment):
    calls = len(servicer.calls)
    with pytest.raises(TypeError, match="A trial, or its number, is revised"):
        experiment.retract({"contrast": 0.5})
    with pytest.raises(ValueError, match="`retract` takes a response back"):
        experiment.revise(1, {})
    assert len(servicer.calls) == calls


def test_a_data_frame_shows_revisions(experiment):
    for trial in experiment:
        experiment.tell(trial, 1, metadata={"eye": "left"})
    plain = list(experiment.to_pandas().columns)
    experiment.revise(2, 0, reason="wrong key")
    experiment.retract(3)
    frame = experiment.to_pandas()
    assert list(frame["state"]) == ["told", "told", "retracted", "told", "told"]
    assert frame["seen"].isna().tolist() == [False, False, True, False, False]
    assert frame["seen"][1] == 0
    assert frame["told_seen"].dropna().tolist() == [1, 1]
    assert frame["revision_reason"].tolist() == ["", "wrong key", "", "", ""]
    assert frame["revise_time"].notna().tolist() == [False, True, True, False, False]
    assert [column for column in frame.columns if column != "told_seen"] == plain
    assert list(frame.columns)[-2:] == ["told_seen", "metadata_eye"]


CONFIG = {
    "parameters": [{"name": "told_seen", "continuous": {"lower_bound": 0, "upper_bound": 1}}],
    "outcomes": [{"name": "seen", "binary": {}}, {"name": "confidence", "ordinal": {"levels": 4}}],
}


def test_the_service_keeps_both_and_uses_the_revision():
    with Client(transport=InProcessTransport()) as client:
        experiment = client.setup(CONFIG)
        for _ in range(3):
            experiment.tell(experiment.ask(), {"seen": 1, "confidence": 2})
        assert experiment.revise(2, {"seen": 0}).outcomes == {"seen": 0, "confidence": 2}
        assert experiment.retract(3).outcomes is None
        frame = experiment.to_pandas()
        assert frame["told_seen"].dropna().tolist() == [1, 1]
        assert frame["parameter_told_seen"].notna().all()
        assert experiment.revise(3, {"seen": 1, "confidence": 0}).state == "told"
        assert not [trial for trial in experiment.trials() if trial.state != "told"]


def test_an_earlier_moment_has_the_responses_as_they_were():
    with Client(transport=InProcessTransport()) as client:
        experiment = client.setup(CONFIG | {"outcomes": CONFIG["outcomes"][:1]})
        for _ in range(3):
            experiment.tell(experiment.ask(), 1)
        told = [trial.tell_sequence for trial in experiment.trials()]
        corrected, retracted = experiment.revise(1, 0), experiment.retract(2)
        assert [trial.tell_sequence for trial in experiment.trials()] == told
        for sequence, responses in (
            (told[1], [1, 1]),
            (told[2], [1, 1, 1]),
            (corrected.sequence, [0, 1, 1]),
            (retracted.sequence, [0, None, 1]),
        ):
            trials = drive(reading.trials(experiment._subject.at(sequence)), experiment._transport)
            assert [trial.outcomes and trial.outcomes["seen"] for trial in trials] == responses


async def test_the_asynchronous_twin(address):
    async with AsyncClient(address) as client:
        experiment = await client.setup({})
        trial = await experiment.ask()
        await experiment.tell(trial, 1)
        assert (await experiment.revise(trial, 0)).outcomes == {"seen": 0}
        assert (await experiment.retract(trial)).state == "retracted"
