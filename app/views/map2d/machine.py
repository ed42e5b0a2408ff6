"""Machine code of the kernels: where it lies on disk, and how it comes into memory without the compiler."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.metadata
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llvmlite import binding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMPLETE = "complete"
"""Name of the file that says that the folder holds all kernels; it names the entry of each."""

PATIENCE_S = 600.0
"""Longest time the compiling child may take."""

WORDS = {"p": ctypes.c_void_p, "q": ctypes.c_int64, "d": ctypes.c_double, "b": ctypes.c_int8}

# -P: a folder named like ours where the program was started must not be taken for it.
_command: tuple[str, ...] = (
    () if getattr(sys, "frozen", False) else (sys.executable, "-P", "-m", "app.views.map2d.kernels")
)
_lock = threading.RLock()
_made_here: dict[str, tuple[str, bytes]] = {}
"""Entry and object code of kernels that this process had to compile itself."""


def is_off() -> bool:
    """Whether kernels run as plain Python: ``NUMBA_DISABLE_JIT=1``, for reading them step by step."""
    return os.environ.get("NUMBA_DISABLE_JIT") == "1"


def function(name: str, codes: Sequence[str]) -> Callable[..., int]:
    """Give a kernel's machine code as a function; called without the GIL, it answers 0 where all is well.

    Parameters
    ----------
    name : str
        Of the kernel: ``module.function``.
    codes : sequence of str
        Words it takes, from `compiled.codes`.
    """
    with _lock:
        _compile_elsewhere()
        entry, code = _found(name)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _target())
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address(entry)
    engine.detach()  # Threads may still run the code when the program ends: it is never freed.
    prototype = ctypes.CFUNCTYPE(ctypes.c_int32, *(WORDS[code] for code in ("p", "p", *codes)))
    call = prototype(address)

    def run(*words: Any) -> int:
        result, error = ctypes.c_void_p(), ctypes.c_void_p()
        return call(ctypes.addressof(result), ctypes.addressof(error), *words)

    return run


def _found(name: str) -> tuple[str, bytes]:
    """Give a kernel's entry and object code from the folder, else compile it here."""
    known = entries()
    if name in known:
        return known[name], (cache_folder() / f"{name}.o").read_bytes()
    if name not in _made_here:
        compiler = import_module("app.views.map2d.compiler")
        _made_here[name] = compiler.machine_code(name)
    return _made_here[name]


def keep(folder: Path) -> None:
    """Write what this process compiled into a folder; the file that makes it count comes last.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, code) in _made_here.items():
        _write(folder / f"{name}.o", code)
    if _made_here:
        _write(folder / COMPLETE, json.dumps({name: entry for name, (entry, _) in _made_here.items()}).encode())


def earlier(name: str, content: str) -> tuple[str, bytes] | None:
    """Find a kernel that was compiled from the same content when other sources were different; None where none was."""
    file = _store() / f"{name}-{content}.json"
    try:
        entry = json.loads(file.read_text("utf-8"))["entry"]
        return entry, file.with_suffix(".o").read_bytes()
    except (OSError, ValueError, KeyError):
        return None


def remember(name: str, content: str, entry: str, code: bytes) -> None:
    """Keep a kernel for the next state of the sources; where that cannot be, it is compiled again."""
    with contextlib.suppress(OSError):
        _store().mkdir(parents=True, exist_ok=True)
        _write(_store() / f"{name}-{content}.o", code)
        _write(_store() / f"{name}-{content}.json", json.dumps({"entry": entry}).encode())


def _store() -> Path:
    """Folder of the kernels of all states of the sources, for this compiler and processor."""
    return cache_folder().parent / f"kernels-of-{hashlib.sha256(_surroundings()).hexdigest()[:12]}"


def _surroundings() -> bytes:
    """Give what machine code follows from beside its source."""
    parts = [importlib.metadata.version(name) for name in ("numba", "llvmlite")]
    parts += [binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()]
    return " ".join([*parts, os.environ.get("NUMBA_BOUNDSCHECK", "")]).encode()


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all; two processes may do the same at once."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


def entries() -> dict[str, str]:
    """Read the entry of each kernel in the folder; empty where it is not complete."""
    file = cache_folder() / COMPLETE
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


@cache
def _target() -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return target_machine()


def target_machine() -> Any:
    """Give the processor that code is made and loaded for: this one, with all it can do."""
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )


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
    if not command or not is_cold():
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
    """Give a name that changes with the sources, the compiler and the processor."""
    digest = hashlib.sha256(_surroundings())
    sources = [] if getattr(sys, "frozen", False) else sorted(folder.glob("*.py"))
    for path in sources:
        text = path.read_bytes()
        if b"map2d.compiled import" in text or path.stem in ("compiled", "compiler", "machine"):
            digest.update(path.name.encode() + text)
    if not sources:
        digest.update(f"{sys.executable} {Path(sys.executable).stat().st_mtime_ns}".encode())
    return digest.hexdigest()[:12]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
