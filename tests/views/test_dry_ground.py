"""Dry ground: results of a depth leave it open, and it is called dry everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.defaults import layers_from
from app.core.language import set_language
from app.core.moments import LocalTime
from app.views.charts.places import line_of, wishes_at
from app.views.frame import render
from app.views.map2d.hover import hit_text
from app.views.map2d.legend import entries
from layers.output import write_layer
from layers.quantities import Made, made_from, made_text
from layers.sources.open import open_source
from layers.sources.source import ValuesRequest, Variable
from layers.style import MeshStyle
from plugins.playback.tools import envelope
from tests.views import maps

LEFT, RIGHT = (25.0, 50.0), (75.0, 50.0)
DEPTHS = np.array([[0.0, 0.0], [0.0, 2.0], [0.005, 1.0]])
"""Of the two faces the left one stays dry."""


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


def run(units="m"):
    variables = (Variable("depth", units, "face", steps=3, standard_name="water_depth"),)
    layer, data = maps.mesh(DEPTHS, variables=variables)
    layer.style = MeshStyle(variable="depth", scale=maps.BLUES, depth_variable="depth", smooth=False)
    return layer, data


def drawn(pair, now=None):
    document, reading = maps.opened(pair)
    document.clock.go(now if now is not None else maps.TIMES.values[0])
    return document, reading, render(document, reading, maps.VIEW)


def reopened(tmp_path, kind, **more):
    """Write the envelope of the run, and open its file as the program does."""
    layer, data = run()
    layer.attach(data, data.layer)
    path = tmp_path / "playback_envelope.nc"
    write_layer(envelope(layer, "depth", kind, **more), path, "")
    source = open_source(str(path))
    (made,) = layers_from(source.describe())
    return made, source


def hit_at(frame, place):
    return frame.pictures[0].probe.at(place[0], 100 - place[1])


@pytest.mark.parametrize("kind", ["max", "min"])
def test_the_extreme_of_a_depth_leaves_open_what_stayed_dry(tmp_path, kind):
    pair = reopened(tmp_path, kind)
    frame = drawn(pair)[2]
    assert pair[0].style.depth_variable == f"depth_{kind}"
    assert frame.pictures[0].pixels[50, 25] >> 24 == 0
    wet = frame.pictures[0].pixels[50, 75] >> 24
    assert (wet == 255) == (kind == "max")
    (entry,) = entries(frame.pictures, None, LocalTime())
    assert "Depth below 0.01 m: dry, not drawn" in entry.notes


@pytest.mark.parametrize(("kind", "threshold"), [("time_of_max", None), ("arrival", 0.0), ("duration", 0.5)])
def test_what_was_never_wet_has_no_hour(tmp_path, kind, threshold):
    layer, data = run()
    layer.attach(data, data.layer)
    result = envelope(layer, "depth", kind, threshold)
    left, right = result.read(ValuesRequest("", f"depth_{kind}")).values
    assert np.isnan(left)
    assert np.isfinite(right)


def test_the_legend_of_hours_says_what_they_are_counted_from(tmp_path):
    made, source = reopened(tmp_path, "arrival", threshold=0.5)
    (entry,) = entries(drawn((made, source))[2].pictures, None, LocalTime())
    assert entry.caption == "Water depth, arrival ≥ 0.50 m (h)"
    assert "Hours since 2026-08-01 08:00 Beijing time (UTC+8)" in entry.notes


def test_a_result_without_a_name_of_its_own_is_called_what_it_is(tmp_path):
    set_language("zh")
    assert reopened(tmp_path, "max")[0].name == "memory:mesh · 水深：最大值"


def test_a_name_that_the_user_gave_stays(tmp_path):
    layer, data = run()
    layer.attach(data, data.layer)
    write_layer(envelope(layer, "depth", "max"), tmp_path / "worst.nc", "")
    (made,) = layers_from(open_source(str(tmp_path / "worst.nc")).describe())
    assert made.name == "worst"


def test_an_unknown_unit_of_a_depth_is_not_called_metres():
    (entry,) = entries(drawn(run(units=None))[2].pictures, None, LocalTime())
    assert "Depth below 0.01 (unit unknown): dry, not drawn" in entry.notes


def test_dry_is_one_word_under_the_pointer_and_in_the_chart():
    document, reading, frame = drawn(run())
    said = hit_text(hit_at(frame, LEFT), document, 8.0)
    assert "Water depth dry (below 0.01 m)" in said
    (wish,) = wishes_at(document.layers, reading, *LEFT, "EPSG:4549", 1.0)
    line = line_of(wish, [reading.read_now(wish.layer, one) for one in wish.requests], 0)
    assert line.text(line.held(int(maps.TIMES.values[2].astype("int64")))) == "dry (below 0.01 m)"
    assert list(line.values) == pytest.approx([0.0, 0.0, 0.005])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"by": 1, "kind": "max", "of": "h"}', '{"by": "a"}'])
def test_what_a_file_says_of_its_making_is_believed_only_where_it_is_whole(text):
    assert made_from(text) is None
    made = Made("playback.envelope", "max", "水深", units="m", dry_below=0.01)
    assert made_from(made_text(made)) == made
