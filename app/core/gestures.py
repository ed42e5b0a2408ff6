"""Gestures: press, move and release in map coordinates; a preview on the way, a command at the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from app.core.commands import Command, EditFeatures, plain
from app.core.language import N_, tr
from app.core.shapes import Shape, crosses_itself, distance, feature_shapes, moved, to_geometry
from layers.crs import transform_points
from layers.edits import Change, Edit, Feature
from layers.errors import EditError
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.core.document import Document

Point = tuple[float, float]
Key = Literal["enter", "escape", "backspace"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the pointer did, in the CRS of the map.

    ``near`` is the distance in map units within which something counts as hit. ``double`` marks the second
    press of a double click.
    """

    x: float
    y: float
    near: float = 0.0
    button: Literal["left", "right", "middle", "none"] = "left"
    double: bool = False
    shift: bool = False
    control: bool = False

    @property
    def at(self) -> Point:
        """Place (east, north) in map units."""
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gesture answers.

    Parameters
    ----------
    preview : tuple of Shape
        What to draw over the map, in its CRS.
    words : str
        Translated text beside the pointer.
    command : Command or None
        What to run; the gesture may go on with the next feature.
    finished : bool
        Whether this feature or measurement is complete.
    """

    preview: tuple[Shape, ...] = ()
    words: str = ""
    command: Command | None = None
    finished: bool = False


class Gesture(Protocol):
    """A way of drawing, moving or measuring with the pointer; knows no window."""

    title: str

    def press(self, pointer: Pointer) -> Outcome:
        """Answer a pressed button."""
        ...

    def move(self, pointer: Pointer) -> Outcome:
        """Answer a moved pointer, with or without a button."""
        ...

    def release(self, pointer: Pointer) -> Outcome:
        """Answer a released button."""
        ...

    def key(self, name: Key) -> Outcome:
        """Answer a key: ``enter`` finishes, ``backspace`` takes back a corner, ``escape`` gives up."""
        ...


@dataclass
class _Scratch:
    """A scratch layer that is being drawn into, and the way from the map's CRS to the layer's."""

    document: Document
    layer_id: str

    @property
    def layer(self) -> VectorLayer:
        found = self.document.layer(self.layer_id)
        if not isinstance(found, VectorLayer) or not found.is_scratch:
            raise EditError(
                "The features of {layer} cannot be edited here.",
                where=found.source,
                remedy="Copy the features into a scratch layer first.",
                layer=found.name,
            )
        return found

    def to_layer(self, points: list[Point]) -> list[Point]:
        """Bring places of the map into the layer's CRS; raises EditError where that is not possible."""
        return self._across(points, self.document.camera.crs, self.layer.crs)

    def to_map(self, points: list[Point]) -> list[Point]:
        """Bring places of the layer into the map's CRS."""
        return self._across(points, self.layer.crs, self.document.camera.crs)

    def _across(self, points: list[Point], source: str | None, target: str | None) -> list[Point]:
        if source is None or target is None or source == target:
            return points
        xy = transform_points(np.array(points, np.float64).reshape(-1, 2), source, target)
        if not np.isfinite(xy).all():
            raise EditError("This place has no coordinates in the reference system of the layer.", where=target)
        return [(float(x), float(y)) for x, y in xy]

    def adding(self, geometry: dict[str, object]) -> EditFeatures:
        """Give the command that adds a feature with empty attributes."""
        layer = self.layer
        number = max(layer.features, default=0) + 1
        columns: list[str] = list(next(iter(layer.features.values()))["properties"]) if layer.features else []
        feature: Feature = {"geometry": geometry, "properties": dict.fromkeys(columns)}
        return EditFeatures(self.layer_id, Edit({number: Change(None, plain(feature))}), N_("Draw a feature"))


class AddPoint:
    """Each press of the left button adds a point to a scratch layer."""

    def __init__(self, document: Document, layer_id: str) -> None:
        self.title = N_("Draw points")
        self._scratch = _Scratch(document, layer_id)

    def press(self, pointer: Pointer) -> Outcome:
        """Add a point."""
        if pointer.button != "left":
            return Outcome()
        (at,) = self._scratch.to_layer([pointer.at])
        command = self._scratch.adding({"type": "Point", "coordinates": list(at)})
        return Outcome(command=command, finished=True)

    def move(self, pointer: Pointer) -> Outcome:
        """Show where the point would be."""
        return Outcome((Shape("point", (pointer.at,)),))

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Escape takes the preview away; the other keys do nothing."""
        return Outcome(finished=name == "escape")


@dataclass
class Corners:
    """Corners set one after the other; shared by lines, polygons and measuring.

    A double click, the right button or Enter finishes; Backspace takes back a corner; Escape gives up.
    """

    kind: Literal["line", "polygon"]
    least: int
    points: list[Point] = field(default_factory=list[Point])

    def preview(self, pointer: Point | None = None) -> tuple[Shape, ...]:
        """Give the corners so far, with the pointer as the next one."""
        shown = [*self.points, pointer] if pointer is not None and self.points else list(self.points)
        if len(shown) < 2:
            return tuple(Shape("point", (point,)) for point in shown)
        kind = self.kind if len(shown) > 2 else "line"
        return Shape(kind, tuple(shown)), *(Shape("point", (point,)) for point in self.points)

    def press(self, pointer: Pointer) -> bool:
        """Take a press; whether it finishes."""
        if pointer.button == "right":
            return len(self.points) >= self.least
        if pointer.button != "left":
            return False
        if pointer.double:
            return len(self.points) >= self.least
        if not self.points or self.points[-1] != pointer.at:
            self.points.append(pointer.at)
        return False

    def key(self, name: Key) -> bool:
        """Take a key; whether it finishes."""
        if name == "escape":
            self.points.clear()
        elif name == "backspace" and self.points:
            self.points.pop()
        return name == "enter" and len(self.points) >= self.least

    def take(self) -> list[Point]:
        """Give the corners and start anew."""
        points, self.points = self.points, []
        return points


class _AddCorners:
    """Draws a line or a polygon into a scratch layer."""

    def __init__(self, document: Document, layer_id: str, title: str, corners: Corners) -> None:
        self.title = title
        self._scratch = _Scratch(document, layer_id)
        self._corners = corners

    def press(self, pointer: Pointer) -> Outcome:
        """Set a corner, or finish."""
        return self._finish() if self._corners.press(pointer) else self.move(pointer)

    def move(self, pointer: Pointer) -> Outcome:
        """Show the feature as it would be with a corner here."""
        return Outcome(self._corners.preview(pointer.at))

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Finish, take back a corner, or give up."""
        if self._corners.key(name):
            return self._finish()
        return Outcome(self._corners.preview(), finished=name == "escape")

    def _finish(self) -> Outcome:
        corners = self._corners
        if corners.kind == "polygon" and crosses_itself(corners.points):
            return Outcome(corners.preview(), tr("The outline crosses itself: take back a corner with Backspace."))
        points = self._scratch.to_layer(corners.take())
        return Outcome(command=self._scratch.adding(to_geometry(corners.kind, points)), finished=True)


class AddLine(_AddCorners):
    """Corners make a line in a scratch layer."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Draw lines"), Corners("line", 2))


class AddPolygon(_AddCorners):
    """Corners make a polygon in a scratch layer; an outline that crosses itself is not taken."""

    def __init__(self, document: Document, layer_id: str) -> None:
        super().__init__(document, layer_id, N_("Draw polygons"), Corners("polygon", 3))


class MoveFeature:
    """Drags the feature under the pointer to another place."""

    def __init__(self, document: Document, layer_id: str) -> None:
        self.title = N_("Move features")
        self._scratch = _Scratch(document, layer_id)
        self._held: tuple[int, Point, tuple[Shape, ...]] | None = None

    def press(self, pointer: Pointer) -> Outcome:
        """Take hold of the nearest feature within reach."""
        self._held = None
        if pointer.button != "left":
            return Outcome()
        found = self._nearest(pointer)
        if found is None:
            return Outcome(words=tr("There is no feature here."))
        self._held = (found[0], pointer.at, found[1])
        return Outcome(found[1])

    def _nearest(self, pointer: Pointer) -> tuple[int, tuple[Shape, ...]] | None:
        """Find the nearest feature within reach; distances are those of the layer's CRS."""
        at, beside = self._scratch.to_layer([pointer.at, (pointer.x + pointer.near, pointer.y)])
        best, reach = None, math.dist(at, beside)
        for number, feature in self._scratch.layer.features.items():
            gap = min((distance(shape, at) for shape in feature_shapes(feature)), default=math.inf)
            if gap <= reach:
                best, reach = (number, feature), gap
        if best is None:
            return None
        shapes = feature_shapes(best[1])
        return best[0], tuple(Shape(shape.kind, tuple(self._scratch.to_map(list(shape.points)))) for shape in shapes)

    def move(self, pointer: Pointer) -> Outcome:
        """Show the feature at the new place."""
        if self._held is None:
            return Outcome()
        _, start, shapes = self._held
        dx, dy = pointer.x - start[0], pointer.y - start[1]
        return Outcome(tuple(Shape(s.kind, tuple((x + dx, y + dy) for x, y in s.points)) for s in shapes))

    def release(self, pointer: Pointer) -> Outcome:
        """Put the feature down."""
        if self._held is None:
            return Outcome()
        number, start, _ = self._held
        self._held = None
        if pointer.at == start:
            return Outcome(finished=True)
        old = self._scratch.layer.features[number]
        shift = (pointer.x - start[0], pointer.y - start[1])
        new = plain(moved(old, lambda points: self._shifted(points, shift)))
        edit = Edit({number: Change(old, new)})
        command = EditFeatures(self._scratch.layer_id, edit, N_("Move a feature"))
        return Outcome(command=command, finished=True)

    def _shifted(self, points: list[Point], by: Point) -> list[Point]:
        on_map = self._scratch.to_map(points)
        return self._scratch.to_layer([(x + by[0], y + by[1]) for x, y in on_map])

    def key(self, name: Key) -> Outcome:
        """Escape puts the feature back."""
        if name == "escape":
            self._held = None
        return Outcome(finished=name == "escape")
