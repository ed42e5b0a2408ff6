"""Kernels: functions compiled once, kept on disk, run without the GIL.

Every kernel names its argument types, so that a wrong type is an error at the call and never a compilation in
the middle of a frame. Arrays that a kernel only reads are declared read-only; writable ones are accepted too.
The first call loads the machine code from disk; `kernels.warm_up` does this for all of them. Where there is none
yet, a child process compiles all kernels first: the compiler holds the GIL for tenths of a second at a time, which a
window would feel.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numba.core.config
from llvmlite import binding
from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CONFIG: Any = numba.core.config
"""Settings of the compiler; it makes them at run time."""

OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""No reference counting: two threads that count the same arrays wait for each other at every call. Kernels
therefore allocate nothing; scratch is handed in."""

inner: Callable[..., Any] = numba.njit(forceinline=True, **OPTIONS)
"""Decorator of small parts, written into each place that uses them."""

routine: Callable[..., Any] = numba.njit(**OPTIONS)
"""Decorator of larger parts, compiled once for each kernel that uses them."""


def read_only(dtype: Any, dimensions: int = 1) -> types.Array:
    """Type of a contiguous array that a kernel reads."""
    return types.Array(dtype, dimensions, "C", readonly=True)


PICTURE = types.uint32[:, ::1]
PICTURE_IN = read_only(types.uint32, 2)
XY = read_only(types.float64, 2)
COLOURS = read_only(types.uint32)
OFFSETS = read_only(types.int64)
INDEX = read_only(types.int32)
SIGNS = read_only(types.int8)
VALUES = read_only(types.float32)
EDGES = read_only(types.float32)
GRID = read_only(types.float32, 2)
BOXES = read_only(types.float64, 2)
REAL, WHOLE, FLAG, NOTHING = types.float64, types.int64, types.boolean, types.void
INDEX_OUT, WHOLES_OUT = types.int32[::1], types.int64[::1]
REALS_OUT, BOXES_OUT, SIGNS_OUT = types.float64[::1], types.float64[:, ::1], types.int8[::1]

COMPLETE = "complete"
"""Name of the file that says that the folder holds all kernels."""

PATIENCE_S = 600.0
"""Longest time the compiling child may take."""

# -P: a folder named like ours where the program was started must not be taken for it.
_command: tuple[str, ...] = (
    () if getattr(sys, "frozen", False) else (sys.executable, "-P", "-m", "app.views.map2d.kernels")
)
_lock = threading.RLock()
_all: list[Kernel] = []


class Kernel:
    """One compiled function; loads itself at the first call.

    Parameters
    ----------
    function : callable
        The Python source, restricted to what numba compiles.
    signature : numba signature
        The only types it will be called with.
    """

    def __init__(self, function: Callable[..., Any], signature: Any) -> None:
        self.name = f"{function.__module__}.{function.__qualname__}"
        self._source, self._signature = function, signature
        self._machine: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run; the caller holds no GIL meanwhile."""
        machine = self._machine
        return (machine if machine is not None else self.load())(*arguments)

    @property
    def is_loaded(self) -> bool:
        """Whether the machine code is in memory."""
        return self._machine is not None

    def load(self) -> Callable[..., Any]:
        """Give the machine code, from disk if it was ever compiled."""
        with _lock:
            if self._machine is None:
                _compile_elsewhere()
                self._machine = self._compiled()
            return self._machine

    def _compiled(self) -> Callable[..., Any]:
        if CONFIG.DISABLE_JIT:
            return self._source
        with _cache_folder():
            dispatcher = numba.njit(cache=True, **OPTIONS)(self._source)
        dispatcher.compile(self._signature)
        dispatcher.disable_compile()
        return dispatcher


def kernel(signature: Any) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a function a kernel with one signature."""

    def wrap(function: Callable[..., Any]) -> Kernel:
        made = Kernel(function, signature)
        _all.append(made)
        return made

    return wrap


def all_kernels() -> tuple[Kernel, ...]:
    """Kernels of the modules imported so far, in order of definition."""
    return tuple(_all)


def compile_with(command: Sequence[str]) -> None:
    """Name the command that runs `kernels.main`; empty = compile in this process."""
    global _command  # noqa: PLW0603
    _command = tuple(command)


def is_cold() -> bool:
    """Whether the kernels were never all compiled in this state, on this kind of processor."""
    return not (cache_folder() / COMPLETE).exists()


def _compile_elsewhere() -> None:
    """Let a child compile all kernels, once; where that fails, this process compiles what it calls."""
    global _command
    command, _command = _command, ()
    if not command or CONFIG.DISABLE_JIT or not is_cold():
        return
    flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, creationflags=flags, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        logging.getLogger(__name__).warning("the drawing kernels are compiled here: %s", error)


@cache
def cache_folder() -> Path:
    """Folder of the machine code: one per state of the sources, so that a changed part never meets an old whole.

    ``NUMBA_CACHE_DIR`` decides where it is set; else beside the sources, else the user's cache folder, else the
    system's temporary folder: the first that can be written.
    """
    from platformdirs import user_cache_path

    here = Path(__file__).resolve().parent
    named = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(named)] if named else []
    places += [] if getattr(sys, "frozen", False) else [here / "__pycache__"]
    places += [user_cache_path("haitang-workbench", appauthor=False), Path(tempfile.gettempdir())]
    place = next((place for place in places if _is_writable(place)), places[-1])
    return place / f"kernels-{_state_of_sources(here)}"


def _state_of_sources(folder: Path) -> str:
    """Give a name that changes with the sources, their place and times (which numba looks at), and the processor."""
    digest = hashlib.sha256(f"{folder} {numba.__version__} {binding.get_host_cpu_name()}".encode())
    digest.update(f"{CONFIG.BOUNDSCHECK}".encode())
    sources = [] if getattr(sys, "frozen", False) else sorted(folder.glob("*.py"))
    for path in sources or [Path(sys.executable)]:
        text = path.read_bytes() if sources else b""
        if not sources or b"map2d.compiled import" in text or path.name == Path(__file__).name:
            digest.update(f"{path.name} {path.stat().st_mtime_ns}".encode() + text)
    return digest.hexdigest()[:12]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def _cache_folder() -> Iterator[None]:
    """Point numba at our folder while a kernel is declared, and leave its setting as it was."""
    before = CONFIG.CACHE_DIR
    CONFIG.CACHE_DIR = str(cache_folder())
    try:
        yield
    finally:
        CONFIG.CACHE_DIR = before
