"""Looks: what decides a layer's pixels, and why a layer shows nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.looks import REASONS, Known, at_moment, moving_axis, resolve, value_range
from layers.raster import RasterLayer
from layers.sources.source import Statistics, Variable
from layers.style import ColourScale
from tests.views import maps

T = maps.TIMES.values


def look_of(pair, now=T[0], view=maps.VIEW, known=Known()):  # noqa: B008
    document, _ = maps.opened(pair)
    return resolve(document.layers[0], now, view, known)


def test_the_step_shown_is_the_last_one_at_or_before_the_moment():
    look = look_of(maps.mesh(), T[1] + np.timedelta64(20, "m"))
    assert (look.step, look.moment) == (1, T[1])


def test_moments_between_two_steps_give_the_same_look():
    pair = maps.mesh()
    document, _ = maps.opened(pair)
    layer = document.layers[0]
    a = resolve(layer, T[1], maps.VIEW)
    b = resolve(layer, T[1] + np.timedelta64(59, "m"), maps.VIEW)
    assert not a.differs(b)


@pytest.mark.parametrize(("hours", "reason"), [(-1, "before"), (5, "after")])
def test_outside_its_span_a_layer_is_empty_and_says_on_which_side(hours, reason):
    look = look_of(maps.mesh(), T[0] + np.timedelta64(hours, "h"))
    assert (look.step, look.empty_reason) == (None, reason)


def test_a_time_shift_moves_the_layer_on_the_shared_clock():
    layer, data = maps.mesh()
    layer.time_shift_h = 8.0
    look = look_of((layer, data), T[1] + np.timedelta64(8, "h"))
    assert (look.step, look.moment) == (1, T[1] + np.timedelta64(8, "h"))


def test_what_does_not_change_in_time_ignores_the_clock():
    steady = (Variable("depth", "m", "cell", steps=1),)
    look = look_of(maps.raster(np.ones((1, 4, 4)), variables=steady), T[0] + np.timedelta64(99, "h"))
    assert (look.step, look.moment, look.empty_reason) == (0, None, "")


def test_a_layer_of_unknown_system_is_not_placed_on_a_map_that_has_one():
    look = look_of(maps.mesh(crs=None))
    assert look.empty_reason == "no_crs"


def test_a_layer_with_a_system_is_not_placed_on_a_map_without_one():
    look = look_of(maps.mesh(), view=replace(maps.VIEW, crs=None))
    assert look.empty_reason == "map_no_crs"


def test_layers_without_a_system_share_a_map_without_one():
    look = look_of(maps.mesh(crs=None), view=replace(maps.VIEW, crs=None))
    assert look.empty_reason == ""


def test_a_layer_that_is_not_open_yet_says_so():
    look = resolve(RasterLayer(name="a", source="somewhere.tif"), None, maps.VIEW)
    assert look.empty_reason == "opening"


def test_a_layer_whose_reader_failed_says_so():
    assert look_of(maps.mesh(), known=Known(state="failed")).empty_reason == "failed"


def test_every_reason_has_a_sentence():
    for look in (look_of(maps.mesh(crs=None)), look_of(maps.stations(bounds=None))):
        assert look.empty_reason in REASONS


def test_a_new_name_makes_a_look_differ_as_legend_and_values_show_it_and_opacity_does_not():
    pair = maps.vector()
    document, _ = maps.opened(pair)
    layer = document.layers[0]
    before = resolve(layer, None, maps.VIEW)
    document.set(layer, "opacity", 0.5)
    assert not resolve(layer, None, maps.VIEW).differs(before)
    document.set(layer, "name", "another")
    assert resolve(layer, None, maps.VIEW).differs(before)


def test_an_edit_makes_a_look_differ():
    assert look_of(maps.vector(), known=Known(revision=1)).differs(look_of(maps.vector()))


@given(st.lists(st.integers(0, 3 * 3600), min_size=1, max_size=12))
def test_moving_the_clock_gives_what_resolving_anew_gives(seconds):
    document, _ = maps.opened(maps.mesh())
    layer = document.layers[0]
    first = resolve(layer, T[0], maps.VIEW)
    axis = moving_axis(first, layer)
    for second in seconds:
        now = T[0] + np.timedelta64(second, "s")
        assert at_moment(replace(first, step=0, moment=None), axis, 0.0, now) == resolve(layer, now, maps.VIEW)


# ------------------------------------------------------------------- value range
def stats(low, high, p2, p98):
    return Statistics(low, high, (low + high) / 2, p2, p98, 0.0)


def test_colours_span_all_values_where_few_are_extreme():
    found = value_range(ColourScale(), stats(0.0, 10.0, 0.5, 9.0))
    assert (found.low, found.high) == (0.0, 10.0)


def test_rare_extremes_do_not_flatten_the_colours_but_are_told():
    found = value_range(ColourScale(), stats(-20.0, 1000.0, 0.0, 10.0))
    assert (found.low, found.high, found.minimum, found.maximum) == (0.0, 10.0, -20.0, 1000.0)


def test_the_ends_that_a_style_names_win():
    found = value_range(ColourScale(minimum=-1.0, maximum=5.0), stats(0.0, 10.0, 0.5, 9.0))
    assert (found.low, found.high) == (-1.0, 5.0)


def test_one_value_everywhere_still_gives_a_range():
    found = value_range(ColourScale(), stats(3.0, 3.0, 3.0, 3.0))
    assert found.high > found.low


def test_without_values_there_is_no_range():
    nan = float("nan")
    assert value_range(ColourScale(), stats(nan, nan, nan, nan)) is None
    assert value_range(ColourScale(), None) is None
