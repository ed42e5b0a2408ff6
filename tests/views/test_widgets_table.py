"""The attribute table: sorting, filtering and selecting on columns of any type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.core.language import set_language
from app.widgets.table import TableColumn, TableData, TableModel, TableView, cell_text


def data() -> TableData:
    depth = np.array([2.0, np.nan, 0.5, 2.0, 1.0])
    names = ["黄浦江", None, "苏州河", "Chuanyang", "黄浦江"]
    when = np.array(["2026-08-01", "2026-07-01", "NaT", "2026-08-03", "2026-06-01"], "datetime64[D]")
    columns = [TableColumn("depth", "水深", depth), TableColumn("name", "名称", names), TableColumn("day", "", when)]
    return TableData(columns, np.array([10, 11, 12, 13, 14]))


@pytest.fixture
def model(qtbot):
    set_language("en")
    made = TableModel()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [(0, False, [2, 4, 0, 3, 1]), (0, True, [0, 3, 4, 2, 1]), (2, False, [4, 1, 0, 3, 2])],
)
def test_missing_values_come_last_and_equal_ones_keep_their_order(column: int, descending: bool, order: list[int]):
    assert data().order(column, descending=descending, rows=np.arange(5)).tolist() == order


def test_text_is_sorted_with_its_gaps_last():
    assert data().order(1, descending=False, rows=np.arange(5)).tolist() == [3, 2, 0, 4, 1]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=30), st.booleans())
def test_sorting_text_agrees_with_python(words: list[str | None], descending: bool):
    table = TableData([TableColumn("a", "", words)], np.arange(len(words)))
    found = table.order(0, descending=descending, rows=np.arange(len(words))).tolist()
    there = [i for i, w in enumerate(words) if w is not None]
    wanted = sorted(there, key=lambda i: words[i] or "", reverse=descending)
    assert found == wanted + [i for i, w in enumerate(words) if w is None]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("depth > 0.9", [0, 3, 4]),
        ("水深 ≤ 1", [2, 4]),
        ("depth > 0.9; 名称 = 黄浦江", [0, 4]),
        ("名称 != 黄浦江", [2, 3]),
        ("day >= 2026-08-01", [0, 3]),
        ("黄浦", [0, 4]),
        ("chuan", [3]),
        ("depth > deep", []),
        ("nobody", []),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_a_query_keeps_the_rows_that_fit(query: str, rows: list[int]):
    assert data().fitting(query).tolist() == rows


def test_a_filter_and_a_sort_act_together_in_the_background(qtbot, model):
    model.show(data())
    with qtbot.waitSignal(model.arranged):
        model.sort(0, Qt.SortOrder.DescendingOrder)
    with qtbot.waitSignal(model.arranged) as caught:
        model.filter("depth > 0.9")
    assert caught.args == [3]
    assert [model.row_id(row) for row in range(3)] == [10, 13, 14]
    assert model.total == 5


def test_only_the_last_of_quick_filters_is_shown(qtbot, model):
    model.show(data())
    with qtbot.waitSignal(model.arranged, check_params_cb=lambda count: count == 1):
        for query in ("h", "hu", "depth > 0.9", "chuan"):
            model.filter(query)
    assert model.row_id(0) == 13


def test_the_rows_of_features_are_found_in_any_order(qtbot, model):
    model.show(data())
    with qtbot.waitSignal(model.arranged):
        model.sort(0, Qt.SortOrder.AscendingOrder)
    assert model.rows_of({12, 13}) == [0, 3]
    assert model.rows_of(set()) == []


def test_a_click_on_a_head_sorts_and_a_second_one_turns_it_round(qtbot, model):
    model.show(data())
    view = TableView(model)
    qtbot.addWidget(view)
    with qtbot.waitSignal(model.arranged):
        view.horizontalHeader().sectionClicked.emit(0)
    assert model.row_id(0) == 12
    with qtbot.waitSignal(model.arranged):
        view.horizontalHeader().sectionClicked.emit(0)
    assert model.row_id(0) == 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (np.bool_(True), "yes"),
        (np.datetime64("2026-08-01T06:20", "ns"), "2026-08-01 06:20:00"),
        (np.datetime64("NaT"), ""),
        (b"abc", "3 bytes"),
        ("黄浦江", "黄浦江"),
    ],
)
def test_a_cell_shows_a_value_as_people_read_it(value: object, text: str):
    set_language("en")
    assert cell_text(value) == text
