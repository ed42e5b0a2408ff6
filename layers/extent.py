"""Boxes in map units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Extent:
    """A box (east, north) in the units of some CRS; edges, not cell centres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """East-west size in map units."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """South-north size in map units."""
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        """Middle (east, north)."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def to_list(self) -> list[float]:
        """Give ``[x0, y0, x1, y1]``."""
        return [self.x0, self.y0, self.x1, self.y1]

    def intersection(self, other: Extent) -> Extent | None:
        """Give the common box, or None where there is none."""
        box = Extent(max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1))
        return box if box.x1 >= box.x0 and box.y1 >= box.y0 else None

    def union(self, other: Extent) -> Extent:
        """Give the smallest box around both."""
        return Extent(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def grown(self, share: float) -> Extent:
        """Give the box grown on each side by a share of its larger size."""
        step = max(self.width, self.height) * share
        return Extent(self.x0 - step, self.y0 - step, self.x1 + step, self.y1 + step)

    def contains(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside or on the edge."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


def around(boxes: Iterable[Extent | None]) -> Extent | None:
    """Give the box around all boxes that are not None."""
    found: Extent | None = None
    for box in boxes:
        if box is not None:
            found = box if found is None else found.union(box)
    return found


def around_points(x: NDArray[np.float64], y: NDArray[np.float64]) -> Extent | None:
    """Give the box around finite points, or None where there are none."""
    fine = np.isfinite(x) & np.isfinite(y)
    if not fine.any():
        return None
    return Extent(float(x[fine].min()), float(y[fine].min()), float(x[fine].max()), float(y[fine].max()))
