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
    if not len(long):
        return rings
    offsets, vertices = gather(rings.offsets, long)
    whole = Rings(rings.xy[vertices], offsets, rings.source[long])
    cut = _cut_areas(whole, box) if closed else _cut_lines(whole, box)
    offsets, vertices = gather(rings.offsets, np.setdiff1d(np.arange(len(rings)), long))
    rest = Rings(rings.xy[vertices], offsets, np.delete(rings.source, long))
    return Rings(
        np.concatenate([rest.xy, cut.xy]),
        np.concatenate([rest.offsets, cut.offsets[1:] + rest.offsets[-1]]).astype(np.int64),
        np.concatenate([rest.source, cut.source]),
    )


def _bounds(rings: Rings, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    offsets, vertices = gather(rings.offsets, chosen)
    xy = rings.xy[vertices]
    return np.minimum.reduceat(xy, offsets[:-1]), np.maximum.reduceat(xy, offsets[:-1])


def _cut_areas(rings: Rings, box: tuple[float, float, float, float]) -> Rings:
    """Cut rings to a box, one side after the other; a ring that leaves it twice runs along its edge in between.

    That fills what the whole ring fills, however the ring crosses or touches itself, and the edge lies outside the
    frame, where nobody sees an outline on it.

    References
    ----------
    Sutherland, I. E.; Hodgman, G. W. (1974): Reentrant polygon clipping. CACM 17(1), 32-42.
    """
    for axis, limit, sign in ((0, box[0], 1.0), (0, box[2], -1.0), (1, box[1], 1.0), (1, box[3], -1.0)):
        rings = _cut_side(rings, axis, limit, sign)
    return rings


def _cut_side(rings: Rings, axis: int, limit: float, sign: float) -> Rings:
    """Keep of rings what lies on one side of a line: where ``sign * coordinate >= sign * limit``."""
    xy, offsets = rings.xy, rings.offsets
    full = np.flatnonzero(np.diff(offsets) > 0)
    after = np.arange(1, len(xy) + 1)
    after[offsets[1:][full] - 1] = offsets[:-1][full]
    depth = sign * (xy[:, axis] - limit)
    inside = depth >= 0
    crosses = inside != inside[after]
    at = np.flatnonzero(crosses)
    share = depth[at] / (depth[at] - depth[after[at]])
    met = xy[at] + share[:, None] * (xy[after[at]] - xy[at])
    met[:, axis] = limit
    count = inside.astype(np.int64) + crosses
    starts = np.concatenate([[0], np.cumsum(count)])
    made = np.empty((int(starts[-1]), 2))
    made[starts[:-1][inside]] = xy[inside]
    made[starts[at] + inside[at]] = met
    return Rings(made, starts[offsets].astype(np.int64), rings.source)


def _cut_lines(lines: Rings, box: tuple[float, float, float, float]) -> Rings:
    """Cut lines to a box; those that cannot be cut stay whole."""
    import shapely

    owner = np.repeat(np.arange(len(lines)), np.diff(lines.offsets))
    try:
        whole = shapely.linestrings(lines.xy, indices=owner)
        cut, number = shapely.get_parts(shapely.clip_by_rect(whole, *box), return_index=True)
    except shapely.errors.GEOSException:
        return lines
    good = ~shapely.is_empty(cut)
    xy, at = shapely.get_coordinates(cut[good], return_index=True)
    offsets = np.searchsorted(at, np.arange(int(good.sum()) + 1))
    return Rings(xy, offsets.astype(np.int64), lines.source[number[good]])


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
