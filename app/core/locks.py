"""Locks on files that the operating system lets go of when a program ends, however it ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

FAR = 1 << 20
"""Windows locks bytes and hides them from readers: one byte far behind the text is taken."""


class FileLock:
    """A lock held by one process at a time.

    Parameters
    ----------
    path : pathlib.Path
        The file of the lock; it is made where it is not there, and stays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, *, wait: bool = False) -> bool:
        """Take the lock; False where another process or lock holds it (never with ``wait``).

        Raises
        ------
        OSError
            The file cannot be made.
        """
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            taken = _take(handle, wait=wait)
        except BaseException:
            os.close(handle)
            raise
        if not taken:
            os.close(handle)
            return False
        self._handle = handle
        return True

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def write(self, text: str) -> None:
        """Write words for people into the file of a held lock."""
        if self._handle is None:
            raise RuntimeError("the lock is not held")
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, text.encode())

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        """Take the lock, waiting for it."""
        self.acquire(wait=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        self.release()


if sys.platform == "win32":
    import msvcrt
    import time

    def _take(handle: int, *, wait: bool) -> bool:
        while True:
            os.lseek(handle, FAR, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
                time.sleep(0.02)
            else:
                return True
else:
    import fcntl

    def _take(handle: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
