"""CF time axes of a NetCDF file as moments in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import TimeAxisBroken
from layers.sources.cf_values import decode, fetch, packing, text
from layers.sources.moments import Reference, moment, reference
from layers.sources.source import Warned
from layers.times import EPOCH, TimeAxis

if TYPE_CHECKING:
    import netCDF4
    from numpy.typing import NDArray

    from layers.times import TimeKind

UNIT_SECONDS = {
    "microsecond": 1e-6, "microsec": 1e-6, "us": 1e-6, "millisecond": 1e-3, "millisec": 1e-3, "msec": 1e-3,
    "ms": 1e-3, "second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "hr": 3600.0,
    "h": 3600.0, "day": 86400.0, "d": 86400.0, "week": 604800.0,
}  # fmt: skip
STANDARD = {"", "standard", "gregorian", "none"}
GREGORIAN_START_S = int(np.datetime64("1582-10-15", "s").astype(np.int64))
SECONDS_LIMIT = 9_223_000_000
MONTHS: list[str] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
SNAPS_NS = (60_000_000_000, 1_000_000_000, 1_000_000, 1_000)
KIND_ATTRIBUTE = "haitang_time_kind"


@dataclass(frozen=True, slots=True)
class DecodedTime:
    """A time axis; ``order`` gives the step in the file of each moment, None where they are the same."""

    axis: TimeAxis
    order: NDArray[np.int64] | None = None
    warnings: tuple[Warned, ...] = ()


def is_time(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable says that it is time."""
    if re.search(r"\bsince\b", text(variable, "units"), re.IGNORECASE):
        return True
    if text(variable, "standard_name").lower() == "time" or text(variable, "axis").upper() == "T":
        return unit_seconds(text(variable, "units")) is not None or variable.dtype == np.dtype("S1")
    return variable.name.lower() in {"time", "t", "times"} and (
        not text(variable, "units") or unit_seconds(text(variable, "units")) is not None
    )


def unit_seconds(units: str) -> float | None:
    """Give the seconds in a time unit; None where it is none."""
    bare = units.strip().lower()
    return UNIT_SECONDS.get(bare, UNIT_SECONDS.get(bare.removesuffix("s")))


def decode_time(variable: netCDF4.Variable[Any], where: str) -> DecodedTime | None:
    """Decode a time coordinate.

    Parameters
    ----------
    variable : netCDF4.Variable
        One dimension (or characters in two).
    where : str
        The file, for messages.

    Returns
    -------
    DecodedTime or None
        Rising moments: UTC where the units name a date (CF: no zone means UTC), durations where they name none;
        None where the axis has no step yet.

    Raises
    ------
    TimeAxisBroken
        Units that cannot be understood, moments missing in between or outside the years 1678 to 2261.
    """
    if variable.size == 0:
        return None
    if variable.dtype == np.dtype("S1"):
        return written_times(variable, where)
    raw = fetch(variable)
    values = np.ravel(decode(raw.copy(), packing(variable), np.float64))
    exact = np.ravel(raw) if raw.dtype.kind in "iu" and np.isfinite(values).all() else None
    kept, warnings = finished(values, variable.name, where)
    if not len(kept):
        return None
    stored = exact[: len(kept)] if exact is not None else kept
    spacing = float(np.spacing(np.abs(np.asarray(kept, dtype=raw.dtype)).max())) if raw.dtype.kind == "f" else 0.0
    moments, kind, calendar, more = moments_of(stored, spacing, variable, where)
    moments, order, again = rising(moments, variable.name, where)
    return DecodedTime(TimeAxis(moments, kind, calendar), order, (*warnings, *more, *again))


def finished(values: NDArray[np.float64], name: str, where: str) -> tuple[NDArray[np.float64], list[Warned]]:
    """Cut steps at the end that a running model has not written yet."""
    fine = np.isfinite(values)
    if fine.all():
        return values, []
    count = int(np.argmin(fine))
    if fine[count:].any():
        raise TimeAxisBroken(
            "The time axis {axis} has no value at step {step}.",
            where=where,
            remedy="Repair the time axis, for example by writing the file again from the model.",
            axis=name,
            step=count,
        )
    warned = Warned(
        "steps_unfinished",
        "The last {missing} of {steps} time steps have no time; they are left out.",
        "Open the file again when the model run has ended.",
        {"missing": len(values) - count, "steps": len(values)},
    )
    return values[:count], [warned]


def moments_of(
    values: NDArray[Any], spacing: float, variable: netCDF4.Variable[Any], where: str
) -> tuple[NDArray[np.datetime64], TimeKind, str, list[Warned]]:
    """Turn numbers into moments by the units and the calendar of their variable."""
    units, calendar = text(variable, "units"), text(variable, "calendar").lower()
    parts = re.split(r"\s+since\s+", units, maxsplit=1, flags=re.IGNORECASE)
    scale = unit_seconds(parts[0])
    if len(parts) == 1:
        return durations(values, spacing, scale, variable, where)
    start = reference(parts[1])
    if start is None:
        raise unreadable(variable.name, units, where)
    kind: TimeKind = "unzoned" if text(variable, KIND_ATTRIBUTE) == "unzoned" else "utc"
    if scale is None:
        return calendar_months(values, parts[0], start, variable.name, units, where), kind, "standard", []
    warnings: list[Warned] = []
    if calendar in STANDARD or calendar == "proleptic_gregorian":
        proleptic = calendar == "proleptic_gregorian"
        if not proleptic and start.year < 1583:
            proleptic, warnings = old_reference(values, scale, start, calendar, variable)
        return gregorian(values, spacing, scale, start, proleptic, where), kind, calendar or "standard", warnings
    return other_calendar(values, units, calendar, kind, where)


def durations(
    values: NDArray[Any], spacing: float, scale: float | None, variable: netCDF4.Variable[Any], where: str
) -> tuple[NDArray[np.datetime64], TimeKind, str, list[Warned]]:
    """Read an axis that names no date."""
    units = text(variable, "units")
    if scale is None and units not in {"", "1", "-"}:
        raise unreadable(variable.name, units, where)
    warned = Warned(
        "time_reference_missing",
        "The time axis names no date; times are counted from the start.",
        "Shift the layer to its date in the layer's properties.",
    )
    warnings = [warned]
    if scale is None:
        warnings = [
            Warned(
                "time_unit_missing",
                "The time axis has neither unit nor date; its numbers are taken as seconds.",
                "Write units such as 'seconds since 2020-01-01' into the file.",
            )
        ]
    moments = to_moments(0, values, scale or 1.0, spacing, where)
    return moments, "elapsed", text(variable, "calendar") or "standard", warnings


def unreadable(name: str, units: str, where: str) -> TimeAxisBroken:
    """Give the error for units nobody can read."""
    return TimeAxisBroken(
        "The time axis {axis} has units that cannot be read: '{units}'.",
        where=where,
        remedy="CF units look like 'hours since 2020-01-01 00:00:00'.",
        axis=name,
        units=units,
    )


def old_reference(
    values: NDArray[Any], scale: float, start: Reference, calendar: str, variable: netCDF4.Variable[Any]
) -> tuple[bool, list[Warned]]:
    """Choose between the mixed and the proleptic calendar for a reference date before 1583.

    The standard calendar of CF is mixed. Files of GrADS name their first moment in words: the calendar that agrees
    with it is taken.
    """
    said = grads_moment(text(variable, "grads_min") or text(variable, "minimum"))
    if said is not None and not calendar:
        days = float(values[0]) * scale / 86400.0 + julian_day(start, proleptic=True)
        if abs(days * 86400.0 + start.seconds - (said + 2440588 * 86400.0)) < 43200:
            return True, []
    warned = Warned(
        "time_reference_old",
        "Times count from the year {year} in the mixed Julian and Gregorian calendar; programs that count in the "
        "Gregorian calendar alone are off by days.",
        "Compare the first step with what the producer says.",
        {"year": start.year},
    )
    return False, [warned]


def grads_moment(words: str) -> float | None:
    """Read ``12z02sep2021`` as seconds since 1970; None where it is no such text."""
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?z(\d{1,2})([a-z]{3})(\d{4})", words.strip().lower())
    if found is None or found[4] not in MONTHS:
        return None
    read = moment(f"{found[5]}-{MONTHS.index(found[4]) + 1}-{found[3]} {found[1]}:{found[2] or '00'}")
    return float(read.local.astype(np.int64)) / 1e9 if read else None


def julian_day(start: Reference, *, proleptic: bool) -> int:
    """Give the Julian day number of a date at noon, in the Gregorian or else the Julian calendar."""
    shift = (14 - start.month) // 12
    year, month = start.year + 4800 - shift, start.month + 12 * shift - 3
    days = start.day + (153 * month + 2) // 5 + 365 * year + year // 4
    return days - year // 100 + year // 400 - 32045 if proleptic else days - 32083


def gregorian(
    values: NDArray[Any], spacing: float, scale: float, start: Reference, proleptic: bool, where: str
) -> NDArray[np.datetime64]:
    """Count from a date in the Gregorian calendar, or the Julian one before 1582-10-15 unless proleptic."""
    gregorian_date = proleptic or (start.year, start.month, start.day) >= (1582, 10, 15)
    days = julian_day(start, proleptic=gregorian_date) - 2440588
    whole = days * 86400 - start.offset * 60 + int(start.seconds)
    moments = to_moments(whole, values, scale, spacing, where, start.seconds - int(start.seconds))
    if not proleptic and int(moments.min().astype(np.int64)) // 1_000_000_000 < GREGORIAN_START_S:
        raise out_of_years(where)
    return moments


def to_moments(
    start_s: int, values: NDArray[Any], scale: float, spacing: float, where: str, start_fraction: float = 0.0
) -> NDArray[np.datetime64]:
    """Give start + values * scale in ns, without the dust of decimal days in binary numbers."""
    if len(values) and float(np.abs(values.astype(np.float64) * scale + start_s).max()) > SECONDS_LIMIT:
        raise out_of_years(where)
    if values.dtype.kind in "iu" and scale == int(scale):
        whole, fraction = values.astype(np.int64) * int(scale), np.zeros(len(values))
    else:
        base = np.floor(values.astype(np.float64))
        if scale >= 1:
            whole = base.astype(np.int64) * int(scale)
            fraction = (values - base) * scale
        else:
            seconds = values.astype(np.float64) * scale
            whole = np.floor(seconds).astype(np.int64)
            fraction = seconds - whole
    ns = (whole + start_s) * 1_000_000_000 + np.rint((fraction + start_fraction) * 1e9).astype(np.int64)
    return EPOCH + snapped(ns, spacing * scale * 1e9).astype("timedelta64[ns]")


def snapped(ns: NDArray[np.int64], resolution: float) -> NDArray[np.int64]:
    """Round to whole minutes, seconds, ms or µs where all moments lie within the resolution of their storage."""
    if resolution == 0:
        return ns
    for grid in SNAPS_NS:
        near = np.floor_divide(ns + grid // 2, grid) * grid
        if (np.abs(near - ns) <= 2 * resolution + 2).all():
            return near
    return ns


def out_of_years(where: str) -> TimeAxisBroken:
    """Give the error for years this program cannot count."""
    return TimeAxisBroken(
        "The time axis leaves the years 1678 to 2261.",
        where=where,
        remedy="Check the reference date and the unit of the time axis.",
    )


def calendar_months(
    values: NDArray[Any], unit: str, start: Reference, name: str, units: str, where: str
) -> NDArray[np.datetime64]:
    """Count whole months or years from a date; a part of a month has no fixed length."""
    months = {"month": 1, "year": 12, "common_year": 12}.get(unit.strip().lower().removesuffix("s"))
    if months is None or (values != np.floor(values)).any() or start.day > 28:
        raise unreadable(name, units, where)
    first_month = (start.year - 1970) * 12 + start.month - 1
    if (np.abs(values.astype(np.float64) * months + first_month) > 290 * 12).any():
        raise out_of_years(where)
    counted = first_month + values.astype(np.int64) * months
    first = counted.astype("datetime64[M]").astype("datetime64[ns]")
    ns = ((start.day - 1) * 86400 - start.offset * 60) * 10**9 + round(start.seconds * 1e9)
    return np.asarray(first + np.timedelta64(ns, "ns"), "datetime64[ns]")


def other_calendar(
    values: NDArray[Any], units: str, calendar: str, kind: TimeKind, where: str
) -> tuple[NDArray[np.datetime64], TimeKind, str, list[Warned]]:
    """Decode model calendars; a date that does not exist (30 February) turns the axis into durations."""
    cftime: Any = import_module("cftime")
    try:
        dates: Any = np.ravel(cftime.num2date(values, units, calendar=calendar))
        seconds: Any = np.ravel(cftime.date2num(dates, f"seconds since {dates[0].isoformat(' ')}", calendar=calendar))
    except (ValueError, OverflowError) as fault:
        raise TimeAxisBroken(
            "The calendar '{calendar}' of the time axis cannot be read.",
            where=where,
            remedy="CF calendars are standard, proleptic_gregorian, noleap, all_leap, 360_day and julian.",
            calendar=calendar,
        ) from fault
    read = [moment(date.isoformat()) for date in dates]
    fields: dict[str, Any] = {"calendar": calendar}
    if all(one is not None for one in read):
        warned = Warned("calendar", "Dates are those of the calendar {calendar}, shown as they are named.", "", fields)
        return np.array([one.local for one in read if one], dtype="datetime64[ns]"), kind, calendar, [warned]
    warned = Warned(
        "calendar",
        "The calendar {calendar} has dates that do not exist; times are counted from the first step.",
        "Shift the layer to its date in the layer's properties.",
        fields,
    )
    return to_moments(0, np.asarray(seconds, dtype=np.float64), 1.0, 1e-6, where), "elapsed", calendar, [warned]


def written_times(variable: netCDF4.Variable[Any], where: str) -> DecodedTime:
    """Read moments written as characters, one per row."""
    rows = np.atleast_2d(fetch(variable))
    lines = [b"".join(row.tolist()).decode("utf-8", "replace").strip(" \0").replace("_", " ") for row in rows]
    read = [moment(line) for line in lines]
    broken = next((i for i, one in enumerate(read) if one is None), None)
    if broken is not None:
        raise TimeAxisBroken(
            "Step {step} of the time axis {axis} is written '{text}', which is no date and time.",
            where=where,
            remedy="Write times as 2021-07-25T23:00:00Z.",
            step=broken,
            axis=variable.name,
            text=lines[broken],
        )
    moments, order, warnings = rising(
        np.array([one.utc for one in read if one], dtype="datetime64[ns]"), variable.name, where
    )
    return DecodedTime(TimeAxis(moments), order, tuple(warnings))


def rising(
    moments: NDArray[np.datetime64], name: str, where: str
) -> tuple[NDArray[np.datetime64], NDArray[np.int64] | None, list[Warned]]:
    """Sort moments that do not rise; of equal ones (a restarted run) the last is kept."""
    steps = np.diff(moments.astype(np.int64))
    if (steps > 0).all():
        return moments, None, []
    order = np.argsort(moments, kind="stable")
    last = np.append(np.diff(moments[order].astype(np.int64)) > 0, True)
    kept = order[last].astype(np.int64)
    warned = Warned(
        "time_not_rising",
        "The times of {axis} do not rise; steps are sorted, and {repeated} repeated ones are left out.",
        "Of equal times the later one in the file is shown.",
        {"axis": name, "repeated": len(moments) - len(kept)},
    )
    return moments[kept], kept, [warned]
