"""Station files of CF: time series at one or many places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import Extent, around_points
from layers.sources.cf_axes import coordinate, coordinate_values, is_degrees, lookup, role
from layers.sources.cf_crs import crs_warnings, file_crs, vertical_datum
from layers.sources.cf_flags import Flagged, flags_of, flags_warning
from layers.sources.cf_quantities import Quantities, wrong_request
from layers.sources.cf_scan import timed
from layers.sources.cf_values import fetch, is_numeric, text
from layers.sources.source import (
    Block,
    LayerDescription,
    Request,
    SeriesRequest,
    StatisticsRequest,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import netCDF4
    from numpy.typing import NDArray

    from layers.sources.cf_field import Field
    from layers.sources.cf_scan import Scope, Timed

NAME_WORDS = ("station_name", "name", "station_id", "station", "stations", "platform_name", "站名", "测站")
FILE_NAMES = ("station_name", "platform_name", "station", "platform_code", "site_code", "station_id")
SMALL = 4_000_000


class Stations:
    """The places of a station file: names and positions, along one dimension or none."""

    def __init__(self, scope: Scope, dimension: str | None, variables: Sequence[netCDF4.Variable[Any]]) -> None:
        self.dimension = dimension
        self._group = scope.group
        self._stem = Path(scope.path).stem
        self.count = int(variables[0].shape[variables[0].dimensions.index(dimension)]) if dimension else 1
        self.names = self._names()
        self.variables = self._position_variables(variables)
        self.x, self.y, self.moving = self._positions()

    def _names(self) -> list[str]:
        """Give one name per station: characters, then numbers, then the file's own name of its place."""
        if self.dimension is None:
            said = next((text(self._group, name) for name in FILE_NAMES if text(self._group, name)), "")
            return [said or self._stem]
        along = [one for one in self._group.variables.values() if one.dimensions[:1] == (self.dimension,)]
        best = sorted((one for one in along if name_rank(one) < 9), key=name_rank)
        for one in best:
            names = words(one)
            if len(names) == self.count:
                return names
        return [str(i + 1) for i in range(self.count)]

    def _position_variables(self, variables: Sequence[netCDF4.Variable[Any]]) -> list[netCDF4.Variable[Any]]:
        """Find the coordinates of the stations: those the quantities name, then any along their dimension."""
        named = [lookup(self._group, word) for one in variables for word in text(one, "coordinates").split()]
        pool = [one for one in named if one is not None]
        lengths = {1, self.count} if self.dimension else {1, *(int(one.shape[0]) for one in variables)}
        pool += [one for one in self._group.variables.values() if one.size in lengths]
        found: list[netCDF4.Variable[Any]] = []
        for part in "xy":
            fitting = [one for one in pool if is_numeric(one) and role(one) == part and self._fits(one)]
            if fitting:
                found.append(fitting[0])
        return found if len(found) == 2 else []

    def _fits(self, one: netCDF4.Variable[Any]) -> bool:
        """Whether a coordinate has one value per station (or, for one station, one per moment)."""
        return one.dimensions == (self.dimension,) if self.dimension else one.ndim <= 1

    def _positions(self) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
        """Read the positions; NaN = not known. One station whose position changes is moving: its first is given."""
        unknown = np.full(self.count, np.nan)
        if not self.variables:
            return unknown, unknown, False
        x, y = (np.ravel(coordinate_values(one)) for one in self.variables)
        if self.dimension is None:
            fine = np.isfinite(x)[: len(y)] & np.isfinite(y)[: len(x)] if len(x) == len(y) else np.ones(1, bool)
            if not fine.any():
                return unknown, unknown, False
            first = int(np.argmax(fine))
            moving = max(float(np.nanmax(x) - np.nanmin(x)), float(np.nanmax(y) - np.nanmin(y))) > 1e-6
            return x[first : first + 1], y[first : first + 1], moving
        return x, y, False

    def box(self) -> Extent | None:
        """Give the box around the known positions."""
        return around_points(self.x, self.y)

    def listed(self) -> list[dict[str, Any]]:
        """Give name and position of each station; None where the position is not known."""
        return [{"name": name, "x": known(self.x[i]), "y": known(self.y[i])} for i, name in enumerate(self.names)]


def known(value: float) -> float | None:
    """Give a number, None for NaN."""
    return float(value) if np.isfinite(value) else None


def name_rank(variable: netCDF4.Variable[Any]) -> int:
    """Order the variables that may hold station names; 9 = it does not."""
    if text(variable, "cf_role") == "timeseries_id":
        return 0
    low = str(variable.name).lower()
    if is_text(variable):
        return 1 + (NAME_WORDS.index(low) if low in NAME_WORDS else 6)
    return 8 if variable.dimensions == (variable.name,) or low in NAME_WORDS else 9


def is_text(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable holds characters or strings."""
    return variable.dtype is str or variable.dtype == np.dtype("S1")


def words(variable: netCDF4.Variable[Any]) -> list[str]:
    """Read one text per row."""
    raw = fetch(variable)
    if raw.dtype.kind == "S" and raw.ndim == 2:
        rows = [b"".join(row.tolist()) for row in raw]
        return [decoded(row).strip(" \0") for row in rows]
    if raw.ndim != 1:
        return []
    return [decoded(one).strip(" \0") if isinstance(one, bytes) else str(one) for one in raw.tolist()]


def decoded(raw: bytes) -> str:
    """Read bytes as UTF-8, else as GB18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


class SeriesPart:
    """One layer of kind series."""

    def __init__(self, scope: Scope, key: str, stations: Stations, group: Timed) -> None:
        self.key = key
        self._scope = scope
        self._stations = stations
        self._warned = group.warnings
        self._flags = flags_of(scope.group, group.fields)
        fields = [Flagged.of(one, self._flags.get(one.name)) for one in group.fields]
        fields.sort(key=lambda one: bool(text(one.variable, "flag_meanings")))
        self._held = Quantities(scope.group, [(one, "station") for one in fields], group.axis, scope.path)

    def describe(self) -> LayerDescription:
        """Describe stations and quantities."""
        fields = list(self._held.fields.values())
        data = [one.variable for one in fields]
        crs, mapping, warned = file_crs(self._scope.group, (*data, *self._stations.variables))
        geographic = bool(self._stations.variables) and all(is_degrees(one) for one in self._stations.variables)
        box = self._stations.box()
        place = crs_warnings(crs, box, warned, geographic=geographic) if box is not None else warned
        more = [*self._warned, *place, *flags_warning(self._flags)]
        if box is None:
            more.append(no_position(self._stations.count))
        if self._stations.moving:
            more.append(Warned("position_moves", "The position changes in time; the first one is shown.", ""))
        return LayerDescription(
            key=self.key,
            kind="series",
            crs=crs,
            vdatum=vertical_datum(self._scope.group, mapping, data),
            bounds=box,
            time=self._held.axis,
            counts={"stations": self._stations.count},
            variables=self._held.variables,
            warnings=tuple(more),
            extra=self._extra(geographic=crs is None and geographic),
        )

    def _extra(self, *, geographic: bool) -> dict[str, Any]:
        """Collect stations, levels and which level holds data."""
        extra: dict[str, Any] = {"stations": self._stations.listed()}
        if geographic:
            extra["geographic"] = True
        levels = self._held.levels()
        if levels:
            extra["levels"] = levels
            extra["default_level"] = {name: first_level(self._held.fields[name]) for name in levels}
        return extra

    @property
    def names(self) -> set[str]:
        """Names of the file's variables that this layer shows."""
        return set(self._held.fields)

    def read(self, request: Request) -> Block:
        """Read series or the range of a quantity."""
        if isinstance(request, SeriesRequest):
            flat = self._held.places_fit(request, self._stations.count)
            return self._held.series(request, (flat,) if self._stations.dimension else ())
        if isinstance(request, StatisticsRequest):
            return self._held.statistics(request)
        raise wrong_request("series", self._scope.path)


def no_position(count: int) -> Warned:
    """Warn that stations cannot be shown on the map."""
    return Warned(
        "position_missing",
        "The file gives no position for its {count} stations; they are shown in charts only.",
        "",
        {"count": count},
    )


def first_level(one: Field) -> int:
    """Give the first level that holds any value, so that an empty one is not shown first; 0 for large data."""
    if one.level_count <= 1 or one.variable.size > SMALL or one.steps == 0:
        return 0
    for level in range(one.level_count):
        at = tuple(np.arange(n) for n in one.place_shape)
        if np.isfinite(one.series(at, 0, one.steps, level)).any():
            return level
    return 0


def station_dimension(scope: Scope, variable: netCDF4.Variable[Any]) -> str | None:
    """Give the dimension along which stations lie: the first that is neither time, vertical nor of one cell."""
    for dimension in variable.dimensions:
        if scope.is_time(dimension):
            continue
        axis = coordinate(scope.group, dimension)
        if axis is not None and role(axis) in {"x", "y", "z"} and axis.size == 1:
            continue
        if (axis is not None and role(axis) == "z") or dimension.lower() in VERTICAL_WORDS:
            continue
        return dimension
    return None


VERTICAL_WORDS = {"depth", "lev", "level", "levels", "layer", "layers", "z", "height", "sigma", "bin", "bins"}


def series_parts(
    scope: Scope, candidates: Sequence[netCDF4.Variable[Any]], *, stations_only: bool = False
) -> list[SeriesPart]:
    """Find station series among data variables: one layer for each set of stations and time axis.

    Parameters
    ----------
    stations_only : bool
        Leave out numbers that belong to no station.
    """
    groups: dict[str | None, list[netCDF4.Variable[Any]]] = {}
    for variable in candidates:
        if any(scope.is_time(dimension) for dimension in variable.dimensions):
            groups.setdefault(station_dimension(scope, variable), []).append(variable)
    parts: list[SeriesPart] = []
    for dimension, members in groups.items():
        if stations_only and dimension is None:
            continue
        places = (dimension,) if dimension else ()
        along = [one for one in candidates if one.dimensions == places and dimension]
        stations = Stations(scope, dimension, members)
        taken = {str(one.name) for one in stations.variables}
        whole = [one for one in (*members, *along) if str(one.name) not in taken]
        key = f"{scope.prefix}{dimension or 'series'}"
        found = timed(scope, [(one, places) for one in whole])
        parts += [SeriesPart(scope, key + group.suffix, stations, group) for group in found if group.fields]
    return parts
