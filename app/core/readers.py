"""Reader processes: each foreign file is owned by one child, with a memory cap and a time limit.

A child that dies takes nothing with it: its request fails with one sentence, its other files are
opened again in a new child. A file that ends three of them waits until someone reopens it.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from psygnal import Signal

from app.core import settings
from app.core.reader import BACKGROUND, URGENT, Answer, Reader, Ticket
from layers.errors import HaitangError, SourceUnavailable
from layers.sources import packs
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from layers.sources.source import Block, Description, Request

__all__ = ["BACKGROUND", "URGENT", "Answer", "ReaderPool", "RemoteSource", "Ticket"]

FILES = 8
"""How many files one reader takes before another is started."""
CAPPED_FROM_OUTSIDE = sys.platform == "win32"
"""Windows has no limit that a process could set for itself, so its memory is looked at from here."""
WHOLE_LAYER = 40
"""How many times longer a whole layer may take than a part of one."""
TRIES = 3
"""How many readers one request may end before its file is left alone."""


class ReaderPool:
    """The reader processes of one program.

    Parameters
    ----------
    max_processes : int
        How many children at the most; files are shared out among them.
    memory_mb : int
        Address space each child may use, MiB; 0 = no cap.
    timeout_s : float
        Seconds one request may take before its child is ended.
    known : bool
        Whether a file that did not change since a reader looked at it is described without being opened.
    """

    died = Signal(list, bool)
    """Files of a child that ended, the one being read first, and whether a new child reads them again."""

    def __init__(
        self, max_processes: int = 3, memory_mb: int = 4096, timeout_s: float = 30.0, *, known: bool = False
    ) -> None:
        cache = settings.folder("cache")
        packs.use(cache / "packs")
        self._limits = (max_processes, memory_mb, timeout_s)
        self._begin = {
            "memory_mb": memory_mb,
            "packs": str(cache / "packs"),
            "known": str(cache / "known") if known else "",
        }
        self._readers: list[Reader] = []
        self._owner: dict[str, Reader] = {}
        self._failed: dict[str, SourceUnavailable] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._watch = threading.Thread(target=self._watchdog, name="reader-watch", daemon=True)
        self._stop = threading.Event()
        self._watch.start()

    def warm(self) -> None:
        """Start one child ahead of the first file."""
        with self._lock:
            if not self._readers and not self._closed:
                self._spawn(ahead=True)

    def wait_warm(self, timeout_s: float = 60.0) -> None:
        """Wait until the children started so far can take a file; for measurements."""
        for reader in list(self._readers):
            reader.ready.wait(timeout_s)

    def submit(
        self,
        path: str,
        request: Request | None,
        done: Callable[[Answer | HaitangError], None],
        *,
        key: Hashable | None = None,
        priority: int = URGENT,
        timeout_s: float | None = None,
        op: str = "read",
    ) -> Ticket:
        """Ask for a block (``request``) or, with None, for the description; ``done`` runs in a worker thread.

        A newer request with the same ``key`` drops those still waiting.
        """
        kind = op if request is not None or op == "close" else "describe"
        patience = timeout_s or self._limits[2] * (
            WHOLE_LAYER if isinstance(request, FeatureRequest) and request.is_whole else 1
        )
        ticket = Ticket(path, kind, request, done, key, patience)
        with self._lock:
            failed = self._failed.get(path) or self._hand_in(ticket, priority)
        if failed is not None:
            ticket.finish(failed)
        return ticket

    def _hand_in(self, ticket: Ticket, priority: int) -> SourceUnavailable | None:
        """Put a request into the queue of its reader; why not, where there is none."""
        try:
            reader = self._reader_of(ticket.path)
        except OSError as error:
            return SourceUnavailable(
                "No reader could be started: {reason}",
                where=ticket.path,
                remedy="Close other programs, then reopen the layer.",
                reason=str(error.strerror or error),
            )
        if reader is None:
            return _closed(ticket.path)
        reader.put(ticket, priority)
        return None

    def open(self, path: str) -> RemoteSource:
        """Give the file as a source that reads through its child."""
        return RemoteSource(self, path)

    def ask(self, path: str, request: Request | None) -> Any:
        """Read and wait; for worker threads and the command line.

        Raises
        ------
        HaitangError
            What the reader said.
        """
        ready = threading.Event()
        box: list[Any] = []

        def done(answer: Answer | HaitangError) -> None:
            box.append(answer)
            ready.set()

        self.submit(path, request, done)
        ready.wait()
        if isinstance(box[0], HaitangError):
            raise box[0]
        return box[0]

    def failure(self, path: str) -> SourceUnavailable | None:
        """Give why a file is no longer read; None where it is."""
        return self._failed.get(path)

    def reopen(self, path: str) -> None:
        """Give a file that ended its reader another chance."""
        with self._lock:
            self._failed.pop(path, None)

    def release(self, path: str) -> None:
        """Close a file; its child may take others."""
        with self._lock:
            reader = self._owner.pop(path, None)
            if reader is not None and not reader.closing:
                reader.files.discard(path)
                reader.put(Ticket(path, "close", None, lambda _: None), URGENT)

    def processes(self) -> list[int]:
        """List the process ids of the children."""
        with self._lock:
            return [reader.process.pid for reader in self._readers]

    def close(self) -> None:
        """End all children."""
        with self._lock:
            self._closed = True
            readers, self._readers = self._readers, []
            self._owner.clear()
        self._stop.set()
        for reader in readers:
            reader.end()
            for ticket in reader.waiting():
                ticket.finish(_closed(ticket.path))

    def _spawn(self, *, ahead: bool = False) -> Reader:
        reader = Reader(self._begin, self._on_died)
        reader.start(ahead=ahead)
        self._readers.append(reader)
        return reader

    def _reader_of(self, path: str) -> Reader | None:
        if self._closed:
            return None
        reader = self._owner.get(path)
        if reader is None:
            alive = [r for r in self._readers if r.process.poll() is None]
            free = [r for r in alive if len(r.files) < FILES and not r.is_stuck()]
            if free:
                reader = free[0]
            elif len(alive) < self._limits[0]:
                reader = self._spawn()
            else:
                reader = min(alive, key=lambda r: len(r.files))
            reader.files.add(path)
            self._owner[path] = reader
        return reader

    def _on_died(self, reader: Reader, culprit: Ticket | None, reason: str) -> None:
        """Go on without a reader: a file that ended several readers, or hung one, waits for its user."""
        spared = culprit is None or (culprit.tries < TRIES and reason not in ("timeout", "memory"))
        with self._lock:
            if reader in self._readers:
                self._readers.remove(reader)
            others = sorted(path for path in reader.files if self._owner.get(path) is reader)
            for path in others:
                self._owner.pop(path)
            if culprit is not None and not spared:
                self._failed[culprit.path] = _ended(culprit.path, reason)
            queued = reader.waiting()
        for ticket in queued if culprit is None else [culprit, *queued]:
            if ticket.path in self._failed:
                ticket.finish(_ended(ticket.path, reason))
            elif not ticket.cancelled:
                self._again(ticket)
        self._tell_died(culprit.path if culprit is not None else "", others, spared=spared)

    def _tell_died(self, culprit: str, files: list[str], *, spared: bool) -> None:
        first = [culprit] if culprit else []
        others = [path for path in files if path != culprit]
        if not spared:
            self.died.emit(first, False)
            first = []
        if first or others:
            self.died.emit([*first, *others], True)

    def _again(self, ticket: Ticket) -> None:
        with self._lock:
            failed = self._hand_in(ticket, URGENT)
        if failed is not None:
            ticket.finish(failed)

    def _watchdog(self) -> None:
        while not self._stop.wait(0.2):
            with self._lock:
                readers = list(self._readers)
            for reader in readers:
                if reader.process.poll() is not None:
                    reader.leave()
                elif reader.deadline and time.monotonic() > reader.deadline:
                    reader.reason = "timeout"
                    reader.process.kill()
                elif CAPPED_FROM_OUTSIDE and self._limits[1] and reader.held_mb() > self._limits[1]:
                    reader.reason = "memory"
                    reader.process.kill()


def _ended(path: str, reason: str) -> SourceUnavailable:
    if reason == "timeout":
        return SourceUnavailable(
            "Reading the file took too long and was ended.",
            where=path,
            remedy="Copy the file to a local disk, or reopen the layer to try again.",
        )
    if reason == "memory":
        return SourceUnavailable(
            "Reading this needs more memory than a reader may use.",
            where=path,
            remedy="Raise the memory limit in the settings, or open a part of the data.",
        )
    return SourceUnavailable(
        "The reader of this file ended unexpectedly; the file may be damaged.",
        where=path,
        remedy="Check the file with the program that wrote it, then reopen the layer.",
    )


def _closed(path: str) -> SourceUnavailable:
    return SourceUnavailable("The program is closing; the file was not read.", where=path)


class RemoteSource:
    """A file read through its reader process; a ``DataSource``. Calls wait, so use them in workers."""

    answers_filters = True

    def __init__(self, pool: ReaderPool, path: str) -> None:
        self.path = path
        self._pool = pool

    def describe(self) -> Description:
        """Ask the child what the file holds."""
        return cast("Description", self._pool.ask(self.path, None))

    def read(self, request: Request) -> Block:
        """Ask the child for a block."""
        return cast("Block", self._pool.ask(self.path, request))

    def close(self) -> None:
        """Let the child close the file."""
        self._pool.release(self.path)
