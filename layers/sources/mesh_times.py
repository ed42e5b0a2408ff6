"""Time axes of model results that count seconds, with or without a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.sources.cf_time import DecodedTime, finished, rising, to_moments, unit_seconds
from layers.sources.source import Warned
from layers.times import TimeAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH_JULIAN = 2440587.5
"""Julian day of 1970-01-01T00:00."""

UNDATED = Warned(
    "time_reference_missing",
    "The time axis names no date; times are counted from the start.",
    "Shift the layer to its date in the layer's properties.",
)
UNZONED = Warned(
    "zone_missing",
    "The times carry no zone; they are shown as they are written, beside other data as Beijing time.",
    "Ask who ran the model which zone its clock kept; haitang run --tz +08:00 says it for tools.",
)


def model_axis(
    values: NDArray[np.float64], where: str, *, start_s: float | None = None, unit_s: float = 1.0, spacing: float = 0.0
) -> DecodedTime | None:
    """Give the time axis of a run; None where it has no step.

    Parameters
    ----------
    values : ndarray, float64, (steps,)
        Times as the file counts them.
    start_s : float or None
        Moment they count from, in s since 1970-01-01T00:00 on the clock of the model; None = the file names none.
    unit_s : float
        Seconds in one unit of ``values``.
    spacing : float
        Resolution of the stored numbers, in units of ``values``.

    Raises
    ------
    TimeAxisBroken
        A step has no time, or one outside the years 1678 to 2261.
    """
    kept, warnings = finished(values, "time", where)
    if not len(kept):
        return None
    begin = 0.0 if start_s is None else start_s
    whole = int(np.floor(begin))
    moments = to_moments(whole, kept, unit_s, spacing, where, begin - whole)
    moments, order, again = rising(moments, "time", where)
    axis = TimeAxis(moments, "elapsed" if start_s is None else "unzoned")
    return DecodedTime(axis, order, (*warnings, UNDATED if start_s is None else UNZONED, *again))


def resolution(values: NDArray[np.float32 | np.float64]) -> float:
    """Give the distance between the largest stored number and the next one."""
    fine = values[np.isfinite(values)]
    return float(np.spacing(np.abs(fine).max())) if len(fine) else 0.0


def julian_s(day: float) -> float | None:
    """Give a Julian day in s since 1970-01-01T00:00, rounded to ms; None where it is no date of our time."""
    seconds = round((day - EPOCH_JULIAN) * 86400.0, 3) if np.isfinite(day) else np.inf
    return seconds if abs(seconds) < 9.2e9 else None


def seconds_in(unit: str, default: float = 3600.0) -> float:
    """Give the seconds in a time unit as model files write it: ``Seconds``, ``hr``, ``se``; hours where unknown."""
    word = unit.strip().strip('"').lower()
    found = unit_seconds(word) or unit_seconds(word.removesuffix("s"))
    if found is not None:
        return found
    starts = (("se", 1.0), ("mi", 60.0), ("h", 3600.0), ("d", 86400.0))
    return next((seconds for start, seconds in starts if word.startswith(start)), default)
