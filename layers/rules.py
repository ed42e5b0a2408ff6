"""Rules: what an attribute may be: required, a range, one of a list, a length, a kind of value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.sources.source import Column


@dataclass(frozen=True, slots=True)
class Rule:
    """What the values of one column must keep to.

    Parameters
    ----------
    column : str
    required : bool
        Whether a value must be there.
    least, most : float or None
        Smallest and largest number.
    allowed : tuple of str
        The only texts that are taken; empty = any.
    length : int
        Most characters of a text; 0 = any number.
    """

    column: str
    required: bool = False
    least: float | None = None
    most: float | None = None
    allowed: tuple[str, ...] = ()
    length: int = 0


def checked(value: Any, column: Column, rule: Rule | None) -> Any:
    """Give a value as its column keeps it.

    Parameters
    ----------
    value : object
        A text as typed, or a value; None and "" = missing.

    Raises
    ------
    EditError
        The value is not of the column's kind, or breaks its rule.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        if rule is not None and rule.required:
            raise _wrong(column, "A value is needed.", "Fill it in.")
        return None
    kept = _of_kind(value, column)
    if rule is not None:
        _check(kept, column, rule)
    return kept


def _of_kind(value: Any, column: Column) -> Any:
    try:
        match column.type:
            case "int":
                number = float(value)
                if not number.is_integer():
                    raise ValueError
                return int(value) if isinstance(value, int | str) and "." not in str(value) else int(number)
            case "float":
                number = float(value)
                if not math.isfinite(number):
                    raise ValueError
                return number
            case "bool":
                return _truth(value)
            case "date":
                return date.fromisoformat(str(value).strip()).isoformat()
            case "time":
                return _moment(str(value).strip())
            case "bytes":
                return value if isinstance(value, bytes) else bytes.fromhex(str(value))
            case _:
                return str(value)
    except (ValueError, OverflowError) as error:
        raise EditError(
            "{value} does not fit a column of the kind {kind}.",
            where=column.title or column.name,
            remedy="Give a value such as {example}, or leave it empty.",
            value=str(value)[:40],
            kind=column.type,
            example=_EXAMPLES.get(column.type, "–"),
        ) from error


_EXAMPLES = {"int": "12", "float": "12.5", "bool": "1", "date": "2026-08-01", "time": "2026-08-01T08:00:00Z",
             "bytes": "00ff"}  # fmt: skip
_TRUE, _FALSE = {"1", "true", "yes", "y", "是"}, {"0", "false", "no", "n", "否"}


def _truth(value: Any) -> bool:
    if isinstance(value, bool | int):
        return bool(value)
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(word)
    return word in _TRUE


def _moment(text: str) -> str:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no zone")
    return text


def _check(value: Any, column: Column, rule: Rule) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if rule.least is not None and value < rule.least:
            raise _wrong(column, "The least is {limit}.", "Give a larger number.", limit=_text(rule.least))
        if rule.most is not None and value > rule.most:
            raise _wrong(column, "The most is {limit}.", "Give a smaller number.", limit=_text(rule.most))
    if rule.length and isinstance(value, str) and len(value) > rule.length:
        raise _wrong(column, "At most {limit} characters fit.", "Shorten the text.", limit=str(rule.length))
    if rule.allowed and _text(value) not in rule.allowed:
        raise _wrong(column, "Only these are allowed: {limit}.", "Choose one.", limit=", ".join(rule.allowed[:20]))


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrong(column: Column, what: str, remedy: str, **fields: str) -> EditError:
    return EditError(what, where=column.title or column.name, remedy=remedy, **fields)


def faults(values: Mapping[str, Any], columns: Iterable[Column], rules: Iterable[Rule]) -> list[EditError]:
    """List everything that is wrong with the values of one feature."""
    by_name = {rule.column: rule for rule in rules}
    found: list[EditError] = []
    for column in columns:
        try:
            checked(values.get(column.name), column, by_name.get(column.name))
        except EditError as error:
            found.append(error)
    return found
