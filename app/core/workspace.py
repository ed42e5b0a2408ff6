"""Workspace files: what a document keeps, as JSON without any code; written whole, five versions kept."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core import durable
from app.core.language import N_, reason
from app.core.parts import parts_from_dict
from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from app.core.document import Document
    from app.core.snapshot import Snapshot

Json = dict[str, Any]
FORMAT = "haitang-workspace"
VERSION = 1
SUFFIX = ".haitang"
VERSIONS_KEPT = 5
LIMIT = 160 * 2**20
"""Bytes that a workspace may have; larger data belongs into files of its own."""
DEPTH = 100
"""Brackets within brackets that a workspace may have."""
ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")

MIGRATIONS: dict[int, Callable[[Json], Json]] = {}
"""From version n to n + 1; each comes with an old file in ``tests/data``."""


# ------------------------------------------------------------------------ writing
def save(document: Document, path: Path) -> None:
    """Write a document to a workspace file and mark it as saved.

    Raises
    ------
    SourceUnavailable
        The file cannot be written; the old one is untouched.
    DataError
        The scratch layers are too large for a workspace.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would leave the user's own name of the folder
    write(document.snapshot(), path)
    document.mark_saved(path)


def write(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot to a workspace file; any thread may do this, ``Document.mark_saved`` comes after it.

    The file is written beside its place, synced, and renamed. The version before goes to a folder beside it.
    """
    header = {"format": FORMAT, "version": VERSION}
    try:
        durable.sweep(path)
        _keep_version(path)
        plain = snapshot.without_copies()
        durable.replace(path, _limited(plain.chunks(header, lambda source: _written(source, path.parent)), path))
    except DataError:
        raise
    except OSError as error:
        raise SourceUnavailable(
            "The workspace cannot be written: {reason}",
            where=str(path),
            remedy="Save it in another folder.",
            reason=reason(error),
        ) from error


def _limited(chunks: Iterable[bytes], path: Path) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > LIMIT:
            raise DataError(
                "The scratch layers are too large for a workspace.",
                where=str(path),
                remedy="Export the largest one to a GeoPackage and open that.",
            )
        yield chunk


def _written(source: str, folder: Path) -> str:
    """Give a source as it is written: relative where it lies below the workspace's folder."""
    if not source or ADDRESS.match(source):
        return source
    plain = Path(os.path.abspath(source))  # noqa: PTH100
    for base, place in ((folder, plain), (folder.resolve(), plain.resolve())):
        if place.is_relative_to(base):
            return place.relative_to(base).as_posix()
    return source


def _read(source: str, folder: Path) -> str:
    """Give a source as it is opened."""
    if not source or ADDRESS.match(source):
        return source
    if PurePosixPath(source).is_absolute() or PureWindowsPath(source).is_absolute():
        return source
    return str(folder / source)


# ------------------------------------------------------------------------ versions
def versions(path: Path) -> list[Path]:
    """Give the kept versions of a workspace, newest first."""
    return sorted(_versions_folder(path).glob(f"*{SUFFIX}"), reverse=True)


def _versions_folder(path: Path) -> Path:
    path = path.resolve()
    return path.with_name(f".{path.name}.versions")


def _keep_version(path: Path) -> None:
    """Copy the present file to the versions; the copy appears whole."""
    if not path.is_file():
        return
    folder = _versions_folder(path)
    folder.mkdir(exist_ok=True)
    stamp = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%S%f")
    kept = folder / f"{stamp}{SUFFIX}"
    if not kept.exists():
        half = folder / f"{stamp}.half"
        shutil.copyfile(path, half)
        half.replace(kept)
    for left in [*versions(path)[VERSIONS_KEPT:], *folder.glob("*.half")]:
        with suppress(OSError):
            left.unlink()


# ------------------------------------------------------------------------ reading
def load(path: Path, folder: Path | None = None) -> Json:
    """Read a workspace file: the JSON form of a document, with full paths of its sources.

    Parameters
    ----------
    path : pathlib.Path
    folder : pathlib.Path, optional
        Folder that relative sources start from, for a kept version; that of the file where it is not given.

    Raises
    ------
    SourceUnavailable
        There is no such file, or it cannot be read.
    DataError
        It is no workspace, it is broken, or it is of a newer program; the error names what is wrong.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100
    data = migrated(_parsed(_bytes(path), str(path)), str(path))
    parts_from_dict(data, str(path))
    for layer in cast("list[Json]", data.get("layers", [])):
        _place(layer, path, folder or path.parent)
    return data


def missing(content: Json) -> list[tuple[str, str]]:
    """Give the name of each layer whose file is not there, and where it was looked for; addresses are not asked."""
    found: list[tuple[str, str]] = []
    for layer in cast("list[Json]", content.get("layers", [])):
        source = str(layer.get("source", ""))
        if source and not ADDRESS.match(source) and not os.path.exists(source):  # noqa: PTH110
            found.append((str(layer.get("name", "")), source))
    return found


def open_into(document: Document, path: Path) -> None:
    """Put the content of a workspace file in the place of a document's; raises as ``load`` does."""
    document.replace(load(path), Path(os.path.abspath(path)))  # noqa: PTH100


def _place(layer: Json, path: Path, folder: Path) -> None:
    source = str(layer.get("source", ""))
    if source.startswith("/vsi"):
        raise DataError(
            "The workspace asks for a source that only a program may name: {source}",
            where=str(path),
            remedy="Correct the source of the layer to a file or an address.",
            source=source[:80],
        )
    layer["source"] = _read(source, folder)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise SourceUnavailable("There is no such file.", where=str(path), remedy="Check the path.")
        with path.open(mode="rb") as file:
            raw = file.read(LIMIT + 1)
    except OSError as error:
        if isinstance(error, SourceUnavailable):
            raise
        raise SourceUnavailable("The file cannot be read: {reason}", where=str(path), reason=reason(error)) from error
    if len(raw) > LIMIT:
        raise DataError("The file is too large for a workspace.", where=str(path))
    return raw


def _parsed(raw: bytes, where: str) -> Json:
    remedy = N_("Take an earlier version from the folder of kept versions beside it.")
    if _depth(raw) > DEPTH:
        raise DataError("The file is nested too deeply to be a workspace.", where=where)
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_float)
    except UnicodeDecodeError as error:
        raise DataError("The file is not written in UTF-8.", where=where, remedy=remedy) from error
    except json.JSONDecodeError as error:
        at = f"{error.lineno}:{error.colno}"
        raise DataError("The file is broken at {at}.", where=where, remedy=remedy, at=at) from error
    except (ValueError, RecursionError) as error:
        raise DataError("The file holds a number that cannot be used.", where=where, remedy=remedy) from error
    if not isinstance(data, dict) or cast("Json", data).get("format") != FORMAT:
        raise DataError("The file is no workspace of this program.", where=where)
    return cast("Json", data)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _float(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise ValueError(f"{text[:20]} is no finite number")
    return value


def _depth(raw: bytes) -> int:
    """Give how deeply brackets are nested; those within texts do not count."""
    found = _brackets(raw)
    return found if found <= DEPTH else _brackets(re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw))


def _brackets(raw: bytes) -> int:
    letters = np.frombuffer(raw, np.uint8)
    up = (letters == ord("[")) | (letters == ord("{"))
    down = (letters == ord("]")) | (letters == ord("}"))
    steps = up[up | down].astype(np.int32) * 2 - 1
    return int(np.cumsum(steps).max(initial=0))


def migrated(data: Json, where: str) -> Json:
    """Bring the content of a file to this version, one number at a time; gives it without the header.

    Raises
    ------
    DataError
        The version is no number, or newer than this program.
    """
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DataError("The workspace does not say its version.", where=where)
    if version > VERSION:
        raise DataError(
            "The workspace is of version {version}; this program reads up to {known}.",
            where=where,
            remedy="Open it with a newer program.",
            version=version,
            known=VERSION,
        )
    while version < VERSION:
        data = MIGRATIONS[version](data)
        version += 1
    return {key: value for key, value in data.items() if key not in ("format", "version")}
