"""The child process that opens foreign files; it answers requests on a pipe and may die alone.

Frames on the pipe: a little-endian uint32 count of buffers, a uint64 length each, then the buffers.
The first buffer is a JSON header, the others are a message of ``layers.sources.wire``. Nothing is
pickled, so a child taken over by a hostile file can lie, but not run code in the window's process.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.sources.source import DataSource, Description

Buffer = bytes | bytearray | memoryview
MAX_BUFFERS = 4096


def write_frame(stream: BinaryIO, header: dict[str, Any], buffers: Sequence[Buffer]) -> None:
    """Write one frame and flush it."""
    parts = [json.dumps(header).encode(), *buffers]
    sizes = [memoryview(part).nbytes for part in parts]
    stream.write(struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: BinaryIO, limit: int) -> tuple[dict[str, Any], list[bytearray]] | None:
    """Read one frame; None at the end of the stream.

    Raises
    ------
    ValueError
        The frame is larger than ``limit`` bytes or has no sense.
    """
    head = stream.read(4)
    if len(head) < 4:
        return None
    (count,) = struct.unpack("<I", head)
    if not 1 <= count <= MAX_BUFFERS:
        raise ValueError(f"frame of {count} buffers")
    sizes = struct.unpack(f"<{count}Q", _exactly(stream, 8 * count))
    if sum(sizes) > limit:
        raise ValueError(f"frame of {sum(sizes)} bytes")
    parts = [_exactly(stream, size) for size in sizes]
    return json.loads(bytes(parts[0])), parts[1:]


def _exactly(stream: BinaryIO, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view.nbytes:
        got = stream.readinto(view)  # type: ignore[attr-defined]
        if not got:
            raise EOFError("the pipe ended inside a frame")
        view = view[got:]
    return data


def _quieten() -> None:
    """Tell the libraries, before they are loaded, to lock nothing and to start no threads of their own."""
    os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"  # a file that is only read is never locked
    os.environ.setdefault("GDAL_CACHEMAX", "64")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _limit_self(memory_mb: int) -> None:
    """Cap what this process may hold; on systems without rlimits the parent watches instead."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb:
        size = memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the frames; whatever a library prints goes to stderr."""
    fetch = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    answer = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)
    return fetch, answer


class _Sources:
    """The files this process owns.

    Parameters
    ----------
    ahead : Thread
        Loads libraries; nothing that needs one is done before it has ended.
    """

    def __init__(self, ahead: threading.Thread) -> None:
        self._ahead = ahead
        self._open: dict[str, DataSource] = {}
        self._closed: set[str] = set()
        self._known: dict[str, Description] = {}

    def answer(self, header: dict[str, Any], buffers: Sequence[Buffer]) -> Any:
        from layers.sources import wire

        path = str(header["path"])
        if header["op"] == "close":
            self._closed.add(path)
            self._known.pop(path, None)
            source = self._open.pop(path, None)
            if source is not None:
                source.close()
            return None
        if header["op"] == "describe":
            return self._described(path)
        request: Any = wire.decode([memoryview(b) for b in buffers])
        source = self._opened(path)
        from layers.sources.asking import answered

        return answered(source, request)

    def _described(self, path: str) -> Description:
        """Say what a file holds; one that was let go of is opened anew because somebody wants to see it as it is."""
        from layers.sources import known

        found = known.find(path) if path not in self._closed | self._open.keys() else None
        if found is None:
            found = _with_state(self._opened(path).describe())
            known.keep(path, found)
        else:
            self._known[path] = found
        return found

    def _opened(self, path: str) -> DataSource:
        from layers.sources.open import open_source

        self._ahead.join()
        if path not in self._open:
            source: Any = open_source(path)
            if path in self._known and hasattr(source, "recall"):
                source.recall(self._known[path])
            self._open[path] = source
        return self._open[path]


def _with_state(description: Description) -> Description:
    """Add the file's size and time of change, so that the window need not ask the disk."""
    path = Path(description.path)
    state = path.stat() if path.exists() else None
    mark = f"{state.st_size}:{state.st_mtime_ns}" if state is not None else ""
    return replace(description, extra={**description.extra, "state": mark})


def _one(sources: _Sources, header: dict[str, Any], buffers: Sequence[Buffer]) -> tuple[bool, Any]:
    from layers.errors import DataError, HaitangError

    where = str(header.get("path", ""))
    try:
        return True, sources.answer(header, buffers)
    except HaitangError as error:
        return False, error
    except MemoryError:
        return False, DataError(
            "Reading this needs more memory than a reader may use.",
            where=where,
            remedy="Raise the memory limit in the settings, or open a part of the data.",
        )
    except Exception as error:  # noqa: BLE001  a reader must survive whatever a library raises on a bad file
        return False, DataError(
            "The file could not be read: {reason}",
            where=where,
            remedy="Check that the file is whole and of the kind that its name says.",
            reason=f"{type(error).__name__}: {error}",
        )


PRELOADED = (
    "layers.sources.asking",
    "layers.sources.vector_file",
    "layers.sources.netcdf",
    "layers.sources.raster_file",
)
"""What a reader that is started ahead of the first file loads while nobody waits for it."""


def _preload() -> None:
    """Load the libraries; in a thread, since descriptions that are known need none."""
    for name in PRELOADED:
        import_module(name)
    from layers.sources import guard

    guard.pyogrio()
    guard.rasterio()
    guard.pyarrow()


def main(ahead: str = "") -> int:
    """Answer requests until the pipe ends.

    The first frame tells ``memory_mb``, the cap of the address space (MiB; 0 = none), ``packs``, the folder of packed
    geometries, and ``known``, that of kept descriptions ("" = none).

    Parameters
    ----------
    ahead : str
        ``ahead`` loads the libraries before that frame comes.
    """
    fetch, answer = _own_pipes()
    _quieten()
    from layers.sources import known, packs, wire

    loading = threading.Thread(target=_preload if ahead else lambda: None, name="ahead", daemon=True)
    loading.start()
    first = read_frame(fetch, 1 << 16)
    if first is None:
        return 0
    _limit_self(int(first[0]["memory_mb"]))
    packs.use(Path(first[0]["packs"]))
    known.use(Path(first[0]["known"]) if first[0]["known"] else None)
    sources = _Sources(loading)
    write_frame(answer, {"ready": True}, [])
    while (frame := read_frame(fetch, 1 << 30)) is not None:
        header, buffers = frame
        ok, result = _one(sources, header, buffers)
        parts = [] if result is None else wire.encode(result)
        write_frame(answer, {"ok": ok, "empty": result is None}, parts)
    return 0
