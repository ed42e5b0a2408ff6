"""The parts of a Shapefile, and its index where it is missing or does not fit."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.errors import SourceUnavailable
from layers.sources import guard
from layers.sources.dbf import Encoding, encoding
from layers.sources.source import Warned

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"\0\0\x27\x0a"
HEADER = 100


@dataclass(frozen=True, slots=True)
class Shapefile:
    """What to open: the file or a private copy of it, and how its text is encoded."""

    path: Path
    encoding: Encoding
    warnings: tuple[Warned, ...] = ()
    copy: guard.PrivateCopy | None = None


def prepared(path: Path) -> Shapefile:
    """Find the parts; where the index (.shx) is missing or does not fit, restore it in a private copy.

    Raises
    ------
    SourceUnavailable
        The file is too short to be a Shapefile.
    """
    parts = {suffix: part(path, suffix) for suffix in (".shx", ".dbf", ".prj", ".cpg")}
    stated = encoding(parts[".dbf"], parts[".cpg"])
    notes: list[Warned] = []
    if parts[".dbf"] is None:
        notes.append(
            Warned(
                "dbf_missing",
                "The attribute table (.dbf) is missing; only the shapes are there.",
                "Copy all files of the same name.",
            )
        )
    if is_fitting(path, parts[".shx"]):
        return Shapefile(path, stated, tuple(notes))
    notes.append(
        Warned(
            "index_restored",
            "The index (.shx) is missing or does not fit; it was restored in memory, the file is as it was.",
            "Copy all files of the same name, or write the data as GeoPackage.",
        )
    )
    copy = guard.PrivateCopy([path, *(file for file in parts.values() if file is not None)])
    restored = copy.folder / f"{guard.COPY_NAME}.shp"
    write_index(restored)
    return Shapefile(restored, stated, tuple(notes), copy)


def part(path: Path, suffix: str) -> Path | None:
    """Find the part with a suffix, in small or capital letters."""
    for name in (suffix, suffix.upper()):
        if path.with_suffix(name).is_file():
            return path.with_suffix(name)
    return None


def is_fitting(shp: Path, shx: Path | None) -> bool:
    """Tell whether the index has the right head and its last record lies inside the shapes."""
    if shx is None or shx.stat().st_size < HEADER or (shx.stat().st_size - HEADER) % 8:
        return False
    size = shp.stat().st_size
    with shx.open("rb") as stream:
        if stream.read(4) != MAGIC:
            return False
        if shx.stat().st_size == HEADER:
            return size <= HEADER
        stream.seek(-8, 2)
        start, length = struct.unpack(">II", stream.read(8))
    return start * 2 + 8 + length * 2 <= size


def write_index(shp: Path) -> None:
    """Write the index of the records that are whole, and the true length into the head of both files."""
    data = bytearray(shp.read_bytes())
    if len(data) < HEADER:
        raise SourceUnavailable(
            "The Shapefile ends inside its head.", where=str(shp), remedy="Copy it again from where it comes."
        )
    entries: list[bytes] = []
    at = HEADER
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at + 4)
        if length < 2 or at + 8 + length * 2 > len(data):
            break
        entries.append(struct.pack(">II", at // 2, length))
        at += 8 + length * 2
    struct.pack_into(">I", data, 24, at // 2)
    shp.write_bytes(data[:at])
    head = bytearray(data[:HEADER])
    struct.pack_into(">I", head, 24, (HEADER + 8 * len(entries)) // 2)
    shp.with_suffix(".shx").write_bytes(bytes(head) + b"".join(entries))
