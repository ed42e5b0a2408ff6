"""Tiles: the squares of a large grid that a view needs, at the level that suits it, and their joining."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.extent import Extent
from layers.sources.source import RasterBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.sources.source import LayerDescription

SIDE = 512
"""Cells along the side of a tile."""

FINER = 1.15
"""A level is used until its cells are this many times as large as what the view can show."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A box in the layer's system and the cells it has at its level."""

    box: Extent
    width: int
    height: int


def tiles_of(d: LayerDescription, seen: Extent, density: float) -> list[Tile]:
    """Give the tiles that cover what is seen, row by row from the north.

    Parameters
    ----------
    d : LayerDescription
        Of a grid with bounds, width and height.
    seen : Extent
        Inside the bounds, in the layer's system.
    density : float
        Cells per unit of the layer's system that the view can show.
    """
    bounds = d.bounds
    if bounds is None:
        return []
    base_x, base_y = bounds.width / d.counts["width"], bounds.height / d.counts["height"]
    level = max(0, int(np.floor(np.log2(max(FINER / density / max(base_x, base_y), 1e-9)))))
    cell_x, cell_y = base_x * 2**level, base_y * 2**level
    wide, high = SIDE * cell_x, SIDE * cell_y
    slack = 1e-9
    columns = range(int((seen.x0 - bounds.x0) / wide + slack), int(np.ceil((seen.x1 - bounds.x0) / wide - slack)) or 1)
    rows = range(int((bounds.y1 - seen.y1) / high + slack), int(np.ceil((bounds.y1 - seen.y0) / high - slack)) or 1)
    return [_tile(bounds, column, row, (wide, high), (cell_x, cell_y)) for row in rows for column in columns]


def _tile(bounds: Extent, column: int, row: int, size: tuple[float, float], cell: tuple[float, float]) -> Tile:
    x0, y1 = bounds.x0 + column * size[0], bounds.y1 - row * size[1]
    box = Extent(x0, max(y1 - size[1], bounds.y0), min(x0 + size[0], bounds.x1), y1)
    return Tile(box, max(1, round(box.width / cell[0])), max(1, round(box.height / cell[1])))


def joined(tiles: Sequence[Tile], blocks: Sequence[RasterBlock]) -> RasterBlock:
    """Give one block of all tiles; a block with other cells than its tile is fitted by the nearest cell."""
    if len(blocks) == 1:
        return blocks[0]
    x0, y0 = min(t.box.x0 for t in tiles), min(t.box.y0 for t in tiles)
    x1, y1 = max(t.box.x1 for t in tiles), max(t.box.y1 for t in tiles)
    first = tiles[0]
    per_x, per_y = first.width / first.box.width, first.height / first.box.height
    shape = (blocks[0].values.shape[0], max(1, round((y1 - y0) * per_y)), max(1, round((x1 - x0) * per_x)))
    whole = np.full(shape, np.nan, np.float32)
    for tile, block in zip(tiles, blocks, strict=True):
        left, right = round((tile.box.x0 - x0) * per_x), round((tile.box.x1 - x0) * per_x)
        upper, lower = round((y1 - tile.box.y1) * per_y), round((y1 - tile.box.y0) * per_y)
        _lay(whole[:, upper:lower, left:right], block, tile.box)
    return RasterBlock(whole, Extent(x0, y0, x1, y1))


def _lay(place: np.ndarray, block: RasterBlock, box: Extent) -> None:
    """Copy a block into its place."""
    values = block.values
    if not values.size or not place.size:
        return
    if values.shape == place.shape:
        place[:] = values
        return
    rows, columns = place.shape[1:]
    x = box.x0 + (np.arange(columns) + 0.5) * box.width / columns
    y = box.y1 - (np.arange(rows) + 0.5) * box.height / rows
    column = ((x - block.box.x0) / block.box.width * values.shape[2]).astype(int).clip(0, values.shape[2] - 1)
    row = ((block.box.y1 - y) / block.box.height * values.shape[1]).astype(int).clip(0, values.shape[1] - 1)
    place[:] = values[:, row[:, None], column[None, :]]
