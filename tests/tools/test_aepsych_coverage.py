"""Every claim of docs/coverage.md, on a server. A refused row whose feature was added fails until it says so."""

from pathlib import Path

import pytest

from tools.aepsych_coverage.bench import ClaimError, running_bench
from tools.aepsych_coverage.page import page
from tools.aepsych_coverage.row import Row, sections
from tools.aepsych_coverage.study import TRIALS, study

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
SECTIONS = tuple(sections())
ROWS = [row for section in SECTIONS for row in section.rows]


@pytest.fixture(scope="module")
def bench():
    with running_bench() as bench:
        yield bench


@pytest.mark.slow  # 30 trials for each of many rows
@pytest.mark.parametrize("row", [row for row in ROWS if not row.refused], ids=str)
def test_a_row_that_works_runs(bench, row):
    bench.check(row)


@pytest.mark.parametrize("row", [row for row in ROWS if row.tried is not None], ids=str)
def test_a_row_that_is_refused_is_refused_in_these_words(bench, row):
    bench.check(row)


def test_the_page_is_what_the_rows_say():
    assert PAGE.read_text(encoding="utf-8") == page(SECTIONS, TRIALS), "Run `make coverage-page`."


def test_no_name_stands_in_a_section_twice():
    for section in SECTIONS:
        names = [name for row in section.rows for name in row.aepsych]
        assert len(names) == len(set(names)), section.title


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (Row(aepsych=("A",), refused="no", tried={"acquisition": {"name": "sur"}}, says=(".",)), "the server takes it"),
        (Row(aepsych=("B",), refused="no", tried={"acquisition": {"name": "sir"}}, says=("never",)), "doesn't say"),
        (Row(aepsych=("C",), here={"acquisition": {"name": "sir"}}), 'no acquisition "sir"'),
        (Row(aepsych=("D",), here={"generator": {"name": "sobol"}, "stopping": {"min_asks": 3}}), "gave 3 trials"),
    ],
    ids=["taken", "other words", "refused", "other number of trials"],
)
def test_a_false_claim_is_noticed(bench, row, complaint):
    with pytest.raises(ClaimError, match=complaint):
        bench.check(row)


def test_a_fragment_goes_where_it_belongs():
    config = study({"parameters": [{"name": "contrast", "binary": {}}], "keep_most_recent": 5, "seed": 2})
    assert [item["name"] for item in config["parameters"]] == ["contrast", "frequency"]
    assert config["parameters"][0] == {"name": "contrast", "binary": {}}
    assert [strategy.get("keep_most_recent") for strategy in config["strategies"]] == [None, 5, None]
    assert config["seed"] == 2
