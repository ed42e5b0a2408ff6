"""The packaging folder never hides the library of the same name."""

from __future__ import annotations

import importlib.util

from tests.realdata import ROOT


def test_packaging_has_no_init_file():
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_the_packaging_library_is_found_before_our_folder():
    spec = importlib.util.find_spec("packaging")
    assert spec is not None
    assert spec.origin is not None, "packaging is a namespace: our folder hides the library"
    assert ROOT / "packaging" not in [ROOT / place for place in spec.submodule_search_locations or ()]
