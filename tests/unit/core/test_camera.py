"""Poses of the camera: what stays under the pointer, what fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.camera import Camera
from layers.extent import Extent

COORDINATE = st.floats(-1e7, 1e7)
SCALE = st.floats(1e-6, 1e6)
PIXEL = st.integers(0, 4000)


def at(pose) -> Camera:
    return Camera.from_dict(pose.to_dict())


@given(COORDINATE, COORDINATE, SCALE, st.floats(0.1, 10), PIXEL, PIXEL)
def test_zooming_keeps_the_place_under_the_pointer(x, y, scale, factor, px, py):
    camera = Camera(x=x, y=y, scale=scale)
    place = camera.to_map(px, py, 1920, 1080)
    closer = at(camera.zoomed(factor, place))
    assert closer.to_pixel(*place, 1920, 1080) == pytest.approx((px, py), abs=1e-3 + 1e-9 * abs(x + y) / scale)
    assert closer.scale == pytest.approx(scale / factor)


@given(COORDINATE, COORDINATE, SCALE, st.floats(-500, 500), st.floats(-500, 500))
def test_dragging_moves_the_picture_with_the_pointer(x, y, scale, dx, dy):
    camera = Camera(x=x, y=y, scale=scale)
    px, py = at(camera.moved(dx, dy)).to_pixel(x, y, 800, 600)
    assert (px, py) == pytest.approx((400 + dx, 300 + dy), abs=1e-3 + 1e-9 * (abs(x) + abs(y)) / scale)


@given(COORDINATE, COORDINATE, st.floats(0, 1e6), st.floats(0, 1e6), st.integers(50, 3000), st.integers(50, 3000))
def test_a_fitted_box_is_seen_whole_and_fills_one_side(x, y, width, height, w, h):
    box = Extent(x, y, x + width, y + height)
    camera = at(Camera(scale=2.0).fitted(box, w, h))
    seen = camera.extent(w, h)
    slack = 1e-9 * (abs(x) + abs(y) + width + height + 1)
    assert seen.x0 <= box.x0 + slack
    assert seen.y0 <= box.y0 + slack
    assert seen.x1 >= box.x1 - slack
    assert seen.y1 >= box.y1 - slack
    if camera.scale > 1e-11 and max(width, height) > 1:
        assert max(box.width / seen.width, box.height / seen.height) == pytest.approx(0.92, rel=1e-3)


def test_a_point_is_fitted_at_the_scale_that_was():
    assert Camera(scale=2.0).fitted(Extent(5, 5, 5, 5), 100, 100).scale == 2.0


def test_zooming_has_an_end_on_both_sides():
    camera = Camera()
    assert camera.zoomed(1e30).scale == 1e-12
    assert camera.zoomed(1e-30).scale == 1e9


def test_the_view_counts_device_pixels_and_keeps_the_box():
    view = Camera(crs="EPSG:4549", x=10, y=20, scale=0.5).view(100, 50, 1.5)
    assert (view.width, view.height, view.crs) == (150, 75, "EPSG:4549")
    assert view.extent == Extent(-15, 7.5, 35, 32.5)
    assert view.resolution == pytest.approx(50 / 150)


@pytest.mark.parametrize(("field", "value"), [("scale", 0), ("scale", -1), ("x", float("nan")), ("y", float("inf"))])
def test_a_camera_that_sees_nothing_is_refused(field: str, value: float):
    with pytest.raises(ValueError, match=field):
        setattr(Camera(), field, value)
