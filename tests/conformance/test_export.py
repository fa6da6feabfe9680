"""ExportTrials over a socket: a file in chunks, and every kind of bad request."""

import csv
import io
import json

import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {
    "parameters": [{"name": "contrast", "continuous": {"lowerBound": 0.01, "upperBound": 1, "logScale": True}}],
    "intensityParameter": "contrast",
    "strategies": [
        {"generator": {"name": "sobol"}, "model": {"name": "gp_classification"}, "stopping": {"minAsks": 9}}
    ],
    "seed": 1,
}


@pytest.fixture
def experiment_id(live):
    found = live.stub.Setup(ParseDict({"config": CONFIG, "participantId": "p01"}, v1.SetupRequest())).experiment_id
    for _ in range(5):
        (trial,) = live.stub.Ask(v1.AskRequest(experiment_id=found)).trials
        seen = int(trial.stimuli[0].values["contrast"].number_value > 0.1)
        told = {"trialId": trial.trial_id, "outcomes": {"response": seen}}
        live.stub.Tell(ParseDict({"experimentId": found, "observations": [told]}, v1.TellRequest()))
    live.stub.Ask(v1.AskRequest(experiment_id=found))
    return found


def exported(live, request):
    chunks = list(live.stub.ExportTrials(request, timeout=60))
    assert [bool(chunk.file_name) for chunk in chunks] == [True] + [False] * (len(chunks) - 1)
    assert chunks[-1].progress == 1
    return chunks[0].file_name, b"".join(chunk.data for chunk in chunks)


def test_a_table_agrees_with_the_list_of_trials(live, experiment_id):
    request = v1.ExportTrialsRequest(
        experiment_ids=[experiment_id], format="EXPORT_FORMAT_CSV_WIDE", include_posterior=True
    )
    before = live.rows()
    name, data = exported(live, request)
    assert name == f"{experiment_id}-wide.csv"
    listed = live.stub.ListTrials(v1.ListTrialsRequest(experiment_id=experiment_id, include_posterior=True)).trials
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [int(row["trial_id"]) for row in rows] == [trial.trial_id for trial in listed] == [1, 2, 3, 4, 5, 6]
    for row, trial in zip(rows, listed, strict=True):
        assert float(row["contrast"]) == trial.stimuli[0].values["contrast"].number_value
        assert float(row["posterior_mean_response"]) == pytest.approx(trial.posterior.mean, rel=1e-9)
        assert float(row["posterior_lower_response"]) == pytest.approx(trial.posterior.lower, rel=1e-9)
        assert row["state"] == ("told" if trial.trial_id < 6 else "pending")
    assert live.rows() == before


@pytest.mark.parametrize(
    ("format_", "ending"),
    [("CSV_LONG", ".csv"), ("CSV_WIDE", "-wide.csv"), ("PARQUET", ".parquet"), ("JSON", ".json")],
)
def test_every_format_has_its_file(live, experiment_id, format_, ending):
    request = v1.ExportTrialsRequest(experiment_ids=[experiment_id], format=f"EXPORT_FORMAT_{format_}")
    name, data = exported(live, request)
    assert name == f"{experiment_id}{ending}"
    if format_ == "JSON":
        (log,) = json.loads(data)["experiments"]
        assert [event["sequence"] for event in log["events"]] == list(range(1, 13))
    again, same = exported(live, request)
    assert (again, same) == (name, data)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({}, ["experiment_ids", "format"]),
        ({"format": 1}, ["experiment_ids"]),
        ({"format": 99, "experiment_ids": ["a", "b", "a", ""]}, ["experiment_ids[2]", "experiment_ids[3]", "format"]),
        ({"format": 1, "experiment_ids": ["x" * 201]}, ["experiment_ids[0]"]),
    ],
)
def test_every_mistake_is_named(live, refused, fields, at_fault):
    before = live.rows()
    refusal = refused(live.stub.ExportTrials, v1.ExportTrialsRequest(**fields))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert sorted(refusal.fields) == at_fault
    assert live.rows() == before


def test_an_unknown_experiment(live, refused, experiment_id):
    request = v1.ExportTrialsRequest(experiment_ids=[experiment_id, "nobody"], format="EXPORT_FORMAT_JSON")
    refusal = refused(live.stub.ExportTrials, request)
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "EXPERIMENT_NOT_FOUND")
    assert refusal.metadata == {"experiment_id": "nobody"}


def test_too_many_experiments(live, refused):
    request = v1.ExportTrialsRequest(experiment_ids=map(str, range(10_001)), format="EXPORT_FORMAT_JSON")
    assert refused(live.stub.ExportTrials, request).reason == "LIMIT_EXCEEDED"


def test_a_caller_that_goes_away_leaves_nothing_behind(live, experiment_id, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.export.file.PIECE_BYTES", 10)
    request = v1.ExportTrialsRequest(experiment_ids=[experiment_id], format="EXPORT_FORMAT_JSON")
    for _ in range(40):  # more than there are threads
        stream = live.stub.ExportTrials(request)
        next(stream)
        stream.cancel()
    assert live.stub.GetServerInfo(v1.GetServerInfoRequest(), timeout=30).version
