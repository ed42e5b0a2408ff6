"""Supervisor: a run in a child of its own, ended within a second when asked, and held to its memory.

A library may keep the interpreter busy for seconds, deaf to signals. So the command line runs a tool in a child
and stays awake beside it: it hears the signal, looks at the memory of the whole tree, ends the tree, and takes
away what was half written. A child whose supervisor is gone ends itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

import psutil

from app.core import resources
from app.core.jobs import program_command
from app.core.language import language
from layers.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

SUPERVISOR_ENV = "HAITANG_SUPERVISOR"
"""Process id of the parent that watches over a run."""
End = Literal["", "cancelled", "memory", "crashed"]
TICK_S = 0.05
ANSWER_S = 0.2
"""How long the last words of a child that was ended may take."""
LAST_S = 5.0
"""How long the answer of a child that ended by itself may take."""
RECOUNT_S = 0.5
CANCELLED = 4
SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


@dataclass
class Ended:
    """How a supervised run ended.

    Parameters
    ----------
    code : int
        Exit code of the child; negative = the signal that ended it.
    output : str
        What the child wrote on stdout.
    end : str
        ``""`` = by itself, ``cancelled``, ``memory`` (more than allowed) or ``crashed``.
    """

    code: int
    output: str
    end: End


def is_supervised() -> bool:
    """Tell whether this process was started by a supervisor."""
    return SUPERVISOR_ENV in os.environ


def supervise(words: Sequence[str], out: Path | None, memory_mb: int = 0, patience_s: float = 0.0) -> Ended:
    """Run the program with some words in a child, and watch over it.

    Parameters
    ----------
    words : sequence of str
        Words of the command line.
    out : Path or None
        Where the child writes; half-written files beside it go when the child is ended.
    memory_mb : int
        What the child and its children may hold, MiB; 0 = no cap.
    patience_s : float
        How long a child that is asked to end may take to tell others, before it is ended by force.
    """
    scratch = tempfile.mkdtemp(prefix="haitang-run-")
    try:
        with signals() as heard:
            child = _start(words, scratch)
            language()  # ready to speak when the signal comes
            return _Watch(child, memory_mb, patience_s, heard, out).to_the_end()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def obey() -> None:
    """Let this child end when its supervisor asks, or is gone."""
    # The children of this child have another parent.
    resources.supervisor_pid = int(os.environ.pop(SUPERVISOR_ENV))
    signal.signal(signal.SIGTERM, _on_asked)
    threading.Thread(target=_lifeline, name="lifeline", daemon=True).start()


def _on_asked(_number: int, _frame: Any) -> NoReturn:
    raise Cancelled("The job was cancelled.")


def _lifeline() -> None:
    """Wait for the end of the pipe that the supervisor holds open, and then wait for nothing else."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(CANCELLED)


def _start(words: Sequence[str], scratch: str) -> subprocess.Popen[bytes]:
    flags: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)
    child: Any = subprocess.Popen(
        [*program_command(), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **folders, SUPERVISOR_ENV: str(os.getpid()), "PYTHONIOENCODING": "utf-8"},
        **flags,
    )
    return cast("subprocess.Popen[bytes]", child)


@contextmanager
def signals() -> Generator[threading.Event]:
    """Hear the signals that ask for an end, instead of being ended by them; only the main thread can."""
    heard = threading.Event()
    names = SIGNALS if threading.current_thread() is threading.main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def hear(_number: int, _frame: Any) -> None:
        heard.set()

    before = {number: signal.signal(number, hear) for number in numbers}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Watch:
    """A child that is watched."""

    process: subprocess.Popen[bytes]
    memory_mb: int
    patience_s: float
    heard: threading.Event
    out: Path | None
    pids: set[int] = field(default_factory=set[int])
    parts: list[bytes] = field(default_factory=list[bytes])
    tree: list[psutil.Process] = field(default_factory=list[psutil.Process])
    looked: float = 0.0

    def to_the_end(self) -> Ended:
        reader = threading.Thread(target=self._read, name="answer", daemon=True)
        reader.start()
        end = self._wait()
        if end:
            self._end()
        reader.join(timeout=ANSWER_S if end else LAST_S)
        cast("Any", self.process.stdin).close()
        if not reader.is_alive():
            cast("Any", self.process.stdout).close()
        code = self.process.wait()
        if code < 0 and not end:
            end = "crashed"
        if end:
            self._sweep()
        return Ended(code, b"".join(self.parts).decode("utf-8", "replace"), end)

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while part := cast("Any", self.process.stdout).read1(1 << 16):
                self.parts.append(part)

    def _wait(self) -> End:
        while True:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(TICK_S)
                return ""
            if self.heard.is_set():
                return "cancelled"
            if self.memory_mb and self._held_mb() > self.memory_mb:
                return "memory"

    def _count(self) -> None:
        """Find the processes of the tree; all processes of the machine are looked at for that."""
        self.looked = time.monotonic()
        self.tree = [psutil.Process()]
        with suppress(psutil.Error):
            child = psutil.Process(self.process.pid)
            self.tree += [child, *child.children(recursive=True)]
        self.pids |= {one.pid for one in self.tree[1:]}

    def _held_mb(self) -> float:
        """Give the memory of the tree now, this process included, MiB."""
        if time.monotonic() - self.looked > RECOUNT_S:
            self._count()
        held = 0
        for one in self.tree:
            with suppress(psutil.Error):
                held += one.memory_info().rss
        return held / (1 << 20)

    def _end(self) -> None:
        """End the tree: politely where others must be told, and then by force."""
        self._count()
        if self.patience_s:
            with suppress(OSError):
                self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience_s)
        for one in self.tree[1:]:
            with suppress(psutil.Error):
                one.kill()
        # The child itself is waited for by the one who started it; psutil would take its exit code away.
        psutil.wait_procs([one for one in self.tree[1:] if one.pid != self.process.pid], timeout=0.1)

    def _sweep(self) -> None:
        """Take away what the ended processes left half written beside the output."""
        if self.out is None:
            return
        folder = self.out if self.out.is_dir() else self.out.resolve().parent
        for pid in self.pids | {self.process.pid}:
            for left in folder.glob(f".*.{pid}.*tmp"):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    with suppress(OSError):
                        left.unlink()
