"""Copies: the working copies of the layers that are being edited, and how they come back after a kill."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.locks import FileLock
from app.core.settings import folder, home
from layers.errors import EditError, HaitangError, SourceUnavailable
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from layers.changesets import WorkingCopy
    from layers.layer import Layer

YOUNG_S = 600.0
"""A folder may be a copy that is just being made for so long (s)."""
_TOKEN = re.compile(r"[a-z0-9]{1,40}")


def new_token() -> str:
    """Give a name for a new working copy."""
    return secrets.token_hex(8)


def folder_of(token: str) -> Path:
    """Give the folder of a working copy: ``home()/edits/<token>``, never beside the data.

    Raises
    ------
    SourceUnavailable
        The name is none that this program gives.
    """
    if not _TOKEN.fullmatch(token):
        raise SourceUnavailable("This is no name of a working copy: {name}", name=token[:40])
    return folder("edits") / token


@dataclass(frozen=True, slots=True)
class Logged:
    """The changeset of an entry of a copy's log (from 0), or with ``back`` its inverse."""

    number: int
    back: bool = False

    def read(self, copy: WorkingCopy) -> bytes:
        """Give the changeset; raises SourceUnavailable where the log has no such edit."""
        from layers.change_log import EDIT
        from layers.changesets import inverted

        entries = copy.log.entries
        if not 0 <= self.number < len(entries) or entries[self.number].kind != EDIT:
            raise SourceUnavailable(
                "The log of edits has no entry {number}.", where=str(copy.folder), number=self.number
            )
        payload = entries[self.number].payload
        return inverted(payload) if self.back else payload


class Copies:
    """The working copies that one document has open.

    While a session is replayed after a kill, an edit that the log of a copy holds already is only counted; edits
    that the log holds beyond the last one replayed were never acknowledged and are taken back by ``settle``.

    Attributes
    ----------
    held : set of str
        Copies that a job is changing in a process of its own: nobody else may.
    done : str
        The copy that holds already what is applied next, because a job has done it.
    """

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.done = ""
        self._open: dict[str, tuple[WorkingCopy, FileLock]] = {}
        self._replayed: dict[str, int] | None = None

    def open(self, token: str) -> WorkingCopy:
        """Give a working copy, opened once.

        Raises
        ------
        SourceUnavailable
            It is gone, damaged, or open in another window.
        """
        found = self._open.get(token)
        if found is None:
            from layers.changesets import WorkingCopy

            place = folder_of(token)
            lock = _locked(place)
            try:
                found = self._open[token] = (WorkingCopy(place), lock)
            except BaseException:
                lock.release()
                raise
        if self._replayed is not None:
            self._replayed.setdefault(token, 0)
        return found[0]

    def apply(self, token: str, change: bytes | Logged) -> None:
        """Make a change in a working copy; raises as ``WorkingCopy.apply`` does."""
        copy = self.open(token)
        self.check(token)
        if token == self.done:
            return
        changeset = change if isinstance(change, bytes) else change.read(copy)
        if self._replayed is not None:
            number = copy.log.next_edit(self._replayed[token])
            if number < copy.applied and copy.log.entries[number].payload == changeset:
                self._replayed[token] = number + 1
                return
            copy.cut(self._replayed[token])
        copy.apply(changeset)
        if self._replayed is not None:
            self._replayed[token] = copy.applied

    def check(self, token: str) -> None:
        """Refuse while a job is changing a copy; raises EditError."""
        if token in self.held:
            raise EditError(
                "A job is just changing the features of this layer.",
                remedy="Wait until it is done, or cancel it under Jobs.",
            )

    @property
    def is_replaying(self) -> bool:
        """Whether a session is being brought back."""
        return self._replayed is not None

    @property
    def positions(self) -> dict[str, int]:
        """How many entries of its log each open copy has taken in."""
        if self._replayed is not None:
            return dict(sorted(self._replayed.items()))
        return {token: copy.applied for token, (copy, _) in sorted(self._open.items())}

    def begin(self, positions: dict[str, int] | None = None) -> None:
        """Begin to replay a session; ``positions`` are those of its checkpoint."""
        self._replayed = dict(positions or {})

    def settle(self) -> None:
        """End the replay: what was never acknowledged is taken back."""
        replayed, self._replayed = self._replayed or {}, None
        for token, number in replayed.items():
            if token in self._open:
                copy = self._open[token][0]
                if copy.log.next_edit(number) < copy.applied:
                    copy.cut(number)

    def keep(self, tokens: Iterable[str]) -> None:
        """Close all copies but these."""
        kept = set(tokens)
        for token in [token for token in self._open if token not in kept]:
            copy, lock = self._open.pop(token)
            copy.close()
            lock.release()

    def close(self, *, discard: bool = False) -> None:
        """Close all copies; ``discard`` removes them."""
        tokens = list(self._open)
        self.keep(())
        if discard:
            for token in tokens:
                shutil.rmtree(folder_of(token), ignore_errors=True)


def _locked(place: Path) -> FileLock:
    lock = FileLock(place / "lock")
    try:
        taken = lock.acquire()
    except OSError as error:
        raise SourceUnavailable(
            "The working copy of an edited layer is gone.",
            where=str(place),
            remedy="Edit the layer again; the file itself is as it was saved last.",
        ) from error
    if not taken:
        raise SourceUnavailable("Another window is editing with this working copy.", where=str(place))
    return lock


def unsaved(layers: Iterable[Layer]) -> list[VectorLayer]:
    """List the layers that have edits which their files do not hold."""
    edited = [layer for layer in layers if isinstance(layer, VectorLayer)]
    return [layer for layer in edited if layer.copy_at_work is not None and not layer.copy_at_work.is_saved]


def sweep() -> None:
    """Remove working copies that no session names and nobody has open; for a thread in the background."""
    told = b"".join(_texts(home() / "sessions"))
    for place in folder("edits").iterdir():
        if place.name.encode() in told or not place.is_dir() or time.time() - place.stat().st_mtime < YOUNG_S:
            continue
        with suppress(HaitangError, OSError):
            _locked(place).release()
            shutil.rmtree(place, ignore_errors=True)


def _texts(sessions: Path) -> Iterable[bytes]:
    for file in [*sessions.glob("*/base.json"), *sessions.glob("*/journal-*.jsonl")]:
        with suppress(OSError):
            yield file.read_bytes()
