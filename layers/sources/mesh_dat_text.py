"""ASCII DAT datasets of SMS, in the old form (SCALAR, VECTOR) and the new one (DATASET).

References
----------
Aquaveo, XMS Wiki, "ASCII Dataset Files *.dat".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.sources.mesh_2dm import parsed
from layers.sources.mesh_dataset import Dataset, damaged
from layers.sources.mesh_times import julian_s, seconds_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

BLOCK = 4 << 20
LOOK = 512
"""Bytes that are looked at where the next step is expected."""
BEGINS = re.compile(rb"\s*(DATASET|SCALAR|VECTOR|BEGSCL|BEGVEC|OBJTYPE)\b")
CARD = re.compile(
    rb"^[ \t]*(TS|ENDDS|DATASET|SCALAR|VECTOR|BEGSCL|BEGVEC|ND|NC|ST|NAME|TIMEUNITS|RT_JULIAN|RT)\b([^\n]*)\n?",
    re.MULTILINE,
)
NULL = re.compile(rb"NaN\s*=\s*([-+.\deE]+)", re.IGNORECASE)


def is_text(head: bytes) -> bool:
    """Tell whether a file begins as an ASCII dataset does."""
    return BEGINS.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


@dataclass(slots=True)
class Head:
    """What a dataset says before its first step."""

    vector: bool = False
    count: int = 0
    elements: int = 0
    flagged: bool = False
    name: str = ""
    start_s: float | None = None
    unit_s: float = 3600.0
    null: float | None = None
    steps: list[tuple[int, int, bool, float]] = field(default_factory=list[tuple[int, int, bool, float]])
    """Where the numbers begin and end, whether flags come first, and the time."""


class TextDat:
    """An open ASCII DAT file: where its steps are, found once.

    Where all lines have one width, as programs write them, the next step is looked for where it must be, so that
    the numbers in between are not read.

    Raises
    ------
    DataError
        It is damaged or cut off before the end of its first step.
    """

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path, self._stream = path, stream
        self._size = Path(path).stat().st_size
        self._head = Head()
        self.datasets: list[Dataset] = []
        opened: tuple[int, bool, float] | None = None
        for at, after, card, rest in self._cards():
            if opened is not None:
                self._head.steps.append((opened[0], at, opened[1], opened[2]))
                opened = None
            if card == b"TS":
                opened = (after, *self._time(rest))
            else:
                self._take(card, rest)
        if opened is not None:
            self._head.steps.append((opened[0], self._size, opened[1], opened[2]))
        self._finish()
        if not self.datasets:
            raise damaged(path, "ND, TS")

    def _cards(self) -> Iterator[tuple[int, int, bytes, bytes]]:
        """Give the lines that are no numbers: where they begin and end, their card and what follows it."""
        at, last, width = 0, -1, 0
        while at < self._size:
            found = (self._expected(last + width, at) if width else None) or self._next(at)
            if not found:
                return
            for begin, after, card, rest in found:
                if card == b"TS":
                    width, last = (begin - last if last >= 0 else 0), begin
                at = after
                yield begin, after, card, rest

    def _expected(self, at: int, after: int) -> list[tuple[int, int, bytes, bytes]] | None:
        """Give the cards after a place that end with the step expected at another; None where it is not there."""
        begin = max(after, at - LOOK)
        self._stream.seek(begin)
        window = self._stream.read(2 * LOOK)
        found = [one for one in CARD.finditer(window) if one.start() == 0 or window[one.start() - 1] == 10]
        steps = [number for number, one in enumerate(found) if one[1] == b"TS" and abs(begin + one.start() - at) < 32]
        if len(steps) != 1 or not found[steps[0]][0].endswith(b"\n"):
            return None
        return [(begin + one.start(), begin + one.end(), one[1], one[2]) for one in found[: steps[0] + 1]]

    def _next(self, at: int) -> list[tuple[int, int, bytes, bytes]]:
        """Look for the next card, block by block."""
        while at < self._size:
            self._stream.seek(at)
            block = self._stream.read(BLOCK)
            data = np.frombuffer(block, np.uint8)
            starts = np.append(0, np.flatnonzero(data == 10) + 1)
            starts = starts[starts < len(block)]
            letters = starts[data[starts] >= 65]
            for start in letters.tolist():
                found = CARD.match(block, start)
                if found is not None and (found[0].endswith(b"\n") or at + len(block) >= self._size):
                    return [(at + start, at + found.end(), found[1], found[2])]
                if found is not None:
                    break
            end = block.rfind(b"\n") + 1
            if at + len(block) >= self._size:
                return []
            if end == 0:
                raise damaged(self.path, "TS")
            at += end
        return []

    def _time(self, rest: bytes) -> tuple[bool, float]:
        """Read what follows TS: a flag and the time, or the time alone."""
        numbers = parsed(rest)
        if not len(numbers):
            raise damaged(self.path, f"TS {len(self._head.steps)}")
        return (bool(numbers[0]), float(numbers[1])) if len(numbers) > 1 else (self._head.flagged, float(numbers[0]))

    def _take(self, card: bytes, rest: bytes) -> None:
        """Take in a line of the head; a dataset that was read ends where another begins."""
        head, text = self._head, rest.decode("utf-8", "replace").strip()
        if card == b"ENDDS" or (card == b"DATASET" and head.steps):
            self._finish()
            return
        if card in (b"SCALAR", b"BEGSCL", b"VECTOR", b"BEGVEC"):
            head.vector = card in (b"VECTOR", b"BEGVEC")
            null = NULL.search(rest)
            head.null = float(parsed(null[1])[0]) if null and len(parsed(null[1])) else head.null
        elif card in (b"ND", b"NC", b"ST"):
            number = int(text.split()[0]) if re.match(r"\d{1,18}\b", text) else -1
            if number < 0:
                raise damaged(self.path, card.decode())
            setattr(head, {b"ND": "count", b"NC": "elements", b"ST": "flagged"}[card], number)
        elif card == b"NAME":
            head.name = text.strip('"').strip()
        elif card == b"TIMEUNITS":
            head.unit_s = seconds_in(text)
        elif card in (b"RT_JULIAN", b"RT") and len(day := parsed(rest)):
            head.start_s = julian_s(float(day[0]))

    def _finish(self) -> None:
        """Close the dataset that was begun."""
        head, self._head = self._head, Head()
        if not head.steps:
            return
        if not 0 < head.count * 2 <= self._size:
            raise damaged(self.path, "ND")
        stem = Path(self.path).stem
        self.datasets.append(
            Dataset(
                name=head.name or stem,
                file=self.path,
                count=head.count,
                vector=head.vector,
                seconds=np.array([time for *_, time in head.steps]),
                read=lambda step: self._values(head, step),
                elements=head.elements or None,
                on_elements=head.name.endswith("_els") or stem.endswith("_els"),
                unit_s=head.unit_s,
                start_s=head.start_s,
                active=(lambda step: self._flags(head, step)) if any(one[2] for one in head.steps) else None,
                null=head.null,
            )
        )

    def _numbers(self, head: Head, step: int) -> tuple[NDArray[np.float64], int]:
        """Read all numbers of a step, and count the flags among them."""
        begin, end, flagged, _ = head.steps[step]
        self._stream.seek(begin)
        found = parsed(self._stream.read(end - begin))
        flags = (head.elements or head.count) if flagged else 0
        if len(found) != flags + head.count * (2 if head.vector else 1):
            raise damaged(self.path, f"TS {step}")
        return found, flags

    def _values(self, head: Head, step: int) -> NDArray[np.float32]:
        found, flags = self._numbers(head, step)
        values = found[flags:].astype(np.float32)
        return values.reshape(-1, 2) if head.vector else values

    def _flags(self, head: Head, step: int) -> NDArray[np.bool_] | None:
        found, flags = self._numbers(head, step)
        return found[:flags] != 0 if flags else None
