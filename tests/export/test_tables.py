"""Tables of trials: what stands where, for every kind of trial."""

import csv
import io
import json

import pytest
from export_scenario import MIXED, ODD, run_mixed, run_pairs, set_up, written

from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.prediction import predict
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.export.file import Format, export_file
from aepsych_grpc.export.trials import Posterior
from aepsych_grpc.session.call import AskCall, ReviseCall
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


def read(data):
    assert not data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


@pytest.fixture
def mixed(experiments):
    return run_mixed(experiments)


def test_a_wide_row_has_all_that_is_known_of_a_trial(experiments, mixed):
    first, second, third, fourth = read(written(experiments, [mixed], Format.WIDE))
    trials, _ = mixed.trials()
    shown = trials[0].stimuli[0]
    assert first["experiment_id"] == mixed.experiment_id
    assert (first["study"], first["participant_id"]) == ('Kontrast, "blau"', '\'=2+5, "ü"\nx')
    assert first["labels"] == '{"eye": "left", "group": "ü"}'
    assert float(first["contrast"]) == shown["contrast"]
    assert first["größe, mm"] == str(shown["größe, mm"])
    assert first["inverted"] in ("true", "false")
    assert (first["parameter_state"], first["state"]) == ("2.5", "told")
    assert (first["seen"], first["rating"]) == ("1", "1")
    assert float(first["outcome_contrast"]) == shown["contrast"] / 3
    assert first["response_time"] == "0.25"
    assert first["ask_time"] == trials[0].ask_time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert (first["observation_id"], first["source"], first["strategy"]) == ("trial-1", "sobol", trials[0].strategy)
    assert (first["exclude_from_model"], first["as_asked"], first["metadata"]) == ("false", "true", "")
    assert (second["contrast"], second["pattern"], second["as_asked"]) == (repr(ODD["contrast"]), "'=SUM(A1)", "false")
    assert (third["source"], third["exclude_from_model"], third["ask_time"], third["as_asked"]) == (
        "unsolicited",
        "true",
        "",
        "",
    )
    assert json.loads(third["metadata"]) == {"eye": "l, “r”", "n": [1.0, {"deep": None}]}
    assert third["outcome_contrast"] == "-0.0"
    assert (fourth["state"], fourth["seen"], fourth["rating"], fourth["tell_time"]) == ("pending", "", "", "")
    assert float(fourth["contrast"]) == trials[3].stimuli[0]["contrast"]


def test_a_long_table_says_the_same_in_a_row_for_each_value(experiments, mixed):
    wide = read(written(experiments, [mixed], Format.WIDE))
    long = read(written(experiments, [mixed], Format.LONG))
    assert len(long) == 4 * 8
    for row in long:
        trial = wide[int(row["trial_id"]) - 1]
        column = row["name"].lstrip("'")
        if (row["kind"], column) in (("outcome", "contrast"), ("parameter", "state")):
            column = f"{row['kind']}_{column}"
        assert row["value"] == trial[column]
        assert row["stimulus"] == ("1" if row["kind"] == "parameter" else "")
        assert all(row[name] == trial[name] for name in ("state", "metadata", "participant_id", "sequence"))


def test_a_restart_changes_nothing(tmp_path):
    before = Experiments(open_store(tmp_path / "study.db"))
    experiment = run_mixed(before)
    tables = [written(before, [experiment], one) for one in (Format.WIDE, Format.LONG, Format.PARQUET)]
    before.close()
    after = Experiments(open_store(tmp_path / "study.db"))
    assert [written(after, [experiment], one) for one in (Format.WIDE, Format.LONG, Format.PARQUET)] == tables
    after.close()


def test_experiments_of_different_kinds_share_a_file(experiments, mixed):
    pairs = run_pairs(experiments)
    rows = read(written(experiments, [mixed, pairs], Format.WIDE))
    assert [row["experiment_id"] for row in rows] == [mixed.experiment_id] * 4 + [pairs.experiment_id] * 5
    assert rows[0]["contrast_1"] == rows[0]["preferred"] == rows[-1]["contrast"] == rows[-1]["seen"] == ""
    shown = [stimulus["contrast"] for stimulus in pairs.trials()[0][-1].stimuli]
    assert [float(rows[-1][f"contrast_{i}"]) for i in (1, 2)] == shown
    long = read(written(experiments, [pairs], Format.LONG))
    assert [(row["kind"], row["stimulus"], row["name"]) for row in long[:3]] == [
        ("parameter", "1", "contrast"),
        ("parameter", "2", "contrast"),
        ("outcome", "", "preferred"),
    ]


def test_predictions_stand_beside_the_outcome_that_they_are_about(experiments, mixed):
    wide = read(written(experiments, [mixed], Format.WIDE, Posterior(0.9)))
    long = read(written(experiments, [mixed], Format.LONG, Posterior(0.9)))
    for outcome in ("seen", "contrast", "rating"):
        fitted = mixed.fitted(None, outcome)
        for trial, row in zip(mixed.trials()[0], wide, strict=True):
            stimulus = trial.observation.stimuli if trial.observation else trial.stimuli
            (expected,) = predict(
                fitted.readout, fitted.response, fitted.space.encode(stimulus), scale=Scale.PROBABILITY, level=0.9
            )
            assert float(row[f"posterior_mean_{outcome}"]) == pytest.approx(expected.mean, rel=1e-9)
            assert float(row[f"posterior_upper_{outcome}"]) == pytest.approx(expected.upper, rel=1e-9)
            (value,) = [
                one
                for one in long
                if (one["trial_id"], one["kind"], one["name"]) == (row["trial_id"], "outcome", outcome)
            ]
            assert value["posterior_variance"] == row[f"posterior_variance_{outcome}"]
    assert {row["posterior_mean"] for row in long if row["kind"] == "parameter"} == {""}


def test_the_prediction_for_a_pair_is_the_chance_of_the_second(experiments):
    pairs = run_pairs(experiments, 9)
    for row in read(written(experiments, [pairs], Format.WIDE, Posterior(0.9))):
        mean = float(row["posterior_mean_preferred"])
        assert 0 < float(row["posterior_lower_preferred"]) < mean < float(row["posterior_upper_preferred"]) < 1
        assert (mean > 0.5) == (float(row["contrast_2"]) > float(row["contrast_1"]))


def test_nothing_told_and_nothing_asked(experiments, mixed):
    empty = set_up(experiments, MIXED)
    assert read(written(experiments, [empty], Format.LONG, Posterior(0.9))) == []
    rows = read(written(experiments, [empty, mixed], Format.WIDE, Posterior(0.9)))
    assert len(rows) == 4


def test_an_experiment_without_responses_has_no_predictions(experiments):
    fresh = set_up(experiments, MIXED)
    fresh.ask(AskCall())
    (row,) = read(written(experiments, [fresh], Format.WIDE, Posterior(0.9)))
    assert (row["state"], row["posterior_mean_seen"]) == ("pending", "")


def test_an_unknown_experiment_is_refused_before_anything_is_written(experiments, mixed):
    with pytest.raises(ServiceError) as caught:
        export_file(experiments, [mixed.experiment_id, "nobody"], Format.WIDE, None)
    assert (caught.value.reason, caught.value.metadata) == (Reason.EXPERIMENT_NOT_FOUND, {"experiment_id": "nobody"})


def test_no_piece_is_too_long_for_a_message(experiments, mixed, monkeypatch):
    whole = written(experiments, [mixed], Format.WIDE)
    monkeypatch.setattr("aepsych_grpc.export.file.PIECE_BYTES", 100)
    pieces = [piece.data for piece in export_file(experiments, [mixed.experiment_id], Format.WIDE, None).pieces]
    assert max(map(len, pieces)) == 100
    assert b"".join(pieces) == whole


def test_revised_responses_are_as_corrected_beside_what_was_told(experiments, mixed):
    mixed.revise(ReviseCall(trial_id=1, outcomes={"seen": 0, "rating": 3}, reason="wrong key"))
    mixed.revise(ReviseCall(trial_id=2, outcomes={"seen": 0}, reason="first"))
    mixed.revise(ReviseCall(trial_id=2, reason='=1, "ü"'))
    first, second, third, fourth = read(written(experiments, [mixed], Format.WIDE))
    assert [row["state"] for row in (first, second, third, fourth)] == ["told", "retracted", "told", "pending"]
    assert (first["seen"], first["told_seen"], first["rating"], first["told_rating"]) == ("0", "1", "3", "1")
    assert first["outcome_contrast"] == first["told_contrast"]
    assert (second["seen"], second["outcome_contrast"], second["told_seen"]) == ("", "", "1")
    assert (first["revision_reason"], second["revision_reason"]) == ("wrong key", '\'=1, "ü"')
    assert third["revise_time"] == third["revision_reason"] == third["told_seen"] == fourth["told_seen"] == ""
    revision = mixed.trials()[0][1].revision
    assert second["revise_time"] == revision.time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert second["contrast"] == repr(ODD["contrast"])
    long = read(written(experiments, [mixed], Format.LONG))
    values = [(row["value"], row["told_value"]) for row in long if (row["kind"], row["name"]) == ("outcome", "seen")]
    assert values == [("0", "1"), ("", "1"), ("0", ""), ("", "")]
    assert {row["told_value"] for row in long if row["kind"] == "parameter"} == {""}
