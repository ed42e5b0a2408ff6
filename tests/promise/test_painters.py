"""What every painter promises: pure, of the view's size, premultiplied, nothing beside the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.camera import View
from app.core.looks import Known, ValueRange, resolve
from app.views.view import PAINTERS, painter_class
from layers.extent import Extent
from tests.views import maps

MAKERS = {"raster": maps.raster, "mesh": maps.mesh, "vector": maps.vector, "series": maps.stations}
KNOWN = Known(ranges=ValueRange(0.0, 4.0, 0.0, 4.0))
NOW = maps.TIMES.values[1]


def painted(kind, view=maps.VIEW, now=NOW, painter=None):
    document, reading = maps.opened(MAKERS[kind]())
    layer = document.layers[0]
    look = resolve(layer, now, view, KNOWN)
    painter = painter or painter_class("map", kind)()
    blocks = [reading.read_now(layer, request) for request in painter.needs(look)]
    return painter.paint(look, blocks, view)


@pytest.fixture(params=sorted(MAKERS))
def kind(request):
    return request.param


def test_every_layer_kind_of_the_map_has_a_painter_in_this_suite():
    assert {kind for view, kind in PAINTERS if view == "map"} == set(MAKERS)


def test_a_picture_has_the_size_of_its_view_and_shows_something(kind):
    picture = painted(kind)
    assert picture.pixels.shape == (100, 100)
    assert picture.pixels.dtype == np.uint32
    assert np.count_nonzero(picture.pixels) > 20


def test_colours_are_premultiplied(kind):
    pixels = painted(kind).pixels
    alpha = pixels >> 24
    for shift in (16, 8, 0):
        assert ((pixels >> shift & 0xFF) <= alpha).all()


def test_a_painter_that_has_drawn_other_views_draws_the_same_as_a_new_one(kind):
    painter = painter_class("map", kind)()
    far = View("EPSG:4549", Extent(20.0, 20.0, 60.0, 60.0), 80, 80)
    painted(kind, far, painter=painter)
    painted(kind, now=maps.TIMES.values[2], painter=painter)
    again = painted(kind, painter=painter)
    assert np.array_equal(again.pixels, painted(kind).pixels)


def test_nothing_is_drawn_where_the_data_are_not(kind):
    away = View("EPSG:4549", Extent(1000.0, 1000.0, 1100.0, 1100.0), 60, 60)
    pixels = painted(kind, away).pixels
    assert pixels is None or not pixels.any()


def test_twice_the_pixels_show_the_same_place(kind):
    plain = painted(kind).pixels
    fine = painted(kind, replace(maps.VIEW, width=200, height=200, pixel_ratio=2.0)).pixels
    rows, columns = np.nonzero(plain)
    fine_rows, fine_columns = np.nonzero(fine)
    assert abs(fine_rows.mean() / 2 - rows.mean()) < 1.5
    assert abs(fine_columns.mean() / 2 - columns.mean()) < 1.5


def test_equal_looks_do_not_differ_and_another_view_does(kind):
    document, _ = maps.opened(MAKERS[kind]())
    layer = document.layers[0]
    look = resolve(layer, NOW, maps.VIEW, KNOWN)
    assert not look.differs(resolve(layer, NOW, maps.VIEW, KNOWN))
    assert look.differs(resolve(layer, NOW, replace(maps.VIEW, width=99), KNOWN))


def test_a_probe_answers_on_the_data_and_is_silent_beside_it(kind):
    probe = painted(kind).probe
    at = (25.0, 50.0)
    assert probe.at(*at) is not None
    assert probe.at(-5.0, 500.0) is None
