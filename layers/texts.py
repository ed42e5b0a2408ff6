"""Texts of a column as two flat arrays: a million of them are no million objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.arrow import pyarrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts.

    Parameters
    ----------
    data : ndarray, uint8, (bytes,)
        All texts in UTF-8, one after the other.
    offsets : ndarray, int64, (rows + 1,)
        Where each begins; the last is where the last one ends.
    missing : ndarray, bool, (rows,), optional
        Rows without a value; None = none of them.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    missing: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str | None:
        """Give one text, None where there is none."""
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        if self.missing is not None and self.missing[row]:
            return None
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes().decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str | None]:
        """Go through the texts."""
        return (self[row] for row in range(len(self)))


def to_texts(values: Any) -> Texts:
    """Give the texts of an Arrow array, chunked or not, of strings."""
    pa = pyarrow()
    whole = values.cast(pa.large_string())
    whole = whole.combine_chunks() if hasattr(whole, "chunks") else whole
    pieces = whole.chunks if hasattr(whole, "chunks") else [whole]
    whole = pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)
    missing = np.asarray(whole.is_null().to_numpy(zero_copy_only=False), np.bool_) if whole.null_count else None
    _, places, data = whole.buffers()
    if places is None or not len(whole):
        return Texts(np.zeros(0, np.uint8), np.zeros(len(whole) + 1, np.int64), missing)
    offsets = np.frombuffer(places, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    held = np.frombuffer(data, np.uint8)[: offsets[-1]] if data is not None else np.zeros(0, np.uint8)
    return Texts(held[offsets[0] :], offsets - offsets[0], missing)


def from_list(values: Sequence[Any]) -> Texts:
    """Give the texts of a list; None = no value, anything else is shown as text."""
    pa = pyarrow()
    plain = [value if value is None or isinstance(value, str) else str(value) for value in values]
    return to_texts(pa.array([v and v.encode("utf-8", "replace").decode() for v in plain], pa.large_string()))


def to_arrow(texts: Texts) -> Any:
    """Give an Arrow array of strings on the same memory."""
    pa = pyarrow()
    valid = None
    if texts.missing is not None:
        valid = pa.array(~texts.missing).buffers()[1]
    held = [valid, pa.py_buffer(np.ascontiguousarray(texts.offsets)), pa.py_buffer(np.ascontiguousarray(texts.data))]
    return pa.LargeStringArray.from_buffers(len(texts), held[1], held[2], held[0])


def taken(texts: Texts, rows: NDArray[Any]) -> Texts:
    """Give the texts of some rows, in their order."""
    return to_texts(to_arrow(texts).take(pyarrow().array(np.asarray(rows, np.int64))))
