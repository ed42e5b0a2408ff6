"""Reader processes: each foreign file is owned by one child, with a memory cap and a time limit.

A child that dies takes nothing with it: its request fails with one sentence, its other files are
opened again in a new child. A file that ends three of them waits until someone reopens it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from psygnal import Signal

from app.core.reader_process import read_frame, write_frame
from layers.errors import HaitangError, SourceUnavailable
from layers.sources import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from layers.sources.source import Block, Description, Request

Answer = Any
ANSWER_LIMIT = 8 << 30
URGENT, BACKGROUND = 0, 1
AHEAD = 2
"""How many readers are started before the first file asks for one."""
TRIES = 3
"""How many readers one request may end before its file is left alone."""


@dataclass(eq=False)
class Ticket:
    """One request on its way; ``cancel`` drops it (its ``done`` is then not called)."""

    path: str
    op: str
    request: Request | None
    done: Callable[[Answer | HaitangError], None]
    key: Hashable | None = None
    timeout_s: float = 30.0
    cancelled: bool = False
    tries: int = 0

    def cancel(self) -> None:
        """Drop the request; what is under way ends unheard."""
        self.cancelled = True

    def finish(self, answer: Answer | HaitangError) -> None:
        """Hand over the answer unless the request was dropped."""
        if not self.cancelled:
            self.done(answer)


def reader_command(memory_mb: int, *, ahead: bool = False) -> list[str]:
    """Give the command that starts a reader, frozen or not; ``ahead`` lets it load its libraries at once."""
    words = [str(memory_mb), *(["ahead"] if ahead else [])]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--reader-process", *words]
    return [sys.executable, "-m", "app.core.reader_process", *words]


@dataclass(eq=False)
class _Reader:
    """One child, the thread that talks with it, and its queue."""

    memory_mb: int
    died: Callable[[_Reader, Ticket | None, str], None]
    files: set[str] = field(default_factory=set)
    queues: tuple[deque[Ticket], deque[Ticket]] = field(default_factory=lambda: (deque(), deque()))
    wake: threading.Condition = field(default_factory=threading.Condition)
    deadline: float = 0.0
    closing: bool = False
    reason: str = ""
    current: Ticket | None = None

    def start(self, *, ahead: bool) -> None:
        flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
        self.process = subprocess.Popen(
            reader_command(self.memory_mb, ahead=ahead),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=1 << 16,
            **cast("Any", flags),
        )
        _widen(self.process)
        self.thread = threading.Thread(target=self._talk, name="reader", daemon=True)
        self.thread.start()

    def put(self, ticket: Ticket, priority: int) -> None:
        with self.wake:
            if ticket.key is not None:
                for queue in self.queues:
                    for waiting in queue:
                        if waiting.key == ticket.key:
                            waiting.cancelled = True
            self.queues[priority].append(ticket)
            self.wake.notify()

    def _next(self) -> Ticket | None:
        with self.wake:
            while not self.closing:
                for queue in self.queues:
                    while queue:
                        ticket = queue.popleft()
                        if not ticket.cancelled:
                            return ticket
                self.wake.wait()
        return None

    def _talk(self) -> None:
        try:
            read_frame(cast("Any", self.process.stdout), 1 << 16)
            while (ticket := self._next()) is not None:
                self.current = ticket
                ticket.tries += 1
                self.deadline = time.monotonic() + ticket.timeout_s
                answer = self._exchange(ticket)
                self.deadline, self.current = 0.0, None
                ticket.finish(answer)
        except (OSError, EOFError, ValueError) as error:
            self.reason = self.reason or type(error).__name__
        self.deadline = 0.0
        self.process.kill()
        self.process.wait()
        _shut(self.process)
        if not self.closing:
            self.died(self, self.current, self.reason)

    def _exchange(self, ticket: Ticket) -> Answer | HaitangError:
        parts = wire.encode(ticket.request) if ticket.request is not None else []
        write_frame(cast("Any", self.process.stdin), {"op": ticket.op, "path": ticket.path}, parts)
        frame = read_frame(cast("Any", self.process.stdout), ANSWER_LIMIT)
        if frame is None:
            raise EOFError("the reader ended")
        header, buffers = frame
        return None if header["empty"] else wire.decode([memoryview(b) for b in buffers])

    def waiting(self) -> list[Ticket]:
        with self.wake:
            return [t for queue in self.queues for t in queue if not t.cancelled]

    def end(self) -> None:
        with self.wake:
            self.closing = True
            self.wake.notify_all()
        self.process.kill()
        self.thread.join(timeout=2.0)


def _shut(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes of an ended child; what was still to be sent is dropped."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _widen(process: subprocess.Popen[bytes]) -> None:
    """Ask for a 1 MiB pipe where the system lets us: a frame of values passes in few switches."""
    if sys.platform != "linux" or process.stdout is None:
        return
    import fcntl

    try:
        fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
    except OSError:
        return  # over the user's pipe quota: the default size works too


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
    """

    died = Signal(list, bool)
    """Paths that were being read when a child ended, and whether they are read again by a new one."""

    def __init__(self, max_processes: int = 3, memory_mb: int = 4096, timeout_s: float = 30.0) -> None:
        self._limits = (max_processes, memory_mb, timeout_s)
        self._readers: list[_Reader] = []
        self._owner: dict[str, _Reader] = {}
        self._failed: dict[str, SourceUnavailable] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._watch = threading.Thread(target=self._watchdog, name="reader-watch", daemon=True)
        self._stop = threading.Event()
        self._watch.start()

    def warm(self) -> None:
        """Start children ahead of the first file: one, and a second where there is a core for it."""
        with self._lock:
            while len(self._readers) < min(AHEAD, self._limits[0], os.cpu_count() or 1) and not self._closed:
                self._spawn(ahead=True)

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
        ticket = Ticket(path, kind, request, done, key, timeout_s or self._limits[2])
        with self._lock:
            failed = self._failed.get(path)
            reader = None if failed else self._reader_of(path)
            if reader is not None:
                reader.put(ticket, priority)
        if reader is None:
            ticket.finish(failed or _closed(path))
        return ticket

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
        ready, box = threading.Event(), []

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

    def _spawn(self, *, ahead: bool = False) -> _Reader:
        reader = _Reader(self._limits[1], self._on_died)
        reader.start(ahead=ahead)
        self._readers.append(reader)
        return reader

    def _reader_of(self, path: str) -> _Reader | None:
        if self._closed:
            return None
        reader = self._owner.get(path)
        if reader is None:
            alive = [r for r in self._readers if r.process.poll() is None]
            idle = [r for r in alive if not r.files]
            if idle:
                reader = idle[0]
            elif len(alive) < self._limits[0]:
                reader = self._spawn()
            else:
                reader = min(alive, key=lambda r: len(r.files))
            reader.files.add(path)
            self._owner[path] = reader
        return reader

    def _on_died(self, reader: _Reader, culprit: Ticket | None, reason: str) -> None:
        """Go on without a reader: a file that ended several readers, or hung one, waits for its user."""
        spared = culprit is None or (culprit.tries < TRIES and reason != "timeout")
        with self._lock:
            if reader in self._readers:
                self._readers.remove(reader)
            for path in reader.files:
                self._owner.pop(path, None)
            if culprit is not None and not spared:
                self._failed[culprit.path] = _ended(culprit.path, reason)
            queued = reader.waiting()
        for ticket in queued if culprit is None else [culprit, *queued]:
            if ticket.path in self._failed:
                ticket.finish(_ended(ticket.path, reason))
            elif not ticket.cancelled:
                self._again(ticket)
        if culprit is not None:
            self.died.emit([culprit.path], spared)

    def _again(self, ticket: Ticket) -> None:
        with self._lock:
            reader = self._reader_of(ticket.path)
            if reader is not None:
                reader.put(ticket, URGENT)
        if reader is None:
            ticket.finish(_closed(ticket.path))

    def _watchdog(self) -> None:
        while not self._stop.wait(0.2):
            with self._lock:
                readers = list(self._readers)
            for reader in readers:
                if reader.deadline and time.monotonic() > reader.deadline:
                    reader.reason = "timeout"
                    reader.process.kill()


def _ended(path: str, reason: str) -> SourceUnavailable:
    if reason == "timeout":
        return SourceUnavailable(
            "Reading the file took too long and was ended.",
            where=path,
            remedy="Copy the file to a local disk, or reopen the layer to try again.",
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
