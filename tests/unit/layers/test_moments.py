from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.sources.moments import clock, moment, reference, slashed, zone_minutes


@pytest.mark.parametrize(
    "text",
    [
        "2021-07-25 23:05",
        "2021/7/25 23:05",
        "2021.07.25 23:05:00",
        "20210725 2305",
        "202107252305",
        "2021年7月25日 23时05分",
        "2021年07月25日23时05分00秒",
        "2021/7/25 下午 11:05",
        "2021/7/25 11:05 PM",
    ],
)
def test_the_common_forms_of_one_moment_read_alike(text: str):
    read = moment(text)
    assert read is not None
    assert read.local == np.datetime64("2021-07-25T23:05")
    assert read.offset is None


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2021-07-25T23:05Z", "2021-07-25T23:05"),
        ("2021-07-25 23:05+08:00", "2021-07-25T15:05"),
        ("2021-07-25T23:05:30.5+0800", "2021-07-25T15:05:30.5"),
        ("2021-07-25 23:05 UTC+8", "2021-07-25T15:05"),
        ("2021-07-25T23:05-03:30", "2021-07-26T02:35"),
    ],
)
def test_a_written_zone_brings_the_moment_to_utc(text: str, utc: str):
    read = moment(text)
    assert read is not None
    assert read.utc == np.datetime64(utc)


def test_hour_24_is_the_midnight_that_ends_the_day_and_is_marked():
    read = moment("2021-07-31 24:00")
    assert read is not None
    assert read.local == np.datetime64("2021-08-01")
    assert read.midnight


@pytest.mark.parametrize(
    "text", ["", "12.5", "2021-02-30", "2021-13-01", "2021-07-25 24:01", "2021-07-25 23:60", "x", "25", "1500-01-01"]
)
def test_what_is_no_moment_is_none(text: str):
    assert moment(text) is None


def test_day_and_month_are_only_read_as_told():
    first, second = slashed("05/07/2021 06:00", day_first=True), slashed("05/07/2021 06:00", day_first=False)
    assert first is not None
    assert second is not None
    assert (first.local, second.local) == (np.datetime64("2021-07-05T06"), np.datetime64("2021-05-07T06"))
    assert slashed("25/13/2021", day_first=True) is None


def test_a_time_of_day_alone_is_counted_from_midnight():
    assert clock("23:05") == (23 * 60 + 5) * 60 * 10**9
    assert clock("24:00") == 86400 * 10**9
    assert clock("7") is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("Z", 0), ("+08:00", 480), ("UTC-3", -180), ("北京时间", 480), ("m", None)]
)
def test_zones_are_minutes_east_of_utc(text: str, minutes: int | None):
    assert zone_minutes(text) == minutes


def test_cf_reference_dates_may_be_sloppy():
    read = reference("0001-1-1T00:00:0.0")
    assert read is not None
    assert (read.year, read.month, read.day, read.seconds, read.offset) == (1, 1, 1, 0.0, 0)
    zoned = reference("2001-05-05 00:00:00.0 +08:00")
    assert zoned is not None
    assert zoned.offset == 480
    assert reference("yesterday") is None


# Naive on purpose: the forms under test carry no zone.
FROM, TO = datetime(1700, 1, 1), datetime(2250, 1, 1)  # noqa: DTZ001


@given(st.datetimes(min_value=FROM, max_value=TO))
def test_every_iso_moment_reads_back(when: datetime):
    read = moment(when.isoformat())
    assert read is not None
    assert read.local == np.datetime64(when, "us")
