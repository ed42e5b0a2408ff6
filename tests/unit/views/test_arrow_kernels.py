"""Arrows: where they stand, where they point, how long they are."""

from __future__ import annotations

import numpy as np
import pytest

from app.views.map2d.arrows import Arrows, arrow_field, arrow_shapes, draw_arrows, grid_field, screen_grid
from app.views.map2d.blend import new_picture
from app.views.map2d.faces import face_plan, topology
from app.views.map2d.placement import PIXELS, Placement
from tests.unit.views.meshes import triangles


def one(u, v):
    return Arrows(*(np.array([value], float) for value in (50.0, 40.0, u, v)))


def test_the_places_stay_on_the_ground_while_the_map_is_moved():
    def on_the_ground(place):
        x, y = place.to_world(*screen_grid(place, 400, 300, 26.0))
        return {(round(a, 3), round(b, 3)) for a, b in zip(x, y, strict=True)}

    before = on_the_ground(Placement(4e5, 3.4e6, 0.5, 0.5))
    after = on_the_ground(Placement(4e5 + 33.0, 3.4e6 - 71.0, 0.5, 0.5))
    assert len(before & after) > 0.7 * len(before)


def test_places_fill_the_view_and_never_leave_it():
    x, y = screen_grid(Placement(4e5, 3.4e6, 0.5, 0.5), 400, 300, 26.0)
    assert 0 <= x.min() < 26
    assert 374 <= x.max() < 400
    assert 0 <= y.min() < 26
    assert 274 <= y.max() < 300
    gaps = np.hypot(x[:, None] - x, y[:, None] - y)[~np.eye(len(x), dtype=bool)]
    assert gaps.min() > 25.9


@pytest.mark.parametrize(("u", "v", "tip"), [(1, 0, (62, 40)), (0, 1, (50, 28)), (-1, 0, (38, 40)), (0, -1, (50, 52))])
def test_an_arrow_points_where_the_water_goes_with_north_up(u, v, tip):
    assert arrow_shapes(one(u, v), 1.0, 24.0)[0, 3] == pytest.approx(tip)


def test_length_follows_speed_up_to_the_reference():
    speeds = np.array([0.01, 0.25, 0.5, 1.0, 9.0])
    arrows = Arrows(np.zeros(5), np.zeros(5), speeds, np.zeros(5))
    assert np.ptp(arrow_shapes(arrows, 1.0, 24.0)[..., 0], 1) == pytest.approx([6.0, 12.0, 24.0, 24.0])


def test_an_arrow_is_drawn_in_its_colour_with_a_rim():
    picture = new_picture(100, 80)
    draw_arrows(picture, one(1, 0), 0xFF102030, 1.0, thickness=3.0, halo=0xFFFFFFFF)
    assert picture[40, 50] == 0xFF102030
    assert picture[37, 50] == 0x80808080
    assert not picture[:, 65:].any()


def test_still_and_unknown_water_has_no_arrow():
    u = np.array([[0.0, np.nan], [1.0, 0.0]], np.float32).repeat(50, 0).repeat(50, 1)
    field = grid_field(u, np.zeros_like(u), PIXELS, 10.0)
    assert len(field.x) > 10
    assert (field.x < 50).all()
    assert (field.y >= 50).all()


@pytest.mark.parametrize("where", ["face", "node"])
def test_a_mesh_gives_arrows_only_where_it_is(where):
    xy, faces = triangles()
    plan = face_plan(topology(xy, faces), PIXELS, 100, 80, nodes=True)
    count = len(faces) if where == "face" else len(xy)
    field = arrow_field(plan, np.full(count, 3, np.float32), np.full(count, 4, np.float32), 9.0, where)
    assert len(field.x) > 20
    assert (field.x < 60).all()
    assert (field.y < 40).all()
    assert field.speed == pytest.approx(5.0)


def test_no_arrows_leave_the_picture_as_it_was():
    picture = new_picture(20, 20)
    draw_arrows(picture, one(0.0, 0.0), 0xFF000000, 1.0)
    assert not picture.any()
