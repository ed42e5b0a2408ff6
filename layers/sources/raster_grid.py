"""Where the cells of a raster lie: north-up, mirrored, turned, or nowhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import Extent

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Affine = tuple[float, float, float, float, float, float]
"""Cell (column, row) to map: x = a column + b row + c; y = d column + e row + f."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a raster as the file counts them, and how they lie on the map.

    Parameters
    ----------
    width, height : int
        Columns and rows of the file.
    affine : tuple of 6 floats
        a, b, c, d, e, f; see ``Affine``.
    placed : bool
        False: the file has no place on earth, and pixels are the coordinates (row 0 on top).
    """

    width: int
    height: int
    affine: Affine
    placed: bool = True

    @property
    def is_turned(self) -> bool:
        """Whether rows drift from east-west by more than a hundredth of a cell."""
        a, b, _, d, e, _ = self.affine
        size = max(abs(a), abs(b), abs(d), abs(e))
        return max(abs(b) * self.height, abs(d) * self.width) > 0.01 * size

    @property
    def bounds(self) -> Extent:
        """The box around all cell edges."""
        corners = [self.at(c, r) for c in (0, self.width) for r in (0, self.height)]
        x, y = [p[0] for p in corners], [p[1] for p in corners]
        return Extent(min(x), min(y), max(x), max(y))

    @property
    def resolution(self) -> tuple[float, float]:
        """Size of a cell along its rows and columns, map units."""
        a, b, _, d, e, _ = self.affine
        return math.hypot(a, d), math.hypot(b, e)

    @property
    def mirrored(self) -> tuple[bool, bool]:
        """Whether columns run west and rows run north."""
        return self.affine[0] < 0, self.affine[4] > 0

    def at(self, column: float, row: float) -> tuple[float, float]:
        """Give the map place of a corner or a place between."""
        a, b, c, d, e, f = self.affine
        return a * column + b * row + c, d * column + e * row + f

    def cells(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give the file's rows and columns (int64) of map places; out of range where outside."""
        a, b, c, d, e, f = self.affine
        det = a * e - b * d
        column = (e * (x - c) - b * (y - f)) / det
        row = (a * (y - f) - d * (x - c)) / det
        return np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)

    def places(self, flat: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the middles of cells counted as ``row * width + column`` over ``bounds``, row 0 north."""
        box = self.bounds
        row, column = np.divmod(flat, self.width)
        x = box.x0 + (column + 0.5) * box.width / self.width
        y = box.y1 - (row + 0.5) * box.height / self.height
        return x, y

    def window(self, box: Extent) -> Window | None:
        """Give the whole cells that touch a box; None where none does. Not for turned grids."""
        a, _, c, _, e, f = self.affine
        columns = sorted(((box.x0 - c) / a, (box.x1 - c) / a))
        rows = sorted(((box.y0 - f) / e, (box.y1 - f) / e))
        c0, c1 = _whole(columns[0], columns[1], self.width)
        r0, r1 = _whole(rows[0], rows[1], self.height)
        return Window(c0, r0, c1 - c0, r1 - r0) if c1 > c0 and r1 > r0 else None

    def box(self, window: Window) -> Extent:
        """Give the edges of a window."""
        x0, y0 = self.at(window.column, window.row)
        x1, y1 = self.at(window.column + window.width, window.row + window.height)
        return Extent(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


@dataclass(frozen=True, slots=True)
class Window:
    """Whole cells: first column and row, and how many."""

    column: int
    row: int
    width: int
    height: int

    def shape(self, width: int, height: int) -> tuple[int, int]:
        """Give rows and columns to read so that about ``width`` x ``height`` cells come, never more than there are."""
        scale = max(self.width / max(width, 1), self.height / max(height, 1), 1.0)
        return max(1, round(self.height / scale)), max(1, round(self.width / scale))


def _whole(low: float, high: float, size: int) -> tuple[int, int]:
    slack = 1e-6
    if not math.isfinite(low) or not math.isfinite(high) or high < 0 or low > size:
        return 0, 0
    first = min(max(math.floor(low + slack), 0), size - 1)
    return first, min(max(math.ceil(high - slack), first + 1), size)


def affine(box: Extent, width: int, height: int) -> Affine:
    """Give the place of a north-up grid that fills a box."""
    return box.width / width, 0.0, box.x0, 0.0, -box.height / height, box.y1


def pixels(width: int, height: int) -> Grid:
    """Give the grid of a picture without a place: one unit per cell, row 0 on top."""
    return Grid(width, height, (1.0, 0.0, 0.0, 0.0, -1.0, float(height)), placed=False)


def world_file(path: Path) -> Affine | None:
    """Read the world file beside a picture (``.tfw``, ``.jgw``, ``.wld`` …); None where there is none."""
    suffix = path.suffix
    short = suffix[:2] + suffix[-1:] + "w"
    names = [short, suffix + "w", ".wld", short.upper(), suffix.upper() + "W", ".WLD"]
    for file in (path.with_suffix(name) for name in names if len(suffix) > 2):
        if file.is_file() and file.stat().st_size < 4096:
            numbers = file.read_text("ascii", "replace").replace(",", ".").split()
            try:
                a, d, b, e, x, y = (float(n) for n in numbers[:6])
            except ValueError:
                return None
            if not all(map(math.isfinite, (a, b, d, e, x, y))) or a * e == b * d:
                return None
            # A world file names the middle of the first cell.
            return a, b, x - (a + b) / 2, d, e, y - (d + e) / 2
    return None
