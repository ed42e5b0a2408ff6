"""The layout window: a page from a template, moved, nudged, undone, seen; its parts by their numbers."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest
from psygnal import SignalInstance
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.core.document import Document
from app.core.pages import acts, templates
from app.core.pages.items import KINDS, TextItem, TitleBlockItem
from app.core.pages.model import page_from_dict
from app.core.settings import Settings
from app.shell import questions
from app.shell.desk import make_desk
from app.shell.layout import editors, fields
from app.shell.layout.export_dialog import ExportDialog
from app.shell.layout.map_content import dragged, fresh_item, zoomed
from app.shell.layout.panel import put, reached
from app.shell.layout.window import LayoutWindow
from app.views.sheet.maps import fitted, scale_of
from layers.extent import Extent
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.core.pages.model import Page


class NoFiles:
    """A pool that nobody asks: the layers live in the workspace."""

    def __init__(self) -> None:
        self.died = SignalInstance((list, bool))

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[LayoutWindow]:
    desk = make_desk(Settings(), NoFiles())  # type: ignore[arg-type]
    square = [[0, 0], [900, 0], [900, 600], [0, 600], [0, 0]]
    shape = {"geometry": {"type": "Polygon", "coordinates": [square]}, "properties": {"name": "polder"}}
    desk.document.add(VectorLayer(id="v", name="Polder", source="memory:", crs="EPSG:4549", features={1: shape}))
    made = LayoutWindow(desk, None)
    qtbot.addWidget(made)
    made.show()
    made.acts.new_page("a3_map")
    qtbot.waitUntil(lambda: made.matter is not None and made.preview.is_idle, timeout=20000)
    yield made
    made.close()
    desk.close()


def at(window: LayoutWindow, x: float, y: float) -> QPoint:
    """Where a place of the paper (mm) lies on the canvas."""
    return window.canvas.box_of((x, y, 0, 0)).topLeft().toPoint()


def page(window: LayoutWindow) -> Page:
    made = window.page()
    assert made is not None
    return made


def test_a_template_gives_a_page_that_shows_the_layers_and_can_be_taken_back(window: LayoutWindow):
    assert page(window).paper == "A3"
    assert window.matter is not None
    assert window.matter.faults == {}
    assert {p.look.layer for p in window.matter.maps["map"].pictures} == {"v"}
    assert window.items.tree.topLevelItemCount() == len(page(window).items)
    window.acts.undo()
    assert window.page() is None
    assert window.empty.isVisible()
    window.acts.redo()
    assert window.page() is not None


def test_an_item_is_dragged_nudged_and_put_back_by_one_undo_each(window: LayoutWindow):
    before = page(window).item("legend")
    start = at(window, before.x + 20, before.y + 60)
    end = start + QPoint(-60, 30)
    canvas = window.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(canvas, start + QPoint(round(-60 * share), round(30 * share)))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert canvas.chosen == ["legend"]
    moved = page(window).item("legend")
    far = canvas.to_mm(QPointF(end)) - canvas.to_mm(QPointF(start))
    snap = 7 / (canvas.ratio / canvas.devicePixelRatioF()) * 25.4 / 96
    assert moved.x - before.x == pytest.approx(far.x(), abs=snap)
    assert moved.y - before.y == pytest.approx(far.y(), abs=snap)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page(window).item("legend").x == pytest.approx(moved.x + 5)
    window.acts.undo()
    window.acts.undo()
    assert page(window).item("legend") == before


def test_items_held_in_place_are_not_met_by_the_pointer(window: LayoutWindow):
    edge = page(window).item("edge")
    assert edge.locked
    found = window.canvas.item_at(QPointF(at(window, edge.x + 1, edge.y + 4)))
    assert found is None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_item_is_added_shown_and_has_properties(window: LayoutWindow, kind: str, qtbot: QtBot):
    count = len(page(window).items)
    window.acts.add_item(kind)
    assert len(page(window).items) == count + 1
    item = page(window).items[-1]
    for prop in (*fields.ITEMS[kind], *fields.PLACE, *fields.COMMON):
        value = reached(item, prop.name)
        changed = put(item.model_dump(mode="json"), prop.name, value if not isinstance(value, tuple) else list(value))
        assert changed.keys() == item.model_dump(mode="json").keys()
    assert page_from_dict(page(window).to_dict()) == page(window)


def test_a_property_that_does_not_fit_is_told_and_nothing_changes(window: LayoutWindow):
    told: list[str] = []
    window.panel.refused.connect(told.append)
    window.canvas.choose(["title"])
    before = page(window)
    window.panel._on_changed(window.panel._editors[0][1], "size", -4)
    assert page(window) == before
    assert "size" in told[0]


def test_a_map_is_dragged_at_its_scale_and_zoomed_to_round_scales():
    item = fresh_item(KINDS["map"], page_from_dict({}), Document())
    view = fitted(Extent(348_000, 3_450_000, 350_000, 3_451_000), "EPSG:4549", 400, 300, 20_000)
    moved = dragged(item, view, 10.0, 0.0)
    assert moved.scale == pytest.approx(20_000, rel=1e-5)
    assert view.extent.x0 - moved.extent[0] == pytest.approx(200, rel=1e-3)
    assert zoomed(item, view, 1.2).scale == 15_000
    assert zoomed(item, view, 0.8).scale == 25_000
    assert scale_of(view) == pytest.approx(20_000)


def test_a_title_block_is_edited_as_lines_and_keeps_its_shares():
    block = TitleBlockItem.model_validate({
        "rows": [{"share": 2, "cells": [{"label": "Scale", "text": "{scale}", "share": 3}, {"text": "{date}"}]}]
    })  # fmt: skip
    text = editors.rows_text(block.rows)
    assert text == "Scale = {scale} | {date}"
    again = editors.rows_from(text, [2.0], {(0, 0): 3.0, (0, 1): 1.0})
    assert TitleBlockItem.model_validate({"rows": again}).rows == block.rows


def test_a_text_item_made_beside_the_window_appears_in_it(window: LayoutWindow):
    document = window.desk.document
    changed = page(window).with_item(TextItem(id="fresh", text="hello"))
    acts.put(document, window.page_id, changed)
    assert window.items.tree.topLevelItem(0).text(0)
    assert page(window).item("fresh").text == "hello"


def test_a_page_that_cannot_be_read_is_told_in_its_place_and_kept(window: LayoutWindow):
    document = window.desk.document
    later = {**document.pages[window.page_id], "version": 99}
    document.set_page(window.page_id, later)
    window.refresh()
    assert window.page() is None
    assert "version 99" in window.empty.words.text()
    assert document.pages[window.page_id] == later
    assert not window.bar.export.isEnabled()


def test_the_panel_comes_section_by_section_so_that_the_window_goes_on(window: LayoutWindow, qtbot: QtBot):
    window.canvas.choose(["map"])
    assert not window.panel.is_whole
    first = len(window.panel._editors)
    qtbot.waitUntil(lambda: window.panel.is_whole)
    assert len(window.panel._editors) > first
    assert {e.prop.name for e, _ in window.panel._editors} >= {"theme", "grid.step", "x", "border"}


def test_the_content_of_a_map_follows_the_pointer_before_it_is_let_go(window: LayoutWindow):
    canvas, item = window.canvas, page(window).item("map")
    start = at(window, item.x + 100, item.y + 100)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    still = canvas.grab().toImage()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(canvas, start + QPoint(40, 25))
    assert canvas.grab().toImage() != still
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(40, 25))
    assert page(window).item("map").extent != item.extent


def test_an_export_reads_a_copy_that_is_gone_with_its_dialog(
    window: LayoutWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    window.acts.export()
    dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(dialog.go.isEnabled)
    assert len(list(tmp_path.glob("haitang-export-*/export.haitang"))) == 1
    qtbot.waitUntil(lambda: "MB" in dialog.about.text(), timeout=30000)
    out = tmp_path / "sheet.pdf"
    dialog.path.setText(str(out))
    dialog.accept()
    qtbot.waitUntil(lambda: out.is_file() and not list(tmp_path.glob("haitang-export-*")), timeout=30000)
    assert out.read_bytes().startswith(b"%PDF")


def test_a_window_that_closes_takes_its_dialog_and_the_copy_with_it(
    window: LayoutWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    window.acts.export()
    dialog = window.findChild(ExportDialog)
    qtbot.waitUntil(dialog.go.isEnabled)
    window.close()
    assert not dialog.isVisible()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("answer", [True, False])
def test_a_template_is_replaced_only_where_the_person_says_so(
    window: LayoutWindow, monkeypatch: pytest.MonkeyPatch, *, answer: bool
):
    asked: list[str] = []
    monkeypatch.setattr(questions, "text", lambda *_: "My sheet")
    monkeypatch.setattr(questions, "sure", lambda *given: asked.append(given[1]) or answer)
    window.acts.save_template()
    assert not asked
    before = templates.place_of("My sheet").read_bytes()
    window.acts.add_item("text")
    window.acts.save_template()
    assert len(asked) == 1
    assert (templates.place_of("My sheet").read_bytes() != before) == answer
