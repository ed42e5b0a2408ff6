"""Small parts: files, functions and classes stay within the house's sizes."""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import PROGRAM, place, python_files, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_METHODS = 15

FILES = python_files(*PROGRAM, "packaging")


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its name to its end, its docstring not counted."""
    end = node.end_lineno or node.lineno
    lines = end - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def public_methods(node: ast.ClassDef) -> set[str]:
    """Methods that are ours: no underscore, and not a name of Qt's own (those have capital letters)."""
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    return {name for name in names if not name.startswith("_") and name == name.lower()}


def test_no_source_file_is_longer_than_400_lines():
    long = {place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_no_function_is_longer_than_40_lines():
    long = {
        place(file, node.lineno): f"{node.name}: {length(node)}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > LONGEST_FUNCTION
    }
    assert not long


def test_no_class_has_more_than_15_public_methods():
    wide = {
        place(file, node.lineno): f"{node.name}: {len(public_methods(node))}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and len(public_methods(node)) > MOST_METHODS
    }
    assert not wide


@pytest.mark.parametrize(("body", "lines"), [('    """Doc\n    more."""\n    return 1', 2), ("    return 1", 2)])
def test_the_length_of_a_function_leaves_its_docstring_out(body: str, lines: int):
    node = ast.parse(f"def f():\n{body}").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert length(node) == lines
