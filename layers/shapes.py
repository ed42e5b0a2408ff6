"""Columnar geometry to and from shapely's arrays, for overlays, buffers and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.geometry import LINE, POINT, POLYGON, Geometry
from layers.wkb import from_wkb

if TYPE_CHECKING:
    from numpy.typing import NDArray


def to_shapely(geometry: Geometry) -> NDArray[Any]:
    """Give shapely geometries.

    Parameters
    ----------
    geometry : Geometry
        Features with one part become simple geometries, those with more parts multi geometries.

    Returns
    -------
    ndarray of shapely geometries, (features,)
        None where a feature is ``EMPTY``.
    """
    out = np.full(len(geometry), None, object)
    high = _high(geometry)
    for kind, make in ((POINT, _points), (LINE, _lines), (POLYGON, _polygons)):
        for deep in (False, True):
            rows = np.flatnonzero((geometry.types == kind) & (high == deep))
            if len(rows):
                out[rows] = make(geometry, rows, deep)
    return out


def _high(geometry: Geometry) -> NDArray[np.bool_]:
    """Tell which features have a Z at every vertex."""
    if geometry.z is None:
        return np.zeros(len(geometry), np.bool_)
    ends = geometry.rings[geometry.parts[geometry.features]]
    fine = np.concatenate([[0], np.cumsum(np.isfinite(geometry.z))])[ends]
    return np.diff(fine) == np.diff(ends)


def from_shapely(shapes: NDArray[Any]) -> Geometry:
    """Give columns; missing and empty geometries become ``EMPTY``, of a collection the highest dimension stays."""
    import shapely

    blobs = [blob or b"" for blob in shapely.to_wkb(shapes, flavor="iso")]
    sizes = np.array([len(blob) for blob in blobs], np.int64)
    ends = np.cumsum(sizes)
    return from_wkb(np.frombuffer(b"".join(blobs), np.uint8), ends - sizes, ends)[0]


def to_wkb(geometry: Geometry) -> NDArray[Any]:
    """Give ISO well-known binary, None where a feature is ``EMPTY``; an object array of bytes."""
    import shapely

    return np.asarray(shapely.to_wkb(to_shapely(geometry), flavor="iso"), object)


def taken(geometry: Geometry, rows: NDArray[np.int64]) -> Geometry:
    """Give some features, in the order of ``rows``."""
    parts, part_of = _spread(geometry.features, rows)
    rings, ring_of = _spread(geometry.parts, parts)
    vertices, vertex_of = _spread(geometry.rings, rings)
    return Geometry(
        xy=geometry.xy[vertices],
        rings=_offsets(vertex_of, len(rings)),
        parts=_offsets(ring_of, len(parts)),
        features=_offsets(part_of, len(rows)),
        types=geometry.types[rows],
        z=None if geometry.z is None else geometry.z[vertices],
    )


def _offsets(group: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=size))]).astype(np.int64)


def boxes(geometry: Geometry) -> NDArray[np.float64]:
    """Give x0, y0, x1, y1 of each feature, float64 (features, 4); NaN where it is ``EMPTY``."""
    ends = geometry.rings[geometry.parts[geometry.features]]
    rows = np.flatnonzero(np.diff(ends) > 0)
    out = np.full((len(geometry), 4), np.nan)
    if len(rows):
        out[rows, :2] = np.minimum.reduceat(geometry.xy, ends[rows], axis=0)
        out[rows, 2:] = np.maximum.reduceat(geometry.xy, ends[rows], axis=0)
    return out


def is_multi(geometry: Geometry) -> bool:
    """Tell whether a feature has more than one part, or more than one point."""
    if (np.diff(geometry.features) > 1).any():
        return True
    first = geometry.parts[geometry.features[:-1]]
    points = geometry.types == POINT
    return bool((np.diff(geometry.rings)[first[points]] > 1).any())


def _spread(offsets: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the members of some groups, in order, and the number (0, 1 …) of the group of each."""
    count = np.diff(offsets)[rows]
    group = np.repeat(np.arange(len(rows)), count)
    before = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    return np.arange(int(count.sum())) - before[group] + offsets[rows][group], group


def _vertices(
    geometry: Geometry, rings: NDArray[np.int64], deep: bool
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the coordinates of some rings, with Z or without, and the ring of each."""
    vertices, ring = _spread(geometry.rings, rings)
    xy = geometry.xy[vertices]
    return (np.column_stack([xy, geometry.z[vertices]]) if deep and geometry.z is not None else xy), ring


def _gathered(pieces: Any, group: NDArray[np.int64], size: int, multi: Any) -> NDArray[Any]:
    """Give a simple geometry for groups of one, a multi geometry for the others."""
    count = np.bincount(group, minlength=size)
    out = np.full(size, None, object)
    alone = count[group] == 1
    out[group[alone]] = pieces[alone]
    if not alone.all():
        groups, number = np.unique(group[~alone], return_inverse=True)
        out[groups] = multi(pieces[~alone], indices=number)
    return out


def _points(geometry: Geometry, rows: NDArray[np.int64], deep: bool) -> NDArray[Any]:
    import shapely

    parts, part_of = _spread(geometry.features, rows)
    rings, ring_of = _spread(geometry.parts, parts)
    coordinates, vertex_of = _vertices(geometry, rings, deep)
    pieces = shapely.points(coordinates)
    return _gathered(pieces, part_of[ring_of[vertex_of]], len(rows), shapely.multipoints)


def _lines(geometry: Geometry, rows: NDArray[np.int64], deep: bool) -> NDArray[Any]:
    import shapely

    parts, part_of = _spread(geometry.features, rows)
    rings, ring_of = _spread(geometry.parts, parts)
    coordinates, vertex_of = _vertices(geometry, rings, deep)
    pieces = shapely.linestrings(coordinates, indices=vertex_of)
    return _gathered(pieces, part_of[ring_of], len(rows), shapely.multilinestrings)


def _polygons(geometry: Geometry, rows: NDArray[np.int64], deep: bool) -> NDArray[Any]:
    import shapely

    parts, part_of = _spread(geometry.features, rows)
    rings, ring_of = _spread(geometry.parts, parts)
    coordinates, vertex_of = _vertices(geometry, rings, deep)
    loops = cast("Any", shapely.linearrings(coordinates, indices=vertex_of))
    pieces = cast("Any", shapely).polygons(loops, indices=ring_of)
    return _gathered(pieces, part_of, len(rows), shapely.multipolygons)
