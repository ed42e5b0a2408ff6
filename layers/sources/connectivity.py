"""Faces of a mesh: tables of node numbers as one flat list, and their sense of turning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces as offsets (int64, faces + 1) into node numbers (int32, zero-based)."""

    offsets: NDArray[np.int64]
    nodes: NDArray[np.int32]

    def __len__(self) -> int:
        """Count the faces."""
        return len(self.offsets) - 1


def faces_of(table: NDArray[Any], present: NDArray[np.bool_] | None) -> Faces:
    """Flatten a table of node numbers.

    Parameters
    ----------
    table : ndarray of int, (faces, most nodes)
        Zero-based node numbers.
    present : ndarray of bool, same shape, or None
        False where the table is padded; None = nowhere.

    Returns
    -------
    Faces
        Padding is left out; so is a node that repeats the one before it or closes the ring.
    """
    repeated = np.zeros(table.shape, bool)
    if table.shape[1] > 1:
        repeated[:, 1:] = table[:, 1:] == table[:, :-1]
    closing = closes(table, present, repeated)
    if present is None and not repeated.any() and closing is None:
        offsets = np.arange(len(table) + 1, dtype=np.int64) * table.shape[1]
        return Faces(offsets, np.ascontiguousarray(table, dtype=np.int32).ravel())
    kept = ~repeated if present is None else present & ~repeated
    if closing is not None:
        kept &= ~closing
    offsets = np.zeros(len(table) + 1, np.int64)
    np.cumsum(kept.sum(axis=1), out=offsets[1:])
    return Faces(offsets, table[kept].astype(np.int32))


def closes(
    table: NDArray[Any], present: NDArray[np.bool_] | None, repeated: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Mark the last node of rings that end where they began; None where none does."""
    if table.shape[1] < 3:
        return None
    kept = ~repeated if present is None else present & ~repeated
    last = table.shape[1] - 1 - np.argmax(kept[:, ::-1], axis=1)
    rows = np.flatnonzero((table[np.arange(len(table)), last] == table[:, 0]) & (last > 1) & kept[:, 0])
    if not len(rows):
        return None
    marked = np.zeros(table.shape, bool)
    marked[rows, last[rows]] = True
    return marked


def signed_areas(x: NDArray[np.float64], y: NDArray[np.float64], faces: Faces) -> NDArray[np.float64]:
    """Give the area of each face in square map units, positive where it runs anticlockwise.

    Coordinates are taken relative to the face's first node, so that large eastings cost no digits.
    """
    count = np.diff(faces.offsets)
    first = faces.offsets[:-1][count > 0]
    follower = np.arange(1, len(faces.nodes) + 1)
    follower[faces.offsets[1:][count > 0] - 1] = first
    owner = np.repeat(np.arange(len(faces)), count)
    start = np.zeros(len(faces), np.int64)
    start[count > 0] = faces.nodes[first]
    dx = x[faces.nodes] - x[start][owner]
    dy = y[faces.nodes] - y[start][owner]
    cross = dx * dy[follower] - dx[follower] * dy
    return np.bincount(owner, weights=cross, minlength=len(faces)) / 2


def anticlockwise(x: NDArray[np.float64], y: NDArray[np.float64], faces: Faces) -> Faces:
    """Turn the faces that run clockwise; their first node stays first."""
    clockwise = signed_areas(x, y, faces) < 0
    if not clockwise.any():
        return faces
    count = np.diff(faces.offsets)
    turned = np.repeat(clockwise, count)
    place = np.arange(len(faces.nodes)) - np.repeat(faces.offsets[:-1], count)
    mirrored = np.where(place == 0, 0, np.repeat(count, count) - place)
    source = np.repeat(faces.offsets[:-1], count) + np.where(turned, mirrored, place)
    return Faces(faces.offsets, faces.nodes[source])
