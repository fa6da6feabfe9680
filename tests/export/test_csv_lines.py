"""Lines of CSV: read back exactly, and harmless in a spreadsheet."""

import csv
import io
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.export.csv_lines import csv_lines


def read_back(data):
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def without_mark(field):
    return field[1:] if field.startswith("'") else field


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2)))
def test_texts_are_read_back_without_their_mark(rows):
    assert [[without_mark(field) for field in row] for row in read_back(csv_lines(rows))] == rows


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back_bit_for_bit(number):
    ((field, _),) = read_back(csv_lines([[number, 0]]))
    assert float(field).hex() == number.hex()


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1"]
)
def test_no_text_begins_like_a_formula(text):
    assert read_back(csv_lines([[text, "x"]])) == [["'" + text, "x"]]


@pytest.mark.parametrize("text", ["-3", "+1.5", "-1e-3", "a=b", "", "x-y", "ü"])
def test_harmless_texts_stay_as_they_are(text):
    assert read_back(csv_lines([[text, "x"]])) == [[text, "x"]]


def test_values_of_every_type():
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert csv_lines([["a,b", 'say "x"', True, False, None, 3, 0.1 + 0.2, 1e-7, time]]) == (
        b'"a,b","say ""x""",true,false,,3,0.30000000000000004,1e-07,2026-01-02T03:04:05.000000Z\r\n'
    )
    assert math.isnan(float(read_back(csv_lines([[math.nan, 1]]))[0][0]))
