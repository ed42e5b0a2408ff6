"""Audit: an append-only log in which each line carries the hash of the one before."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from app.core import durable
from app.core.language import N_, reason
from app.core.locks import FileLock
from app.core.settings import folder
from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

START = "0" * 64
"""Hash before the first line."""


def default_log() -> Path:
    """Give the log of this user: ``home()/audit/audit.jsonl``."""
    return folder("audit") / "audit.jsonl"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that breaks the chain: its number (from 1) and what is wrong, an English sentence to be translated."""

    line: int
    what: str


class AuditLog:
    """A log of who did what to which object with which result.

    Parameters
    ----------
    path : pathlib.Path, optional
        The file; ``default_log()`` where none is given. Several programs may write to it at once.

    Notes
    -----
    A line is JSON with ``number``, ``time`` (UTC), ``person``, ``action``, ``object``, ``result``, ``previous`` (hash
    of the line before) and ``hash`` (of the line itself without this field). A changed, missing or moved line
    breaks the chain. Lines cut off at the end are seen by comparing with the number and hash in the
    ``.head`` file beside the log, or with a hash that was noted elsewhere. A line that a power cut left
    unfinished was never acknowledged: it is taken off, and a line of its own says so.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = default_log() if path is None else path
        self.head_path = self.path.with_suffix(".head")

    def record(self, action: str, object: str, result: str, person: str = "") -> str:  # noqa: A002 - the word of the trade
        """Append one line and sync it to the disk.

        Parameters
        ----------
        action, object, result : str
        person : str
            Name; the login name where none is given.

        Returns
        -------
        str
            Hash of the line.

        Raises
        ------
        DataError
            The end of the log is broken: nothing is appended to it.
        SourceUnavailable
            The log cannot be written.
        """
        entry: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "person": person or login_name(),
            "action": action,
            "object": object,
            "result": result,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):
                return self._append(entry)
        except OSError as error:
            raise SourceUnavailable(
                "The audit log cannot be written: {reason}",
                where=str(self.path),
                reason=reason(error),
            ) from error

    def _append(self, entry: dict[str, Any]) -> str:
        torn = self._torn()
        self._last()
        if torn:
            os.truncate(self.path, self.path.stat().st_size - len(torn))
            words = {"action": "mend log", "object": f"{len(torn)} bytes of a line that was not finished"}
            self._write({**entry, **words, "result": hashlib.sha256(torn).hexdigest()})
        return self._write(entry)

    def _write(self, entry: dict[str, Any]) -> str:
        number, previous = self._last()
        whole = {"number": number + 1, **entry, "previous": previous}
        whole["hash"] = _hash(whole)
        with self.path.open(mode="ab") as file:
            file.write(_text(whole) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        durable.replace(self.head_path, [_text({"number": whole["number"], "hash": whole["hash"]})])
        return str(whole["hash"])

    def _torn(self) -> bytes:
        """Give what a power cut left of a line that was never acknowledged; nothing where the log ends well."""
        end = (self._tail(1) or [b""])[-1]
        return b"" if end.endswith(b"\n") else end

    def _last(self) -> tuple[int, str]:
        """Give number and hash of the last whole line."""
        whole = [line for line in self._tail(2) if line.endswith(b"\n")]
        last = _entry(whole[-1]) if whole else {"hash": START}
        place = _place(last or {})
        if last is None or (whole and place[1] != _hash(last)) or _head_faults(self.head_path, *place):
            raise DataError(
                "The end of the audit log is broken.",
                where=str(self.path),
                remedy="Keep the file as evidence and move it away; a new log is begun.",
            )
        return place

    def _tail(self, count: int) -> list[bytes]:
        """Give at least so many last lines, read from the end."""
        if not self.path.exists():
            return []
        size, length = self.path.stat().st_size, 1 << 16
        with self.path.open(mode="rb") as file:
            while True:
                file.seek(max(size - length, 0))
                found = file.read().splitlines(keepends=True)
                if len(found) > count or length >= size:
                    return found
                length *= 4


def _place(entry: dict[str, Any]) -> tuple[int, str]:
    number = entry.get("number")
    return number if isinstance(number, int) else 0, str(entry.get("hash", ""))


def verify(path: Path) -> list[Problem]:
    """Give the places where a log was changed; none where the chain holds.

    Raises
    ------
    SourceUnavailable
        The log cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise SourceUnavailable("The file cannot be read: {reason}", where=str(path), reason=reason(error)) from error
    problems: list[Problem] = []
    previous, number = START, 0
    for at, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            problems.append(Problem(at, N_("The line cannot be read.")))
            continue
        problems += [Problem(at, what) for what in _faults(entry, number + 1, previous)]
        previous, number = str(entry.get("hash", "")), at
    return problems + _head_faults(path.with_suffix(".head"), number, previous)


def _faults(entry: dict[str, Any], number: int, previous: str) -> list[str]:
    found: list[str] = []
    if entry.get("hash") != _hash(entry):
        found.append(N_("The line was changed after it was written."))
    if entry.get("previous") != previous or entry.get("number") != number:
        found.append(N_("A line before it is missing, was changed or was moved."))
    return found


def _head_faults(head: Path, number: int, previous: str) -> list[Problem]:
    with suppress(OSError):
        noted = _entry(head.read_bytes() + b"\n")
        if noted is None or _place(noted)[0] > number:
            return [Problem(number + 1, N_("Lines at the end are missing."))]
        if _place(noted)[0] == number and noted.get("hash") != previous:
            return [Problem(number, N_("The last line is not the one that was written."))]
    return []


def _entry(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None


def _text(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(entry: dict[str, Any]) -> str:
    bare = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(_text(bare)).hexdigest()


def login_name() -> str:
    """Give the name of the operating system's user; empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
