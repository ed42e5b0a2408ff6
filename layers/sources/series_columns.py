"""What the columns of a table mean: times, stations, positions and values; what cannot be read is listed by row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError, TimeAxisBroken
from layers.sources.cf_time import SECONDS_LIMIT, unit_seconds
from layers.sources.moments import Moment, clock, moment, slashed, zone_minutes
from layers.sources.series_table import name_and_unit
from layers.sources.source import Warned
from layers.times import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.sources.series_table import Table
    from layers.times import TimeKind

SAMPLE = 200
"""Rows that decide what a column is."""
FEW = 5
"""Most empty cells of a column that are listed one by one."""
LISTED = 20
"""Most faults of one kind that are listed one by one."""
TIME_WORDS = (
    "datetime", "date_time", "timestamp", "time", "tm", "日期时间", "观测时间", "时间", "时刻", "dates", "date", "日期",
)  # fmt: skip
STATION_WORDS = (
    "station", "stations", "station_name", "station_id", "stationid", "stcd", "stnm", "site", "gauge", "location",
    "站名", "测站", "站点", "站码", "测站名称", "测站编码", "监测站", "站", "站点名称",
)  # fmt: skip
X_WORDS = ("lon", "lng", "longitude", "经度", "x", "easting", "东坐标")
Y_WORDS = ("lat", "latitude", "纬度", "y", "northing", "北坐标")
DEGREE_WORDS = ("lon", "lng", "longitude", "经度", "lat", "latitude", "纬度")
MISSING = {"", "-", "--", "—", "/", "nan", "na", "n/a", "null", "none", "nodata", "缺测", "缺", "无", "未测"}
UNIFORM = re.compile(r"(?!0)\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?")
COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(slots=True)
class Faults:
    """Cells that could not be read as they stand, by kind; the first ``LISTED`` of a kind one by one."""

    found: list[Warned] = field(default_factory=list[Warned])
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def tell(self, code: str, what: str, remedy: str = "", **fields: Any) -> None:
        """Note one fault."""
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= LISTED:
            self.found.append(Warned(code, what, remedy, fields))

    def listed(self) -> list[Warned]:
        """Give the faults; kinds with too many end with their number."""
        more = [
            Warned(f"{code}_more", "There are {count} more cells of this kind.", "", {"count": count - LISTED})
            for code, count in self._counts.items()
            if count > LISTED
        ]
        return [*self.found, *more]


@dataclass(frozen=True, slots=True)
class Times:
    """Moments of the rows (NaT = none), what they are (see ``TimeAxis``), and the columns they fill."""

    values: NDArray[np.datetime64]
    kind: TimeKind
    columns: tuple[int, ...]


def plain(cell: str) -> str:
    """Give a header's name in small letters, without unit."""
    return name_and_unit(cell)[0].lower()


def read_times(table: Table, zone: int | None, where: str, faults: Faults) -> Times:
    """Find and read the times of a table.

    Parameters
    ----------
    zone : int or None
        Minutes east of UTC for times without a zone; None = not known.

    Raises
    ------
    DataError
        No column holds times.
    TimeAxisBroken
        Day and month cannot be told apart, or only some times carry a zone.
    """
    column = time_column(table)
    if column is None:
        counted = elapsed(table)
        if counted is None:
            raise no_time(table, where)
        return counted
    named = zone_minutes(name_and_unit(table.header[column])[1])
    zone = named if named is not None else zone
    quick = uniform(table.columns[column], zone)
    if quick is not None:
        return Times(quick[0], "utc" if quick[1] else "unzoned", (column,))
    read: list[Moment | None] = [moment(cell) for cell in table.columns[column]]
    columns = (column,)
    if not any(read):
        read = year_last(table, column, where, faults)
    beside = clock_column(table, column, read)
    if beside is not None:
        columns = (column, beside)
        read = [with_clock(one, cell) for one, cell in zip(read, table.columns[beside], strict=True)]
    note_times(table, columns, read, faults)
    return placed(table, read, zone, columns, where)


def elapsed(table: Table) -> Times | None:
    """Read a column of numbers whose header names a time and its unit (``time [s]``); None where there is none."""
    for number, cell in enumerate(table.header):
        scale = unit_seconds(name_and_unit(cell)[1])
        counts = at_once(table.columns[number])
        if scale is None or counts is None or plain(cell) not in (*TIME_WORDS, "elapsed"):
            continue
        if np.abs(counts * scale).max() > SECONDS_LIMIT:
            continue
        ns = np.rint(counts * scale * 1e9).astype(np.int64)
        return Times(EPOCH + ns.astype("timedelta64[ns]"), "elapsed", (number,))
    return None


def uniform(cells: list[str], zone: int | None) -> tuple[NDArray[np.datetime64], bool] | None:
    """Read a long column of times that are all written alike, day and time of day, at once; None where they are not."""
    found = UNIFORM.fullmatch(cells[0]) if cells else None
    if found is None:
        return None
    mark = found["zone"] or ""
    for cell in cells:
        other = UNIFORM.fullmatch(cell)
        if other is None or (other["zone"] or "") != mark or len(cell) != len(cells[0]):
            return None
    offset = zone_minutes(mark) if mark else zone
    try:
        values = np.array([cell[: len(cell) - len(mark)] for cell in cells], "datetime64[ns]")
    except ValueError:
        return None
    if np.isnat(values).any():
        return None
    return np.asarray(values - np.timedelta64(offset or 0, "m"), "datetime64[ns]"), offset is not None


def time_column(table: Table) -> int | None:
    """Find the column of times: by its header, else by its cells (a plain number is no time then)."""
    share = [readable(table, number) for number in range(len(table.header))]
    named = [n for n, cell in enumerate(table.header) if plain(cell) in TIME_WORDS and share[n] > 0]
    if named:
        return min(named, key=lambda n: TIME_WORDS.index(plain(table.header[n])))
    for number, cell in enumerate(table.header):
        words = any(word in plain(cell) for word in ("time", "date", "时间", "日期"))
        if share[number] >= 0.8 and (words or not numeric_share(table.columns[number][:SAMPLE])):
            return number
    return None


def readable(table: Table, number: int) -> float:
    """Give the share of the first cells that read as a moment, in either order of day and month."""
    cells = [cell for cell in table.columns[number][:SAMPLE] if cell]
    if not cells:
        return 0.0
    read = sum(1 for cell in cells if moment(cell) or slashed(cell, day_first=True) or slashed(cell, day_first=False))
    return read / len(cells)


def numeric_share(cells: list[str]) -> float:
    """Give the share of cells (missing ones not counted) that are numbers, be it with a decimal comma."""
    if at_once(cells) is not None:
        return 1.0
    told = [cell for cell in cells if cell.lower() not in MISSING]
    fine = sum(1 for cell in told if number_of(cell) is not None or COMMA_NUMBER.fullmatch(cell))
    return fine / len(told) if told else 0.0


def at_once(cells: list[str]) -> NDArray[np.float64] | None:
    """Read cells that are all plain finite numbers; None where one is not."""
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return values if len(values) and np.isfinite(values).all() else None


def number_of(cell: str) -> float | None:
    """Read a number with a decimal point; None where the cell is none."""
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        return None


def no_time(table: Table, where: str) -> DataError:
    """Give the error for a table without times; tables of points are named as such."""
    names = {plain(cell) for cell in table.header}
    if names & set(X_WORDS) and names & set(Y_WORDS):
        return DataError(
            "This table holds points without times; it is no time series.",
            where=where,
            remedy="Open the points as GeoPackage, or give the table to the tool that asks for points.",
        )
    return DataError(
        "No column of this table holds dates and times.",
        where=where,
        remedy="Give the first column times such as 2021-07-25T23:00:00+08:00. Columns: {names}.",
        names=", ".join(cell or "-" for cell in table.header[:12]),
    )


def year_last(table: Table, column: int, where: str, faults: Faults) -> list[Moment | None]:
    """Read dates with the year last, where the whole column leaves one order of day and month only.

    Raises
    ------
    TimeAxisBroken
        Both orders, or neither, would do.
    """
    cells = table.columns[column]
    orders: dict[bool, list[Moment | None]] = {
        first: [slashed(cell, day_first=first) for cell in cells] for first in (True, False)
    }
    whole = [first for first, read in orders.items() if sum(one is not None for one in read) >= 0.95 * len(cells)]
    if len(whole) != 1:
        raise TimeAxisBroken(
            "Dates such as '{text}' do not tell day and month apart.",
            where=where,
            remedy="Write dates as year-month-day.",
            text=next((cell for cell in cells if cell), ""),
        )
    faults.tell(
        "date_order",
        "Dates are read as day/month/year: the other order does not fit the whole column."
        if whole[0]
        else "Dates are read as month/day/year: the other order does not fit the whole column.",
        "Write dates as year-month-day.",
    )
    return orders[whole[0]]


def clock_column(table: Table, column: int, read: list[Moment | None]) -> int | None:
    """Find a column with times of day beside a column of days."""
    days = [one for one in read if one is not None]
    beside = column + 1
    if beside >= len(table.header) or any(one.local != one.local.astype("datetime64[D]") for one in days):
        return None
    cells = [cell for cell in table.columns[beside][:SAMPLE] if cell]
    fit = [cell for cell in cells if clock(cell) is not None and number_of(cell) is None]
    return beside if cells and len(fit) >= 0.8 * len(cells) else None


def with_clock(day: Moment | None, cell: str) -> Moment | None:
    """Put a time of day to a day."""
    ns = clock(cell)
    if day is None or ns is None:
        return None
    return Moment(day.local + np.timedelta64(ns, "ns"), day.offset, day.style, ns == 86_400 * 10**9)


def note_times(table: Table, columns: tuple[int, ...], read: list[Moment | None], faults: Faults) -> None:
    """List times that cannot be read, hour 24:00, and dates in another style than most."""
    styles = [one.style for one in read if one is not None]
    usual = max(set(styles), key=styles.count, default="")
    for number, one in enumerate(read):
        cell, line = " ".join(table.columns[column][number] for column in columns), table.lines[number]
        if one is None:
            faults.tell(
                "bad_time",
                "Row {row}: '{text}' is no date and time; the row is left out.",
                "Write it as 2021-07-25T23:00:00+08:00.",
                row=line,
                text=cell,
            )
            continue
        if one.midnight:
            faults.tell(
                "hour_24",
                "Row {row}: '{text}' is read as the midnight that ends that day.",
                row=line,
                text=cell,
            )
        if one.style != usual:
            faults.tell(
                "date_style",
                "Row {row}: '{text}' is written in another way than the other dates; it is read as {read}.",
                row=line,
                text=cell,
                read=str(one.local)[:16].replace("T", " "),
            )


def placed(table: Table, read: list[Moment | None], zone: int | None, columns: tuple[int, ...], where: str) -> Times:
    """Bring moments to UTC where a zone is known.

    Raises
    ------
    TimeAxisBroken
        Some times carry a zone and others do not.
    """
    with_zone = [i for i, one in enumerate(read) if one is not None and one.offset is not None]
    without = [i for i, one in enumerate(read) if one is not None and one.offset is None]
    if with_zone and without and zone is None:
        raise TimeAxisBroken(
            "Some times carry a zone (row {row}) and others do not (row {other}).",
            where=where,
            remedy="Write the zone with every time, for example +08:00.",
            row=table.lines[with_zone[0]],
            other=table.lines[without[0]],
        )
    values = np.full(len(read), "NaT", "datetime64[ns]")
    for i, one in enumerate(read):
        if one is not None:
            offset = one.offset if one.offset is not None else (zone or 0)
            values[i] = one.local - np.timedelta64(offset, "m")
    return Times(values, "utc" if with_zone or zone is not None else "unzoned", columns)


def read_numbers(table: Table, column: int, faults: Faults) -> NDArray[np.float64]:
    """Read a column of values; NaN where a cell is missing or no number, which is listed.

    A comma is read as decimal sign only where commas do not part the cells and every number has it.
    """
    cells = table.columns[column]
    quick = at_once(cells)
    if quick is not None:
        return quick
    name = name_and_unit(table.header[column])[0]
    told = [cell for cell in cells if cell.lower() not in MISSING]
    comma = table.delimiter != "," and any(COMMA_NUMBER.fullmatch(cell) for cell in told)
    comma = comma and all(COMMA_NUMBER.fullmatch(cell) or re.fullmatch(r"[+-]?\d+", cell) for cell in told)
    reader: Callable[[str], float | None] = (lambda cell: number_of(cell.replace(",", "."))) if comma else number_of
    if comma:
        faults.tell("decimal_comma", "The numbers of {column} are read with a decimal comma.", column=name)
    out = np.full(len(cells), np.nan)
    empty: list[int] = []
    for i, cell in enumerate(cells):
        value = reader(cell)
        if value is not None and np.isfinite(value):
            out[i] = value
        elif cell.lower() in MISSING:
            empty.append(table.lines[i])
        else:
            note_number(table.lines[i], name, cell, faults)
    note_empty(empty, name, faults)
    return out


def note_empty(lines: list[int], name: str, faults: Faults) -> None:
    """List cells without a value; many are told in one sentence."""
    if len(lines) > FEW:
        faults.tell(
            "empty_cells",
            "{column} has no value in {count} rows, first in row {row}.",
            column=name,
            count=len(lines),
            row=lines[0],
        )
        return
    for line in lines:
        faults.tell("empty_cell", "Row {row}: {column} has no value.", row=line, column=name)


def note_number(line: int, name: str, cell: str, faults: Faults) -> None:
    """List a cell that is no number."""
    faults.tell(
        "bad_cell",
        "Row {row}: '{text}' in {column} is no number; the value is left out.",
        "If the comma is a decimal sign, write {suggestion}."
        if COMMA_NUMBER.fullmatch(cell)
        else "Correct the cell; values need a decimal point.",
        row=line,
        text=cell,
        column=name,
        suggestion=cell.replace(",", "."),
    )
