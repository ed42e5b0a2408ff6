"""Feature acts: what is done to the features of a layer, each as one command; nothing here touches a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.editable import Wanted, figures, fitted
from app.core.language import N_
from layers.cutting import check, fault_of, merged, offset, shape_of, split
from layers.errors import EditError
from layers.figure import Figure, changed, leaves, places_of, to_wkb
from layers.reshaping import (
    exploded,
    inserted,
    moved_at,
    parts_of,
    removed_at,
    with_hole,
    with_new_part,
    without_hole,
    without_part,
)
from layers.rows import NewRow
from layers.rules import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from app.core.command import Command
    from app.core.editable import Editable
    from layers.figure import Point

    Numbers = NDArray[np.float64]

TITLES = {
    "delete": N_("Delete {count} features"),
    "move": N_("Move {count} features"),
    "set": N_("Set attributes of {count} features"),
    "merge": N_("Merge {count} features"),
    "explode": N_("Take {count} features apart"),
    "offset": N_("Offset {count} features"),
}
"""Words of the history for acts on many features."""
TOUCH = 1e-9
"""How far a vertex may lie from an edge that it divides, as a share of the edge's coordinates."""


# ------------------------------------------------------------------------ whole features
def add_feature(table: Editable, figure: Figure, values: Mapping[str, Any] | None = None) -> Command:
    """Give the command that adds a feature.

    Raises
    ------
    EditError
        The figure is invalid, of another kind than the layer's, or a value breaks a rule.
    """
    check(figure)
    kept = check_values(table, values or {}, new=True)
    row = NewRow(kept, to_wkb(fitted(table, figure)), moves=True)
    return table.command({table.next_id(): row}, N_("Draw a feature"))


def delete_features(table: Editable, ids: Iterable[int]) -> Command:
    """Give the command that deletes features."""
    return table.command(dict.fromkeys(_some(ids)), TITLES["delete"])


def move_features(table: Editable, ids: Iterable[int], change: Callable[[Numbers], Numbers]) -> Command:
    """Give the command that moves features.

    Parameters
    ----------
    change : callable
        Takes (n, 2) east, north in the layer's CRS and gives as many.
    """
    moved = {number: changed(figure, change) for number, figure in _figures(table, ids).items()}
    return table.command(_wanted(moved), TITLES["move"])


def by(dx: float, dy: float) -> Callable[[Numbers], Numbers]:
    """Give a shift for ``move_features``."""
    return lambda xy: xy + np.array([dx, dy])


def set_values(table: Editable, ids: Iterable[int], values: Mapping[str, Any]) -> Command:
    """Give the command that sets attributes of features, the same for all.

    Raises
    ------
    EditError
        A value does not fit its column or breaks a rule.
    """
    kept = check_values(table, values)
    return table.command({number: NewRow(kept) for number in _some(ids)}, TITLES["set"])


def check_values(table: Editable, values: Mapping[str, Any], *, new: bool = False) -> dict[str, Any]:
    """Give attributes as the layer keeps them; a new feature may leave out what is not required."""
    rules = {rule.column: rule for rule in table.rules}
    kept: dict[str, Any] = {}
    for column in table.columns:
        if column.name in values:
            kept[column.name] = checked(values[column.name], column, rules.get(column.name))
        elif new and column.name in rules and rules[column.name].required:
            kept[column.name] = checked(_default(column.type), column, rules[column.name])
    return kept


def _default(kind: str) -> Any:
    """Give what a required attribute of a newly drawn feature holds until its form is filled in."""
    return {"int": 0, "float": 0.0, "bool": False, "date": "1970-01-01", "time": "1970-01-01T00:00:00Z"}.get(kind, "?")


# ------------------------------------------------------------------------ vertices
def move_vertex(table: Editable, ids: Iterable[int], old: Point, new: Point, *, shared: bool = True) -> Command:
    """Give the command that moves a vertex, with ``shared`` in all features that have one there: edges stay shared.

    Raises
    ------
    ShapeInvalid
        A feature would cross itself.
    """
    found = _figures(table, _with_neighbours(table, ids, old) if shared else ids)
    moved = {number: moved_at(figure, old, new) for number, figure in found.items() if _has(figure, old)}
    _check_all(found, moved)
    return table.command(_wanted(moved), N_("Move a vertex"))


def insert_vertex(
    table: Editable, ids: Iterable[int], edge: tuple[Point, Point], at: Point, *, shared: bool = True
) -> Command:
    """Give the command that puts a vertex into an edge, with ``shared`` in all features that have the edge."""
    a, b = edge
    found = _figures(table, _with_neighbours(table, ids, a) if shared else ids)
    fresh = {number: inserted(figure, a, b, at) for number, figure in found.items()}
    grown = {n: figure for n, figure in fresh.items() if len(places_of(figure)) > len(places_of(found[n]))}
    _check_all(found, grown)
    return table.command(_wanted(grown), N_("Insert a vertex"))


def remove_vertex(table: Editable, ids: Iterable[int], at: Point, *, shared: bool = True) -> Command:
    """Give the command that takes a vertex out, with ``shared`` in all features that have one there."""
    found = _figures(table, _with_neighbours(table, ids, at) if shared else ids)
    fresh = {number: removed_at(figure, at) for number, figure in found.items() if _has(figure, at)}
    _check_all(found, fresh)
    return table.command(_wanted(fresh), N_("Delete a vertex"))


def _with_neighbours(table: Editable, ids: Iterable[int], at: Point) -> list[int]:
    """Add the features of the layer whose boxes hold a place; the index rounds outwards."""
    return sorted({*ids, *table.ids_in((at[0], at[1], at[0], at[1]))})


def _has(figure: Figure, at: Point) -> bool:
    return bool((places_of(figure) == at).all(1).any())


def _check_all(before: Mapping[int, Figure], after: Mapping[int, Figure]) -> None:
    """Refuse what makes a valid feature invalid; one that was invalid before may be mended step by step."""
    for number, figure in after.items():
        if fault_of(before[number]) is None:
            check(figure)


# ------------------------------------------------------------------------ cutting and joining
def split_features(table: Editable, ids: Iterable[int], line: Numbers) -> Command:
    """Give the command that cuts features along a line; the largest piece keeps the number, all keep the attributes.

    Raises
    ------
    EditError
        The line goes through none of them, or they cannot be cut.
    """
    rows = table.rows(_some(ids))
    found = figures(rows)
    pieces = {number: split(figure, line) for number, figure in found.items()}
    cut = {number: parts for number, parts in pieces.items() if len(parts) > 1}
    if not cut:
        raise EditError("The line does not cut through a feature.", remedy="Begin and end it outside of the feature.")
    wanted: Wanted = {}
    free = table.next_id()
    for number, parts in cut.items():
        for place, part in enumerate(parts):
            values = rows[number].values if place else {}
            wanted[free if place else number] = NewRow(dict(values), to_wkb(fitted(table, part)), moves=True)
            free += place > 0
    wanted.update(_divided(table, cut, found))
    return table.command(wanted, N_("Split {count} features"))


def _divided(table: Editable, cut: Mapping[int, Sequence[Figure]], before: Mapping[int, Figure]) -> Wanted:
    """Put the new corners of a cut into the neighbours whose edges they lie on."""
    fresh: dict[int, Figure] = {}
    for number, parts in cut.items():
        old = {(x, y) for x, y in places_of(before[number]).tolist()}
        corners = {(x, y) for part in parts for x, y in places_of(part).tolist()} - old
        for corner in sorted(corners):
            near = [n for n in table.ids_in((*corner, *corner)) if n not in cut]
            known = {n: fresh.get(n) or figure for n, figure in _figures(table, near).items()} if near else {}
            for neighbour, figure in known.items():
                edge = edge_at(figure, corner)
                if edge is not None:
                    fresh[neighbour] = inserted(figure, *edge, corner)
    return _wanted(fresh)


def edge_at(figure: Figure, at: Point) -> tuple[Point, Point] | None:
    """Give the straight edge that a place lies on, None where it is on none or is a vertex."""
    for _, leaf in leaves(figure):
        xy = leaf.vertices[:, :2]
        if len(xy) < 2 or (xy == at).all(1).any():
            continue
        a, way = xy[:-1], np.diff(xy, axis=0)
        length = np.maximum((way**2).sum(1), 1e-300)
        share = np.clip(((at - a) * way).sum(1) / length, 0.0, 1.0)
        gap = np.hypot(*(a + share[:, None] * way - at).T)
        best = int(np.argmin(gap))
        if gap[best] <= TOUCH * max(abs(at[0]), abs(at[1]), 1.0):
            (ax, ay), (bx, by_) = xy[best].tolist(), xy[best + 1].tolist()
            return (ax, ay), (bx, by_)
    return None


def merge_features(table: Editable, ids: Iterable[int], keep: int | None = None) -> Command:
    """Give the command that makes one feature of several.

    Parameters
    ----------
    keep : int, optional
        The one whose number and attributes stay; the largest where it is not given.

    Raises
    ------
    EditError
        Fewer than two, of different kinds, or the layer cannot hold the result.
    """
    found = _figures(table, ids)
    if len(found) < 2:
        raise EditError("Merging needs at least two features.", remedy="Select them first.")
    whole = merged(list(found.values()))
    kept = keep if keep in found else max(found, key=lambda n: (_size(found[n]), -n))
    wanted: Wanted = dict.fromkeys(found)
    wanted[kept] = NewRow({}, to_wkb(fitted(table, whole)), moves=True)
    return table.command(wanted, TITLES["merge"])


def _size(figure: Figure) -> float:
    shape = shape_of(figure)
    return float(shape.area or shape.length)


def offset_features(table: Editable, ids: Iterable[int], distance: float, *, copies: bool = True) -> Command:
    """Give the command that makes parallels of lines, or areas made wider; as new features, or in their place."""
    rows = table.rows(_some(ids))
    wanted: Wanted = {}
    free = table.next_id()
    for number, figure in figures(rows).items():
        made = to_wkb(fitted(table, offset(figure, distance)))
        values = dict(rows[number].values) if copies else {}
        wanted[free if copies else number] = NewRow(values, made, moves=True)
        free += copies
    return table.command(wanted, TITLES["offset"])


# ------------------------------------------------------------------------ holes and parts
def add_hole(table: Editable, ids: Iterable[int], ring: Numbers) -> Command:
    """Give the command that cuts a hole into the feature that the ring lies in.

    Raises
    ------
    EditError
        The ring lies in none of the features, or touches an outline or another hole.
    """
    import shapely

    hole = shapely.Polygon(ring)
    for number, figure in _figures(table, ids).items():
        for way, part in parts_of(figure):
            if figure.dimension == 2 and shapely.contains_properly(shape_of(part), hole):
                fresh = with_hole(figure, way, ring)
                check(fresh)
                return table.command(_wanted({number: fresh}), N_("Add a hole"))
    raise EditError(
        "The hole must lie wholly inside of one area.", remedy="Draw it anew, inside and away from the outline."
    )


def fill_hole(table: Editable, ids: Iterable[int], at: Point) -> Command:
    """Give the command that fills the hole at a place.

    Raises
    ------
    EditError
        There is no hole.
    """
    import shapely

    place = shapely.Point(at)
    for number, figure in _figures(table, ids).items():
        for way, part in parts_of(figure):
            for ring in range(1, len(part.members)):
                if shapely.Polygon(part.members[ring].vertices[:, :2]).contains(place):
                    return table.command(_wanted({number: without_hole(figure, way, ring)}), N_("Fill a hole"))
    raise EditError("There is no hole here.", remedy="Click inside of the hole.")


def add_part(table: Editable, number: int, part: Figure) -> Command:
    """Give the command that adds a part to a feature."""
    figure = _figures(table, [number])[number]
    fresh = fitted(table, with_new_part(figure, part))
    check(fresh)
    return table.command(_wanted({number: fresh}), N_("Add a part"))


def remove_part(table: Editable, number: int, at: Point) -> Command:
    """Give the command that takes away the part nearest to a place."""
    import shapely

    figure = _figures(table, [number])[number]
    place = shapely.Point(at)
    way = min(parts_of(figure), key=lambda pair: shape_of(pair[1]).distance(place))[0]
    return table.command(_wanted({number: without_part(figure, way)}), N_("Delete a part"))


def explode_features(table: Editable, ids: Iterable[int]) -> Command:
    """Give the command that makes a feature of each part.

    Raises
    ------
    EditError
        None has several parts.
    """
    rows = table.rows(_some(ids))
    wanted: Wanted = {}
    free = table.next_id()
    for number, figure in figures(rows).items():
        parts = exploded(figure)
        for place, part in enumerate(parts if len(parts) > 1 else []):
            values = dict(rows[number].values) if place else {}
            wanted[free if place else number] = NewRow(values, to_wkb(fitted(table, part)), moves=True)
            free += place > 0
    if not wanted:
        raise EditError("None of these features has several parts.")
    return table.command(wanted, TITLES["explode"])


# ------------------------------------------------------------------------ small parts
def _some(ids: Iterable[int]) -> list[int]:
    found = sorted(set(ids))
    if not found:
        raise EditError("No feature is selected.", remedy="Select features on the map or in the table first.")
    return found


def _figures(table: Editable, ids: Iterable[int]) -> dict[int, Figure]:
    return figures(table.rows(_some(ids)))


def _wanted(fresh: Mapping[int, Figure]) -> Wanted:
    return {number: NewRow({}, to_wkb(figure), moves=True) for number, figure in fresh.items()}
