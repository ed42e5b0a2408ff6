"""Job: one run of a tool, with progress and cancel; in this process or in a child."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from psygnal import Signal

from app.core.language import language, tr
from layers.errors import Cancelled, HaitangError, MemoryExceeded, ToolError, fill

if TYPE_CHECKING:
    from collections.abc import Callable

State = Literal["waiting", "running", "done", "failed", "cancelled"]
PROGRESS_ENV = "HAITANG_PROGRESS"
LANGUAGE_ENV = "HAITANG_LANGUAGE"
"""Language of the sentences, set by a window for the processes it starts."""
KILL_AFTER_S = 0.8
LINE_LIMIT = 1 << 16
"""Longest part of a line of a child's error stream that is looked at in one piece, characters."""


@dataclass(frozen=True)
class Remark:
    """A sentence that the user and the record must see.

    Parameters
    ----------
    text : str
        English sentence, a template with ``{fields}``; it is the key of its translation.
    fields : dict
        Values that fill it.
    """

    text: str
    fields: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def english(self) -> str:
        """The sentence for the record: the same in every language of the screen."""
        return fill(self.text, self.fields)

    def shown(self) -> str:
        """Give the sentence in the language of the screen."""
        return tr(self.text, **self.fields)


@dataclass
class Job:
    """What a running tool talks to.

    Parameters
    ----------
    on_progress : callable
        Takes the share done (0…1) and a short text.
    memory_mb : int
        What the tool may hold, MiB; 0 = nobody said.
    """

    on_progress: Callable[[float, str], None] = lambda _share, _text: None
    memory_mb: int = 0
    remarks: list[Remark] = field(default_factory=list[Remark])
    share: float = 0.0
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def progress(self, share: float, text: str = "") -> None:
        """Tell how far the work is, and stop here if the user cancelled.

        Raises
        ------
        Cancelled
        """
        self.check()
        self.share = min(max(share, 0.0), 1.0)
        self.on_progress(self.share, text)

    def check(self) -> None:
        """Stop here if the user cancelled.

        Raises
        ------
        Cancelled
        """
        if self._cancelled.is_set():
            raise Cancelled("The job was cancelled.")

    def cancel(self) -> None:
        """Ask the job to stop at its next check."""
        self._cancelled.set()

    def check_memory(self, needed_mb: float) -> None:
        """Refuse work that cannot be done within what the job may hold.

        Raises
        ------
        MemoryExceeded
        """
        if self.memory_mb and needed_mb > self.memory_mb:
            raise MemoryExceeded(
                "The work needs about {needed} MiB of memory; {allowed} MiB are allowed.",
                where="--memory",
                remedy="Allow more memory, or cut the input into parts first.",
                needed=round(needed_mb),
                allowed=self.memory_mb,
            )

    def warn(self, text: str, **fields: Any) -> None:
        """Add a sentence that the user and the record must see; English, translated when shown."""
        remark = Remark(text, fields)
        if remark not in self.remarks:
            self.remarks.append(remark)


class _Quiet(Job):
    """A job that forgets what it is told: it is shared by all who do not listen."""

    def progress(self, share: float, text: str = "") -> None:
        """Take no note."""

    def warn(self, text: str, **fields: Any) -> None:
        """Take no note."""


QUIET: Job = _Quiet()
"""A job nobody watches: the default of every tool."""


def stderr_progress() -> Callable[[float, str], None]:
    """Give a reporter that writes JSON lines to stderr when a parent asked for them."""
    if os.environ.get(PROGRESS_ENV) != "json":
        return lambda _share, _text: None
    last = [0.0]

    def report(share: float, text: str) -> None:
        now = time.monotonic()
        if now - last[0] >= 0.05 or share >= 1.0:
            last[0] = now
            sys.stderr.write(json.dumps({"progress": share, "text": text}) + "\n")
            sys.stderr.flush()

    return report


def program_command() -> list[str]:
    """Give the command that starts this program, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "app"]


class ProcessJob:
    """One run of a tool in a child of its own; the window's way of running tools.

    Parameters
    ----------
    title : str
        What the job panel shows, in English; it is translated when it is shown.
    arguments : list of str
        Command line after the program's name, e.g. ``["run", "data.clip", …]``; ``--json`` is added.
    **fields : object
        Fill the places of the title.
    """

    changed = Signal()
    """State, share or text changed; from a worker thread."""

    def __init__(self, title: str, arguments: list[str], **fields: object) -> None:
        self.title, self.fields = title, fields
        self.arguments = arguments
        self.state: State = "waiting"
        self.share = 0.0
        self.text = ""
        self.answer: dict[str, Any] = {}
        self.error: HaitangError | None = None
        self.started = 0.0
        self.seconds = 0.0
        self._process: subprocess.Popen[str] | None = None
        self._timer: threading.Timer | None = None
        self._thread = threading.Thread(target=self._watch, name="job", daemon=True)

    def start(self) -> ProcessJob:
        """Start the child; where that fails, the job has failed and says why."""
        self.state, self.started = "running", time.monotonic()
        command = [*program_command(), *self.arguments, "--json"]
        flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, PROGRESS_ENV: "json", LANGUAGE_ENV: language(), "PYTHONIOENCODING": "utf-8"},
                **cast("Any", flags),
            )
        except OSError as error:
            self.state, self.error = "failed", _not_started(command[0], error)
            self.changed.emit()
            return self
        self._thread.start()
        return self

    def cancel(self) -> None:
        """End the child: politely, and by force when it does not listen within 0.8 s."""
        if self.state != "running" or self._process is None:
            return
        self.state = "cancelled"
        timer = threading.Timer(KILL_AFTER_S, self._kill)
        timer.daemon = True
        timer.start()
        # Whoever watches joins it: it runs before it can be seen, and can be seen before the child ends.
        self._timer = timer
        self._process.terminate()
        self.changed.emit()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for the end; not for the main thread."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _watch(self) -> None:
        with cast("subprocess.Popen[str]", self._process) as process:
            lines: list[str] = []
            answer = threading.Thread(target=_drain, args=(process.stdout, lines), name="job-answer", daemon=True)
            answer.start()
            stream = cast("IO[str]", process.stderr)
            while line := stream.readline(LINE_LIMIT):
                self._on_line(line)
            answer.join()
            code = process.wait()
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self.seconds = time.monotonic() - self.started
        if self.state != "cancelled":
            self._conclude(code, "".join(lines))
        self.changed.emit()

    def _on_line(self, line: str) -> None:
        report = _report(line)
        if report is not None:
            self.share, self.text = report
            self.changed.emit()

    def _conclude(self, code: int, output: str) -> None:
        self.answer = _object(output)
        if code in (0, 5):
            self.state, self.share = "done", 1.0
            return
        told = _inner(self.answer, "error")
        self.state = "cancelled" if code == 4 else "failed"
        self.error = ToolError(
            told.get("what", "The tool ended without an answer (exit code {code})."),
            where=told.get("where", ""),
            remedy=told.get("remedy", ""),
            **({} if told else {"code": code}),
        )


def _drain(stream: IO[str] | None, into: list[str]) -> None:
    """Take all that a child says, so that it never waits for a full pipe."""
    if stream is not None:
        into.append(stream.read())


def _report(line: str) -> tuple[float, str] | None:
    """Give share and text of a line of progress; None where the line is another's, or torn by the child's end."""
    start = line.find('{"progress"')
    told = _object(line[start:]) if start >= 0 else {}
    share = told.get("progress")
    if not isinstance(share, int | float) or not math.isfinite(share):
        return None
    return min(max(float(share), 0.0), 1.0), str(told.get("text", ""))


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object; empty where the text is something else."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _inner(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found = answer.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _not_started(program: str, error: OSError) -> ToolError:
    return ToolError(
        "The program could not be started for this job: {reason}",
        where=program,
        remedy="Close other programs, then run the tool again.",
        reason=str(error.strerror or error),
    )
