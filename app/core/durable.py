"""Files that appear whole or not at all, and stay after a power cut."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def replace(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a file beside its place, sync it, and put it into its place in one act.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder exists. A symbolic link is followed, the permissions of an old file are kept.
    chunks : iterable of bytes
        The content, piece by piece.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    OSError
        The disk is full, the folder is read-only and the like; the old file is untouched.
    """
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    written = 0
    try:
        with temporary.open(mode="wb") as file:
            for chunk in chunks:
                written += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        _put(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return written


def _put(temporary: Path, path: Path) -> None:
    """Rename over the old file; on Windows a reader that has it open is waited for up to a second."""
    for _ in range(20 if sys.platform == "win32" else 0):
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(0.05)
        else:
            return
    temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows does this by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(path: Path, pids: Iterable[int] = ()) -> None:
    """Remove the unfinished temporaries that killed programs left beside a file.

    Parameters
    ----------
    path : pathlib.Path
        The file that was being written.
    pids : iterable of int
        Programs that are alive and may still be writing; theirs are left alone.
    """
    path = path.resolve()
    alive = {str(pid) for pid in pids} | {str(os.getpid())}
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        if left.name.split(".")[-2] not in alive:
            with suppress(OSError):
                left.unlink()
