"""Kernels as such: types, threads, machine code on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.views.map2d import compiled, compiler, kernels, machine

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


def test_a_kernel_refuses_arrays_that_it_could_not_walk_through(warm):
    found = next(kernel for kernel in compiled.all_kernels() if kernel.name.endswith("._premultiply"))
    colours = np.full(4, 0x80FF0000, np.uint32)
    closed = np.zeros(2, np.uint32)
    closed.flags.writeable = False
    for arguments in ((colours[::2], closed.copy()), (colours, closed), (colours,), (colours.reshape(2, 2), closed)):
        with pytest.raises(TypeError):
            found(*arguments)


def test_a_kernel_says_by_name_which_types_it_does_not_know():
    with pytest.raises(TypeError, match="read_only and writable"):
        compiled.kernel(np.float64)(lambda value: None)


def test_the_machine_calls_no_python_and_allocates_nothing(warm):
    for kernel in compiled.all_kernels():
        code = (machine.cache_folder() / f"{kernel.name}.o").read_bytes()
        assert not [word for word in (b"NRT_", b"Py_", b"PyErr", b"PyGIL", b"numba_unpickle") if word in code]


WINDOW = """
import sys
from app.views.map2d import kernels
kernels.warm_up()
print(sorted(name for name in ("numba", "pandas", "pyproj") if name in sys.modules))
"""


def test_machine_code_on_disk_is_loaded_without_the_compiler(warm):
    command = [sys.executable, "-c", WINDOW]
    assert subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == "[]"


def test_python_and_machine_agree(warm, monkeypatch):
    found = next(kernel for kernel in compiled.all_kernels() if kernel.name.endswith("._hillshade"))
    heights = np.random.default_rng(7).normal(size=(9, 11)).astype(np.float32)
    machines, pythons = np.zeros((9, 11), np.float32), np.zeros((9, 11), np.float32)
    found(machines, heights, 0.5, 0.25, 0.3, 0.4, 0.8660254, 0, 9)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    found(pythons, heights, 0.5, 0.25, 0.3, 0.4, 0.8660254, 0, 9)
    np.testing.assert_allclose(machines, pythons, rtol=1e-5, atol=1e-6)


def test_the_machine_code_goes_where_the_variable_says(tmp_path):
    code = "from app.views.map2d.machine import cache_folder; print(cache_folder().parent)"
    named = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=named, cwd=ROOT, check=True
    )
    assert Path(found.stdout.strip()) == tmp_path


def test_a_place_that_cannot_be_written_is_not_chosen(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code = "from app.views.map2d.machine import cache_folder; print(cache_folder().parent)"
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
from app.views.map2d import machine
from app.views.map2d.paint import _premultiply
logging.basicConfig(format="%(message)s")
machine.compile_with([sys.executable, "-c", sys.argv[1]])
assert machine.is_cold()
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
    assert not list(tmp_path.rglob("complete"))


def made_of(text: str) -> str:
    """Give the content of a kernel that is written down in ``text``."""
    names: dict[str, Any] = {"inner": compiled.inner, "__name__": "some.kernels"}
    exec(compile(text, "kernels.py", "exec"), names)
    return compiler.content_of(compiled.Kernel(names["whole"], [compiled.REAL]))


KERNEL = """
LIMIT = {limit}

@inner
def part(value):
    return value {sign} LIMIT

def whole(value):
    part(value)
"""


def test_a_kernel_is_compiled_anew_when_a_part_or_a_constant_of_it_changes_and_only_then():
    first = made_of(KERNEL.format(limit=3, sign="+"))
    assert made_of("# moved\n\n" + KERNEL.format(limit=3, sign="+")) == first
    assert made_of(KERNEL.format(limit=4, sign="+")) != first
    assert made_of(KERNEL.format(limit=3, sign="-")) != first
