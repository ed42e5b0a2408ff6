"""The words of a filter, each with its place; typing with a Chinese keyboard is understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from layers.errors import FilterInvalid

LONGEST = 200_000
"""Characters of a filter; a list of ids may be long."""
RESERVED = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "DIV"})
_WIDE = str.maketrans("（），＞＜＝＋－＊／％！", "(),><=+-*/%!")
_PATTERN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:[^']|'')*')"
    r'|(?P<name>"(?:[^"]|"")+")'
    r"|(?P<word>[^\W\d][\w.:]*)"
    r"|(?P<sign>[<＜][>＞]|[<＜>＞!！][=＝]|[=＝<＜>＞+＋\-－*＊/／%％^(（)）,，])"
)
_ALIAS = {"!=": "<>"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: ``number``, ``text``, ``name`` (quoted), ``word``, ``sign`` or ``end``; ``start`` counts from 0."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The word in capitals, empty for everything that is no word."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(text: str) -> list[Token]:
    """Give the words of a filter and an ``end`` after them.

    Raises
    ------
    FilterInvalid
        A quote is not closed, a character means nothing here, or the text is too long.
    """
    if len(text) > LONGEST:
        raise FilterInvalid(
            "The filter has {count} characters; {most} are allowed.",
            remedy="Ask for a range or join the layer with a table instead of listing every value.",
            count=len(text),
            most=LONGEST,
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise _strange(text, at)
        kind, word = str(match.lastgroup), match.group()
        if kind == "sign":
            word = word.translate(_WIDE)
            word = _ALIAS.get(word, word)
        if kind != "blank":
            found.append(Token(kind, word, at, match.end()))
        at = match.end()
    return [*found, Token("end", "", len(text), len(text))]


def unquoted(token: Token) -> str:
    """Give what stands between the quotes of a text or a name."""
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)


def is_plain(name: str) -> bool:
    """Tell whether a column's name needs no quotes."""
    match = _PATTERN.fullmatch(name)
    return match is not None and match.lastgroup == "word" and name.upper() not in RESERVED


def _strange(text: str, at: int) -> FilterInvalid:
    if text[at] in "'\"":
        return FilterInvalid(
            "The quote that opens at character {at} is not closed.",
            where=text,
            remedy="Close it with the same quote; a quote inside is written twice.",
            at=at + 1,
        )
    if text[at] in "‘’“”「」":
        return FilterInvalid(
            "Character {at} is a quote {found} that filters do not use.",
            where=text,
            remedy="Put texts in straight 'single' quotes and names of columns in straight \"double\" quotes.",
            at=at + 1,
            found=text[at],
        )
    return FilterInvalid(
        "Character {at} of the filter is {found}, which means nothing here.",
        where=text,
        remedy="Put texts in 'single' quotes, and names of columns with blanks or signs in \"double\" quotes.",
        at=at + 1,
        found=text[at],
    )
