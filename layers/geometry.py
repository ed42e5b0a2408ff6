"""Columnar geometry: all features of a layer as a few flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EMPTY, POINT, LINE, POLYGON = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Geometry:
    """Features as offsets and coordinates.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        East, north in the layer's CRS.
    rings : ndarray, int64, (rings + 1,)
        Vertex range of each ring, line or group of points.
    parts : ndarray, int64, (parts + 1,)
        Ring range of each part (a polygon's shell comes first, its holes after).
    features : ndarray, int64, (features + 1,)
        Part range of each feature.
    types : ndarray, uint8, (features,)
        ``EMPTY``, ``POINT``, ``LINE`` or ``POLYGON`` of each feature.
    z : ndarray, float64, (vertices,), optional
        Height of each vertex, or None.
    """

    xy: NDArray[np.float64]
    rings: NDArray[np.int64]
    parts: NDArray[np.int64]
    features: NDArray[np.int64]
    types: NDArray[np.uint8]
    z: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Count the features."""
        return len(self.types)
