"""Bands of grids read window by window, by many threads, with a margin where neighbours count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import DataError, ParameterInvalid
from layers.raster import RasterLayer
from layers.raster_output import scalar_variables
from layers.sources.computed import ComputedGrid, readable_grid
from layers.sources.raster_grid import Window
from layers.sources.sharing import THREADS, shared
from layers.sources.source import LayerDescription, RasterBlock, RasterRequest, Variable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.sources.source import DataSource
    from layers.sources.warp import Grid

SAME = 1e-3
"""Share of a cell by which the edges of two grids may differ and still be the same grid."""


@dataclass(frozen=True)
class Band:
    """One variable of a raster layer at one step.

    Parameters
    ----------
    layer : RasterLayer
    data : DataSource
        May be read by many threads.
    variable : Variable
    grid : Grid
    step : int
    """

    layer: RasterLayer
    data: DataSource
    variable: Variable
    grid: Grid
    step: int = 0

    def cells(self, window: Window, margin: int = 0) -> NDArray[np.float32]:
        """Give the cells of a window, (rows, columns), row 0 north; NaN = no data.

        Parameters
        ----------
        margin : int
            So many more cells on each side; NaN beyond the edge of the grid.
        """
        grid = self.grid
        c0, r0 = max(window.column - margin, 0), max(window.row - margin, 0)
        c1 = min(window.column + window.width + margin, grid.width)
        r1 = min(window.row + window.height + margin, grid.height)
        part = Window(c0, r0, c1 - c0, r1 - r0)
        request = RasterRequest(
            self.layer.key, (self.variable.name,), self.step, grid.box_of(part), part.width, part.height
        )
        values = cast("RasterBlock", self.data.read(request)).values[0]
        if values.shape == (window.height + 2 * margin, window.width + 2 * margin):
            return values
        whole = np.full((window.height + 2 * margin, window.width + 2 * margin), np.nan, np.float32)
        top, left = r0 - window.row + margin, c0 - window.column + margin
        whole[top : top + values.shape[0], left : left + values.shape[1]] = values
        return whole


def band_of(layer: RasterLayer, name: str = "", step: int = 0) -> Band:
    """Give one band of a grid: the named or numbered one, else the first.

    Raises
    ------
    ParameterInvalid
        There is no such band.
    DataError
        The grid has no place on the map.
    """
    description = layer.described()
    variables = scalar_variables(description)
    names = [v.name for v in variables]
    place = names.index(name) if name in names else int(name) - 1 if name.isdecimal() else (-1 if name else 0)
    if not 0 <= place < len(names):
        raise ParameterInvalid(
            "The grid {grid} has no band {name}.",
            where=layer.source,
            remedy="Its bands are: {names}.",
            grid=layer.name,
            name=name,
            names=", ".join(names[:20]),
        )
    return Band(layer, shared(layer.data), variables[place], readable_grid(description, layer.crs), step)


def check_same(bands: dict[str, Band]) -> None:
    """Refuse grids that do not lie cell on cell.

    Raises
    ------
    DataError
        Reference system, edges or number of cells differ.
    """
    first_name, first = next(iter(bands.items()))
    dx, dy = first.grid.cell
    for name, band in bands.items():
        a, b = first.grid, band.grid
        far = max(
            abs(a.box.x0 - b.box.x0) / dx,
            abs(a.box.x1 - b.box.x1) / dx,
            abs(a.box.y0 - b.box.y0) / dy,
            abs(a.box.y1 - b.box.y1) / dy,
        )
        if a.crs != b.crs or (a.width, a.height) != (b.width, b.height) or far > SAME:
            raise DataError(
                "The grids {a} and {b} do not lie cell on cell: {first} and {second}.",
                where=band.layer.source,
                remedy="Bring one to the grid of the other first: data.resample --source {b} --like {a}.",
                a=first_name,
                b=name,
                first=_told(a),
                second=_told(b),
            )


def _told(grid: Grid) -> str:
    return f"{grid.width} × {grid.height}, {grid.crs or '-'}, {grid.box.x0:.10g}, {grid.box.y1:.10g}"


def derived(
    band: Band,
    variable: Variable,
    cells: Callable[[Window], NDArray[np.float32]],
    *,
    vdatum: str | None,
    name: str = "",
    **changes: Any,
) -> RasterLayer:
    """Give a layer on the grid of a band whose cells are worked out when they are read, by many threads."""
    grid = band.grid
    old = band.layer.described()
    description = LayerDescription(
        key="",
        kind="raster",
        title=name or old.title,
        crs=band.layer.crs,
        vdatum=vdatum,
        bounds=grid.box,
        counts={"width": grid.width, "height": grid.height, "bands": 1},
        variables=(replace(variable, steps=1, levels=1, location="cell"),),
        resolution=grid.cell,
    )
    held = ComputedGrid(replace(description, **changes), cells, threads=THREADS)
    return RasterLayer(name=name or band.layer.name, source="memory:").attach(held, held.layer)
