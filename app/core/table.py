"""The attributes of a layer as a table: values stay in columns; order, filter and figures are found in a worker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.arrow import pyarrow
from layers.errors import FilterInvalid
from layers.filters.known import parse_for
from layers.filters.masks import mask
from layers.filters.reading import parse
from layers.filters.terms import columns as asked_columns
from layers.ordering import Ordered, ordered
from layers.texts import Texts, from_list, taken, to_arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Bools = NDArray[np.bool_]

CONDITION = re.compile(r"[=<>＝＜＞≥≤≠!()（）]|\b(LIKE|BETWEEN|IN|IS|AND|OR|NOT|TRUE|FALSE)\b", re.IGNORECASE)
"""What makes a query a condition and not a word to look for."""
COMMONEST = 5
"""Values of a text column that its figures name."""
_YES, _NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: name, title, and its values.

    ``values`` is an ndarray of numbers, truths or moments, ``Texts``, a list, or None while it is not read.
    ``type`` is that of ``layers.sources.source.Column``; empty where the values tell it.
    """

    name: str
    title: str
    values: Any
    type: str = ""

    @property
    def is_number(self) -> bool:
        """Whether values compare as numbers."""
        if self.values is None or self.type:
            return self.type in ("int", "float")
        return str(getattr(getattr(self.values, "dtype", None), "kind", "O")) in "iufb"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which rows are shown, and in which order.

    Parameters
    ----------
    query : str
        CQL2 text, or a word that any column holds; empty = all.
    sort : (int, bool) or None
        Column, and whether it falls; None = the order of the file.
    only : tuple of ndarray, int64
        Ids of which a row must be in every one: what is in view, what is selected, what a reader has found.
    """

    query: str = ""
    sort: tuple[int, bool] | None = None
    only: tuple[Any, ...] = ()


class TableData:
    """Columns of equal length and the ids of their rows.

    Parameters
    ----------
    columns : sequence of TableColumn
        The values of some may still be missing.
    ids : ndarray, int64, (rows,)
    """

    def __init__(self, columns: Sequence[TableColumn], ids: Rows) -> None:
        self.columns = list(columns)
        self.ids = ids
        self._ordered: dict[int, Ordered] = {}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)

    def find(self, name: str) -> TableColumn | None:
        """Find a column by name."""
        return next((c for c in self.columns if c.name == name), None)

    def fill(self, values: dict[str, Any]) -> None:
        """Take over values of columns that were read."""
        for at, column in enumerate(self.columns):
            if column.name in values:
                self.columns[at] = TableColumn(column.name, column.title, values[column.name], column.type)
                self._ordered.pop(at, None)

    def drop(self, at: int) -> None:
        """Let go of the values of a column."""
        old = self.columns[at]
        self.columns[at] = TableColumn(old.name, old.title, None, old.type)
        self._ordered.pop(at, None)

    def missing(self, wanted: Arrangement) -> tuple[str, ...]:
        """Give the columns that an arrangement needs and that are not read yet."""
        names: list[str] = []
        if wanted.sort is not None and wanted.sort[0] < len(self.columns):
            names.append(self.columns[wanted.sort[0]].name)
        if wanted.query and not CONDITION.search(wanted.query):
            names += [c.name for c in self.columns]
        elif wanted.query:
            names += asked_columns(parse(wanted.query))
        return tuple(c.name for c in self.columns if c.values is None and c.name in names)

    # ---------------------------------------------------------------- arranging
    def arranged(self, wanted: Arrangement) -> Rows:
        """Give the rows to show, in their order.

        Raises
        ------
        FilterInvalid
            The query is a condition that cannot be read, or does not fit the columns.
        """
        keep = self.fitting(wanted.query) if wanted.query else None
        for ids in wanted.only:
            inside = np.isin(self.ids, ids)
            keep = inside if keep is None else keep & inside
        if wanted.sort is None or wanted.sort[0] >= len(self.columns):
            return np.flatnonzero(keep) if keep is not None else np.arange(len(self))
        return self.order(wanted.sort[0], descending=wanted.sort[1], keep=keep)

    def order(self, column: int, *, descending: bool = False, keep: Bools | None = None) -> Rows:
        """Give rows sorted by a column; missing values come last, equal ones keep their order.

        The order of a column is found once and kept.
        """
        if column not in self._ordered:
            self._ordered[column] = ordered(self.columns[column].values)
        found = self._ordered[column]
        rows = np.concatenate([found.falling() if descending else found.rows, found.missing])
        return rows if keep is None else rows[keep[rows]]

    def fitting(self, query: str) -> Bools:
        """Tell which rows fit a query: a CQL2 condition, or text that any column holds.

        Raises
        ------
        FilterInvalid
            The condition cannot be read, or does not fit the columns.
        """
        if CONDITION.search(query):
            known = {c.name: c.values for c in self.columns if c.values is not None}
            return mask(parse_for(query, (c.name for c in self.columns)), known, len(self))
        keep = np.zeros(len(self), np.bool_)
        for column in self.columns:
            keep |= _holding(column.values, query, len(self))
        return keep

    # ------------------------------------------------------------------ figures
    def figures(self, column: int, rows: Rows) -> Figures:
        """Give the figures of a column over some rows."""
        values = picked_values(self.columns[column].values, rows)
        found = ordered(values)
        count, different = len(found.rows), len(found.starts)
        if isinstance(values, np.ndarray) and cast("NDArray[Any]", values).dtype.kind in "iufb":
            numbers = np.asarray(cast("Any", values), np.float64)[found.rows]
            return _number_figures(numbers, different, len(found.missing))
        sizes = np.diff(np.append(found.starts, count))
        top = np.argsort(-sizes, kind="stable")[:COMMONEST]
        commonest = tuple((values[int(found.rows[found.starts[at]])], int(sizes[at])) for at in top)
        ends = (values[int(found.rows[0])], values[int(found.rows[-1])]) if count else (None, None)
        return Figures(count, len(found.missing), different, *ends, commonest=commonest)


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a column: how many values, how many missing, how many different, and what they are like.

    Sums and means are in the unit of the column; ``deviation`` divides by n - 1; None where there is none.
    """

    count: int
    missing: int
    different: int
    minimum: Any = None
    maximum: Any = None
    total: float | None = None
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None
    commonest: tuple[tuple[Any, int], ...] = ()


def _number_figures(numbers: NDArray[np.float64], different: int, missing: int) -> Figures:
    """Give the figures of numbers that rise."""
    count = len(numbers)
    if not count:
        return Figures(0, missing, 0)
    with np.errstate(all="ignore"):
        spread = float(numbers.std(ddof=1)) if count > 1 else None
        middle = float((numbers[(count - 1) // 2] + numbers[count // 2]) / 2)
        total, mean = float(numbers.sum()), float(numbers.mean())
    ends = (float(numbers[0]), float(numbers[-1]))
    return Figures(count, missing, different, *ends, total, mean, middle, spread)


def type_of(values: Any) -> str:
    """Give the type of a column by what it holds: ``int``, ``float``, ``bool``, ``date``, ``time`` or ``text``."""
    dtype = getattr(values, "dtype", None)
    kind = str(getattr(dtype, "kind", "O"))
    if kind == "M":
        return "date" if np.datetime_data(cast("Any", dtype))[0] == "D" else "time"
    return {"i": "int", "u": "int", "f": "float", "b": "bool"}.get(kind, "text")


def picked_values(values: Any, rows: Rows) -> Any:
    """Give the values of some rows."""
    if isinstance(values, Texts):
        return taken(values, rows)
    if isinstance(values, np.ndarray):
        return cast("NDArray[Any]", values)[rows]
    return [values[int(row)] for row in rows]


def _holding(values: Any, text: str, count: int) -> Bools:
    """Tell where a value holds a text, any case; a number, where it begins with what was typed."""
    if values is None:
        return np.zeros(count, np.bool_)
    if isinstance(values, np.ndarray):
        return _number_holds(cast("NDArray[Any]", values), text)
    texts = values if isinstance(values, Texts) else from_list(values)
    found = pyarrow().compute.match_substring(to_arrow(texts), text, ignore_case=True)
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def _number_holds(values: NDArray[Any], text: str) -> Bools:
    """Tell where a number, rounded as it was typed, is the one typed; nothing where it is no number."""
    try:
        wanted = float(text)
    except ValueError:
        return np.zeros(len(values), np.bool_)
    if values.dtype.kind not in "iuf":
        return np.zeros(len(values), np.bool_)
    return np.isclose(values, wanted, rtol=0, atol=10.0 ** -(len(text.partition(".")[2]) + 1) * 4.99)


def as_tsv(data: TableData, rows: Rows, columns: Sequence[int], cell: Callable[[Any], str]) -> str:
    """Give rows as text with tabs, the names of the columns first; tabs and line ends inside become blanks.

    Parameters
    ----------
    data : TableData
    rows : ndarray, int64, (n,)
    columns : sequence of int
        Places of the columns, in the order wanted.
    cell : callable
        Writes a value.
    """
    lists = [[data.columns[c].name, *_written(data.columns[c].values, rows, cell)] for c in columns]
    return "\n".join("\t".join(parts) for parts in zip(*lists, strict=True)) + "\n"


def _written(values: Any, rows: Rows, cell: Callable[[Any], str]) -> list[str]:
    if values is None:
        return [""] * len(rows)
    return [" ".join(cell(value).split()) for value in picked_values(values, rows)]


def typed(text: str, column: TableColumn) -> Any:
    """Give what was typed into a cell as a value of its column; empty = no value.

    Raises
    ------
    FilterInvalid
        It is none.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return _of_type(text, column.type)
    except ValueError as error:
        raise FilterInvalid(
            "{text} cannot stand in the column {column}.",
            remedy="Write a number in columns of numbers, yes or no in columns of truths, days as 2024-07-01.",
            text=text,
            column=column.name,
        ) from error


def _of_type(text: str, kind: str) -> Any:
    match kind:
        case "int":
            return int(text)
        case "float":
            value = float(text)
            if not np.isfinite(value):
                raise ValueError(text)
            return value
        case "bool":
            if text.lower() not in _YES + _NO:
                raise ValueError(text)
            return text.lower() in _YES
        case "date" | "time":
            return str(np.datetime64(text.replace(" ", "T").removesuffix("Z")))
        case _:
            return text
