"""Legend of features: it names what is drawn, what is hidden or away, and what sizes and colours mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from app.core.camera import View
from app.core.looks import Counts, VectorLook
from app.views.map2d.features import prepared
from app.views.map2d.heat import heat_range
from app.views.map2d.legend_vector import size_examples, vector_entry
from app.views.map2d.renderers import counts_of
from layers.breaks import breaks
from layers.extent import Extent
from layers.shapes import to_geometry
from layers.sources.source import FeatureBlock, LayerDescription
from layers.style import Category, ClassBreak, ClassTable, Rule, SizeBy, Symbol, VectorStyle

VIEW = View("EPSG:4549", Extent(0, 0, 3000, 2000), 300, 200)


def look(style, geometry="Polygon", counts=None):
    about = LayerDescription("t", "t", "vector", geometry=geometry)
    return VectorLook(
        layer="t", source="t", key="t", crs="EPSG:4549", view=VIEW, description=about, style=style, name="Layer",
        counts=counts,
    )  # fmt: skip


def rows(style, **about):
    return [(row.text, row.number) for row in vector_entry(look(style, **about)).rows]


def test_hidden_categories_are_said_and_not_shown():
    style = VectorStyle(column="kind", categories=(Category(value="a"), Category(value="b", visible=False)))
    entry = vector_entry(look(style, counts=Counts((1, 2, 0), True)))
    assert ([row.text for row in entry.rows], entry.notes) == (["a"], ("Hidden: b",))


def test_features_that_fit_no_class_have_a_row_only_where_there_are_any():
    table = ClassTable(id="own", title_zh="", title_en="", classes=(ClassBreak(maximum=5), ClassBreak(minimum=5)))
    style = VectorStyle(column="v", classes=table)
    assert len(rows(style, counts=Counts((3, 4, 0), True))) == 2
    assert rows(style, counts=Counts((3, 4, 9), True))[-1][0] == "all others"


def test_numbers_stand_beside_classes_where_asked_for_and_say_when_they_are_not_all():
    style = VectorStyle(column="k", categories=(Category(value="a"),), counts=True)
    entry = vector_entry(look(style, counts=Counts((1234, 0), False)))
    assert (entry.rows[0].number, entry.notes) == ("1,234", ("Numbers: features in and around the view",))
    assert rows(style.model_copy(update={"counts": False}), counts=Counts((1234, 0), False)) == [("a", "")]


def test_rules_name_themselves_and_those_hidden_away_or_wrong_are_said():
    line = Symbol(fill=None)
    rules = (
        Rule(name_en="roads", filter="v < 3"), Rule(filter="v < 3", symbol=line), Rule(filter="v > 9"),
        Rule(name_en="secret", visible=False), Rule(name_en="near only", min_scale=100.0),
        Rule(name_en="typo", filter="v >"), Rule(otherwise=True),
    )  # fmt: skip
    entry = vector_entry(look(VectorStyle(renderer="rules", rules=rules)))
    assert [row.text for row in entry.rows] == ["roads", "v > 9", "all others"]
    assert entry.rows[0].over == (line,)
    assert entry.notes == (
        "Hidden: secret", "Not at this scale: near only", "The condition cannot be read: typo",
    )  # fmt: skip


def test_heat_tells_its_unit_and_that_its_end_moves_with_the_view():
    style = VectorStyle(renderer="heat")
    entry = vector_entry(replace(look(style, "Point"), ranges=heat_range(style.heat, 840.0)))
    assert entry.caption == "Features per km²"
    assert "highest density in view" in entry.notes[-1]
    assert entry.bar is not None
    assert entry.bar.marks[0] == (0.0, "0")


def test_clusters_show_an_example_of_the_smallest_and_the_largest():
    entry = vector_entry(look(VectorStyle(renderer="cluster"), "Point"))
    assert [row.symbol.size for row in entry.rows] == [7.0, 22.0, 52.0]


def test_sizes_are_shown_as_large_as_they_are_drawn():
    by = SizeBy(column="flow", minimum=0, maximum=1000, smallest=4, largest=40)
    entry = vector_entry(look(VectorStyle(symbol=Symbol(size_by=by)), "Point"))
    assert entry.caption == "flow"
    assert [row.symbol.size for row in entry.rows] == [
        40.0,
        *sorted((r.symbol.size for r in entry.rows[1:]), reverse=True),
    ]
    assert size_examples(SizeBy(column="x", minimum=3, maximum=3)) == [3]


def test_counts_of_classes_are_those_of_the_features():
    values = np.array([1.0, 2, 2, 8, 9, np.nan])
    edges = breaks(values, "equal", 2).edges
    table = ClassTable(
        id="own", title_zh="", title_en="",
        classes=(ClassBreak(maximum=edges[1]), ClassBreak(minimum=edges[1])),
    )  # fmt: skip
    block = FeatureBlock(
        np.arange(6), to_geometry(np.array([shapely.Point(n, 0) for n in range(6)], object)), {"v": values}
    )
    some = prepared(block, None, None, None)
    assert counts_of(some, VectorStyle(column="v", classes=table)) == Counts((3, 2, 1), True)
    rules = (Rule(filter="v > 1"), Rule(filter="v > 8"), Rule(otherwise=True))
    assert counts_of(some, VectorStyle(renderer="rules", rules=rules)) == Counts((4, 1, 2, 2), True)
