"""Blending of layers: the formulas of the W3C, against a plain calculation in real numbers."""

from __future__ import annotations

import numpy as np
import pytest

from app.views.map2d.mixing import MODES, mix


def plainly(below, above, alpha, mode):
    cb, cs = below / 255, above / 255
    mixed = {
        "multiply": cb * cs,
        "screen": cb + cs - cb * cs,
        "overlay": np.where(cb <= 0.5, 2 * cb * cs, 1 - 2 * (1 - cb) * (1 - cs)),
        "darken": np.minimum(cb, cs),
        "lighten": np.maximum(cb, cs),
    }[mode]
    return 255 * (cb * (1 - alpha) + alpha * mixed)


@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize("opacity", [1.0, 0.4])
def test_colours_meet_as_the_standard_says(mode, opacity):
    random = np.random.default_rng(7)
    below, above = (random.integers(0, 256, (40, 50, 3)) for _ in range(2))
    alpha = random.integers(0, 256, (40, 50, 1))
    pack = lambda parts, a: ((a << 24) | (parts[..., 0:1] << 16) | (parts[..., 1:2] << 8) | parts[..., 2:3])[..., 0]  # noqa: E731
    target = pack(below, np.full((40, 50, 1), 255)).astype(np.uint32)
    layer = pack(np.round(above * alpha / 255).astype(int), alpha).astype(np.uint32)
    mix(target, layer, mode, opacity)
    found = np.stack([(target >> shift) & 0xFF for shift in (16, 8, 0)], -1)
    wanted = plainly(below, above, alpha / 255 * opacity, mode)
    assert np.abs(found - wanted).max() <= 2.5
    assert (target >> 24 == 255).all()


def test_nothing_is_mixed_where_the_layer_is_empty():
    target = np.full((8, 8), 0xFF336699, np.uint32)
    for mode in MODES:
        mix(target, np.zeros((8, 8), np.uint32), mode)
    assert (target == 0xFF336699).all()
