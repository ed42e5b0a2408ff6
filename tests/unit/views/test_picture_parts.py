"""The small parts of pictures: colours, words, tiles, features, labels' boxes, moved views."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.camera import View
from app.core.language import set_language
from app.core.looks import ValueRange
from app.views.composition import shift
from app.views.home import home_pose, map_system
from app.views.map2d.colours import argb, class_colouring, colouring, entries_of, own_scales, ramp
from app.views.map2d.features import anchors, nearest, prepared
from app.views.map2d.scratch import block_of, geometry_of
from app.views.map2d.tiles import joined, tiles_of
from app.views.wording import degrees_text, nice_step, number_text, range_text, ticks, unit_text
from layers.extent import Extent
from layers.sources.source import LayerDescription, RasterBlock, Variable
from layers.style import ClassBreak, ClassTable, ColourScale
from tests.views import maps


# ---------------------------------------------------------------------- colours
def test_colours_are_read_with_and_without_alpha():
    assert (argb("#102030"), argb("#10203040")) == (0xFF102030, 0x40102030)


def test_every_own_scale_starts_and_ends_with_its_colours():
    for name, stops in own_scales().items():
        table = ramp(f"haitang:{name}")
        assert (int(table[0]), int(table[-1])) == (argb(stops[0]), argb(stops[-1]))


def test_an_unknown_scale_falls_back_to_a_readable_one():
    assert np.array_equal(ramp("no such scale"), ramp("viridis"))


def test_terrain_is_blue_below_the_sea_and_green_above():
    found = colouring(ColourScale(colours="haitang:terrain"), ValueRange(-50, 200, -50, 200))
    below, above = (int(found.table[int((v + 50) / 250 * 255)]) for v in (-10, 10))
    assert below & 0xFF > below >> 16 & 0xFF
    assert above & 0xFF < above >> 8 & 0xFF


def test_low_land_is_no_sea():
    found = colouring(ColourScale(colours="haitang:terrain"), ValueRange(-2, 6, -2, 6))
    assert np.array_equal(found.table, ramp("haitang:land"))


@given(st.floats(-5, 15))
def test_classes_hold_their_lower_limit_and_not_their_upper_one(value):
    table = ClassTable(
        id="t",
        title_zh="",
        title_en="",
        classes=tuple(ClassBreak(minimum=float(n), maximum=float(n + 1), colour=f"#0000{n:02d}") for n in range(5)),
    )
    (found,) = entries_of(class_colouring(table), np.array([value], np.float32))
    value = float(np.float32(value))
    assert found == (int(value) if 0 <= value < 5 else -1)


# ------------------------------------------------------------------------ words
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("m s-1", "m/s"),
        ("ms-1", "m/s"),
        ("m3 s-1", "m³/s"),
        ("kg m-3", "kg/m³"),
        ("N m**-2", "N/m²"),
        ("m0.5s-1", "m0.5s-1"),
        ("m/s", "m/s"),
        ("m3/s", "m³/s"),
        ("mm", "mm"),
        ("degree_Celsius", "°C"),
        ("m2", "m²"),
        ("1", ""),
        (None, ""),
    ],
)
def test_units_are_written_as_people_read_them(written, shown):
    assert unit_text(written) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.000"), (1.234567, "1.23"), (123.45, "123.5"), (-0.0001, "−0.0001"), (float("nan"), "–")],
)
def test_numbers_keep_about_four_digits(value, text):
    assert number_text(value) == text


def test_both_ends_of_a_range_have_the_same_digits():
    assert range_text(-43.0, 185.0) == ("−43", "185")
    assert range_text(0.000977, 0.872) == ("0.001", "0.872")


@given(st.floats(1e-6, 1e9), st.integers(1, 12))
def test_ticks_are_round_and_inside(span, count):
    step = nice_step(span, count)
    assert span / step <= count * 1.0011
    values, _ = ticks(3.0, 3.0 + span, count)
    assert all(3.0 - step * 1e-6 <= v <= 3.0 + span + step * 1e-6 for v in values)


@pytest.mark.parametrize(
    ("value", "axis", "step", "text"), [(121.5, "x", 0.5, "121.5°E"), (-31.0, "y", 1.0, "31°S"), (0.0, "x", 1.0, "0°")]
)
def test_degrees_name_their_side(value, axis, step, text):
    assert degrees_text(value, axis, step) == text


# ------------------------------------------------------------------------ tiles
@given(
    st.floats(0, 900), st.floats(0, 700), st.floats(5, 400), st.floats(5, 400), st.sampled_from([0.1, 0.5, 1.0, 4.0])
)
def test_tiles_cover_what_is_seen(x, y, width, height, density):
    d = LayerDescription("", "raster", bounds=Extent(0, 0, 1000, 800), counts={"width": 5000, "height": 4000})
    seen = Extent(x, y, min(x + width, 1000.0), min(y + height, 800.0))
    found = tiles_of(d, seen, density)
    assert min(t.box.x0 for t in found) <= seen.x0 + 1e-6
    assert max(t.box.x1 for t in found) >= seen.x1 - 1e-6
    assert min(t.box.y0 for t in found) <= seen.y0 + 1e-6
    assert max(t.box.y1 for t in found) >= seen.y1 - 1e-6
    cell = found[0].box.width / found[0].width
    assert cell <= max(1.2 / density, 0.21)


def test_joined_tiles_are_the_grid_they_were_cut_from():
    d = LayerDescription("", "raster", bounds=Extent(0, 0, 1300, 900), counts={"width": 1300, "height": 900})
    whole = np.arange(1300 * 900, dtype=np.float32).reshape(1, 900, 1300)
    tiles = tiles_of(d, d.bounds, 1.0)
    blocks = []
    for tile in tiles:
        rows = slice(900 - int(tile.box.y1), 900 - int(tile.box.y0))
        blocks.append(RasterBlock(whole[:, rows, int(tile.box.x0) : int(tile.box.x1)], tile.box))
    made = joined(tiles, blocks)
    assert len(tiles) == 6
    assert made.box == d.bounds
    assert np.array_equal(made.values, whole)


# --------------------------------------------------------------------- features
def test_the_name_of_a_bent_polygon_stands_inside_it():
    ring = [[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]
    shape = geometry_of([{"type": "Polygon", "coordinates": [ring]}])
    from layers.sources.source import FeatureBlock

    features = prepared(FeatureBlock(np.array([1]), shape, {}), None, None, None)
    (x, y) = anchors(features, np.array([0]))[0]
    assert nearest(features, x, y, (0.1, 0.1)) == (0, 0.0)


def test_a_hole_is_not_the_polygon():
    shell = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    hole = [[3, 3], [7, 3], [7, 7], [3, 7], [3, 3]]
    block = block_of({5: {"geometry": {"type": "Polygon", "coordinates": [shell, hole]}, "properties": {}}}, ())
    features = prepared(block, None, None, None)
    assert nearest(features, 5.0, 5.0, (0.5, 0.5)) is None
    assert nearest(features, 1.0, 5.0, (0.5, 0.5)) == (0, 0.0)


def test_a_point_over_a_polygon_is_found_before_it():
    features = {
        1: {"geometry": {"type": "Point", "coordinates": [5, 5]}, "properties": {"name": "a"}},
        2: {
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]},
            "properties": {},
        },
        3: {"geometry": None, "properties": {}},
    }
    block = block_of(features, ("name",))
    assert block.columns["name"] == ["a", None, None]
    found = nearest(prepared(block, None, None, None), 5.2, 5.0, (1.0, 1.0))
    assert found is not None
    assert found[0] in (0, 1)


# ------------------------------------------------------------------------ views
def view(x0, y0, x1, y1, size=(100, 100), crs="EPSG:4549"):
    return View(crs, Extent(x0, y0, x1, y1), *size)


def test_a_view_moved_east_shifts_its_picture_west():
    assert shift(view(0, 0, 100, 100), view(10, 0, 110, 100)) == pytest.approx((-10, 0, 1))


def test_a_view_closer_by_two_doubles_its_picture():
    dx, dy, scale = shift(view(0, 0, 100, 100), view(25, 25, 75, 75))
    assert (dx, dy, scale) == pytest.approx((-50, -50, 2))


def test_pictures_of_another_system_or_shape_are_not_moved():
    assert shift(view(0, 0, 100, 100), view(0, 0, 100, 100, crs="EPSG:3857")) is None
    assert shift(view(0, 0, 100, 100), view(0, 0, 100, 50)) is None


def test_a_map_takes_the_first_projected_system_of_its_layers():
    layers = [maps.raster(crs=crs)[0] for crs in ("EPSG:4326", "EPSG:4549", "EPSG:3857")]
    for layer, crs in zip(layers, ("EPSG:4326", "EPSG:4549", "EPSG:3857"), strict=True):
        layer.crs = crs
    assert map_system(layers) == "EPSG:4549"
    assert map_system(layers[:1]) == "EPSG:4326"
    assert map_system([]) is None


def test_home_shows_all_layers_and_degrees_in_their_true_shape():
    document, _ = maps.opened(maps.raster(crs="EPSG:4326", bounds=Extent(121.0, 30.5, 122.0, 31.5)), crs=None)
    pose = home_pose(document, 800, 600)
    document.look(pose)
    assert pose.aspect == pytest.approx(np.cos(np.radians(31.0)), abs=1e-3)
    box = document.camera.extent(800, 600)
    assert box.x0 < 121.0 < 122.0 < box.x1
    assert box.y0 < 30.5 < 31.5 < box.y1


def test_home_of_a_single_point_is_not_the_whole_world():
    document, _ = maps.opened(maps.stations(bounds=Extent(25, 50, 25, 50)), crs=None)
    assert home_pose(document, 800, 600).scale < 20


def test_heights_are_known_by_their_names_and_unit():
    from app.views.wording import is_height, quantity_text

    set_language("en")
    assert is_height(Variable("s1", "m", title="Water level"))
    assert not is_height(Variable("level", "m s-1"))
    assert quantity_text(Variable("x", standard_name="sea_surface_height", title="h")) == "Water level"
    assert quantity_text(Variable("x", title="Own title")) == "Own title"
