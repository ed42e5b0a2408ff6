"""Opening: the source for a path, chosen by scheme, content and suffix."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import SourceUnavailable
from layers.sources import formats, guard

if TYPE_CHECKING:
    from layers.sources.source import DataSource

NAMED = 5
"""How many files of a folder a sentence names."""
WITH_MESH = (".dat", ".xmdf", ".h5", ".hdf5")
"""Datasets, which open with the 2DM mesh beside them."""


def open_source(path: str) -> DataSource:
    """Open a file; its header is read, nothing more.

    Raises
    ------
    SourceUnavailable
        There is no such file, or its kind is not read here.
    DataError
        The file is damaged.
    """
    found = guard.local_path(path)
    if found.is_dir():
        raise _folder(path)
    head = guard.head_of(found)
    kind = formats.identify(found, head)
    if not kind.reader:
        raise _refused(kind, path)
    reader: Any = import_module(kind.reader)
    if not reader.sniff(found, head):
        raise _refused(_unread(found) if head.startswith(b"\x89HDF") else formats.UNKNOWN, path)
    return reader.open(path)


def open_folder(path: str) -> list[str]:
    """List the files of a folder that can be opened, sorted by name; folders inside are not searched.

    Datasets beside a 2DM mesh are not listed: they open with it. Of a FLO-2D project one file is.

    Raises
    ------
    SourceUnavailable
        There is no such folder.
    """
    folder = guard.local_path(path)
    if not folder.is_dir():
        raise SourceUnavailable("This is a file, not a folder.", where=path, remedy="Open the file.")
    found = [file for file in sorted(folder.iterdir()) if is_readable(file)]
    meshes = any(file.suffix.lower() == ".2dm" for file in found)
    projects = sorted((file for file in found if formats.is_flo2d(file)), key=formats.flo2d_rank)
    left = {*projects[1:], *(file for file in found if meshes and file.suffix.lower() in WITH_MESH)}
    return [str(file) for file in found if file not in left]


def is_readable(path: Path) -> bool:
    """Tell whether a file looks like one that can be opened; it may still turn out to be damaged."""
    try:
        return path.is_file() and bool(formats.identify(path, guard.head_of(path)).reader)
    except OSError:
        return False


def _unread(path: Path) -> formats.Format:
    """Give the refusal of an HDF5 file: what reads it may be the XDMF file beside it."""
    return formats.HDF_OF_XDMF if any(path.parent.glob("*.xdmf")) else formats.HDF


def _refused(kind: formats.Format, path: str) -> SourceUnavailable:
    suffix = Path(path).suffix or "-"
    return SourceUnavailable(kind.refusal, where=path, remedy=kind.remedy, readable=formats.READABLE, suffix=suffix)


def _folder(path: str) -> SourceUnavailable:
    names = [Path(file).name for file in open_folder(path)]
    if not names:
        return SourceUnavailable(
            "This is a folder without a file that can be opened.",
            where=path,
            remedy="Files that open: {readable}.",
            readable=formats.READABLE,
        )
    return SourceUnavailable(
        "This is a folder with {count} files that can be opened.",
        where=path,
        remedy="Open one of them, for example {names}.",
        count=len(names),
        names=", ".join(names[:NAMED]),
    )
