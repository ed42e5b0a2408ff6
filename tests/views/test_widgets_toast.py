"""Toasts: seen, kept in order, and never in the way of typing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.core.language import set_language
from app.widgets.toast import FOOT, LIMIT, SIDE, Toaster


@pytest.fixture
def desk(qtbot):
    set_language("en")
    over = QWidget()
    over.resize(800, 600)
    over.edit = QLineEdit()
    box = QVBoxLayout(over)
    box.addWidget(over.edit)
    qtbot.addWidget(over)
    over.show()
    over.activateWindow()
    over.edit.setFocus()
    over.toaster = Toaster(over)
    return over


def test_a_toast_does_not_take_the_focus(qtbot, desk):
    qtbot.waitUntil(desk.edit.hasFocus)
    desk.toaster.show("error", "The disk is full.", "/data", [("Try again", lambda: None)])
    qtbot.keyClicks(desk.edit, "abc")
    assert desk.edit.hasFocus()
    assert desk.edit.text() == "abc"


def test_a_notice_on_a_file_names_it_first_also_when_it_is_folded(desk):
    toast = desk.toaster.show("error", "The file is cut off.", "/data/runs/flood.hdf")
    toast.fold()
    toast.fit(300)
    assert toast.findChild(QLabel, "words").text().startswith("flood.hdf — ")


def test_the_same_words_are_shown_once(desk):
    first = desk.toaster.show("info", "Saved.")
    assert desk.toaster.show("info", "Saved.") is first
    assert len(desk.toaster.toasts()) == 1


def test_the_oldest_toast_makes_room(desk):
    for number in range(LIMIT + 2):
        desk.toaster.show("warning", f"Notice {number}")
    shown = [toast.accessibleName() for toast in desk.toaster.toasts()]
    assert shown == [f"Notice {number}" for number in range(2, LIMIT + 2)]


def test_toasts_do_not_overlap_and_stay_inside(desk):
    for text in ("Short.", "A longer notice that needs more than one line to be read. " * 3, "Another."):
        desk.toaster.show("warning", text, "/data/file.nc")
    boxes = [toast.geometry() for toast in desk.toaster.toasts()]
    assert all(desk.rect().contains(box) for box in boxes)
    assert all(not a.intersects(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])


def test_an_action_is_done_and_the_toast_goes(qtbot, desk):
    done = []
    toast = desk.toaster.show("error", "The reader ended.", "", [("Reopen", lambda: done.append(1))])
    button = next(b for b in toast.findChildren(QPushButton) if b.text() == "Reopen")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert desk.toaster.toasts() == []


def test_only_the_newest_toast_is_open_and_the_pointer_opens_another(qtbot, desk):
    first = desk.toaster.show("warning", "A notice that needs more than one line to be read, " * 4)
    high = first.height()
    desk.toaster.show("warning", "Another.")
    assert first.is_folded
    assert first.height() < high
    qtbot.waitUntil(desk.isVisible)
    QApplication.sendEvent(first, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not first.is_folded
    assert first.height() >= high


def test_toasts_leave_the_legend_and_the_scale_bar_free(desk):
    for number in range(LIMIT):
        desk.toaster.show("error", f"Notice {number} " * 12, "", [("Again", lambda: None)])
    for toast in desk.toaster.toasts():
        assert toast.x() >= SIDE
        assert toast.geometry().bottom() <= desk.height() - FOOT
    assert sum(toast.height() for toast in desk.toaster.toasts()) < 240


def test_an_open_toast_shows_its_acts_below_its_words(desk):
    toast = desk.toaster.show("error", "A notice that needs more than one line to be read. " * 3, "", [("Again", int)])
    button = toast.findChild(QPushButton)
    label = toast.findChild(QLabel, "words")
    assert label.geometry().bottom() <= button.parentWidget().geometry().top() + 1
    assert toast.rect().contains(button.parentWidget().geometry())


def test_a_folded_notice_keeps_its_acts_in_sight_and_an_open_one_shows_its_remedy(desk):
    words = "There is no such file, or it may not be read. (/data/far/away/in/a/long/folder/x.nc) Check the name."
    first = desk.toaster.show("error", words, "", [("Reopen", int), ("Find the file again…", int)])
    shown = first.findChild(QLabel, "words").text().replace("\n", " ")
    assert shown.endswith("Check the name.")
    desk.toaster.show("warning", "Another.")
    assert first.is_folded
    for button in first.findChildren(QPushButton):
        assert button.isVisibleTo(desk)
        assert first.rect().contains(button.parentWidget().geometry())
