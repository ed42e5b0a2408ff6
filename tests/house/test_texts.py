"""What tracked files never carry: places of one machine, addresses of registries, unfinished work."""

from __future__ import annotations

import ast
import re

from tests.house.sources import PROGRAM, place, python_files, tracked_files, tree

# Written so that this file does not contain what it looks for.
MACHINE = re.compile(
    r"(?<![\w.*\]])/(?:work|root|home/\w+)/|[A-Z]:\\Users\\|index[-_]url|https?://[^\s)\"']*/simp[l]e\b"
)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b|NotImplemented[E]rror|coming so[o]n|敬请[期]待")
MADE = ("tests/data/", "resources/sample/")


def lines_with(pattern: re.Pattern[str], *, python_only: bool) -> list[str]:
    """Places in tracked text files where a pattern is found."""
    found = []
    for file in tracked_files():
        if place(file).startswith(MADE) or (python_only and file.suffix != ".py"):
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        lines = enumerate(text.splitlines(), 1)
        found += [f"{place(file, number)}: {line.strip()[:100]}" for number, line in lines if pattern.search(line)]
    return found


def test_no_tracked_file_names_a_place_of_one_machine_or_a_registry():
    assert not lines_with(MACHINE, python_only=False)


def test_no_source_file_reads_as_unfinished():
    assert not lines_with(UNFINISHED, python_only=True)


def test_no_error_is_swallowed():
    silent = [
        place(file, node.lineno)
        for file in python_files(*PROGRAM, "packaging")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert not silent
