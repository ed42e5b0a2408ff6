"""A grid that is dragged: what stays is kept, what is new is drawn, and the picture is that of a fresh one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.camera import View
from app.core.looks import Known, ValueRange, resolve
from app.views.map2d import raster as painting
from app.views.map2d.raster import RasterPainter
from layers.style import ColourScale, Contours, RasterStyle
from tests.views import maps

CELLS = np.random.default_rng(3).random((3, 400, 400)).cumsum(1).cumsum(2)
SCALE = ColourScale(colours="haitang:terrain")
STYLES = {
    "scale": RasterStyle(variable="depth", scale=SCALE),
    "smooth": RasterStyle(variable="depth", scale=SCALE, smooth=True),
    "shaded": RasterStyle(variable="depth", scale=SCALE, hillshade=0.6),
    "relief": RasterStyle(variable="depth", mode="hillshade"),
}
SIZES = {"cells smaller than pixels": 0.35, "cells larger than pixels": 0.04}


def grid(style):
    document, reading = maps.opened(maps.raster(CELLS))
    layer = document.layers[0]
    document.set(layer, "style", style)
    return layer, reading


def view(scale, dx=0, dy=0):
    x, y = 30.0 + dx * scale, 40.0 - dy * scale
    box = replace(maps.BOX, x0=x, y0=y, x1=x + 150 * scale, y1=y + 120 * scale)
    return View("EPSG:4549", box, 150, 120)


def painted(painter, layer, reading, seen, ranges=True):
    known = Known("ok", ValueRange(0.0, 80_000.0, 0.0, 80_000.0) if ranges else None)
    look = resolve(layer, maps.TIMES.values[1], seen, known)
    return painter.paint(look, [reading.read_now(layer, one) for one in painter.needs(look)], seen)


@pytest.mark.parametrize("scale", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_a_dragged_grid_looks_like_one_drawn_anew_and_draws_only_what_is_new(style, scale, monkeypatch):
    layer, reading = grid(style)
    painter, pixels = RasterPainter(), []
    plain = painting.Sheet
    monkeypatch.setattr(painting, "Sheet", lambda *a: pixels.append(a[2].width * a[2].height) or plain(*a))
    for dx, dy in [(0, 0), (20, 0), (20, 15), (-6, 15), (-6, -9)]:
        seen = view(scale, dx, dy)
        dragged = painted(painter, layer, reading, seen).pixels
        drawn = sum(pixels)
        fresh = painted(RasterPainter(), layer, reading, seen).pixels
        pixels.clear()
        if (dx, dy) != (0, 0):
            assert drawn < 0.4 * 150 * 120
        # A place on the edge of two cells may fall to either, and a colour may be rounded to its neighbour.
        off = (dragged.view(np.uint8).astype(int) - fresh.view(np.uint8)).reshape(120, 150, 4)
        assert (np.abs(off).max(axis=2) > 2).mean() < 0.002


@pytest.mark.parametrize(
    ("style", "ranges"),
    [
        (RasterStyle(variable="depth", scale=SCALE, contours=Contours()), True),
        (RasterStyle(variable="depth", scale=SCALE, stretch_by="minmax"), True),
        (RasterStyle(variable="depth", scale=SCALE), False),
    ],
    ids=["contours", "stretched by the view", "range not known yet"],
)
def test_what_hangs_together_over_the_view_is_drawn_whole(style, ranges):
    layer, reading = grid(style)
    painter = RasterPainter()
    painted(painter, layer, reading, view(0.3), ranges)
    seen = view(0.3, 20, 10)
    dragged = painted(painter, layer, reading, seen, ranges).pixels
    np.testing.assert_array_equal(dragged, painted(RasterPainter(), layer, reading, seen, ranges).pixels)
