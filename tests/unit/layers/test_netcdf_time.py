from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cftime
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import TimeAxisBroken
from layers.sources.cf_time import DecodedTime, decode_time
from tests.unit.layers.netcdf_files import made, variable

if TYPE_CHECKING:
    from pathlib import Path


def decoded(folder: Path, values: Any, units: str, dtype: str = "f8", **attributes: Any) -> DecodedTime:
    """A time axis written to a file and read from it."""
    with made(folder / "t.nc") as file:
        file.createDimension("time", len(values))
        one = variable(file, "time", dtype, ("time",), values, units=units, **attributes)
        found = decode_time(one, "t.nc")
    assert found is not None
    return found


def test_integer_and_float_times_give_the_same_moments(tmp_path: Path):
    whole = decoded(tmp_path, [0, 90, 180], "minutes since 2020-02-28 23:00:00", "i4")
    parts = decoded(tmp_path, [0.0, 1.5, 3.0], "hours since 2020-02-28 23:00")
    assert whole.axis == parts.axis
    assert whole.axis.values[1] == np.datetime64("2020-02-29T00:30")
    assert whole.axis.kind == "utc"


def test_a_zone_in_the_units_is_taken_to_utc(tmp_path: Path):
    axis = decoded(tmp_path, [8], "hours since 2021-07-25 00:00:00 +08:00", "i4").axis
    assert axis.values[0] == np.datetime64("2021-07-25T00:00")


def test_decimal_days_lose_the_dust_of_binary_numbers(tmp_path: Path):
    days = 26541.0 + np.arange(0, 97) / 96
    axis = decoded(tmp_path, days, "days since 1950-01-01T00:00:00Z").axis
    assert np.array_equal(np.diff(axis.values).astype(np.int64), np.full(96, 15 * 60 * 10**9))


def test_coarse_float32_days_snap_to_the_minute_they_mean(tmp_path: Path):
    days = (np.arange(5) / 24 + 8000).astype("f4")
    axis = decoded(tmp_path, days, "days since 2000-01-01", "f4").axis
    assert np.array_equal(axis.values, np.datetime64("2021-11-26") + np.arange(5) * np.timedelta64(1, "h"))


def test_half_seconds_of_float32_stay(tmp_path: Path):
    axis = decoded(tmp_path, [1000.0, 1000.5, 1001.0], "seconds since 2020-01-01", "f4").axis
    assert np.array_equal(np.diff(axis.values).astype(np.int64), [500_000_000] * 2)


def test_days_since_year_one_follow_the_calendar_of_the_file(tmp_path: Path):
    proleptic = decoded(tmp_path, [738034.5], "days since 0001-1-1T00:00:0.0", calendar="proleptic_gregorian")
    assert proleptic.axis.values[0] == np.datetime64("2021-09-02T12:00")
    mixed = decoded(tmp_path, [738034.5], "days since 0001-1-1 00:00:0.0")
    expected = cftime.num2date(738034.5, "days since 0001-1-1", calendar="standard")
    assert str(mixed.axis.values[0]).startswith(expected.isoformat())
    assert [one.code for one in mixed.warnings] == ["time_reference_old"]


def test_grads_words_decide_the_calendar_it_does_not_name(tmp_path: Path):
    found = decoded(tmp_path, [738034.5], "days since 1-1-1 00:00:0.0", grads_min="12z02sep2021")
    assert found.axis.values[0] == np.datetime64("2021-09-02T12:00")
    assert found.warnings == ()


@given(
    st.sampled_from(["standard", "proleptic_gregorian"]),
    st.integers(1583, 2200),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 20000),
    st.sampled_from(["days", "hours", "minutes", "seconds"]),
)
def test_gregorian_moments_agree_with_cftime(tmp_path_factory, calendar, year, month, day, value, unit):
    units = f"{unit} since {year:04d}-{month:02d}-{day:02d} 06:30:00"
    expected = cftime.num2date(value, units, calendar=calendar)
    if not 1679 <= expected.year <= 2260:
        return
    axis = decoded(tmp_path_factory.mktemp("t"), [value], units, "i8", calendar=calendar).axis
    assert str(axis.values[0]).startswith(expected.isoformat())


@pytest.mark.parametrize("calendar", ["noleap", "365_day", "all_leap", "360_day", "julian"])
def test_model_calendars_keep_their_dates_and_say_so(tmp_path: Path, calendar: str):
    found = decoded(tmp_path, [0, 1, 400], "days since 2001-03-01", "i4", calendar=calendar)
    expected = cftime.num2date([0, 1, 400], "days since 2001-03-01", calendar=calendar)
    assert [str(v)[:19] for v in found.axis.values] == [date.isoformat() for date in expected]
    assert found.axis.calendar == calendar
    assert [one.code for one in found.warnings] == ["calendar"]


def test_a_date_that_does_not_exist_turns_the_axis_into_durations(tmp_path: Path):
    found = decoded(tmp_path, [0, 30, 59], "days since 2001-02-01", "i4", calendar="360_day")
    assert found.axis.kind == "utc"
    found = decoded(tmp_path, [0, 29, 59], "days since 2001-02-01", "i4", calendar="360_day")
    assert found.axis.kind == "elapsed"
    assert found.axis.hours().tolist() == [0.0, 29 * 24.0, 59 * 24.0]


def test_an_axis_without_a_date_is_elapsed(tmp_path: Path):
    found = decoded(tmp_path, [0.0, 0.5, 1.0], "hours", standard_name="time")
    assert found.axis.kind == "elapsed"
    assert found.axis.hours().tolist() == [0.0, 0.5, 1.0]
    assert found.axis.to_info()["reference"] is None


def test_whole_months_are_counted_and_parts_of_them_refused(tmp_path: Path):
    axis = decoded(tmp_path, [0, 1, 13], "months since 2000-01-15", "i4").axis
    assert [str(v)[:10] for v in axis.values] == ["2000-01-15", "2000-02-15", "2001-02-15"]
    with pytest.raises(TimeAxisBroken, match="units that cannot be read"):
        decoded(tmp_path, [0.5], "months since 2000-01-15")


def test_repeated_and_unordered_times_are_sorted_and_the_last_one_kept(tmp_path: Path):
    found = decoded(tmp_path, [0, 2, 1, 2], "hours since 2020-01-01", "i4")
    assert found.axis.hours().tolist() == [0.0, 1.0, 2.0]
    assert found.order is not None
    assert found.order.tolist() == [0, 2, 3]
    assert [one.code for one in found.warnings] == ["time_not_rising"]


def test_steps_a_running_model_has_not_written_are_left_out(tmp_path: Path):
    found = decoded(tmp_path, [0.0, 1.0, 9.969209968386869e36], "hours since 2020-01-01")
    assert len(found.axis) == 2
    assert [one.code for one in found.warnings] == ["steps_unfinished"]


@pytest.mark.parametrize(
    ("values", "units", "words"),
    [
        ([0.0, np.nan, 2.0], "hours since 2020-01-01", "no value at step 1"),
        ([0.0], "hours since the flood", "cannot be read"),
        ([0.0], "furlongs since 2020-01-01", "cannot be read"),
        ([4e6], "days since 2020-01-01", "1678 to 2261"),
        ([0.0, 3.7e19], "hours since 2020-01-01", "1678 to 2261"),
        ([2.0**53], "months since 2020-01-01", "1678 to 2261"),
    ],
)
def test_a_broken_axis_is_refused_in_words(tmp_path: Path, values: list[float], units: str, words: str):
    with pytest.raises(TimeAxisBroken, match=words):
        decoded(tmp_path, values, units)


def test_written_times_are_read(tmp_path: Path):
    with made(tmp_path / "t.nc") as file:
        file.createDimension("time", 2)
        file.createDimension("length", 19)
        text = np.array(["2020-01-01_00:00:00", "2020-01-01_06:00:00"], "S19").view("S1").reshape(2, 19)
        one = variable(file, "Times", "S1", ("time", "length"), text, standard_name="time")
        found = decode_time(one, "t.nc")
    assert found is not None
    assert found.axis.hours().tolist() == [0.0, 6.0]
