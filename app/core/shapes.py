"""Shapes of single features: drawn by gestures, measured, shifted; coordinates are (east, north)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.edits import Feature

Point = tuple[float, float]
Kind = Literal["point", "line", "polygon"]
Mark = Literal["handle", "fault", "vertex", "crossing", "middle", "foot", "edge"]
"""Signs that a preview shows at a place: handles, faults, and what the pointer is drawn to."""
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_KINDS: dict[str, Kind] = {"Point": "point", "LineString": "line", "Polygon": "polygon"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One point, line or ring; a ring need not repeat its first corner."""

    kind: Kind | Mark
    points: tuple[Point, ...]


def to_geometry(kind: Kind, points: list[Point]) -> dict[str, Any]:
    """Give the GeoJSON-like geometry of a shape; a polygon's ring is closed and runs anticlockwise."""
    if kind == "point":
        return {"type": "Point", "coordinates": list(points[0])}
    if kind == "line":
        return {"type": "LineString", "coordinates": [list(point) for point in points]}
    ring = points if signed_area(points) >= 0 else points[::-1]
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])]]}


def feature_shapes(feature: Feature) -> Iterator[Shape]:
    """Give the points, lines and rings of a feature; nothing where it has no geometry."""
    geometry = feature.get("geometry")
    if not geometry or geometry.get("type") not in _DEPTH:
        return
    name = str(geometry["type"])
    yield from _shapes(_KINDS[name.removeprefix("Multi")], geometry["coordinates"], _DEPTH[name])


def _shapes(kind: Kind, coordinates: Any, depth: int) -> Iterator[Shape]:
    if depth == 0:
        yield Shape(kind, (_point(coordinates),))
    elif depth == 1 and kind != "point":
        yield Shape(kind, tuple(_point(c) for c in coordinates))
    else:
        for part in cast("list[Any]", coordinates):
            yield from _shapes(kind, part, depth - 1)


def _point(coordinates: Any) -> Point:
    return float(coordinates[0]), float(coordinates[1])


def moved(feature: Feature, change: Callable[[list[Point]], list[Point]]) -> Feature:
    """Give a feature with other coordinates; heights and attributes stay.

    Parameters
    ----------
    change : callable
        Takes the points of one part and gives as many.
    """
    geometry = feature.get("geometry")
    if not geometry:
        return feature
    depth = _DEPTH[str(geometry["type"])]
    coordinates = _changed(geometry["coordinates"], depth, change)
    return {**feature, "geometry": {**geometry, "coordinates": coordinates}}


def _changed(coordinates: Any, depth: int, change: Callable[[list[Point]], list[Point]]) -> Any:
    if depth == 0:
        return _with_rest(change([_point(coordinates)])[0], coordinates)
    if depth == 1:
        new = change([_point(c) for c in coordinates])
        return [_with_rest(point, old) for point, old in zip(new, coordinates, strict=True)]
    return [_changed(part, depth - 1, change) for part in coordinates]


def _with_rest(point: Point, old: Any) -> list[float]:
    return [*point, *old[2:]]


def signed_area(points: list[Point]) -> float:
    """Give the area of a ring in square map units; positive where it runs anticlockwise."""
    ends = [*points[1:], points[0]]
    x0, y0 = points[0]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in zip(points, ends, strict=True)) / 2


def crosses_itself(points: list[Point]) -> bool:
    """Tell whether the ring of these corners crosses or touches itself, or has no area."""
    ring = [point for number, point in enumerate(points) if point != points[number - 1]]
    count = len(ring)
    if count < 3 or signed_area(ring) == 0:
        return True
    edges = [(ring[number], ring[(number + 1) % count]) for number in range(count)]
    for first in range(count):
        for second in range(first + 1, count):
            joined = second == first + 1 or (first == 0 and second == count - 1)
            if joined and _folds_back(edges[first], edges[second], first == 0 and second == count - 1):
                return True
            if not joined and _meet(*edges[first], *edges[second]):
                return True
    return False


def _folds_back(a: tuple[Point, Point], b: tuple[Point, Point], around: bool) -> bool:
    """Tell whether the second of two joined edges runs back over the first."""
    if around:
        a, b = b, a
    (p, q), (_, r) = a, b
    along = (q[0] - p[0]) * (r[0] - q[0]) + (q[1] - p[1]) * (r[1] - q[1])
    return _side(p, q, r) == 0 and along < 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: Point, b: Point, p: Point) -> int:
    area = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (area > 0) - (area < 0)


def distance(shape: Shape, at: Point) -> float:
    """Give the distance from a place to a shape in map units; 0 inside a ring."""
    points = list(shape.points)
    if shape.kind == "polygon":
        if _inside(points, at):
            return 0.0
        points.append(points[0])
    if len(points) == 1:
        return math.dist(points[0], at)
    return min(_to_edge(at, a, b) for a, b in pairwise(points))


def _to_edge(at: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length
    share = min(max(share, 0.0), 1.0)
    return math.dist(at, (a[0] + share * dx, a[1] + share * dy))


def _inside(points: list[Point], at: Point) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        if (ay > at[1]) != (by > at[1]) and at[0] < (bx - ax) * (at[1] - ay) / (by - ay) + ax:
            inside = not inside
    return inside
