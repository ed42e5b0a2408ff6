"""Invalid shapes made valid before they are overlaid, and the user told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job

GEOS = cast("Any", shapely)
"""Its types follow neither arrays of shapes nor optional arguments."""


def repaired(shapes: NDArray[Any], job: Job) -> NDArray[Any]:
    """Make polygons valid; what was changed is told.

    Shapes keep their dimension: lines and points that repair leaves of a polygon are dropped, and a polygon without
    any area becomes empty.
    """
    wrong = np.flatnonzero(~GEOS.is_valid(shapes))
    if not len(wrong):
        return shapes
    fixed = shapes.copy()
    fixed[wrong] = same_dimension(GEOS.make_valid(shapes[wrong]), GEOS.get_dimensions(shapes[wrong]))
    job.warn("{count} invalid shapes were repaired.", count=len(wrong))
    empty = int(GEOS.is_empty(fixed[wrong]).sum())
    if empty:
        job.warn("{count} shapes have no area and are left out.", count=empty)
    return fixed


def same_dimension(shapes: NDArray[Any], dimension: NDArray[Any] | int) -> NDArray[Any]:
    """Drop what an operation leaves of lower dimension; a shape that is all lower becomes an empty point."""
    wanted = np.broadcast_to(np.asarray(dimension), shapes.shape)
    mixed = np.flatnonzero(GEOS.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    shapes = shapes.copy()
    if len(mixed):
        parts, owner = GEOS.get_parts(shapes[mixed], return_index=True)
        # Parts of a collection may be multiple themselves.
        single, inner = GEOS.get_parts(parts, return_index=True)
        owner = owner[inner]
        fits = GEOS.get_dimensions(single) == wanted[mixed][owner]
        shapes[mixed] = shapely.Point()
        for place in np.unique(owner[fits]):
            shapes[mixed[place]] = GEOS.union_all(single[fits & (owner == place)])
    shapes[GEOS.get_dimensions(shapes) < wanted] = shapely.Point()
    return shapes
