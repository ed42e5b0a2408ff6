"""Hashes of files: what a record, a package or a person compares."""

from __future__ import annotations

import hashlib
from io import FileIO
from typing import TYPE_CHECKING, Any

from layers.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

PARTS = {".shp": (".shx", ".dbf", ".prj", ".cpg"), ".tif": (".tfw", ".prj"), ".tiff": (".tfw", ".prj")}
"""Files beside a file that belong to it."""
TAILS = {".gpkg": ("-wal",)}
"""What follows the whole name of a file that belongs to it: changes a database has not yet taken in."""


def parts_of(path: Path) -> list[Path]:
    """Give a file and the files beside it that are read with it."""
    suffix = path.suffix.lower()
    beside = [path.with_suffix(form) for name in PARTS.get(suffix, ()) for form in (name, name.upper())]
    beside += [path.with_name(path.name + tail) for tail in TAILS.get(suffix, ())]
    # A disk that does not tell capitals apart shows one file twice.
    found: dict[tuple[int, int], Path] = {}
    for part in (path, *(p for p in beside if p.is_file())):
        state = part.stat()
        found.setdefault((state.st_dev, state.st_ino), part)
    return list(found.values())


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file; the files beside it that are read with it count too.

    Raises
    ------
    DataError
        The file is gone or may not be read.
    """
    digest = hashlib.sha256()
    try:
        for part in parts_of(path):
            if part.stat().st_size or part == path:
                _add(digest, part)
    except OSError as error:
        raise DataError("The file cannot be read.", where=str(path), remedy="Check its path.") from error
    return digest.hexdigest()


def _add(digest: Any, part: Path) -> None:
    with FileIO(part) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
