"""Change log: what was done to a working copy, entry by entry, each on the disk before it is shown, each chained."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"HTCL1\n"
EDIT, SAVED = b"E", b"S"
_HEAD = struct.Struct("<cI")
_SUM = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``EDIT`` with a changeset, or ``SAVED`` with the fingerprint of the file that now holds all before."""

    kind: bytes
    payload: bytes
    chain: bytes


class ChangeLog:
    """The entries of one working copy; the file only grows, except that unacknowledged ends are cut off.

    Each entry ends with the SHA-256 of the chain before it and of itself, so that no entry can be changed, taken out
    or put in unseen.

    Parameters
    ----------
    path : pathlib.Path
        Made where it is missing. A torn last entry, from a power cut, is cut off.

    Raises
    ------
    SourceUnavailable
        The file cannot be read or written.
    DataError
        An entry in the middle was changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self._ends: list[int] = [len(MAGIC)]
        try:
            data = path.read_bytes() if path.exists() else b""
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            if not data.startswith(MAGIC):
                os.ftruncate(self._handle, 0)
                _write(self._handle, MAGIC, 0)
                data = MAGIC
            self._gather(data, len(MAGIC), hashlib.sha256(MAGIC).digest())
        except OSError as error:
            raise _failed(path, error) from error

    def catch_up(self) -> None:
        """Take in what another process has added; it must have ended.

        Raises
        ------
        SourceUnavailable
            The file cannot be read.
        DataError
            What was added does not follow from what was there.
        """
        end = self._ends[-1]
        try:
            with self.path.open("rb") as stream:
                stream.seek(end)
                more = stream.read()
            self._gather(more, 0, bytes.fromhex(self.chain), end)
        except OSError as error:
            raise _failed(self.path, error) from error

    def _gather(self, data: bytes, at: int, chain: bytes, start: int = 0) -> None:
        """Read entries from a place of ``data`` on, which begins at ``start`` in the file; cut off a torn end."""
        while len(data) - at >= _HEAD.size + _SUM:
            kind, size = _HEAD.unpack_from(data, at)
            end = at + _HEAD.size + size + _SUM
            if end > len(data):
                break
            payload = data[at + _HEAD.size : end - _SUM]
            chain = _chained(chain, kind, payload)
            if chain != data[end - _SUM : end]:
                if end == len(data):
                    break
                raise DataError(
                    "The log of edits was changed at entry {number}.",
                    where=str(self.path),
                    remedy="Take the file from a backup; edits before that entry are whole.",
                    number=len(self.entries) + 1,
                )
            self.entries.append(Entry(kind, payload, chain))
            self._ends.append(start + end)
            at = end
        if at < len(data):
            os.ftruncate(self._handle, start + at)

    @property
    def chain(self) -> str:
        """The sum over all entries, as hexadecimal digits."""
        last = self.entries[-1].chain if self.entries else hashlib.sha256(MAGIC).digest()
        return last.hex()

    def next_edit(self, number: int) -> int:
        """Give the first entry from ``number`` (from 0) on that is an edit; behind the last where there is none."""
        while number < len(self.entries) and self.entries[number].kind != EDIT:
            number += 1
        return number

    def saved(self, count: int) -> tuple[int, dict[str, Any] | None]:
        """Give how many of the first ``count`` entries a file holds, and what was noted when it was saved last."""
        for entry in reversed(self.entries[:count]):
            if entry.kind == SAVED:
                note: dict[str, Any] = json.loads(entry.payload)
                return int(note["upto"]), note
        return 0, None

    def bytes_since(self, number: int) -> int:
        """Count the bytes of the entries from ``number`` (from 0) on."""
        return self._ends[-1] - self._ends[number]

    def append(self, kind: bytes, payload: bytes) -> None:
        """Add an entry; when this returns it survives a power cut.

        Raises
        ------
        SourceUnavailable
            The disk refuses; the log is as it was.
        """
        before = self.entries[-1].chain if self.entries else hashlib.sha256(MAGIC).digest()
        chain = _chained(before, kind, payload)
        data = _HEAD.pack(kind, len(payload)) + payload + chain
        start = self._ends[-1]
        try:
            _write(self._handle, data, start)
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, start)
            raise _failed(self.path, error) from error
        self.entries.append(Entry(kind, payload, chain))
        self._ends.append(start + len(data))

    def cut(self, count: int) -> None:
        """Keep the first ``count`` entries."""
        os.ftruncate(self._handle, self._ends[count])
        os.fsync(self._handle)
        del self.entries[count:], self._ends[count + 1 :]

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _chained(before: bytes, kind: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(before + kind + struct.pack("<I", len(payload)) + payload).digest()


def _write(handle: int, data: bytes, start: int) -> None:
    os.lseek(handle, start, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _failed(path: Path, error: OSError) -> SourceUnavailable:
    return SourceUnavailable(
        "The edits cannot be kept: {reason}",
        where=str(path),
        remedy="Make room on the disk of the user's folder; the last edit was not made.",
        reason=error.strerror or str(error),
    )
