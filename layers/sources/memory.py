"""Data already in memory, as a source: results of tools, scratch data, tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import DataError
from layers.extent import Extent, around_points
from layers.geometry import feature_boxes, geometry_name, taken_geometry
from layers.sources.source import (
    Block,
    Column,
    Description,
    FeatureBlock,
    FeatureRequest,
    LayerDescription,
    RasterBlock,
    RasterRequest,
    Request,
    SeriesBlock,
    SeriesRequest,
    Statistics,
    StatisticsRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.times import TimeAxis


@dataclass
class MemorySource:
    """One layer held as arrays; a ``DataSource``.

    Parameters
    ----------
    layer : LayerDescription
    values : mapping of variable name to ndarray
        Rasters (steps, rows, columns), row 0 north; meshes (steps, places), vectors (steps, places, 2);
        series (steps, stations). A variable without time has one step.
    topology : Topology, optional
        Of a mesh.
    features : FeatureBlock, optional
        Of a vector layer.
    """

    layer: LayerDescription
    values: dict[str, NDArray[Any]] = field(default_factory=dict[str, Any])
    topology: Topology | None = None
    features: FeatureBlock | None = None
    path: str = "memory:"

    def describe(self) -> Description:
        """Tell what is held."""
        return Description(self.path, self.layer.kind, "memory", (self.layer,))

    def close(self) -> None:
        """Nothing to let go of."""

    def read(self, request: Request) -> Block:
        """Give a part of the arrays.

        Raises
        ------
        DataError
            The layer has no such variable or part.
        """
        if isinstance(request, RasterRequest):
            return self._raster(request)
        if isinstance(request, FeatureRequest):
            return self._features(request)
        if isinstance(request, TopologyRequest) and self.topology is not None:
            return self.topology
        if isinstance(request, ValuesRequest):
            values = _step(self._values(request.variable), request.step)
            return Values(np.asarray(values, np.float32), self._location(request.variable))
        if isinstance(request, SeriesRequest):
            return self._series(request)
        if isinstance(request, StatisticsRequest):
            values = self._values(request.variable)
            return statistics_of(values if request.step < 0 else _step(values, request.step))
        raise DataError("The layer {name} does not hold this kind of data.", where=self.path, name=self.layer.title)

    def _values(self, name: str) -> NDArray[Any]:
        if name not in self.values:
            raise DataError(
                "There is no variable {variable}.",
                where=self.path,
                remedy="Variables here: {names}.",
                variable=name,
                names=", ".join(self.values),
            )
        return self.values[name]

    def _location(self, name: str) -> str:
        found = self.layer.variable(name)
        return (found.location if found is not None else None) or "face"

    def _raster(self, request: RasterRequest) -> RasterBlock:
        box = self.layer.bounds
        if box is None or not self.values or self.layer.kind != "raster":
            raise DataError("The layer {name} does not hold this kind of data.", where=self.path, name=self.layer.title)
        height, width = next(iter(self.values.values())).shape[-2:]
        rows, columns, part = window(box, width, height, request.box or box)
        down = picks(rows.stop - rows.start, request.height)
        across = picks(columns.stop - columns.start, request.width)
        bands = [_step(self._values(v), request.step)[rows, columns][np.ix_(down, across)] for v in request.variables]
        return RasterBlock(np.ascontiguousarray(np.stack(bands), dtype=np.float32), part)

    def _series(self, request: SeriesRequest) -> SeriesBlock:
        values = self._values(request.variable)
        known = self.layer.variable(request.variable)
        if known is not None and known.vector and values.ndim == 3:
            values = np.hypot(values[..., 0], values[..., 1])
        flat = values.reshape(len(values), -1)[request.start : request.stop][:, list(request.indices)]
        axis = self.layer.time
        times = axis.values[request.start : request.stop] if axis is not None else np.zeros(len(flat), "datetime64[ns]")
        return SeriesBlock(times[: len(flat)], flat)

    def _features(self, request: FeatureRequest) -> FeatureBlock:
        block = self.features
        if block is None:
            raise DataError("The layer holds no features.", where=self.path)
        chosen = np.arange(len(block.ids))
        if request.ids is not None:
            chosen = np.flatnonzero(np.isin(block.ids, request.ids))
        if request.box is not None and block.geometry is not None:
            boxes = feature_boxes(block.geometry)
            wanted = request.box
            meets = (boxes[:, 0] <= wanted.x1) & (boxes[:, 2] >= wanted.x0)
            meets &= (boxes[:, 1] <= wanted.y1) & (boxes[:, 3] >= wanted.y0)
            chosen = chosen[meets[chosen]]
        return picked(block, chosen[: request.limit], request.columns, geometry=request.geometry)


def picked(
    block: FeatureBlock, chosen: NDArray[Any], columns: tuple[str, ...] | None = None, *, geometry: bool = True
) -> FeatureBlock:
    """Give some features of a block, by their place in it."""
    names = [n for n in block.columns if columns is None or n in columns]
    kept = {n: _taken(block.columns[n], chosen) for n in names}
    shapes = taken_geometry(block.geometry, chosen) if geometry and block.geometry is not None else None
    return FeatureBlock(block.ids[chosen], shapes, kept)


def _taken(column: Any, chosen: NDArray[Any]) -> Any:
    if isinstance(column, np.ndarray):
        return cast("NDArray[Any]", column)[chosen]
    return [column[i] for i in chosen]


def window(box: Extent, width: int, height: int, wanted: Extent) -> tuple[slice, slice, Extent]:
    """Give the rows, columns and box of the cells of a grid that touch a wanted box; at least one cell."""
    dx, dy = box.width / width, box.height / height
    c0, c1 = _touched((wanted.x0 - box.x0) / dx, (wanted.x1 - box.x0) / dx, width)
    r0, r1 = _touched((box.y1 - wanted.y1) / dy, (box.y1 - wanted.y0) / dy, height)
    east = box.x1 if c1 == width else box.x0 + c1 * dx
    south = box.y0 if r1 == height else box.y1 - r1 * dy
    return slice(r0, r1), slice(c0, c1), Extent(box.x0 + c0 * dx, south, east, box.y1 - r0 * dy)


def _touched(low: float, high: float, count: int) -> tuple[int, int]:
    """Give the cells that an interval (in cells) touches, dust of binary numbers forgiven."""
    slack = 1e-6
    first = int(np.clip(np.floor(low + slack), 0, count - 1))
    return first, int(np.clip(np.ceil(high - slack), first + 1, count))


def picks(count: int, most: int) -> NDArray[np.int64]:
    """Choose at most so many cells of a row or column, each the middle one of its share."""
    if count <= max(most, 1):
        return np.arange(count)
    return ((np.arange(max(most, 1)) + 0.5) * count / max(most, 1)).astype(np.int64)


def _step(values: NDArray[Any], step: int) -> NDArray[Any]:
    return values[min(step, len(values) - 1)]


def statistics_of(values: NDArray[Any]) -> Statistics:
    """Give the range of an array; NaN = missing."""
    fine = values[np.isfinite(values)]
    if not fine.size:
        return Statistics(np.nan, np.nan, np.nan, np.nan, np.nan, 1.0)
    p2, p98 = np.percentile(fine, [2, 98])
    missing = 1.0 - fine.size / max(values.size, 1)
    return Statistics(float(fine.min()), float(fine.max()), float(fine.mean()), float(p2), float(p98), missing)


def raster_source(
    values: Mapping[str, NDArray[Any]],
    box: Extent,
    *,
    crs: str | None,
    vdatum: str | None = None,
    units: Mapping[str, str] | None = None,
    time: TimeAxis | None = None,
    title: str = "",
) -> MemorySource:
    """Hold grids, each (rows, columns) or (steps, rows, columns), row 0 north, NaN = no data."""
    stacked = {n: np.asarray(v, dtype=np.float32).reshape(-1, *v.shape[-2:]) for n, v in values.items()}
    height, width = next(iter(stacked.values())).shape[-2:]
    variables = tuple(Variable(n, (units or {}).get(n), "cell", len(v)) for n, v in stacked.items())
    layer = LayerDescription(
        key="",
        kind="raster",
        title=title,
        crs=crs,
        vdatum=vdatum,
        bounds=box,
        time=time,
        counts={"width": width, "height": height, "bands": len(stacked)},
        variables=variables,
        resolution=(box.width / width, box.height / height),
    )
    return MemorySource(layer, stacked)


def mesh_source(
    topology: Topology,
    values: Mapping[str, NDArray[Any]],
    *,
    crs: str | None,
    vdatum: str | None = None,
    units: Mapping[str, str] | None = None,
    time: TimeAxis | None = None,
    title: str = "",
) -> MemorySource:
    """Hold a mesh with values on faces or nodes, (places,) or (steps, places)."""
    faces, nodes = len(topology.face_offsets) - 1, len(topology.node_x)
    stacked = {n: v[np.newaxis] if v.ndim == 1 else v for n, v in values.items()}
    variables = tuple(
        Variable(n, (units or {}).get(n), "face" if v.shape[1] == faces else "node", len(v)) for n, v in stacked.items()
    )
    layer = LayerDescription(
        key="",
        kind="mesh",
        title=title,
        crs=crs,
        vdatum=vdatum,
        bounds=around_points(topology.node_x, topology.node_y),
        time=time,
        counts={"nodes": nodes, "faces": faces},
        variables=variables,
    )
    return MemorySource(layer, stacked, topology)


def vector_source(
    block: FeatureBlock, columns: tuple[Column, ...], *, crs: str | None, vdatum: str | None = None, title: str = ""
) -> MemorySource:
    """Hold features."""
    bounds: Extent | None = None
    geometry: str | None = None
    if block.geometry is not None:
        bounds = around_points(block.geometry.xy[:, 0], block.geometry.xy[:, 1])
        geometry = geometry_name(block.geometry)
    layer = LayerDescription(
        key="",
        kind="vector",
        title=title,
        crs=crs,
        vdatum=vdatum,
        bounds=bounds,
        counts={"features": len(block.ids)},
        columns=columns,
        geometry=geometry,
    )
    return MemorySource(layer, features=block)


def series_source(
    values: Mapping[str, NDArray[Any]],
    time: TimeAxis,
    stations: list[dict[str, Any]],
    *,
    crs: str | None = None,
    vdatum: str | None = None,
    units: Mapping[str, str] | None = None,
) -> MemorySource:
    """Hold series, each (steps, stations); ``stations`` are ``{name, x, y}``."""
    variables = tuple(Variable(n, (units or {}).get(n), "station", len(time)) for n in values)
    x = np.array([s.get("x", np.nan) for s in stations], dtype=np.float64)
    y = np.array([s.get("y", np.nan) for s in stations], dtype=np.float64)
    layer = LayerDescription(
        key="",
        kind="series",
        crs=crs,
        vdatum=vdatum,
        bounds=around_points(x, y),
        time=time,
        counts={"stations": len(stations)},
        variables=variables,
        extra={"stations": stations},
    )
    return MemorySource(layer, dict(values))


def renamed(source: MemorySource, title: str) -> MemorySource:
    """Give the same data under another title."""
    return replace(source, layer=replace(source.layer, title=title))
