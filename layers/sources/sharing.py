"""One source for many threads: a handle for each where the library allows it, else one thread at a time."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from layers.sources.computed import ComputedGrid
from layers.sources.memory import MemorySource
from layers.sources.raster_file import RasterFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.sources.source import Block, DataSource, Description, Request

THREADS = max(1, min(4, os.cpu_count() or 1))
"""Threads that work out the pieces of a grid; the result does not depend on their number."""


def shared(source: DataSource) -> DataSource:
    """Give a source that any number of threads may read; closing the given one closes it too."""
    if isinstance(source, MemorySource | ComputedGrid):
        return source
    if isinstance(source, RasterFile):
        return Handles(source, source.again)
    return Locked(source)


class Locked:
    """A source that is read by one thread at a time."""

    def __init__(self, source: DataSource) -> None:
        self.path = source.path
        self._source, self._lock = source, threading.Lock()

    def describe(self) -> Description:
        """Tell what is inside."""
        with self._lock:
            return self._source.describe()

    def read(self, request: Request) -> Block:
        """Read what is asked for."""
        with self._lock:
            return self._source.read(request)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


class Handles:
    """A file with a handle for each thread that reads it.

    Parameters
    ----------
    source : DataSource
        The first handle.
    again : callable
        Opens the file once more.
    """

    def __init__(self, source: DataSource, again: Callable[[], DataSource]) -> None:
        self.path = source.path
        self._first, self._again = source, again
        self._own = threading.local()

    def describe(self) -> Description:
        """Tell what is inside."""
        return self._first.describe()

    def read(self, request: Request) -> Block:
        """Read what is asked for, by the handle of this thread."""
        if not hasattr(self._own, "source"):
            self._own.source = self._again()
        source: DataSource = self._own.source
        return source.read(request)

    def close(self) -> None:
        """Let go of the file; the first handle closes the others."""
        self._first.close()
