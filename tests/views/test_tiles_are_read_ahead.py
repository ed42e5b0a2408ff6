"""The tiles round what is seen of a large grid are read before a move asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from app.core.camera import View
from app.core.looks import Known, ValueRange, resolve
from app.views.map2d.raster import RasterPainter
from layers.style import ColourScale, RasterStyle
from tests.views import maps

SIDE = 8192


def look_at(x, y, source=""):
    """Give the look of a grid of 8192 x 8192 cells of which 1000 x 600 are seen, cell for pixel, from a place on."""
    document, _ = maps.opened(maps.raster(np.zeros((3, 40, 40))))
    layer = document.layers[0]
    document.set(layer, "style", RasterStyle(variable="depth", scale=ColourScale(colours="haitang:terrain")))
    view = View("EPSG:4549", replace(maps.BOX, x0=x, y0=y, x1=x + 1000, y1=y + 600), 1000, 600)
    look: Any = resolve(layer, maps.TIMES.values[1], view, Known("ok", ValueRange(0.0, 1.0, 0.0, 1.0)))
    box = replace(maps.BOX, x0=0.0, y0=0.0, x1=float(SIDE), y1=float(SIDE))
    large = replace(look.description, bounds=box, counts={"width": SIDE, "height": SIDE}, time=None)
    return replace(look, description=large, source=source or look.source)


def test_the_tiles_round_the_seen_ones_are_named_so_that_any_small_move_finds_its_tiles():
    painter, here = RasterPainter(), look_at(3100.0, 3100.0)
    held, ahead = painter.needs(here), painter.around(here)
    assert not set(held) & set(ahead)
    for dx, dy in ((500, 0), (-500, 0), (0, 500), (0, -500), (300, -400)):
        wanted = RasterPainter().needs(look_at(3100.0 + dx, 3100.0 + dy))
        assert set(wanted) <= {*held, *ahead}, (dx, dy)


def test_nothing_beyond_the_grid_and_nothing_of_a_service_is_read_ahead():
    painter, corner = RasterPainter(), look_at(0.0, 0.0)
    whole = corner.description.bounds
    for request in painter.around(corner):
        assert request.box.x0 >= whole.x0
        assert request.box.y0 >= whole.y0
    assert painter.around(look_at(3100.0, 3100.0, "https://maps.example/ground.tif")) == []
