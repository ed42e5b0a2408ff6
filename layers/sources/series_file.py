"""Time series in text tables (CSV): one row per moment, stations in a column of their own or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.extent import around_points
from layers.heights import datum_name
from layers.sources.cf_units import parted
from layers.sources.place import place_warnings
from layers.sources.series_columns import (
    DEGREE_WORDS,
    STATION_WORDS,
    X_WORDS,
    Y_WORDS,
    Faults,
    Times,
    numeric_share,
    plain,
    read_numbers,
    read_times,
)
from layers.sources.series_table import Table, name_and_unit, read_table
from layers.sources.source import (
    Block,
    Description,
    LayerDescription,
    Request,
    SeriesBlock,
    SeriesRequest,
    StatisticsRequest,
    Variable,
    Warned,
)
from layers.sources.statistics import statistics
from layers.times import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.sources.source import DataSource

SUFFIXES = {".csv", ".tsv", ".txt"}


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file may be a table of text: by its suffix, and no binary zero in its beginning."""
    unicode16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Path(path).suffix.lower() in SUFFIXES and (unicode16 or b"\0" not in head)


def open(path: str, zone: int | None = None) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a table of series; it is read whole.

    Parameters
    ----------
    path : str
    zone : int or None
        Minutes east of UTC of times that carry no zone; None leaves them ``unzoned``.

    Raises
    ------
    DataError, TimeAxisBroken, SourceUnavailable
        The table holds no times or no values, or cannot be read; the message says what.
    """
    return SeriesFile(str(path), zone)


@dataclass(frozen=True, slots=True)
class Places:
    """Stations of a table: ``index`` gives the station of each row; ``x``, ``y`` are None where not in the table."""

    names: list[str]
    index: NDArray[np.int64]
    x: NDArray[np.float64] | None = None
    y: NDArray[np.float64] | None = None
    geographic: bool = False
    columns: tuple[int, ...] = ()


class SeriesFile:
    """A table of time series as a ``DataSource``."""

    def __init__(self, path: str, zone: int | None = None) -> None:
        self.path = path
        table = read_table(path)
        faults = Faults()
        self._encoding, self._delimiter = table.encoding, table.delimiter
        times = read_times(table, zone, path, faults)
        self._places = places_of(table, times, Path(path).stem, faults)
        used = {*times.columns, *self._places.columns}
        columns = value_columns(table, used, faults)
        if not columns:
            raise DataError(
                "The table has times, but no column of numbers.",
                where=path,
                remedy="Columns: {names}.",
                names=", ".join(cell or "-" for cell in table.header[:12]),
            )
        for line in table.long_rows:
            faults.tell(
                "long_row",
                "Row {row} has more cells than the header; it is left out.",
                "Put cells that hold the delimiter into quotes.",
                row=line,
            )
        raw = {name: read_numbers(table, number, faults) for name, number in columns.items()}
        self._variables = [described(name, table.header[number]) for name, number in columns.items()]
        self._datum = datum_of([table.header[number] for number in columns.values()], faults)
        self._axis, self._values = gathered(table, times, self._places, raw, path, faults)
        x, y = self._places.x, self._places.y
        self._box = around_points(x, y) if x is not None and y is not None else None
        self._warned = [*self._general(), *faults.listed()]

    def _general(self) -> list[Warned]:
        """Give the warnings that concern the whole table."""
        found: list[Warned] = []
        if self._axis.kind == "unzoned":
            found.append(
                Warned(
                    "zone_missing",
                    "The times carry no zone; they are shown as they are written, beside other data as Beijing time.",
                    "Write the zone with the times (2021-07-25T23:00+08:00), or give haitang run --tz +08:00.",
                )
            )
        if self._places.x is not None and self._places.geographic:
            found.append(
                Warned(
                    "crs_missing",
                    "Coordinates are longitude and latitude in degrees, but no geodetic datum is named.",
                    "Set the reference system of the layer, for example EPSG:4326 (WGS 84) or EPSG:4490 (CGCS2000).",
                )
            )
        elif self._places.x is not None:
            found.extend(place_warnings(None, self._box))
        return found

    def describe(self) -> Description:
        """Tell stations, times and quantities; cells that could not be read are listed by row."""
        x, y = self._places.x, self._places.y
        steps = len(self._axis)
        extra: dict[str, Any] = {
            "stations": [{"name": name, "x": at(x, i), "y": at(y, i)} for i, name in enumerate(self._places.names)],
            "delimiter": self._delimiter,
        }
        if self._places.geographic:
            extra["geographic"] = True
        layer = LayerDescription(
            key="",
            kind="series",
            vdatum=self._datum,
            bounds=self._box,
            time=self._axis,
            counts={"stations": len(self._places.names)},
            variables=tuple(
                Variable(one.name, one.units, "station", steps, title=one.title, dtype="float64")
                for one in self._variables
            ),
            encoding=self._encoding,
            warnings=tuple(self._warned),
            extra=extra,
        )
        return Description(self.path, "series", "CSV", (layer,))

    def read(self, request: Request) -> Block:
        """Read series of stations or the range of a quantity.

        Raises
        ------
        DataError
            There is no such quantity or station, or something else was asked for.
        """
        if isinstance(request, SeriesRequest):
            values = self._of(request.variable)
            start, stop, _ = slice(max(request.start, 0), request.stop).indices(len(self._axis))
            for place in request.indices:
                if not 0 <= place < values.shape[1]:
                    raise DataError(
                        "Place {place} does not exist; there are {count}.",
                        where=self.path,
                        remedy="Places count from 0.",
                        place=place,
                        count=values.shape[1],
                    )
            return SeriesBlock(self._axis.values[start:stop], values[start:stop][:, list(request.indices)])
        if isinstance(request, StatisticsRequest):
            values = self._of(request.variable)
            return statistics([values if request.step < 0 else values[request.step : request.step + 1]])
        raise DataError(
            "A layer of kind {kind} does not hold what was asked for.",
            where=self.path,
            remedy="Choose a tool that works on this kind of layer.",
            kind="series",
        )

    def _of(self, name: str) -> NDArray[np.float64]:
        """Find the values of a quantity."""
        found = self._values.get(name)
        if found is None:
            raise DataError(
                "There is no variable {name}.",
                where=self.path,
                remedy="The variables are: {names}.",
                name=name,
                names=", ".join(self._values),
            )
        return found

    def close(self) -> None:
        """Let go of the values."""
        self._values = {}


def at(values: NDArray[np.float64] | None, i: int) -> float | None:
    """Give one coordinate, None where it is not known."""
    return float(values[i]) if values is not None and np.isfinite(values[i]) else None


def unit_of(cell: str) -> tuple[str | None, str | None]:
    """Give unit and vertical datum of a header's cell."""
    return parted(name_and_unit(cell)[1])


def datum_of(cells: Sequence[str], faults: Faults) -> str | None:
    """Give the vertical datum that the units of all heights name; None where none or several are named."""
    found = sorted({datum_name(datum) for _, datum in map(unit_of, cells) if datum})
    if len(found) > 1:
        faults.tell(
            "datum_contradiction",
            "The columns stand on different vertical datums: {names}.",
            "Open the columns of one datum at a time.",
            names=", ".join(found),
        )
    return found[0] if len(found) == 1 else None


def described(name: str, cell: str) -> Variable:
    """Describe a column."""
    return Variable(name, unit_of(cell)[0], "station", title=name_and_unit(cell)[0])


def value_columns(table: Table, used: set[int], faults: Faults) -> dict[str, int]:
    """Choose the columns that hold numbers; the others are named in a warning."""
    found: dict[str, int] = {}
    left_out: list[str] = []
    for number, cell in enumerate(table.header):
        if number in used:
            continue
        name = name_and_unit(cell)[0]
        if not name or numeric_share(table.columns[number]) < 0.5:
            left_out.append(cell or f"({number + 1})")
            continue
        same = sum(1 for known in found if known == name or known.startswith(f"{name}_"))
        found[name if not same else f"{name}_{same + 1}"] = number
    if left_out:
        faults.tell(
            "columns_left_out",
            "Columns without a name or without numbers are left out: {names}.",
            names=", ".join(left_out),
        )
    return found


def places_of(table: Table, times: Times, title: str, faults: Faults) -> Places:
    """Find the stations of a table and where they are."""
    column = station_column(table, times)
    if column is None:
        places = Places([title], np.zeros(len(table.lines), np.int64))
    else:
        cells = table.columns[column]
        names = list(dict.fromkeys(cells))
        numbers = {name: i for i, name in enumerate(names)}
        places = Places(names, np.array([numbers[cell] for cell in cells], np.int64), columns=(column,))
    return with_positions(table, places, times)


def station_column(table: Table, times: Times) -> int | None:
    """Find the column of station names: by its header, else text that sets rows of equal time apart."""
    for number, cell in enumerate(table.header):
        if plain(cell) in STATION_WORDS and number not in times.columns:
            return number
    told = times.values[~np.isnat(times.values)]
    if len(np.unique(told)) == len(told):
        return None
    for number in range(len(table.header)):
        cells = table.columns[number]
        if number in times.columns or not table.header[number] or numeric_share(cells) >= 0.5:
            continue
        pairs = set(zip(times.values.tolist(), cells, strict=True))
        if len(pairs) == len(cells):
            return number
    return None


def with_positions(table: Table, places: Places, times: Times) -> Places:
    """Add the positions of stations where two columns give one position for each."""
    names = {plain(cell): n for n, cell in reversed(list(enumerate(table.header))) if n not in times.columns}
    x_word = next((word for word in X_WORDS if word in names), None)
    y_word = next((word for word in Y_WORDS if word in names), None)
    if x_word is None or y_word is None:
        return places
    quiet = Faults()
    x, y = (read_numbers(table, names[word], quiet) for word in (x_word, y_word))
    first = np.array([int(np.argmax(places.index == i)) for i in range(len(places.names))], np.int64)
    moved = np.fmax(np.abs(x - x[first][places.index]), np.abs(y - y[first][places.index]))
    if (moved[np.isfinite(moved)] > 1e-9).any():
        return places
    degrees = x_word in DEGREE_WORDS and y_word in DEGREE_WORDS
    columns = (*places.columns, names[x_word], names[y_word])
    return Places(places.names, places.index, x[first], y[first], degrees, columns)


def gathered(
    table: Table, times: Times, places: Places, raw: dict[str, NDArray[np.float64]], where: str, faults: Faults
) -> tuple[TimeAxis, dict[str, NDArray[np.float64]]]:
    """Bring rows onto one rising axis: values (steps, stations), NaN where a station has no row."""
    fine = np.flatnonzero(~np.isnat(times.values))
    if not len(fine):
        raise DataError("No row of this table has a time that can be read.", where=where, remedy="Check its times.")
    axis, step = np.unique(times.values[fine], return_inverse=True)
    slots = step.astype(np.int64) * len(places.names) + places.index[fine]
    _, kept = np.unique(slots, return_index=True)
    for row in np.setdiff1d(np.arange(len(fine)), kept):
        faults.tell(
            "time_repeated",
            "Row {row} repeats a time of the same station; it is left out.",
            row=table.lines[int(fine[row])],
        )
    shape = (len(axis), len(places.names))
    values: dict[str, NDArray[np.float64]] = {}
    for name, column in raw.items():
        out = np.full(shape, np.nan)
        out.ravel()[slots[kept]] = column[fine[kept]]
        values[name] = out
    return TimeAxis(axis, times.kind), values
