"""The source files that the rules of the house are held against."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.realdata import ROOT

if TYPE_CHECKING:
    from types import ModuleType

PROGRAM = ("app", "layers", "plugins", "resources")
SKIPPED = {".git", ".venv", "build", "dist", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files of the repository; where git is absent, all files but those that tools make."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
    found: list[Path] = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in SKIPPED and not name.endswith(".egg-info")]
        found += [Path(folder) / name for name in names]
    return tuple(found)


def python_files(*folders: str) -> list[Path]:
    """Python files below folders of the repository, committed or not yet."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    """Syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def place(file: Path, line: int | None = None) -> str:
    """Path below the repository, with a line."""
    short = file.relative_to(ROOT).as_posix()
    return f"{short}:{line}" if line else short


def packaging_module(name: str) -> ModuleType:
    """A script of the packaging folder, loaded by its path: the folder itself must not stay importable."""
    folder = str(ROOT / "packaging")
    spec = importlib.util.spec_from_file_location(f"haitang_packaging_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def run_python(code: str, **environ: str) -> str:
    """What a fresh interpreter prints for a piece of code; its errors are the test's."""
    variables = {**os.environ, "PYTHONUTF8": "1", **environ}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
