"""Kernels as such: types, threads, machine code on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.views.map2d import compiled, kernels

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "app" / "views" / "map2d"


@pytest.fixture(scope="module")
def warm():
    return kernels.warm_up()


def test_warming_up_loads_every_kernel_of_the_map(warm):
    declared = sum(path.read_text("utf-8").count("\n@kernel(") for path in SOURCES.glob("*.py"))
    assert warm.kernels == declared == len(compiled.all_kernels())
    assert all(kernel.is_loaded for kernel in compiled.all_kernels())


def test_every_module_with_kernels_is_warmed_up():
    holders = {path.stem for path in SOURCES.glob("*.py") if "\n@kernel(" in path.read_text("utf-8")}
    assert holders == set(kernels.MODULES)


def test_progress_is_told_up_to_the_last_kernel(warm):
    told = []
    kernels.warm_up(lambda done, total: told.append((done, total)))
    assert told == [(number, warm.kernels) for number in range(1, warm.kernels + 1)]


def test_a_kernel_refuses_other_types_instead_of_compiling_again(warm):
    found = next(kernel for kernel in compiled.all_kernels() if kernel.name.endswith("._premultiply"))
    with pytest.raises(TypeError):
        found(np.zeros(3, np.int64), np.zeros(3, np.int64))


def test_every_kernel_releases_the_interpreter_and_counts_no_references(warm):
    for kernel in compiled.all_kernels():
        options = kernel.load().targetoptions
        assert options["nogil"] is True
        assert options["_nrt"] is False


def test_the_machine_code_goes_where_the_variable_says(tmp_path):
    code = "from app.views.map2d.compiled import cache_folder; print(cache_folder().parent)"
    named = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=named, cwd=ROOT, check=True
    )
    assert Path(found.stdout.strip()) == tmp_path


def test_a_place_that_cannot_be_written_is_not_chosen(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code = "from app.views.map2d.compiled import cache_folder; print(cache_folder().parent)"
    named = {**os.environ, "NUMBA_CACHE_DIR": str(blocked / "below")}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=named, cwd=ROOT, check=True
    )
    place = Path(found.stdout.strip())
    assert place.is_dir()
    assert tmp_path not in place.parents


COLD = """
import logging, sys
import numpy as np
from app.views.map2d import compiled
from app.views.map2d.paint import _premultiply
logging.basicConfig(format="%(message)s")
compiled.compile_with([sys.executable, "-c", sys.argv[1]])
assert compiled.is_cold()
out = np.zeros(1, np.uint32)
for _ in range(2):
    _premultiply(np.array([0x80FF0000], np.uint32), out)
print(hex(out[0]))
"""


def cold_start(child: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Call one kernel where none was ever compiled; `child` stands for the compiling child."""
    named = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", COLD, child]
    return subprocess.run(command, capture_output=True, text=True, env=named, cwd=ROOT, check=True)


def test_a_cold_start_asks_a_child_to_compile_once(tmp_path):
    calls = tmp_path / "calls"
    found = cold_start(f"open({str(calls)!r}, 'a').write('x')", tmp_path)
    assert calls.read_text() == "x"
    assert found.stdout.strip() == "0x80800000"


def test_where_the_child_fails_the_kernel_is_compiled_here_and_says_so(tmp_path):
    found = cold_start("raise SystemExit(3)", tmp_path)
    assert "compiled here" in found.stderr
    assert found.stdout.strip() == "0x80800000"
    assert list(tmp_path.rglob("*.nbc"))
