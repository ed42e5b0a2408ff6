"""PLY meshes: text and binary, faces of any number of corners, quantities on vertices and faces.

References
----------
G. Turk, "The PLY Polygon File Format" (Stanford, 1994).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers import crs
from layers.errors import CrsMissing, DataError
from layers.sources.mesh_2dm import parsed
from layers.sources.mesh_parts import Quantity, ResultFile, ResultPart
from layers.sources.mesh_places import topology_of
from layers.sources.mesh_rows import padded, row_starts
from layers.sources.mesh_words import GROUND
from layers.sources.source import Variable

if TYPE_CHECKING:
    from typing import BinaryIO

    from numpy.typing import NDArray

    from layers.sources.source import DataSource, Location

TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
ORDERS = {b"ascii": "", b"binary_little_endian": "<", b"binary_big_endian": ">"}
HEAD_LINES = 2000
LINES = 100_000
"""Lines of text that are read at once."""
CHUNK = 2 << 20
MOST_CORNERS = 1000


@dataclass(slots=True)
class Element:
    """One kind of row: its number and its properties, each a name, a type and, of lists, the type of their length."""

    name: str
    count: int
    properties: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file begins as PLY does."""
    return head.startswith((b"ply\n", b"ply\r"))


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a PLY mesh; it has no steps, and is read whole.

    Raises
    ------
    DataError
        The file is damaged or cut off, or holds no faces.
    """
    path = str(path)
    with Path(path).open("rb") as stream, np.errstate(all="ignore"):
        return ResultFile(path, "PLY", [Ply(path, stream).part()], lambda: None)


class Ply:
    """A PLY file, read."""

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path = path
        self._size = Path(path).stat().st_size
        self._order, self._system = "", ""
        elements = self._header(stream)
        self._columns: dict[str, dict[str, NDArray[Any]]] = {}
        self._table: NDArray[np.int64] | None = None
        for element in elements:
            if {"vertex", "face"} <= set(self._columns):
                break
            self._read(element, stream)
        if "vertex" not in self._columns or self._table is None or not {"x", "y"} <= set(self._columns["vertex"]):
            raise self._broken("vertex, face")

    def _broken(self, part: str) -> DataError:
        return DataError(
            "The PLY file is damaged or cut off: its part {part} cannot be read.",
            where=self.path,
            remedy="Copy it again from where it comes, or write it again from the program that made it.",
            part=part,
        )

    def _header(self, stream: BinaryIO) -> list[Element]:
        found: list[Element] = []
        for line in islice(iter(lambda: stream.readline(4096), b""), HEAD_LINES):
            words = line.split()
            if words[:1] == [b"end_header"]:
                return found
            if words[:1] == [b"format"] and len(words) > 1:
                if words[1] not in ORDERS:
                    raise self._broken("format")
                self._order = ORDERS[words[1]]
            elif words[:1] == [b"element"] and len(words) == 3 and re.fullmatch(rb"\d{1,18}", words[2]):
                found.append(Element(words[1].decode("utf-8", "replace"), int(words[2])))
                if found[-1].count > self._size:
                    raise self._broken("element")
            elif words[:1] == [b"property"] and found:
                found[-1].properties.append(self._property([one.decode("utf-8", "replace") for one in words[1:]]))
            elif system := re.match(rb"comment\s+crs:?\s*(.+)", line, re.IGNORECASE):
                self._system = system[1].decode("utf-8", "replace").strip()
        raise self._broken("end_header")

    def _property(self, words: list[str]) -> tuple[str, str, str]:
        if len(words) == 4 and words[0] == "list" and words[1] in TYPES and words[2] in TYPES:
            return words[3], TYPES[words[2]], TYPES[words[1]]
        if len(words) == 2 and words[0] in TYPES:
            return words[1], TYPES[words[0]], ""
        raise self._broken("property")

    def _read(self, element: Element, stream: BinaryIO) -> None:
        lists = [number for number, (_, _, length) in enumerate(element.properties) if length]
        if not lists:
            self._columns[element.name] = self._plain(element, stream)
        elif len(lists) == 1:
            self._columns[element.name] = self._listed(element, lists[0], stream)
        else:
            raise self._broken(f"element {element.name}")

    def _plain(self, element: Element, stream: BinaryIO) -> dict[str, NDArray[Any]]:
        """Read rows of one length."""
        names = [name for name, _, _ in element.properties]
        if self._order:
            kind = np.dtype([(f"f{n}", self._order + one[1]) for n, one in enumerate(element.properties)])
            rows = np.fromfile(stream, kind, element.count)
            if len(rows) < element.count:
                raise self._broken(f"element {element.name}")
            return {name: rows[f"f{n}"] for n, name in enumerate(names)}
        parts = [part.reshape(-1, len(names)) for part in self._texts(element, stream, len(names))]
        table = np.concatenate(parts) if parts else np.empty((0, len(names)))
        return {name: table[:, n] for n, name in enumerate(names)}

    def _texts(self, element: Element, stream: BinaryIO, width: int = 0) -> list[NDArray[np.float64]]:
        """Read the numbers of lines of text; of rows of one length, so many for each line."""
        found: list[NDArray[np.float64]] = []
        left = element.count
        while left:
            lines = list(islice(stream, min(left, LINES)))
            numbers = parsed(b"".join(lines))
            if not lines or (width and len(numbers) != width * len(lines)):
                raise self._broken(f"element {element.name}")
            found.append(numbers)
            left -= len(lines)
        return found

    def _listed(self, element: Element, place: int, stream: BinaryIO) -> dict[str, NDArray[Any]]:
        """Read rows with one list; the list of faces names their corners."""
        before, after = element.properties[:place], element.properties[place + 1 :]
        pieces = self._cut(element, place, stream) if self._order else self._words(element, place, stream)
        if element.name == "face":
            self._table = joined([table for table, _ in pieces])
        names = [name for name, _, _ in (*before, *after)]
        columns = [np.concatenate([values[n] for _, values in pieces]) for n in range(len(names))] if pieces else []
        return dict(zip(names, columns, strict=False))

    def _words(
        self, element: Element, place: int, stream: BinaryIO
    ) -> list[tuple[NDArray[np.int64], list[NDArray[Any]]]]:
        """Read rows of text."""
        tail = len(element.properties) - place - 1
        found: list[tuple[NDArray[np.int64], list[NDArray[Any]]]] = []
        rows = 0
        for flat in self._texts(element, stream):
            whole = np.where(np.isfinite(flat) & (np.abs(flat) < 2**53), flat, -1).astype(np.int64)
            counts = np.append(whole[place:], np.zeros(place, np.int64))
            starts = row_starts(place + 1 + tail + np.clip(counts, 0, MOST_CORNERS))
            counts = counts[starts]
            ends = starts + place + 1 + counts + tail
            if not len(starts) or (counts < 0).any() or (counts > MOST_CORNERS).any() or ends[-1] != len(flat):
                raise self._broken(f"element {element.name}")
            others = [flat[starts + n] for n in range(place)]
            others += [flat[starts + place + 1 + counts + n] for n in range(tail)]
            found.append((padded(whole, starts + place + 1, counts), others))
            rows += len(starts)
        if rows != element.count:
            raise self._broken(f"element {element.name}")
        return found

    def _cut(
        self, element: Element, place: int, stream: BinaryIO
    ) -> list[tuple[NDArray[np.int64], list[NDArray[Any]]]]:
        """Read binary rows, piece by piece."""
        length = element.properties[place][2]
        sizes = [np.dtype(one[1]).itemsize for one in element.properties]
        head, tail = sum(sizes[:place]), sum(sizes[place + 1 :])
        first = np.dtype(length).itemsize
        found: list[tuple[NDArray[np.int64], list[NDArray[Any]]]] = []
        left, rest = element.count, b""
        while left:
            more = stream.read(CHUNK)
            data = np.frombuffer(rest + more, np.uint8)
            lengths = windows(data[head:], self._order + length)
            if not len(lengths):
                raise self._broken(f"element {element.name}")
            counts = np.clip(lengths.astype(np.float64), 0, MOST_CORNERS + 1).astype(np.int64)
            starts = row_starts(head + first + counts * sizes[place] + tail)[:left]
            ends = starts + head + first + counts[starts] * sizes[place] + tail
            starts = starts[ends <= len(data)]
            if not len(starts) or (counts[starts] > MOST_CORNERS).any():
                raise self._broken(f"element {element.name}")
            counts, end = counts[starts], int(ends[len(starts) - 1])
            found.append(self._decoded(element, place, data, starts, counts))
            rest, left = data[end:].tobytes(), left - len(starts)
            if left and not more:
                raise self._broken(f"element {element.name}")
        stream.seek(-len(rest), 1)
        return found

    def _decoded(
        self,
        element: Element,
        place: int,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        counts: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], list[NDArray[Any]]]:
        """Take corners and other properties out of the bytes of whole rows."""
        _, kind, length = element.properties[place]
        size = np.dtype(kind).itemsize
        at = starts
        others: list[NDArray[Any]] = []
        table = np.empty((0, 0), np.int64)
        for number, (_, one, _) in enumerate(element.properties):
            if number != place:
                others.append(windows(data, self._order + one)[at])
                at = at + np.dtype(one).itemsize
                continue
            at = at + np.dtype(length).itemsize
            table = np.full((len(starts), int(counts.max(initial=0))), -1, np.int64)
            values = windows(data, self._order + kind)
            for count in np.unique(counts).tolist():
                same = np.flatnonzero(counts == count)
                table[same, :count] = values[at[same][:, np.newaxis] + size * np.arange(count)]
            at = at + counts * size
        return table, others

    def part(self) -> ResultPart:
        """Give the layer of the file."""
        vertex = self._columns["vertex"]
        x, y = vertex["x"].astype(np.float64), vertex["y"].astype(np.float64)
        z = vertex["z"].astype(np.float64) if "z" in vertex else None
        table = self._table if self._table is not None else np.empty((0, 3), np.int64)
        if not len(x) or not len(table) or (table[:, :1] < 0).any() or table.shape[1] < 3:
            raise self._broken("face")
        mesh = topology_of(x, y, table, self.path, z)
        counts = {"nodes": len(x), "faces": len(table)}
        system, quantities = self._known_system(), self._quantities()
        return ResultPart("mesh", Path(self.path).stem, self.path, counts, lambda: mesh, quantities, crs=system)

    def _known_system(self) -> str | None:
        try:
            return crs.normalise(self._system)
        except CrsMissing:
            return None

    def _quantities(self) -> list[Quantity]:
        found: list[Quantity] = []
        places: tuple[tuple[str, Location], ...] = (("vertex", "node"), ("face", "face"))
        taken: set[str] = set()
        for element, location in places:
            for name, values in self._columns.get(element, {}).items():
                if name in ("x", "y"):
                    continue
                shown = f"{name} ({element})" if name in taken else name
                taken.add(shown)
                found.append(still(shown, location, values, GROUND if name == "z" else ""))
        return found


def still(name: str, location: Location, values: NDArray[Any], word: str) -> Quantity:
    """Make a quantity without time."""
    held = values.astype(np.float32)
    variable = Variable(name, location=location, title=name, standard_name=word, dtype=str(values.dtype))
    return Quantity(variable, lambda step, level: held)


def windows(data: NDArray[np.uint8], kind: str) -> NDArray[Any]:
    """Give the number that begins at each byte."""
    size = np.dtype(kind).itemsize
    if len(data) < size:
        return np.empty(0, kind)
    flat = np.ascontiguousarray(data)
    return np.ndarray((len(flat) - size + 1,), kind, flat, strides=(1,))


def joined(tables: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Put tables of different widths under each other, padded with -1."""
    widest = max((table.shape[1] for table in tables), default=0)
    wide = [np.pad(table, ((0, 0), (0, widest - table.shape[1])), constant_values=-1) for table in tables]
    return np.concatenate(wide) if wide else np.empty((0, 0), np.int64)
