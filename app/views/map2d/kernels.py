"""All drawing kernels at once: load them before the first frame asks for them."""

from __future__ import annotations

import importlib
import shutil
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MODULES = (
    "blend", "fill", "hatches", "stretches", "strokes", "points", "faces", "paint", "grids", "placing", "mixing",
)  # fmt: skip
"""Modules of this package that hold kernels."""

STALE_DAYS = 30
"""Age at which the machine code of other states of the sources is removed."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What warming up took.

    Parameters
    ----------
    kernels : int
        Kernels now in memory.
    seconds : float
        Time taken, the import of the compiler included.
    was_cold : bool
        Whether they had to be compiled.
    """

    kernels: int
    seconds: float
    was_cold: bool


def warm_up(progress: Callable[[int, int], None] | None = None) -> WarmUp:
    """Load all kernels, compiling them in a child process where that never happened; give what it took.

    To be called in a background thread once the window is shown: with the machine code on disk it takes well under a
    second. It needs no call for correctness; a kernel that is called first loads itself.

    Parameters
    ----------
    progress : callable, optional
        Told the kernels loaded so far and their number.
    """
    start = time.perf_counter()
    from app.views.map2d import compiled, machine

    for name in MODULES:
        importlib.import_module(f"app.views.map2d.{name}")
    found, was_cold = compiled.all_kernels(), machine.is_cold()
    for number, kernel in enumerate(found, 1):
        kernel.load()
        if progress is not None:
            progress(number, len(found))
    return WarmUp(len(found), time.perf_counter() - start, was_cold)


def main(arguments: Sequence[str] = ()) -> int:
    """Compile all kernels into the cache folder in this process: for set-up, and for the child of a cold start."""
    from app.views.map2d import machine

    machine.compile_with(())
    done = warm_up()
    machine.keep(machine.cache_folder())
    _remove_stale(machine.cache_folder())
    if "--quiet" not in arguments:
        sys.stdout.write(f"{done.kernels} drawing kernels ready in {done.seconds:.1f} s\n")
    return 0


def _remove_stale(current: Path) -> None:
    oldest = time.time() - STALE_DAYS * 86400
    for folder in current.parent.glob("kernels-*"):
        if folder != current and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
