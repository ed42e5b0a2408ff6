"""Stroked lines: segments, corners and dashes darken one mask, which is laid down once per line."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Literal

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.blend import lay, scaled
from app.views.map2d.compiled import (
    BOXES,
    COLOURS,
    FLAG,
    INDEX,
    OFFSETS,
    PICTURE,
    REAL,
    WHOLE,
    XY,
    Bundle,
    inner,
    kernel,
    read_only,
    writable,
)
from app.views.map2d.coverage import box_of
from app.views.map2d.fill import colour_of, dither_of, near, ring_bounds
from app.views.map2d.stamp import MASK, dab_segment, new_mask, press, row_start, touch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"round": 0, "miter": 1}

TOLERANCE = 0.5
"""Vertices nearer than this, in px, to the last one drawn are left out."""

MITER_LIMIT = 4.0
"""Longest spike of a mitred join, in line widths; sharper corners stay round."""

Track = namedtuple("Track", ["x", "y"])
"""Scratch of one thread: the vertices of a line in px."""

Pen = namedtuple("Pen", ["half", "cap", "join"])
"""Half the width in px, kind of cap, kind of join."""

TRACK = Bundle(Track, (writable("float64"), writable("float64")))
DASHES = read_only("float64")


def stroke_lines(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    parts: NDArray[np.int64],
    placement: Placement,
    colours: NDArray[np.uint32],
    width: float,
    *,
    classes: NDArray[np.int32] | None = None,
    bounds: NDArray[np.float64] | None = None,
    closed: bool = False,
    merged: bool = False,
    cap: Literal["butt", "round", "square"] = "round",
    join: Literal["round", "miter"] = "round",
    dashes: Sequence[float] = (),
    threads: int = 0,
) -> None:
    """Draw antialiased lines, in place.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``; drawn over.
    xy : ndarray, float64, (vertices, 2)
        East, north in the map's CRS; NaN vertices are left out.
    parts : ndarray, int64, (parts + 1,)
        Vertex range of each line or ring.
    placement : Placement
        The view.
    colours : ndarray, uint32
        ``0xAARRGGBB``, not premultiplied: one per part, or a palette where ``classes`` is given.
    width : float
        Width in px.
    classes : ndarray, int32, (parts,), optional
        Place in the palette of each part; a number outside the palette hides the part.
    bounds : ndarray, float64, (parts, 4), optional
        Boxes from `fill.ring_bounds`; made here when absent.
    closed : bool
        Parts are rings: the last vertex is joined to the first.
    merged : bool
        All parts are one shape in the first part's colour: see-through lines do not darken where they meet.
    cap, join : str
        Ends and corners.
    dashes : sequence of float
        Lengths in px of line, gap, line, gap ...; empty = solid.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    """
    xy = np.ascontiguousarray(xy, np.float64).reshape(-1, 2)
    parts = np.ascontiguousarray(parts, np.int64)
    boxes = ring_bounds(xy, parts) if bounds is None else np.ascontiguousarray(bounds, np.float64)
    palette = np.ascontiguousarray(colours, np.uint32)
    places = np.empty(0, np.int32) if classes is None else np.ascontiguousarray(classes, np.int32)
    count = max(len(parts) - 1, 0)
    if len(boxes) != count or (len(places) != count and (len(places) != 0 or len(palette) != count)):
        raise ValueError(f"{len(palette)} colours, {len(places)} classes, {len(boxes)} bounds for {count} lines")
    longest = int(np.diff(parts).max(initial=0))
    looks = (max(width, 0.0) / 2, CAPS[cap], JOINS[join], closed, merged, _pattern(dashes))

    def band(top: int, bottom: int) -> None:
        mask = new_mask(picture.shape[1], bottom - top)
        track = Track(np.empty(longest + 1), np.empty(longest + 1))
        _stroke(picture, mask, track, xy, parts, boxes, palette, places, *placement, *looks, top, bottom)

    in_bands(band, picture.shape[0], threads)


def _pattern(dashes: Sequence[float]) -> NDArray[np.float64]:
    lengths = np.maximum(np.asarray(dashes, np.float64), 0.0)
    if len(lengths) % 2:
        lengths = np.concatenate((lengths, lengths))
    return lengths if lengths.sum() >= TOLERANCE and lengths[1::2].any() else np.empty(0)


# ----------------------------------------------------------------------- dashes
@inner
def _visible_range(box, xa, ya, xb, yb, reach):
    """Give the first and last share of a segment that can touch the box; first > last where none can."""
    first, last = 0.0, 1.0
    for axis in range(2):
        start, step = (xa, xb - xa) if axis == 0 else (ya, yb - ya)
        low = (box.left if axis == 0 else box.top) - reach
        high = (box.left + box.width if axis == 0 else box.top + box.height) + reach
        if step == 0.0:
            if start < low or start > high:
                return 1.0, 0.0
            continue
        one, two = (low - start) / step, (high - start) / step
        first, last = max(first, min(one, two)), min(last, max(one, two))
    return first, last


@inner
def _wound_on(dashes, place, left, distance):
    """Give the place in the pattern, and what is left of it, after a distance."""
    total = 0.0
    for dash in dashes:
        total += dash
    distance -= total * np.floor(distance / total)
    while distance >= left and distance > 0.0:
        distance -= left
        place = (place + 1) % len(dashes)
        left = dashes[place]
    return place, left - distance


# ------------------------------------------------------------------ whole lines
@inner
def _dab_corner(mask, box, x, y, ux, uy, vx, vy, half):
    """Darken the spike of a mitred corner at (x, y), where direction u turns to v."""
    cross, dot = ux * vy - uy * vx, ux * vx + uy * vy
    if half < 0.75 or (1.0 + dot) * MITER_LIMIT * MITER_LIMIT < 2.0 or abs(cross) < 0.05:
        return
    side = -1.0 if cross > 0.0 else 1.0
    x, y = x - box.left, y - box.top
    tip_x, tip_y = -(uy + vy) * side * half / (1.0 + dot), (ux + vx) * side * half / (1.0 + dot)
    x0, x1 = int(max(min(x - half, x + tip_x) - 1.0, 0.0)), int(min(max(x + half, x + tip_x) + 2.0, box.width))
    y0, y1 = int(max(min(y - half, y + tip_y) - 1.0, 0.0)), int(min(max(y + half, y + tip_y) + 2.0, box.height))
    for row in range(y0, y1 if x0 < x1 else y0):
        touch(mask, row, x0, x1)
        start = row_start(box, row)
        for column in range(x0, x1):
            px, py = column + 0.5 - x, row + 0.5 - y
            across_u, across_v = (py * ux - px * uy) * side, (py * vx - px * vy) * side
            if px * ux + py * uy > -0.5 and px * vx + py * vy < 0.5:
                share = min(min(half - across_u, half - across_v) + 0.5, 1.0)
                dark = int(max(share, 0.0) * 255.0 + 0.5)
                if dark > mask.cells[start + column]:
                    mask.cells[start + column] = dark


@inner
def _dab_piece(mask, box, xa, ya, ux, uy, start, end, flat_a, flat_b, pen):
    """Darken a segment from `start` to `end` px after (xa, ya), with its caps."""
    more = pen.half if pen.cap == 2 else 0.0
    start, end = start - (more if flat_a else 0.0), end + (more if flat_b else 0.0)
    flat_a, flat_b = flat_a and pen.cap != 1, flat_b and pen.cap != 1
    dab_segment(mask, box, xa + ux * start, ya + uy * start, xa + ux * end, ya + uy * end, pen.half, flat_a, flat_b)


@inner
def _dab_line(mask, box, track, count, closed, pen, dashes):
    """Darken a line in px; what lies outside the box is stepped over."""
    reach, solid = pen.half * MITER_LIMIT + 1.0, len(dashes) == 0
    place, left = 0, np.inf if solid else dashes[0]
    fresh, px, py = not (solid and closed), 0.0, 0.0
    ends = count if closed else count - 1
    for a in range(ends):
        b = a + 1 if a + 1 < count else 0
        xa, ya, dx, dy = track.x[a], track.y[a], track.x[b] - track.x[a], track.y[b] - track.y[a]
        length, at = max(np.sqrt(dx * dx + dy * dy), 1e-9), 0.0
        ux, uy = dx / length, dy / length
        first, last = _visible_range(box, xa, ya, track.x[b], track.y[b], reach)
        if not solid and (first > last or first > 0.0):
            at = length if first > last else first * length
            place, left = _wound_on(dashes, place, left, at)
        while first <= last and at < last * length:
            step = min(left, length - at)
            ends_here = step == left or (a == ends - 1 and step == length - at and not (solid and closed))
            if place % 2 == 0:
                _dab_piece(mask, box, xa, ya, ux, uy, at, at + step, fresh, ends_here, pen)
            at, left, fresh = at + step, left - step, False
            if left <= 0.0:
                place, fresh = (place + 1) % len(dashes), True
                left = dashes[place]
        if not solid and at < length:
            place, left = _wound_on(dashes, place, left, length - at)
        if pen.join == 1 and solid and (a > 0 or closed) and first <= last:
            if a == 0:
                px, py = _direction(track, count - 1, 0)
            _dab_corner(mask, box, xa, ya, px, py, ux, uy, pen.half)
        px, py = ux, uy


@inner
def _direction(track, a, b):
    dx, dy = track.x[b] - track.x[a], track.y[b] - track.y[a]
    length = max(np.sqrt(dx * dx + dy * dy), 1e-9)
    return dx / length, dy / length


@inner
def _load_line(track, xy, first, last, ox, oy, sx, sy, closed):
    """Put the vertices of a part in px into the scratch, without those closer than the tolerance."""
    count = 0
    for vertex in range(first, last):
        x, y = near((xy[vertex, 0] - ox) * sx), near((oy - xy[vertex, 1]) * sy)
        if not (x == x and y == y):
            continue
        if count > 0 and abs(x - track.x[count - 1]) < TOLERANCE and abs(y - track.y[count - 1]) < TOLERANCE:
            if vertex < last - 1:
                continue
            count -= 1 if count > 1 else 0
        track.x[count], track.y[count] = x, y
        count += 1
    if closed and count > 1 and track.x[0] == track.x[count - 1] and track.y[0] == track.y[count - 1]:
        count -= 1
    return count


@inner
def _speck(picture, track, count, closed, half, colour, dither, top, bottom):
    """Draw a line smaller than a pixel as one pixel, as dark as it is long; at least half as dark as a dot."""
    length = 0.0
    for vertex in range(count if closed else count - 1):
        after = vertex + 1 if vertex + 1 < count else 0
        length += np.hypot(track.x[after] - track.x[vertex], track.y[after] - track.y[vertex])
    x, y = int(np.floor(track.x[0])), int(np.floor(track.y[0]))
    if 0 <= x < picture.shape[1] and top <= y < bottom:
        share = int(min(max(length, 0.5) * 2.0 * half, 1.0) * 255.0 + dither)
        lay(picture, y, x, scaled(colour, min(share, 255)))


@kernel(
    PICTURE, MASK, TRACK, XY, OFFSETS, BOXES, COLOURS, INDEX, REAL, REAL, REAL, REAL,
    REAL, WHOLE, WHOLE, FLAG, FLAG, DASHES, WHOLE, WHOLE,
)  # fmt: skip
def _stroke(
    picture, mask, track, xy, parts, boxes, palette, places, ox, oy, sx, sy,
    half, cap, join, closed, merged, dashes, top, bottom,
):  # fmt: skip
    pen, width = Pen(half, cap, join), picture.shape[1]
    reach = half * (MITER_LIMIT if join == 1 else 1.5) + 1.0
    sheet = box_of(0.0, float(top), float(width), float(bottom), width, top, bottom)
    for part in range(len(boxes)):
        xa, xb = (boxes[part, 0] - ox) * sx, (boxes[part, 2] - ox) * sx
        ya, yb = (oy - boxes[part, 3]) * sy, (oy - boxes[part, 1]) * sy
        x0, x1, y0, y1 = min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)
        if not (x1 + reach > 0.0 and x0 - reach < width and y1 + reach > top and y0 - reach < bottom):
            continue
        colour = colour_of(palette, places, part)
        if colour >> 24 == 0:
            continue
        first, last = max(parts[part], 0), min(parts[part + 1], len(xy))
        count = _load_line(track, xy, first, min(last, first + len(track.x) - 1), ox, oy, sx, sy, closed)
        if count == 0:
            continue
        if x1 - x0 < 1.0 and y1 - y0 < 1.0 and not merged:
            _speck(picture, track, count, closed, half, colour, dither_of(part), top, bottom)
            continue
        box = sheet if merged else box_of(x0 - reach, y0 - reach, x1 + reach, y1 + reach, width, top, bottom)
        _dab_line(mask, box, track, count, closed and count > 2, pen, dashes)
        if not merged:
            press(picture, mask, box, colour)
    if merged and len(boxes):
        press(picture, mask, sheet, colour_of(palette, places, 0))
