"""Bases: whole states of a working copy as files of their own, read while only what came later is added to them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from layers.rows import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from layers.change_log import ChangeLog

KEPT = 2
"""So many of the later bases stay: a reader may still be at the one before the last."""


def base_name(log: ChangeLog, count: int) -> str:
    """Give the name of the base that holds the first ``count`` entries of a log, and no other history."""
    return f"base-{count:08d}-{log.entries[count - 1].chain.hex()[:16]}.gpkg" if count else BASE


def newest_base(folder: Path, log: ChangeLog, applied: int) -> tuple[Path, int]:
    """Give the last base that a working copy has, and how many entries of its log that holds."""
    for file in sorted(folder.glob("base-*.gpkg"), reverse=True):
        count = int(file.name[5:13])
        if 0 < count <= applied and file.name == base_name(log, count):
            return file, count
    return folder / BASE, 0


def tidy(folder: Path) -> None:
    """Remove bases that nobody reads any more; the one that was made when editing began stays."""
    for file in sorted(folder.glob("base-*.gpkg"))[:-KEPT]:
        with suppress(OSError):
            file.unlink()
