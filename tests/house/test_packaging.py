"""The folder names are import names: nobody else owns them, and packaging hides no library."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

import pytest

from tests.house.sources import PROGRAM
from tests.realdata import ROOT

OURS = "haitang-workbench"


def owners(name: str) -> set[str]:
    """Distributions of this environment that put a file or folder of this name at the top level."""
    found = set()
    for distribution in importlib.metadata.distributions():
        tops = {Path(str(file)).parts[0] for file in distribution.files or ()}
        if tops & {name, f"{name}.py"}:
            found.add(distribution.metadata["Name"])
    return found


@pytest.mark.parametrize("name", PROGRAM)
def test_no_other_distribution_owns_our_import_name(name: str):
    assert owners(name) <= {OURS}


def test_the_owner_of_an_import_name_is_found():
    assert owners("numpy") == {"numpy"}


@pytest.mark.parametrize("name", PROGRAM)
def test_our_import_name_leads_to_this_checkout(name: str):
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None, f"{name} has no __init__.py"
    assert Path(spec.origin) == ROOT / name / "__init__.py"


def test_packaging_has_no_init_file():
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_the_packaging_library_is_found_before_our_folder():
    spec = importlib.util.find_spec("packaging")
    assert spec is not None
    assert spec.origin is not None, "packaging is a namespace: our folder hides the library"
    assert ROOT / "packaging" not in Path(spec.origin).parents


def test_the_command_and_the_plugins_are_installed():
    mine = importlib.metadata.distribution(OURS).entry_points
    commands = {point.name: point.value for point in mine.select(group="console_scripts")}
    assert commands == {"haitang": "app.__main__:main"}
    for point in mine.select(group="haitang.plugins"):
        assert importlib.util.find_spec(point.module) is not None, f"{point.value} is announced and not there"
