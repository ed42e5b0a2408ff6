"""Scratch that a thread keeps between drawings, and pictures laid over each other several pixels at once."""

from __future__ import annotations

import threading

import numpy as np

from app.views.map2d.blend import compose
from app.views.map2d.placement import Placement
from app.views.map2d.strokes import stroke_lines

PIXELS = Placement(0.0, 0.0, 1.0, -1.0)
BLACK = np.array([0xFF000000], np.uint32)


def _stroked(width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(width)
    xy = rng.uniform(-20, 1, (40, 2)) * [-width, -height] / 20
    picture = np.zeros((height, width), np.uint32)
    stroke_lines(picture, xy, np.array([0, 3, 40]), PIXELS, np.repeat(BLACK, 2), 2.5, threads=1)
    return picture


def _in_a_thread_of_its_own(width: int, height: int) -> np.ndarray:
    made: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: made.append(_stroked(width, height)))
    thread.start()
    thread.join()
    return made[0]


def test_pictures_of_changing_sizes_are_the_same_with_used_scratch_as_with_fresh():
    for size in ((300, 40), (30, 31), (31, 400), (1500, 20), (95, 60), (12, 9), (300, 40)):
        assert np.array_equal(_stroked(*size), _in_a_thread_of_its_own(*size)), size


def _times(part: np.ndarray, share: int | np.ndarray) -> np.ndarray:
    """Give parts times shares of 255, rounded as the pictures' arithmetic rounds."""
    product = part * share
    return (product + (product >> 8) + 128) >> 8


def test_a_picture_laid_over_another_follows_the_formula_in_every_part_of_every_pixel():
    rng = np.random.default_rng(4)
    alpha = rng.integers(0, 256, (50, 70))
    parts = [rng.integers(0, alpha + 1) for _ in range(3)]
    layer = (alpha << 24 | parts[0] << 16 | parts[1] << 8 | parts[2]).astype(np.uint32)
    below = rng.integers(0, 1 << 24, (50, 70), dtype=np.uint32) | np.uint32(0xFF000000)
    for opacity in (1.0, 0.4, 0.0):
        share, target = round(255 * opacity), below.copy()
        compose(target, layer, opacity)
        above = [_times(part, share) for part in (alpha, *parts)]
        for shift, part in zip((24, 16, 8, 0), above, strict=True):
            ground = (below.astype(np.int64) >> shift) & 0xFF
            assert np.array_equal((target >> shift) & 0xFF, part + _times(ground, 255 - above[0])), shift
