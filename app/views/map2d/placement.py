"""Where world coordinates land in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Placement(NamedTuple):
    """An unrotated view: ``px = (x - ox) * sx``, ``py = (oy - y) * sy``; pixel rows count downwards.

    Parameters
    ----------
    ox, oy : float
        World coordinates of the picture's upper left corner (the corner, not the centre of a pixel).
    sx, sy : float
        Pixels per world unit; both positive where north is up.
    """

    ox: float
    oy: float
    sx: float
    sy: float

    @classmethod
    def fit(cls, bounds: tuple[float, float, float, float], width: int, height: int) -> Placement:
        """Give the placement that shows all of a box (x0, y0, x1, y1), centred, with square pixels."""
        x0, y0, x1, y1 = bounds
        scale = min(width / max(x1 - x0, 1e-300), height / max(y1 - y0, 1e-300))
        return cls((x0 + x1) / 2 - width / 2 / scale, (y0 + y1) / 2 + height / 2 / scale, scale, scale)

    def to_pixels(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
        """Give pixel coordinates of world coordinates; the centre of the first pixel is (0.5, 0.5)."""
        return (x - self.ox) * self.sx, (self.oy - y) * self.sy

    def to_world(self, px: NDArray[np.float64], py: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
        """Give world coordinates of pixel coordinates."""
        return px / self.sx + self.ox, self.oy - py / self.sy


PIXELS = Placement(0.0, 0.0, 1.0, -1.0)
"""The placement of coordinates that are pixels already, y downwards."""
