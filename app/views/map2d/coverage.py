"""How much of each pixel a shape covers: signed areas of its edges, summed along each row.

A shape's edges are poured into a small buffer over the shape's own box. Each edge leaves, in the cells it crosses,
the change of covered area from the cell to the next; a running sum along the row then gives the exact coverage, for
any number of rings. Blocks of 32 cells that no edge touched are skipped or filled at once.
"""

from __future__ import annotations

import threading
from collections import namedtuple

import numpy as np

from app.views.map2d.blend import join, lay, scaled
from app.views.map2d.compiled import Bundle, inner, writable

NON_ZERO, EVEN_ODD = 0, 1

BLOCK = 5  # log2 of the cells in a block
NARROW = 3  # row blocks up to which a box is dried whole, without a record of what was touched
LOW = 6  # rows from which on it is worth while to fetch a box
UNTOUCHED = 1 << 30

Ink = namedtuple("Ink", ["cells", "blocks", "first", "last"])
"""Scratch of one thread: cells (float32), touched blocks, first (and a spare place) and last touched cell per row."""

Box = namedtuple("Box", ["left", "top", "width", "height", "stride", "row_blocks", "noted"])
"""The part of the picture a shape can reach, in pixels, how its cells lie in the ink, and whether rows note which of
them were touched."""


INK = Bundle(Ink, (writable("float32"), writable("uint8"), writable("int32"), writable("int32")))
"""Type of the scratch, for signatures."""


MOST_KEPT = 1 << 20
"""Cells of scratch that a thread keeps for its next band."""

_kept = threading.local()


def ink_for(width: int, height: int) -> Ink:
    """Give clean scratch of this thread for boxes up to a size; whoever pours dries, so it is clean the next time."""
    cells, blocks = (width + 2) * height, ((width + 33) >> BLOCK) * height
    found = getattr(_kept, "ink", None)
    if found is None or len(found.cells) < cells or len(found.blocks) < blocks or len(found.first) <= height:
        found = new_ink(width, height)
        if cells <= MOST_KEPT:
            _kept.ink = found
    return found


def new_ink(width: int, height: int) -> Ink:
    """Give clean scratch for boxes up to a size."""
    stride = width + 2
    row_blocks = (stride + 31) >> BLOCK
    return Ink(
        np.zeros(stride * height, np.float32),
        np.zeros(row_blocks * height, np.uint8),
        np.full(height + 1, UNTOUCHED, np.int32),
        np.full(height, -1, np.int32),
    )


@inner
def box_of(x0, y0, x1, y1, width, top, bottom, thin):
    """Give the whole pixels that a box in px touches within the band; width or height <= 0 where it is outside.

    Of thin shapes each row notes what was touched, of others only where the box is wide.
    """
    left = int(np.floor(min(max(x0, 0.0), float(width))))
    right = int(np.ceil(min(max(x1, 0.0), float(width))))
    upper = int(np.floor(min(max(y0, float(top)), float(bottom))))
    lower = int(np.ceil(min(max(y1, float(top)), float(bottom))))
    stride = right - left + 2
    row_blocks = (stride + 31) >> BLOCK
    return Box(left, upper, right - left, lower - upper, stride, row_blocks, thin or row_blocks > NARROW)


@inner
def _touch(ink, box, row, first, last):
    if not box.noted:
        return
    ink.first[row] = min(ink.first[row], first)
    ink.last[row] = max(ink.last[row], last)
    if box.row_blocks <= NARROW:
        return
    start = row * box.row_blocks
    for block in range(first >> BLOCK, (last >> BLOCK) + 1):
        ink.blocks[start + block] = 1


@inner
def _pour_row(ink, box, row, xa, xb, d):
    """Add the part of an edge that lies in one row: it runs from xa to xb and descends by d."""
    xl, xr = min(xa, xb), max(xa, xb)
    first, last = int(xl), int(np.ceil(xr))
    at = row * box.stride + first
    cells = ink.cells
    if last <= first + 1:
        middle = 0.5 * (xl + xr) - first
        cells[at] += d * (1.0 - middle)
        cells[at + 1] += d * middle
        _touch(ink, box, row, first, first + 1)
        return
    slope = d / (xr - xl)
    enter, leave = 1.0 - (xl - first), xr - (last - 1)
    before = 0.5 * slope * enter * enter
    cells[at] += before
    end = last - first - 1
    for cell in range(1, end):
        now = slope * (enter + cell - 0.5)
        cells[at + cell] += now - before
        before = now
    now = d - 0.5 * slope * leave * leave
    cells[at + end] += now - before
    cells[at + end + 1] += d - now
    _touch(ink, box, row, first, last)


@inner
def _pour_inside(ink, box, x0, y0, x1, y1, sign):
    """Pour an edge that lies inside the box; y0 <= y1."""
    if y0 >= y1:
        return
    row = int(y0)
    if y1 <= row + 1.0:
        _pour_row(ink, box, row, x0, x1, (y1 - y0) * sign)
        return
    dxdy = (x1 - x0) / (y1 - y0)
    lowest, highest = min(x0, x1), max(x0, x1)
    x, y = x0, y0
    for row in range(int(y0), min(box.height, int(np.ceil(y1)))):
        below = min(row + 1.0, y1)
        x_below = min(max(x0 + (below - y0) * dxdy, lowest), highest)
        _pour_row(ink, box, row, x, x_below, (below - y) * sign)
        x, y = x_below, below


@inner
def pour_within(ink, box, xa, ya, xb, yb, sign):
    """Pour an edge, given in px from the box's corner, of a shape that lies wholly inside the box."""
    if ya > yb:
        xa, ya, xb, yb, sign = xb, yb, xa, ya, -sign
    _pour_inside(ink, box, xa, ya, xb, yb, sign)


@inner
def pour(ink, box, xa, ya, xb, yb, sign):
    """Pour one edge, given in px of the picture.

    What lies left of the box counts at its left side, what lies right of it not at all: an edge has up to three
    pieces, upright at the left side, inside, and upright again.
    """
    if ya < yb:
        x0, y0, x1, y1 = xa - box.left, ya - box.top, xb - box.left, yb - box.top
    else:
        x0, y0, x1, y1 = xb - box.left, yb - box.top, xa - box.left, ya - box.top
        sign = -sign
    width, height = float(box.width), float(box.height)
    if y1 <= 0.0 or y0 >= height or y0 == y1 or min(x0, x1) >= width:
        return
    first, last, xu, xl, yu, yl = 1, 2, x0, x1, y0, y1
    if not (y0 >= 0.0 and y1 <= height and min(x0, x1) >= 0.0 and max(x0, x1) <= width):
        dxdy = (x1 - x0) / (y1 - y0)
        if y0 < 0.0:
            x0, y0 = x0 - y0 * dxdy, 0.0
        if y1 > height:
            x1, y1 = x1 - (y1 - height) * dxdy, height
        xu, xl, yu, yl = min(max(x0, 0.0), width), min(max(x1, 0.0), width), y0, y1
        if x0 != xu or x1 != xl:
            yu = min(max(y0 + (xu - x0) / dxdy, y0), y1) if x0 != x1 else y1
            yl = min(max(y1 - (x1 - xl) / dxdy, yu), y1)
        first, last = (0 if x0 < 0.0 else 1), (3 if x1 < 0.0 else 2)
    for piece in range(first, last):
        top, bottom = (y0, yu) if piece == 0 else ((yu, yl) if piece == 1 else (yl, y1))
        start, end = (xu, xl) if piece == 1 else (0.0, 0.0)
        _pour_inside(ink, box, start, top, end, bottom, sign)


# ------------------------------------------------------------- ink to pixels
@inner
def covered(run, rule):
    """Give coverage 0 to 255 of a running sum of signed areas."""
    area = abs(run)
    if rule == EVEN_ODD:
        area -= 2.0 * np.floor(0.5 * area)
        if area > 1.0:
            area = 2.0 - area
    return int(min(area, 1.0) * 255.0 + 0.5)


@inner
def _dye(picture, y, x, colour, share, beside):
    part = colour if share == 255 else scaled(colour, share)
    if beside:
        join(picture, y, x, part)
    else:
        lay(picture, y, x, part)


@inner
def _dye_run(picture, y, x0, x1, colour, share, beside):
    if share == 0:
        return
    if share == 255 and colour >> 24 == 255:
        picture[y, x0:x1] = colour
        return
    for x in range(x0, x1):
        _dye(picture, y, x, colour, share, beside)


@inner
def _dry_cells(picture, ink, box, row, x0, x1, run, colour, rule, beside):
    """Turn some cells of a row into pixels and clean them; give the running sum behind them."""
    y, start = box.top + row, row * box.stride
    end, full, share = min(x1, box.width), colour >> 24 == 255, covered(run, rule)
    for x in range(x0, end):
        cell = ink.cells[start + x]
        if cell != 0.0:
            ink.cells[start + x] = 0.0
            run += cell
            share = covered(run, rule)
        if share == 255 and full:
            picture[y, box.left + x] = colour
        elif share != 0:
            _dye(picture, y, box.left + x, colour, share, beside)
    for x in range(max(x0, end), x1):
        ink.cells[start + x] = 0.0
    return run


@inner
def _dry_row(picture, ink, box, row, colour, rule, beside):
    """Turn one row of a wide box into pixels and clean it."""
    y, run = box.top + row, 0.0
    first, last = ink.first[row] >> BLOCK, ink.last[row] >> BLOCK
    for block in range(first, last + 1):
        x0 = block << BLOCK
        if ink.blocks[row * box.row_blocks + block] == 0:
            x1 = min(x0 + 32, box.width)
            _dye_run(picture, y, box.left + x0, box.left + x1, colour, covered(run, rule), beside)
            continue
        ink.blocks[row * box.row_blocks + block] = 0
        run = _dry_cells(picture, ink, box, row, x0, min(x0 + 32, box.stride), run, colour, rule, beside)
    x0 = min((last + 1) << BLOCK, box.width)
    _dye_run(picture, y, box.left + x0, box.left + box.width, colour, covered(run, rule), beside)
    ink.first[row], ink.last[row] = UNTOUCHED, -1


@inner
def _dry_whole(picture, ink, box, colour, rule, beside):
    """Turn all cells of a narrow box into pixels and clean them."""
    at = 0
    for row in range(box.height):
        run = 0.0
        for x in range(box.stride):
            run += ink.cells[at + x]
            ink.cells[at + x] = 0.0
            share = covered(run, rule)
            if share != 0 and x < box.width:
                _dye(picture, box.top + row, box.left + x, colour, share, beside)
        at += box.stride


@inner
def _dry_narrow_row(picture, ink, box, row, colour, rule, beside):
    """Turn one row of a narrow box into pixels and clean it: from the first to the last cell that was touched."""
    y, first, last = box.top + row, ink.first[row], ink.last[row] + 1
    run = _dry_cells(picture, ink, box, row, first, last, 0.0, colour, rule, beside)
    if last < box.width:
        _dye_run(picture, y, box.left + last, box.left + box.width, colour, covered(run, rule), beside)
    ink.first[row], ink.last[row] = UNTOUCHED, -1


@inner
def fetch(picture, ink, box):
    """Read one pixel of each piece of the picture that a small box lies on, all at once.

    Drying reads and writes row by row and would wait for the memory at each; read together, they come together. What
    was read goes into a place that nobody looks at, so that the compiler lets it be.
    """
    if box.row_blocks <= NARROW and box.height > LOW:
        seen = np.uint32(0)
        for row in range(box.top, box.top + box.height):
            for x in range(box.left, box.left + box.width, 16):
                seen ^= picture[row, x]
            seen ^= picture[row, box.left + box.width - 1]
        ink.first[len(ink.first) - 1] = np.int32(seen)


@inner
def dry(picture, ink, box, colour, rule, beside):
    """Lay all that was poured onto the picture in one premultiplied colour; the ink is clean again."""
    if not box.noted:
        _dry_whole(picture, ink, box, colour, rule, beside)
        return
    for row in range(box.height):
        if ink.last[row] < 0:
            continue
        if box.row_blocks <= NARROW:
            _dry_narrow_row(picture, ink, box, row, colour, rule, beside)
        else:
            _dry_row(picture, ink, box, row, colour, rule, beside)
