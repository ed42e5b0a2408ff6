"""Selecting on the map: a box, a free outline or corners; what is found joins, leaves or meets what was selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from app.core.gestures import Corners, Key, Outcome, Point, Pointer
from app.core.language import N_
from app.core.shapes import Shape
from layers.filters.space import compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.geometry import Geometry

How = Literal["set", "join", "remove", "common", "flip"]
Way = Literal["box", "lasso", "polygon"]
Ids = np.ndarray[Any, np.dtype[np.int64]]

TITLES: dict[str, str] = {
    "box": N_("Select by rectangle"),
    "lasso": N_("Select by free outline"),
    "polygon": N_("Select by polygon"),
}


WAYS: tuple[tuple[How, str], ...] = (
    ("set", N_("Instead of what is selected")),
    ("join", N_("Add to what is selected")),
    ("remove", N_("Take away from what is selected")),
    ("common", N_("Keep what both have")),
)
"""How what is found counts: value and English title."""


def how_of(pointer: Pointer) -> How:
    """Give what the keys ask for: shift adds, control takes away, both keep what is common."""
    if pointer.shift:
        return "common" if pointer.control else "join"
    return "remove" if pointer.control else "set"


def combined(before: Ids, found: Ids, how: How) -> Ids:
    """Give the ids selected after ids were found.

    Parameters
    ----------
    before, found : ndarray, int64
    how : {"set", "join", "remove", "common", "flip"}
        ``flip`` selects what was found and not selected, and leaves out what was both.
    """
    match how:
        case "set":
            return np.unique(found)
        case "join":
            return np.union1d(before, found)
        case "remove":
            return np.setdiff1d(before, found)
        case "common":
            return np.intersect1d(before, found)
        case "flip":
            return np.setxor1d(before, np.unique(found))


def touching(geometry: Geometry, corners: list[Point]) -> NDArray[np.bool_]:
    """Tell which features touch a polygon.

    Parameters
    ----------
    geometry : Geometry
    corners : list of (east, north)
        In the same system; an outline that crosses itself counts by what it encloses.
    """
    import shapely

    library = cast("Any", shapely)
    place = library.Polygon(corners)
    if not place.is_valid:
        place = library.make_valid(place)
    return compared("S_INTERSECTS", geometry, place)[0]


class Select:
    """Selects what a box, a free outline or a polygon touches; changes nothing in the document's data.

    Parameters
    ----------
    way : {"box", "lasso", "polygon"}
    found : callable
        Takes the corners in the map's CRS, and how they count.
    leave : callable
        Called by Escape where nothing is under way.
    """

    def __init__(self, way: Way, found: Callable[[list[Point], How], object], leave: Callable[[], object]) -> None:
        self.title = TITLES[way]
        self.way = way
        self._found, self._leave = found, leave
        self._corners = Corners("polygon", 3)
        self._how: How = "set"

    def press(self, pointer: Pointer) -> Outcome:
        """Begin, or set a corner; a double click, the right button or Enter closes a polygon."""
        if self.way == "polygon":
            if not self._corners.points:
                self._how = how_of(pointer)
            return self._finish() if self._corners.press(pointer) else self.move(pointer)
        if pointer.button == "left":
            self._how, self._corners.points = how_of(pointer), [pointer.at]
        return self.move(pointer)

    def move(self, pointer: Pointer) -> Outcome:
        """Show what would be enclosed."""
        points = self._corners.points
        if not points:
            return Outcome()
        if self.way == "polygon":
            return Outcome(self._corners.preview(pointer.at))
        if self.way == "box":
            return Outcome((Shape("polygon", tuple(_box(points[0], pointer.at))),))
        if pointer.at != points[-1]:
            points.append(pointer.at)
        return Outcome((Shape("polygon" if len(points) > 2 else "line", tuple(points)),) if len(points) > 1 else ())

    def release(self, pointer: Pointer) -> Outcome:
        """Close a box or a free outline; a click without a drag takes what lies under the pointer."""
        points = self._corners.points
        if self.way == "polygon" or not points:
            return self.move(pointer)
        if _is_small(points, pointer):
            (x, y), near = pointer.at, pointer.near / 2
            self._corners.points = _box((x - near, y - near), (x + near, y + near))
        elif self.way == "box":
            self._corners.points = _box(points[0], pointer.at)
        return self._finish()

    def key(self, name: Key) -> Outcome:
        """Finish, take back a corner, give up; Escape with nothing under way leaves selecting."""
        if name == "escape" and not self._corners.points:
            self._leave()
            return Outcome(finished=True)
        if self._corners.key(name):
            return self._finish()
        return Outcome(self._corners.preview(), finished=name == "escape")

    def _finish(self) -> Outcome:
        corners = self._corners.take()
        if len(corners) > 2:
            self._found(corners, self._how)
        return Outcome(finished=True)


def _box(a: Point, b: Point) -> list[Point]:
    (x0, x1), (y0, y1) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _is_small(points: list[Point], pointer: Pointer) -> bool:
    """Tell whether the pointer hardly moved."""
    reach = pointer.near / 2
    return all(abs(x - pointer.x) <= reach and abs(y - pointer.y) <= reach for x, y in points)
