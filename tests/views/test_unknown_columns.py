"""A condition that asks for a column that is not there is refused: which column, where, and which there are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.core.language import set_language
from app.core.table import TableColumn, TableData
from app.shell.filter_dialog import Condition
from app.shell.rule_editor import RuleRows
from layers.errors import FilterInvalid
from layers.style import Rule
from layers.vector import VectorLayer
from tests.views import maps

SAID = "The layer has no column depht."


def square(number: int) -> dict[str, Any]:
    ring = [[number, 0], [number + 1, 0], [number + 1, 1], [number, 0]]
    return {"geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"name": "a", "depth": number}}


def test_the_table_names_all_columns_of_the_layer_not_only_those_it_has_read():
    table = TableData([TableColumn("fid", "", np.arange(2)), TableColumn("depth", "", None, "real")], np.arange(2))
    with pytest.raises(FilterInvalid) as refused:
        table.fitting("depht > 1")
    assert (refused.value.what, refused.value.remedy) == (SAID, "Its columns are: fid, depth.")


def test_the_filter_of_features_of_the_workspace_says_which_column_is_not_there(qtbot):
    layer = VectorLayer(name="sketch", source="memory:", features={n: square(n) for n in range(3)})
    desk: Any = SimpleNamespace(background=lambda *_: None)
    condition = Condition(desk, layer, own=False)
    qtbot.addWidget(condition)
    with pytest.raises(FilterInvalid) as refused:
        condition.fitting("depht > 1")
    assert str(refused.value) == f"{SAID} (sketch) Its columns are: name, depth."
    assert len(condition.fitting("depth > 1")) == 1


@pytest.mark.parametrize(("spoken", "told"), [("en", SAID), ("zh", "depht")])
def test_a_rule_that_asks_for_an_unknown_column_says_so_under_its_condition(qtbot, spoken: str, told: str):
    set_language(spoken)
    document, _reading = maps.opened(maps.vector())
    layer = document.layers[0]
    rows = RuleRows()
    qtbot.addWidget(rows)
    rules = (Rule(name_en="a", name_zh="a"),)
    rows.show_rules(layer, rules, "polygon")
    changes: list[Any] = []
    rows.changed.connect(changes.append)
    rows.filter.setText("depht > 1")
    rows.filter.editingFinished.emit()
    assert not rows.fault.isHidden()
    assert told in rows.fault.text()
    there = [column.name for column in layer.description.columns]
    assert there
    assert all(name in rows.fault.text() for name in there)
    assert not changes
    rows.filter.setText(f"{there[0]} IS NULL")
    rows.filter.editingFinished.emit()
    assert rows.fault.isHidden()
    assert len(changes) == 1
