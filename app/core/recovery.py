"""Recovery: finding the sessions that ended without a goodbye, and bringing them back."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from app.core.commands import command_from_dict
from app.core.document import Document
from app.core.locks import FileLock
from app.core.session_files import Story, read_story, segments
from app.core.settings import folder as home_folder
from layers.errors import HaitangError, SourceUnavailable
from layers.vector import VectorLayer

YOUNG_S = 60.0
"""A session folder without a base may be one that is just being made for so long (s)."""


class Session:
    """A session whose program has ended without closing it.

    Attributes
    ----------
    folder : pathlib.Path
    last : datetime
        When the last act was written, UTC.
    lost : int
        Acts that could not be brought back; 0 unless a disk failed. Known after ``recover``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost = 0
        self._lock = FileLock(folder / "lock")
        self._story: Story | None = None
        files = [folder / "base.json", *(file for _, file in segments(folder))]
        self.last = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)

    @property
    def story(self) -> Story:
        """What the files tell; raises as ``read_story`` does."""
        if self._story is None:
            self._story = read_story(self.folder)
        return self._story

    @property
    def title(self) -> str:
        """Title of the workspace at the last checkpoint."""
        return str(self.story.document.get("title", ""))

    @property
    def path(self) -> str:
        """Workspace file at the last checkpoint, empty where there was none."""
        return self.story.path

    @property
    def acts(self) -> int:
        """How many acts the session holds in all."""
        return self.story.sequence + len(self.story.acts)

    @property
    def last_act(self) -> str:
        """Title of the last act that was not only a look, in the language of the screen; empty where none is known."""
        for act in reversed(self.story.acts):
            with suppress(HaitangError, KeyError, TypeError, ValueError, AttributeError):
                command = command_from_dict(act)
                if not command.is_view:
                    return command.title()
        return ""

    @property
    def layers(self) -> list[str]:
        """Names of the layers at the last checkpoint."""
        return [str(layer.get("name", "")) for layer in self.story.document.get("layers", [])]

    def claim(self) -> None:
        """Keep other windows from bringing back the same session.

        Raises
        ------
        SourceUnavailable
            Another window does it already.
        """
        if not self._lock.held and not self._lock.acquire():
            raise SourceUnavailable("Another window is bringing back this session.", where=str(self.folder))

    def release(self) -> None:
        """Let other windows bring back the session."""
        self._lock.release()

    def discard(self) -> None:
        """Remove the session: it was brought back and is journalled anew, or is not wanted."""
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def recoverable() -> list[Session]:
    """Give the sessions of ended programs that hold something, the latest first.

    Sessions that hold nothing are removed.
    """
    found: list[Session] = []
    for folder in home_folder("sessions").iterdir():
        if folder.is_dir() and _is_ended(folder):
            _sort(folder, found)
    return sorted(found, key=lambda session: session.last, reverse=True)


def _is_ended(folder: Path) -> bool:
    lock = FileLock(folder / "lock")
    with suppress(OSError):
        if lock.acquire():
            lock.release()
            return True
    return False


def _sort(folder: Path, found: list[Session]) -> None:
    with suppress(OSError):
        if not (folder / "base.json").exists():
            if time.time() - folder.stat().st_mtime > YOUNG_S:
                shutil.rmtree(folder, ignore_errors=True)
            return
        session = Session(folder)
        try:
            empty = session.story.is_empty
        except HaitangError:
            # A broken session is shown: the person decides, and bringing it back says what is wrong.
            empty = False
        if empty:
            session.discard()
        else:
            found.append(session)


def recover(session: Session) -> Document:
    """Bring back the document of a session as it was when its last act was acknowledged.

    The files stay until ``session.discard()``: journal the document anew first.

    Raises
    ------
    DataError
        The session's files are broken.
    SourceUnavailable
        They cannot be read, or another window brings back the same session.
    """
    session.claim()
    try:
        story = session.story
        document = Document()
        document.brought_back = True
        document.copies.begin()
        document.replace(story.document, Path(story.path) if story.path else None, saved=story.saved)
    except BaseException:
        session.release()
        raise
    session.lost = story.lost
    for act in story.acts:
        try:
            document.replay(act)
        except (HaitangError, KeyError, TypeError, ValueError, AttributeError):
            session.lost += 1
    _settle(document)
    return document


def _settle(document: Document) -> None:
    """End the replay: copies and layers are as the last acknowledged act left them."""
    document.copies.settle()
    for layer in document.layers:
        if isinstance(layer, VectorLayer) and layer.copy_at_work is not None:
            layer.work_on(layer.copy_at_work)
