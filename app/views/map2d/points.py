"""Point symbols: one shape, stamped at every point in its colour."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.blend import lay, premultiplied, scaled
from app.views.map2d.compiled import (
    COLOURS,
    INDEX,
    INDEX_OUT,
    OFFSETS,
    PICTURE,
    REAL,
    WHOLE,
    WHOLES_OUT,
    XY,
    kernel,
    read_only,
)
from app.views.map2d.fill import colour_of, fill_polygons
from app.views.map2d.marks import outline_of, parts_of
from app.views.map2d.placement import PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.marks import Shape
    from app.views.map2d.placement import Placement

PHASES = 4
"""Places within a pixel, each way, at which a symbol is drawn exactly; others are moved to the nearest."""

_WHITE = np.array([0xFFFFFFFF], np.uint32)

STRIP = 32
"""Rows drawn together: a strip of the picture stays in the processor's own memory while its points are stamped."""

SPANS = read_only("int32", 4)
STAMPS = read_only("uint8", 4)


def draw_points(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    placement: Placement,
    colours: NDArray[np.uint32],
    size: float,
    *,
    shape: Shape = "circle",
    marker: str = "",
    turn_deg: float = 0.0,
    classes: NDArray[np.int32] | None = None,
    outline: int = 0,
    outline_width: float = 0.0,
    threads: int = 0,
) -> None:
    """Draw point symbols with antialiased edges, in place; later points lie over earlier ones.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``; drawn over.
    xy : ndarray, float64, (points, 2)
        East, north in the map's CRS; NaN points are left out.
    placement : Placement
        The view.
    colours : ndarray, uint32
        ``0xAARRGGBB``, not premultiplied: one per point, or a palette where ``classes`` is given.
    size : float
        Height and width of the symbol in px, to the middle of its outline.
    shape : str
        Kind of symbol.
    marker : str
        Name of a marker that is drawn instead, its lines in the colour of the outline; "" or unknown = the shape.
    turn_deg : float
        Turn of the symbol, degrees clockwise.
    classes : ndarray, int32, (points,), optional
        Place in the palette of each point; a number outside the palette hides the point.
    outline : int
        Colour ``0xAARRGGBB`` of the outline, not premultiplied.
    outline_width : float
        Width in px; 0 = none.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    """
    xy = np.ascontiguousarray(xy, np.float64).reshape(-1, 2)
    palette = np.ascontiguousarray(colours, np.uint32)
    places = np.empty(0, np.int32) if classes is None else np.ascontiguousarray(classes, np.int32)
    if len(places) != len(xy) and (len(places) != 0 or len(palette) != len(xy)):
        raise ValueError(f"{len(palette)} colours and {len(places)} classes for {len(xy)} points")
    shown = (places >= 0) & (places < len(palette))
    if not shown.all():
        xy, places = np.ascontiguousarray(xy[shown]), places[shown]
    if parts_of(marker):
        whole, inside = marker_stamps(marker, size, turn_deg)
    else:
        line = outline_width if outline >> 24 else 0.0
        whole = stamps(shape, size, line / 2, turn_deg=turn_deg)
        inside = stamps(shape, size, -line / 2, whole.shape[2], turn_deg) if line > 0.0 else whole

    spans, reach = _spans(whole), float(whole.shape[2] // 2 + 1)
    starts, order = _strips(xy, placement, picture.shape, reach)

    def strips(first: int, last: int) -> None:
        looks = (whole, inside, spans, outline)
        _stamp(picture, xy, starts, order, palette, places, *placement, *looks, first, last)

    in_bands(strips, len(starts) - 1, threads, smallest=2)


def _strips(
    xy: NDArray[np.float64], placement: Placement, shape: tuple[int, int], reach: float
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give the points that touch each strip of rows, in their order: where each strip starts, and the points."""
    count = -(-shape[0] // STRIP)
    starts = np.zeros(count + 1, np.int64)
    _sort(xy, *placement, shape[1], reach, starts, np.empty(0, np.int32))
    order = np.empty(int(starts.sum()), np.int32)
    starts[1:] = np.cumsum(starts[:-1])
    starts[0] = 0
    _sort(xy, *placement, shape[1], reach, starts, order)
    starts[1:] = starts[:-1]
    starts[0] = 0
    return starts, order


@lru_cache(maxsize=512)
def stamps(shape: Shape, size: float, grown: float, side: int = 0, turn_deg: float = 0.0) -> NDArray[np.uint8]:
    """Give a symbol's coverage 0 to 255 at each place within a pixel.

    Parameters
    ----------
    shape : str
        Kind of symbol.
    size : float
        Height and width in px.
    grown : float
        Distance in px by which the outline is moved outwards.
    side : int
        Rows and columns of the result; 0 = as many as needed.
    turn_deg : float
        Turn of the symbol, degrees clockwise.

    Returns
    -------
    ndarray, uint8, (PHASES, PHASES, side, side)
        Row phase, column phase, row, column; the point lies at ``side // 2 + (phase + 0.5) / PHASES``.
    """
    corners = outline_of(shape, size, grown)
    if turn_deg and shape != "circle":
        corners = corners @ _turn(turn_deg)
    return _covered([corners], side or _side(corners))


@lru_cache(maxsize=256)
def marker_stamps(marker: str, size: float, turn_deg: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Give the coverage of a marker as `stamps` does: that of all of it, and that of what is filled and not lined."""
    turn, parts = _turn(turn_deg) * size, parts_of(marker)
    side = _side(np.concatenate([ring for _, rings in parts for ring in rings]) @ turn)
    tones = {"fill": np.zeros((PHASES, PHASES, side, side), np.uint8)}
    tones["line"] = tones["fill"].copy()
    for tone, rings in parts:
        np.maximum(tones[tone], _covered([ring @ turn for ring in rings], side), out=tones[tone])
    whole = np.maximum(tones["fill"], tones["line"])
    return whole, whole - tones["line"]


def _turn(degrees: float) -> NDArray[np.float64]:
    """Give what turns rows of x, y clockwise on a picture."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cos, sin], [-sin, cos]])


def _side(corners: NDArray[np.float64]) -> int:
    return 2 * int(np.ceil(np.abs(corners).max())) + 1


def _covered(rings: list[NDArray[np.float64]], side: int) -> NDArray[np.uint8]:
    """Give how much rings, filled even-odd, cover of the cells around a point at each place within a pixel."""
    out = np.zeros((PHASES, PHASES, side, side), np.uint8)
    corners, offsets = np.concatenate(rings), np.cumsum([0, *map(len, rings)])
    for row in range(PHASES):
        for column in range(PHASES):
            sheet = np.zeros((side, side), np.uint32)
            middle = side // 2 + (np.array([column, row]) + 0.5) / PHASES
            fill_polygons(
                sheet, corners + middle, offsets, np.array([0, len(rings)]), PIXELS, _WHITE, threads=1, even_odd=True
            )
            out[row, column] = sheet >> 24
    return out


def _spans(whole: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Give the first cell of each row of each stamp that is not empty, and the one after the last."""
    full: NDArray[np.bool_] = np.greater(whole, 0)
    first, last = full.argmax(-1), whole.shape[-1] - full[..., ::-1].argmax(-1)
    return np.where(np.any(full, axis=-1, keepdims=True), np.stack([first, last], -1), 0).astype(np.int32)


@kernel(XY, REAL, REAL, REAL, REAL, WHOLE, REAL, WHOLES_OUT, INDEX_OUT)
def _sort(xy, ox, oy, sx, sy, width, reach, at, order):
    """Count the points of each strip, or, with room in `order`, put them there."""
    strips = len(at) - 1
    for point in range(len(xy)):
        x, y = (xy[point, 0] - ox) * sx, (oy - xy[point, 1]) * sy
        if not (x > -reach and x < width + reach and y > -reach and y < strips * STRIP + reach):
            continue
        first, last = int(max(y - reach, 0.0)) // STRIP, int(max(y + reach, 0.0)) // STRIP
        for strip in range(first, min(last + 1, strips)):
            if len(order):
                order[at[strip]] = point
            at[strip] += 1


@kernel(
    PICTURE, XY, OFFSETS, INDEX, COLOURS, INDEX, REAL, REAL, REAL, REAL, STAMPS, STAMPS, SPANS, WHOLE, WHOLE, WHOLE,
)  # fmt: skip
def _stamp(picture, xy, starts, order, palette, places, ox, oy, sx, sy, whole, inside, spans, outline, first, last):
    side, rim = whole.shape[2], premultiplied(outline)
    for strip in range(first, last):
        top, bottom = strip * STRIP, min((strip + 1) * STRIP, picture.shape[0])
        for at in range(starts[strip], starts[strip + 1]):
            point = order[at]
            colour = colour_of(palette, places, point)
            x, y = (xy[point, 0] - ox) * sx, (oy - xy[point, 1]) * sy
            column, row = int(np.floor(x)), int(np.floor(y))
            right, down = min(int((x - column) * PHASES), PHASES - 1), min(int((y - row) * PHASES), PHASES - 1)
            left, upper = column - side // 2, row - side // 2
            for j in range(max(0, top - upper), min(side, bottom - upper)):
                start, end = np.int64(spans[down, right, j, 0]), np.int64(spans[down, right, j, 1])
                for i in range(max(start, -left), min(end, picture.shape[1] - left)):
                    core = np.int64(inside[down, right, j, i])
                    if core == 255:
                        lay(picture, upper + j, left + i, colour)
                        continue
                    edge = np.int64(whole[down, right, j, i]) - core
                    part = scaled(colour, core)
                    lay(picture, upper + j, left + i, part + scaled(rim, edge) if edge > 0 else part)
