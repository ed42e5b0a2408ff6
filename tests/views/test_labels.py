"""Texts of features: which are wished for, along which lines, and how fast fifty thousand find their places."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely

from app.core.camera import View
from app.views.map2d.features import prepared
from app.views.map2d.labels import placed
from app.views.map2d.naming import labels_of
from app.views.view import Labels, Lettering
from layers.extent import Extent
from layers.shapes import to_geometry
from layers.sources.source import FeatureBlock
from layers.style import LabelStyle, VectorStyle

pytestmark = pytest.mark.usefixtures("qapp")
VIEW = View("EPSG:4549", Extent(0, 0, 3000, 2000), 300, 200)


def features(shapes, **columns):
    block = FeatureBlock(np.arange(len(shapes)), to_geometry(np.array(shapes, object)), columns)
    return prepared(block, "EPSG:4549", "EPSG:4549", None)


def boxes(count=6):
    return [shapely.box(n * 500, 0, n * 500 + 400, 400) for n in range(count)]


def test_texts_along_a_line_are_repeated_and_stand_upright():
    line = shapely.LineString([(2900, 1000), (100, 1000)])
    some = features([line], name=["苏州河"])
    style = VectorStyle(label="name", label_style=LabelStyle(repeat=80))
    (found,) = labels_of(some, style, np.array([True]), 5.0, VIEW)
    assert len(found.texts) == 3
    assert np.allclose(np.abs(found.glyph_angle) % (2 * np.pi), 0)
    assert (np.diff(found.glyph_dx[:3]) > 0).all()


def test_a_line_that_is_too_short_or_bends_sharply_carries_no_text():
    zigzag = shapely.LineString([(100 + n * 20, 1000 + (n % 2) * 300) for n in range(100)])
    short = shapely.LineString([(0, 0), (50, 0)])
    some = features([zigzag, short], name=["淀山湖以东", "淀山湖以东"])
    assert labels_of(some, VectorStyle(label="name"), np.ones(2, bool), 5.0, VIEW) == ()


def test_only_drawn_features_within_the_scales_are_named():
    some = features(boxes(), name=list("abcdef"))
    style = VectorStyle(label="name")
    keep = np.arange(6) < 2
    assert labels_of(some, style, keep, 5.0, VIEW)[0].texts == ["a", "b"]
    far = style.model_copy(update={"label_min_scale": 1000.0})
    near = style.model_copy(update={"label_style": LabelStyle(max_scale=1e7)})
    assert labels_of(some, far, keep, 5.0, VIEW) == labels_of(some, near, keep, 5.0, VIEW) == ()


def test_an_expression_names_features_and_a_column_gives_the_weight():
    some = features(boxes(3), name=list("abc"), rank=np.array([1.0, 9.0, np.nan]))
    look = LabelStyle(expression="name || ' ' || rank", priority_column="rank")
    (found,) = labels_of(some, VectorStyle(label_style=look), np.ones(3, bool), 5.0, VIEW)
    assert found.texts == ["a 1", "b 9", "c"]
    assert np.argsort(-found.weight).tolist() == [1, 0, 2]


def test_fifty_thousand_texts_find_their_places_in_a_fifth_of_a_second_of_work():
    count, random = 50_000, np.random.default_rng(2)
    x, y = random.uniform(0, 1920, count), random.uniform(0, 1080, count)
    texts = [f"蕴藻浜 {n}" for n in range(count)]
    weight = random.uniform(0, 1, count)
    labels = Labels(texts, x, y, np.full(count, 6.0), weight, Lettering(11, "#101010"), placement="auto")
    view = View(None, Extent(0, 0, 1920, 1080), 1920, 1080)
    placed([labels], view)
    start = time.thread_time()
    _, order, chosen = placed([labels], view)
    assert time.thread_time() - start < 0.2
    assert (chosen >= 0).sum() > 400
    assert weight[order[chosen >= 0]].mean() > 0.6


def test_a_text_keeps_clear_of_the_cards_over_the_map():
    labels = Labels(
        ["桃浦"],
        np.array([50.0]),
        np.array([50.0]),
        np.array([8.0]),
        np.array([1.0]),
        Lettering(12, "#000000"),
        placement="auto",
    )
    free, _, (usual,) = placed([labels], VIEW)
    _, _, (moved,) = placed([labels], VIEW, [(0, 0, 100, 47)])
    _, _, (none,) = placed([labels], VIEW, [(0, 0, 100, 100)])
    assert usual == 0
    assert moved > 0
    assert free[0].boxes[moved][1] > 47
    assert none == -1
