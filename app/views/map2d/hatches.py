"""Hatched polygons: lines or dots clipped to shapes, standing still on the map while the view moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
from app.views.map2d.coverage import INK, NON_ZERO, UNTOUCHED, box_of, covered, ink_for
from app.views.map2d.fill import colour_of, pour_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

FORMS = {"horizontal": 1, "vertical": 2, "cross": 3, "diagonal_up": 4, "diagonal_down": 8}
FORMS |= {"diagonal_cross": 12, "dots": 16}
"""Bits: rows, columns, diagonals rising and falling to the right, dots."""


class Hatching(NamedTuple):
    """A pattern in px: which lines, how far apart, how wide."""

    form: int
    spacing: float
    width: float


def hatch_polygons(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    rings: NDArray[np.int64],
    features: NDArray[np.int64],
    placement: Placement,
    colours: NDArray[np.uint32],
    hatching: Hatching,
    *,
    classes: NDArray[np.int32],
    bounds: NDArray[np.float64],
    signs: NDArray[np.int8],
    chosen: NDArray[np.int64],
    threads: int = 0,
    stop: Stop = never,
) -> None:
    """Lay a pattern over polygons, in place; arguments as in `fill.fill_polygons`.

    The pattern hangs on the map's origin: a map that moves takes it along.
    """
    shapes = (xy, rings, features, bounds, signs, chosen, np.ascontiguousarray(colours, np.uint32), classes)
    phase = -placement.ox * placement.sx, placement.oy * placement.sy  # the map's origin in px of the picture

    def band(top: int, bottom: int) -> None:
        ink = ink_for(picture.shape[1], bottom - top)
        _hatch(picture, ink, *shapes, *placement, *hatching, *phase, top, bottom)

    in_bands(band, picture.shape[0], threads, stop=stop)


# -------------------------------------------------------------------- kernels
@inner
def _line(along, spacing, half):
    """Give the share of a pixel that a family of lines covers, by the pixel's distance across them."""
    away = along - spacing * np.floor(along / spacing)
    away = min(away, spacing - away)
    return min(max(half + 0.5 - away, 0.0), 1.0, 2.0 * half)


@inner
def _pattern(form, spacing, half, x, y):
    """Give the share of the pixel with its centre at (x, y), from the pattern's origin, that is drawn."""
    share = 0.0
    if form & 1:
        share = max(share, _line(y, spacing, half))
    if form & 2:
        share = max(share, _line(x, spacing, half))
    if form & 4:
        share = max(share, _line((x + y) * 0.7071067811865476, spacing, half))
    if form & 8:
        share = max(share, _line((x - y) * 0.7071067811865476, spacing, half))
    if form & 16:
        row = np.floor(y / spacing)
        across = x - (0.5 * spacing if int(row) % 2 != 0 else 0.0)
        dx = across - spacing * np.floor(across / spacing) - 0.5 * spacing
        dy = y - spacing * row - 0.5 * spacing
        share = max(share, min(max(half * 2.5 + 0.5 - np.sqrt(dx * dx + dy * dy), 0.0), 1.0))
    return share


@inner
def _dry_hatched(picture, ink, box, colour, form, spacing, half, phase_x, phase_y):
    """Lay what was poured onto the picture where the pattern is; the ink is clean again."""
    for row in range(box.height):
        run, start, y = 0.0, row * box.stride, box.top + row
        for x in range(box.stride):
            run += ink.cells[start + x]
            ink.cells[start + x] = 0.0
            share = covered(run, NON_ZERO)
            if share != 0 and x < box.width:
                column = box.left + x
                drawn = _pattern(form, spacing, half, column + 0.5 - phase_x, y + 0.5 - phase_y)
                dark = int(share * drawn + 0.5)
                if dark > 0:
                    lay(picture, y, column, scaled(colour, dark))
        for block in range(row * box.row_blocks, (row + 1) * box.row_blocks):
            ink.blocks[block] = 0
        ink.first[row], ink.last[row] = UNTOUCHED, -1


@kernel(
    PICTURE, INK, XY, OFFSETS, OFFSETS, BOXES, SIGNS, OFFSETS, COLOURS, INDEX, REAL, REAL, REAL, REAL,
    WHOLE, REAL, REAL, REAL, REAL, WHOLE, WHOLE,
)  # fmt: skip
def _hatch(
    picture, ink, xy, rings, features, boxes, signs, chosen, palette, places, ox, oy, sx, sy,
    form, spacing, wide, phase_x, phase_y, top, bottom,
):  # fmt: skip
    width = picture.shape[1]
    for number in range(len(chosen)):
        feature = chosen[number]
        x0, x1 = (boxes[feature, 0] - ox) * sx, (boxes[feature, 2] - ox) * sx
        y0, y1 = (oy - boxes[feature, 3]) * sy, (oy - boxes[feature, 1]) * sy
        if not (y1 > top and y0 < bottom and x1 > 0.0 and x0 < width):
            continue
        colour = colour_of(palette, places, feature)
        if colour >> 24 == 0:
            continue
        box = box_of(x0, y0, x1, y1, width, top, bottom, False)
        pour_shape(ink, box, xy, rings, features, signs, feature, (x0, y0, x1, y1), ox, oy, sx, sy)
        _dry_hatched(picture, ink, box, colour, form, spacing, 0.5 * wide, phase_x, phase_y)
