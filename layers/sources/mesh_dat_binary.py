"""Binary DAT datasets of SMS.

References
----------
Aquaveo, XMS Wiki, "Binary Dataset Files *.dat": cards of four bytes, each followed by what it announces.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.mesh_dataset import Dataset, damaged
from layers.sources.mesh_times import julian_s, resolution

if TYPE_CHECKING:
    from typing import BinaryIO

    from numpy.typing import NDArray

VERSION = 3000
OBJECT, REAL_SIZE, FLAG_SIZE, SCALAR, VECTOR, VECTOR_KIND, OBJECT_ID = 100, 110, 120, 130, 140, 150, 160
COUNT, ELEMENTS, NAME, STEP, END, JULIAN, TIME_UNIT = 170, 180, 190, 200, 210, 240, 250
CARDS = {
    OBJECT, REAL_SIZE, FLAG_SIZE, SCALAR, VECTOR, VECTOR_KIND, OBJECT_ID, COUNT, ELEMENTS, NAME, STEP, END, JULIAN,
    TIME_UNIT,
}  # fmt: skip
UNIT_S = {0: 3600.0, 1: 60.0, 2: 1.0, 4: 86400.0}
NAME_BYTES = 40


def is_binary(head: bytes) -> bool:
    """Tell whether a file begins as a binary dataset does."""
    return head[:4] in (struct.pack("<i", VERSION), struct.pack(">i", VERSION))


@dataclass(slots=True)
class Head:
    """What a dataset says before its first step."""

    real: int = 4
    flag: int = 1
    vector: bool = False
    count: int = 0
    elements: int = 0
    name: str = ""
    start_s: float | None = None
    unit_s: float = 3600.0
    steps: list[tuple[int, int, float]] = field(default_factory=list[tuple[int, int, float]])
    """Where the values begin, where the flags begin (0 = none), and the time."""


class BinaryDat:
    """An open binary DAT file: where its steps are.

    Raises
    ------
    DataError
        It is damaged or cut off before the end of its first step.
    """

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path, self._stream = path, stream
        self._size = Path(path).stat().st_size
        self._order = "<" if stream.read(4) == struct.pack("<i", VERSION) else ">"
        self._head = Head()
        self.datasets: list[Dataset] = []
        while self._stream.tell() + 4 <= self._size and self._card():
            pass
        self._finish()
        if not self.datasets:
            raise damaged(path, "ND")

    def _card(self) -> bool:
        """Read the next card; False where the file ends in the middle of a step."""
        card, head = self._int(), self._head
        if card == STEP:
            return self._step()
        if card == END:
            self._finish()
        elif card == NAME:
            head.name = self._bytes(NAME_BYTES).split(b"\0")[0].decode("utf-8", "replace").strip()
        elif card == JULIAN:
            head.start_s = self._julian()
        elif card in (SCALAR, VECTOR):
            head.vector = card == VECTOR
        elif card in CARDS:
            self._number(card, self._int())
        else:
            raise damaged(self.path, str(card))
        return True

    def _number(self, card: int, value: int) -> None:
        head = self._head
        if card == REAL_SIZE:
            head.real = value
        elif card == FLAG_SIZE:
            head.flag = value
        elif card == COUNT:
            head.count = value
        elif card == ELEMENTS:
            head.elements = value
        elif card == TIME_UNIT:
            head.unit_s = UNIT_S.get(value, 3600.0)

    def _julian(self) -> float | None:
        """Read the reference date: a double, with a flag of one or four bytes before it in some files."""
        at = self._stream.tell()
        for skipped in (0, self._head.flag, 4):
            self._stream.seek(at + skipped)
            (day,) = struct.unpack(f"{self._order}d", self._bytes(8))
            after = self._stream.tell()
            if after + 4 <= self._size and self._int() in CARDS:
                self._stream.seek(after)
                return julian_s(day)
        raise damaged(self.path, "RT_JULIAN")

    def _step(self) -> bool:
        head = self._head
        if head.real not in (4, 8) or head.flag not in (1, 2, 4) or head.count <= 0 or head.elements < 0:
            raise damaged(self.path, "SFLT, SFLG, ND, NC")
        flagged = any(self._bytes(head.flag))
        (time,) = struct.unpack(f"{self._order}{'f' if head.real == 4 else 'd'}", self._bytes(head.real))
        flags = self._stream.tell()
        values = flags + (head.elements * head.flag if flagged else 0)
        end = values + head.count * head.real * (2 if head.vector else 1)
        if end > self._size:
            if not head.steps:
                raise damaged(self.path, "TS 0")
            return False
        head.steps.append((values, flags if flagged else 0, time))
        self._stream.seek(end)
        return True

    def _finish(self) -> None:
        """Close the dataset that was begun."""
        head, self._head = self._head, Head(self._head.real, self._head.flag)
        if not head.steps:
            return
        seconds = np.array([time for _, _, time in head.steps])
        name = head.name or Path(self.path).stem
        self.datasets.append(
            Dataset(
                name=name,
                file=self.path,
                count=head.count,
                vector=head.vector,
                seconds=seconds,
                read=lambda step: self._values(head, step),
                elements=head.elements or None,
                on_elements=name.endswith("_els") or Path(self.path).stem.endswith("_els"),
                unit_s=head.unit_s,
                start_s=head.start_s,
                spacing=resolution(seconds.astype(np.float32)) if head.real == 4 else 0.0,
                active=(lambda step: self._flags(head, step)) if any(at for _, at, _ in head.steps) else None,
            )
        )

    def _values(self, head: Head, step: int) -> NDArray[np.float32]:
        count = head.count * (2 if head.vector else 1)
        found = self._array(head.steps[step][0], f"f{head.real}", count).astype(np.float32)
        return found.reshape(-1, 2) if head.vector else found

    def _flags(self, head: Head, step: int) -> NDArray[np.bool_] | None:
        at = head.steps[step][1]
        return self._array(at, f"i{head.flag}", head.elements) != 0 if at else None

    def _array(self, at: int, kind: str, count: int) -> NDArray[Any]:
        self._stream.seek(at)
        found = np.fromfile(self._stream, f"{self._order}{kind}", count)
        if len(found) < count:
            raise damaged(self.path, "TS")
        return found

    def _bytes(self, count: int) -> bytes:
        found = self._stream.read(count)
        if len(found) < count:
            raise damaged(self.path, "EOF")
        return found

    def _int(self) -> int:
        return int(struct.unpack(f"{self._order}i", self._bytes(4))[0])
