"""Moments are read with their zone and written with their offset."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.language import set_language
from app.core.moments import as_int, elapsed_text, local_text, moment, offset_text, to_json, utc_text

AT = np.datetime64("2026-08-01T06:20", "ns")


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-01T06:20Z",
        "2026-08-01T06:20",
        "2026-08-01 06:20:00",
        "2026-08-01T14:20+08:00",
        "2026-08-01T02:50-03:30",
    ],
)
def test_one_moment_has_many_spellings(text: str):
    assert moment(text) == AT


@pytest.mark.parametrize("text", ["yesterday", "12", "2026-13-01", "2026-08-01T25:00", "now", "2026-08-01T06:20+99:00"])
def test_what_is_no_moment_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are numpy's and Python's own
        moment(text)


def test_nothing_and_nat_are_no_moment():
    assert moment(None) is None
    assert moment("") is None
    assert moment(np.datetime64("NaT")) is None


@given(st.integers(-(2**62), 2**62))
def test_a_moment_survives_json_to_the_nanosecond(ns: int):
    at = np.datetime64(ns, "ns")
    assert moment(to_json(at)) == at


def test_beijing_time_is_written_with_its_offset_in_both_languages():
    assert local_text(AT) == "2026-08-01 14:20 Beijing time (UTC+8)"
    set_language("zh")
    assert local_text(AT) == "2026-08-01 14:20 北京时间（UTC+8）"


def test_another_offset_is_not_called_beijing_time():
    assert local_text(AT, 9) == "2026-08-01 15:20 local time (UTC+9)"
    assert local_text(AT, -3.5) == "2026-08-01 02:50 local time (UTC-3:30)"
    set_language("zh")
    assert local_text(AT, 9) == "2026-08-01 15:20 当地时间（UTC+9）"


def test_seconds_are_written_only_where_there_are_some():
    assert utc_text(AT) == "2026-08-01 06:20 UTC"
    assert utc_text(AT + np.timedelta64(5, "s")) == "2026-08-01 06:20:05 UTC"
    assert utc_text(AT + np.timedelta64(250, "ms")) == "2026-08-01 06:20:00.250 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "T+00:00:00"), (93_905, "T+26:05:05"), (-60, "T-00:01:00"), (0.5, "T+00:00:00.5"), (360_000, "T+100:00:00")],
)
def test_time_without_a_date_counts_from_its_start(seconds: float, text: str):
    assert elapsed_text(np.datetime64(round(seconds * 1e9), "ns")) == text


def test_no_moment_is_written_as_nothing():
    assert (local_text(None), utc_text(None), elapsed_text(None)) == ("", "", "")


def test_offsets_are_written_with_minutes_only_where_there_are_some():
    assert [offset_text(hours) for hours in (8, 0, -5, 5.75)] == ["UTC+8", "UTC+0", "UTC-5", "UTC+5:45"]


def test_a_moment_in_a_coarser_unit_becomes_nanoseconds():
    assert as_int(np.datetime64("1970-01-02", "D")) == 86_400 * 10**9
