"""Rows of different lengths in one flat list, each of which tells its own length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def row_starts(widths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give where the rows begin, the first at 0.

    Parameters
    ----------
    widths : ndarray, int64, (n,)
        Length of the row that would begin at each place; at least 1.

    Returns
    -------
    ndarray, int64, rising
        Found by doubling: who is reached in 1, 2, 4 … steps, so that no row is looked at alone.

    Examples
    --------
    >>> row_starts(np.array([2, 9, 1, 3, 9, 9])).tolist()
    [0, 2, 3]
    """
    count = len(widths)
    jump = np.minimum(np.arange(count) + np.maximum(widths, 1), count)
    jump = np.append(jump, count)
    places = np.zeros(min(count, 1), np.int64)
    while len(reached := jump[places][jump[places] < count]):
        places = np.concatenate((places, reached))
        jump = jump[jump]
    return np.sort(places)


def padded(flat: NDArray[np.int64], starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give rows as a table, the shorter ones padded with -1.

    Parameters
    ----------
    flat : ndarray, int64
    starts, counts : ndarray, int64, (rows,)
        Where the numbers of a row begin, and how many there are.
    """
    found = np.full((len(starts), int(counts.max(initial=0))), -1, np.int64)
    for count in np.unique(counts).tolist():
        same = np.flatnonzero(counts == count)
        found[same, :count] = flat[starts[same][:, np.newaxis] + np.arange(count)]
    return found
