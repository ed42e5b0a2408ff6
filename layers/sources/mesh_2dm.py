"""The 2DM mesh of SMS, as SMS itself, TUFLOW, HYDRO_AS-2D and BASEMENT write it.

References
----------
Aquaveo, XMS Wiki, "2D Mesh Files *.2dm": cards ND, E3T, E4Q, E6T, E8Q, E9Q, E2L, E3L; all else is passed over.
"""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.mesh_places import topology_of
from layers.sources.source import Topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BLOCK = 8 << 20
FACES = {b"E3T": 3, b"E4Q": 4, b"E6T": 6, b"E8Q": 8, b"E9Q": 9}
LINES = {b"E2L": 2, b"E3L": 3}
RING = 8
"""Most nodes around an element; the ninth of E9Q lies in its middle."""


@dataclass(slots=True)
class Mesh2dm:
    """A mesh: nodes and faces in the order of their numbers, which is the order of values in datasets.

    ``rows`` gives the place of each face among all elements, lines among them; ``table`` is padded with -1.
    """

    path: str
    name: str
    node_ids: NDArray[np.int64]
    xyz: NDArray[np.float64]
    element_ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    table: NDArray[np.int64]
    material: NDArray[np.int64]
    lines: int
    _made: list[Topology] = field(default_factory=list[Topology])

    def topology(self) -> Topology:
        """Give nodes and faces; faces run anticlockwise."""
        if not self._made:
            x, y, z = (np.ascontiguousarray(column) for column in self.xyz.T)
            self._made.append(topology_of(x, y, self.table, self.path, z))
        return self._made[0]


def read_2dm(path: str) -> Mesh2dm:
    """Read a mesh.

    Raises
    ------
    DataError
        A line is no number where one must be, a node is missing or twice there, or nothing is a mesh.
    """
    found: dict[bytes, list[NDArray[np.float64]]] = {}
    name, first = "", 1
    for block in blocks(path):
        if not name and (named := re.search(rb'^MESHNAME\s+"?([^"\r\n]*)', block, re.MULTILINE)):
            name = named[1].decode("utf-8", "replace").strip()
        for card, rows in cards(block, first, path):
            found.setdefault(card, []).append(rows)
        first += block.count(b"\n")
    if b"ND " not in found or not any(card in found for card in FACES):
        raise DataError(
            "The 2DM file holds no mesh: it needs nodes (ND) and elements (E3T, E4Q, …).",
            where=path,
            remedy="The file is damaged; ask for it again or write it again from the model.",
        )
    nodes = np.concatenate(found.pop(b"ND "))
    ids, xyz = in_order(whole(nodes[:, 0]), nodes[:, 1:4], "ND", path)
    return with_elements(path, name, ids, xyz, {card: np.concatenate(parts) for card, parts in found.items()})


def blocks(path: str) -> Iterator[bytes]:
    """Give a file in pieces of whole lines, comments blanked out."""
    rest = b""
    with Path(path).open("rb") as stream:
        while piece := stream.read(BLOCK):
            end = piece.rfind(b"\n") + 1
            whole, rest = rest + piece[:end], (piece[end:] if end else rest + piece)
            if len(rest) > BLOCK:
                raise no_lines(path)
            if whole and end:
                yield without_comments(whole)
    if rest:
        yield without_comments(rest + b"\n")


def without_comments(block: bytes) -> bytes:
    """Blank what follows a number sign, to the end of its line."""
    return re.sub(rb"#[^\n]*", lambda found: b" " * len(found[0]), block) if b"#" in block else block


def no_lines(path: str) -> DataError:
    """Give the error for a text file that is none."""
    return DataError(
        "The file has no lines; it is no text as this format is.",
        where=path,
        remedy="The file is damaged; ask for it again or write it again from the model.",
    )


def cards(block: bytes, first_line: int, path: str) -> Iterator[tuple[bytes, NDArray[np.float64]]]:
    """Give the numbers of each kind of card: float64 (lines, numbers), as many as the card must have.

    Of elements there is one number more, the material; 0 where the line has none.
    """
    data = np.concatenate((np.frombuffer(block, np.uint8), np.full(4, 32, np.uint8)))
    ends = np.flatnonzero(data == 10)
    starts = np.concatenate(([0], ends[:-1] + 1))
    begins = first_letters(data, starts, ends)
    code = (data[begins].astype(np.int32) << 16) | (data[begins + 1].astype(np.int32) << 8) | data[begins + 2]
    code = np.where((code & 0xFF) == 9, (code & ~0xFF) | 32, code)
    for card in (b"ND ", *FACES, *LINES):
        chosen = code == int.from_bytes(card, "big")
        if chosen.any():
            for offset in range(3):
                data[begins[chosen] + offset] = 32
            text = data[: ends[-1] + 1][np.repeat(chosen, ends - starts + 1)]
            yield card, numbers(text, (ends - starts + 1)[chosen], card, first_line + np.flatnonzero(chosen), path)


def first_letters(data: NDArray[np.uint8], starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """Give where each line begins once blanks at its beginning are passed over."""
    if not ((data[starts] == 32) | (data[starts] == 9)).any():
        return starts
    letters = np.append(np.flatnonzero(data > 32), len(data) - 4)
    return np.minimum(letters[np.searchsorted(letters, starts)], ends)


def numbers(
    text: NDArray[np.uint8], lengths: NDArray[Any], card: bytes, lines: NDArray[Any], path: str
) -> NDArray[np.float64]:
    """Read the lines of one kind of card."""
    needed = 4 if card == b"ND " else 1 + (FACES.get(card) or LINES[card])
    letter = text > 32
    words = letter.copy()
    words[1:] &= ~letter[:-1]
    counts = np.add.reduceat(words, np.cumsum(lengths) - lengths, dtype=np.int64)
    values = parsed(text.tobytes())
    before = np.cumsum(counts) - counts
    bad = np.flatnonzero((counts < needed) | (before + np.minimum(counts, needed + 1) > len(values)))
    if len(bad) or (len(values) < int(counts.sum()) and card != b"ND "):
        line = bad[0] if len(bad) else np.searchsorted(before + counts, len(values), side="right")
        raise DataError(
            "Line {line} of the file cannot be read: {card} needs {count} numbers.",
            where=path,
            remedy="The file is damaged; ask for it again or write it again from the model.",
            line=int(lines[min(int(line), len(lines) - 1)]),
            card=card.decode().strip(),
            count=needed,
        )
    taken = values[before[:, np.newaxis] + np.arange(needed)]
    if card == b"ND ":
        return taken
    material = np.where(counts > needed, values[np.minimum(before + needed, len(values) - 1)], 0)
    return np.column_stack((taken, material))


def parsed(text: bytes) -> NDArray[np.float64]:
    """Read numbers parted by blanks, as many as can be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return np.fromstring(text, np.float64, sep=" ")
        except ValueError:
            return np.array(list(readable_words(text)), np.float64)


def readable_words(text: bytes) -> Iterator[float]:
    """Give the numbers before the first word that is none."""
    with suppress(ValueError):
        for word in text.split():
            yield float(word)


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give whole numbers; -1 for what is none."""
    fine = np.isfinite(values) & (np.abs(values) < 2**53)
    return np.where(fine, values, -1).astype(np.int64)


def in_order(
    ids: NDArray[np.int64], rows: NDArray[Any], card: str, path: str
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Sort by number.

    Raises
    ------
    DataError
        A number is twice there.
    """
    if (np.diff(ids) > 0).all():
        return ids, rows
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    twice = np.flatnonzero(np.diff(ids) == 0)
    if len(twice):
        raise DataError(
            "The number {id} of {card} is there twice.",
            where=path,
            remedy="Renumber the mesh in the program that made it.",
            id=int(ids[twice[0]]),
            card=card,
        )
    return ids, rows[order]


def with_elements(
    path: str, name: str, ids: NDArray[np.int64], xyz: NDArray[np.float64], found: dict[bytes, NDArray[np.float64]]
) -> Mesh2dm:
    """Bring nodes and elements together."""
    tables: list[NDArray[np.int64]] = []
    numbers_of: list[NDArray[np.int64]] = []
    materials: list[NDArray[np.int64]] = []
    for card, rows in found.items():
        count = min(FACES.get(card, 0), RING)
        table = np.full((len(rows), RING), -1, np.int64)
        table[:, :count] = places_of(whole(rows[:, 1 : 1 + count]), ids, rows[:, 0], path)
        tables.append(table)
        numbers_of.append(whole(rows[:, 0]))
        materials.append(whole(rows[:, -1]))
    every = np.column_stack((np.concatenate(materials), np.concatenate(tables)))
    element_ids, every = in_order(np.concatenate(numbers_of), every, "E", path)
    rows_of = np.flatnonzero(every[:, 1] >= 0)
    widest = max(min(FACES[card], RING) for card in found if card in FACES)
    table = every[rows_of, 1 : 1 + widest]
    lines = len(every) - len(rows_of)
    return Mesh2dm(path, name, ids, xyz, element_ids, rows_of, table, every[rows_of, 0], lines)


def places_of(
    named: NDArray[np.int64], ids: NDArray[np.int64], elements: NDArray[np.float64], path: str
) -> NDArray[np.int64]:
    """Turn numbers of nodes into places in the list of nodes."""
    if not named.size:
        return named
    place = np.minimum(np.searchsorted(ids, named), len(ids) - 1)
    wrong = np.argwhere(ids[place] != named)
    if len(wrong):
        row, column = wrong[0]
        raise DataError(
            "Element {element} names node {node}, which the file does not have.",
            where=path,
            remedy="The file is damaged; ask for it again or write it again from the model.",
            element=int(whole(elements[row])),
            node=int(named[row, column]),
        )
    return place
