"""Point symbols by column: sizes and turns on the map are those that the style says."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.camera import View
from app.views.map2d.blend import new_picture
from app.views.map2d.drawing import draw_features
from app.views.map2d.features import prepared
from app.views.map2d.placement import PIXELS
from app.views.map2d.points import draw_points
from layers.extent import Extent
from layers.geometry import POINT, Geometry
from layers.sources.source import FeatureBlock
from layers.style import SizeBy, Symbol


def drawn(symbol, columns, count=4):
    every = np.arange(count + 1)
    xy = np.stack([20.5 + 40 * np.arange(count), np.full(count, 20.5)], -1)
    geometry = Geometry(xy, every, every, every, np.full(count, POINT, np.uint8))
    features = prepared(FeatureBlock(every[:-1], geometry, columns), None, None, None)
    picture = new_picture(40 * count, 40)
    view = View(None, Extent(0, 0, 40 * count, 40), 40 * count, 40)
    draw_features(picture, features, np.zeros(count, np.int32), [symbol], view)
    return picture >> 24


@pytest.mark.parametrize("proportion", ["area", "diameter"])
def test_symbols_are_as_large_as_their_column_says(proportion):
    by = SizeBy(column="n", minimum=0, maximum=100, smallest=6, largest=30, proportion=proportion)
    symbol = Symbol(fill="#000000", stroke=None, size_by=by)
    ink = drawn(symbol, {"n": np.array([0.0, 50.0, 100.0, np.nan])}).reshape(40, 4, 40).sum(axis=(0, 2)) / 255
    middle = (6**2 + 30**2) / 2 if proportion == "area" else 18**2
    assert ink == pytest.approx(np.pi / 4 * np.array([36, middle, 900, 36]), rel=0.05)


def test_symbols_turn_clockwise_by_their_column():
    symbol = Symbol(fill="#000000", stroke=None, shape="triangle", size=20, rotation=90, rotation_column="way")
    picture = drawn(symbol, {"way": [0, 90, None, 180]})
    tips = []
    for place in range(4):
        rows, columns = np.nonzero(picture[:, 40 * place : 40 * place + 40] > 128)
        reach = {
            "east": columns.max() - 20,
            "west": 20 - columns.min(),
            "south": rows.max() - 19,
            "north": 19 - rows.min(),
        }
        tips.append(max(reach, key=reach.get))
    assert tips == ["east", "south", "east", "west"]


def test_a_turned_symbol_keeps_its_area():
    black = np.array([0xFF000000], np.uint32)
    ink = []
    for turn in (0.0, 33.0):
        picture = new_picture(40, 40)
        draw_points(picture, np.array([(20.5, 20.5)]), PIXELS, black, 16.0, shape="square", turn_deg=turn)
        ink.append((picture >> 24).sum())
    assert ink[1] == pytest.approx(ink[0], rel=0.01)
