"""Parquet: typed columns, and what the file says of itself."""

import io
import json
import sys

import pyarrow
import pyarrow.parquet
import pytest
from export_scenario import MIXED, ODD, run_mixed, run_pairs, set_up, written

import aepsych_grpc
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.export.file import Format
from aepsych_grpc.session.call import AskCall


def read(data):
    return pyarrow.parquet.read_table(io.BytesIO(data))


def test_columns_have_the_types_of_their_values(experiments):
    table = read(written(experiments, [run_mixed(experiments)], Format.PARQUET))
    types = {field.name: str(field.type) for field in table.schema}
    category = "dictionary<values=string, indices=int32, ordered=0>"
    assert types["contrast"] == types["parameter_state"] == types["response_time"] == "double"
    assert types["größe, mm"] == types["seen"] == types["rating"] == types["trial_id"] == "int64"
    assert types["inverted"] == types["exclude_from_model"] == "bool"
    assert types["pattern"] == types["state"] == category
    assert types["ask_time"] == "timestamp[us, tz=UTC]"
    rows = table.to_pylist()
    assert {name: rows[1][name] for name in ODD if name != "state"} == {k: v for k, v in ODD.items() if k != "state"}
    assert rows[0]["participant_id"] == '=2+5, "ü"\nx'
    assert (rows[3]["seen"], rows[3]["tell_time"], rows[3]["state"]) == (None, None, "pending")


def test_the_file_says_where_it_comes_from(experiments):
    mixed, pairs = run_mixed(experiments), run_pairs(experiments)
    metadata = read(written(experiments, [mixed, pairs], Format.PARQUET)).schema.metadata
    assert metadata[b"aepsych_grpc.version"].decode() == aepsych_grpc.__version__
    first, second = json.loads(metadata[b"aepsych_grpc.experiments"])
    assert [first["experiment_id"], second["experiment_id"]] == [mixed.experiment_id, pairs.experiment_id]
    assert first["config"]["parameters"][1]["name"] == "größe, mm"
    assert second["participant_id"] == "p02"


def test_many_rows_come_in_several_groups(experiments, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.export.parquet.ROWS", 2)
    monkeypatch.setattr("aepsych_grpc.export.trials.BLOCK", 1)
    mixed, pairs = run_mixed(experiments), run_pairs(experiments)
    data = written(experiments, [mixed, pairs], Format.PARQUET)
    assert pyarrow.parquet.ParquetFile(io.BytesIO(data)).num_row_groups == 5
    assert read(data)["trial_id"].to_pylist() == [1, 2, 3, 4, 1, 2, 3, 4, 5]
    assert read(data)["source"].to_pylist()[2:4] == ["unsolicited", "sobol"]


def test_a_parameter_of_several_types_is_a_text_or_a_real(experiments):
    def study(kind):
        return set_up(experiments, MIXED | {"parameters": [*MIXED["parameters"][:1], {"name": "x"} | kind]})

    kinds = ({"fixed": {"value": 3}}, {"integer": {"lowerBound": 1, "upperBound": 4}}, {"binary": {}})
    real, integer, flag = map(study, kinds)
    for one in (real, integer, flag):
        one.ask(AskCall())
    assert str(read(written(experiments, [real, integer], Format.PARQUET)).schema.field("x").type) == "double"
    table = read(written(experiments, [real, flag], Format.PARQUET))
    assert str(table.schema.field("x").type) == "string"
    assert table["x"].to_pylist()[0] == "3.0"
    assert table["x"].to_pylist()[1] in ("true", "false")


def test_an_experiment_without_trials_is_an_empty_table(experiments):
    assert read(written(experiments, [set_up(experiments, MIXED)], Format.PARQUET)).num_rows == 0


def test_without_pyarrow_it_says_what_to_install(experiments, monkeypatch):
    experiment = run_mixed(experiments)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ServiceError, match=r'pip install "aepsych-grpc\[parquet\]"') as caught:
        written(experiments, [experiment], Format.PARQUET)
    assert caught.value.reason is Reason.NOT_SUPPORTED
