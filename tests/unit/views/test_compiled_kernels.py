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
