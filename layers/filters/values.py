"""Values of a filter's terms over columns: typed arrays, each with the rows where it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from layers.arrow import pyarrow
from layers.errors import FilterInvalid
from layers.filters import terms
from layers.filters.writing import to_text
from layers.texts import Texts, from_list, to_arrow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.filters.terms import Term
    from layers.geometry import Geometry

Kind = Literal["number", "text", "time", "truth"]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a filter is asked of: ``count`` features, their columns and, where asked for, their geometry."""

    count: int
    columns: Mapping[str, Any]
    geometry: Geometry | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """One value per row, or one for all (0-d).

    ``data`` is an array of numbers, of truths, an Arrow array or scalar of texts, or for times the first and last
    microsecond (a pair of int64). ``missing`` is a bool array, or False where every row has a value.
    """

    kind: Kind
    data: Any
    missing: Any


def values(term: Term, rows: Rows) -> Values:
    """Give the values of a term.

    Raises
    ------
    FilterInvalid
        The columns do not have what the term asks for.
    """
    match term:
        case terms.Number(value):
            return Values("number", np.array(value), False)
        case terms.Text(value):
            return Values("text", pyarrow().scalar(value, pyarrow().large_string()), False)
        case terms.Truth(value):
            return Values("truth", np.array(value), False)
        case terms.Moment():
            start, end = term.span
            return Values("time", (np.array(start), np.array(end)), False)
        case terms.Column(name):
            return column(name, rows)
        case terms.Fold(kind, part):
            return _folded(kind, part, rows)
        case terms.Arithmetic():
            return _computed(term, rows)
        case _:
            raise FilterInvalid(
                "{term} cannot be compared as a value.", remedy="Use it in a spatial condition.", term=to_text(term)
            )


def column(name: str, rows: Rows) -> Values:
    """Give the values of a column."""
    if name not in rows.columns:
        raise FilterInvalid(
            "The layer has no column {column}.",
            remedy="Its columns are: {known}.",
            column=name,
            known=", ".join(rows.columns) or "—",
        )
    held: Any = rows.columns[name]
    if isinstance(held, Texts):
        return _texts(to_arrow(held))
    if not isinstance(held, np.ndarray):
        return _listed(name, list(held))
    return _array(name, cast("np.ndarray[Any, Any]", held))


def _array(name: str, held: np.ndarray[Any, Any]) -> Values:
    kind = held.dtype.kind
    if kind == "b":
        return Values("truth", held, False)
    if kind in "iu":
        return Values("number", held, False)
    if kind == "f":
        gaps = np.isnan(held)
        return Values("number", held, gaps if gaps.any() else False)
    if kind == "M":
        return _moments(held)
    return _listed(name, held.tolist())


def _moments(held: Any) -> Values:
    """Give moments as spans of microseconds; a day lasts until its last."""
    gaps = np.isnat(held)
    start = held.astype("datetime64[us]").astype(np.int64)
    length = 86_400_000_000 - 1 if np.datetime_data(held.dtype)[0] == "D" else 0
    return Values("time", (start, start + length), gaps if gaps.any() else False)


def _listed(name: str, held: list[Any]) -> Values:
    """Give the values of a plain list: texts, truths or whole numbers with gaps."""
    some: Any = next((item for item in held if item is not None), "")
    gaps = np.array([item is None for item in held], np.bool_)
    if isinstance(some, bool):
        return Values("truth", np.array([bool(item) for item in held], np.bool_), gaps)
    if isinstance(some, int | float):
        return Values("number", np.array([0 if item is None else item for item in held]), gaps)
    if isinstance(some, bytes):
        raise FilterInvalid(
            "The column {column} holds bytes, which cannot be compared.",
            remedy="Choose another column.",
            column=name,
        )
    return _texts(to_arrow(from_list(held)))


def _texts(array: Any) -> Values:
    gaps = np.asarray(array.is_null().to_numpy(zero_copy_only=False), np.bool_) if array.null_count else False
    return Values("text", array, gaps)


def _folded(kind: str, part: Term, rows: Rows) -> Values:
    inner = values(part, rows)
    if inner.kind != "text":
        raise FilterInvalid(
            "{term} is no text, and only texts have case and accents.",
            remedy="Leave {kind} out.",
            term=to_text(part),
            kind=kind,
        )
    return Values("text", fold(kind, inner.data), inner.missing)


def fold(kind: str, texts: Any) -> Any:
    """Take case or accents off Arrow texts; ``ß`` counts as ``ss`` and ``ς`` as ``σ``."""
    compute = pyarrow().compute
    if kind == "ACCENTI":
        apart = compute.utf8_normalize(texts, form="NFD")
        bare = compute.replace_substring_regex(apart, pattern=r"\p{Mn}+", replacement="")
        return compute.utf8_normalize(bare, form="NFC")
    lower = compute.utf8_lower(texts)
    for plain, folded in (("ß", "ss"), ("ς", "σ")):
        lower = compute.replace_substring(lower, pattern=plain, replacement=folded)
    return lower


def _computed(term: terms.Arithmetic, rows: Rows) -> Values:
    left, right = (_number(part, rows) for part in (term.left, term.right))
    a, b = (np.asarray(side.data, np.float64) for side in (left, right))
    with np.errstate(all="ignore"):
        match term.sign:
            case "+":
                data = a + b
            case "-":
                data = a - b
            case "*":
                data = a * b
            case "^":
                data = np.power(a, b)
            case "/":
                data = np.where(b == 0, np.nan, a / b)
            case "%":
                data = np.where(b == 0, np.nan, np.fmod(a, b))
            case _:
                data = np.where(b == 0, np.nan, np.trunc(a / b))
    return Values("number", data, left.missing | right.missing | np.isnan(data))


def _number(part: Term, rows: Rows) -> Values:
    found = values(part, rows)
    if found.kind not in ("number", "truth"):
        raise FilterInvalid(
            "{term} is no number and cannot be computed with.",
            remedy="Use columns of numbers in sums and products.",
            term=to_text(part),
        )
    return found
