"""Stretches: what of long, moved or dashed lines is to be stroked, in px of one view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.views.map2d.compiled import (
    BOXES_OUT,
    FLAG,
    OFFSETS,
    REAL,
    SIGNS_OUT,
    WHOLES_OUT,
    XY,
    inner,
    kernel,
    read_only,
)
from app.views.map2d.offsets import moved_aside
from app.views.map2d.outline import TRACK, load_line, measure, new_track
from app.views.map2d.placement import PIXELS, Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONG = 4000
"""Lines with more vertices than this are cut to the view before they are stroked."""

DASHES = read_only("float64")


class Lines(NamedTuple):
    """What is stroked: parts of vertices, groups of parts that are one shape, and the groups to draw."""

    xy: NDArray[np.float64]
    parts: NDArray[np.int64]
    groups: NDArray[np.int64]
    boxes: NDArray[np.float64]
    chosen: NDArray[np.int64]
    closes: NDArray[np.int8]
    placement: Placement

    def sizes(self) -> NDArray[np.int64]:
        """Count the vertices of the groups to draw; senseless ranges count none."""
        last = len(self.parts) - 1
        ends = np.clip(self.groups[self.chosen + 1], 0, last), np.clip(self.groups[self.chosen], 0, last)
        return np.clip(self.parts[ends[0]] - self.parts[ends[1]], 0, len(self.xy))

    def longest(self) -> int:
        """Count the vertices that one part can have."""
        if len(self.chosen) == 1 and len(self.groups) == 2:
            return int(np.diff(self.parts).max(initial=0))
        return int(self.sizes().max(initial=0))

    def as_one(self) -> Lines:
        """Give all parts as one group."""
        low, high = self.boxes[:, :2].min(0, initial=np.inf), self.boxes[:, 2:].max(0, initial=-np.inf)
        ends = np.array([0, len(self.parts) - 1])
        count = min(len(self.parts) - 1, 1)
        return self._replace(groups=ends, boxes=np.concatenate([low, high])[None], chosen=np.arange(count))


class Stretching(NamedTuple):
    """Where lines lie on the screen, how far their strokes reach, and what is done to them."""

    placement: Placement
    shape: tuple[int, int]
    reach: float
    offset: float
    closed: bool
    dashes: NDArray[np.float64]


def needs_stretching(lines: Lines, look: Stretching) -> bool:
    """Tell whether lines are moved, dashed, or long and only partly in view."""
    if look.offset or len(look.dashes):
        return True
    long = lines.chosen[lines.sizes() > LONG]
    if not len(long):
        return False
    rows, columns = look.shape
    x, y = look.placement.to_pixels(lines.boxes[long][:, [0, 2]], lines.boxes[long][:, [1, 3]])
    return bool(((x < 0) | (x > columns)).any() or ((y < 0) | (y > rows)).any())


def stretched(lines: Lines, look: Stretching) -> Lines:
    """Give the visible stretches of lines, moved and dashed, in px."""
    xy, parts, whole, boxes, chosen = lines[:5]
    sizes = lines.sizes()
    longest = int(sizes.max(initial=0))
    tracks = new_track(longest * 2 + 2), new_track(longest * 2 + 2)
    vertices = int(sizes.sum()) * 2 + 1024
    pieces = len(chosen) * 4 + 1024
    rows, columns = look.shape
    grown = np.array([-1.0, -1.0, 1.0, 1.0]) * (look.reach + abs(look.offset) * 2) / abs(look.placement.sx)
    groups = np.zeros(len(boxes) + 1, np.int64)
    while True:
        out = np.empty((vertices, 2)), np.empty(pieces + 1, np.int64), np.empty(pieces, np.int8)
        made = np.zeros(2, np.int64)
        options = (columns, rows, look.reach, look.offset, look.closed, look.dashes)
        _stretch(*tracks, xy, parts, whole, chosen, *look.placement, *options, *out, groups, made)
        if made[0] <= vertices and made[1] <= pieces:
            break
        vertices, pieces = int(made[0]) + 1, int(made[1]) + 1
    points, offsets, closes = out[0][: made[0]], out[1][: made[1] + 1], out[2][: max(made[1], 2)]
    reached = boxes + grown if look.offset else boxes
    x, y = look.placement.to_pixels(reached[:, [0, 2]], reached[:, [1, 3]])
    on_screen = np.column_stack([x.min(1), y.min(1), x.max(1), y.max(1)])
    return Lines(points, offsets, groups, on_screen, chosen, closes, PIXELS)


# -------------------------------------------------------------------- kernels
@inner
def _visible_range(width, height, xa, ya, xb, yb, reach):
    """Give the first and last share of a segment that can touch the box; first > last where none can."""
    first, last = 0.0, 1.0
    for axis in range(2):
        start, step = (xa, xb - xa) if axis == 0 else (ya, yb - ya)
        low = -reach
        high = (width if axis == 0 else height) + reach
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


@inner
def _add(out, made, x, y):
    if made[0] < len(out):
        out[made[0], 0], out[made[0], 1] = x, y
    made[0] += 1


@inner
def _end(offsets, closes, made, closed):
    """End a piece that has begun; one without a second vertex is taken back."""
    if made[1] < len(closes):
        closes[made[1]] = closed
        offsets[made[1] + 1] = made[0]
    made[1] += 1


@inner
def _dashes(track, count, closed, width, height, reach, dashes, out, offsets, closes, made):
    """Put down the dashes of a line; what lies outside the view is stepped over."""
    place, left, held = 0, dashes[0], False
    for a in range(count if closed else count - 1):
        b = a + 1 if a + 1 < count else 0
        xa, ya, ux, uy, length = track.x[a], track.y[a], track.ux[a], track.uy[a], track.length[a]
        first, last = _visible_range(width, height, xa, ya, track.x[b], track.y[b], reach)
        at = 0.0
        if first > last or first > 0.0:
            at = length if first > last else first * length
            if held:
                _end(offsets, closes, made, 0)
                held = False
            place, left = _wound_on(dashes, place, left, at)
        while first <= last and at < last * length:
            step = min(left, length - at)
            if place % 2 == 0:
                if not held:
                    _add(out, made, xa + ux * at, ya + uy * at)
                    held = True
                _add(out, made, xa + ux * (at + step), ya + uy * (at + step))
            at, left = at + step, left - step
            if left <= 0.0:
                if held:
                    _end(offsets, closes, made, 0)
                    held = False
                place = (place + 1) % len(dashes)
                left = dashes[place]
        if at < length:
            if held:
                _end(offsets, closes, made, 0)
                held = False
            place, left = _wound_on(dashes, place, left, length - at)
    if held:
        _end(offsets, closes, made, 0)


@inner
def _hidden(track, a, b, width, height, reach):
    """Tell whether a segment lies wholly above, below, left or right of the view."""
    x0, x1 = min(track.x[a], track.x[b]) - reach, max(track.x[a], track.x[b]) + reach
    y0, y1 = min(track.y[a], track.y[b]) - reach, max(track.y[a], track.y[b]) + reach
    return x1 < 0.0 or x0 > width or y1 < 0.0 or y0 > height


@inner
def _runs(track, count, closed, width, height, reach, out, offsets, closes, made):
    """Put down a line: whole where all of it is near the view, else the stretches that are."""
    away, ends = -1, count if closed else max(count - 1, 1)
    for a in range(ends):
        if away < 0 and _hidden(track, a, a + 1 if a + 1 < count else 0, width, height, reach):
            away = a
    held, start = away < 0, away if closed and away >= 0 else 0
    if held:
        _add(out, made, track.x[0], track.y[0])
    for step in range(ends):
        a = (start + step) % count
        b = a + 1 if a + 1 < count else 0
        if away >= 0 and _hidden(track, a, b, width, height, reach):
            if held:
                _end(offsets, closes, made, 0)
            held = False
            continue
        if not held:
            _add(out, made, track.x[a], track.y[a])
            held = True
        if not (away < 0 and closed and step == ends - 1):
            _add(out, made, track.x[b], track.y[b])
    if held:
        _end(offsets, closes, made, 1 if away < 0 and closed else 0)


@kernel(
    TRACK, TRACK, XY, OFFSETS, OFFSETS, OFFSETS, REAL, REAL, REAL, REAL, REAL, REAL, REAL, REAL, FLAG, DASHES,
    BOXES_OUT, WHOLES_OUT, SIGNS_OUT, WHOLES_OUT, WHOLES_OUT,
)  # fmt: skip
def _stretch(
    track, spare, xy, parts, whole, chosen, ox, oy, sx, sy, width, height, reach, offset, closed, dashes,
    out, offsets, closes, groups, made,
):  # fmt: skip
    at, offsets[0] = 0, 0
    for number in range(len(chosen)):
        group = chosen[number]
        while at <= group:
            groups[at] = made[1]
            at += 1
        for part in range(max(whole[group], 0), min(whole[group + 1], len(parts) - 1)):
            first, last = max(parts[part], 0), min(parts[part + 1], len(xy))
            count = load_line(track, xy, first, min(last, first + len(track.x) // 2 - 1), ox, oy, sx, sy, closed)
            if count == 0:
                continue
            ring = closed and count > 2
            measure(track, count, ring)
            if offset != 0.0 and count > 1:
                count = moved_aside(track, spare, count, ring, offset)
                ring = ring and count > 2
                measure(track, count, ring)
            if len(dashes) and count > 1:
                _dashes(track, count, ring, width, height, reach, dashes, out, offsets, closes, made)
            else:
                _runs(track, count, ring, width, height, reach, out, offsets, closes, made)
    while at < len(groups):
        groups[at] = made[1]
        at += 1
