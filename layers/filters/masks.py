"""Which features a filter keeps: three-valued (a missing value is neither true nor false), whole columns at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.arrow import pyarrow
from layers.errors import FilterInvalid
from layers.filters import space, spans, terms
from layers.filters.values import Bools, Rows, Values, fold, values
from layers.filters.writing import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.filters.terms import Term
    from layers.geometry import Geometry

_COMPARE: dict[str, tuple[Any, str]] = {
    "=": (np.equal, "equal"),
    "<>": (np.not_equal, "not_equal"),
    "<": (np.less, "less"),
    "<=": (np.less_equal, "less_equal"),
    ">": (np.greater, "greater"),
    ">=": (np.greater_equal, "greater_equal"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows where a condition is true, and the others where it is not false either (False = nowhere)."""

    true: Bools
    unknown: Bools | bool


def mask(term: Term, columns: Mapping[str, Any], count: int, geometry: Geometry | None = None) -> Bools:
    """Tell which features a filter keeps.

    Parameters
    ----------
    term : Term
        A condition, as ``layers.filters.reading.parse`` gives it.
    columns : mapping of str to array, list or Texts
        As in a FeatureBlock; NaN, NaT and None are missing. Moments are compared to the microsecond.
    count : int
        Features.
    geometry : Geometry, optional
        Needed where ``asks_for_place(term)``; in the CRS that the filter's geometries are in.

    Returns
    -------
    ndarray, bool, (features,)
        True where the condition is true; a condition that is unknown (a value is missing) keeps nothing.

    Raises
    ------
    FilterInvalid
        A column is missing, or two things of different kinds are compared.
    """
    found = answer(term, Rows(count, columns, geometry))
    return found.true


def answer(term: Term, rows: Rows) -> Answer:
    """Give a condition's answer for every row, in three-valued logic."""
    match term:
        case terms.And(parts):
            return _all([answer(part, rows) for part in parts])
        case terms.Or(parts):
            return _negated(_all([_negated(answer(part, rows)) for part in parts]))
        case terms.Not(part):
            return _negated(answer(part, rows))
        case terms.Like() | terms.Between() | terms.In() | terms.IsNull():
            found = _predicate(term, rows)
            return _negated(found) if term.negated else found
        case terms.Comparison(sign, left, right):
            return _compared(sign, left, right, rows)
        case terms.Spatial():
            return Answer(*space.related(term, rows))
        case terms.Temporal():
            true, unknown = spans.related(term, rows)
            return _answer(true, unknown, rows)
        case _:
            return _alone(term, rows)


def _alone(term: Term, rows: Rows) -> Answer:
    """Take a column, or TRUE and FALSE, as a condition of its own."""
    found = values(term, rows)
    if found.kind not in ("truth", "number"):
        raise FilterInvalid(
            "{term} holds neither true nor false.", remedy="Compare it with a value.", term=to_text(term)
        )
    return _answer(np.asarray(found.data) != 0, found.missing, rows)


def _answer(true: Any, unknown: Any, rows: Rows) -> Answer:
    """Spread an answer over all rows."""
    spread = np.array(np.broadcast_to(true, (rows.count,)))
    if unknown is False:
        return Answer(spread, False)
    gaps = np.array(np.broadcast_to(unknown, (rows.count,)))
    return Answer(spread & ~gaps, gaps)


def _negated(found: Answer) -> Answer:
    return Answer(~found.true if found.unknown is False else ~(found.true | found.unknown), found.unknown)


def _all(found: list[Answer]) -> Answer:
    """Join with AND: false wins over unknown, unknown over true."""
    true = found[0].true.copy()
    for part in found[1:]:
        true &= part.true
    if all(part.unknown is False for part in found):
        return Answer(true, False)
    possible = np.ones(len(true), np.bool_)
    for part in found:
        possible &= part.true if part.unknown is False else part.true | part.unknown
    return Answer(true, possible & ~true)


def _predicate(term: terms.Like | terms.Between | terms.In | terms.IsNull, rows: Rows) -> Answer:
    match term:
        case terms.IsNull(value):
            return _answer(_missing(value, rows), False, rows)
        case terms.Between(value, low, high):
            return _all([_compared(">=", value, low, rows), _compared("<=", value, high, rows)])
        case terms.Like():
            return _like(term, rows)
        case terms.In(value, options):
            return _one_of(value, options, rows)


def _missing(value: Term, rows: Rows) -> Any:
    if isinstance(value, terms.Column) and value.name not in rows.columns and rows.geometry is not None:
        return rows.geometry.types == 0
    return values(value, rows).missing


def _one_of(value: Term, options: tuple[Term, ...], rows: Rows) -> Answer:
    """Compare with all options at once where they are of one kind and literal."""
    held = values(value, rows)
    if held.kind == "text" and all(isinstance(o, terms.Text) for o in options):
        pa = pyarrow()
        wanted = pa.array([cast("terms.Text", o).value for o in options], pa.large_string())
        return _answer(_bools(pa.compute.is_in(held.data, value_set=wanted)), held.missing, rows)
    if held.kind == "number" and all(isinstance(o, terms.Number) for o in options):
        wanted = np.array([cast("terms.Number", o).value for o in options])
        return _answer(np.isin(held.data, wanted), held.missing, rows)
    return _negated(_all([_negated(_compared("=", value, option, rows)) for option in options]))


def _like(term: terms.Like, rows: Rows) -> Answer:
    held = values(term.value, rows)
    if held.kind != "text":
        raise FilterInvalid(
            "{term} is no text, and only texts fit a pattern.",
            remedy="Compare it with = < > or BETWEEN instead.",
            term=to_text(term.value),
        )
    return _answer(_bools(pyarrow().compute.match_like(held.data, _pattern(term.pattern))), held.missing, rows)


def _pattern(term: Term) -> str:
    if isinstance(term, terms.Fold):
        scalar = pyarrow().scalar(_pattern(term.part), pyarrow().large_string())
        return str(fold(term.kind, scalar).as_py())
    return cast("terms.Text", term).value


def _bools(found: Any) -> Any:
    """Give an Arrow answer as numpy; unknown counts as false."""
    if not hasattr(found, "fill_null"):
        return bool(found.as_py())
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def _compared(sign: str, left: Term, right: Term, rows: Rows) -> Answer:
    a, b = _alike(left, right, rows)
    unknown = a.missing | b.missing if a.missing is not False or b.missing is not False else False
    ufunc, name = _COMPARE[sign]
    if a.kind == "text":
        compute: Any = getattr(pyarrow().compute, name)
        return _answer(_bools(compute(a.data, b.data)), unknown, rows)
    if a.kind == "time":
        return _answer(_in_time(sign, a, b), unknown, rows)
    with np.errstate(invalid="ignore"):
        return _answer(ufunc(a.data, b.data), unknown, rows)


def _in_time(sign: str, a: Values, b: Values) -> Any:
    """Compare moments; a day equals every moment in it, and is before one that comes after its end."""
    (a0, a1), (b0, b1) = a.data, b.data
    match sign:
        case "<":
            return a1 < b0
        case "<=":
            return a0 <= b1
        case ">":
            return a0 > b1
        case ">=":
            return a1 >= b0
        case _:
            meets = (a0 <= b1) & (a1 >= b0)
            return meets if sign == "=" else ~meets


def _alike(left: Term, right: Term, rows: Rows) -> tuple[Values, Values]:
    """Give both sides as one kind: texts that are moments may stand beside moments."""
    a, b = values(left, rows), values(right, rows)
    if a.kind == "time" and isinstance(right, terms.Text):
        b = spans.read_moment(right)
    elif b.kind == "time" and isinstance(left, terms.Text):
        a = spans.read_moment(left)
    if a.kind != b.kind and not {a.kind, b.kind} <= {"number", "truth"}:
        raise _unlike(to_text(left), to_text(right), a.kind, b.kind)
    return a, b


def _unlike(left: str, right: str, one: str, other: str) -> FilterInvalid:
    if {one, other} == {"text", "number"}:
        text, number = (left, right) if one == "text" else (right, left)
        return FilterInvalid(
            "{text} is text and {number} is a number; they cannot be compared.",
            remedy="Write numbers without quotes and texts in 'single quotes'.",
            text=text,
            number=number,
        )
    return FilterInvalid(
        "{left} and {right} are of different kinds; they cannot be compared.",
        remedy="Write numbers without quotes, texts in 'single quotes' and days as DATE('2024-07-01').",
        left=left,
        right=right,
    )
