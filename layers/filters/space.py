"""Conditions on place: boxes of the features first, their true shapes only where boxes cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import FilterInvalid
from layers.filters import terms
from layers.geometry import feature_boxes, taken_geometry

if TYPE_CHECKING:
    from layers.filters.terms import Term
    from layers.filters.values import Bools, Rows
    from layers.geometry import Geometry

_MANY = 2_000
"""From so many features on, cheap questions come first."""
_TURNED = {"S_WITHIN": "S_CONTAINS", "S_CONTAINS": "S_WITHIN"}


def related(term: terms.Spatial, rows: Rows) -> tuple[Bools, Bools | bool]:
    """Give where a spatial condition holds, and where it is unknown (no geometry).

    Raises
    ------
    FilterInvalid
        The features have no geometry, or the named column holds something else.
    """
    left, right, relation = term.left, term.right, term.relation
    if isinstance(left, terms.Column) and isinstance(right, terms.Column):
        raise FilterInvalid(
            "A spatial condition compares the geometry with a given place, not with itself.",
            remedy="Write the second part as BBOX(…), POINT(…) or POLYGON((…)).",
        )
    if not isinstance(left, terms.Column):
        if not isinstance(right, terms.Column):
            held = _between(relation, _literal(left), _literal(right))
            return np.full(rows.count, held), False
        left, right, relation = right, left, _TURNED.get(relation, relation)
    return compared(relation, _geometry(left, rows), _literal(right))


def _geometry(column: Term, rows: Rows) -> Geometry:
    name = cast("terms.Column", column).name
    if rows.geometry is None or name in rows.columns:
        raise FilterInvalid(
            "{column} is no geometry.", remedy="Write the word geometry for the shapes of the layer.", column=name
        )
    return rows.geometry


def _literal(term: Term) -> Any:
    import shapely

    library = cast("Any", shapely)
    if isinstance(term, terms.Box):
        return library.box(*term.bounds)
    return library.from_wkt(cast("terms.Shape", term).wkt)


def _between(relation: str, one: Any, other: Any) -> bool:
    import shapely

    return bool(getattr(cast("Any", shapely), relation.removeprefix("S_").lower())(one, other))


def compared(relation: str, geometry: Geometry, place: Any) -> tuple[Bools, Bools | bool]:
    """Compare every feature with one place, a shapely geometry; also tell where the answer is unknown."""
    import shapely

    empty: Bools = geometry.types == 0
    if relation == "S_DISJOINT":
        meets, unknown = compared("S_INTERSECTS", geometry, place)
        return ~meets & ~empty, unknown
    found = np.zeros(len(geometry), np.bool_)
    boxes = feature_boxes(geometry)
    west, south, east, north = cast("Any", shapely).bounds(place)
    with np.errstate(invalid="ignore"):
        near = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        if relation in ("S_INTERSECTS", "S_WITHIN") and _is_box(place):
            inside = (boxes[:, 0] > west) & (boxes[:, 2] < east) & (boxes[:, 1] > south) & (boxes[:, 3] < north)
            found |= inside
            near &= ~inside
    _decide(relation, geometry, place, np.flatnonzero(near), found)
    return found, empty if empty.any() else False


def _is_box(place: Any) -> bool:
    import shapely

    library = cast("Any", shapely)
    return place.geom_type == "Polygon" and bool(library.equals(place, library.box(*place.bounds)))


def _by_first_vertex(geometry: Geometry, place: Any, near: Any, found: Bools) -> Any:
    """Settle features that begin inside the place, and those whose boxes keep off it; give the others."""
    import shapely

    library = cast("Any", shapely)
    first = geometry.xy[geometry.rings[geometry.parts[geometry.features[near]]]]
    inside = library.intersects_xy(place, first[:, 0], first[:, 1])
    found[near[inside]] = True
    rest = near[~inside]
    boxes = feature_boxes(taken_geometry(geometry, rest))
    return rest[library.intersects(place, library.box(*boxes.T))]


def _decide(relation: str, geometry: Geometry, place: Any, near: Any, found: Bools) -> None:
    """Ask the true shapes of the features whose boxes come near."""
    import shapely

    from layers.shapes import to_shapes

    library = cast("Any", shapely)
    library.prepare(place)
    if relation == "S_INTERSECTS" and len(near) > _MANY:
        near = _by_first_vertex(geometry, place, near, found)
    if not len(near):
        return
    shapes = to_shapes(taken_geometry(geometry, near))
    match relation:
        case "S_WITHIN":
            found[near] = library.contains(place, shapes)
        case "S_CONTAINS":
            found[near] = library.within(place, shapes)
        case _:
            found[near] = getattr(library, relation.removeprefix("S_").lower())(place, shapes)
