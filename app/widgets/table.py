"""Attribute table for large tables: values stay in columns, sorting and filtering happen in a worker."""

from __future__ import annotations

import operator
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.core.language import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

COMPARES: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, "!=": operator.ne, "=": operator.eq, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
CONDITION = re.compile(r"^\s*(?P<column>.+?)\s*(?P<sign>>=|<=|!=|==|=|>|<|≥|≤|≠)\s*(?P<value>.+?)\s*$")
PORTION = 20_000
"""Values handled at once, so that the window gets its turn in between."""
SIGNS = {"≥": ">=", "≤": "<=", "≠": "!=", "==": "="}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: name, title, and its values (ndarray of numbers or times, or a list of text)."""

    name: str
    title: str
    values: Any

    @property
    def is_number(self) -> bool:
        """Whether values compare as numbers."""
        return isinstance(self.values, np.ndarray) and self.values.dtype.kind in "iufb"


class TableData:
    """Columns of equal length and the ids of their rows.

    Parameters
    ----------
    columns : sequence of TableColumn
    ids : ndarray, int64, (rows,)
    """

    def __init__(self, columns: Sequence[TableColumn], ids: NDArray[np.int64]) -> None:
        self.columns = list(columns)
        self.ids = ids
        self._ranks: dict[int, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)

    def find(self, name: str) -> TableColumn | None:
        """Find a column by name or title, any case."""
        wanted = name.strip().strip('"').lower()
        return next((c for c in self.columns if wanted in (c.name.lower(), c.title.lower())), None)

    def order(self, column: int, *, descending: bool, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give rows sorted by a column; missing values come last, equal ones keep their order.

        Parameters
        ----------
        column : int
        descending : bool
        rows : ndarray, int64, (n,)
            Rows to sort, rising.
        """
        ranks, missing = self._sorted(column)
        if not len(rows):
            return rows
        fine = rows[~missing[rows]]
        keys = ranks[fine]
        placed = np.argsort(-keys if descending else keys, kind="stable")
        return np.concatenate([fine[placed], rows[missing[rows]]])

    def _sorted(self, column: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Give the rank of each value of a column (equal values share one), and which are missing; found once."""
        if column not in self._ranks:
            values, missing = _sortable(self.columns[column].values)
            order = np.argsort(values, kind="stable")
            keys = _taken(values, order)
            steps = np.concatenate([[0], np.cumsum(keys[1:] != keys[:-1])]) if len(keys) else order
            ranks = np.empty(len(values), np.int64)
            ranks[order] = steps
            self._ranks[column] = (ranks, missing)
        return self._ranks[column]

    def fitting(self, query: str) -> NDArray[np.int64]:
        """Give the rows that fit a query.

        Parameters
        ----------
        query : str
            ``column > 3``, ``名称 = 黄浦江`` (also ``≥ ≤ ≠``), several joined by ``;``, or text that any column holds.
        """
        keep = np.ones(len(self), bool)
        for part in filter(None, (p.strip() for p in query.split(";"))):
            keep &= self._fits(part)
        return np.flatnonzero(keep)

    def _fits(self, part: str) -> NDArray[np.bool_]:
        found = CONDITION.match(part)
        column = self.find(found["column"]) if found else None
        if found is None or column is None:
            return self._holds(part.lower())
        sign = SIGNS.get(found["sign"], found["sign"])
        return _compare(column, sign, found["value"].strip("'\""))

    def _holds(self, text: str) -> NDArray[np.bool_]:
        keep = np.zeros(len(self), bool)
        for column in self.columns:
            if isinstance(column.values, np.ndarray):
                keep |= _number_holds(column.values, text)
            else:
                keep |= np.fromiter((v is not None and text in str(v).lower() for v in column.values), bool, len(self))
        return keep


def _sortable(values: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Give values as an array that sorts fast, and which are missing."""
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        kind = values.dtype.kind
        missing = np.isnan(values) if kind == "f" else np.isnat(values) if kind == "M" else np.zeros(len(values), bool)
        return values, missing
    missing = np.fromiter((v is None for v in values), bool, len(values))
    words = np.empty(len(values), dtype=np.dtypes.StringDType())
    for start in range(0, len(values), PORTION):
        part = values[start : start + PORTION]
        words[start : start + len(part)] = ["" if v is None else str(v) for v in part]
    return words, missing


def _taken(values: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Give ``values[rows]`` in portions, because taking text holds the interpreter."""
    result = np.empty(len(rows), values.dtype)
    for start in range(0, len(rows), PORTION):
        result[start : start + PORTION] = values[rows[start : start + PORTION]]
    return result


def _number_holds(values: NDArray[Any], text: str) -> NDArray[np.bool_]:
    """Tell where a number, written out, begins with what was typed; nothing where it is no number."""
    try:
        wanted = float(text)
    except ValueError:
        return np.zeros(len(values), bool)
    if values.dtype.kind not in "iuf":
        return np.zeros(len(values), bool)
    return np.isclose(values, wanted, rtol=0, atol=10.0 ** -(len(text.partition(".")[2]) + 1) * 4.99)


def _compare(column: TableColumn, sign: str, text: str) -> NDArray[np.bool_]:
    if column.is_number:
        try:
            return np.asarray(COMPARES[sign](column.values, float(text)), bool)
        except ValueError:
            return np.zeros(len(column.values), bool)
    if isinstance(column.values, np.ndarray) and column.values.dtype.kind == "M":
        try:
            return np.asarray(COMPARES[sign](column.values, np.datetime64(text)), bool)
        except ValueError:
            return np.zeros(len(column.values), bool)
    same = COMPARES[sign]
    return np.fromiter((v is not None and bool(same(str(v), text)) for v in column.values), bool, len(column.values))


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

    ``arranged`` comes after each new order with the number of rows shown.
    """

    arranged = Signal(int)
    _ready = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self._data = TableData([], np.empty(0, np.int64))
        self._rows = np.empty(0, np.int64)
        self._sort: tuple[int, bool] | None = None
        self._query = ""
        self._generation = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="table")
        self._ready.connect(self._on_ready)

    def close(self) -> None:
        """End the worker."""
        self._generation += 1
        self._worker.shutdown(wait=True, cancel_futures=True)

    def show(self, data: TableData) -> None:
        """Show other data in its own order."""
        self.beginResetModel()
        self._generation += 1
        self._data, self._rows = data, np.arange(len(data), dtype=np.int64)
        self._sort, self._query = None, ""
        self.endResetModel()
        self.arranged.emit(len(self._rows))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order of the source."""
        self._sort = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._arrange()

    def filter(self, query: str) -> None:
        """Show the rows that fit a query; an empty one shows all."""
        self._query = query.strip()
        self._arrange()

    def row_id(self, row: int) -> int:
        """Give the id of the feature in a row."""
        return int(self._data.ids[self._rows[row]])

    def rows_of(self, ids: set[int]) -> list[int]:
        """Give the rows that show features."""
        if not ids:
            return []
        wanted = np.fromiter(ids, np.int64, len(ids))
        return np.flatnonzero(np.isin(self._data.ids[self._rows], wanted)).tolist()

    @property
    def total(self) -> int:
        """All rows, shown or not."""
        return len(self._data)

    def _arrange(self) -> None:
        self._generation += 1
        self._worker.submit(self._work, self._generation, self._data, self._query, self._sort)

    def _work(self, generation: int, data: TableData, query: str, sort: tuple[int, bool] | None) -> None:
        if generation != self._generation:
            return
        rows = data.fitting(query) if query else np.arange(len(data), dtype=np.int64)
        if sort is not None and sort[0] < len(data.columns):
            rows = data.order(sort[0], descending=sort[1], rows=rows)
        self._ready.emit(generation, rows)

    def _on_ready(self, generation: int, rows: NDArray[np.int64]) -> None:
        if generation != self._generation:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        self.arranged.emit(len(rows))

    # -- Qt --------------------------------------------------------------------------
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Count the rows shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Count the columns."""
        return 0 if parent is not None and parent.isValid() else len(self._data.columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the text or the alignment of a cell."""
        column = self._data.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(column.values[self._rows[index.row()]])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give the title of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._data.columns[section]
        return column.title or column.name


class TableView(QTableView):
    """A table view set up for many rows."""

    def __init__(self, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSortingEnabled(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(26)
        heads = self.horizontalHeader()
        heads.setSectionsClickable(True)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setDefaultSectionSize(128)
        heads.setHighlightSections(False)
        heads.sectionClicked.connect(self._on_head)

    def _on_head(self, section: int) -> None:
        heads = self.horizontalHeader()
        same = heads.isSortIndicatorShown() and heads.sortIndicatorSection() == section
        ascending = Qt.SortOrder.AscendingOrder
        order = Qt.SortOrder.DescendingOrder if same and heads.sortIndicatorOrder() is ascending else ascending
        heads.setSortIndicatorShown(True)
        heads.setSortIndicator(section, order)
        self.model().sort(section, order)
