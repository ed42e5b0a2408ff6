"""The legend where room is short: what must stand in it and what is left out by name; words of units and columns."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from app.core.language import set_language
from app.views.charts.places import line_of, station_wish
from app.views.map2d.cards import NARROW, by_weight, legend_card
from app.views.map2d.legend import Bar, Entry, Row, class_text
from app.views.map2d.legend_parts import class_strip
from app.views.wording import break_step, caption_text, column_text, quantity_text
from layers.quantities import Made
from layers.sources.source import Column, LayerDescription, SeriesBlock, Variable
from layers.style import ClassBreak, ClassTable
from tests.views import maps


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


def single(number):
    return Entry(f"Line layer {number}", rows=(Row("", 0),), layer=f"v{number}")


FLOOD = Entry("Flood", "Water depth (m)", bar=Bar((1, 2), ((0.0, "0"),)), layer="flood", has_values=True)
MANY = [*(single(n) for n in range(8)), FLOOD, single(8)]


def words(card):
    return [line.text for line in card.lines if line.text]


def test_the_layer_with_values_and_the_one_in_focus_stand_in_a_short_legend():
    card = legend_card(MANY, len(MANY), 150.0, narrow=True, first="v8")
    assert "Flood" in words(card)
    assert "Line layer 8" in words(card)


def test_entries_stand_in_the_order_of_the_layers_whatever_came_first():
    card = legend_card(MANY, len(MANY), 150.0, narrow=True, first="v8")
    shown = [text for text in words(card) if text in {entry.title for entry in MANY}]
    assert shown == [entry.title for entry in MANY if entry.title in shown]


def test_what_is_left_out_is_named_and_counted():
    card = legend_card(MANY, len(MANY), 150.0, narrow=True)
    shown = {entry.title for entry in MANY} & set(words(card))
    last = " ".join(words(card))
    first_missing = next(entry.title for entry in MANY if entry.title not in shown)
    assert f"and {len(MANY) - len(shown)} more layers: {first_missing}" in last.replace("\n", " ")


def test_a_legend_never_grows_beyond_its_room():
    for room in range(40, 400, 17):
        card = legend_card(MANY, len(MANY), float(room), narrow=True)
        assert card is None or (card.size.height() <= room and card.width == NARROW)


def test_the_focus_comes_before_values_and_those_before_all_others():
    assert [e.layer for e in by_weight(MANY, "v3")][:3] == ["v3", "flood", "v0"]


@pytest.mark.parametrize(
    ("units", "said"), [(None, "h (unit unknown)"), ("m", "h (m)"), ("1", "h"), ("m3 s-1", "h (m³/s)")]
)
def test_a_unit_is_named_unknown_only_where_the_file_names_none(units, said):
    assert caption_text(Variable("h", units)) == said


def test_an_unknown_unit_is_said_in_chinese_too():
    set_language("zh")
    assert caption_text(Variable("h", None)) == "h (单位未知)"


def test_the_chart_calls_an_unknown_unit_unknown_and_lines_without_units_share_a_panel():
    layer, data = maps.stations()
    about = replace(data.layer, variables=tuple(replace(v, units=None) for v in data.layer.variables))
    layer.attach(data, about)
    wish = station_wish(layer, 0)
    block = SeriesBlock(maps.TIMES.values, np.zeros((3, 1)))
    line = line_of(wish, [block], 0)
    assert line.unit is None
    assert line.group[0] == layer.id


def test_an_envelope_says_its_kind_and_its_threshold_in_the_language_on_screen():
    how = Made("playback.envelope", "arrival", "water depth", units="m", threshold=0.3)
    made = Variable("h_arrival", "h", made=how)
    assert quantity_text(made) == "Water depth, arrival ≥ 0.30 m"
    set_language("zh")
    assert quantity_text(made) == "水深：到达时间 ≥ 0.30 m"


def test_a_column_is_called_by_its_title_else_by_its_usual_name_else_as_it_is():
    about = LayerDescription(
        "", "vector", columns=(Column("z_crest", "float", "Crest of the wall"), Column("q", "int"))
    )
    assert column_text(about, "z_crest") == "Crest of the wall"
    assert column_text(None, "z_crest") == "Crest height (m)"
    assert column_text(about, "q") == "q"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((0.15, 0.3, 0.5), ["< 0.15", "0.15 – 0.30", "0.30 – 0.50", "≥ 0.50"]),
        ((10.0, 20.0), ["< 10", "10 – 20", "≥ 20"]),
        ((1.23456789, 2.3456789), ["< 1.23", "1.23 – 2.35", "≥ 2.35"]),
        ((150000.0, 1250000.0), ["< 150000", "150000 – 1250000", "≥ 1250000"]),
    ],
)
def test_limits_of_classes_are_written_with_the_digits_that_matter(limits, words):
    edges = [None, *limits, None]
    classes = tuple(ClassBreak(minimum=a, maximum=b) for a, b in itertools.pairwise(edges))
    table = ClassTable(id="t", title_zh="t", title_en="t", classes=classes)
    assert [class_text(one, table) for one in classes] == words


def test_limits_that_are_all_the_same_or_missing_ask_for_no_step():
    assert break_step([]) is None
    assert break_step([0.0, 0.0]) is None


def test_classes_without_room_for_their_rows_become_a_strip_with_their_limits():
    classes = tuple(ClassBreak(minimum=float(n), colour="#0044aa") for n in range(8))
    strip = class_strip(ClassTable(id="t", title_zh="t", title_en="t", classes=classes))
    flood = replace(FLOOD, bar=None, rows=tuple(Row(f"{n}", n) for n in range(8)), strip=strip)
    wide = legend_card([flood], 1, 400.0)
    short = legend_card([flood], 1, 110.0)
    assert sum(line.kind == "row" for line in wide.lines) == 8
    assert [line.bar.marks[1] for line in short.lines if line.bar] == [(1 / 8, "1")]
    assert short.size.height() <= 110.0
