"""Grids in another system, and the light on slopes."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from app.views.map2d.grids import Inverse, coarse_pixels, hillshade, warp_grid, warp_picture
from app.views.map2d.placement import Placement

SAME = Inverse(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def ramp(rows=50, columns=70):
    y, x = np.mgrid[:rows, :columns] + 0.5
    return (3.0 * x - 2.0 * y + 5.0).astype(np.float32)


def warped(source, width=70, height=50, inverse=SAME, step=32, **options):
    x, y = coarse_pixels(width, height, step)
    return warp_grid(source, inverse, x, y, width, height, step=step, **options)


@pytest.mark.parametrize("smooth", [False, True])
def test_a_grid_on_its_own_pixels_stays_as_it_is(smooth):
    source = ramp()
    source[10:14, 20:30] = np.nan
    assert np.array_equal(warped(source, smooth=smooth), source, equal_nan=True)


def test_a_linear_grid_stays_linear_when_it_is_enlarged():
    found = warped(ramp(), 200, 150, Inverse(0.25, 0.0, 4.3, 0.0, 0.25, 6.1), smooth=True)
    y, x = np.mgrid[:150, :200] + 0.5
    assert found == pytest.approx(3.0 * (x * 0.25 + 4.3) - 2.0 * (y * 0.25 + 6.1) + 5.0, abs=1e-3)


def test_the_nearest_cell_is_the_one_that_holds_the_centre():
    found = warped(ramp(), 140, 100, Inverse(0.5, 0.0, 0.0, 0.0, 0.5, 0.0))
    assert (found == np.repeat(np.repeat(ramp(), 2, 0), 2, 1)).all()


def test_nothing_is_known_outside_the_source():
    found = warped(ramp(), inverse=Inverse(1.0, 0.0, -10.0, 0.0, 1.0, 20.0))
    assert np.isnan(found[:, :10]).all()
    assert np.isnan(found[30:]).all()
    assert not np.isnan(found[:30, 10:]).any()


def test_unknown_cells_neither_spread_nor_shrink_when_smoothed():
    source = ramp()
    source[20, 30] = np.nan
    found = warped(source, 280, 200, Inverse(0.25, 0.0, 0.0, 0.0, 0.25, 0.0), smooth=True)
    hidden = np.zeros_like(found, bool)
    hidden[80:84, 120:124] = True
    assert (np.isnan(found) == hidden).all()


def test_places_that_cannot_be_transformed_are_unknown():
    x, y = coarse_pixels(70, 50, 10)
    x[0, 0] = np.inf
    found = warp_grid(ramp(), SAME, x, y, 70, 50, step=10)
    assert np.isnan(found[:10, :10]).all()
    assert not np.isnan(found[10:]).any()


def test_between_the_exact_places_a_projection_is_met_to_a_hundredth_of_a_pixel():
    place = Placement.fit((3.4e5, 3.40e6, 3.9e5, 3.44e6), 640, 512)
    back = pyproj.Transformer.from_crs(32651, 4326, always_xy=True)
    lon, lat = back.transform(*place.to_world(*coarse_pixels(640, 512)))
    x, y = np.meshgrid(np.arange(640) + 0.5, np.arange(512) + 0.5)
    exact = back.transform(*place.to_world(x, y))
    columns = np.broadcast_to(np.arange(3000, dtype=np.float32), (3000, 3000))
    per_degree = 3000.0
    inverse = Inverse(per_degree, 0.0, -121.0 * per_degree, 0.0, -per_degree, 31.2 * per_degree)
    found = warp_grid(columns, inverse, lon, lat, 640, 512, smooth=True)
    error = np.abs(found - ((exact[0] - 121.0) * per_degree - 0.5))
    assert np.nanmax(error) < 0.01
    assert np.isfinite(found).mean() > 0.5


@pytest.mark.parametrize("smooth", [False, True])
def test_a_picture_on_its_own_pixels_stays_as_it_is(smooth):
    source = np.random.default_rng(1).integers(0, 256, (50, 70), dtype=np.uint32) * np.uint32(0x01010101)
    x, y = coarse_pixels(70, 50)
    assert (warp_picture(source, SAME, x, y, 70, 50, smooth=smooth) == source).all()
    assert not warp_picture(source, SAME, x + 500, y, 70, 50, smooth=smooth).any()


def test_bands_give_the_same_result_as_one_thread():
    results = [warped(ramp(), 300, 240, Inverse(0.2, 0.01, 0, 0.02, 0.2, 0), smooth=True, threads=t) for t in (1, 3)]
    assert np.array_equal(*results, equal_nan=True)


def test_coarse_coordinates_of_the_wrong_shape_are_refused():
    x, y = coarse_pixels(70, 50)
    with pytest.raises(ValueError, match="expected"):
        warp_grid(ramp(), SAME, x, y, 200, 50)


@pytest.mark.parametrize("slope", [(0.0, 0.0), (0.3, 0.0), (0.0, -0.8), (-0.4, 0.5)])
def test_light_on_a_plane_is_the_cosine_between_sun_and_surface(slope):
    y, x = np.mgrid[:20, :30]
    # Rows run to the south: north is up.
    heights = (slope[0] * x * 5.0 - slope[1] * y * 2.0).astype(np.float32)
    normal = np.array([-slope[0], -slope[1], 1.0]) / np.sqrt(1.0 + slope[0] ** 2 + slope[1] ** 2)
    sun = np.array([-0.5, 0.5, np.sqrt(0.5)])
    light = hillshade(heights, 5.0, 2.0)
    assert light[1:-1, 1:-1] == pytest.approx(max(normal @ sun, 0.0), abs=1e-5)


def test_heights_are_exaggerated_by_the_factor():
    heights = ramp()
    assert hillshade(heights, 30.0, 30.0, z_factor=2.0) == pytest.approx(hillshade(2 * heights, 30.0, 30.0))


def test_unknown_heights_have_no_light_and_darken_nothing_around():
    heights = np.zeros((9, 9), np.float32)
    heights[4, 4] = np.nan
    light = hillshade(heights, 1.0, 1.0)
    assert np.isnan(light[4, 4])
    light[4, 4] = np.sqrt(0.5)
    assert light == pytest.approx(np.sqrt(0.5))
