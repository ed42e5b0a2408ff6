"""SELAFIN (SERAFIN) results of TELEMAC: single and double precision, big and little endian, two and three dimensions.

References
----------
TELEMAC-2D User Manual, appendix on the SELAFIN format (EDF R&D): Fortran records, each between two lengths in bytes.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import DataError
from layers.extent import around_points
from layers.sources.mesh_parts import Pair, Quantity, ResultFile, ResultPart
from layers.sources.mesh_places import topology_of
from layers.sources.mesh_times import model_axis, resolution
from layers.sources.mesh_words import EAST, NORTH, TELEMAC, VELOCITY
from layers.sources.source import Variable, Warned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.source import DataSource, Topology

TITLE_BYTES = 80
MOST_NAMES = 10_000
DEFAULT_DATE = (1900, 1, 1, 0, 0, 0)
PLAIN_UNIT = re.compile(r"(KG|[CM]?M|S|G|L|[0-9/.^ -])+")
"""Units that are the same in small letters."""


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file begins as SELAFIN does: with a record of 80 bytes."""
    return head[:4] in (b"\0\0\0\x50", b"\x50\0\0\0")


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a SELAFIN file; its header and the times of its steps are read.

    Raises
    ------
    DataError
        The file is damaged, cut off in its header or no SELAFIN.
    """
    file = Selafin(str(path))
    try:
        with np.errstate(all="ignore"):
            part = file.part()
        return ResultFile(
            str(path),
            "SELAFIN",
            [part],
            file.close,
            extra={"title": file.title, "precision": "double" if file.real.itemsize == 8 else "single"},
        )
    except BaseException:
        file.close()
        raise


class Selafin:
    """An open SELAFIN file: where each record begins."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = Path(path).stat().st_size
        self._stream = Path(path).open("rb")  # noqa: SIM115 - held open; ``close`` ends it
        try:
            self._header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def _header(self) -> None:
        self._order = ">" if self._stream.read(4) == b"\0\0\0\x50" else "<"
        self._stream.seek(0)
        text = self._record("TITLE", TITLE_BYTES).decode("latin-1")
        self.title = text[:72].strip()
        first, second = self._ints("NBV", 2)
        count = first + second
        if not (first >= 0 and second >= 0 and count <= MOST_NAMES):
            raise self._broken("NBV")
        raw = [self._record("TEXTE", 32).decode("latin-1") for _ in range(count)]
        self.names = unique([(one[:16].strip(), one[16:].strip()) for one in raw])
        self._parameters = self._ints("IPARAM", 10)
        self.date = tuple(self._ints("DATE", 6)) if self._parameters[9] == 1 else None
        self.elements, self.points, self.corners, _ = self._ints("NELEM, NPOIN, NDP", 4)
        self.planes = max(self._parameters[6], 1)
        self._check_counts()
        self._table_at = self._skip("IKLE", 4 * self.elements * self.corners)
        self._skip("IPOBO", 4 * self.points)
        self._places()

    def _check_counts(self) -> None:
        fits = self.elements > 0 and self.points > 2 and self.corners in (3, 4, 6)
        fits = fits and 4 * (self.elements * self.corners + self.points) < self.size
        if self.planes > 1:
            fits = fits and self.points % self.planes == 0 and self.elements % (self.planes - 1) == 0
        if not fits or (self.corners == 6) != (self.planes > 1):
            raise self._broken("NELEM, NPOIN, NDP")

    def _places(self) -> None:
        at = self._stream.tell()
        length = self._length(at, "X, Y")
        if length not in (4 * self.points, 8 * self.points):
            raise self._broken("X, Y")
        self._stream.seek(at)
        self.real = np.dtype(f"{self._order}f{length // self.points}")
        self._x_at = self._skip("X, Y", length)
        self._y_at = self._skip("X, Y", length)
        self._first = self._stream.tell()
        self._frame = 8 + self.real.itemsize + len(self.names) * (8 + length)

    def _broken(self, part: str) -> DataError:
        return DataError(
            "The SELAFIN file is damaged or cut off: its record {part} cannot be read.",
            where=self.path,
            remedy="Copy it again from where it comes, or write it again from the model.",
            part=part,
        )

    def _length(self, at: int, part: str) -> int:
        self._stream.seek(at)
        found = self._stream.read(4)
        if len(found) < 4:
            raise self._broken(part)
        return int(struct.unpack(f"{self._order}i", found)[0])

    def _record(self, part: str, length: int) -> bytes:
        """Read the record at the position, which must have a length."""
        begin = self._skip(part, length)
        after = self._stream.tell()
        self._stream.seek(begin)
        found = self._stream.read(length)
        self._stream.seek(after)
        return found

    def _skip(self, part: str, length: int) -> int:
        """Pass over a record of a length; both its marks are looked at. Gives where its content begins."""
        at = self._stream.tell()
        end = at + 4 + length
        if self._length(at, part) != length or end + 4 > self.size or self._length(end, part) != length:
            raise self._broken(part)
        return at + 4

    def _ints(self, part: str, count: int) -> list[int]:
        return list(struct.unpack(f"{self._order}{count}i", self._record(part, 4 * count)))

    def _read(self, at: int, kind: np.dtype[np.generic], count: int) -> NDArray[np.generic]:
        self._stream.seek(at)
        found = np.fromfile(self._stream, kind, count)
        if len(found) < count:
            raise self._broken("VALUES")
        return found

    @property
    def plane_points(self) -> int:
        """Points of one layer."""
        return self.points // self.planes

    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read x and y of one layer, m east and north; the origin of the header is added."""
        east, north = self._parameters[2], self._parameters[3]
        x = self._read(self._x_at, self.real, self.plane_points).astype(np.float64)
        return x + east, self._read(self._y_at, self.real, self.plane_points).astype(np.float64) + north

    def topology(self) -> Topology:
        """Read nodes and faces; of prisms the lower triangles of the lowest layer."""
        rows = self.elements // max(self.planes - 1, 1)
        flat = self._read(self._table_at, np.dtype(f"{self._order}i4"), rows * self.corners)
        table = flat.reshape(rows, self.corners).astype(np.int64)[:, : 3 if self.corners == 6 else self.corners] - 1
        if int(table.min(initial=0)) < 0:
            raise self._broken("IKLE")
        return topology_of(*self.places(), table, self.path)

    def times(self) -> NDArray[np.float64]:
        """Read the times of the whole steps, s."""
        count = max(0, self.size - self._first) // self._frame if self.names else 0
        found = [self._time(step) for step in range(count)]
        return np.array(found, np.float64)

    def _time(self, step: int) -> float:
        at = self._first + step * self._frame
        self._stream.seek(at)
        found = self._stream.read(8 + self.real.itemsize)
        mark = struct.pack(f"{self._order}i", self.real.itemsize)
        if found[:4] != mark or found[-4:] != mark:
            raise self._broken(f"TIME {step}")
        return float(np.frombuffer(found, self.real, 1, 4)[0])

    def values(self, number: int, step: int, level: int) -> NDArray[np.float32]:
        """Read a variable at one step and layer."""
        at, length = self._value_at(number, step), self.points * self.real.itemsize
        if self._length(at - 4, f"TIME {step}") != length:
            raise self._broken(f"TIME {step}")
        count = self.plane_points
        return self._read(at + level * count * self.real.itemsize, self.real, count).astype(np.float32)

    def value(self, number: int, step: int, place: int) -> float:
        """Read a variable at one step and point; points of all layers are counted through."""
        at = self._value_at(number, step) + place * self.real.itemsize
        return float(self._read(at, self.real, 1)[0])

    def _value_at(self, number: int, step: int) -> int:
        record = 8 + self.points * self.real.itemsize
        return self._first + step * self._frame + 8 + self.real.itemsize + number * record + 4

    def part(self) -> ResultPart:
        """Give the layer of the file."""
        x, y = self.places()
        seconds = self.times()
        rest = (self.size - self._first) % self._frame
        warned = [self._cut()] if rest and len(self.names) else []
        start = date_s(self.date) if self.date is not None else None
        if self.date == DEFAULT_DATE:
            warned.append(self._default_date())
        spacing = resolution(seconds.astype(self.real))
        axis = model_axis(seconds, self.path, start_s=start, spacing=spacing) if len(seconds) else None
        counts = {"nodes": self.plane_points, "faces": self.elements // max(self.planes - 1, 1)}
        extra: dict[str, object] = {}
        if self.planes > 1:
            counts["layers"] = self.planes
            warned.append(self._planes())
            label = {"dimension": "plane", "size": self.planes}
            extra["levels"] = {name: [label] for name, _ in self.names}
        quantities = self._quantities(len(seconds))
        return ResultPart(
            "mesh", self.title, self.path, counts, self.topology, quantities, axis, around_points(x, y),
            warnings=warned, extra=extra,
        )  # fmt: skip

    def _quantities(self, steps: int) -> list[Quantity]:
        scalars: list[Quantity] = [Field(self, number, steps) for number in range(len(self.names))]
        return [*scalars, *pairs(scalars)]

    def _cut(self) -> Warned:
        return Warned(
            "steps_unfinished",
            "The last step is not whole; it is left out.",
            "Open the file again when the model run has ended, or copy it again.",
        )

    def _default_date(self) -> Warned:
        return Warned(
            "date_default",
            "The file counts from 1900-01-01, which TELEMAC writes where the study gives no date.",
            "Take the times as elapsed, or ask who ran the model for the date.",
        )

    def _planes(self) -> Warned:
        return Warned(
            "layers_many",
            "The result has {count} layers, counted from the bed; one is shown at a time.",
            "Choose the layer in the style.",
            {"count": self.planes},
        )


class Field(Quantity):
    """One variable of a SELAFIN file."""

    def __init__(self, file: Selafin, number: int, steps: int) -> None:
        name, unit = file.names[number]
        variable = Variable(
            name=name,
            units=(unit.lower() if PLAIN_UNIT.fullmatch(unit) else unit) or None,
            location="node",
            steps=steps,
            title=name.capitalize() if name.isupper() else name,
            standard_name=TELEMAC.get(name.upper(), ""),
            levels=file.planes,
        )
        super().__init__(variable, lambda step, level: file.values(number, step, level))
        self._file, self._number = file, number

    def at(self, step: int, level: int, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give some points at one step; each is read alone where they are few."""
        if len(places) > 64:
            return super().at(step, level, places)
        whole = places + level * self._file.plane_points
        return np.array([self._file.value(self._number, step, int(place)) for place in whole], np.float32)


def unique(names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give names that differ; an empty one is numbered, and so is one that is there already."""
    found: list[tuple[str, str]] = []
    taken: set[str] = set()
    for number, (name, unit) in enumerate(names, 1):
        name = name or f"VARIABLE {number}"
        name = f"{name} ({number})" if name in taken else name
        taken.add(name)
        found.append((name, unit))
    return found


def pairs(scalars: list[Quantity]) -> list[Quantity]:
    """Give the vectors of the components named ``… U``/``… V`` or ``… X``/``… Y``."""
    by_name = {one.variable.name: one for one in scalars}
    found: list[Quantity] = []
    for one in scalars:
        words = one.variable.name.split()
        for east, north in (("U", "V"), ("X", "Y")):
            if words.count(east) != 1 or len(words) < 2:
                continue
            other = by_name.get(" ".join(north if word == east else word for word in words))
            if other is not None:
                name = " ".join(word for word in words if word != east)
                found.append(pair(one, other, f"{name} (vector)" if name in by_name else name))
    return found


def pair(x: Quantity, y: Quantity, name: str) -> Quantity:
    """Make a vector of two components."""
    known = (x.variable.standard_name, y.variable.standard_name) == (EAST, NORTH)
    variable = Variable(
        name=name,
        units=x.variable.units,
        location=x.variable.location,
        steps=x.variable.steps,
        vector=True,
        title=name.capitalize(),
        standard_name=VELOCITY if known else "",
        components=(x.variable.name, y.variable.name),
        levels=x.variable.levels,
    )
    return Pair(variable, x, y)


def date_s(date: tuple[int, ...]) -> float | None:
    """Give a date of six numbers in s since 1970-01-01T00:00; None where it is no date."""
    year, month, day, hour, minute, second = date
    try:
        text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
        return float(np.datetime64(text, "s").astype(np.int64))
    except ValueError:
        return None
