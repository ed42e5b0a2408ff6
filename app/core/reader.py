"""One reader process, the thread that talks with it, and the requests that wait for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from app.core import reader_child
from app.core.reader_process import read_frame, write_frame
from layers.sources import wire

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Hashable

    from layers.errors import HaitangError
    from layers.sources.source import Request

Answer = Any
ANSWER_LIMIT = 8 << 30
URGENT, BACKGROUND = 0, 1
STUCK_S = 0.5
"""A reader that works on one request for longer gets no new files."""
QUIET_S, PATIENCE_S = 0.3, 4.0
"""Background work begins when nothing urgent came for the first, or when it has waited for the second."""


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
    asked: float = field(default_factory=time.monotonic)

    def cancel(self) -> None:
        """Drop the request; what is under way ends unheard."""
        self.cancelled = True

    def finish(self, answer: Answer | HaitangError) -> None:
        """Hand over the answer unless the request was dropped."""
        if not self.cancelled:
            self.done(answer)


@dataclass(eq=False)
class Reader:
    """One child, the thread that talks with it, and its queue; ``limits`` is the first frame that it gets."""

    limits: dict[str, Any]
    died: Callable[[Reader, Ticket | None, str], None]
    files: set[str] = field(default_factory=set[str])
    queues: tuple[deque[Ticket], deque[Ticket]] = field(default_factory=lambda: (deque(), deque()))
    wake: threading.Condition = field(default_factory=threading.Condition)
    deadline: float = 0.0
    closing: bool = False
    gone: bool = False
    reason: str = ""
    current: Ticket | None = None
    busy_since: float = 0.0
    urgent_at: float = 0.0
    ready: threading.Event = field(default_factory=threading.Event)

    def start(self, *, ahead: bool) -> None:
        """Start the child and the thread that talks with it."""
        early = reader_child.take_early() if ahead else None
        self.process = early if early is not None else reader_child.start(ahead=ahead)
        self.thread = threading.Thread(target=self._talk, name="reader", daemon=True)
        self.thread.start()

    def put(self, ticket: Ticket, priority: int) -> None:
        """Add a request; older ones with its key are dropped."""
        with self.wake:
            if ticket.key is not None:
                for queue in self.queues:
                    for waiting in queue:
                        if waiting.key == ticket.key:
                            waiting.cancelled = True
            self.queues[priority].append(ticket)
            self.wake.notify()

    def is_stuck(self) -> bool:
        """Tell whether one request has kept the child for long: new files then go elsewhere."""
        return self.busy_since > 0 and time.monotonic() - self.busy_since > STUCK_S

    def held_mb(self) -> float:
        """Give the memory that the child holds, MiB; 0 where it has ended."""
        import psutil

        try:
            return psutil.Process(self.process.pid).memory_info().rss / (1 << 20)
        except psutil.Error:
            return 0.0

    def _next(self) -> Ticket | None:
        with self.wake:
            while not (self.closing or self.gone):
                ticket = _first(self.queues[URGENT])
                if ticket is not None:
                    self.urgent_at = time.monotonic()
                    return ticket
                rest = self._rest()
                ticket = _first(self.queues[BACKGROUND]) if rest == 0 else None
                if ticket is not None:
                    return ticket
                self.wake.wait(rest or None)
        return None

    def _rest(self) -> float:
        """Give the seconds until background work may begin: when nothing urgent came for a while, or it waited long."""
        if not self.queues[BACKGROUND]:
            return 0.0
        now, asked = time.monotonic(), self.queues[BACKGROUND][0].asked
        return max(0.0, min(self.urgent_at + QUIET_S, asked + PATIENCE_S) - now)

    def _talk(self) -> None:
        try:
            write_frame(cast("Any", self.process.stdin), self.limits, [])
            read_frame(cast("Any", self.process.stdout), 1 << 16)
            self.ready.set()
            while (ticket := self._next()) is not None:
                self.current = ticket
                ticket.tries += 1
                self.deadline = time.monotonic() + ticket.timeout_s
                self.busy_since = time.monotonic()
                answer = self._exchange(ticket)
                self.deadline, self.current, self.busy_since = 0.0, None, 0.0
                _hand_over(ticket, answer)
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
        """List the requests that were not sent yet."""
        with self.wake:
            return [t for queue in self.queues for t in queue if not t.cancelled]

    def leave(self) -> None:
        """Give up a child that has ended while nothing was asked of it."""
        with self.wake:
            self.gone = True
            self.wake.notify_all()

    def end(self) -> None:
        """End the child."""
        with self.wake:
            self.closing = True
            self.wake.notify_all()
        self.process.kill()
        self.thread.join(timeout=2.0)


def _first(queue: deque[Ticket]) -> Ticket | None:
    """Take the first ticket that was not dropped."""
    while queue:
        ticket = queue.popleft()
        if not ticket.cancelled:
            return ticket
    return None


def _hand_over(ticket: Ticket, answer: Answer | HaitangError) -> None:
    """Hand over an answer; a fault of the one who takes it is told, and is not the reader's."""
    try:
        ticket.finish(answer)
    except Exception as error:  # noqa: BLE001  whatever the other side raises, the next request must be read
        told = threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
        threading.excepthook(told)


def _shut(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes of an ended child; what was still to be sent is dropped."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
