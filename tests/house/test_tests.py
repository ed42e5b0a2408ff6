"""Tests are sentences, and Qt tests wait for signals."""

from __future__ import annotations

import ast
import re

from tests.house.sources import place, python_files, tree

FILES = [file for file in python_files("tests") if file.name.startswith("test_")]
EMPTY_WORDS = re.compile(r"(?:^|_)(?:works|correctly|as_expected|properly)(?:_|$)")
FEWEST_WORDS = 3


def sentences() -> dict[str, ast.FunctionDef]:
    """Test functions by place."""
    return {
        place(file, node.lineno): node
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def calls(node: ast.AST) -> set[str]:
    """Last names of everything called below a node."""
    found = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in found}


def test_the_name_of_a_test_says_something():
    assert not {at: node.name for at, node in sentences().items() if EMPTY_WORDS.search(node.name)}


def test_the_name_of_a_test_is_a_sentence():
    short = {at: node.name for at, node in sentences().items() if len(node.name.split("_")) <= FEWEST_WORDS}
    assert not short


def test_no_two_tests_of_a_file_share_a_name():
    for file in FILES:
        names = [node.name for node in tree(file).body if isinstance(node, ast.FunctionDef)]
        assert len(names) == len(set(names)), place(file)


def test_no_qt_test_sleeps():
    asleep = {
        place(file, node.lineno): node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef)
        and "qtbot" in {arg.arg for arg in node.args.args}
        and calls(node) & {"sleep", "wait", "qWait"}
    }
    assert not asleep
