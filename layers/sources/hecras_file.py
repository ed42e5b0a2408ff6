"""What a HEC-RAS file holds: its flow areas, their results and maxima, the clock, the units and the place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from layers import crs
from layers.errors import CrsMissing, DataError, TimeAxisBroken
from layers.sources.cf_time import rising, to_moments, unit_seconds
from layers.sources.hdf5 import is_table, opened_hdf5, words
from layers.sources.hecras_area import Area, area_of
from layers.sources.mesh_times import UNDATED, UNZONED
from layers.sources.model_source import ModelSource, damage_in_words
from layers.sources.source import Warned
from layers.times import TimeAxis

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.sources.model_part import ModelPart

AREAS = "Geometry/2D Flow Areas"
BASE = "Results/Unsteady/Output/Output Blocks/Base Output"
SERIES = f"{BASE}/Unsteady Time Series"
MAXIMA = f"{BASE}/Summary Output/2D Flow Areas"
STAMP = re.compile(r"(\d{1,2})([A-Za-z]{3})(\d{4}) (\d{2}):?(\d{2})(?::(\d{2})(?:[:.](\d{1,3}))?)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def says_hecras(path: Path) -> bool:
    """Tell whether a file is named as one of HEC-RAS, or its root says it is one."""
    if re.search(r"\.[pgu]\d\d\.(tmp\.)?hdf$", path.name.lower()):
        return True
    file = opened_hdf5(str(path))
    try:
        with damage_in_words(str(path)):
            return words(file.attrs.get("File Type")).startswith("HEC-RAS")
    finally:
        file.close()


def opened(path: str) -> ModelSource:
    """Open a plan or a geometry.

    Raises
    ------
    SourceUnavailable, DataError
        See ``layers.sources.hecras.open``.
    """
    file = opened_hdf5(path)
    try:
        with damage_in_words(path):
            axis, order, warned = clock(file, path)
            system, more = system_of(file)
            parts = parts_of(file, path, axis, order, (system, [*warned, *more]))
            extra = {"version": words(file.attrs.get("File Version")), "units": words(file.attrs.get("Units System"))}
    except BaseException:
        file.close()
        raise
    return ModelSource(path, "HEC-RAS", parts, file.close, extra=extra)


def parts_of(
    file: Any,
    path: str,
    axis: TimeAxis | None,
    order: NDArray[np.int64] | None,
    place: tuple[str | None, list[Warned]],
) -> list[ModelPart]:
    """Make one layer of each two-dimensional flow area.

    Raises
    ------
    DataError
        There is none, or its cells are missing.
    """
    group: Any = file.get(AREAS) or {}
    names: list[str] = [name for name in group if is_area(group[name])]
    results = file.get(f"{SERIES}/2D Flow Areas")
    if not names:
        lost = ", ".join(results) if results is not None else ""
        raise DataError(
            "The results of the flow areas {names} are here, but their geometry is missing."
            if lost
            else "This HEC-RAS file holds no two-dimensional flow area.",
            where=path,
            remedy="Open the plan file (.p01.hdf) that HEC-RAS wrote with its geometry; one-dimensional results are "
            "tables and are not read.",
            names=lost,
        )
    foot = words(file.attrs.get("Units System")).lower().startswith("us")
    said = bool(words(file.attrs.get("Units System")))
    parts: list[ModelPart] = []
    for name in names:
        area = Area(name, path, group[name], file.get(f"{SERIES}/2D Flow Areas/{name}"), file.get(f"{MAXIMA}/{name}"))
        unit = ("ft" if foot else "m") if said else None
        parts.append(area_of(area, unit, axis, order, place))
    return parts


def is_area(group: Any) -> bool:
    """Tell whether a group holds the cells of a flow area."""
    return hasattr(group, "keys") and is_table(group.get("Cells FacePoint Indexes"), None, None)


def clock(file: Any, path: str) -> tuple[TimeAxis | None, NDArray[np.int64] | None, list[Warned]]:
    """Read the moments of the steps: written dates, else the time since the start.

    Returns
    -------
    axis : TimeAxis or None
        ``unzoned``: HEC-RAS writes no zone. None where there are no results.
    order : ndarray, int64, or None
        Step in the file of each moment where they do not rise in the file.
    warnings : list of Warned

    Raises
    ------
    TimeAxisBroken
        A date that cannot be read.
    """
    group = file.get(SERIES)
    if group is None or not len(group.get("Time", ())):
        return None, None, []
    # Before 6.0 the finer dates are "Milli", since then "(ms)".
    names = ("Time Date Stamp (ms)", "Time Date Stamp Milli", "Time Date Stamp")
    held: list[Any] = [group[name] for name in names if name in group and len(group[name])]
    if not held:
        return elapsed(group["Time"], path)
    texts = [words(one) for one in held[0][:]]
    found = [stamped(one) for one in texts]
    for step, one in enumerate(found):
        if one is None:
            raise TimeAxisBroken(
                "Step {step} of the time axis {axis} is written '{text}', which is no date and time.",
                where=path,
                remedy="Run the plan again in HEC-RAS.",
                step=step,
                axis=held[0].name.rsplit("/", 1)[-1],
                text=texts[step],
            )
    moments = np.array([one for one in found if one is not None], "datetime64[ns]")
    moments, order, more = rising(moments, "Time Date Stamp", path)
    return TimeAxis(moments, "unzoned"), order, [UNZONED, *more]


def elapsed(time: Any, path: str) -> tuple[TimeAxis, NDArray[np.int64] | None, list[Warned]]:
    """Read an axis without dates: days, or the unit its attributes say."""
    said = words(time.attrs.get("Time")) or words(time.attrs.get("Variables")).rpartition("|")[2] or "hours"
    moments = to_moments(0, np.asarray(time[:], np.float64), unit_seconds(said) or 3600.0, 1e-9, path)
    moments, order, more = rising(moments, "Time", path)
    return TimeAxis(moments, "elapsed"), order, [UNDATED, *more]


def stamped(text: str) -> np.datetime64 | None:
    """Read ``02JAN1900 00:05:00``, with ``:000`` or ``.000`` behind it; hour 24 is midnight of the next day.

    Examples
    --------
    >>> stamped("01JAN1999 24:00:00")
    np.datetime64('1999-01-02T00:00:00.000000000')
    >>> stamped("02JAN1900 00:05:00:500")
    np.datetime64('1900-01-02T00:05:00.500000000')
    """
    found = STAMP.fullmatch(text)
    if found is None or found[2].lower() not in MONTHS:
        return None
    try:
        day = np.datetime64(f"{found[3]}-{MONTHS.index(found[2].lower()) + 1:02d}-{int(found[1]):02d}", "ns")
    except ValueError:
        return None
    seconds = int(found[4]) * 3600 + int(found[5]) * 60 + int(found[6] or 0)
    return day + np.timedelta64(seconds * 1000 + int((found[7] or "0").ljust(3, "0")), "ms")


def system_of(file: Any) -> tuple[str | None, list[Warned]]:
    """Give the reference system of the attribute ``Projection``, None where it is missing or not understood."""
    said = words(file.attrs.get("Projection"))
    if not said:
        return None, []
    try:
        return crs.normalise(said), []
    except CrsMissing:
        return None, [
            Warned(
                "crs_unreadable",
                "The reference system that the file names cannot be understood.",
                "Set the reference system in the properties of the layer.",
            )
        ]
