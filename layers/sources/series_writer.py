"""Time series as CSV: UTF-8, times in ISO 8601, units in the header as ``name [unit]``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.written import whole
from layers.times import EPOCH, iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.times import TimeAxis


def write_series(
    path: str | Path,
    times: TimeAxis,
    values: Mapping[str, NDArray[Any]],
    units: Mapping[str, str | None] | None = None,
    *,
    stations: Sequence[str] = (),
    positions: NDArray[np.float64] | None = None,
    vdatum: str | None = None,
) -> None:
    """Write series.

    Parameters
    ----------
    path : str or Path
    times : TimeAxis
        ``utc`` is written with Z, ``unzoned`` without; ``elapsed`` as seconds.
    values : mapping of name to ndarray
        (steps,), or (steps, stations); NaN becomes an empty cell.
    units : mapping of name to unit, optional
    stations : sequence of str
        Names; given, the table has one row per moment and station, with a column ``station``.
    positions : ndarray, float64, (stations, 2), optional
        East, north; columns ``x`` and ``y``.
    vdatum : str, optional
        Vertical datum of values in m, written with their unit.

    Raises
    ------
    DataError
        Shapes do not fit.
    SourceUnavailable
        The file cannot be written.
    """
    columns = {name: shaped(name, one, len(times), len(stations) or 1, str(path)) for name, one in values.items()}
    header = [time_header(times), *(["station"] if stations else []), *(["x", "y"] if positions is not None else [])]
    header += [titled(name, (units or {}).get(name), vdatum) for name in columns]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(header)
    moments = written(times)
    for step, moment in enumerate(moments):
        for place in range(len(stations) or 1):
            row = [moment, *([stations[place]] if stations else [])]
            row += [number(v) for v in positions[place]] if positions is not None else []
            rows.writerow([*row, *(number(one[step, place]) for one in columns.values())])
    content = text.getvalue()
    # Spreadsheets take UTF-8 without the mark for GBK; plain ASCII needs no mark.
    raw = content.encode("utf-8" if content.isascii() else "utf-8-sig")
    with whole(path) as temporary:
        temporary.write_bytes(raw)


def shaped(name: str, values: NDArray[Any], steps: int, places: int, where: str) -> NDArray[Any]:
    """Bring values to (steps, stations)."""
    both = np.asarray(values)
    both = both[:, None] if both.ndim == 1 else both
    if both.shape != (steps, places):
        raise DataError(
            "The values of {variable} have the shape {shape}; {wanted} is needed.",
            where=where,
            remedy="Give one value per place and step.",
            variable=name,
            shape=str(np.shape(values)),
            wanted=str((steps, places)),
        )
    return both


def time_header(times: TimeAxis) -> str:
    """Give the header of the time column."""
    return "time [s]" if times.kind == "elapsed" else "time"


def written(times: TimeAxis) -> list[str]:
    """Write the moments of an axis."""
    if times.kind == "elapsed":
        ns = (times.values.astype("datetime64[ns]") - EPOCH).astype(np.int64)
        return [number(value / 1e9) for value in ns.tolist()]
    return [iso(value, zone=times.kind == "utc") for value in times.values]


def titled(name: str, unit: str | None, vdatum: str | None) -> str:
    """Give ``name [unit]``, with the datum where the unit is m."""
    if not unit:
        return name
    return f"{name} [{unit} {vdatum}]" if vdatum and unit == "m" else f"{name} [{unit}]"


def number(value: Any) -> str:
    """Write a number as short as its own type allows; missing is empty."""
    if not np.isfinite(value):
        return ""
    if getattr(value, "dtype", None) == np.float32:
        return str(value)
    exact = float(value)
    return str(int(exact)) if exact.is_integer() and abs(exact) < 1e15 else str(exact)
