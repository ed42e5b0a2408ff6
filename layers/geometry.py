"""Columnar geometry: all features of a layer as a few flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.box_index import BoxIndex

EMPTY, POINT, LINE, POLYGON = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Geometry:
    """Features as offsets and coordinates.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        East, north in the layer's CRS.
    rings : ndarray, int64, (rings + 1,)
        Vertex range of each ring, line or group of points.
    parts : ndarray, int64, (parts + 1,)
        Ring range of each part (a polygon's shell comes first, its holes after).
    features : ndarray, int64, (features + 1,)
        Part range of each feature.
    types : ndarray, uint8, (features,)
        ``EMPTY``, ``POINT``, ``LINE`` or ``POLYGON`` of each feature.
    z : ndarray, float64, (vertices,), optional
        Height of each vertex, or None.
    """

    xy: NDArray[np.float64]
    rings: NDArray[np.int64]
    parts: NDArray[np.int64]
    features: NDArray[np.int64]
    types: NDArray[np.uint8]
    z: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Count the features."""
        return len(self.types)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What drawing and finding ask of a geometry again and again, worked out once.

    Parameters
    ----------
    boxes : ndarray, float64, (features, 4)
        x0, y0, x1, y1; x0 = +inf and x1 = -inf where a feature is empty.
    areas : ndarray, float32, (features,)
        Square map units, holes left out; 0 for points and lines.
    signs : ndarray, int8, (rings,)
        Turns shells one way and holes the other.
    ring_range : ndarray, int64, (features + 1,)
        Ring range of each feature.
    index : BoxIndex
        Over the boxes.
    """

    boxes: NDArray[np.float64]
    areas: NDArray[np.float32]
    signs: NDArray[np.int8]
    ring_range: NDArray[np.int64]
    index: BoxIndex


def ring_areas(xy: NDArray[np.float64], rings: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the signed area of each ring, square map units; anticlockwise = positive."""
    areas = np.zeros(max(len(rings) - 1, 0))
    full = rings[1:] > rings[:-1]
    if not full.any():
        return areas
    starts, ends = rings[:-1][full], rings[1:][full] - 1
    low = int(starts[0])
    # Relative to one place of all: areas are known to a millionth of a square metre in a layer of 100 km.
    x, y = xy[low : int(ends[-1]) + 1, 0] - xy[low, 0], xy[low : int(ends[-1]) + 1, 1] - xy[low, 1]
    cross = np.empty(len(x))
    cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    last, first = ends - low, starts - low
    cross[last] = x[last] * y[first] - x[first] * y[last]
    areas[full] = 0.5 * np.add.reduceat(cross, first)
    return areas


def measured_parts(
    geometry: Geometry,
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.int8], NDArray[np.int64]]:
    """Give boxes, areas, signs and ring ranges as `Measured` has them."""
    boxes = feature_boxes(geometry)
    empty = np.isnan(boxes[:, 0])
    boxes[empty] = [np.inf, np.inf, -np.inf, -np.inf]
    areas = ring_areas(geometry.xy, geometry.rings)
    shells = np.zeros(len(areas), np.bool_)
    shells[geometry.parts[:-1][geometry.parts[1:] > geometry.parts[:-1]]] = True
    signs = np.where((areas > 0) == shells, 1, -1).astype(np.int8)
    ring_range = geometry.parts[geometry.features]
    whole = np.concatenate([[0.0], np.cumsum(areas * signs)])
    inside = np.abs(whole[ring_range[1:]] - whole[ring_range[:-1]])
    inside[geometry.types != POLYGON] = 0.0
    return boxes, inside.astype(np.float32), signs, ring_range


def taken_geometry(geometry: Geometry, chosen: NDArray[Any]) -> Geometry:
    """Give the geometry of some features, by their place."""
    features, parts = gather(geometry.features, chosen)
    part_offsets, rings = gather(geometry.parts, parts)
    ring_offsets, vertices = gather(geometry.rings, rings)
    z = geometry.z[vertices] if geometry.z is not None else None
    return Geometry(geometry.xy[vertices], ring_offsets, part_offsets, features, geometry.types[chosen], z)


def gather(offsets: NDArray[np.int64], chosen: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the new offsets of the chosen rows, and the old places of what they hold."""
    sizes = offsets[chosen + 1] - offsets[chosen]
    new = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    places = np.repeat(offsets[chosen] - new[:-1], sizes) + np.arange(int(new[-1]))
    return new, np.asarray(places, np.int64)


def joined_geometry(parts: list[Geometry]) -> Geometry:
    """Put geometries one after the other; heights that some do not have are NaN."""
    z = None
    if any(p.z is not None for p in parts):
        z = np.concatenate([p.z if p.z is not None else np.full(len(p.xy), np.nan) for p in parts])
    return Geometry(
        np.concatenate([p.xy for p in parts]),
        _chained([p.rings for p in parts]),
        _chained([p.parts for p in parts]),
        _chained([p.features for p in parts]),
        np.concatenate([p.types for p in parts]),
        z,
    )


def _chained(offsets: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    ends = np.cumsum([0, *(int(o[-1]) for o in offsets)])
    return np.concatenate([[0], *(o[1:] + end for o, end in zip(offsets, ends, strict=False))]).astype(np.int64)


def spliced(runs: list[tuple[Geometry, int, int]]) -> Geometry:
    """Put runs of features one after the other, each as (geometry, first, behind the last); few runs cost little."""
    features = [np.diff(g.features[start : end + 1]) for g, start, end in runs]
    part_runs = [(g, int(g.features[start]), int(g.features[end])) for g, start, end in runs]
    parts = [np.diff(g.parts[start : end + 1]) for g, start, end in part_runs]
    ring_runs = [(g, int(g.parts[start]), int(g.parts[end])) for g, start, end in part_runs]
    rings = [np.diff(g.rings[start : end + 1]) for g, start, end in ring_runs]
    rows = [(g, int(g.rings[start]), int(g.rings[end])) for g, start, end in ring_runs]
    z = None
    if any(g.z is not None for g, _, _ in rows):
        z = np.concatenate([g.z[a:b] if g.z is not None else np.full(b - a, np.nan) for g, a, b in rows])
    return Geometry(
        np.concatenate([g.xy[a:b] for g, a, b in rows]),
        _ends(rings),
        _ends(parts),
        _ends(features),
        np.concatenate([g.types[start:end] for g, start, end in runs]),
        z,
    )


def _ends(sizes: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)


def feature_boxes(geometry: Geometry) -> NDArray[np.float64]:
    """Give the box of each feature, (features, 4) as x0, y0, x1, y1; NaN for empty ones."""
    ends = geometry.rings[geometry.parts[geometry.features]]
    boxes = np.full((len(geometry), 4), np.nan)
    full = ends[1:] > ends[:-1]
    if full.any():
        starts = ends[:-1][full]
        boxes[full, :2] = np.minimum.reduceat(geometry.xy, starts)
        boxes[full, 2:] = np.maximum.reduceat(geometry.xy, starts)
    return boxes


def geometry_name(geometry: Geometry) -> str:
    """Name the type of the features: ``Point``, ``MultiPolygon`` …, ``Geometry`` where they are mixed."""
    types = np.unique(geometry.types[geometry.types > 0])
    if len(types) != 1:
        return "Geometry"
    several = bool((np.diff(geometry.features) > 1).any())
    name = {POINT: "Point", LINE: "LineString", POLYGON: "Polygon"}[int(types[0])]
    return f"Multi{name}" if several else name
