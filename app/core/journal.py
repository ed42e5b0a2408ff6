"""Journal: every acknowledged act is with the operating system at once and on the disk within a second."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from psygnal import Signal

from app.core.locks import FileLock
from app.core.recovery import Session, recover, recoverable
from app.core.session_files import line_of, segments, write_base
from app.core.settings import folder as home_folder

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.document import Document
    from app.core.snapshot import Snapshot

__all__ = ["Journal", "Session", "begin_session", "new_session_folder", "recover", "recoverable"]

Json = dict[str, Any]
SYNC_S = 0.4
"""Seconds that written acts may wait for the disk; with the sync itself this stays under a second."""
CHECKPOINT_ACTS = 500
CHECKPOINT_BYTES = 8 * 2**20
CHECKPOINT_S = 300.0


def new_session_folder() -> Path:
    """Make the folder of a new session below ``home()/sessions``."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}"
    folder = home_folder("sessions") / name
    folder.mkdir()
    return folder


def begin_session(document: Document) -> Journal:
    """Start to journal a document in a new session folder."""
    journal = Journal(new_session_folder())
    journal.begin(document)
    return journal


class Journal:
    """The journal of one session.

    ``base.json`` holds the document at a checkpoint, the files ``journal-<first sequence>.jsonl`` the acts
    since then, ``lock`` is held while the program lives.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the session; it exists.

    Attributes
    ----------
    sequence : int
        Number of the last acknowledged act.
    failed : Signal(OSError)
        The disk refuses: the session goes on, but what is done now would not survive a crash.
    healed : Signal()
        The disk takes acts again, and has got those it refused.
    """

    failed: ClassVar[Signal] = Signal(OSError)
    healed: ClassVar[Signal] = Signal()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sequence = 0
        self._document: Document | None = None
        self._lock = FileLock(folder / "lock")
        self._handle = -1
        self._size = 0
        self._refused: list[bytes] = []
        self._since = 0
        self._since_bytes = 0
        self._since_time = time.monotonic()
        self._syncer = _Syncer()
        self._checkpoint: threading.Thread | None = None
        self.checkpoint_acts = CHECKPOINT_ACTS

    # ------------------------------------------------------------------ life
    def begin(self, document: Document) -> None:
        """Write the document as it is, then all its further acts.

        Raises
        ------
        OSError
            The session folder cannot be written.
        """
        self._lock.acquire(wait=True)
        self._lock.write(json.dumps({"pid": os.getpid(), "started": datetime.now(UTC).isoformat()}))
        self._document = document
        write_base(self.folder, self.sequence, document.snapshot(), _state(document))
        self._open_segment()
        document.keep(self)

    def close(self, *, discard: bool = True) -> None:
        """End the session; ``discard`` removes it, because nothing is left to bring back."""
        if self._document is not None:
            self._document.keep(None)
        self.wait()
        self._syncer.close(self._handle)
        self._handle = -1
        self._lock.release()
        if discard:
            shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self) -> None:
        """Wait for a checkpoint under way."""
        if self._checkpoint is not None:
            self._checkpoint.join()

    # ------------------------------------------------------------------ writing
    def append(self, act: Json) -> None:
        """Write one act; when this returns, it survives the end of the process, and in a second a power cut.

        A disk that refuses is told by ``failed``; the act is then written with the next one that succeeds.
        """
        line = line_of(self.sequence + 1, act)
        self.sequence += 1
        self._since += 1
        self._since_bytes += len(line)
        troubled = bool(self._refused)
        self._refused.append(line)
        try:
            _write_all(self._handle, b"".join(self._refused))
        except OSError as error:
            self._cut_back()
            if not troubled:
                self.failed.emit(error)
            return
        self._size += sum(map(len, self._refused))
        self._refused.clear()
        self._syncer.wish(self._handle)
        if troubled:
            self.healed.emit()

    def _cut_back(self) -> None:
        """Take half a line off the end again, so that a later one does not grow onto it."""
        try:
            os.ftruncate(self._handle, self._size)
        except OSError:
            # The line that is written next starts on a line of its own; the torn one fails its sum.
            self._refused[0] = b"\n" + self._refused[0].lstrip(b"\n")

    def settle(self) -> None:
        """Called between two acts: checkpoint where much has gathered."""
        if self._since and (
            self._since >= self.checkpoint_acts
            or self._since_bytes >= CHECKPOINT_BYTES
            or time.monotonic() - self._since_time >= CHECKPOINT_S
        ):
            self.checkpoint()

    def checkpoint(self) -> bool:
        """Write the document anew in the background and start a new file of acts; False while one is under way."""
        document = self._document
        if document is None or (self._checkpoint is not None and self._checkpoint.is_alive()) or self._refused:
            return False
        task = (self.sequence, document.snapshot(), _state(document))
        try:
            self._open_segment()
        except OSError as error:
            self.failed.emit(error)
            return False
        self._since = self._since_bytes = 0
        self._since_time = time.monotonic()
        self._checkpoint = threading.Thread(target=self._rotate, args=task, name="checkpoint", daemon=True)
        self._checkpoint.start()
        return True

    def _rotate(self, sequence: int, snapshot: Snapshot, state: Json) -> None:
        try:
            write_base(self.folder, sequence, snapshot, state, pause_s=0.0005)
        except OSError:
            # The old base and all acts since are still there; the next checkpoint tries again.
            return
        for first, file in segments(self.folder)[:-1]:
            if first <= sequence:
                file.unlink(missing_ok=True)

    def _open_segment(self) -> None:
        path = self.folder / f"journal-{self.sequence + 1:010d}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, 0o600)
        old, self._handle = self._handle, handle
        self._size = os.fstat(handle).st_size
        if old >= 0:
            self._syncer.retire(old)


def _state(document: Document) -> Json:
    saved = not document.dirty
    return {"path": str(document.path or ""), "saved": saved, "brought_back": document.brought_back}


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


class _Syncer:
    """A thread that syncs files to the disk, so that nobody waits for the disk."""

    def __init__(self) -> None:
        self._wished = -1
        self._retired: list[int] = []
        self._asked = threading.Event()
        self._ending = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def wish(self, handle: int) -> None:
        """Ask that a file is synced soon."""
        self._wished = handle
        self._poke()

    def retire(self, handle: int) -> None:
        """Sync and close a file that gets no more acts."""
        with self._guard:
            self._retired.append(handle)
            if self._wished == handle:
                self._wished = -1
        self._poke()

    def close(self, handle: int) -> None:
        """Sync what is left, close the files and end the thread."""
        self._ending.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join()
        if handle >= 0:
            self._retired.append(handle)
        self._close_retired()

    def _poke(self) -> None:
        if self._asked.is_set():
            return
        self._asked.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal sync", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._asked.wait()
            self._ending.wait(SYNC_S)
            self._asked.clear()
            self._close_retired()
            with self._guard:
                handle = self._wished
            if handle >= 0:
                _sync(handle)

    def _close_retired(self) -> None:
        with self._guard:
            retired, self._retired = self._retired, []
        for handle in retired:
            _sync(handle)
            os.close(handle)


def _sync(handle: int) -> None:
    # A disk that cannot sync now is asked again after the next act; the act is with the system already.
    with suppress(OSError):
        os.fsync(handle)
