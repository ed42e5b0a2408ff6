"""Pictures over pictures, and the last frame while the next is on its way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.map2d.blend import compose, moved, new_picture

CHANNELS = (24, 16, 8, 0)


def parts(picture):
    return np.stack([(picture >> shift) & 255 for shift in CHANNELS], -1).astype(float)


def premultiplied(rng, shape):
    alpha = rng.integers(0, 256, shape)
    packed = alpha << 24
    for shift in CHANNELS[1:]:
        packed |= np.floor(rng.random(shape) * (alpha + 1)).astype(np.int64) << shift
    return packed.astype(np.uint32)


@given(st.integers(0, 1000), st.floats(0, 1))
def test_laying_over_is_the_sum_of_light_that_comes_through(seed, opacity):
    rng = np.random.default_rng(seed)
    target, layer = premultiplied(rng, (40, 30)), premultiplied(rng, (40, 30))
    share = round(255 * opacity) / 255
    expected = parts(layer) * share + parts(target) * (1 - parts(layer)[..., :1] * share / 255)
    compose(target, layer, opacity, threads=2)
    assert np.abs(parts(target) - expected).max() <= 1.5
    assert (parts(target)[..., 1:] <= parts(target)[..., :1]).all()


def test_nothing_over_something_changes_nothing():
    target = premultiplied(np.random.default_rng(1), (40, 30))
    before = target.copy()
    compose(target, new_picture(30, 40))
    compose(target, premultiplied(np.random.default_rng(2), (40, 30)), 0.0)
    assert (target == before).all()


def test_an_opaque_layer_covers_all():
    layer = premultiplied(np.random.default_rng(2), (40, 30)) | np.uint32(0xFF000000)
    target = premultiplied(np.random.default_rng(1), (40, 30))
    compose(target, layer)
    assert (target == layer).all()


def test_layers_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match="differ in size"):
        compose(new_picture(3, 4), new_picture(4, 3))


@pytest.mark.parametrize("smooth", [False, True])
def test_a_shift_by_whole_pixels_moves_every_pixel(smooth):
    source = premultiplied(np.random.default_rng(3), (40, 60))
    result = moved(source, 60, 40, 7, -5, smooth=smooth)
    assert (result[:35, 7:] == source[5:, :53]).all()
    assert not result[35:].any()
    assert not result[:, :7].any()


def test_a_picture_scaled_by_three_has_blocks_of_nine():
    source = premultiplied(np.random.default_rng(3), (10, 12))
    assert (moved(source, 36, 30, 0, 0, 3.0) == np.repeat(np.repeat(source, 3, 0), 3, 1)).all()


def test_half_a_pixel_is_the_mean_of_two_neighbours():
    source = np.zeros((5, 6), np.uint32)
    source[:, 3] = 0xFF8040FF
    result = moved(source, 6, 5, 0.5, 0, smooth=True)
    assert np.abs(parts(result)[2, 3:5] - parts(source)[2, 3] / 2).max() <= 1
