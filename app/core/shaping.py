"""Shaping: gestures that change the shape of features: vertices, cuts, holes and parts."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, cast

import numpy as np

from app.core import feature_acts as acts
from app.core.drawing import ByCorners, OnLayer, refusal
from app.core.editable import figures
from app.core.gestures import Corners, Outcome
from app.core.language import N_, tr
from app.core.shapes import Shape, to_geometry
from layers.errors import EditError
from layers.figure import from_geojson, leaves, places_of
from layers.reshaping import inserted, moved_at

if TYPE_CHECKING:
    from app.core.command import Command
    from app.core.document import Document
    from app.core.gestures import Key, Point, Pointer
    from layers.figure import Figure

VERTICES = 400
"""Vertices of a feature that are shown as handles; of more only those near the pointer."""


class Reshape:
    """Drags a vertex, or a new one out of an edge; Delete takes away the vertex under the pointer.

    Parameters
    ----------
    document : Document
    layer_id : str
    shared : bool
        Whether all features of the layer that have the vertex change with it, so that shared edges stay shared.
    """

    def __init__(self, document: Document, layer_id: str, *, shared: bool = True) -> None:
        self.title = N_("Change vertices")
        self.on = OnLayer(document, layer_id)
        self.shared = shared
        self.held: frozenset[int] = frozenset()
        self.anchor: Point | None = None
        self._vertex: Point | None = None
        self._edge: tuple[Point, Point] | None = None
        self._figures: dict[int, Figure] = {}
        self._last: Pointer | None = None

    # ------------------------------------------------------------------ pointer
    def press(self, pointer: Pointer) -> Outcome:
        """Take hold of the vertex or edge under the pointer."""
        self._drop()
        if pointer.button != "left":
            return Outcome()
        found = self._target(pointer)
        if found is None:
            return Outcome(words=tr("There is no vertex or edge here."))
        number, vertex, edge = found
        self._vertex, self._edge = vertex, edge
        at = vertex if vertex is not None else cast("tuple[Point, Point]", edge)[0]
        table = self.on.table
        ids = {number, *(table.ids_in((*at, *at)) if self.shared else ())}
        self._figures = figures(table.rows(sorted(ids)))
        self.held = frozenset(self._figures)
        self.anchor = self.on.to_map([at])[0] if vertex is not None else None
        return self.move(pointer)

    def _drop(self) -> None:
        self.held, self.anchor, self._vertex, self._edge, self._figures = frozenset(), None, None, None, {}

    def move(self, pointer: Pointer) -> Outcome:
        """Show the features as they would be, or what could be taken hold of."""
        self._last = pointer
        if not self.held:
            return self._handles(pointer)
        (at,) = self.on.to_layer([pointer.at])
        try:
            changed = [self._changed(figure, at) for figure in self._figures.values()]
        except EditError as error:
            return refusal(error, (), self.on)
        return Outcome((*self.on.shapes(changed), Shape("point", (pointer.at,))))

    def _changed(self, figure: Figure, at: Point) -> Figure:
        if self._vertex is not None:
            return moved_at(figure, self._vertex, at)
        return inserted(figure, *cast("tuple[Point, Point]", self._edge), at)

    def release(self, pointer: Pointer) -> Outcome:
        """Put the vertex down."""
        if not self.held:
            return Outcome()
        held, vertex, edge = self.held, self._vertex, self._edge
        (at,) = self.on.to_layer([pointer.at])
        before = self.move(pointer).preview
        self._drop()
        if at == vertex:
            return Outcome(finished=True)
        try:
            return Outcome(command=self._command(held, vertex, edge, at), finished=True)
        except EditError as error:
            return refusal(error, before, self.on)

    def _command(
        self, held: frozenset[int], vertex: Point | None, edge: tuple[Point, Point] | None, at: Point
    ) -> Command:
        table = self.on.table
        if vertex is not None:
            return acts.move_vertex(table, held, vertex, at, shared=self.shared)
        return acts.insert_vertex(table, held, cast("tuple[Point, Point]", edge), at, shared=self.shared)

    def key(self, name: Key) -> Outcome:
        """Delete takes the vertex under the pointer away; Escape lets go."""
        if name == "escape":
            self._drop()
            return Outcome(finished=True)
        if name not in ("delete", "backspace") or self._last is None or self.held:
            return Outcome()
        found = self._target(self._last)
        if found is None or found[1] is None:
            return Outcome(words=tr("There is no vertex under the pointer."))
        try:
            command = acts.remove_vertex(self.on.table, [found[0]], found[1], shared=self.shared)
        except EditError as error:
            return refusal(error, (), self.on)
        return Outcome(command=command, finished=True)

    # ------------------------------------------------------------------ finding
    def _target(self, pointer: Pointer) -> tuple[int, Point | None, tuple[Point, Point] | None] | None:
        """Give the feature, and its vertex or else its edge, nearest to the pointer within reach."""
        at, near = self.on.reach(pointer)
        table = self.on.table
        found = figures(table.rows(table.ids_in((at[0] - near, at[1] - near, at[0] + near, at[1] + near))))
        best: tuple[float, int, Point | None, tuple[Point, Point] | None] | None = None
        for number, figure in found.items():
            for gap, vertex, edge in _near(figure, at, near):
                rank = (gap if vertex is not None else gap + near, number in self.on.selected)
                if best is None or (rank[0], not rank[1]) < (best[0], best[1] not in self.on.selected):
                    best = (rank[0], number, vertex, edge)
        return None if best is None else best[1:]

    def _handles(self, pointer: Pointer) -> Outcome:
        under = self.on.under(pointer)
        chosen = figures(self.on.table.rows(sorted(self.on.selected)[:20]))
        if under is not None:
            chosen[under[0]] = under[1]
        places: list[Point] = []
        at, near = self.on.reach(pointer)
        for figure in chosen.values():
            xy = places_of(figure)
            if len(xy) > VERTICES:
                xy = xy[np.hypot(*(xy - at).T) < near * 12]
            places += [(float(x), float(y)) for x, y in xy]
        handles = tuple(Shape("handle", (place,)) for place in self.on.to_map(places)) if places else ()
        return Outcome((*self.on.shapes(chosen.values()), *handles))


def _near(figure: Figure, at: Point, near: float) -> list[tuple[float, Point | None, tuple[Point, Point] | None]]:
    """List the nearest vertex and edge of each part of a figure that lie within reach."""
    found: list[tuple[float, Point | None, tuple[Point, Point] | None]] = []
    for _, leaf in leaves(figure):
        xy = leaf.vertices[:, :2]
        if not len(xy):
            continue
        gaps = np.hypot(*(xy - at).T)
        nearest = int(np.argmin(gaps))
        if gaps[nearest] <= near:
            x, y = xy[nearest].tolist()
            found.append((float(gaps[nearest]), (x, y), None))
        if len(xy) < 2:
            continue
        a, way = xy[:-1], np.diff(xy, axis=0)
        share = np.clip(((at - a) * way).sum(1) / np.maximum((way**2).sum(1), 1e-300), 0.0, 1.0)
        off = np.hypot(*(a + share[:, None] * way - at).T)
        number = int(np.argmin(off))
        if off[number] <= near:
            (ax, ay), (bx, by) = xy[number].tolist(), xy[number + 1].tolist()
            found.append((float(off[number]), None, ((ax, ay), (bx, by))))
    return found


# ------------------------------------------------------------------------ by corners
class SplitFeatures(ByCorners):
    """A line cuts the selected features, or all that it crosses."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Split features"), Corners("line", 2))

    def act(self, points: list[Point]) -> Outcome:
        """Cut."""
        table = self.on.table
        xy = np.array(points)
        ids = self.on.selected or table.ids_in((*xy.min(0).tolist(), *xy.max(0).tolist()))
        if not ids:
            raise EditError("The line does not cut through a feature.", remedy="Draw it across a feature.")
        return Outcome(command=acts.split_features(table, ids, xy), finished=True)


class AddHole(ByCorners):
    """An outline inside of an area becomes a hole."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Add a hole"), Corners("polygon", 3))

    def act(self, points: list[Point]) -> Outcome:
        """Cut the hole."""
        table = self.on.table
        xy = np.array(points)
        ids = self.on.selected or table.ids_in((*xy.min(0).tolist(), *xy.max(0).tolist()))
        return Outcome(command=acts.add_hole(table, ids, xy), finished=True)


class AddPart(ByCorners):
    """Corners make one part more of the selected feature."""

    def __init__(self, document: Document, layer_id: str, kind: str = "polygon") -> None:
        corners = Corners("polygon", 3) if kind == "polygon" else Corners("line", 2)
        super().__init__(document, layer_id, N_("Add a part"), corners)

    def act(self, points: list[Point]) -> Outcome:
        """Add the part."""
        ids = self.on.selected
        if len(ids) != 1:
            raise EditError("A part is added to one selected feature.", remedy="Select one feature first.")
        part = from_geojson(to_geometry(self.corners.kind, points))
        return Outcome(command=acts.add_part(self.on.table, next(iter(ids)), part), finished=True)


# ------------------------------------------------------------------------ by one click
class _ByClick(ABC):
    """A gesture whose click does something to the feature under it."""

    def __init__(self, document: Document, layer_id: str, title: str) -> None:
        self.title = title
        self.on = OnLayer(document, layer_id)

    def press(self, pointer: Pointer) -> Outcome:
        """Do it."""
        if pointer.button != "left":
            return Outcome()
        return Outcome(command=self.act(pointer), finished=True)

    @abstractmethod
    def act(self, pointer: Pointer) -> Command:
        """Give what the click does."""

    def move(self, pointer: Pointer) -> Outcome:
        """Show the feature that a click would change."""
        found = self.on.under(pointer)
        return Outcome(self.on.shapes([found[1]]) if found is not None else ())

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Escape takes the preview away."""
        return Outcome(finished=name == "escape")


class FillHole(_ByClick):
    """A click into a hole fills it."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Fill a hole"))

    def act(self, pointer: Pointer) -> Command:
        """Fill the hole."""
        (at,) = self.on.to_layer([pointer.at])
        ids = self.on.table.ids_in((*at, *at))
        if not ids:
            raise EditError("There is no hole here.", remedy="Click inside of the hole.")
        return acts.fill_hole(self.on.table, ids, at)


class RemovePart(_ByClick):
    """A click takes away one part of a feature of several."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Delete a part"))

    def act(self, pointer: Pointer) -> Command:
        """Take the part away."""
        found = self.on.under(pointer)
        if found is None:
            raise EditError("There is no feature here.")
        (at,) = self.on.to_layer([pointer.at])
        return acts.remove_part(self.on.table, found[0], at)


def typed_place(text: str, last: Point | None) -> Point:
    """Read a place as typed at the pointer, in the map's CRS.

    Parameters
    ----------
    text : str
        ``x,y``; ``@dx,dy`` from the last corner; ``distance<angle`` from the last corner, the angle in degrees
        anticlockwise from east.
    last : (east, north) or None

    Raises
    ------
    EditError
        It is none of these, or there is no last corner.
    """
    words = text.replace("，", ",").replace("＜", "<").replace(" ", "")
    try:
        if "<" in words:
            length, _, angle = words.partition("<")
            away = (float(length), math.radians(float(angle)))
            x, y = _last(last)
            return x + away[0] * math.cos(away[1]), y + away[0] * math.sin(away[1])
        east, _, north = words.removeprefix("@").partition(",")
        place = float(east), float(north)
    except ValueError as error:
        raise EditError(
            "This is no place: {text}",
            remedy="Type x,y or @dx,dy or distance<angle.",
            text=text[:40],
        ) from error
    if not words.startswith("@"):
        return place
    x, y = _last(last)
    return x + place[0], y + place[1]


def _last(last: Point | None) -> Point:
    if last is None:
        raise EditError("There is no corner yet to measure from.", remedy="Set the first corner, or type x,y.")
    return last
