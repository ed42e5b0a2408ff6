"""Values of a grid at points, and figures of columns by category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.api import tr
from layers.errors import DataError, ParameterInvalid
from layers.geometry import POINT
from layers.sources.columns import picked
from layers.sources.computed import pieces
from layers.sources.raster_grid import Window
from layers.sources.source import Column, FeatureRequest
from layers.table import Table
from plugins.processing.groups import groups_of
from plugins.processing.names import added
from plugins.processing.overlay import made, taken
from plugins.processing.pairs import GEOS, Features, features_of
from plugins.processing.reproject import known_crs
from plugins.processing.shapes import column, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.source import FeatureBlock
    from layers.vector import VectorLayer
    from plugins.processing.grids import Band

AT_ONCE = 2_000_000


def sampled(bands: list[Band], points: VectorLayer, method: str, prefix: str, job: Job) -> VectorLayer:
    """Give points with the values of a grid beside their own columns; NaN outside it or where it has no data.

    Raises
    ------
    CrsMissing
        Grid or points name no reference system.
    DataError
        The layer does not hold points, or none lies in the grid.
    """
    known_crs(points)
    job.progress(0.0, tr("Reading"))
    features = features_of(points, job, known_crs(bands[0].layer))
    own = features_of(points, job)
    geometry = features.block.geometry
    several = GEOS.get_num_coordinates(features.shapes) > 1
    if geometry is None or not (geometry.types == POINT).any() or several.any():
        raise DataError("The layer must hold single points.", where=points.source, remedy="Choose a layer of points.")
    grid = bands[0].grid
    dx, dy = grid.cell
    column_, row = (GEOS.get_x(features.shapes) - grid.box.x0) / dx, (grid.box.y1 - GEOS.get_y(features.shapes)) / dy
    inside = (column_ >= 0) & (column_ < grid.width) & (row >= 0) & (row < grid.height)
    if not inside.any():
        raise DataError(
            "No point lies in the grid.",
            where=points.source,
            remedy="Check the extents and the reference systems of both.",
        )
    if not inside.all():
        job.warn("{count} points lie outside the grid; their values are empty.", count=int((~inside).sum()))
    columns, described = taken(own, np.arange(len(own.shapes))), own.columns
    for band in bands:
        values = _values(band, column_, row, inside, method, job)
        unit = f" [{band.variable.units}]" if band.variable.units else ""
        name = prefix + (band.variable.name if not band.variable.name.isdecimal() else f"band_{band.variable.name}")
        columns, described = added(columns, described, {name: values}, (Column(name, "float", name + unit),))
    return made(own, own.shapes, columns, described)


def _values(
    band: Band, column_: NDArray[Any], row: NDArray[Any], inside: NDArray[np.bool_], method: str, job: Job
) -> NDArray[np.float64]:
    found = np.full(len(row), np.nan)
    grid, margin = band.grid, 0 if method == "nearest" else 1
    parts = list(pieces(grid.width, grid.height, 1, AT_ONCE))
    begin = job.share
    for done, piece in enumerate(parts, 1):
        here = inside & (column_ >= piece.column) & (column_ < piece.column + piece.width)
        places = np.flatnonzero(here & (row >= piece.row) & (row < piece.row + piece.height))
        if len(places):
            c, r = column_[places], row[places]
            low = Window(int(c.min()), int(r.min()), int(c.max()) - int(c.min()) + 1, int(r.max()) - int(r.min()) + 1)
            cells = band.cells(low, margin).astype(np.float64)
            found[places] = (_nearest if method == "nearest" else _bilinear)(cells, c - low.column, r - low.row)
        job.progress(begin + (0.8 - begin) * done / len(parts))
    return found


def _nearest(cells: NDArray[np.float64], c: NDArray[Any], r: NDArray[Any]) -> NDArray[np.float64]:
    return cells[r.astype(np.int64), c.astype(np.int64)]


def _bilinear(cells: NDArray[np.float64], c: NDArray[Any], r: NDArray[Any]) -> NDArray[np.float64]:
    """Weigh the four nearest cells; those without data are left out. ``cells`` has a margin of one."""
    x, y = c + 0.5, r + 0.5
    c0, r0 = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right, down = x - c0, y - r0
    total, weight = np.zeros(len(c)), np.zeros(len(c))
    for i, high in ((0, 1 - down), (1, down)):
        for j, wide in ((0, 1 - right), (1, right)):
            value, share = cells[r0 + i, c0 + j], high * wide
            fine = np.isfinite(value)
            total += np.where(fine, share * np.where(fine, value, 0.0), 0.0)
            weight += np.where(fine, share, 0.0)
    own = np.isfinite(cells[r.astype(np.int64) + 1, c.astype(np.int64) + 1])
    return np.where(own & (weight > 0), total / np.where(weight > 0, weight, 1.0), np.nan)


def by_category(layer: VectorLayer, names: list[str], measured: str, job: Job) -> Table:
    """Give figures of a column for each group of rows with the same values; areas or lengths where none is named.

    Raises
    ------
    ParameterInvalid
        There is no such column, or it holds no numbers.
    """
    job.progress(0.0, tr("Reading"))
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key, geometry=False)))
    features = Features(layer, block, np.zeros(0, object))
    if not measured:
        raise ParameterInvalid("No column is named.", where="--column", remedy="Name a column of numbers.")
    values = numbers(features, measured, "--column")
    owner, first = groups_of([column(features, name, "--by") for name in names], len(block.ids))
    job.progress(0.5)
    fine = np.isfinite(values)
    owner_fine, values_fine = owner[fine], values[fine]
    count = np.bincount(owner_fine, minlength=len(first))
    some = np.where(count > 0, 1.0, np.nan)
    total = np.bincount(owner_fine, values_fine, minlength=len(first))
    mean = total / np.maximum(count, 1)
    away = np.bincount(owner_fine, (values_fine - mean[owner_fine]) ** 2, minlength=len(first))
    low, high = np.full(len(first), np.inf), np.full(len(first), -np.inf)
    np.minimum.at(low, owner_fine, values_fine)
    np.maximum.at(high, owner_fine, values_fine)
    figures = {
        "rows": np.bincount(owner, minlength=len(first)),
        "count": count,
        "sum": total * some,
        "mean": mean * some,
        "min": np.where(count > 0, low, np.nan),
        "max": np.where(count > 0, high, np.nan),
        "stdev": np.sqrt(away / np.maximum(count, 1)) * some,
        "median": _medians(owner_fine, values_fine, len(first)),
    }
    columns, _ = added({name: picked(block.columns[name], first) for name in names}, (), figures, ())
    job.progress(0.9)
    return Table(columns, notes={"source": layer.name, "column": measured})


def _medians(owner: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    order = np.lexsort((values, owner))
    ordered, sizes = values[order], np.bincount(owner, minlength=count)
    starts = np.cumsum(sizes) - sizes
    result = np.full(count, np.nan)
    some = np.flatnonzero(sizes)
    low, high = starts[some] + (sizes[some] - 1) // 2, starts[some] + sizes[some] // 2
    result[some] = (ordered[low] + ordered[high]) / 2
    return result
