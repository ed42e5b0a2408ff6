"""Figure: one geometry as a tree that loses nothing: arcs, Z, M, the order of parts; read from and written as WKB."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

RING = 0
POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(1, 8)
ARC, COMPOUND, CURVEPOLYGON, MULTICURVE, MULTISURFACE = range(8, 13)
SURFACE, TIN, TRIANGLE = 15, 16, 17
_LEAVES = (POINT, LINE, ARC, RING)
_AREAS = (POLYGON, TRIANGLE)
_GEOJSON = {POINT: "Point", LINE: "LineString", POLYGON: "Polygon", MULTIPOINT: "MultiPoint",
            MULTILINE: "MultiLineString", MULTIPOLYGON: "MultiPolygon"}  # fmt: skip
_CODES = {name: kind for kind, name in _GEOJSON.items()}
_SINGLE = {MULTIPOINT: POINT, MULTILINE: LINE, MULTIPOLYGON: POLYGON}
DEEPEST = 32

Way = tuple[int, ...]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A geometry: vertices, or members.

    Parameters
    ----------
    kind : int
        Code of ISO 13249-3 without the thousands; ``RING`` for a ring of a polygon.
    has_z, has_m : bool
    vertices : ndarray, float64, (n, 2 + z + m)
        East, north, height, measure in the layer's CRS; no rows where there are members.
    members : tuple of Figure
    """

    kind: int
    has_z: bool
    has_m: bool
    vertices: Numbers
    members: tuple[Figure, ...] = ()

    @property
    def is_curved(self) -> bool:
        """Whether a part of it is an arc."""
        return self.kind == ARC or any(member.is_curved for member in self.members)

    @property
    def is_empty(self) -> bool:
        """Whether it has no vertex."""
        return not any(len(leaf.vertices) for _, leaf in leaves(self))

    @property
    def dimension(self) -> int:
        """0 of points, 1 of lines, 2 of areas; of a collection that of its highest member, -1 where it is empty."""
        if self.kind in (POINT, MULTIPOINT):
            return 0
        if self.kind in (LINE, ARC, COMPOUND, MULTILINE, MULTICURVE):
            return 1
        if self.kind == COLLECTION:
            return max((member.dimension for member in self.members), default=-1)
        return 2


def leaves(figure: Figure, path: Way = ()) -> Iterator[tuple[Way, Figure]]:
    """Give the parts that have vertices, with the way to each."""
    if figure.kind in _LEAVES:
        yield path, figure
    for number, member in enumerate(figure.members):
        yield from leaves(member, (*path, number))


def with_part(figure: Figure, path: Way, part: Figure | None) -> Figure:
    """Give the figure with another part at the end of a path; None takes it out."""
    if not path:
        return cast("Figure", part)
    first, rest = path[0], path[1:]
    members = list(figure.members)
    if part is None and not rest:
        del members[first]
    else:
        members[first] = with_part(members[first], rest, part) if rest else cast("Figure", part)
    return replace(figure, members=tuple(members))


def part_at(figure: Figure, path: Way) -> Figure:
    """Give the part at the end of a path."""
    for number in path:
        figure = figure.members[number]
    return figure


# ------------------------------------------------------------------------ reading and writing
def read_figure(wkb: bytes) -> Figure:
    """Read well-known binary: ISO or EWKB, any byte order.

    Raises
    ------
    EditError
        The bytes are damaged.
    """
    walk = _Walk(wkb)
    try:
        return walk.figure()
    except (struct.error, ValueError, IndexError) as error:
        raise EditError(
            "The geometry of this feature is damaged.", remedy="Delete the feature, or draw it again."
        ) from error


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = memoryview(data), 0

    def figure(self, depth: int = 0) -> Figure:
        if depth > DEEPEST:
            raise ValueError("nested too deep")
        order = "<" if self.data[self.at] == 1 else ">"
        (code,) = struct.unpack_from(order + "I", self.data, self.at + 1)
        self.at += 9 if code & 0x20000000 else 5
        z, m = bool(code & 0x80000000), bool(code & 0x40000000)
        code &= 0x1FFFFFFF
        z, m, kind = z or code // 1000 in (1, 3), m or code // 1000 in (2, 3), code % 1000
        if kind == POINT:
            one = self._vertices(order, 1, z, m)
            return Figure(kind, z, m, one[:0] if np.isnan(one[0, :2]).any() else one)
        if kind in (LINE, ARC):
            return Figure(kind, z, m, self._vertices(order, self._count(order), z, m))
        if kind in _AREAS:
            rings = [Figure(RING, z, m, self._vertices(order, self._count(order), z, m)) for _ in self._each(order)]
            return Figure(kind, z, m, _none(z, m), tuple(rings))
        if kind not in (MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION, *range(COMPOUND, 13), SURFACE, TIN):
            raise ValueError(f"kind {kind}")
        return Figure(kind, z, m, _none(z, m), tuple(self.figure(depth + 1) for _ in self._each(order)))

    def _each(self, order: str) -> range:
        return range(self._count(order))

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(order + "I", self.data, self.at)
        self.at += 4
        if count > len(self.data):
            raise ValueError("count")
        return int(count)

    def _vertices(self, order: str, count: int, z: bool, m: bool) -> Numbers:
        wide = 2 + z + m
        values = np.frombuffer(self.data, order + "f8", wide * count, self.at).reshape(count, wide)
        self.at += values.nbytes
        return values.astype(np.float64)


def _none(z: bool, m: bool) -> Numbers:
    return np.zeros((0, 2 + z + m))


def to_wkb(figure: Figure) -> bytes:
    """Give the well-known binary, ISO, little endian."""
    code = figure.kind + 1000 * figure.has_z + 2000 * figure.has_m
    head = struct.pack("<BI", 1, code)
    if figure.kind == POINT:
        vertices = figure.vertices if len(figure.vertices) else np.full((1, 2 + figure.has_z + figure.has_m), np.nan)
        return head + vertices.astype("<f8").tobytes()
    if figure.kind in (LINE, ARC):
        return head + _counted(figure.vertices)
    count = struct.pack("<I", len(figure.members))
    if figure.kind in _AREAS:
        return head + count + b"".join(_counted(ring.vertices) for ring in figure.members)
    return head + count + b"".join(to_wkb(member) for member in figure.members)


def _counted(vertices: Numbers) -> bytes:
    return struct.pack("<I", len(vertices)) + vertices.astype("<f8").tobytes()


def from_geojson(shape: dict[str, Any]) -> Figure:
    """Read a GeoJSON-like geometry, as scratch layers keep it; places have 2 or 3 numbers."""
    kind = _CODES[str(shape["type"])]
    coordinates: list[Any] = shape.get("coordinates") or []
    if kind in _SINGLE:
        parts = tuple(from_geojson({"type": _GEOJSON[_SINGLE[kind]], "coordinates": part}) for part in coordinates)
        z = any(part.has_z for part in parts)
        return Figure(kind, z, False, _none(z, False), tuple(with_z(part) if z else part for part in parts))
    if kind == POLYGON:
        rings = [_places(ring) for ring in coordinates]
        z = any(ring.shape[1] > 2 for ring in rings)
        return Figure(kind, z, False, _none(z, False), tuple(Figure(RING, z, False, ring) for ring in rings))
    places = _places([coordinates] if kind == POINT and coordinates else coordinates)
    return Figure(kind, places.shape[1] > 2, False, places)


def with_z(figure: Figure) -> Figure:
    """Give the figure with heights; those that were not known are NaN."""
    if figure.has_z:
        return figure
    unknown = np.full((len(figure.vertices), 1), np.nan)
    deep = np.column_stack([figure.vertices[:, :2], unknown, figure.vertices[:, 2:]])
    return Figure(figure.kind, True, figure.has_m, deep, tuple(with_z(member) for member in figure.members))


def _places(rows: Sequence[Sequence[float]]) -> Numbers:
    wide = 3 if rows and all(len(row) > 2 for row in rows) else 2
    return np.array([row[:wide] for row in rows], np.float64).reshape(-1, wide)


def to_geojson(figure: Figure) -> dict[str, Any]:
    """Give the GeoJSON-like form.

    Raises
    ------
    EditError
        It has arcs, or is of a kind that GeoJSON does not know.
    """
    name = _GEOJSON.get(figure.kind)
    if name is None:
        raise EditError(
            "A scratch layer cannot hold this kind of geometry.", remedy="Copy the features into a GeoPackage layer."
        )
    return {"type": name, "coordinates": _coordinates(figure)}


def _coordinates(figure: Figure) -> Any:
    if figure.kind == POINT:
        return _plain(figure.vertices)[0] if len(figure.vertices) else []
    if figure.kind in (LINE, RING):
        return _plain(figure.vertices)
    return [_coordinates(member) for member in figure.members]


def _plain(vertices: Numbers) -> list[list[float]]:
    wide = 3 if vertices.shape[1] > 2 and np.isfinite(vertices[:, 2]).all() else 2
    return [[float(value) for value in row[:wide]] for row in vertices]


# ------------------------------------------------------------------------ whole figures
def changed(figure: Figure, change: Callable[[Numbers], Numbers]) -> Figure:
    """Give the figure with other places.

    Parameters
    ----------
    change : callable
        Takes (n, 2) east, north of one part and gives as many; heights and measures stay.
    """
    vertices = figure.vertices
    if len(vertices):
        vertices = np.column_stack([change(vertices[:, :2]), vertices[:, 2:]])
    return replace(figure, vertices=vertices, members=tuple(changed(member, change) for member in figure.members))


def shifted(figure: Figure, dx: float, dy: float) -> Figure:
    """Give the figure at another place."""
    return changed(figure, lambda xy: xy + np.array([dx, dy]))


def places_of(figure: Figure) -> Numbers:
    """Give all vertices, (n, 2), part after part."""
    parts = [leaf.vertices[:, :2] for _, leaf in leaves(figure)]
    return np.concatenate(parts) if parts else np.zeros((0, 2))
