"""CF grids of a NetCDF file: regular or rectilinear, shown as a raster with steps and levels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import Extent
from layers.sources.cf_axes import Axis, axis_of, coordinate, is_degrees
from layers.sources.cf_crs import crs_warnings, file_crs, vertical_datum
from layers.sources.cf_field import Field, chunk_shape, slow_warning
from layers.sources.cf_quantities import Quantities, wrong_request
from layers.sources.cf_scan import Scope, Timed, timed
from layers.sources.guard import check_cells
from layers.sources.source import (
    Block,
    LayerDescription,
    RasterBlock,
    RasterRequest,
    Request,
    SeriesRequest,
    StatisticsRequest,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import netCDF4
    from numpy.typing import NDArray

CELLS = 4_000_000
"""Most cells read at once for an overview."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The two horizontal axes of a grid; ``x`` runs west to east, ``y`` north to south."""

    x: Axis
    y: Axis
    geographic: bool
    variables: tuple[netCDF4.Variable[Any], ...]

    @property
    def box(self) -> Extent:
        """Outer cell edges."""
        return Extent(self.x.low, self.y.low, self.x.high, self.y.high)


def plane_of(scope: Any, dimensions: Sequence[str]) -> tuple[str, str] | None:
    """Give the (row, column) dimensions of a variable that lies on a grid; None where it does not."""
    parts: dict[str, str] = {}
    for dimension in dimensions:
        for part in "xy":
            if part not in parts and coordinate(scope, dimension, part) is not None:
                parts[part] = dimension
                break
    return (parts["y"], parts["x"]) if len(parts) == 2 else None


def plane(scope: Any, rows: str, columns: str) -> Plane | None:
    """Build the plane of two dimensions; None where a coordinate is broken or both have one cell only."""
    x, y = coordinate(scope, columns, "x"), coordinate(scope, rows, "y")
    if x is None or y is None:
        return None
    geographic = is_degrees(x) and is_degrees(y)
    across = axis_of(scope, x, downwards=False, turn=geographic)
    down = axis_of(scope, y, downwards=True, turn=False, fallback=across.cell if across else None)
    if across is None and down is not None:
        across = axis_of(scope, x, downwards=False, turn=geographic, fallback=down.cell)
    if across is None or down is None:
        return None
    return Plane(across, down, geographic, (x, y))


class GridPart:
    """One layer of kind raster."""

    def __init__(self, scope: Scope, key: str, area: Plane, group: Timed) -> None:
        self.key = key
        self._scope = scope
        self._area = area
        self._warned = group.warnings
        self._held = Quantities(scope.group, [(one, "cell") for one in group.fields], group.axis, scope.path)

    def describe(self) -> LayerDescription:
        """Describe the grid."""
        fields = list(self._held.fields.values())
        data = [one.variable for one in fields]
        crs, mapping, more = file_crs(self._scope.group, (*data, *self._area.variables))
        place = crs_warnings(crs, self._area.box, more, geographic=self._area.geographic)
        warned = [*self._warned, *place, *slow_warning(fields)]
        x, y = self._area.x, self._area.y
        warned += [irregular(axis, name) for name, axis in (("x", x), ("y", y)) if not axis.regular]
        return LayerDescription(
            key=self.key,
            kind="raster",
            crs=crs,
            vdatum=vertical_datum(self._scope.group, mapping, data),
            bounds=self._area.box,
            time=self._held.axis,
            counts={"width": len(x.take), "height": len(y.take), "bands": len(fields)},
            variables=self._held.variables,
            resolution=(x.cell, y.cell),
            warnings=tuple(warned),
            extra=self._extra(crs),
        )

    def _extra(self, crs: str | None) -> dict[str, Any]:
        """Collect what has no field of its own: degrees, level values, the shift of longitudes."""
        extra: dict[str, Any] = {}
        if crs is None and self._area.geographic:
            extra["geographic"] = True
        levels = self._held.levels()
        if levels:
            extra["levels"] = levels
        if self._area.x.shift:
            extra["longitude_shift"] = self._area.x.shift
        return extra

    @property
    def names(self) -> set[str]:
        """Names of the file's variables that this layer shows."""
        return set(self._held.fields)

    def read(self, request: Request) -> Block:
        """Read a window, a series or the range of a quantity."""
        if isinstance(request, RasterRequest):
            return self._window(request)
        if isinstance(request, SeriesRequest):
            width = len(self._area.x.take)
            flat = self._held.places_fit(request, width * len(self._area.y.take))
            return self._held.series(request, (self._area.y.take[flat // width], self._area.x.take[flat % width]))
        if isinstance(request, StatisticsRequest):
            return self._held.statistics(request)
        raise wrong_request("raster", self._scope.path)

    def _window(self, request: RasterRequest) -> RasterBlock:
        """Read the cells of a box; a vector gives two bands."""
        columns, rows, box = self.cells(request.box)
        columns, rows = columns[picks(len(columns), request.width)], rows[picks(len(rows), request.height)]
        names = request.variables or tuple(self._held.fields)[:1]
        fields = [one for name in names for one in self._held.parts(name)]
        check_cells(len(fields) * len(rows) * len(columns), self._scope.path)
        bands = np.empty((len(fields), len(rows), len(columns)), np.float32)
        for band, one in enumerate(fields):
            level = request.level if one.level_count > 1 else 0
            self._fill(bands[band], one, request.step, level, rows, columns)
        return RasterBlock(bands, box)

    def cells(self, box: Extent | None) -> tuple[NDArray[np.int64], NDArray[np.int64], Extent]:
        """Give columns and rows in the file of the cells a box touches, and their outer edges."""
        area = self._area.box
        wanted = area if box is None else area.intersection(box)
        if wanted is None or wanted.width <= 0 or wanted.height <= 0:
            empty = np.empty(0, np.int64)
            return empty, empty, Extent(area.x0, area.y1, area.x0, area.y1)
        x, y = self._area.x, self._area.y
        c0, c1 = span((wanted.x0 - area.x0) / x.cell, (wanted.x1 - area.x0) / x.cell, len(x.take))
        r0, r1 = span((area.y1 - wanted.y1) / y.cell, (area.y1 - wanted.y0) / y.cell, len(y.take))
        edges = Extent(
            area.x0 + c0 * x.cell,
            area.y1 - r1 * y.cell if r1 < len(y.take) else area.y0,
            area.x0 + c1 * x.cell if c1 < len(x.take) else area.x1,
            area.y1 - r0 * y.cell,
        )
        return x.take[c0:c1], y.take[r0:r1], edges

    def _fill(
        self, out: NDArray[np.float32], one: Field, step: int, level: int, rows: NDArray[Any], columns: NDArray[Any]
    ) -> None:
        """Read rows and columns of the file into a band, in pieces that fit memory."""
        for c0, c1 in runs(columns):
            low, high = int(columns[c0:c1].min()), int(columns[c0:c1].max()) + 1
            for r0, r1 in row_blocks(rows, high - low, row_chunk(one)):
                top, bottom = int(rows[r0:r1].min()), int(rows[r0:r1].max()) + 1
                values = one.read(step, level, (slice(top, bottom), slice(low, high)))
                out[r0:r1, c0:c1] = values[np.ix_(rows[r0:r1] - top, columns[c0:c1] - low)]


def span(low: float, high: float, count: int) -> tuple[int, int]:
    """Give the cells that an interval (in cells) touches, dust of binary numbers forgiven."""
    first = int(np.clip(np.floor(low + 1e-6), 0, count - 1))
    last = int(np.clip(np.ceil(high - 1e-6), first + 1, count))
    return first, last


def picks(count: int, most: int) -> NDArray[np.int64]:
    """Choose at most so many cells out of a count, each the middle one of its share."""
    if count <= max(most, 1):
        return np.arange(count)
    return ((np.arange(most) + 0.5) * count / most).astype(np.int64)


def runs(columns: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Cut columns where they jump back (the rolled meridian), so that each run is read in one piece."""
    if len(columns) < 2:
        return [(0, len(columns))] if len(columns) else []
    steps = np.diff(columns)
    rising = np.count_nonzero(steps > 0) >= np.count_nonzero(steps < 0)
    cuts = np.flatnonzero(steps < 0 if rising else steps > 0) + 1
    edges = [0, *cuts.tolist(), len(columns)]
    return list(pairwise(edges))


def row_chunk(one: Field) -> int:
    """Give the height of the blocks a field is stored in; 1 where it is one piece."""
    shape = chunk_shape(one.variable)
    return shape[one.places[0]] if shape is not None and len(shape) == one.variable.ndim else 1


def row_blocks(rows: NDArray[np.int64], width: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut wanted rows into reads: far-apart rows alone, near ones together up to ``CELLS``."""
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows):
            near = abs(int(rows[stop]) - int(rows[stop - 1])) <= max(3, chunk)
            if not near or (abs(int(rows[stop]) - int(rows[start])) + 1) * width > CELLS:
                break
            stop += 1
        yield start, stop
        start = stop


def irregular(axis: Axis, name: str) -> Warned:
    """Warn that cells of unequal size were spread over equal ones."""
    return Warned(
        "irregular_axis",
        "The {axis} axis ({dimension}) has cells of unequal size; they are shown on equal cells by the nearest value.",
        "Statistics come from the cells of the file.",
        {"axis": name, "dimension": axis.dimension},
    )


def broken(places: tuple[str, str]) -> Warned:
    """Warn of a grid that cannot be placed."""
    return Warned(
        "axis_broken",
        "The coordinates {names} have missing, repeated or unordered values; their grid cannot be placed.",
        "Repair the coordinates in the file.",
        {"names": ", ".join(places)},
    )


def grid_parts(scope: Scope, candidates: Sequence[netCDF4.Variable[Any]]) -> tuple[list[GridPart], list[Warned]]:
    """Find all grids among data variables: one layer for each pair of axes and time axis."""
    groups: dict[tuple[str, str], list[netCDF4.Variable[Any]]] = {}
    for variable in candidates:
        found = plane_of(scope.group, variable.dimensions)
        if found is not None:
            groups.setdefault(found, []).append(variable)
    parts: list[GridPart] = []
    warned: list[Warned] = []
    for places, members in groups.items():
        area = plane(scope.group, *places)
        if area is None:
            warned.append(broken(places))
            continue
        for group in timed(scope, [(one, places) for one in members]):
            key = f"{scope.prefix}{','.join(places)}{group.suffix}"
            parts.append(GridPart(scope, key, area, group))
    return parts, warned
