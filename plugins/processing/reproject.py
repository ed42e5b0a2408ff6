"""Layers brought to another reference system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.crs import normalise, transform_extent, transform_points
from layers.errors import CrsMissing, DataError
from layers.raster import RasterLayer
from layers.raster_output import REAL, scalar_variables
from layers.shapes import to_geometry, to_shapes
from layers.sources.computed import PIECE, ComputedGrid, readable_grid
from layers.sources.memory import vector_source, window
from layers.sources.raster_grid import Window
from layers.sources.source import FeatureBlock, FeatureRequest, RasterBlock, RasterRequest
from layers.sources.warp import Grid, Method, target_grid, warp
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.extent import Extent
    from layers.layer import Layer
    from layers.sources.source import LayerDescription, Variable

MOST = 4 * PIECE
"""Most values of the source held for one piece of the result."""
GEOS = cast("Any", shapely)
EDGES = 256
"""An edge that is brought to another system is cut into pieces of this share of the size of all."""
MARGIN = 3
"""Cells around a piece that its interpolation may look at."""


def known_crs(layer: Layer) -> str:
    """Give the reference system of a layer.

    Raises
    ------
    CrsMissing
        The layer has none; it is not guessed.
    """
    if layer.crs is None:
        raise CrsMissing(
            "The layer {name} does not say its reference system.",
            where=layer.source,
            remedy="Name it with --source-crs, set it in the layer's properties, or add it to the file.",
            name=layer.name,
        )
    return layer.crs


def computed_layer(layer: RasterLayer, held: ComputedGrid) -> RasterLayer:
    """Give a computed grid as a layer, under the name of the layer it comes from."""
    return RasterLayer(name=layer.name, source="memory:").attach(held, held.layer)


def single(description: LayerDescription, kind: str = "") -> tuple[Variable, ...]:
    """Give the stored variables as they are after one step and level was taken; ``kind``: their new kind."""
    plain = (replace(v, steps=1, levels=1) for v in scalar_variables(description))
    return tuple(replace(v, dtype=kind) if kind else v for v in plain)


@dataclass(frozen=True)
class Warping:
    """How the cells of a new grid come from a layer.

    Parameters
    ----------
    layer : RasterLayer
    request : RasterRequest
        Variables, step and level to read.
    source, target : Grid
        Before and after.
    method : str
    """

    layer: RasterLayer
    request: RasterRequest
    source: Grid
    target: Grid
    method: Method

    def cells(self, piece: Window) -> NDArray[np.float32]:
        """Give the cells of a piece of the new grid; the source is read only where they come from."""
        empty = np.full((len(self.request.variables), piece.height, piece.width), np.nan, np.float32)
        place = self._place(piece)
        if place is None:
            return empty
        if place.width * place.height * len(empty) > MOST:
            return self._in_quarters(piece, empty, place)
        asked = replace(self.request, box=self.source.box_of(place), width=place.width, height=place.height)
        block = cast("RasterBlock", self.layer.read(asked))
        before = Grid(self.source.crs, block.box, block.values.shape[2], block.values.shape[1])
        return warp(block.values, before, self.target.part(piece), self.method)

    def _place(self, piece: Window) -> Window | None:
        """Give the cells of the source that a piece of the new grid may come from."""
        across, down = self.target.cell
        box = _widened(self.target.box_of(piece), MARGIN * across, MARGIN * down)
        there = transform_extent(box, self.target.crs, self.source.crs)
        if there is None:
            return None
        # Between the points that were transformed the edge may bulge.
        across, down = self.source.cell
        there = _widened(there, there.width / 20 + MARGIN * across, there.height / 20 + MARGIN * down)
        common = there.intersection(self.source.box)
        if common is None:
            return None
        rows, columns, _ = window(self.source.box, self.source.width, self.source.height, common)
        return Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)

    def _in_quarters(self, piece: Window, result: NDArray[np.float32], place: Window) -> NDArray[np.float32]:
        if piece.width * piece.height == 1:
            raise DataError(
                "One cell of the new grid covers {count} million cells of the source.",
                where="--resolution",
                remedy="Choose a smaller cell size, or reduce the source first.",
                count=place.width * place.height // 1_000_000,
            )
        rows, columns = -(-piece.height // 2), -(-piece.width // 2)
        for r in range(0, piece.height, rows):
            for c in range(0, piece.width, columns):
                wide, high = min(columns, piece.width - c), min(rows, piece.height - r)
                part = Window(piece.column + c, piece.row + r, wide, high)
                result[:, r : r + high, c : c + wide] = self.cells(part)
        return result


def _widened(box: Extent, across: float, down: float) -> Extent:
    return replace(box, x0=box.x0 - across, y0=box.y0 - down, x1=box.x1 + across, y1=box.y1 + down)


def reprojected_grid(
    layer: RasterLayer, crs: str, resolution: float | None, method: Method, step: int = 0
) -> RasterLayer:
    """Bring one step of a grid to another system; the cells are worked out when they are read."""
    description = layer.described()
    source = readable_grid(description, known_crs(layer))
    target = target_grid(source, crs, resolution)
    variables = single(description, "" if method == "nearest" else REAL)
    request = RasterRequest(layer.key, tuple(v.name for v in variables), step)
    after = replace(
        description,
        key="",
        crs=crs,
        vdatum=layer.vdatum,
        bounds=target.box,
        time=None,
        counts={"width": target.width, "height": target.height, "bands": len(variables)},
        variables=variables,
        resolution=target.cell,
        warnings=(),
    )
    return computed_layer(layer, ComputedGrid(after, Warping(layer, request, source, target, method).cells))


def reprojected_features(layer: VectorLayer, crs: str) -> VectorLayer:
    """Bring features to another system; attributes stay as they are."""
    known_crs(layer)
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
    geometry = block.geometry
    if geometry is not None:
        xy = transform_points(geometry.xy, known_crs(layer), crs)
        lost = int((~np.isfinite(xy) & np.isfinite(geometry.xy)).any(axis=1).sum())
        if lost:
            raise _lost(layer, lost, crs)
        geometry = replace(geometry, xy=xy)
    held = vector_source(
        replace(block, geometry=geometry),
        layer.described().columns,
        crs=crs,
        vdatum=layer.vdatum,
        title=layer.name,
    )
    return VectorLayer(name=layer.name, source="memory:").attach(held, held.layer)


def brought(shapes: NDArray[Any], layer: Layer, crs: str, job: Job) -> NDArray[Any]:
    """Bring shapes of a layer to another system, and tell it; long edges bend there, so points are put on them first.

    Raises
    ------
    CrsMissing
        The layer names no reference system.
    DataError
        Some points cannot be brought there.
    """
    known = known_crs(layer)
    job.warn("{name} was brought from {old} to {new}.", name=layer.name, old=known, new=crs)
    x0, y0, x1, y1 = (float(v) for v in GEOS.total_bounds(shapes))
    size = max(x1 - x0, y1 - y0)
    fine = to_geometry(GEOS.segmentize(shapes, size / EDGES) if size > 0 else shapes)
    xy = transform_points(fine.xy, known, crs)
    lost = int((~np.isfinite(xy) & np.isfinite(fine.xy)).any(axis=1).sum())
    if lost:
        raise _lost(layer, lost, crs)
    return to_shapes(replace(fine, xy=xy))


def _lost(layer: Layer, count: int, crs: str) -> DataError:
    return DataError(
        "{count} points cannot be brought to {crs}.",
        where=layer.source,
        remedy="Choose a reference system that is used where the data lies, or clip the data to there first.",
        count=count,
        crs=crs,
    )


def wanted_crs(text: str) -> str:
    """Give the normal form of a reference system.

    Raises
    ------
    CrsMissing
        The text names none.
    """
    found = normalise(str(text))
    if found is None:
        raise CrsMissing("No reference system is given.", where="--crs", remedy="Write it as EPSG:4549.")
    return found
