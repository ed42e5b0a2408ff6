"""Descriptions kept: what files held when they were last looked at, in a folder of our own.

Looking at a file takes its library 5-40 ms a layer, each time the same. A description is found again by what the file,
those that belong to it (the same name before the first dot) and the code that looks at it are now: names, sizes, times
of change. Whatever differs is looked at anew; so is a file that changed in the last seconds, whose time of change may
not tell two states apart.
"""

from __future__ import annotations

import hashlib
import os
import struct
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import HaitangError
from layers.sources import wire
from layers.sources.source import Description

if TYPE_CHECKING:
    from collections.abc import Sequence

YOUNG_S = 3.0
"""For how long after a change a file is not trusted to show the next one by its time; FAT counts in steps of 2 s."""
LARGEST = 4 << 20
"""Size beyond which a description is not kept, bytes."""
JOINED = (".2dm", ".dat", ".h5", ".hdf5", ".xmdf", ".xdmf", ".out")
"""Files of models that are described together with all such files in their folder, whatever these are called."""
COUNT = 2000
"""How many descriptions are kept; those used longest ago go first."""

_folder: list[Path] = []


def use(folder: Path | None) -> None:
    """Name the folder of descriptions; None = none are kept or found."""
    _folder[:] = [] if folder is None else [folder]


def find(path: str) -> Description | None:
    """Give the description of a file that is as it was when it was looked at; None where that is not known."""
    place = _place(Path(path))
    if place is None:
        return None
    try:
        found = wire.decode(_parts(place.read_bytes()))
        os.utime(place)
    except (OSError, HaitangError, struct.error):
        return None
    return found if isinstance(found, Description) and found.path == path else None


def keep(path: str, description: Description) -> None:
    """Keep what a file holds; where the folder cannot be written it is looked at again next time."""
    place = _place(Path(path))
    if place is None or description.path != path:
        return
    parts = [memoryview(part).cast("B") for part in wire.encode(description)]
    sizes = [part.nbytes for part in parts]
    if sum(sizes) > LARGEST:
        return
    content = b"".join([struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes), *parts])
    part = place.with_suffix(f".part{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(place)
        _remove_oldest(place.parent)


def _parts(content: bytes) -> Sequence[memoryview]:
    """Cut a file into the buffers of its message."""
    (count,) = struct.unpack_from("<I", content)
    sizes = struct.unpack_from(f"<{count}Q", content, 4)
    view, start = memoryview(content), 4 + 8 * count
    ends = [start + sum(sizes[: number + 1]) for number in range(count)]
    return [view[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _place(path: Path) -> Path | None:
    """Give where the description of a file is kept, by what the file is now; None where it is not to be kept."""
    if not _folder:
        return None
    try:
        path = path.resolve()
        stem = path.name.split(".")[0] + "."
        with os.scandir(path.parent) as found:
            states = {
                entry.name: entry.stat()
                for entry in found
                if entry.name.startswith(stem) or _goes_with(entry.name, path)
            }
    except OSError:
        return None
    own = states.get(path.name)
    if (
        own is None
        or not path.is_file()
        or time.time() - max(max(s.st_mtime, s.st_ctime) for s in states.values()) < YOUNG_S
    ):
        return None
    marks = [(name, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for name, s in sorted(states.items())]
    text = repr((wire.VERSION, _code(), str(path), marks))
    return _folder[0] / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.known"


def _goes_with(name: str, path: Path) -> bool:
    """Tell whether a file in the folder of another belongs to its description."""
    return name == path.name or (path.suffix.lower() in JOINED and name.lower().endswith(JOINED))


@lru_cache(maxsize=1)
def _code() -> int:
    """Give when the code that looks at files was changed last, ns since 1970."""
    own = Path(__file__).parent
    return max(file.stat().st_mtime_ns for folder in (own, own.parent) for file in folder.glob("*.py"))


def _remove_oldest(folder: Path) -> None:
    if len(files := list(folder.iterdir())) > COUNT:
        for file in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) - COUNT]:
            file.unlink(missing_ok=True)
