from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import heights
from layers.errors import DataError, DatumMismatch, ParameterInvalid
from layers.heights import Height, OffsetRecord, convert, offset

if TYPE_CHECKING:
    from pathlib import Path

# Not a value of any standard: a record as an office would enter and approve it.
RECORD = OffsetRecord("WUSONG_SH", "CN1985", -1.5, epoch="2016", source="test report", approved_by="Zhang")
SQUARE = ((121.0, 31.0), (122.0, 31.0), (122.0, 32.0), (121.0, 32.0))


def test_a_height_is_read_and_written_in_its_own_form():
    assert Height.parse("5.5@wusong_sh") == Height(5.5, "WUSONG_SH")
    assert Height.parse(" -0.25 @ NAP") == Height(-0.25, "NAP")
    assert Height.parse("1@TLT").datum == "LAT"


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(list(heights.DATUMS)))
def test_a_height_survives_its_text(value: float, datum: str):
    assert Height.parse(str(Height(value, datum))) == Height(value, datum)


@pytest.mark.parametrize("text", ["5.5", "5.5@", "@CN1985", "high@CN1985", "nan@CN1985", "inf@CN1985", ""])
def test_a_height_without_number_or_datum_is_refused(text: str):
    with pytest.raises(ParameterInvalid, match="WUSONG_SH"):
        Height.parse(text)


def test_wusong_to_1985_without_a_record_is_refused_and_names_both():
    with pytest.raises(DatumMismatch) as caught:
        convert(Height(4.0, "WUSONG_SH"), "CN1985")
    assert "WUSONG_SH" in caught.value.what
    assert "CN1985" in caught.value.what


def test_a_record_that_nobody_approved_is_not_used():
    with pytest.raises(DatumMismatch):
        convert(Height(4.0, "WUSONG_SH"), "CN1985", [replace(RECORD, approved_by=" ")])


def test_an_approved_record_serves_both_directions():
    assert convert(Height(4.0, "WUSONG_SH"), "CN1985", [RECORD]) == Height(2.5, "CN1985")
    assert convert(Height(2.5, "CN1985"), "WUSONG_SH", [RECORD]) == Height(4.0, "WUSONG_SH")


def test_records_are_not_chained():
    second = replace(RECORD, origin="CN1985", target="MSL")
    with pytest.raises(DatumMismatch):
        offset("WUSONG_SH", "MSL", [RECORD, second])


@pytest.mark.parametrize(("a", "b"), [(None, None), ("UNKNOWN", "CN1985"), ("", "CN1985"), ("CN1985", "unknown")])
def test_an_unknown_datum_is_never_taken_for_equal(a: str | None, b: str | None):
    with pytest.raises(DatumMismatch, match="not known"):
        offset(a, b, [RECORD])


def test_the_same_datum_needs_no_record():
    assert offset("CN1985", "cn1985") == 0.0
    assert offset("NAP", "NAP") == 0.0


def test_two_approved_records_that_disagree_are_refused_unless_the_place_decides():
    here = replace(RECORD, area=SQUARE)
    there = replace(RECORD, value=-1.6, area=tuple((x + 5, y) for x, y in SQUARE))
    with pytest.raises(DatumMismatch, match="disagree"):
        offset("WUSONG_SH", "CN1985", [here, there])
    assert offset("WUSONG_SH", "CN1985", [here, there], place=(121.5, 31.5)) == -1.5
    assert offset("WUSONG_SH", "CN1985", [here, there], place=(126.5, 31.5)) == -1.6
    with pytest.raises(DatumMismatch, match="no approved"):
        offset("WUSONG_SH", "CN1985", [here, there], place=(130.0, 31.5))


def test_records_survive_the_file_and_an_absent_file_holds_none(tmp_path: Path):
    path = tmp_path / "settings" / "offsets.json"
    assert heights.load_records(path) == []
    records = [RECORD, replace(RECORD, area=SQUARE, station="吴淞站", mark="high", approved_by="")]
    heights.save_records(path, records)
    assert heights.load_records(path) == records
    assert [p.name for p in path.parent.iterdir()] == ["offsets.json"]
    assert json.loads(path.read_text("utf-8"))["records"][0]["from"] == "WUSONG_SH"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "records": []}', '{"version": 1, "records": [{"from": "A", "to": "B"}]}',
             '{"version": 1, "records": [{"from": "A", "to": "B", "value": NaN}]}']
)  # fmt: skip
def test_a_damaged_file_of_records_is_an_error_and_not_an_empty_list(tmp_path: Path, text: str):
    path = tmp_path / "offsets.json"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match="vertical offsets"):
        heights.load_records(path)


def test_no_offset_is_built_in():
    for a in heights.DATUMS:
        for b in heights.DATUMS:
            if a != b:
                with pytest.raises(DatumMismatch):
                    offset(a, b)
