"""HEC-RAS plan results and geometry in HDF5: two-dimensional flow areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.sources.source import DataSource

HDF5 = b"\x89HDF\r\n\x1a\n"


def sniff(path: str | Path, head: bytes) -> bool:
    """Tell whether a file is of HEC-RAS: HDF5 named as a plan or geometry, or whose root says so."""
    from layers.sources.hecras_file import says_hecras

    return head.startswith(HDF5) and says_hecras(Path(path))


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a file of HEC-RAS; geometry is read when it is asked for, results a step at a time.

    Raises
    ------
    SourceUnavailable
        The file is damaged, cut off or not readable.
    DataError
        It holds no two-dimensional flow area, or one without its cells.
    """
    from layers.sources.hecras_file import opened

    return opened(str(path))
