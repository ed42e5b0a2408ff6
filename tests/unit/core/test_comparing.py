"""Comparing: a side is another moment or theme of the same document; how it is compared is an act like any other."""

from __future__ import annotations

import numpy as np
import pytest

from app.core import themes, workspace
from app.core.comparing import OFF, Comparison, Side, comparison_from
from app.core.document import Document
from app.core.sides import SideDocument, compare, dressed
from layers.errors import DataError
from layers.raster import RasterLayer
from layers.vector import VectorLayer

NOON = np.datetime64("2026-08-30T04:00:00", "ns")


@pytest.fixture
def document():
    made = Document()
    made.add(RasterLayer(name="flood", source="/data/flood.tif"))
    made.add(VectorLayer(name="dykes", source="/data/dykes.gpkg"))
    themes.save(made, "all")
    made.set(made.layers[0], "visible", False)
    made.set(made.layers[1], "opacity", 0.5)
    return made


def test_a_side_without_a_moment_of_its_own_shows_the_clock():
    assert Side().moment_at(NOON) == NOON
    assert Side().moment_at(None) is None


def test_an_offset_moves_with_the_clock_and_a_moment_stays():
    assert Side(offset_h=-1.5).moment_at(NOON) == NOON - np.timedelta64(90, "m")
    fixed = Side(moment="2026-08-29T00:00:00Z")
    assert fixed.moment_at(NOON) == fixed.moment_at(None) == np.datetime64("2026-08-29T00:00:00", "ns")


def test_a_side_with_a_theme_shows_its_layers_and_leaves_the_document_alone(document):
    side = SideDocument(document, Side(theme="all"))
    assert [layer.visible for layer in side.layers] == [True, True]
    assert side.layers[1].opacity == 1.0
    assert [layer.visible for layer in document.layers] == [False, True]
    assert document.layers[1].opacity == 0.5


def test_a_side_follows_what_happens_in_the_document(document):
    side = SideDocument(document, Side(theme="all"))
    assert len(side.layers) == 2
    document.add(VectorLayer(name="new", source="/data/new.gpkg"))
    assert [layer.name for layer in side.layers] == ["new", "dykes", "flood"]
    document.set(document.layers[2], "opacity", 0.25)
    themes.save(document, "all")
    assert side.layers[2].opacity == 0.25
    side.close()


def test_chosen_layers_are_the_only_ones_seen(document):
    side = SideDocument(document, Side(layers=(document.layers[0].id,)))
    assert [layer.visible for layer in side.layers] == [True, False]


def test_a_theme_that_is_gone_shows_the_map_as_it_is(document):
    side = SideDocument(document, Side(theme="nobody"))
    assert [layer.visible for layer in side.layers] == [False, True]


def test_a_dressed_layer_shares_what_the_source_said(document):
    layer = document.layers[0]
    copy = dressed(layer, {"visible": True, "opacity": 0.1})
    assert copy.description is layer.description
    assert (copy.id, copy.source, copy.opacity) == (layer.id, layer.source, 0.1)
    assert layer.opacity == 1.0


def test_a_comparison_is_undone_redone_and_named(document):
    compare(document, Comparison(mode="swipe", sides=(Side(theme="all"),)))
    compare(document, document.comparison.with_(divider=0.3))
    assert document.comparison.divider == 0.3
    document.undo()
    assert document.comparison.divider == 0.5
    document.undo()
    assert document.comparison == OFF
    document.redo()
    assert document.comparison.mode == "swipe"


def test_a_drag_of_the_divider_is_one_act(document):
    compare(document, Comparison(mode="swipe"))
    document.history.begin()
    for share in (0.4, 0.3, 0.2):
        compare(document, document.comparison.with_(divider=share))
    document.history.end()
    document.undo()
    assert document.comparison.divider == 0.5


def test_a_workspace_brings_the_comparison_back_and_says_nothing_where_there_is_none(document, tmp_path):
    path = tmp_path / "w.haitang"
    workspace.save(document, path)
    assert '"comparison"' not in path.read_text("utf-8")
    wanted = Comparison(mode="views", sides=(Side(theme="all", offset_h=2.0), Side(moment="2026-08-29T00:00:00Z")))
    compare(document, wanted)
    workspace.save(document, path)
    other = Document()
    workspace.open_into(other, path)
    assert other.comparison == wanted


@pytest.mark.parametrize(
    "data",
    [{"mode": "mirror"}, {"sides": []}, {"sides": [{"moment": "noon"}]}, {"divider": "left"}, {"radius": 1e9}, 7],
)
def test_a_broken_comparison_in_a_workspace_is_refused_with_its_place(data):
    with pytest.raises(DataError, match="comparison"):
        comparison_from(data, "/w.haitang")


def test_values_beyond_their_limits_are_brought_to_them():
    made = OFF.with_(divider=1.7, radius=1.0, blink_s=99.0)
    assert (made.divider, made.radius, made.blink_s) == (1.0, 40.0, 10.0)


def test_sides_before_a_new_one_are_made():
    assert OFF.with_side(2, Side(theme="x")).sides == (Side(), Side(), Side(theme="x"))
