"""NetCDF files: CF grids, UGRID meshes and station series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.sources.source import DataSource

CLASSIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
HDF5 = b"\x89HDF\r\n\x1a\n"
SUFFIXES = {".nc", ".nc4", ".nc3", ".cdf", ".netcdf", ".ncf", ".grd", ".sww"}


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file is NetCDF: the classic formats by their first bytes, NetCDF-4 by these and the suffix."""
    if head.startswith(CLASSIC):
        return True
    return head.startswith(HDF5) and Path(path).suffix.lower() in SUFFIXES


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a NetCDF file; only its header is read.

    Raises
    ------
    SourceUnavailable
        The file is damaged, cut off or not readable.
    DataError
        It holds nothing that this program shows; the message says what it looks like.
    """
    from layers.sources.netcdf_source import NetcdfSource

    return NetcdfSource(str(path))
