"""Grids worked out piece by piece while they are read: results that never stand in memory whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import DataError
from layers.sources.memory import picks, window
from layers.sources.raster_grid import Window
from layers.sources.source import (
    Description,
    RasterBlock,
    RasterRequest,
    SeriesBlock,
    SeriesRequest,
    StatisticsRequest,
)
from layers.sources.statistics import statistics
from layers.sources.warp import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.sources.source import Block, LayerDescription, Request

PIECE = 8_000_000
"""Most values worked out at once: 32 MB as float32."""
ROWS = 512
"""Pieces end at multiples of so many rows and columns, as the blocks of a COG do."""


def pieces(width: int, height: int, bands: int = 1, most: int | None = None) -> Iterator[Window]:
    """Cut a grid into pieces of at most ``most`` values (``PIECE``), row by row; whole rows where they are short.

    The pieces depend on the size alone, never on the memory at hand, so that a run repeated elsewhere gives the
    same bytes.
    """
    most = max((most or PIECE) // max(bands, 1), ROWS * ROWS)
    columns = width if width * ROWS <= most else max(most // ROWS // ROWS, 1) * ROWS
    rows = max(most // max(columns, 1) // ROWS, 1) * ROWS
    for row in range(0, height, rows):
        for column in range(0, width, columns):
            yield Window(column, row, min(columns, width - column), min(rows, height - row))


def readable_grid(description: LayerDescription, crs: str | None) -> Grid:
    """Give the grid in which a raster layer answers: that of its file, or the north-up one it is turned to.

    Parameters
    ----------
    description : LayerDescription
    crs : str or None
        Reference system of the layer; the user may have set another than the file names.

    Raises
    ------
    DataError
        The layer has no place on the map.
    """
    box, counts = description.bounds, description.counts
    if box is None:
        raise DataError("The grid has no extent.", where=description.title)
    width, height = counts["width"], counts["height"]
    if description.resolution is not None and any(w.code == "turned" for w in description.warnings):
        size = min(description.resolution)
        width, height = max(1, round(box.width / size)), max(1, round(box.height / size))
    return Grid(crs or "", box, width, height)


@dataclass
class ComputedGrid:
    """A raster whose cells come from a function; a ``DataSource``.

    Parameters
    ----------
    layer : LayerDescription
        With ``bounds`` and the counts ``width`` and ``height``.
    cells : callable
        Takes a ``Window`` of the grid, gives float32 (variables, rows, columns), row 0 north, NaN = no data.
        How the grid is cut into windows may change the answer by what the method itself tolerates, no more.
    threads : int
        How many threads may ask for cells at the same time.
    """

    layer: LayerDescription
    cells: Callable[[Window], NDArray[np.float32]]
    path: str = "memory:"
    threads: int = 1

    @property
    def grid(self) -> Grid:
        """The grid of the cells."""
        counts = self.layer.counts
        return Grid(self.layer.crs or "", self._box(), counts["width"], counts["height"])

    def describe(self) -> Description:
        """Tell what the grid holds."""
        return Description(self.path, "raster", "memory", (self.layer,))

    def close(self) -> None:
        """Nothing to let go of; the inputs are closed by who opened them."""

    def read(self, request: Request) -> Block:
        """Work out a window, values at cells, or the range of a variable.

        Raises
        ------
        DataError
            There is no such variable, or the kind of request is not one a raster answers.
        """
        if isinstance(request, RasterRequest):
            return self._raster(request)
        if isinstance(request, SeriesRequest):
            return self._series(request)
        if isinstance(request, StatisticsRequest):
            band = self._band(request.variable)
            return statistics(self.cells(piece)[band] for piece in self._pieces())
        raise DataError("The layer {name} does not hold this kind of data.", where=self.path, name=self.layer.title)

    def _box(self) -> Extent:
        if self.layer.bounds is None:
            raise DataError("The grid has no extent.", where=self.path)
        return self.layer.bounds

    def _band(self, name: str) -> int:
        names = [v.name for v in self.layer.variables]
        if name not in names:
            raise DataError(
                "There is no variable {variable}.",
                where=self.path,
                remedy="Variables here: {names}.",
                variable=name,
                names=", ".join(names),
            )
        return names.index(name)

    def _pieces(self) -> Iterator[Window]:
        counts = self.layer.counts
        return pieces(counts["width"], counts["height"], len(self.layer.variables))

    def _raster(self, request: RasterRequest) -> RasterBlock:
        bands = [self._band(name) for name in request.variables]
        grid = self.grid
        rows, columns, box = window(grid.box, grid.width, grid.height, request.box or grid.box)
        asked = Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
        taken = picks(asked.height, request.height), picks(asked.width, request.width)
        if len(taken[0]) == asked.height and len(taken[1]) == asked.width:
            return RasterBlock(np.ascontiguousarray(self.cells(asked)[bands]), box)
        values = np.empty((len(bands), len(taken[0]), len(taken[1])), np.float32)
        for piece in pieces(asked.width, asked.height, len(self.layer.variables)):
            down = _within(taken[0], piece.row, piece.height)
            across = _within(taken[1], piece.column, piece.width)
            there = Window(asked.column + piece.column, asked.row + piece.row, piece.width, piece.height)
            cells = self.cells(there)[bands]
            chosen = np.ix_(np.arange(len(bands)), taken[0][down] - piece.row, taken[1][across] - piece.column)
            values[:, down, across] = cells[chosen]
        return RasterBlock(values, box)

    def _series(self, request: SeriesRequest) -> SeriesBlock:
        band, width = self._band(request.variable), self.layer.counts["width"]
        places = [divmod(i, width) for i in request.indices]
        values = [self.cells(Window(column, row, 1, 1))[band, 0, 0] for row, column in places]
        return SeriesBlock(np.array(["NaT"], "datetime64[ns]"), np.array([values], np.float32))


def _within(taken: NDArray[np.int64], start: int, count: int) -> slice:
    """Give which of the chosen cells lie in a piece."""
    first, last = np.searchsorted(taken, (start, start + count))
    return slice(int(first), int(last))
