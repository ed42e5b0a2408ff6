"""The attribute table: sorting, filtering and selecting on columns of any type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.core.language import set_language
from app.core.table import Arrangement, TableColumn, TableData, as_tsv, typed
from app.widgets.table import TableModel, cell_text
from app.widgets.table_view import TableView
from layers.errors import FilterInvalid


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
    assert data().order(column, descending=descending).tolist() == order


def test_text_is_sorted_with_its_gaps_last():
    assert data().order(1, descending=False).tolist() == [3, 2, 0, 4, 1]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=30), st.booleans())
def test_sorting_text_agrees_with_python(words: list[str | None], descending: bool):
    table = TableData([TableColumn("a", "", words)], np.arange(len(words)))
    found = table.order(0, descending=descending).tolist()
    there = [i for i, w in enumerate(words) if w is not None]
    wanted = sorted(there, key=lambda i: words[i] or "", reverse=descending)
    assert found == wanted + [i for i, w in enumerate(words) if w is None]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("depth > 0.9", [0, 3, 4]),
        ("depth <= 1", [2, 4]),
        ("depth > 0.9 AND name = '黄浦江'", [0, 4]),
        ("name <> '黄浦江'", [2, 3]),
        ("day >= DATE('2026-08-01')", [0, 3]),
        ("name LIKE '%江'", [0, 4]),
        ("黄浦", [0, 4]),
        ("chuan", [3]),
        ("0.5", [2]),
        ("nobody", []),
    ],
)
def test_a_query_keeps_the_rows_that_fit(query: str, rows: list[int]):
    assert data().arranged(Arrangement(query)).tolist() == rows


@pytest.mark.parametrize("query", ["depth >", "宽 > 1", "depth = 'x'", "name > 3"])
def test_a_condition_that_does_not_fit_is_refused(query: str):
    with pytest.raises(FilterInvalid):
        data().arranged(Arrangement(query))


def test_rows_are_those_of_every_reason_at_once():
    table = data()
    wish = Arrangement("depth > 0.4", (0, True), (np.array([10, 12, 14]), np.array([14, 10, 99])))
    assert table.arranged(wish).tolist() == [0, 4]


def test_the_figures_of_a_column_are_those_of_its_values():
    table, rows = data(), np.arange(5)
    depth = table.figures(0, rows)
    assert (depth.count, depth.missing, depth.different) == (4, 1, 3)
    assert (depth.minimum, depth.maximum, depth.total, depth.mean, depth.median) == (0.5, 2.0, 5.5, 1.375, 1.5)
    assert depth.deviation == pytest.approx(np.std([2, 0.5, 2, 1], ddof=1))
    name = table.figures(1, rows)
    assert name.commonest[0] == ("黄浦江", 2)
    assert (name.minimum, name.maximum, name.missing) == ("Chuanyang", "黄浦江", 1)
    assert table.figures(0, np.array([1])).count == 0


def test_a_copy_has_the_heads_and_no_tab_inside_a_cell():
    table = TableData([TableColumn("a", "", ["x\ty", None]), TableColumn("b", "", np.array([1, 2]))], np.arange(2))
    assert as_tsv(table, np.array([1, 0]), [1, 0], cell_text) == "b\ta\n2\t\n1\tx y\n"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", " 7 ", 7),
        ("float", "0.5", 0.5),
        ("bool", "是", True),
        ("date", "2024-07-01", "2024-07-01"),
        ("text", "", None),
    ],
)
def test_what_is_typed_becomes_a_value_of_its_column(kind: str, text: str, value: object):
    assert typed(text, TableColumn("a", "", None, kind)) == value


@pytest.mark.parametrize(("kind", "text"), [("int", "7.5"), ("float", "inf"), ("bool", "maybe"), ("date", "tomorrow")])
def test_what_fits_no_column_is_refused(kind: str, text: str):
    with pytest.raises(FilterInvalid):
        typed(text, TableColumn("a", "", None, kind))


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


def test_features_stay_marked_in_any_order(qtbot, model):
    model.show(data())
    with qtbot.waitSignal(model.arranged):
        model.sort(0, Qt.SortOrder.AscendingOrder)
    model.choose(np.array([12, 13]))
    assert [row for row in range(5) if model.is_chosen(row)] == [0, 3]
    assert model.marked.tolist() == [True, False, False, True, False]
    model.choose(None)
    assert not model.marked.any()


def test_a_column_that_is_not_read_is_asked_for_once_and_sorting_waits_for_it(qtbot, model):
    table = TableData([TableColumn("fid", "", np.arange(3)), TableColumn("a", "", None, "int")], np.arange(3))
    model.show(table)
    with qtbot.waitSignal(model.wanted) as caught:
        assert model.data(model.index(0, 1)) == "…"
    assert caught.args == [("a",)]
    assert model.data(model.index(1, 1)) == "…"
    model.sort(1, Qt.SortOrder.AscendingOrder)
    with qtbot.waitSignal(model.arranged):
        model.fill({"a": np.array([3, 1, 2])})
    assert [model.data(model.index(row, 1)) for row in range(3)] == ["1", "2", "3"]


def test_clicks_choose_rows_join_them_and_take_them_away(qtbot, model):
    model.show(data())
    view = TableView(model)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    heard: list[tuple[list[int], str]] = []
    view.chosen.connect(lambda ids, how: heard.append((ids.tolist(), how)))
    places = [view.visualRect(model.index(row, 0)).center() for row in range(5)]
    left, shift, control = (
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,
        Qt.KeyboardModifier.ControlModifier,
    )
    qtbot.mouseClick(view.viewport(), left, pos=places[1])
    qtbot.mouseClick(view.viewport(), left, shift, pos=places[3])
    qtbot.mouseClick(view.viewport(), left, control, pos=places[4])
    qtbot.keyClick(view, Qt.Key.Key_A, control)
    assert heard == [([11], "set"), ([11, 12, 13], "set"), ([14], "flip"), ([10, 11, 12, 13, 14], "set")]


def test_a_value_typed_into_a_cell_is_told_and_a_wrong_one_refused(qtbot, model):
    model.show(data())
    assert not model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    model.editable = True
    with qtbot.waitSignal(model.edited) as caught:
        model.setData(model.index(0, 1), "新名")
    assert caught.args == [10, "name", "新名"]


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
