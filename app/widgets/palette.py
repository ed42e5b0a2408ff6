"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.core.language import language, tr
from app.widgets import controls, icons, theme
from app.widgets.match import Entry, ranked

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

ROW = 34
SHOWN = 11


class _Entries(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.title(language())
        return entry if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEnabled if self.entries[index.row()].enabled else flags


class _Line(QStyledItemDelegate):
    """Draws an entry: icon, title, the other language's title faint, shortcut."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        box = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]  missing in the stubs
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft"))
            painter.drawRoundedRect(box.adjusted(6, 1, -6, -1), 5, 5)
        token = "icon" if entry.enabled else "icon-disabled"
        if entry.icon:
            icons.draw(painter, entry.icon, QRectF(box.left() + 16, box.center().y() - 9, 18, 18), token)
        self._paint_words(painter, box, entry)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRectF, entry: Entry) -> None:
        right = box.right() - 18
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(12))
        if entry.shortcut:
            painter.setPen(theme.colour("text-muted"))
            width = painter.fontMetrics().horizontalAdvance(entry.shortcut)
            painter.drawText(QRectF(right - width, box.top(), width, ROW), middle, entry.shortcut)
            right -= width + 16
        title = entry.title(language())
        painter.setFont(theme.font())
        left = box.left() + 46
        painter.setPen(theme.colour("text" if entry.enabled else "text-disabled"))
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(QRectF(left, box.top(), right - left, ROW), middle, shown)
        left += painter.fontMetrics().horizontalAdvance(shown) + 14
        other = tr(entry.group) if entry.group else ""
        painter.setFont(theme.font(12))
        if other and right - left > painter.fontMetrics().horizontalAdvance(other):
            painter.setPen(theme.colour("text-faint" if entry.enabled else "text-disabled"))
            painter.drawText(QRectF(left, box.top(), right - left, ROW), middle, other)


class Palette(QFrame):
    """A box that floats over a widget; ``chosen`` tells the id of the entry."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._all: list[Entry] = []
        self.setObjectName("palette")
        self._input = QLineEdit()
        self._input.setObjectName("palette-input")
        self._list = QListView()
        self._model = _Entries()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Line(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = controls.Words("Nothing found. Try Chinese, pinyin initials or English.", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setFixedHeight(3 * ROW)
        box = controls.column(0, 0)
        box.addWidget(self._input)
        box.addSpacing(6)
        box.addWidget(self._list)
        box.addWidget(self._nothing)
        box.addSpacing(6)
        self.setLayout(box)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(40)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        self._input.textChanged.connect(self._filter)
        self._input.installEventFilter(self)
        self._list.clicked.connect(lambda index: self._choose(index.row()))
        self.hide()

    def open(self, entries: list[Entry], hint: str = "", text: str = "") -> None:
        """Show the box with these entries; ``hint`` stands in the empty field."""
        self._all = entries
        self._input.setPlaceholderText(hint)
        self._input.setText(text)
        self._filter(text)
        self.show()
        self.raise_()
        self._input.setFocus(Qt.FocusReason.PopupFocusReason)

    def entries(self) -> list[Entry]:
        """Give the entries shown now, best first."""
        return list(self._model.entries)

    def type(self, text: str) -> None:
        """Put text into the field, as if typed."""
        self._input.setText(text)

    def _filter(self, text: str) -> None:
        self._model.show(ranked(text, self._all))
        count = len(self._model.entries)
        self._list.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        self._list.setFixedHeight(max(min(count, SHOWN), 1) * ROW)
        first = next((i for i, e in enumerate(self._model.entries) if e.enabled), 0)
        if count:
            self._list.setCurrentIndex(self._model.index(first, 0))
        self._place()

    def _place(self) -> None:
        width = min(600, self._over.width() - 4 * theme.GRID)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._over.width() - width) // 2, max(self._over.height() // 9, 40))

    def _move(self, by: int) -> None:
        count = len(self._model.entries)
        at = self._list.currentIndex().row()
        for _ in range(count):
            at = (at + by) % count
            if self._model.entries[at].enabled:
                self._list.setCurrentIndex(self._model.index(at, 0))
                return

    def _choose(self, number: int) -> None:
        if not 0 <= number < len(self._model.entries) or not self._model.entries[number].enabled:
            return
        chosen = self._model.entries[number].id
        self.close_palette()
        self.chosen.emit(chosen)

    def close_palette(self) -> None:
        """Go away."""
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the list out of the field; close when the focus goes elsewhere."""
        if watched is self._input and event.type() == QEvent.Type.KeyPress:
            return self._key(event)  # pyright: ignore[reportArgumentType]
        if watched is self._input and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.close_palette()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        key = Qt.Key(event.key())
        if key in steps and self._model.entries:
            self._move(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._list.currentIndex().row())
        elif key is Qt.Key.Key_Escape:
            self.close_palette()
        else:
            return False
        return True
