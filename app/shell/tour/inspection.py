"""Inspection: what is wrong with a widget on screen; words of the other language, words cut off, an empty picture."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QMenuBar,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableWidget,
    QToolButton,
    QWidget,
)

from app.core.language import catalogue
from app.widgets.controls import Choice, Elided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FIELD = re.compile(r"\\\{\w+\\\}")
TAG = re.compile(r"<[^>]+>")
LETTERS = re.compile(r"[A-Za-z]{3}")
HAN = re.compile(r"[\u4e00-\u9fff]{2}")
OWN_NAMES = frozenset({"中文", "English"})
"""Languages in their own words, in every language."""
FLAT = 0.985
"""Share of one colour from which on a picture shows nothing."""


def is_seen(widget: QWidget) -> bool:
    """Tell whether anything of a widget is on screen."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def words_of(widget: QWidget) -> Iterator[str]:
    """Give the texts that one widget shows itself."""
    if isinstance(widget, Elided):
        yield widget.full_text()
    elif isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QComboBox):
        yield widget.currentText()
    elif isinstance(widget, QLineEdit):
        yield widget.text() or widget.placeholderText()
    elif isinstance(widget, QTabBar):
        yield from (widget.tabText(number) for number in range(widget.count()))
    elif isinstance(widget, QMenuBar | QMenu):
        yield from (action.text() for action in widget.actions() if action.isVisible())
    elif isinstance(widget, QListWidget):
        yield from (widget.item(row).text() for row in range(widget.count()))
    elif isinstance(widget, QTableWidget):
        heads = [widget.horizontalHeaderItem(column) for column in range(widget.columnCount())]
        yield from (head.text() for head in heads if head is not None)
    if widget.isWindow():
        yield widget.windowTitle()


def seen(top: QWidget) -> list[QWidget]:
    """List a widget and all it holds, as far as they are on screen."""
    return [widget for widget in (top, *top.findChildren(QWidget)) if is_seen(widget) and not _is_under(widget, top)]


def _is_under(widget: QWidget, top: QWidget) -> bool:
    """Tell whether a tab bar that a main window has put aside lies below something else."""
    if not isinstance(widget, QTabBar):
        return False
    return top.childAt(widget.mapTo(top, widget.rect().center())) is not widget


@cache
def _foreign(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Give the sentences of the other language, plain ones and those with fields."""
    entries = catalogue("zh")
    letters = LETTERS if language == "zh" else HAN
    others = [en if language == "zh" else zh for en, zh in entries.items() if en != zh]
    others = [text for text in others if letters.search(text)]
    plain = frozenset(text for text in others if "{" not in text)
    filled = [re.escape(text) for text in others if "{" in text and letters.search(re.sub(r"\{\w+\}", "", text))]
    # A count is a number: a layer called stations is no sentence of "{count} stations".
    filled = [re.sub(r"\\\{count\\\}", r"[\\d .,]+", text) for text in filled]
    return plain, tuple(re.compile(FIELD.sub(".+", text), re.DOTALL) for text in filled)


def is_foreign(text: str, language: str) -> bool:
    """Tell whether a text is a sentence of ours in the other language; names out of the data are not."""
    plain, filled = _foreign(language)
    if text in OWN_NAMES:
        return False
    bare = TAG.sub("", text).replace("&", "").strip().rstrip("…")
    found = bare in plain or f"{bare}…" in plain
    return found or any(pattern.fullmatch(bare) for pattern in filled)


def foreign_words(top: QWidget, language: str) -> list[str]:
    """List the texts on a widget that are in the other language."""
    found = [text for widget in seen(top) for text in words_of(widget) if is_foreign(text, language)]
    return list(dict.fromkeys(found))


FOLDER_CHOICE = "lookInCombo"
"""Qt's choice of folders in its file dialog; it shortens a long path itself."""


def cut_words(top: QWidget) -> list[str]:
    """List the texts on a widget that do not fit their room."""
    return [_said(widget) for widget in seen(top) if _is_cut(widget)]


def _said(widget: QWidget) -> str:
    return next(iter(words_of(widget)), "") or type(widget).__name__


def _is_cut(widget: QWidget) -> bool:
    if isinstance(widget, Elided | Choice) or not _said(widget):
        return False
    if isinstance(widget, QLabel):
        return _is_label_cut(widget)
    if isinstance(widget, QPushButton | QToolButton) and widget.text() and widget.layout() is None:
        return not _shows_icon_only(widget) and widget.width() + 1 < widget.minimumSizeHint().width()
    if isinstance(widget, QComboBox) and not widget.isEditable():
        return widget.objectName() != FOLDER_CHOICE and _is_combo_cut(widget)
    return False


def _shows_icon_only(widget: QWidget) -> bool:
    return isinstance(widget, QToolButton) and widget.toolButtonStyle().name == "ToolButtonIconOnly"


def _is_label_cut(label: QLabel) -> bool:
    if label.pixmap() and not label.pixmap().isNull():
        return False
    if label.wordWrap():
        return label.height() + 3 < label.heightForWidth(label.width())
    return label.width() + 1 < label.sizeHint().width()


def _is_combo_cut(combo: QComboBox) -> bool:
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    room = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, combo).width()
    icon = combo.iconSize().width() + 4 if not combo.itemIcon(combo.currentIndex()).isNull() else 0
    return combo.fontMetrics().horizontalAdvance(combo.currentText()) > room - icon + 2


def overlaps(top: QWidget) -> list[str]:
    """List pairs of buttons and labels of one parent that lie over each other."""
    found = []
    parts = [w for w in seen(top) if isinstance(w, QLabel | QPushButton | QComboBox | QLineEdit) and _said(w)]
    for number, one in enumerate(parts):
        beside = (w for w in parts[number + 1 :] if w.parentWidget() is one.parentWidget())
        found += [f"{_said(one)} / {_said(w)}" for w in beside if one.geometry().intersects(w.geometry())]
    return found


# ------------------------------------------------------------------------ pixels
def pixels(image: QImage) -> NDArray[np.uint32]:
    """Give a picture as an array (height, width) of ``0xffRRGGBB``."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(plain.constBits(), np.uint32, plain.width() * plain.height())
    return flat.reshape(plain.height(), plain.width()).copy()


def is_blank(image: QImage) -> bool:
    """Tell whether a picture is of one colour all but a few pixels."""
    found = pixels(image)[::3, ::3].ravel()
    _, counts = np.unique(found, return_counts=True)
    return bool(counts.max() > FLAT * len(found))


def brightness(image: QImage) -> float:
    """Give the mean brightness of a picture, 0 to 1."""
    found = pixels(image)[::4, ::4]
    parts = np.stack([(found >> shift) & 0xFF for shift in (16, 8, 0)], axis=-1)
    return float(parts.mean() / 255)
