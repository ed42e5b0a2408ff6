"""Styles as data: which renderer counts, what an old file means, which columns drawing asks for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from layers.style import (
    Category,
    ClassBreak,
    ClassTable,
    HeatStyle,
    LabelStyle,
    Rule,
    SizeBy,
    Symbol,
    VectorStyle,
)

TABLE = ClassTable(id="own", title_zh="楼层", title_en="Floors", classes=(ClassBreak(minimum=0),))


def test_a_style_written_before_renderers_had_names_draws_what_it_drew():
    old = {"symbol": {"fill": "#9db7c8", "dash": []}, "column": "kind", "categories": [{"value": "dyke"}]}
    assert VectorStyle.model_validate(old).kind == "categorised"
    assert VectorStyle.model_validate({"column": "h", "classes": TABLE.model_dump()}).kind == "graduated"
    assert VectorStyle.model_validate({"column": "h"}).kind == "single"


def test_a_renderer_without_its_parts_falls_back_to_one_symbol():
    assert VectorStyle(renderer="rules").kind == "single"
    assert VectorStyle(renderer="graduated", column="h").kind == "single"
    assert VectorStyle(renderer="categorised", column="h", classes=TABLE).kind == "single"


def test_a_change_of_renderer_keeps_the_parts_of_the_other():
    style = VectorStyle(column="h", classes=TABLE, categories=(Category(value=1),))
    assert style.kind == "categorised"
    graduated = style.model_copy(update={"renderer": "graduated"})
    assert (graduated.kind, graduated.categories) == ("graduated", style.categories)


def test_columns_are_those_that_the_present_renderer_and_its_texts_need():
    sized = Symbol(size_by=SizeBy(column="flow"), rotation_column="heading")
    assert VectorStyle(symbol=sized, label="name").columns == ("flow", "heading", "name")
    heat = VectorStyle(renderer="heat", heat=HeatStyle(weight="people"), column="h", classes=TABLE)
    assert heat.columns == ("people",)
    rules = VectorStyle(renderer="rules", rules=(Rule(symbol=sized),), label="name")
    texts = rules.model_copy(update={"label_style": LabelStyle(expression="name", priority_column="rank")})
    assert (rules.columns, texts.columns) == (("flow", "heading", "name"), ("flow", "heading", "rank"))


@pytest.mark.parametrize(("symbol", "ends"), [
    (Symbol(), "round"), (Symbol(dash=(4, 2)), "butt"), (Symbol(dash=(4, 2), cap="square"), "square"),
])  # fmt: skip
def test_lines_end_round_and_dashes_blunt_unless_the_symbol_says_so(symbol: Symbol, ends: str):
    assert symbol.ends == ends


@pytest.mark.parametrize("marker", ["../secret", "a.svg", "Pump", "a b"])
def test_a_marker_is_a_plain_name_and_never_a_path(marker: str):
    with pytest.raises(ValidationError):
        Symbol(marker=marker)


def test_fields_of_a_newer_program_survive_in_every_part():
    rule = Rule.model_validate({"filter": "a = 1", "glow": 3, "symbol": {"shadow": True}})
    kept = rule.model_dump(mode="json")
    assert (kept["glow"], kept["symbol"]["shadow"]) == (3, True)
