"""What can stand next in a filter that is being typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from layers.errors import FilterInvalid
from layers.filters.reading import FUNCTIONS
from layers.filters.tokens import Token, tokens
from layers.filters.writing import quoted_name, quoted_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 40
_OPEN_TEXT = re.compile(r"'(?:[^']|'')*$")
_WORD = re.compile(r'(?:"[^"]*|[^\W\d][\w.:]*)$')
_AFTER_TEXT = ("=", "<>", "LIKE", "IN", "IS NULL", "IS NOT NULL")
_AFTER_NUMBER = ("=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN", "IS NULL", "IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Offer:
    """A text that may follow: ``column``, ``value``, ``word`` or ``function``; ``written`` replaces what is typed."""

    written: str
    kind: Literal["column", "value", "word", "function"]


def offers(
    typed: str, columns: Mapping[str, str], values: Mapping[str, Sequence[str]] | None = None
) -> tuple[int, tuple[Offer, ...]]:
    """Give what can stand next.

    Parameters
    ----------
    typed : str
        The filter up to the cursor.
    columns : mapping of name to type
        As in ``layers.sources.source.Column``.
    values : mapping of name to texts, optional
        Texts seen in columns.

    Returns
    -------
    (int, tuple of Offer)
        Where what is replaced begins, and the offers, the likeliest first.
    """
    text = _OPEN_TEXT.search(typed) if _open_quote(typed) else None
    if text is not None:
        return text.start(), _values(typed[: text.start()], text.group()[1:], values or {})
    word = _WORD.search(typed)
    start = word.start() if word else len(typed)
    begun = (word.group() if word else "").lstrip('"')
    before = _tokens(typed[:start])
    found = [offer for offer in _next(before, columns, values or {}) if _fits(offer.written, begun)]
    return start, tuple(found[:MOST])


def _open_quote(typed: str) -> bool:
    """Tell whether the cursor stands inside a text."""
    return len(re.findall("'", re.sub(r'"[^"]*"', "", typed))) % 2 == 1


def _fits(offered: str, begun: str) -> bool:
    bare, wanted = offered.strip("\"'").lower(), begun.lower()
    return bare.startswith(wanted) or (len(wanted) > 1 and wanted in bare)


def _tokens(typed: str) -> list[Token]:
    try:
        return tokens(typed)[:-1]
    except FilterInvalid:
        return []


def _next(before: list[Token], columns: Mapping[str, str], values: Mapping[str, Sequence[str]]) -> list[Offer]:
    last = before[-1] if before else None
    if last is None or last.keyword in ("AND", "OR", "NOT", "BETWEEN") or last.text == "(":
        return [*_columns(columns), *_words("NOT"), *(Offer(f"{f}(", "function") for f in FUNCTIONS)]
    if last.kind == "sign" and last.text not in ")":
        name = _name(before)
        own = [Offer(quoted_text(v), "value") for v in values.get(name, ())]
        return [*own, *_columns({n: t for n, t in columns.items() if n != name}), *_functions(columns.get(name, ""))]
    if last.keyword in ("LIKE", "IN"):
        return [Offer("(", "word")] if last.keyword == "IN" else []
    if last.keyword == "IS":
        return list(_words("NULL", "NOT NULL"))
    if _ends_condition(before, columns):
        return list(_words("AND", "OR"))
    name = _name(before)
    return list(_words(*(_AFTER_TEXT if columns.get(name) == "text" else _AFTER_NUMBER)))


def _functions(kind: str) -> list[Offer]:
    names = {"text": ("CASEI(", "ACCENTI("), "date": ("DATE(",), "time": ("TIMESTAMP(", "DATE(")}.get(kind, ())
    return [Offer(name, "function") for name in names]


def _columns(columns: Mapping[str, str]) -> list[Offer]:
    return [Offer(quoted_name(name), "column") for name in columns]


def _words(*words: str) -> tuple[Offer, ...]:
    return tuple(Offer(word, "word") for word in words)


def _name(before: list[Token]) -> str:
    """Give the column named last."""
    for token in reversed(before):
        if token.kind == "name":
            return token.text[1:-1].replace('""', '"')
        if token.kind == "word" and token.keyword not in ("LIKE", "IN", "NOT", "CASEI", "ACCENTI"):
            return token.text
    return ""


def _ends_condition(before: list[Token], columns: Mapping[str, str]) -> bool:
    last = before[-1]
    if last.kind in ("number", "text") or last.text == ")" or last.keyword in ("NULL", "TRUE", "FALSE"):
        return True
    compared = len(before) > 1 and before[-2].kind == "sign" and before[-2].text in ("=", "<>", "<", "<=", ">", ">=")
    return compared or columns.get(_name(before)) == "bool"


def _values(before: str, begun: str, values: Mapping[str, Sequence[str]]) -> tuple[Offer, ...]:
    name = _name(_tokens(before))
    bare = begun.replace("''", "'").lower()
    fitting = [v for v in values.get(name, ()) if bare in v.lower()]
    fitting.sort(key=lambda v: not v.lower().startswith(bare))
    return tuple(Offer(quoted_text(v), "value") for v in fitting[:MOST])
