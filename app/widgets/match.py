"""Finding a title by what was typed: Chinese, pinyin, pinyin initials or English."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person may look for: a stable id, its titles, and words that also mean it."""

    id: str
    zh: str
    en: str
    group: str = ""
    shortcut: str = ""
    icon: str = ""
    enabled: bool = field(default=True, compare=False)

    def title(self, language: str) -> str:
        """Give the title in a language."""
        return self.zh if language == "zh" else self.en


_spelt: dict[str, tuple[str, str]] = {}
SPELLING = "--spelling"
"""Word that makes the program spell what it is handed and end."""
PATIENCE_S = 60.0
"""Longest time the spelling child may take."""


def pinyin(text: str) -> tuple[str, str]:
    """Give the pinyin of a text without tones, and its initials; Latin letters stay as they are.

    Examples
    --------
    >>> pinyin("保存工作区")
    ('baocungongzuoqu', 'bcgzq')
    """
    found = _spelt.get(text)
    if found is None:
        found = _spelt[text] = _letters_of(text) if text.isascii() else _spelled(text)
    return found


def spell(texts: Sequence[str], command: Sequence[str]) -> None:
    """Spell texts in a child process; to be called in a thread.

    The dictionary of pinyin is one large text: reading it holds up every other thread for some tenths of a second.

    Parameters
    ----------
    texts : sequence of str
        What `pinyin` will be asked for.
    command : sequence of str
        What starts this program. Where it fails, `pinyin` spells each text when it is asked.
    """
    wanted = sorted({text for text in texts if text not in _spelt and not text.isascii()})
    if not wanted:
        return
    flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        done = subprocess.run(
            [*command, SPELLING],
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            creationflags=flags,
            check=True,
        )
        _spelt.update(zip(wanted, (tuple(pair) for pair in json.loads(done.stdout)), strict=True))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        logging.getLogger(__name__).warning("titles are spelt when they are looked for: %s", error)


def answer() -> int:
    """Spell the list of texts on the standard input, in JSON: the child's part of `spell`; its exit code."""
    texts: list[str] = json.loads(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps([pinyin(text) for text in texts]))
    return 0


def _letters_of(text: str) -> tuple[str, str]:
    letters = "".join(c for c in text.lower() if c.isalnum())
    return letters, letters


def _spelled(text: str) -> tuple[str, str]:
    from pypinyin import Style, lazy_pinyin

    syllables: list[str] = cast("Any", lazy_pinyin)(text, style=Style.NORMAL, errors=_letters)
    letters = ["".join(c for c in s.lower() if c.isalnum()) for s in syllables]
    return "".join(letters), "".join(s[0] for s in letters if s)


def _letters(other: str) -> list[str]:
    """Take what is not Chinese letter by letter."""
    return list(other)


def score(query: str, entry: Entry) -> float:
    """Give how well a query fits an entry; 0 = not at all, larger is better.

    Parameters
    ----------
    query : str
        What was typed, any case.
    entry : Entry
    """
    wanted = query.strip().lower()
    if not wanted:
        return 1.0
    parts = wanted.split()
    total = 0.0
    for part in parts:
        best = max(_in_text(part, entry.zh), _in_text(part, entry.en.lower()), 0.3 * _in_text(part, entry.id))
        if part.isascii() and part.isalnum():
            best = max(best, _in_pinyin(part, entry.zh))
        if not best:
            return 0.0
        total += best
    return total / len(parts)


def _in_text(part: str, text: str) -> float:
    text = text.lower()
    at = text.find(part)
    if at == 0:
        return 10.0 + len(part) / max(len(text), 1)
    if at > 0:
        return (8.0 if text[at - 1] in " ./-_" else 6.0) + len(part) / len(text)
    if part.isascii() and len(part) > 1:
        initials = "".join(w[0] for w in text.replace("-", " ").split() if w)
        if initials.startswith(part):
            return 5.0
        return 2.0 if _is_subsequence(part, text) and len(part) > 2 else 0.0
    return 0.0


def _in_pinyin(part: str, text: str) -> float:
    whole, initials = pinyin(text)
    if initials.startswith(part):
        return 9.0 + len(part) / max(len(initials), 1)
    if whole.startswith(part):
        return 8.5
    if part in initials:
        return 7.0
    if len(part) > 2 and part in whole:
        return 5.0
    return 0.0


def _is_subsequence(part: str, text: str) -> bool:
    letters = iter(text)
    return all(c in letters for c in part)


def ranked(query: str, entries: list[Entry], limit: int = 60) -> list[Entry]:
    """Give the entries that fit, best first; equal ones keep their order."""
    scored = [(score(query, entry), entry) for entry in entries]
    fitting = [pair for pair in scored if pair[0] > 0]
    fitting.sort(key=lambda pair: -pair[0])
    return [entry for _, entry in fitting[:limit]]
