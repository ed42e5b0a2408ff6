"""The view of a large table: rows are chosen by id, so that a million of them can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from app.widgets.table import TableModel

ROW_HEIGHT = 26
COLUMN_WIDTH = 128
PADDING = 8
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class TableView(QTableView):
    """A table view set up for many rows.

    ``chosen`` carries the ids of rows a person has chosen and how: ``set``, ``join`` or ``flip``; ``copied`` comes
    when the person asks for a copy.
    """

    chosen = Signal(object, str)
    copied = Signal()

    def __init__(self, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._anchor = 0
        self.setModel(model)
        self.setSortingEnabled(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        heads = self.horizontalHeader()
        heads.setSectionsClickable(True)
        heads.setSectionsMovable(True)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setDefaultSectionSize(COLUMN_WIDTH)
        heads.setHighlightSections(False)
        heads.sectionClicked.connect(self._on_head)

    # -- drawing ---------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells in view in one go; asked cell by cell through styles a full screen takes 60 ms."""
        painter = QPainter(self.viewport())
        area, first = event.rect(), max(self.rowAt(0), 0)
        top = self.rowViewportPosition(first)
        count = min((area.bottom() - top) // ROW_HEIGHT + 1, self._rows.rowCount() - first)
        painter.fillRect(area, theme.colour("surface"))
        for n in range(count):
            band = QRect(area.left(), top + n * ROW_HEIGHT, area.width(), ROW_HEIGHT)
            if self._rows.is_chosen(first + n):
                painter.fillRect(band, theme.colour("selection"))
            elif (first + n) % 2:
                painter.fillRect(band, theme.colour("surface-alt"))
        painter.setPen(theme.colour("text"))
        painter.setFont(self.font())
        for column in self.columns_shown():
            left, wide = self.columnViewportPosition(column), self.columnWidth(column)
            if left < area.right() and left + wide > area.left():
                self._paint_column(painter, column, (first, count, top), (left, wide))
        self._paint_current(painter)
        painter.end()

    def _paint_column(self, painter: QPainter, column: int, rows: tuple[int, int, int], at: tuple[int, int]) -> None:
        (first, count, top), (left, wide) = rows, at
        measure, room = painter.fontMetrics(), wide - 2 * PADDING
        base = top + (ROW_HEIGHT + measure.ascent() - measure.descent()) // 2
        right = self._rows.table.columns[column].is_number
        for n, text in enumerate(self._rows.texts(column, first, count)):
            if not text:
                continue
            # A text without breaks that is longer than the room in narrow letters need not be measured whole.
            own = measure.horizontalAdvance(text[:200])
            if own > room:
                text = measure.elidedText(text[:200], Qt.TextElideMode.ElideRight, room)
                own = measure.horizontalAdvance(text)
            x = left + wide - PADDING - own if right else left + PADDING
            painter.drawText(x, base + n * ROW_HEIGHT, text)

    def _paint_current(self, painter: QPainter) -> None:
        """Frame the cell that keys act on."""
        index = self.currentIndex()
        if index.isValid() and self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.drawRect(self.visualRect(index).adjusted(0, 0, -1, -1))

    def columns_shown(self) -> list[int]:
        """Give the columns shown, from left to right."""
        heads = self.horizontalHeader()
        order = (heads.logicalIndex(place) for place in range(heads.count()))
        return [column for column in order if not heads.isSectionHidden(column)]

    def sort_by(self, section: int, order: Qt.SortOrder) -> None:
        """Sort by a column and show it in its head; -1 gives the order of the file."""
        heads = self.horizontalHeader()
        heads.setSortIndicatorShown(section >= 0)
        heads.setSortIndicator(section, order)
        self._rows.sort(section, order)

    def _on_head(self, section: int) -> None:
        heads = self.horizontalHeader()
        same = heads.isSortIndicatorShown() and heads.sortIndicatorSection() == section
        rising = Qt.SortOrder.AscendingOrder
        self.sort_by(section, Qt.SortOrder.DescendingOrder if same and heads.sortIndicatorOrder() is rising else rising)

    # -- choosing --------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row; shift chooses all up to it, control adds it or takes it away."""
        super().mousePressEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            keys = event.modifiers()
            shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
            control = bool(keys & Qt.KeyboardModifier.ControlModifier)
            self._choose(row, shift=shift, how="join" if shift and control else "flip" if control else "set")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the rows that are drawn over."""
        super().mouseMoveEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if event.buttons() & Qt.MouseButton.LeftButton and row >= 0 and event.modifiers() == _NO_KEYS:
            self._choose(row, shift=True, how="set")

    def _choose(self, row: int, *, shift: bool, how: str) -> None:
        if not shift:
            self._anchor = row
        first, last = sorted((min(self._anchor, self._rows.rowCount() - 1), row))
        self.chosen.emit(self._rows.ids(first, last), how)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrow keys, all with Ctrl+A; copy with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.chosen.emit(np.sort(self._rows.ids(0, self._rows.rowCount())), "set")
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        else:
            super().keyPressEvent(event)
            if event.key() in _MOVES and self.currentIndex().isValid():
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._choose(self.currentIndex().row(), shift=shift, how="set")

    def reset(self) -> None:
        """Take over other rows; the heads stay as wide and where they are."""
        heads = self.horizontalHeader()
        state: Any = heads.saveState() if heads.count() == self._rows.columnCount() else None
        super().reset()
        if state is not None:
            heads.restoreState(state)


_NO_KEYS = Qt.KeyboardModifier.NoModifier
