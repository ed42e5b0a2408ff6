"""Files that a library writes by itself appear whole or not at all, with all their parts."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import HaitangError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def staged(path: str | Path) -> Generator[Path]:
    """Give a path of the same name in a new folder beside the target; what is there afterwards takes its place.

    Libraries choose by the suffix and write parts beside the file (Shapefile), so that a temporary name is not
    enough. The named file moves last. The folder carries the id of the process, so that it can be found and taken
    away when the process was killed.

    Raises
    ------
    SourceUnavailable
        The folder is missing, read-only or full, or the library failed; old files are untouched.
    """
    target = Path(path).resolve()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem[:40]}.{os.getpid()}.", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        yield folder / target.name
        parts = sorted(folder.iterdir(), key=lambda part: part.name == target.name)
        if not parts or parts[-1].name != target.name:
            raise FileNotFoundError("the library wrote nothing")
        for part in parts:
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
        for part in parts:
            part.replace(target.parent / part.name)
    except HaitangError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(target: Path, error: Exception) -> SourceUnavailable:
    return SourceUnavailable(
        "The file cannot be written: {reason}.",
        where=str(target),
        remedy="Check that the folder exists, may be written to and has room.",
        reason=(getattr(error, "strerror", None) or " ".join(str(error).split())[:200]).rstrip("."),
    )
