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


PAGES = [page for page in [ROOT / "README.md", *(ROOT / "resources" / "help").rglob("*.md")] if page.is_file()]


@pytest.mark.parametrize("file", with_examples([*python_files(*PROGRAM), *PAGES]), ids=place)
def test_examples_give_what_they_say(file: Path):
    if file.suffix == ".md":
        results = doctest.testfile(str(file), module_relative=False, optionflags=OPTIONS, encoding="utf-8")
    else:
        results = doctest.testmod(importlib.import_module(module_name(file)), optionflags=OPTIONS)
    assert results.attempted > 0
    assert results.failed == 0
