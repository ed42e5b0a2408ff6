"""Attribute table for large tables: values stay in columns, sorting and filtering happen in a worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.core.language import tr
from app.core.table import Arrangement, TableColumn, TableData, typed
from layers.errors import HaitangError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Index = QModelIndex | QPersistentModelIndex

__all__ = ["TableColumn", "TableData", "TableModel", "cell_text"]

_NOT_READ = "…"


def cell_text(value: Any) -> str:
    """Write a value for a cell."""
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return "" if value != value else f"{value:.10g}"
    if isinstance(value, bool | np.bool_):
        return tr("yes") if value else tr("no")
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value.astype("datetime64[s]")).replace("T", " ")
    if isinstance(value, bytes):
        return tr("{count} bytes", count=len(value))
    return str(value)


class TableModel(QAbstractTableModel):
    """Shows a TableData in some order; sorting and filtering never hold up the window.

    ``arranged`` comes after each new order with the number of rows shown; ``refused`` carries the error of a
    condition that cannot be asked; ``wanted`` the names of columns that are looked at and not read yet;
    ``edited`` the id of a row, the name of a column and the value typed. ``table`` is what is shown, ``shown`` the
    numbers of its rows that are, in their order, ``wish`` what was asked for.
    """

    arranged = Signal(int)
    refused = Signal(object)
    wanted = Signal(tuple)
    edited = Signal(int, str, object)
    _ready = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.table = TableData([], np.empty(0, np.int64))
        self.shown = np.empty(0, np.int64)
        self._chosen = np.empty(0, np.bool_)
        self._asked: set[str] = set()
        self.wish = Arrangement()
        self._waiting = False
        self._generation = 0
        self.editable = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="table")
        self._ready.connect(self._on_ready)

    def close(self) -> None:
        """End the worker."""
        self._generation += 1
        self._worker.shutdown(wait=True, cancel_futures=True)

    def show(self, data: TableData, *, keep: bool = False) -> None:
        """Show other data in its own order; ``keep`` asks for the filter and order there are."""
        wish = self.wish if keep else Arrangement()
        self.beginResetModel()
        self._generation += 1
        self.table, self.shown = data, np.arange(len(data), dtype=np.int64)
        self._chosen = np.zeros(len(data), np.bool_)
        self.wish, self._waiting = Arrangement(), False
        self._asked.clear()
        self.endResetModel()
        if wish != Arrangement():
            self.arrange(wish)
        else:
            self.arranged.emit(len(self.shown))

    def fill(self, values: dict[str, Any]) -> None:
        """Take over values of columns that were read."""
        self.table.fill(values)
        self._asked -= set(values)
        if self._waiting:
            self.arrange(self.wish)
        if len(self.shown):
            last = self.index(len(self.shown) - 1, len(self.table.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- arranging -------------------------------------------------------------------
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order of the source."""
        falling = order is Qt.SortOrder.DescendingOrder
        self.arrange(replace(self.wish, sort=None if column < 0 else (column, falling)))

    def filter(self, query: str) -> None:
        """Show the rows that fit a query; an empty one shows all."""
        self.arrange(replace(self.wish, query=query.strip()))

    def arrange(self, wish: Arrangement) -> None:
        """Show other rows, or the same in another order, as soon as their columns are read."""
        self.wish, self._waiting = wish, False
        self._generation += 1
        try:
            missing = self.table.missing(wish)
        except HaitangError as error:
            self.refused.emit(error)
            return
        if missing:
            self._waiting = True
            self._want(*missing)
            return
        self._worker.submit(self._work, self._generation, self.table, wish)

    def _work(self, generation: int, data: TableData, wish: Arrangement) -> None:
        if generation != self._generation:
            return
        try:
            found: Any = data.arranged(wish)
        except HaitangError as error:
            found = error
        self._ready.emit(generation, found)

    def _on_ready(self, generation: int, found: Any) -> None:
        if generation != self._generation:
            return
        if isinstance(found, HaitangError):
            self.refused.emit(found)
            return
        self.beginResetModel()
        self.shown = found
        self.endResetModel()
        self.arranged.emit(len(found))

    def _want(self, *names: str) -> None:
        new = tuple(name for name in names if name not in self._asked)
        if new:
            self._asked.update(new)
            self.wanted.emit(new)

    # -- rows ------------------------------------------------------------------------
    @property
    def total(self) -> int:
        """All rows, shown or not."""
        return len(self.table)

    def row_id(self, row: int) -> int:
        """Give the id of the feature in a row."""
        return int(self.table.ids[self.shown[row]])

    def ids(self, first: int, last: int) -> NDArray[np.int64]:
        """Give the ids of the features in some rows, the last included."""
        return self.table.ids[self.shown[first : last + 1]]

    def choose(self, ids: NDArray[np.int64] | None) -> None:
        """Mark the rows of some features; None marks none."""
        self._chosen = np.zeros(len(self.table), np.bool_) if ids is None else np.isin(self.table.ids, ids)
        if len(self.shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.shown) - 1, len(self.table.columns) - 1))

    def is_chosen(self, row: int) -> bool:
        """Tell whether a row is marked."""
        return bool(self._chosen[self.shown[row]])

    @property
    def marked(self) -> NDArray[np.bool_]:
        """Which of the rows shown are marked, in their order."""
        return self._chosen[self.shown]

    def texts(self, column: int, first: int, count: int) -> list[str]:
        """Give the texts of some rows of a column, without line ends."""
        held = self.table.columns[column]
        if held.values is None:
            self._want(held.name)
            return [_NOT_READ] * count
        found = [cell_text(held.values[row]) for row in self.shown[first : first + count].tolist()]
        return [" ".join(text.splitlines()) if "\n" in text or "\r" in text else text for text in found]

    # -- Qt --------------------------------------------------------------------------
    def rowCount(self, parent: Index | None = None) -> int:
        """Count the rows shown."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Count the columns."""
        return 0 if parent is not None and parent.isValid() else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the text or the alignment of a cell."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            column = self.table.columns[index.column()]
            if column.values is None:
                self._want(column.name)
                return _NOT_READ
            return cell_text(column.values[int(self.shown[index.row()])])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_number = self.table.columns[index.column()].is_number
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell that cells can be typed into where the layer can be edited; never the number of a feature."""
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if self.editable and index.column() > 0 else found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell of a value that was typed; whoever listens changes the feature, and the table follows."""
        column = self.table.columns[index.column()]
        if role != Qt.ItemDataRole.EditRole or str(value) == self.data(index):
            return False
        try:
            wanted = typed(str(value), column)
        except HaitangError as error:
            self.refused.emit(error)
            return False
        self.edited.emit(self.row_id(index.row()), column.name, wanted)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.table.columns[section]
        return column.title or column.name
