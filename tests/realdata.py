"""Real files that nobody of this project made; a test that finds none skips and says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def real_data_folder() -> Path:
    """Folder of the collection: HAITANG_TEST_DATA, else ``../shared/data`` beside the checkout."""
    named = os.environ.get("HAITANG_TEST_DATA")
    return Path(named) if named else ROOT.parent / "shared" / "data"


def real_data(path: str) -> Path:
    """Path of one file or folder of the collection.

    Parameters
    ----------
    path : str
        Path below the collection, with forward slashes.

    Returns
    -------
    pathlib.Path
        An existing path. The test is skipped, with the reason, where it is absent.
    """
    found = real_data_folder() / path
    if not found.exists():
        pytest.skip(f"real data absent: {path} is not below {real_data_folder()} (set HAITANG_TEST_DATA)")
    return found
