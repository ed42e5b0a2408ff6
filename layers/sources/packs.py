"""Packs: the geometry of large vector layers as flat arrays in files of our own, mapped instead of read.

A pack is a folder in the program's cache, named by what the layer's file was when it was made (path, size, time of
change); a file that changed has another name. It is written whole beside its place and then renamed. The reader
writes it, the window maps the same bytes: nothing of a million features passes through a pipe.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from layers.box_index import BoxIndex, box_index
from layers.errors import DataError
from layers.geometry import Geometry, Measured, measured_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
META = "pack.json"
ARRAYS = ("ids", "xy", "z", "rings", "parts", "features", "types", "boxes", "areas", "signs", "ring_range")
KEPT_BYTES = 8 << 30
"""Size of all packs beyond which the ones used longest ago are removed."""

_folder: list[Path] = []


class NoRoom(Exception):
    """The cache cannot be written; the layer is read as it always was."""


def use(folder: Path | None) -> None:
    """Name the folder of packs; None = none are made or read."""
    _folder[:] = [] if folder is None else [folder]


def folder() -> Path | None:
    """Give the folder of packs, None where there is none."""
    return _folder[0] if _folder else None


def place_of(array: NDArray[Any]) -> str | None:
    """Give the name of a pack's array, "pack/array.bin"; None for arrays in memory."""
    root, name = folder(), getattr(array, "filename", None)
    if root is None or name is None or getattr(array, "offset", -1) != 0:
        return None
    path = Path(name)
    return f"{path.parent.name}/{path.name}" if path.parent.parent == root else None


def mapped(place: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Map an array of a pack, to be read.

    Raises
    ------
    DataError
        It is not there, not of this size, or not in the folder of packs.
    """
    root, (name, _, file) = folder(), place.partition("/")
    fits = root is not None and name.isalnum() and Path(file).name == file and file.endswith(".bin")
    try:
        if root is None or not fits:
            raise ValueError(place)
        if 0 in shape:
            return np.empty(shape, dtype)
        return cast("NDArray[Any]", np.memmap(root / name / file, dtype, "r", 0, shape))
    except (OSError, ValueError) as error:
        raise DataError(
            "The copy of the layer in the program's cache is gone or damaged.",
            where=place,
            remedy="Open the layer again; the copy is then made anew.",
        ) from error


def key_of(path: Path, layer: str) -> str:
    """Name the pack of a layer by what its file is now."""
    state = path.stat()
    parts = (VERSION, path.resolve(), state.st_size, state.st_mtime_ns, state.st_ino, layer)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:40]


class Pack:
    """The arrays of one layer: geometry, measures and feature numbers."""

    def __init__(self, place: Path) -> None:
        meta = json.loads((place / META).read_text("utf-8"))
        if meta["version"] != VERSION:
            raise ValueError(meta["version"])
        arrays = {
            name: mapped(f"{place.name}/{name}.bin", np.dtype(kind), tuple(shape))
            for name, (kind, shape) in meta["arrays"].items()
        }
        self.ids: NDArray[np.int64] = arrays["ids"]
        self.geometry = Geometry(*(cast("Any", arrays.get(n)) for n in (*ARRAYS[1:2], *ARRAYS[3:7], "z")))
        index = BoxIndex(arrays["order"], arrays["tree"], tuple(meta["levels"]))
        self.measured = Measured(*(cast("Any", arrays[n]) for n in ARRAYS[7:]), index=index)
        self.refused = int(meta["refused"])


def find(key: str) -> Pack | None:
    """Give a pack that is there and whole; a damaged one is removed."""
    root = folder()
    if root is None or not (root / key / META).is_file():
        return None
    try:
        pack = Pack(root / key)
    except (DataError, OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(root / key, ignore_errors=True)
        return None
    with suppress(OSError):
        os.utime(root / key)
    return pack


class PackWriter:
    """Writes one pack, batch by batch, with little memory; ``finish`` puts it in its place."""

    def __init__(self, key: str) -> None:
        root = cast("Path", folder())
        self._place = root / key
        self._part = root / f"{key}part{os.getpid()}x{threading.get_ident()}"
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        self._files: dict[str, BinaryIO] = {}
        self._forms: dict[str, tuple[str, list[int]]] = {}
        self._ends = {"rings": 0, "parts": 0, "features": 0, "ring_range": 0}
        for name in self._ends:
            self._put(name, np.zeros(1, np.int64))

    def add(self, ids: NDArray[np.int64], geometry: Geometry) -> None:
        """Append features.

        Raises
        ------
        OSError
            The disk is full.
        """
        boxes, areas, signs, ring_range = measured_parts(geometry)
        for name, array in (("ids", ids), ("xy", geometry.xy), ("types", geometry.types)):
            self._put(name, array)
        for name, array in (("boxes", boxes), ("areas", areas), ("signs", signs)):
            self._put(name, array)
        if geometry.z is not None:
            self._put("z", geometry.z)
        offsets = {"rings": geometry.rings, "parts": geometry.parts, "features": geometry.features}
        for name, array in {**offsets, "ring_range": ring_range}.items():
            self._put(name, array[1:] + self._ends[name])
            self._ends[name] += int(array[-1])

    def _put(self, name: str, array: NDArray[Any]) -> None:
        if name not in self._files:
            self._files[name] = (self._part / f"{name}.bin").open("wb")
            self._forms[name] = (array.dtype.str, [0, *array.shape[1:]])
        self._files[name].write(memoryview(cast("Any", np.ascontiguousarray(array).reshape(-1).view(np.uint8))))
        self._forms[name][1][0] += len(array)

    def finish(self, refused: int) -> None:
        """Index what was added and put the pack in its place."""
        for file in self._files.values():
            file.flush()
        z = self._forms.get("z")
        if z is not None and z[1][0] != self._forms["xy"][1][0]:
            del self._forms["z"]  # heights of some features only are not kept
        count = self._forms["ids"][1][0] if "ids" in self._forms else 0
        boxes = np.memmap(self._part / "boxes.bin", np.float64, "r", 0, (count, 4)) if count else np.zeros((0, 4))
        index = box_index(np.asarray(boxes))
        self._put("order", index.order)
        self._put("tree", index.tree)
        self.close()
        meta = {"version": VERSION, "arrays": self._forms, "levels": index.levels, "refused": refused}
        (self._part / META).write_text(json.dumps(meta), "utf-8")
        del boxes
        shutil.rmtree(self._place, ignore_errors=True)
        self._part.replace(self._place)
        _remove_oldest(self._place)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def drop(self) -> None:
        """Remove what was written."""
        self.close()
        shutil.rmtree(self._part, ignore_errors=True)


def _remove_oldest(kept: Path) -> None:
    """Keep the packs below their size, and no parts that were left by a reader that was ended."""
    with suppress(OSError):
        packs = [path for path in kept.parent.iterdir() if path.is_dir() and path != kept]
        for path in packs:
            if "part" in path.name and path.stat().st_mtime < time.time() - 86_400:
                shutil.rmtree(path, ignore_errors=True)
        left = KEPT_BYTES - _size(kept)
        for path in sorted((p for p in packs if "part" not in p.name), key=lambda p: -p.stat().st_mtime):
            left -= _size(path)
            if left < 0:
                shutil.rmtree(path, ignore_errors=True)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir())
