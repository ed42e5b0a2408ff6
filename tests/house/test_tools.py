"""Every tool says what it is: an id, a title in both languages, and the unit of each number it takes."""

from __future__ import annotations

import re
import tomllib

import pytest

from app.core.language import catalogue
from app.core.plugins import plugins
from app.core.tools import Tool, registry
from tests.realdata import ROOT

ID = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
TOOLS = registry()


def test_each_announced_plugin_is_found_and_brings_tools():
    announced = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(plugins()) == set(announced["project"]["entry-points"]["haitang.plugins"])
    assert TOOLS


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_has_an_id_and_a_title_in_both_languages(tool: Tool):
    assert ID.fullmatch(tool.id)
    assert tool.title
    assert catalogue("zh").get(tool.title, tool.title) != tool.title


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_each_number_of_a_tool_has_a_unit_or_says_whose_unit_it_has(tool: Tool):
    bare = [p.name for p in tool.parameters if p.format == "number" and not (p.unit or "unit" in p.help.lower())]
    assert not bare


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_each_parameter_of_a_tool_is_explained(tool: Tool):
    assert not [p.name for p in tool.parameters if not p.help or not p.label]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_the_schema_of_a_tool_asks_for_what_it_needs(tool: Tool):
    schema = tool.schema()
    assert set(schema["required"]) == {p.name for p in tool.parameters if p.required}
    assert set(schema["properties"]) == {p.name for p in tool.parameters}
