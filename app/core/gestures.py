"""Gestures: press, move and release in map coordinates; a preview on the way, a command at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from app.core.shapes import Shape

if TYPE_CHECKING:
    from app.core.bulk import Bulk
    from app.core.commands import Command

Point = tuple[float, float]
Key = Literal["enter", "escape", "backspace", "delete"]


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
    wish : Bulk or None
        An act on so many features that it is done in a process of its own.
    """

    preview: tuple[Shape, ...] = ()
    words: str = ""
    command: Command | None = None
    finished: bool = False
    wish: Bulk | None = None


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
