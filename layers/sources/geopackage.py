"""The tables of a GeoPackage, read without touching it: no journal, no lock, no side file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from layers.errors import SourceUnavailable
from layers.sources import guard
from layers.sources.source import Warned

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class GeoPackage:
    """What to open, and the names of its feature and attribute tables."""

    path: Path
    tables: tuple[str, ...]
    warnings: tuple[Warned, ...] = ()
    copy: guard.PrivateCopy | None = None


def prepared(path: Path) -> GeoPackage:
    """List the tables; where another program has changes under way, of a private copy with these changes.

    Raises
    ------
    SourceUnavailable
        The file is damaged or no GeoPackage.
    """
    unfinished = [side for side in _sides(path) if side.is_file() and side.stat().st_size > 0]
    if not unfinished:
        tables, notes = _tables(path, path)
        return GeoPackage(path, tables, notes)
    copy = guard.PrivateCopy([path, *unfinished])
    own = copy.folder / f"{guard.COPY_NAME}{path.suffix.lower()}"
    _settle(own, path)
    tables, notes = _tables(own, path)
    busy = Warned(
        "in_use",
        "Another program has the file open and changes under way; it was read as it stood at opening.",
        "Close it there and open it again to see later changes.",
    )
    return GeoPackage(own, tables, (*notes, busy), copy)


def _sides(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]


def _settle(own: Path, path: Path) -> None:
    """Let SQLite finish or take back the changes, in the copy."""
    try:
        with closing(sqlite3.connect(own)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise _damaged(path, error) from error


def _tables(own: Path, path: Path) -> tuple[tuple[str, ...], tuple[Warned, ...]]:
    address = f"file:{quote(own.resolve().as_posix())}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT table_name, data_type FROM gpkg_contents ORDER BY rowid").fetchall()
            known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    listed = [(str(name), str(kind)) for name, kind in rows]
    tables = tuple(name for name, kind in listed if kind in ("features", "attributes", "aspatial") and name in known)
    pictures = [name for name, kind in listed if kind in ("tiles", "2d-gridded-coverage")]
    if not tables:
        raise SourceUnavailable(
            "The GeoPackage holds no tables of features.",
            where=str(path),
            remedy="Pictures in a GeoPackage are not read here; open them as GeoTIFF.",
        )
    notes = Warned(
        "pictures_left_out",
        "The GeoPackage also holds pictures, which are not read here: {names}.",
        "Open them as GeoTIFF.",
        {"names": ", ".join(pictures)},
    )
    return tables, (notes,) if pictures else ()


def _damaged(path: Path, error: sqlite3.Error) -> SourceUnavailable:
    return SourceUnavailable(
        "The GeoPackage is damaged or not complete: {reason}.",
        where=str(path),
        remedy="Copy it again from where it comes.",
        reason=str(error),
    )
