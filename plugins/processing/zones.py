"""Zones in the cells of a grid: polygons as columns and rows, with boxes and the sense of their rings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from layers.errors import DataError
from layers.geometry import POLYGON, Geometry, feature_boxes
from layers.shapes import to_geometry, to_shapes
from layers.sources.source import FeatureBlock, FeatureRequest
from plugins.processing.repair import repaired
from plugins.processing.reproject import brought

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.warp import Grid
    from layers.vector import VectorLayer


@dataclass(frozen=True)
class Zones:
    """Polygons in cells of a grid.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        Column and row; whole numbers are cell edges, row 0 begins at the north edge.
    rings : ndarray, int64, (rings + 1,)
    signs : ndarray, int8, (rings,)
        What a ring's signed area is multiplied by: shells add, holes take away.
    zone_rings : ndarray, int64, (zones + 1,)
    boxes : ndarray, float64, (zones, 4)
        Column and row: smallest and largest; empty zones are NaN.
    """

    xy: NDArray[np.float64]
    rings: NDArray[np.int64]
    signs: NDArray[np.int8]
    zone_rings: NDArray[np.int64]
    boxes: NDArray[np.float64]

    def within(self, column: int, row: int, width: int, height: int) -> NDArray[np.int64]:
        """Give the zones whose box meets a window of cells."""
        boxes = self.boxes
        with np.errstate(invalid="ignore"):
            across = (boxes[:, 0] < column + width) & (boxes[:, 2] > column)
            return np.flatnonzero(across & (boxes[:, 1] < row + height) & (boxes[:, 3] > row))


def read_zones(layer: VectorLayer, crs: str, job: Job) -> tuple[FeatureBlock, Geometry]:
    """Read zones with all their columns, and their polygons in the system of a grid.

    Raises
    ------
    DataError
        The layer has no polygons.
    """
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
    geometry = block.geometry
    if geometry is None or not (geometry.types == POLYGON).any():
        raise DataError("The layer has no polygons.", where=layer.source, remedy="Choose a polygon layer.")
    if not (geometry.types == POLYGON).all():
        job.warn("Features that are no polygons get no figures.")
    before = to_shapes(geometry)
    shapes = repaired(before, job)
    if layer.crs != crs:
        shapes = brought(shapes, layer, crs, job)
    return block, geometry if shapes is before else to_geometry(shapes)


def zones_of(geometry: Geometry, grid: Grid) -> Zones:
    """Give polygons in cells of a grid; features that are none are empty zones."""
    dx, dy = grid.cell
    flat = replace(geometry, z=None)
    xy = np.empty_like(flat.xy)
    np.divide(flat.xy[:, 0] - grid.box.x0, dx, out=xy[:, 0])
    np.divide(grid.box.y1 - flat.xy[:, 1], dy, out=xy[:, 1])
    rings_of_part = np.diff(geometry.parts)
    shell = np.zeros(len(geometry.rings) - 1, np.bool_)
    shell[geometry.parts[:-1][rings_of_part > 0]] = True
    clockwise = _areas(xy, geometry.rings) >= 0
    signs = np.where(clockwise == shell, -1, 1).astype(np.int8)
    boxes = feature_boxes(replace(flat, xy=xy))
    boxes[geometry.types != POLYGON] = np.nan
    return Zones(xy, geometry.rings, signs, geometry.parts[geometry.features], boxes)


def _areas(xy: NDArray[np.float64], rings: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give twice the signed area of each ring, about its first vertex."""
    if len(rings) < 2:
        return np.zeros(0)
    sizes = np.diff(rings)
    away = xy - np.repeat(xy[np.minimum(rings[:-1], len(xy) - 1)], sizes, axis=0)
    cross = np.zeros(len(xy) + 1)
    cross[1:-1] = away[:-1, 0] * away[1:, 1] - away[1:, 0] * away[:-1, 1]
    # The step from one ring's last vertex to the next ring's first is none of either.
    cross[rings[:-1]] = 0.0
    return np.add.reduceat(cross, np.minimum(rings[:-1], len(xy)))
