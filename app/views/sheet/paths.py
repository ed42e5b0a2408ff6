"""Paths: columnar rings, lines and marks as QPainterPaths, without a call for each vertex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from layers.geometry import gather

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

TOGETHER = 200
"""Rings or marks of one path: a painter's antialiasing slows down with longer ones."""

NEAR = 0.03
"""Vertices nearer than this to the one before, in px at 96 dpi (0.008 mm), are left out."""

FEW = 64
"""Rings with fewer vertices are not clipped: the frame of the map does it."""

ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
MOVE, LINE = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Rings or lines on the page.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        px at 96 dpi, y downwards.
    offsets : ndarray, int64, (rings + 1,)
    source : ndarray, int64, (rings,)
        Number of the ring that each comes from.
    """

    xy: NDArray[np.float64]
    offsets: NDArray[np.int64]
    source: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the rings."""
        return len(self.source)


def placed(
    xy: NDArray[np.float64],
    rings: NDArray[np.int64],
    chosen: NDArray[np.int64],
    placement: Placement,
    size: tuple[float, float],
    *,
    closed: bool,
) -> Rings:
    """Bring rings onto the page: thinned, and clipped to the frame where they are long and leave it.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        Map units; NaN vertices are left out.
    rings : ndarray, int64, (rings + 1,)
    chosen : ndarray, int64
        Numbers of the rings wanted.
    placement : Placement
    size : (width, height)
        Of the frame, px.
    closed : bool
        Rings, not lines.
    """
    offsets, vertices = gather(rings, chosen)
    px, py = placement.to_pixels(xy[vertices, 0], xy[vertices, 1])
    points = np.column_stack([px, py])
    found = _thinned(Rings(points, offsets, np.asarray(chosen, np.int64)))
    return clipped(found, size, closed=closed)


def _thinned(rings: Rings) -> Rings:
    """Leave out NaN vertices and those that lie on the one before."""
    xy, starts = rings.xy, rings.offsets[:-1]
    if not len(xy):
        return rings
    keep = np.empty(len(xy), bool)
    keep[0] = True
    keep[1:] = np.abs(np.diff(xy, axis=0)).max(axis=1) > NEAR
    full = starts < rings.offsets[1:]
    keep[starts[full]] = True
    keep[rings.offsets[1:][full] - 1] = True
    keep &= np.isfinite(xy).all(axis=1)
    offsets = np.concatenate([[0], np.cumsum(keep)])[rings.offsets]
    return Rings(xy[keep], offsets.astype(np.int64), rings.source)


def clipped(rings: Rings, size: tuple[float, float], *, closed: bool, margin: float = 24.0) -> Rings:
    """Cut long rings and lines that leave the frame to a box around it."""
    counts = np.diff(rings.offsets)
    box = (-margin, -margin, size[0] + margin, size[1] + margin)
    long = np.flatnonzero(counts > FEW)
    if not len(long):
        return rings
    low, high = _bounds(rings, long)
    out = (low[:, 0] < box[0]) | (low[:, 1] < box[1]) | (high[:, 0] > box[2]) | (high[:, 1] > box[3])
    long = long[out]
    return _cut(rings, long, box, closed=closed) if len(long) else rings


def _bounds(rings: Rings, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    offsets, vertices = gather(rings.offsets, chosen)
    xy = rings.xy[vertices]
    return np.minimum.reduceat(xy, offsets[:-1]), np.maximum.reduceat(xy, offsets[:-1])


def _cut(rings: Rings, long: NDArray[np.int64], box: tuple[float, float, float, float], *, closed: bool) -> Rings:
    """Put the pieces of long rings in their place; those that cannot be cut stay whole."""
    import shapely

    offsets, vertices = gather(rings.offsets, long)
    owner = np.repeat(np.arange(len(long)), np.diff(offsets))
    xy = rings.xy[vertices]
    try:
        if closed:
            whole = shapely.polygons(shapely.linearrings(*_closing(xy, owner, offsets)))
            parts, number = shapely.get_parts(shapely.clip_by_rect(whole, *box), return_index=True)
            cut = shapely.get_exterior_ring(parts)
        else:
            cut, number = shapely.get_parts(
                shapely.clip_by_rect(shapely.linestrings(xy, indices=owner), *box), return_index=True
            )
    except shapely.errors.GEOSException:
        return rings
    good = ~shapely.is_empty(cut)
    new_xy, at = shapely.get_coordinates(cut[good], return_index=True)
    new_offsets = np.searchsorted(at, np.arange(int(good.sum()) + 1))
    rest = np.setdiff1d(np.arange(len(rings)), long)
    rest_offsets, rest_vertices = gather(rings.offsets, rest)
    return Rings(
        np.concatenate([rings.xy[rest_vertices], new_xy]),
        np.concatenate([rest_offsets, new_offsets[1:] + rest_offsets[-1]]).astype(np.int64),
        np.concatenate([rings.source[rest], rings.source[long[number[good]]]]),
    )


def _closing(
    xy: NDArray[np.float64], owner: NDArray[np.int64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], None, NDArray[np.int64]]:
    """Give the rings with their first vertex once more at the end, as shapely wants them."""
    ends = offsets[1:]
    return np.insert(xy, ends, xy[offsets[:-1]], axis=0), None, np.insert(owner, ends, np.arange(len(ends)))


def turned(rings: Rings, wanted: NDArray[np.bool_]) -> Rings:
    """Give rings of which shells turn one way and holes the other, for a winding fill.

    Parameters
    ----------
    wanted : ndarray, bool, (rings of the source,)
        From `turns`: whether each source ring shall have a positive area.
    """
    wrong = (areas(rings.xy, rings.offsets) > 0) != wanted[rings.source]
    owner = np.repeat(np.arange(len(rings)), np.diff(rings.offsets))
    place = np.arange(len(rings.xy))
    mirror = rings.offsets[:-1][owner] + rings.offsets[1:][owner] - 1 - place
    return Rings(rings.xy[np.where(wrong[owner], mirror, place)], rings.offsets, rings.source)


def turns(xy: NDArray[np.float64], rings: NDArray[np.int64], signs: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Tell which rings shall have a positive area on the page, where y counts downwards.

    Parameters
    ----------
    xy, rings :
        In map units.
    signs : ndarray, int8, (rings,)
        From `fill.ring_signs`: what makes shells turn one way and holes the other.
    """
    return (areas(xy, rings) * signs) < 0


def areas(xy: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give twice the signed area of each ring; NaN vertices count as the first one."""
    count = len(offsets) - 1
    if not len(xy):
        return np.zeros(count)
    full = np.flatnonzero(np.diff(offsets) > 0)
    after = np.arange(1, len(xy) + 1)
    after[offsets[1:][full] - 1] = offsets[:-1][full]
    owner = np.repeat(np.arange(count), np.diff(offsets))
    first = offsets[int(full[0])] if len(full) else 0
    local = np.nan_to_num(xy[first : offsets[-1]] - xy[offsets[:-1][owner]])
    after = after[first : offsets[-1]] - first
    x, y = local[:, 0], local[:, 1]
    return np.bincount(owner, x * y[after] - x[after] * y, count).astype(np.float64)


def paths(rings: Rings, *, closed: bool, together: int = TOGETHER) -> Iterator[QPainterPath]:
    """Give the rings or lines as paths, so many of them in each; filled by the winding rule."""
    xy, offsets = rings.xy, rings.offsets
    offsets = offsets[np.append(True, np.diff(offsets) > 0)]
    if closed and len(offsets) > 1:
        xy = np.insert(xy, offsets[1:], xy[offsets[:-1]], axis=0)
        offsets = offsets + np.arange(len(offsets))
    elements = np.empty(len(xy), ELEMENT)
    elements["type"] = LINE
    elements["type"][offsets[:-1]] = MOVE
    elements["x"], elements["y"] = xy[:, 0], xy[:, 1]
    for first in range(0, len(offsets) - 1, together):
        last = min(first + together, len(offsets) - 1)
        yield path_of(elements[offsets[first] : offsets[last]])


def path_of(elements: NDArray[np.void]) -> QPainterPath:
    """Give the path of elements, in the form that a QDataStream reads."""
    head = np.array([len(elements)], ">i4").tobytes()
    tail = np.array([0, 1], ">i4").tobytes()
    path = QPainterPath()
    stream = QDataStream(QByteArray(head + elements.tobytes() + tail))
    _ = stream >> path
    return path


def elements_of(path: QPainterPath) -> NDArray[np.void]:
    """Give the elements of a path, to be stamped many times."""
    found = np.empty(path.elementCount(), ELEMENT)
    for number in range(path.elementCount()):
        one = path.elementAt(number)
        found[number] = (one.type.value, one.x, one.y)
    return found


def stamped(
    mark: NDArray[np.void], x: NDArray[np.float64], y: NDArray[np.float64], together: int = TOGETHER
) -> Iterator[QPainterPath]:
    """Give paths that repeat a mark at places."""
    for first in range(0, len(x), together):
        px, py = x[first : first + together], y[first : first + together]
        elements = np.tile(mark, len(px))
        elements["x"] += np.repeat(px, len(mark))
        elements["y"] += np.repeat(py, len(mark))
        yield path_of(elements)
