"""Stroked lines: the outline of each line, dash by dash, poured and dried once per line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from app.views.map2d.bands import Stop, in_bands, never
from app.views.map2d.blend import lay, scaled
from app.views.map2d.compiled import (
    BOXES,
    COLOURS,
    INDEX,
    OFFSETS,
    PICTURE,
    REAL,
    SIGNS,
    WHOLE,
    XY,
    inner,
    kernel,
)
from app.views.map2d.coverage import INK, NON_ZERO, box_of, dry, fetch, ink_for
from app.views.map2d.fill import colour_of, dither_of, ring_bounds
from app.views.map2d.outline import (
    BEVEL,
    BUTT,
    MITER,
    MITER_LIMIT,
    ROUND,
    ROUND_JOIN,
    SQUARE,
    TRACK,
    load_line,
    measure,
    new_track,
    pen_of,
    pour_line,
)
from app.views.map2d.stretches import Lines, Stretching, needs_stretching, stretched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

CAPS = {"butt": BUTT, "round": ROUND, "square": SQUARE}
JOINS = {"round": ROUND_JOIN, "miter": MITER, "bevel": BEVEL}

SHORTEST = 0.5
"""Patterns of dashes shorter than this, in px, are drawn as solid lines."""


def stroke_lines(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    parts: NDArray[np.int64],
    placement: Placement,
    colours: NDArray[np.uint32],
    width: float,
    *,
    groups: NDArray[np.int64] | None = None,
    classes: NDArray[np.int32] | None = None,
    bounds: NDArray[np.float64] | None = None,
    closed: bool = False,
    merged: bool = False,
    cap: Literal["butt", "round", "square"] = "round",
    join: Literal["round", "miter", "bevel"] = "round",
    dashes: Sequence[float] = (),
    offset: float = 0.0,
    chosen: NDArray[np.int64] | None = None,
    threads: int = 0,
    stop: Stop = never,
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
        ``0xAARRGGBB``, not premultiplied: one per group, or a palette where ``classes`` is given.
    width : float
        Width in px.
    groups : ndarray, int64, (groups + 1,), optional
        Part range of each shape; see-through lines of one shape do not darken where they meet. None = one part each.
    classes : ndarray, int32, (groups,), optional
        Place in the palette of each group; a number outside the palette hides the group.
    bounds : ndarray, float64, (groups, 4), optional
        Boxes from `fill.ring_bounds`; made here when absent.
    closed : bool
        Parts are rings: the last vertex is joined to the first.
    merged : bool
        All parts are one shape in the first part's colour: see-through lines do not darken where they meet.
    cap, join : str
        Ends and corners.
    dashes : sequence of float
        Lengths in px of line, gap, line, gap ...; empty = solid.
    offset : float
        Distance in px by which lines are moved to their right, seen along them; negative = left.
    chosen : ndarray, int64, optional
        Numbers of the groups to draw, ascending; None = all.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    stop : callable
        Asked between bands; True leaves the rest undrawn.
    """
    lines, palette, places = _lines(xy, parts, groups, bounds, chosen, colours, classes, placement)
    lines = lines._replace(closes=np.array([closed], np.int8))
    pen = (max(width, 0.0) / 2, CAPS[cap], JOINS[join])
    look = Stretching(placement, picture.shape, pen[0] * MITER_LIMIT + 1.0, offset, closed, _pattern(dashes))
    if needs_stretching(lines, look):
        lines = stretched(lines, look)
    if merged:
        lines = lines.as_one()
    drawn = (lines.xy, lines.parts, lines.groups, lines.boxes, lines.chosen, lines.closes, palette, places)
    longest = lines.longest()

    def band(top: int, bottom: int) -> None:
        ink = ink_for(picture.shape[1], bottom - top)
        _stroke(picture, ink, new_track(longest), *drawn, *lines.placement, *pen, top, bottom)

    in_bands(band, picture.shape[0], threads, stop=stop)


def _lines(
    xy: NDArray[np.float64],
    parts: NDArray[np.int64],
    groups: NDArray[np.int64] | None,
    bounds: NDArray[np.float64] | None,
    chosen: NDArray[np.int64] | None,
    colours: NDArray[np.uint32],
    classes: NDArray[np.int32] | None,
    placement: Placement,
) -> tuple[Lines, NDArray[np.uint32], NDArray[np.int32]]:
    """Bring what is stroked into the types of the kernels, and check what belongs together."""
    xy = np.ascontiguousarray(xy, np.float64).reshape(-1, 2)
    parts = np.ascontiguousarray(parts, np.int64)
    every = max(len(parts) - 1, 0)
    shapes = np.arange(every + 1) if groups is None else np.ascontiguousarray(groups, np.int64)
    boxes = ring_bounds(xy, parts[shapes]) if bounds is None else np.ascontiguousarray(bounds, np.float64)
    palette = np.ascontiguousarray(colours, np.uint32)
    places = np.empty(0, np.int32) if classes is None else np.ascontiguousarray(classes, np.int32)
    count = max(len(shapes) - 1, 0)
    if len(boxes) != count or (len(places) != count and (len(places) != 0 or len(palette) != count)):
        raise ValueError(f"{len(palette)} colours, {len(places)} classes, {len(boxes)} bounds for {count} lines")
    some = np.arange(count) if chosen is None else np.ascontiguousarray(chosen, np.int64)
    lines = Lines(xy, parts, shapes, boxes, some, np.zeros(1, np.int8), placement)
    return lines, palette, places


def _pattern(dashes: Sequence[float]) -> NDArray[np.float64]:
    lengths = np.maximum(np.asarray(dashes, np.float64), 0.0)
    if len(lengths) % 2:
        lengths = np.concatenate((lengths, lengths))
    return lengths if lengths.sum() >= SHORTEST and lengths[1::2].any() else np.empty(0)


# -------------------------------------------------------------------- kernels
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


@inner
def _is_within(box, track, count, reach):
    """Tell whether a line and what a pen adds to it lie inside a box."""
    x0, y0, x1, y1 = track.x[0], track.y[0], track.x[0], track.y[0]
    for vertex in range(1, count):
        x0, x1 = min(x0, track.x[vertex]), max(x1, track.x[vertex])
        y0, y1 = min(y0, track.y[vertex]), max(y1, track.y[vertex])
    right, lower = float(box.left + box.width), float(box.top + box.height)
    return x0 - reach >= box.left and x1 + reach <= right and y0 - reach >= box.top and y1 + reach <= lower


@kernel(
    PICTURE, INK, TRACK, XY, OFFSETS, OFFSETS, BOXES, OFFSETS, SIGNS, COLOURS, INDEX,
    REAL, REAL, REAL, REAL, REAL, WHOLE, WHOLE, WHOLE, WHOLE,
)  # fmt: skip
def _stroke(
    picture, ink, track, xy, parts, groups, boxes, chosen, closes, palette, places,
    ox, oy, sx, sy, half, cap, join, top, bottom,
):  # fmt: skip
    pen, width = pen_of(half, cap, join), picture.shape[1]
    reach = half * (MITER_LIMIT if join == MITER else 1.5) + 0.01
    for number in range(len(chosen)):
        group = chosen[number]
        ya, yb = (oy - boxes[group, 3]) * sy, (oy - boxes[group, 1]) * sy
        y0, y1 = min(ya, yb), max(ya, yb)
        if not (y1 + reach > top and y0 - reach < bottom):
            continue
        xa, xb = (boxes[group, 0] - ox) * sx, (boxes[group, 2] - ox) * sx
        x0, x1 = min(xa, xb), max(xa, xb)
        if not (x1 + reach > 0.0 and x0 - reach < width):
            continue
        colour = colour_of(palette, places, group)
        if colour >> 24 == 0:
            continue
        tiny = x1 - x0 < 1.0 and y1 - y0 < 1.0
        box = box_of(x0 - reach, y0 - reach, x1 + reach, y1 + reach, width, top, bottom, True)
        fetch(picture, ink, box)
        for part in range(groups[group], groups[group + 1]):
            closed = closes[part if len(closes) > 1 else 0] != 0
            first, last = max(parts[part], 0), min(parts[part + 1], len(xy))
            count = load_line(track, xy, first, min(last, first + len(track.x) - 1), ox, oy, sx, sy, closed)
            if count == 0:
                continue
            if tiny:
                _speck(picture, track, count, closed, half, colour, dither_of(group), top, bottom)
                continue
            measure(track, count, closed)
            pour_line(ink, box, track, count, closed and count > 2, pen, _is_within(box, track, count, reach))
        if not tiny:
            dry(picture, ink, box, colour, NON_ZERO, False)
