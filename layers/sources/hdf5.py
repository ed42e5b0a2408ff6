"""HDF5 files by h5py: opened for reading without a lock, numbers read by hyperslab."""

# pyright: reportMissingTypeStubs=false
# The border to a library without types: beyond this file it is Any.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import SourceUnavailable
from layers.sources.netcdf_bytes import check_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

CACHE_BYTES = 64 << 20
"""Chunks that stay unpacked: a chunk of several steps is unpacked once while they play."""


def opened_hdf5(path: str) -> Any:
    """Open a file; what it holds is read later.

    Raises
    ------
    SourceUnavailable
        Cut off, damaged, or no HDF5 file.
    """
    import h5py

    check_whole(path)
    try:
        return cast("Any", h5py).File(path, "r", locking=False, rdcc_nbytes=CACHE_BYTES, rdcc_nslots=100_003)
    except (OSError, RuntimeError) as fault:
        raise SourceUnavailable(
            "The HDF5 library cannot open the file: {reason}.",
            where=path,
            remedy="It may be damaged or no HDF5 file; copy it again from its origin.",
            reason=str(fault).rstrip("."),
        ) from fault


def words(value: Any) -> str:
    """Give an attribute or a cell as text, whatever way it was stored; empty where it is missing."""
    if isinstance(value, np.ndarray):
        value = cast("Any", value).ravel()[0] if value.size else ""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8").strip("\0 ")
        except UnicodeDecodeError:
            return value.decode("gb18030", "replace").strip("\0 ")
    return "" if value is None else str(value).strip("\0 ")


def is_table(thing: Any, *shape: int | None) -> bool:
    """Tell whether something is a dataset of this shape; None = any size."""
    found: Any = getattr(thing, "shape", None)
    if found is None or len(found) != len(shape):
        return False
    return all(want is None or want == size for want, size in zip(shape, found, strict=True))


@dataclass(frozen=True, slots=True)
class Stored:
    """Numbers of a dataset as a column: (steps, places), or (places,) where it does not change.

    Parameters
    ----------
    dataset : h5py.Dataset
    places : int
        How many.
    row : int or None
        The one row that is read of a table that does not change in time.
    blank : ndarray of bool, (places,), or None
        Places whose numbers mean nothing.
    """

    dataset: Any
    places: int
    row: int | None = None
    blank: NDArray[np.bool_] | None = None

    @property
    def steps(self) -> int:
        """Number of steps."""
        return int(self.dataset.shape[0]) if self.row is None and len(self.dataset.shape) > 1 else 1

    @property
    def count(self) -> int:
        """Number of places."""
        return self.places

    @property
    def levels(self) -> int:
        """One."""
        return 1

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read a hyperslab."""
        if len(self.dataset.shape) == 1:
            raw = np.asarray(self.dataset[low:high])[None]
        elif self.row is not None:
            raw = np.asarray(self.dataset[self.row, low:high])[None]
        else:
            raw = np.asarray(self.dataset[first:last, low:high])
        values = raw if raw.dtype.kind == "f" else raw.astype(np.float32)
        if self.blank is not None:
            values[:, self.blank[low:high]] = np.nan
        return values
