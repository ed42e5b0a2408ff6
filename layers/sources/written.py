"""Output files appear whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def whole(path: str | Path) -> Generator[Path]:
    """Give a temporary path beside a file; it takes the file's place when all went well.

    Raises
    ------
    SourceUnavailable
        The folder is missing, read-only or full; an old file is untouched.
    """
    target = Path(path).resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open(mode="rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except (OSError, RuntimeError) as fault:
        # The NetCDF library tells a full disk by a RuntimeError of its own.
        if isinstance(fault, SourceUnavailable) or not (isinstance(fault, OSError) or "NetCDF" in str(fault)):
            raise
        raise SourceUnavailable(
            "The file cannot be written: {reason}.",
            where=str(target),
            remedy="Check that the folder exists, may be written to and has room.",
            reason=getattr(fault, "strerror", None) or str(fault),
        ) from fault
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
