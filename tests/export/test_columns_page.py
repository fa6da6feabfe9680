"""The page about tables, and the contract, name every column that there is."""

import csv
import io
import re
from pathlib import Path

import pandas
from export_scenario import run_mixed, run_pairs, written

from aepsych_grpc.export.file import Format
from aepsych_grpc.export.trial_columns import FIRST, LAST
from aepsych_grpc.export.trials import Posterior

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tables.md").read_text()


def test_the_page_names_every_column(experiments):
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {column.name for column in (*FIRST, *LAST)} <= named
    data = written(experiments, [run_mixed(experiments)], Format.LONG, Posterior(0.9))
    assert set(next(csv.reader(io.StringIO(data.decode())))) <= named
    assert "`parameter_state`" in PAGE
    assert "`outcome_contrast`" in PAGE
    assert "`told_OUTCOME`" in PAGE


def test_the_contract_names_every_column():
    contract = (ROOT / "protos" / "aepsych_grpc" / "v1" / "experiment_service.proto").read_text()
    (comment,) = re.findall(r"// Format of an exported file\.\n((?://.*\n)+)", contract)
    assert {column.name for column in (*FIRST, *LAST)} <= set(re.findall(r"\w+", comment))


def test_pandas_reads_the_same_from_either_format_as_printed(experiments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    some = [run_mixed(experiments, "p01"), run_pairs(experiments)]
    for name, format_ in (("p01.csv", Format.WIDE), ("p01.parquet", Format.PARQUET)):
        Path(name).write_bytes(written(experiments, some, format_))
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    from_csv, from_parquet = (eval(line, {"pandas": pandas}) for line in script.splitlines())
    assert list(from_csv) == list(from_parquet)
    for column in ("contrast", "outcome_contrast", "seen", "contrast_2", "preferred", "ask_time", "sequence"):
        pandas.testing.assert_series_equal(from_csv[column], from_parquet[column], check_dtype=False, obj=column)
    assert str(from_csv["ask_time"].dtype.tz) == "UTC"
