"""The words of a filter, one at hand after the other, and the errors that name their place."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from layers.errors import FilterInvalid
from layers.filters.tokens import Token, tokens, unquoted

if TYPE_CHECKING:
    from collections.abc import Generator

DEEPEST = 50
"""Brackets, NOTs and functions inside each other."""


def too_deep(text: str, at: int) -> FilterInvalid:
    """Give the error for a filter nested too deep."""
    return FilterInvalid(
        "At character {at} the filter is nested deeper than {most} levels.",
        where=text[:200],
        remedy="Take brackets away, or split the filter in two.",
        at=at + 1,
        most=DEEPEST,
    )


class Cursor:
    """Stands at one word of a filter."""

    def __init__(self, text: str) -> None:
        self.written = text
        self.tokens = tokens(text)
        self.at = 0
        self.level = 0

    @property
    def now(self) -> Token:
        """Give the word at hand."""
        return self.tokens[self.at]

    def step(self) -> Token:
        """Give the word at hand and go on."""
        token = self.now
        self.at += token.kind != "end"
        return token

    def took(self, word: str) -> bool:
        """Go on if the word at hand is this one."""
        found = self.now.keyword == word
        self.at += found
        return found

    def took_sign(self, sign: str) -> bool:
        """Go on if the sign at hand is this one."""
        found = self.now.kind == "sign" and self.now.text == sign
        self.at += found
        return found

    def need(self, word: str) -> None:
        """Go on past a word that must stand here."""
        if not self.took(word):
            raise self.fault(
                "At character {at} the word {word} is expected; {found} stands there.",
                "Write x BETWEEN 1 AND 2, or x IS NOT NULL.",
                word=word,
            )

    def sign(self, sign: str) -> None:
        """Go on past a sign that must stand here."""
        if not self.took_sign(sign):
            raise self.fault(
                "At character {at} the sign {sign} is expected; {found} stands there.",
                "Count the brackets and the commas before it.",
                sign=sign,
            )

    def quoted(self) -> str:
        """Give the text in quotes that must stand here, and go on."""
        if self.now.kind != "text":
            raise self.fault(
                "At character {at} a text is expected; {found} stands there.",
                "Write it in 'single quotes'.",
            )
        return unquoted(self.step())

    @contextmanager
    def deeper(self) -> Generator[None]:
        """Count one level of nesting while it is read."""
        self.level += 1
        if self.level > DEEPEST:
            raise too_deep(self.written, self.now.start)
        yield
        self.level -= 1

    def fault(self, what: str, remedy: str, token: Token | None = None, **fields: object) -> FilterInvalid:
        """Give the error for a word, the one at hand unless told."""
        token = token or self.now
        found = token.text[:40] or "⏎"
        return FilterInvalid(what, where=self.written[:200], remedy=remedy, at=token.start + 1, found=found, **fields)
