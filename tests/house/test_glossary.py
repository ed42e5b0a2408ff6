"""The glossary: one English form and one Chinese term for each domain word, the same as in the window."""

from __future__ import annotations

import json
import re

from tests.realdata import ROOT

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*)\|$")


def terms() -> list[tuple[str, str]]:
    """Pairs of the glossary, English and Chinese."""
    text = (ROOT / "resources" / "help" / "glossary.md").read_text(encoding="utf-8")
    rows = [found.groups() for line in text.splitlines() if (found := ROW.match(line))]
    return [(english.strip(), chinese.strip()) for english, chinese, _ in rows if english.strip() != "English"]


def spoken() -> dict[str, str]:
    """Sentences of the window, English → Chinese."""
    merged: dict[str, str] = {}
    for file in sorted((ROOT / "resources" / "translations" / "zh").glob("*.json")):
        merged.update(json.loads(file.read_text(encoding="utf-8")))
    return merged


def test_each_term_has_one_form_in_each_language():
    english, chinese = ([pair[side] for pair in terms()] for side in (0, 1))
    assert len(terms()) > 50
    assert len(set(english)) == len(english)
    assert len(set(chinese)) == len(chinese)


def test_the_window_says_the_terms_of_the_glossary():
    said = spoken()
    differing = {word: (term, said[word]) for word, term in terms() if word in said and said[word] != term}
    assert not differing
    assert sum(word in said for word, _ in terms()) > 20
