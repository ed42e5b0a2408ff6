"""The lock holds everything the project asks for, by hash, and names no index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.house.sources import packaging_module

if TYPE_CHECKING:
    from pathlib import Path

check = packaging_module("check")

PROJECT = """
[project]
dependencies = ["numpy>=2.4", "pyside6==6.11.3"]
[project.optional-dependencies]
dev = ["import-linter>=2.16"]
"""
HASH = " \\\n    --hash=sha256:" + "0" * 64 + "\n"
LOCK = f"# made\nimport-linter==2.16{HASH}numpy==2.4.6 ; sys_platform == 'linux'{HASH}pyside6==6.11.3{HASH}"


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project file and its lock in place of ours; the lock's path."""
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    monkeypatch.setattr(check, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(check, "LOCK", tmp_path / "requirements.lock")
    return tmp_path / "requirements.lock"


def test_the_lock_meets_the_project_file():
    assert check.lock_faults() == []


def test_a_lock_that_meets_its_project_has_no_fault(planted: Path):
    assert planted.is_file()
    assert check.lock_faults() == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"pyside6==6.11.3{HASH}", "", "not in the lock: pyside6==6.11.3"),
        ("pyside6==6.11.3", "pyside6==6.12.0", "the lock has pyside6 6.12.0, the project asks for pyside6==6.11.3"),
        ("numpy==2.4.6", "numpy==2.3.9", "the lock has numpy 2.3.9, the project asks for numpy>=2.4"),
        (f"import-linter==2.16{HASH}", "import-linter==2.16\n", "no hash: import-linter==2.16"),
        ("# made", "--find-links folder", "an address: --find-links folder"),
    ],
)
def test_a_planted_fault_of_the_lock_is_found(planted: Path, old: str, new: str, fault: str):
    planted.write_text(LOCK.replace(old, new), encoding="utf-8")
    assert check.lock_faults() == [fault]


def test_the_broken_qt_release_is_not_locked():
    locked = check.LOCK.read_text(encoding="utf-8")
    assert "pyside6==6.11.3 " in locked
    assert "shiboken6==6.11.3 " in locked
