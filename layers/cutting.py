"""Cutting and joining of figures: split, merge, offset; what is wrong with a shape, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.errors import EditError
from layers.figure import Figure, read_figure, to_wkb
from layers.shapes import to_shapes
from layers.wkb import from_wkb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_GEOS = cast("Any", shapely)
_PLACE = re.compile(r"^(.*?)\s*\[(\S+) (\S+)\]$")
ROUND = 16
"""Segments of a quarter of a circle."""


class ShapeInvalid(EditError):
    """A shape crosses itself or is otherwise invalid; ``at`` is the place, (east, north), or None."""

    at = cast("tuple[float, float] | None", None)


def shape_of(figure: Figure) -> Any:
    """Give a shapely geometry; arcs become short segments."""
    if not figure.is_curved and not figure.has_m:
        return shapely.from_wkb(to_wkb(figure))
    data = np.frombuffer(to_wkb(figure), np.uint8)
    geometry, _ = from_wkb(data, np.zeros(1, np.int64), np.array([len(data)], np.int64))
    return to_shapes(geometry)[0]


def figure_of(shape: Any) -> Figure:
    """Give the figure of a shapely geometry."""
    return read_figure(cast("bytes", _GEOS.to_wkb(shape, flavor="iso", output_dimension=4)))


def fault_of(figure: Figure) -> tuple[str, tuple[float, float] | None] | None:
    """Give what is wrong with a figure, and where; None where it is valid."""
    shape = shape_of(figure)
    reason = str(_GEOS.is_valid_reason(shape))
    if reason == "Valid Geometry":
        return None
    found = _PLACE.match(reason)
    return (found[1], (float(found[2]), float(found[3]))) if found else (reason, None)


def check(figure: Figure) -> None:
    """Refuse a figure that is invalid.

    Raises
    ------
    ShapeInvalid
        It crosses itself, has a hole outside, or the like; the place is named.
    """
    fault = fault_of(figure)
    if fault is None:
        return
    remedy = "Put the vertex elsewhere."
    if fault[1] is None:
        raise ShapeInvalid("The shape would not be valid.", remedy=remedy)
    place = f"{fault[1][0]:.3f}, {fault[1][1]:.3f}"
    error = ShapeInvalid("The shape would cross or touch itself at {place}.", where=place, remedy=remedy, place=place)
    error.at = fault[1]
    raise error


def _straight(figures: Sequence[Figure]) -> list[Any]:
    for figure in figures:
        if figure.is_curved:
            raise EditError(
                "The feature has arcs, and this would turn them into short segments.",
                remedy="Change it by its vertices, or convert it to straight segments first.",
            )
        if figure.has_m:
            raise EditError(
                "The feature carries measures (M), which would be lost.", remedy="Change it by its vertices instead."
            )
    return [shape_of(figure) for figure in figures]


def split(figure: Figure, line: NDArray[np.float64]) -> list[Figure]:
    """Cut a line or area along a line.

    Parameters
    ----------
    line : ndarray, float64, (n, 2)
        In the layer's CRS.

    Returns
    -------
    list of Figure
        The pieces, the largest first; the figure alone where the line does not go through it.

    Raises
    ------
    EditError
        It has arcs or measures, or is a point.
    """
    (shape,) = _straight([figure])
    if figure.dimension < 1:
        raise EditError("A point cannot be split.")
    cutter = shapely.LineString(line)
    pieces = _cut_areas(shape, cutter) if figure.dimension == 2 else _cut_lines(shape, cutter)
    if len(pieces) < 2:
        return [figure]
    size = _GEOS.area if figure.dimension == 2 else _GEOS.length
    order = sorted(range(len(pieces)), key=lambda n: (-float(size(pieces[n])), n))
    return [figure_of(pieces[n]) for n in order]


def _cut_areas(shape: Any, cutter: Any) -> list[Any]:
    """Polygons from the noded boundary; what a part of several has untouched stays with the first piece."""
    cut: list[Any] = []
    whole: list[Any] = []
    for part in _GEOS.get_parts(shape):
        if not _GEOS.intersects(part, cutter):
            whole.append(part)
            continue
        edges = _GEOS.union(_GEOS.boundary(part), cutter)
        faces = _GEOS.get_parts(_GEOS.polygonize(_GEOS.get_parts(edges)))
        inside = [face for face in faces if _GEOS.contains(part, _GEOS.point_on_surface(face))]
        (cut if len(inside) > 1 else whole).extend(inside if len(inside) > 1 else [part])
    if not cut:
        return [shape]
    if whole:
        largest = max(range(len(cut)), key=lambda n: float(_GEOS.area(cut[n])))
        cut[largest] = _GEOS.multipolygons([cut[largest], *whole])
    return cut


def _cut_lines(shape: Any, cutter: Any) -> list[Any]:
    from shapely.ops import split as split_line

    pieces: list[Any] = []
    for part in _GEOS.get_parts(shape):
        if _GEOS.crosses(part, cutter) or _GEOS.touches(part, cutter):
            pieces += list(cast("Any", split_line(part, cutter)).geoms)
        else:
            pieces.append(part)
    return pieces if len(pieces) > len(_GEOS.get_parts(shape)) else [shape]


def merged(figures: Sequence[Figure]) -> Figure:
    """Give the union of lines, or of areas.

    Raises
    ------
    EditError
        They have arcs or measures, or are of different kinds.
    """
    if len({figure.dimension for figure in figures}) > 1:
        raise EditError("Only features of one kind can be merged: points, lines or areas.")
    shapes = _straight(figures)
    union = _GEOS.union_all(np.array(shapes, object))
    if figures[0].dimension == 1:
        union = _GEOS.line_merge(union)
    return figure_of(union)


def offset(figure: Figure, distance: float) -> Figure:
    """Give the parallel of a line, or an area made wider or narrower.

    Parameters
    ----------
    distance : float
        Units of the layer's CRS; positive = left of a line, outside of an area.

    Raises
    ------
    EditError
        Nothing is left, or it is a point.
    """
    shape = shape_of(figure)
    if figure.dimension < 1:
        raise EditError("A point has no parallel.", remedy="Use the tool for buffers.")
    made = (
        _GEOS.offset_curve(shape, distance, quad_segs=ROUND)
        if figure.dimension == 1
        else _GEOS.buffer(shape, distance, quad_segs=ROUND, join_style="mitre", mitre_limit=5.0)
    )
    if _GEOS.is_empty(made):
        raise EditError("At this distance nothing is left of the feature.", remedy="Give a smaller distance.")
    return figure_of(made)
