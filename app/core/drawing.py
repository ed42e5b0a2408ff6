"""Drawing: gestures that add features to a layer and move them; the layer's own or its working copy takes them up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.bulk import Bulk, across
from app.core.editable import Editable, editable, figures
from app.core.feature_acts import add_feature
from app.core.gestures import Corners, Outcome
from app.core.language import N_, error_text, tr
from app.core.selection import Ids
from app.core.shapes import Shape, crosses_itself, to_geometry
from layers.cutting import ShapeInvalid, shape_of
from layers.errors import EditError
from layers.figure import POINT, RING, Figure, from_geojson, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from app.core.document import Document
    from app.core.gestures import Key, Point, Pointer
    from layers.vector import VectorLayer

    Numbers = NDArray[np.float64]

SHOWN = 200
"""Features whose outlines a preview shows; of more the first ones stand for all."""


class OnLayer:
    """A layer that is worked on, and the way from the map's CRS to the layer's.

    Parameters
    ----------
    document : Document
    layer_id : str
    """

    def __init__(self, document: Document, layer_id: str) -> None:
        self.document, self.layer_id = document, layer_id

    @property
    def table(self) -> Editable:
        """The features; raises EditError where the layer is not being edited."""
        return editable(self.document, self.layer_id)

    @property
    def layer(self) -> VectorLayer:
        """The layer."""
        return self.table.layer

    @property
    def selected(self) -> frozenset[int]:
        """The selected features, where they are selected one by one."""
        found = self.document.selection.predicates.get(self.layer_id)
        return found.ids if isinstance(found, Ids) else frozenset()

    def to_layer(self, points: list[Point]) -> list[Point]:
        """Bring places of the map into the layer's CRS; raises EditError where that is not possible."""
        return _pairs(across(_rows(points), self.document.camera.crs, self.layer.crs))

    def to_map(self, points: list[Point]) -> list[Point]:
        """Bring places of the layer into the map's CRS."""
        return _pairs(across(_rows(points), self.layer.crs, self.document.camera.crs))

    def reach(self, pointer: Pointer) -> tuple[Point, float]:
        """Give the pointer in the layer's CRS, and within which distance of it something counts as hit."""
        at, beside = self.to_layer([pointer.at, (pointer.x + pointer.near, pointer.y)])
        return at, math.dist(at, beside)

    def under(self, pointer: Pointer) -> tuple[int, Figure] | None:
        """Give the nearest feature within reach of the pointer; areas are hit inside too."""
        import shapely

        at, near = self.reach(pointer)
        table = self.table
        found = figures(table.rows(table.ids_in((at[0] - near, at[1] - near, at[0] + near, at[1] + near))))
        place, best = shapely.Point(at), (math.inf, -1)
        for number, figure in found.items():
            gap = float(shape_of(figure).distance(place)) if not figure.is_empty else math.inf
            best = min(best, (gap, -number))
        return (-best[1], found[-best[1]]) if best[0] <= near else None

    def shapes(self, found: Iterable[Figure]) -> tuple[Shape, ...]:
        """Give what a preview shows of features, in the map's CRS."""
        made: list[Shape] = []
        for number, figure in enumerate(found):
            if number >= SHOWN:
                break
            for _, leaf in leaves(figure):
                if len(leaf.vertices):
                    kind = "point" if leaf.kind == POINT else "polygon" if leaf.kind == RING else "line"
                    made.append(Shape(kind, tuple(self.to_map(_pairs(leaf.vertices[:, :2])))))
        return tuple(made)


def _rows(points: list[Point]) -> Numbers:
    return np.array(points, np.float64).reshape(-1, 2)


def _pairs(xy: Numbers) -> list[Point]:
    return [(float(x), float(y)) for x, y in xy]


def refusal(error: EditError, preview: tuple[Shape, ...], on: OnLayer) -> Outcome:
    """Give what the map shows of an edit that cannot be made: why, and where the fault is."""
    at = error.at if isinstance(error, ShapeInvalid) else None
    mark = (Shape("fault", tuple(on.to_map([at]))),) if at is not None else ()
    return Outcome((*preview, *mark), error_text(error))


# ------------------------------------------------------------------------ adding
class AddPoint:
    """Each press of the left button adds a point."""

    def __init__(self, document: Document, layer_id: str) -> None:
        self.title = N_("Draw points")
        self.on = OnLayer(document, layer_id)

    def press(self, pointer: Pointer) -> Outcome:
        """Add a point."""
        if pointer.button != "left":
            return Outcome()
        figure = from_geojson(to_geometry("point", self.on.to_layer([pointer.at])))
        try:
            return Outcome(command=add_feature(self.on.table, figure), finished=True)
        except ShapeInvalid as error:
            return refusal(error, (), self.on)

    def move(self, pointer: Pointer) -> Outcome:
        """Show where the point would be."""
        return Outcome((Shape("point", (pointer.at,)),))

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Escape takes the preview away; the other keys do nothing."""
        return Outcome(finished=name == "escape")


class ByCorners:
    """A gesture that sets corner after corner and ends in one act; what the act is, the others say."""

    def __init__(self, document: Document, layer_id: str, title: str, corners: Corners) -> None:
        self.title = title
        self.on = OnLayer(document, layer_id)
        self.corners = corners

    @property
    def anchor(self) -> Point | None:
        """The last corner: where a perpendicular or a typed distance starts."""
        return self.corners.points[-1] if self.corners.points else None

    def press(self, pointer: Pointer) -> Outcome:
        """Set a corner, or finish."""
        return self._finish() if self.corners.press(pointer) else self.move(pointer)

    def move(self, pointer: Pointer) -> Outcome:
        """Show what it would be with a corner here, and how long and in which direction the next edge is."""
        return Outcome(self.corners.preview(pointer.at), self._way_to(pointer.at))

    def _way_to(self, at: Point) -> str:
        last = self.anchor
        if last is None or last == at:
            return ""
        angle = math.degrees(math.atan2(at[1] - last[1], at[0] - last[0])) % 360
        return f"{math.dist(last, at):.3f} < {angle:.2f}°"

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Finish, take back a corner, or give up."""
        if self.corners.key(name):
            return self._finish()
        return Outcome(self.corners.preview(), finished=name == "escape")

    def _finish(self) -> Outcome:
        corners = self.corners
        if corners.kind == "polygon" and crosses_itself(corners.points):
            return Outcome(corners.preview(), tr("The outline crosses itself: take back a corner with Backspace."))
        points = list(corners.points)
        try:
            made = self.act(self.on.to_layer(points))
        except EditError as error:
            if isinstance(error, ShapeInvalid):
                return refusal(error, corners.preview(), self.on)
            corners.take()
            raise
        corners.take()
        return made

    def act(self, points: list[Point]) -> Outcome:
        """Give what comes of the corners, in the layer's CRS."""
        figure = from_geojson(to_geometry(self.corners.kind, points))
        return Outcome(command=add_feature(self.on.table, figure), finished=True)


class AddLine(ByCorners):
    """Corners make a line."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Draw lines"), Corners("line", 2))


class AddPolygon(ByCorners):
    """Corners make a polygon; an outline that crosses itself is not taken."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Draw polygons"), Corners("polygon", 3))


# ------------------------------------------------------------------------ choosing and moving
class PickFeature:
    """Clicks select features of the layer, one by one; with Shift they are added or taken away."""

    def __init__(self, document: Document, layer_id: str) -> None:
        self.title = N_("Select features")
        self.on = OnLayer(document, layer_id)

    def press(self, pointer: Pointer) -> Outcome:
        """Select what is under the pointer."""
        if pointer.button != "left":
            return Outcome()
        found = self.on.under(pointer)
        one = frozenset([found[0]]) if found is not None else frozenset[int]()
        ids = self.on.selected ^ one if pointer.shift else one
        self.on.document.selection.set(self.on.layer_id, Ids(ids) if ids else None)
        return Outcome(finished=True)

    def move(self, pointer: Pointer) -> Outcome:
        """Show what a click would select."""
        found = self.on.under(pointer)
        return Outcome(self.on.shapes([found[1]]) if found is not None else ())

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Escape selects nothing."""
        if name == "escape":
            self.on.document.selection.set(self.on.layer_id, None)
        return Outcome(finished=name == "escape")


class MoveFeature:
    """Drags the feature under the pointer, and all that are selected with it, to another place."""

    def __init__(self, document: Document, layer_id: str) -> None:
        self.title = N_("Move features")
        self.on = OnLayer(document, layer_id)
        self.held: frozenset[int] = frozenset()
        self.anchor: Point | None = None
        self._shapes: tuple[Shape, ...] = ()

    def press(self, pointer: Pointer) -> Outcome:
        """Take hold of the nearest feature within reach."""
        self._drop()
        if pointer.button != "left":
            return Outcome()
        found = self.on.under(pointer)
        if found is None:
            return Outcome(words=tr("There is no feature here."))
        together = self.on.selected if found[0] in self.on.selected else frozenset([found[0]])
        self.held, self.anchor = together, pointer.at
        shown = figures(self.on.table.rows(sorted(together)[:SHOWN]))
        self._shapes = self.on.shapes(shown.values())
        return Outcome(self._shapes)

    def _drop(self) -> None:
        self.held, self.anchor, self._shapes = frozenset(), None, ()

    def move(self, pointer: Pointer) -> Outcome:
        """Show the features at the new place."""
        if self.anchor is None:
            return Outcome()
        dx, dy = pointer.x - self.anchor[0], pointer.y - self.anchor[1]
        moved = tuple(Shape(s.kind, tuple((x + dx, y + dy) for x, y in s.points)) for s in self._shapes)
        return Outcome(moved, f"Δ {dx:.3f}, {dy:.3f}")

    def release(self, pointer: Pointer) -> Outcome:
        """Put the features down."""
        held, start = self.held, self.anchor
        self._drop()
        if start is None:
            return Outcome()
        if pointer.at == start:
            return Outcome(finished=True)
        way: dict[str, Any] = {"dx": pointer.x - start[0], "dy": pointer.y - start[1]}
        wish = Bulk(self.on.layer_id, "move", held, {**way, "map_crs": self.on.document.camera.crs})
        if wish.is_many and not self.on.layer.is_scratch:
            return Outcome(wish=wish, finished=True)
        return Outcome(command=wish.command(self.on.table), finished=True)

    def key(self, name: Key) -> Outcome:
        """Escape puts the features back."""
        if name == "escape":
            self._drop()
        return Outcome(finished=name == "escape")
