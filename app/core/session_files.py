"""Files of a session: the base, the segments of the journal, and their lines."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

from app.core import durable
from app.core.language import reason
from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.core.snapshot import Snapshot

Json = dict[str, Any]
FORMAT = "haitang-session"
VERSION = 1


@dataclass
class Story:
    """What a session's files tell.

    Attributes
    ----------
    document : dict
        The content at the last checkpoint.
    path : str
        The workspace file at that time, empty where there was none.
    saved : bool
        Whether the content was that of the file.
    brought_back : bool
        Whether the session began with what was brought back from another one.
    sequence : int
        Number of the last act that the content holds.
    acts : list of dict
        The acts after it, in their order.
    lost : int
        Whole acts behind a damaged place, which cannot be used; 0 unless the disk itself failed.
    """

    document: Json
    path: str = ""
    saved: bool = True
    brought_back: bool = False
    sequence: int = 0
    acts: list[Json] = field(default_factory=list[Json])
    lost: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost without it: a session that only opened a file or nothing at all."""
        return not self.acts and self.sequence == 0 and self.saved and not self.brought_back


# ------------------------------------------------------------------------ lines
def line_of(sequence: int, act: Json) -> bytes:
    """Give one line of a journal: ``[sequence,"crc32",act]``; the sum covers the sequence and the act."""
    text = json.dumps(act, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    total = crc32(f"{sequence} {text}".encode())
    return f'[{sequence},"{total:08x}",{text}]\n'.encode()


def act_of(line: bytes) -> tuple[int, Json] | None:
    """Read one line; None where it is torn or damaged."""
    head, _, rest = line.partition(b",")
    total, _, text = rest.partition(b",")
    if not (head.startswith(b"[") and text.endswith(b"]\n")):
        return None
    text = text[:-2]
    if total != b'"%08x"' % crc32(head[1:] + b" " + text):
        return None
    try:
        return int(head[1:]), cast("Json", json.loads(text))
    except (ValueError, RecursionError):
        return None


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Give the files of acts with the number of their first act, in order."""
    found = [(file.stem.removeprefix("journal-"), file) for file in folder.glob("journal-*.jsonl")]
    return sorted((int(number), file) for number, file in found if number.isdigit())


def _lines(folder: Path) -> Iterator[bytes]:
    for _, file in segments(folder):
        with file.open(mode="rb") as opened:
            yield from opened


# ------------------------------------------------------------------------ base
def write_base(folder: Path, sequence: int, snapshot: Snapshot, state: Json, pause_s: float = 0.0) -> None:
    """Write ``base.json`` whole: the document after act number ``sequence``.

    Parameters
    ----------
    pause_s : float
        Rest (s) after each piece, so that a thread in the background does not hold up the window's.

    Raises
    ------
    OSError
        The disk refuses; the old base is untouched.
    """
    header = {"format": FORMAT, "version": VERSION, "session": {**state, "sequence": sequence}}
    durable.replace(folder / "base.json", _unhurried(snapshot.chunks(header), pause_s))


def _unhurried(chunks: Iterator[bytes], pause_s: float) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        if pause_s:
            time.sleep(pause_s)


def read_story(folder: Path) -> Story:
    """Read what a session's files tell.

    Raises
    ------
    DataError
        The base is broken or of another version.
    SourceUnavailable
        The files cannot be read.
    """
    base = folder / "base.json"
    try:
        data = cast("Json", json.loads(base.read_bytes()))
        if data.pop("format") != FORMAT or data.pop("version") != VERSION:
            raise DataError("The session was written by another version of the program.", where=str(base))
        session = cast("Json", data.pop("session"))
        story = Story(data, str(session["path"]), bool(session["saved"]), bool(session["brought_back"]))
        story.sequence = int(session["sequence"])
        _gather(folder, story)
    except OSError as error:
        raise SourceUnavailable("The file cannot be read: {reason}", where=str(base), reason=reason(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError("The session is broken.", where=str(base)) from error
    return story


def _gather(folder: Path, story: Story) -> None:
    """Take the acts that follow the base without a gap; a torn line is no gap where its act comes again."""
    due = story.sequence + 1
    for line in _lines(folder):
        found = act_of(line)
        if found is None or found[0] < due:
            continue
        if found[0] > due:
            story.lost += 1
            continue
        story.acts.append(found[1])
        due += 1
