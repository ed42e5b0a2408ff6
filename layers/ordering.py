"""Orders of a column: numbers, moments and texts as unsigned words, sorted a few dozen bits at a time.

Each pass sorts one array of 64-bit words that hold a piece of the key above the row's number: numpy sorts words
several times faster than it gives the order of keys, and equal keys keep the order of their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.texts import Texts, from_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]
    Rows = NDArray[np.int64]

_WORD = 8
"""Bytes of a text that are compared at once."""
_SHARED = 256
"""Bytes that all texts may begin with and that are left out."""
_FEW = 1000
"""Texts that are asked first for what all begin with."""
_MOST = 3
"""Where more than one in so many texts is looked at again, all are read."""
_HELD = np.array([(1 << 64) - (1 << 8 * (_WORD - count)) for count in range(_WORD + 1)], np.uint64)
"""The bits of a word that hold its first 0 to 8 bytes."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A column in order.

    Parameters
    ----------
    rows : ndarray, int64, (values,)
        Rows that have a value, from the smallest to the largest; equal ones in the order of the rows.
    starts : ndarray, int64, (different values,)
        Where in ``rows`` each value begins.
    missing : ndarray, int64, (rows without value,)
    """

    rows: Rows
    starts: Rows
    missing: Rows

    def falling(self) -> Rows:
        """Give the rows from the largest value to the smallest; equal ones in the order of the rows."""
        sizes = np.diff(np.append(self.starts, len(self.rows)))[::-1]
        begins = self.starts[::-1]
        shift = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else begins
        return self.rows[np.repeat(begins - shift, sizes) + np.arange(len(self.rows))]


def ordered(values: Any) -> Ordered:
    """Put a column in order.

    Parameters
    ----------
    values : ndarray of numbers, truths or moments, Texts, or list
        NaN, NaT and None are missing; texts are compared by their characters' numbers.
    """
    array: NDArray[Any] = cast("Any", values if isinstance(values, np.ndarray) else np.empty(0, object))
    if array.dtype.kind in "biufmM":
        gaps = _gaps(array)
        rows = np.flatnonzero(~gaps) if gaps is not None else np.arange(len(array))
        keys = _words(array if gaps is None else array[rows])
        place = sorted_places(keys)
        keys = keys[place]
        return Ordered(rows[place], _begins(keys), _places(gaps))
    texts = cast("Any", values) if isinstance(values, Texts) else from_list(list(cast("Any", values)))
    rows = np.flatnonzero(~texts.missing) if texts.missing is not None else np.arange(len(texts))
    place, begins = _texts_in_order(texts, rows)
    return Ordered(place, begins, _places(texts.missing))


def _begins(keys: Keys) -> Rows:
    """Give where each value of sorted keys begins."""
    return np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, np.int64)


def _places(gaps: NDArray[np.bool_] | None) -> Rows:
    return np.flatnonzero(gaps) if gaps is not None else np.zeros(0, np.int64)


def _gaps(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    kind = values.dtype.kind
    found = np.isnan(values) if kind == "f" else np.isnat(values) if kind in "mM" else None
    return found if found is not None and found.any() else None


def _words(values: NDArray[Any]) -> Keys:
    """Give numbers or moments as unsigned words in the same order."""
    top = np.uint64(1 << 63)
    kind = values.dtype.kind
    if kind == "f":
        bits = (values.astype(np.float64) + 0.0).view(np.uint64)
        return np.where(bits >= top, ~bits, bits | top)
    if kind in "ub":
        return values.astype(np.uint64)
    return values.astype(np.int64).view(np.uint64) ^ top


def sorted_places(keys: Keys) -> Rows:
    """Give the places of keys from the smallest to the largest; equal ones in their order."""
    count = len(keys)
    if count < 2:
        return np.arange(count)
    low = keys - keys.min()
    bits = int(low.max()).bit_length()
    room = max((count - 1).bit_length(), 1)
    piece, own = 64 - room, np.arange(count, dtype=np.uint64)
    mask, order = np.uint64((1 << room) - 1), None
    for shift in range(0, max(bits, 1), piece):
        part = low >> np.uint64(shift)
        packed = part if order is None else part[order]
        packed <<= np.uint64(room)
        packed |= own
        packed.sort()
        packed &= mask
        at = packed.view(np.int64)
        order = at if order is None else order[at]
    return cast("Rows", order)


def _texts_in_order(texts: Texts, rows: Rows) -> tuple[Rows, Rows]:
    """Give rows in the order of their texts, and where each different text begins.

    Eight bytes are compared at a time; only rows that are still alike are looked at again.
    """
    starts, lengths = texts.offsets[rows], np.diff(texts.offsets)[rows]
    data = np.concatenate([texts.data, np.zeros(3 * _WORD, np.uint8)])
    words = data[: len(data) // _WORD * _WORD].view(">u8").astype(np.uint64)
    skip = _common(words, starts, lengths)
    keys = _pieces(words, starts + skip, lengths - skip)
    order = sorted_places(keys)
    begins, skip = _begins(keys[order]), skip + _WORD
    while len(begins) < len(order):
        sizes = np.diff(np.append(begins, len(order)))
        unsure = (sizes > 1) & (np.maximum.reduceat(lengths[order], begins) > skip)
        if not unsure.any():
            break
        at = np.flatnonzero(np.repeat(unsure, sizes))
        group = np.repeat(np.arange(len(begins)), sizes)[at]
        held = order[at]
        if len(held) * _MOST > len(starts):  # read in the order of the file, which the memory likes best
            keys = _pieces(words, starts + skip, lengths - skip)[held]
        else:
            keys = _pieces(words, starts[held] + skip, lengths[held] - skip)
        place = sorted_places(keys)
        place = place[sorted_places(group[place].astype(np.uint64))]
        order[at], keys = held[place], keys[place]
        split = at[1:][(keys[1:] != keys[:-1]) & (group[1:] == group[:-1])]
        begins = np.sort(np.concatenate([begins, split]))
        skip += _WORD
    return rows[order], begins


def _common(words: Keys, starts: Rows, lengths: Rows) -> int:
    """Count the bytes that all texts begin with."""
    if not len(starts):
        return 0
    most, same = min(int(lengths.min()), _SHARED), 0
    while same < most:
        alike = _WORD
        for some in (slice(0, _FEW), slice(None)):  # mostly a few tell that there is nothing
            keys = _pieces(words, starts[some] + same, lengths[some] - same)
            alike = _WORD - (int(keys.min() ^ keys.max()).bit_length() + 7) // 8
            if not alike:
                return same
        same = min(same + alike, most)
        if alike < _WORD:
            break
    return same


def _pieces(words: Keys, starts: Rows, lengths: Rows) -> Keys:
    """Give up to eight bytes of each text as one word, the first byte on top; zero beyond its end.

    Parameters
    ----------
    words : ndarray, uint64
        The bytes of all texts, eight to a word, the first on top.
    starts : ndarray, int64, (texts,)
        First byte of each piece; it may lie beyond the bytes where nothing is left of a text.
    lengths : ndarray, int64, (texts,)
        Bytes left of each text; 0 or less: none.
    """
    at, shift = np.minimum(starts >> 3, len(words) - 2), ((starts & (_WORD - 1)) << 3).astype(np.uint64)
    found = words[at] << shift
    # Shifted twice, because a shift by all 64 bits is none.
    found |= (words[at + 1] >> np.uint64(1)) >> (np.uint64(63) - shift)
    found &= _HELD[np.clip(lengths, 0, _WORD)]
    return found
