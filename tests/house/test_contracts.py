"""Who may know whom: the nine import contracts hold, and each was seen to break on a planted mistake."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.realdata import ROOT

# The smallest program that has every room the contracts speak of.
ROOMS = (
    *("app/__init__", "app/__main__", "app/cli", "app/api"),
    *("app/core/__init__", "app/core/document", "app/shell/__init__", "app/shell/window"),
    *("app/views/__init__", "app/views/view", "app/widgets/__init__", "app/widgets/form"),
    *("layers/__init__", "layers/layer", "layers/raster"),
    *("layers/sources/__init__", "layers/sources/raster_file", "layers/packages/__init__"),
    *("plugins/__init__", "plugins/tide/__init__", "plugins/tide/plugin", "plugins/tide/tools", "plugins/tide/panel"),
    *("plugins/wave/__init__", "plugins/wave/tools"),
)
SOUND = {
    "app/api": "import app.core.document",
    "app/core/document": "import layers.layer",
    "layers/sources/raster_file": "import rasterio",
    "plugins/tide/tools": "import app.api",
    "plugins/tide/panel": "import PySide6\nimport app.api\nimport app.widgets.form\nimport plugins.tide.tools",
}
MISTAKES = [
    (1, "app/api", "import app.views.view"),
    (1, "layers/layer", "import app.core.document"),
    (1, "app/cli", "import app.shell.window"),
    (2, "app/shell/window", "import plugins.tide.tools"),
    (3, "app/core/document", "import PySide6"),
    (3, "layers/layer", "from PySide6 import QtCore"),
    (4, "plugins/tide/tools", "import plugins.wave.tools"),
    (5, "plugins/tide/tools", "import app.widgets.form"),
    (5, "plugins/tide/tools", "import PySide6"),
    (6, "plugins/tide/plugin", "import plugins.tide.panel"),
    (7, "plugins/tide/tools", "import app.core.document"),
    (7, "plugins/tide/panel", "import app.core.document"),
    (8, "layers/raster", "import rasterio"),
    (8, "app/views/view", "import netCDF4"),
    (8, "plugins/tide/tools", "import pyogrio"),
    (9, "layers/raster", "import layers.layer", "layers/layer", "import layers.raster"),
    (9, "app/core/document", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.api"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the program in a folder."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def broken(report: str) -> set[int]:
    """Numbers of the contracts that a report calls broken."""
    return {int(number) for number in re.findall(r"^(\d) .*BROKEN", report, flags=re.MULTILINE)}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A program of empty modules under the contracts of the real one."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        file = tmp_path / f"{room}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SOUND.get(room, "") + "\n", encoding="utf-8")
    return tmp_path


def test_the_program_keeps_all_nine_contracts():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert len(re.findall(r"^\d .* KEPT", done.stdout, flags=re.MULTILINE)) == 9


def test_the_sound_house_keeps_all_nine_contracts(house: Path):
    done = lint(house)
    assert done.returncode == 0, done.stdout
    assert "9 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[0]} {mistake[1]} {mistake[2][-28:]}")
def test_a_planted_mistake_breaks_its_contract(house: Path, mistake: tuple[int, *tuple[str, ...]]):
    number, *lines = mistake
    for room, line in zip(lines[::2], lines[1::2], strict=True):
        with (house / f"{room}.py").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    done = lint(house)
    assert done.returncode == 1, done.stdout
    assert number in broken(done.stdout), done.stdout
