"""Columnar geometry to shapely and back, without a loop over features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.geometry import LINE, POINT, POLYGON, Geometry, joined_geometry, taken_geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[Any]

_GEOS = cast("Any", shapely)
"""Its types follow neither arrays of shapes nor optional arguments."""
_KIND = {0: POINT, 4: POINT, 1: LINE, 2: LINE, 5: LINE, 3: POLYGON, 6: POLYGON}
_MULTI = {
    POINT: shapely.GeometryType.MULTIPOINT,
    LINE: shapely.GeometryType.MULTILINESTRING,
    POLYGON: shapely.GeometryType.MULTIPOLYGON,
}


def to_shapes(geometry: Geometry) -> Shapes:
    """Give shapely geometries, (features,); empty features become empty points."""
    shapes = np.full(len(geometry), shapely.Point(), dtype=object)
    for kind in (POINT, LINE, POLYGON):
        chosen = np.flatnonzero(geometry.types == kind)
        if len(chosen):
            shapes[chosen] = _group(taken_geometry(geometry, chosen), kind)
    return shapes


def _group(part: Geometry, kind: int) -> Shapes:
    xy = part.xy if part.z is None else np.column_stack([part.xy, part.z])
    offsets: tuple[NDArray[np.int64], ...] = (part.rings, part.parts, part.features)
    if kind == POINT:
        offsets = (part.rings[part.parts[part.features]],)
    elif kind == LINE:
        offsets = (part.rings, part.parts[part.features])
    several = shapely.from_ragged_array(_MULTI[kind], xy, offsets)
    single = _GEOS.get_num_geometries(several) == 1
    several[single] = _GEOS.get_geometry(several[single], 0)
    return several


def to_geometry(shapes: Shapes) -> Geometry:
    """Give columnar geometry; None and empty shapes become empty features.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, (features,)
        Points, lines and polygons, single or multiple; a collection is not taken apart.

    Raises
    ------
    ValueError
        A shape is a collection.
    """
    ids: NDArray[Any] = _GEOS.get_type_id(shapes)
    full = ~(shapely.is_empty(shapes) | shapely.is_missing(shapes))
    if (full & (ids == shapely.GeometryType.GEOMETRYCOLLECTION)).any():
        raise ValueError("a geometry collection has no columnar form")
    types = np.array([_KIND.get(int(i), 0) for i in range(7)], dtype=np.uint8)[np.clip(ids, 0, 6)]
    types[~full] = 0
    groups = [(kind, np.flatnonzero(types == kind)) for kind in (0, POINT, LINE, POLYGON)]
    parts = [_columns(shapes[chosen], kind) for kind, chosen in groups]
    order = np.argsort(np.concatenate([chosen for _, chosen in groups]), kind="stable")
    return taken_geometry(joined_geometry(parts), order)


def _columns(shapes: Shapes, kind: int) -> Geometry:
    count = len(shapes)
    zero = np.zeros(1, dtype=np.int64)
    if kind == 0 or not count:
        offsets = np.zeros(count + 1, dtype=np.int64)
        return Geometry(np.zeros((0, 2)), zero, zero, offsets, np.full(count, kind, dtype=np.uint8))
    has_z = bool(shapely.has_z(shapes).any())
    _, xyz, offsets = shapely.to_ragged_array(_as_multi(shapes, kind), include_z=has_z)
    offsets = tuple(np.asarray(o, dtype=np.int64) for o in offsets)
    if kind == POLYGON:
        rings, parts, features = offsets
    elif kind == LINE:
        rings, features = offsets
        parts = np.arange(len(rings), dtype=np.int64)
    else:
        rings = np.arange(len(xyz) + 1, dtype=np.int64)
        parts, features = rings, offsets[0]
    z = np.ascontiguousarray(xyz[:, 2]) if has_z else None
    xy = np.ascontiguousarray(xyz[:, :2])
    return Geometry(xy, rings, parts, features, np.full(count, kind, dtype=np.uint8), z)


def _as_multi(shapes: Shapes, kind: int) -> Shapes:
    """Make every shape of a group a multi-shape, so that one ragged form fits all."""
    parts, index = _GEOS.get_parts(shapes, return_index=True)
    make = {POINT: _GEOS.multipoints, LINE: _GEOS.multilinestrings, POLYGON: _GEOS.multipolygons}[kind]
    return make(parts, indices=index)
