"""Masks: how dark each pixel of one line or symbol is at the most, gathered before it is laid down once."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from app.views.map2d.blend import lay, scaled
from app.views.map2d.compiled import Bundle, inner, writable

Mask = namedtuple("Mask", ["cells", "words", "first", "last"])
"""Scratch of one thread: darkness 0 to 255 of the cells, the same memory as words of eight cells, and the first and
last touched word of each row."""

MASK = Bundle(Mask, (writable("uint8"), writable("uint64"), writable("int32"), writable("int32")))

UNTOUCHED = 1 << 30


def new_mask(width: int, height: int) -> Mask:
    """Give a clean mask for boxes up to a size."""
    words = np.zeros((width // 8 + 2) * height, np.uint64)
    return Mask(words.view(np.uint8), words, np.full(height, UNTOUCHED, np.int32), np.full(height, -1, np.int32))


@inner
def row_start(box, row):
    """Give the first cell of a row of the box; rows begin at whole words."""
    return row * ((box.width + 15) >> 3 << 3)


@inner
def touch(mask, row, x0, x1):
    """Note that cells x0 to x1 (not included) of a row may be written."""
    mask.first[row] = min(mask.first[row], x0 >> 3)
    mask.last[row] = max(mask.last[row], (x1 - 1) >> 3)


@inner
def dab_segment(mask, box, xa, ya, xb, yb, half, flat_a, flat_b):
    """Darken the cells along a segment given in px of the picture; ends are round or cut off square.

    A cell is as dark as the share of its width, across the line, that lies within half a line width.
    """
    xa, ya, xb, yb = xa - box.left, ya - box.top, xb - box.left, yb - box.top
    dx, dy = xb - xa, yb - ya
    length = np.sqrt(dx * dx + dy * dy)
    ux, uy = (dx / length, dy / length) if length > 0.0 else (1.0, 0.0)
    reach = half + 0.5
    left, right = max(min(xa, xb) - reach, 0.0), min(max(xa, xb) + reach, float(box.width))
    upper, lower = max(min(ya, yb) - reach, 0.0), min(max(ya, yb) + reach, float(box.height))
    if left >= right or upper >= lower:
        return
    lean, spread = (ux / uy, reach / abs(uy)) if abs(uy) > 1e-9 else (0.0, np.inf)
    # Only cells whose centre lies within reach: a centre is half a cell after the cell's number.
    for row in range(int(upper + 0.5), int(lower + 0.5)):
        y = row + 0.5 - ya
        low, high = max(left, xa + y * lean - spread), min(right, xa + y * lean + spread)
        x0, x1 = int(low + 0.5), int(high + 0.5)
        if low >= high or x0 >= x1:
            continue
        touch(mask, row, x0, x1)
        start = row_start(box, row)
        for column in range(x0, x1):
            x = column + 0.5 - xa
            along, aside = x * ux + y * uy, abs(y * ux - x * uy)
            beyond = max(-along, along - length)
            share = 1.0
            if beyond > -0.5:
                if flat_a if along + along < length else flat_b:
                    share = min(max(0.5 - beyond, 0.0), 1.0)
                elif beyond > 0.0:
                    aside = np.sqrt(aside * aside + beyond * beyond)
            share *= min(half, aside + 0.5) - max(-half, aside - 0.5)
            if share > 0.0:
                dark = int(share * 255.0 + 0.5)
                if dark > mask.cells[start + column]:
                    mask.cells[start + column] = dark


@inner
def press(picture, mask, box, colour):
    """Lay the mask over the picture in one premultiplied colour; the mask is clean again."""
    for row in range(box.height):
        y, start = box.top + row, row_start(box, row)
        for word in range(mask.first[row], mask.last[row] + 1):
            if mask.words[(start >> 3) + word] == 0:
                continue
            for x in range(word << 3, min((word << 3) + 8, box.width)):
                dark = np.int64(mask.cells[start + x])
                if dark != 0:
                    lay(picture, y, box.left + x, colour if dark == 255 else scaled(colour, dark))
            mask.words[(start >> 3) + word] = 0
        mask.first[row], mask.last[row] = UNTOUCHED, -1
