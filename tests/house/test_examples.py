"""Examples in docstrings and help pages give what they say."""

from __future__ import annotations

import doctest
import importlib
from typing import TYPE_CHECKING

import pytest

from tests.house.sources import PROGRAM, place, python_files
from tests.realdata import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PROMPT = ">" * 3 + " "


def with_examples(files: list[Path]) -> list[Path]:
    """Files that show an interpreter's prompt."""
    return [file for file in files if PROMPT in file.read_text(encoding="utf-8")]


def module_name(file: Path) -> str:
    """Dotted name of a source file."""
    name = place(file).removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


@pytest.mark.parametrize("file", with_examples(python_files(*PROGRAM)), ids=place)
def test_the_examples_of_a_module_give_what_they_say(file: Path):
    results = doctest.testmod(importlib.import_module(module_name(file)), optionflags=OPTIONS)
    assert results.attempted > 0
    assert results.failed == 0


PAGES = [page for page in [ROOT / "README.md", *(ROOT / "resources" / "help").rglob("*.md")] if page.is_file()]


@pytest.mark.parametrize("page", with_examples(PAGES), ids=place)
def test_the_examples_of_a_page_give_what_they_say(page: Path):
    results = doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS, encoding="utf-8")
    assert results.failed == 0
