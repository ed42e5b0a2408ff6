"""Reshaping: vertices of figures moved, put in and taken out; holes and parts; arcs, Z and M stay what they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import EditError
from layers.figure import (
    ARC,
    COLLECTION,
    COMPOUND,
    CURVEPOLYGON,
    LINE,
    MULTICURVE,
    MULTILINE,
    MULTIPOINT,
    MULTIPOLYGON,
    MULTISURFACE,
    POINT,
    POLYGON,
    RING,
    TRIANGLE,
    Figure,
    changed,
    leaves,
    part_at,
    with_part,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.figure import Point, Way

    Numbers = NDArray[np.float64]

MULTI = {POINT: MULTIPOINT, LINE: MULTILINE, POLYGON: MULTIPOLYGON, CURVEPOLYGON: MULTISURFACE, ARC: MULTICURVE,
         COMPOUND: MULTICURVE}  # fmt: skip
MANY = (MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION, MULTICURVE, MULTISURFACE)
_SHELLED = (POLYGON, CURVEPOLYGON, TRIANGLE)


def moved_at(figure: Figure, old: Point, new: Point) -> Figure:
    """Give the figure with every vertex that lies at one place at another; a ring stays closed by this."""

    def change(xy: Numbers) -> Numbers:
        here = (xy[:, 0] == old[0]) & (xy[:, 1] == old[1])
        if not here.any():
            return xy
        out = xy.copy()
        out[here] = new
        return out

    return changed(figure, change)


def inserted(figure: Figure, a: Point, b: Point, at: Point) -> Figure:
    """Give the figure with a vertex between two that follow each other, in either order; Z and M lie between theirs.

    Raises
    ------
    EditError
        The two are on an arc.
    """
    for way, leaf in leaves(figure):
        for start in reversed(_edges(leaf.vertices, a, b)):
            if leaf.kind == ARC:
                raise EditError(
                    "An arc takes no further vertex.", remedy="Move one of its three vertices, or draw the line anew."
                )
            first, second = leaf.vertices[start], leaf.vertices[start + 1]
            length = float(np.hypot(*(second - first)[:2])) or 1.0
            share = min(float(np.hypot(at[0] - first[0], at[1] - first[1])) / length, 1.0)
            row = first + (second - first) * share
            row[:2] = at
            leaf = replace(leaf, vertices=np.insert(leaf.vertices, start + 1, row, axis=0))
        figure = with_part(figure, way, leaf) if way else leaf
    return figure


def _edges(vertices: Numbers, a: Point, b: Point) -> list[int]:
    xy = vertices[:, :2]
    if len(xy) < 2:
        return []
    first, second = xy[:-1], xy[1:]
    there = (first == a).all(1) & (second == b).all(1)
    back = (first == b).all(1) & (second == a).all(1)
    return [int(n) for n in np.flatnonzero(there | back)]


def removed_at(figure: Figure, at: Point) -> Figure:
    """Give the figure without the vertices that lie at a place; a hole or part that is too small then goes too.

    Raises
    ------
    EditError
        Too little would be left, or the vertex holds an arc.
    """
    for way, leaf in reversed(list(leaves(figure))):
        here = (leaf.vertices[:, :2] == at).all(1)
        if not here.any():
            continue
        if leaf.kind == ARC or _in_compound(figure, way):
            raise EditError("This vertex holds an arc.", remedy="Move it instead.")
        kept = leaf.vertices[~here]
        if leaf.kind == RING and len(kept) and (kept[0] != kept[-1]).any():
            kept = np.concatenate([kept, kept[:1]])
        enough = {RING: 4, LINE: 2, POINT: 1}[leaf.kind]
        if len(kept) >= enough:
            part = replace(leaf, vertices=kept)
            figure = with_part(figure, way, part) if way else part
        else:
            figure = _without(figure, way)
    return figure


def _in_compound(figure: Figure, way: Way) -> bool:
    return len(way) > 0 and part_at(figure, way[:-1]).kind == COMPOUND


def _without(figure: Figure, way: Way) -> Figure:
    """Take out a hole, or the part whose outline is too small."""
    if way and part_at(figure, way[:-1]).kind in _SHELLED:
        if way[-1] > 0:
            return with_part(figure, way, None)
        way = way[:-1]
    if way and part_at(figure, way[:-1]).kind in MANY and len(part_at(figure, way[:-1]).members) > 1:
        return with_part(figure, way, None)
    raise EditError(
        "Without this vertex too little would be left of the feature.", remedy="Delete the whole feature instead."
    )


# ------------------------------------------------------------------------ parts and holes
def parts_of(figure: Figure) -> Iterator[tuple[Way, Figure]]:
    """Give the single parts of a figure: itself where it has no others."""
    if figure.kind in MANY:
        for number, member in enumerate(figure.members):
            for way, part in parts_of(member):
                yield (number, *way), part
    else:
        yield (), figure


def shell(figure: Figure) -> Figure:
    """Give the outline of a single area."""
    return figure.members[0]


def with_hole(figure: Figure, way: Way, ring: Numbers) -> Figure:
    """Give the figure with a hole in one of its areas.

    Parameters
    ----------
    way : tuple of int
        To the area.
    ring : ndarray, float64, (n, 2)
        Corners; closed where they are not.
    """
    area = part_at(figure, way)
    closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
    if (_area(closed) > 0) == (_area(shell(area).vertices) > 0 if len(shell(area).vertices) else False):
        closed = closed[::-1]
    vertices = np.column_stack([closed, np.full((len(closed), area.has_z + area.has_m), np.nan)])
    kind = LINE if area.kind == CURVEPOLYGON else RING
    hole = Figure(kind, area.has_z, area.has_m, vertices)
    part = replace(area, members=(*area.members, hole))
    return with_part(figure, way, part) if way else part


def _area(ring: Numbers) -> float:
    x, y = (ring[:, :2] - ring[0, :2]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def without_hole(figure: Figure, way: Way, number: int) -> Figure:
    """Give the figure with a hole filled; ``number`` counts the rings of the area, its outline is 0."""
    return with_part(figure, (*way, number), None)


def many(figure: Figure) -> Figure:
    """Give the figure as one of several parts, as layers of such features keep it."""
    kind = MULTI.get(figure.kind)
    if kind is None:
        return figure
    return Figure(kind, figure.has_z, figure.has_m, figure.vertices[:0], (figure,))


def single(figure: Figure) -> Figure:
    """Give the only part of a figure by itself; others as they are."""
    return figure.members[0] if figure.kind in MANY and len(figure.members) == 1 else figure


def with_new_part(figure: Figure, part: Figure) -> Figure:
    """Give the figure with one part more.

    Raises
    ------
    EditError
        The part is of another kind than the feature.
    """
    if part.dimension != figure.dimension:
        raise EditError("A part must be of the kind of its feature: point, line or area.")
    whole = many(figure)
    fitted = _like(part, whole.has_z, whole.has_m)
    return replace(whole, members=(*whole.members, fitted))


def _like(figure: Figure, z: bool, m: bool) -> Figure:
    """Give a figure with the dimensions of another; what is not known is NaN."""
    xy, rest = figure.vertices[:, :2], figure.vertices[:, 2:]
    unknown = np.full((len(xy), 1), np.nan)
    columns = [xy]
    if z:
        columns.append(rest[:, :1] if figure.has_z else unknown)
    if m:
        columns.append(rest[:, -1:] if figure.has_m else unknown)
    members = tuple(_like(member, z, m) for member in figure.members)
    return Figure(figure.kind, z, m, np.column_stack(columns), members)


def without_part(figure: Figure, way: Way) -> Figure:
    """Give the figure without one of its parts.

    Raises
    ------
    EditError
        It is the only one.
    """
    if not way or len(list(parts_of(figure))) < 2:
        raise EditError("This is the only part of the feature.", remedy="Delete the whole feature instead.")
    return with_part(figure, way, None)


def exploded(figure: Figure) -> list[Figure]:
    """Give each part of a figure by itself."""
    return [part for _, part in parts_of(figure)]
