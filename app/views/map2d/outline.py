"""Outlines of stroked lines: both sides, joins and caps of a pen, poured as edges of exact area.

A line in px is walked once along each side. What turns away from a side gets its join, what turns towards it meets
where both sides cross; pieces that lie over each other only add up to full coverage.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from app.views.map2d.compiled import REALS_OUT, Bundle, inner
from app.views.map2d.coverage import pour, pour_within
from app.views.map2d.fill import near

BUTT, ROUND, SQUARE = 0, 1, 2
ROUND_JOIN, MITER, BEVEL = 0, 1, 2

MITER_LIMIT = 4.0
"""Longest spike of a mitred join, in line widths; sharper corners are cut off."""

TOLERANCE = 0.4
"""Vertices nearer than this, in px, to the last one drawn are left out."""

FLAT = 0.15
"""Largest distance in px between an arc and the chords that stand for it."""

Track = namedtuple("Track", ["x", "y", "ux", "uy", "length"])
"""Scratch of one thread: the vertices of a line in px, and direction and length of the segment after each."""

Pen = namedtuple("Pen", ["half", "cap", "join", "cos", "sin"])
"""Half the width in px, kinds of cap and join, and the turn from one chord of an arc to the next."""

TRACK = Bundle(Track, (REALS_OUT,) * 5)


def new_track(count: int) -> Track:
    """Give scratch for lines of up to so many vertices."""
    return Track(*(np.empty(count + 1) for _ in range(5)))


@inner
def pen_of(half, cap, join):
    """Give a pen with the chords that its width asks for."""
    turn = 2.0 * np.arccos(max(1.0 - FLAT / max(half, FLAT), 0.0))
    turn = min(max(turn, 0.05), 1.6)
    return Pen(half, cap, join, np.cos(turn), np.sin(turn))


@inner
def measure(track, count, closed):
    """Work out directions and lengths; the last vertex of an open line keeps those of the segment before it."""
    for a in range(count):
        b = a + 1 if a + 1 < count else 0
        dx, dy = track.x[b] - track.x[a], track.y[b] - track.y[a]
        length = max(np.sqrt(dx * dx + dy * dy), 1e-9)
        track.length[a], track.ux[a], track.uy[a] = length, dx / length, dy / length


@inner
def load_line(track, xy, first, last, ox, oy, sx, sy, closed):
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
def _turn(x, y, ux, uy, vx, vy, shorter, is_end, pen):
    """Give how the left side goes round a vertex where direction u turns to v.

    First and last point, and between them nothing (0), the vertex itself (1) or an arc (2); with 3 there is only
    the first.
    """
    half = pen.half
    cross, dot = ux * vy - uy * vx, ux * vx + uy * vy
    ax, ay, bx, by = x + uy * half, y - ux * half, x + vy * half, y - vx * half
    if is_end:
        if pen.cap == SQUARE:
            return ax + ux * half, ay + uy * half, bx + ux * half, by + uy * half, 0
        return ax, ay, bx, by, 2 if pen.cap == ROUND else 0
    share = half / max(1.0 + dot, 1e-9)
    tip_x, tip_y = x + (uy + vy) * share, y - (ux + vx) * share
    if dot > 0.0 and (abs(cross) * half < 0.1 or (pen.join == ROUND_JOIN and half * abs(cross) * share < 0.6)):
        return tip_x, tip_y, tip_x, tip_y, 3  # all joins look the same
    if cross < 0.0:  # turns towards this side
        if -cross * share < 0.7 * shorter:
            return tip_x, tip_y, tip_x, tip_y, 3
        return ax, ay, bx, by, 1
    if pen.join == MITER and (1.0 + dot) * MITER_LIMIT * MITER_LIMIT >= 2.0:
        return tip_x, tip_y, tip_x, tip_y, 3
    return ax, ay, bx, by, 2 if pen.join == ROUND_JOIN else 0


@inner
def _step(track, count, closed, way, step):
    """Give the vertex of a step along one side, the directions before and after it, and whether the line ends there."""
    last = count - 1
    if closed:
        i = (step if way == 0 else count - step) % count
    else:
        i = min(step + 1, last) if way == 0 else max(last - 1 - step, 0)
    k = i - 1 if i > 0 else last
    ux, uy, vx, vy = track.ux[k], track.uy[k], track.ux[i], track.uy[i]
    if way == 1:
        ux, uy, vx, vy = -vx, -vy, -ux, -uy
    is_end = not closed and i == (last if way == 0 else 0)
    if is_end:
        vx, vy = -ux, -uy
    return i, k, ux, uy, vx, vy, is_end


@inner
def _next_point(x, y, qx, qy, ex, ey, between, pen):
    """Give the next point of a turn, and what then lies between it and the last one; see `_turn`."""
    if between == 1:
        return x, y, 0
    nx, ny = qx - x, qy - y
    if between == 0 or nx * (ex - x) + ny * (ey - y) >= pen.half * pen.half * pen.cos:
        return ex, ey, 3
    return x + nx * pen.cos - ny * pen.sin, y + nx * pen.sin + ny * pen.cos, between


@inner
def pour_line(ink, box, track, count, closed, pen, within):
    """Pour a measured line of at least one vertex, or a ring of at least three; ``within``: no edge leaves the box."""
    if count == 1:
        track.ux[0], track.uy[0] = 1.0, 0.0
    ahead = -pen.half if pen.cap == SQUARE and not closed else 0.0
    px = track.x[0] + track.uy[0] * pen.half + track.ux[0] * ahead
    py = track.y[0] - track.ux[0] * pen.half + track.uy[0] * ahead
    for way in range(2):
        first_x, first_y = px, py
        for step in range(count + 1 if closed else max(count - 1, 1)):
            i, k, ux, uy, vx, vy, is_end = _step(track, count, closed, way, step)
            x, y = track.x[i], track.y[i]
            shorter = min(track.length[k], track.length[i])
            qx, qy, ex, ey, between = _turn(x, y, ux, uy, vx, vy, shorter, is_end, pen)
            if closed and step == 0:  # begins in the middle of the segment before, so that the corner is whole
                back = 0.5 * (track.length[k] if way == 0 else track.length[i])
                px, py = x - ux * back + uy * pen.half, y - uy * back - ux * pen.half
                first_x, first_y = px, py
            if closed and step == count:
                qx, qy, between = first_x, first_y, 3
            for point in range(72):
                if point > 0:
                    if between == 3:
                        break
                    qx, qy, between = _next_point(x, y, qx, qy, ex, ey, between, pen)
                if within:
                    pour_within(ink, box, px - box.left, py - box.top, qx - box.left, qy - box.top, 1.0)
                else:
                    pour(ink, box, px, py, qx, qy, 1.0)
                px, py = qx, qy
