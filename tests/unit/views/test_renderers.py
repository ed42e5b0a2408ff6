"""Renderers: which features get which symbol; heat and clusters keep still while the map is panned."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from app.core.camera import View
from app.core.language import set_language
from app.views.map2d.clusters import cluster_sizes, clusters, count_text, step_symbol
from app.views.map2d.features import prepared
from app.views.map2d.heat import density, heat_range, weights_of
from app.views.map2d.naming import places
from app.views.map2d.renderers import in_scale, passes
from layers.extent import Extent
from layers.shapes import to_geometry
from layers.sources.source import FeatureBlock
from layers.style import Category, ClusterStyle, HeatStyle, Rule, Symbol, VectorStyle

VIEW = View("EPSG:4549", Extent(0, 0, 3000, 2000), 300, 200)
RNG = np.random.default_rng(8)


def features(shapes, **columns):
    block = FeatureBlock(np.arange(len(shapes)), to_geometry(np.array(shapes, object)), columns)
    return prepared(block, "EPSG:4549", "EPSG:4549", None)


def boxes(count=6):
    return [shapely.box(n * 500, 0, n * 500 + 400, 400) for n in range(count)]


# -------------------------------------------------------------------------- rules
def drawn(found):
    return [one.classes.tolist() for one in found]


def test_rules_that_share_no_feature_are_drawn_in_one_pass():
    some = features(boxes(), v=np.arange(6.0))
    rules = (Rule(filter="v < 2"), Rule(filter="v >= 4"), Rule(otherwise=True))
    assert drawn(passes(some, VectorStyle(renderer="rules", rules=rules), VIEW)) == [[0, 0, 2, 2, 1, 1]]


def test_a_rule_over_another_is_a_pass_of_its_own_in_their_order():
    some = features(boxes(), v=np.arange(6.0))
    rules = (Rule(), Rule(filter="v > 4"), Rule(filter="v = 0"))
    found = drawn(passes(some, VectorStyle(renderer="rules", rules=rules), VIEW))
    assert found == [[0] * 6, [2, -1, -1, -1, -1, 1]]


def test_hidden_rules_and_those_out_of_scale_draw_nothing_but_still_hold_their_features():
    some = features(boxes(), v=np.arange(6.0))
    rules = (Rule(filter="v < 2", visible=False), Rule(filter="v = 2", max_scale=1e6), Rule(otherwise=True))
    assert drawn(passes(some, VectorStyle(renderer="rules", rules=rules), VIEW)) == [[-1, -1, -1, 2, 2, 2]]


def test_a_rule_that_cannot_be_answered_draws_nothing_and_the_others_stay():
    some = features(boxes(), v=np.arange(6.0))
    rules = (Rule(filter="depth > 1"), Rule(filter="v >"), Rule(filter="v < 3"))
    assert drawn(passes(some, VectorStyle(renderer="rules", rules=rules), VIEW)) == [[2, 2, 2, -1, -1, -1]]


def test_a_hidden_category_is_not_drawn():
    some = features(boxes(4), kind=["a", "b", None, "a"])
    style = VectorStyle(column="kind", categories=(Category(value="a", visible=False), Category(value=None)))
    assert drawn(passes(some, style, VIEW)) == [[-1, 2, 1, -1]]


@pytest.mark.parametrize(("limits", "shown"), [((None, None), True), ((5000, None), False), ((20_000, 5000), True)])
def test_a_scale_lies_between_its_limits(limits, shown):
    assert in_scale(*limits, 10_000) == shown


# --------------------------------------------------------------------------- heat
def test_heat_keeps_every_feature_in_the_middle_of_the_view():
    xy = RNG.uniform([1000, 700], [2000, 1300], (500, 2))
    found = density(xy, np.ones(500), 20.0, VIEW)
    assert np.nansum(found.grid) * (10 / 1000) ** 2 == pytest.approx(500, rel=0.02)


def test_heat_moves_with_the_map():
    xy = RNG.uniform([0, 0], [3000, 2000], (400, 2))
    moved = View("EPSG:4549", Extent(130, -70, 3130, 1930), 300, 200)
    here, there = (np.nan_to_num(density(xy, np.ones(400), 18.0, v).grid) for v in (VIEW, moved))
    assert np.abs(here[20:180, 30:280] - there[13:173, 17:267]).max() < 0.02 * here.max()


def test_weights_leave_out_missing_and_negative_numbers():
    some = features(boxes(4), people=np.array([3.0, np.nan, -2.0, 7.0]))
    assert weights_of(some, "people").tolist() == [3, 0, 0, 7]
    assert weights_of(some, "").tolist() == [1, 1, 1, 1]


def test_no_points_and_points_far_away_give_an_empty_surface():
    for xy in (np.empty((0, 2)), np.full((3, 2), 1e7), np.full((2, 2), np.nan)):
        assert np.isnan(density(xy, np.ones(len(xy)), 20.0, VIEW).grid).all()


def test_heat_colours_begin_at_nothing_and_end_where_the_style_says():
    assert (heat_range(HeatStyle(), 12.0).low, heat_range(HeatStyle(), 12.0).high) == (0, 12)
    fixed = HeatStyle().model_copy(update={"scale": HeatStyle().scale.model_copy(update={"maximum": 30.0})})
    assert heat_range(fixed, 12.0).high == 30


# ----------------------------------------------------------------------- clusters
def inside(found, box):
    keep = ((found.xy > box[:2]) & (found.xy < box[2:])).all(axis=1)
    return sorted(zip(found.xy[keep].round(6).tolist(), found.counts[keep].tolist(), strict=True))


def test_clusters_keep_every_point_and_stay_while_the_map_is_panned():
    xy = RNG.uniform([-3000, -3000], [6000, 5000], (6000, 2))
    here = clusters(xy, 30.0, VIEW)
    within = ((xy > [0, 0]) & (xy < [3000, 2000])).all(axis=1).sum()
    assert here.counts.sum() >= within
    for dx, dy in ((37, 0), (-411, 253), (888, -900)):
        moved = View("EPSG:4549", Extent(dx, dy, 3000 + dx, 2000 + dy), 300, 200)
        shared = (max(dx, 0), max(dy, 0), min(3000 + dx, 3000), min(2000 + dy, 2000))
        assert inside(clusters(xy, 30.0, moved), shared) == inside(here, shared)


def test_points_on_one_place_are_one_cluster_and_a_single_point_stays_where_it_is():
    xy = np.array([[500.0, 500.0]] * 7 + [[2000.0, 1500.0]])
    found = clusters(xy, 30.0, VIEW)
    assert sorted(zip(found.counts.tolist(), found.xy.tolist(), strict=True)) == [(1, [2000, 1500]), (7, [500, 500])]


def test_numbers_in_clusters_are_short_in_the_way_of_each_language():
    set_language("zh")
    assert [count_text(n) for n in (7, 999, 12_345, 2_500_000)] == ["7", "999", "1.23万", "250万"]
    set_language("en")
    assert [count_text(n) for n in (7, 999, 12_345, 2_500_000)] == ["7", "999", "12.3k", "2.5M"]


def test_the_place_of_a_text_lies_inside_its_polygon_even_where_the_centroid_does_not():
    horseshoe = shapely.Polygon(
        [(0, 0), (900, 0), (900, 900), (600, 900), (600, 200), (300, 200), (300, 900), (0, 900)]
    )
    holes = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(100, 0, 400, 300)])
    shapes = [horseshoe, holes, shapely.box(0, 0, 10, 20)]
    some = features(shapes)
    assert all(shapely.contains_xy(shape, *xy) for shape, xy in zip(shapes, places(some), strict=True))
    assert places(some)[2].tolist() == [5, 10]


def test_a_cluster_symbol_grows_with_the_number():
    style = ClusterStyle(symbol=Symbol(size=20), largest=52)
    steps = cluster_sizes(np.array([2, 50, 100_000]), style)
    assert [step_symbol(style, int(n)).size for n in steps] == [20, 32, 52]
