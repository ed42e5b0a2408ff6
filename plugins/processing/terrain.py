"""Slope, aspect and hillshade of a grid of heights.

References
----------
Horn, B. K. P. (1981): Hill shading and the reflectance map. Proceedings of the IEEE 69(1), 14-47.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.crs import is_geographic, metres_per_unit, unit_metres
from layers.sources.source import Variable
from plugins.processing.grids import Band, derived
from plugins.processing.reproject import known_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.raster import RasterLayer
    from layers.sources.raster_grid import Window

LATITUDES = 9
"""Rows of a piece whose length of a degree is worked out; between them it is interpolated."""


@dataclass(frozen=True)
class Surface:
    """Heights, and how long a cell is.

    Parameters
    ----------
    band : Band
    crs : str
        Reference system of the grid.
    z_factor : float
        Metres per unit of the heights.
    """

    band: Band
    crs: str
    z_factor: float

    def gradients(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the rise to the east and to the north, m per m, (rows, columns) each; NaN where not known.

        Sides of the 3 by 3 cells that have no data are left out: the difference is then taken from the middle, with
        half the weight; a cell without any pair has none, and one that is empty itself has none. Where the southern
        cells are missing, the western pair counts only if there is no eastern one: so it is in the rasters of
        QGIS 3.22 that slope and aspect are held against, along their southern edge.
        """
        z = self.band.cells(window, 1).astype(np.float64)
        across, down = self._cell(window)
        # Row 0 is north: the rise to the north goes up the rows.
        part = [[z[r : r + window.height, c : c + window.width] for c in range(3)] for r in range(3)]
        east = _rise(part)
        north = _rise([[part[2][c], part[1][c], part[0][c]] for c in range(3)], one_side=True)
        empty = np.isnan(z[1:-1, 1:-1])
        for rise, size in ((east, across), (north, down)):
            rise *= self.z_factor / size
            rise[empty] = np.nan
        return east, north

    def _cell(self, window: Window) -> tuple[Any, Any]:
        """Give the size of the cells in metres; a column of sizes where the grid is in degrees."""
        dx, dy = self.band.grid.cell
        if not is_geographic(self.crs):
            factor = unit_metres(self.crs)
            return dx * factor, dy * factor
        box = self.band.grid.box_of(window)
        rows = np.linspace(0.5, window.height - 0.5, min(window.height, LATITUDES))
        sizes = [metres_per_unit(self.crs, box.centre[0], box.y1 - row * dy) for row in rows]
        middles = np.arange(window.height) + 0.5
        along = [np.interp(middles, rows, [size[axis] for size in sizes])[:, np.newaxis] for axis in (0, 1)]
        return along[0] * dx, along[1] * dy


def _rise(lines: list[list[NDArray[np.float64]]], *, one_side: bool = False) -> NDArray[np.float64]:
    """Give the difference per cell along three lines of three cells each, the middle line counting twice."""
    shape = lines[0][0].shape
    total, weight = np.zeros(shape), np.zeros(shape)
    for number, (a, m, b) in enumerate(lines):
        share = 2.0 if number == 1 else 1.0
        rise = b - a
        gaps = np.isnan(rise)
        if not gaps.any():
            total += share * rise
            weight += share * 2.0
            continue
        half: NDArray[np.float64] = np.where(np.isnan(a), b - m, m - a)
        if one_side and number == 0:
            half[np.isnan(a) & ~np.isnan(lines[2][2] - lines[2][1])] = np.nan
        none = np.isnan(half)
        total += share * np.where(gaps, np.where(none, 0.0, half), rise)
        weight += share * np.where(gaps, np.where(none, 0.0, 1.0), 2.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(weight > 0, total / weight, np.nan), np.float64)


def surface(band: Band, z_factor: float, job: Job) -> Surface:
    """Give the surface of a band.

    Raises
    ------
    CrsMissing
        The grid names no reference system.
    """
    crs = known_crs(band.layer)
    if is_geographic(crs):
        job.warn("The grid is in degrees; lengths are true metres at the latitude of each row.")
    if band.variable.units not in (None, "", "m") and z_factor == 1.0:
        job.warn("Heights are taken as metres; the grid says {units}.", units=band.variable.units)
    return Surface(band, crs, z_factor)


def slope(ground: Surface, units: str) -> RasterLayer:
    """Give the steepest slope, degree or per cent."""

    def cells(window: Window) -> NDArray[np.float32]:
        steep = np.hypot(*ground.gradients(window))
        value = np.degrees(np.arctan(steep)) if units == "degree" else 100.0 * steep
        return value.astype(np.float32)[np.newaxis]

    name = "slope_deg" if units == "degree" else "slope_percent"
    return derived(ground.band, Variable(name, "degree" if units == "degree" else "%", "cell"), cells, vdatum=None)


def aspect(ground: Surface) -> RasterLayer:
    """Give the direction that the ground faces: degree clockwise from north; NaN where it is flat."""

    def cells(window: Window) -> NDArray[np.float32]:
        east, north = ground.gradients(window)
        # It faces down the slope.
        value = (np.degrees(np.arctan2(-east, -north)) % 360.0).astype(np.float32)
        value[value >= np.float32(360.0)] = 0.0
        value[(east == 0.0) & (north == 0.0)] = np.nan
        return value[np.newaxis]

    return derived(ground.band, Variable("aspect_deg", "degree", "cell"), cells, vdatum=None)


def hillshade(ground: Surface, azimuth: float, altitude: float) -> RasterLayer:
    """Give the light on the ground, 1 (dark) to 255; 0 = no data."""
    high, turn = np.radians(altitude), np.radians(azimuth)

    def cells(window: Window) -> NDArray[np.float32]:
        east, north = ground.gradients(window)
        towards = -(east * np.sin(turn) + north * np.cos(turn))
        light = (np.sin(high) + np.cos(high) * towards) / np.sqrt(1.0 + east * east + north * north)
        value = np.rint(1.0 + 254.0 * np.maximum(light, 0.0))
        return value.astype(np.float32)[np.newaxis]

    variable = Variable("light", "1", "cell", dtype="uint8")
    return derived(ground.band, variable, cells, vdatum=None, nodata=0.0)
