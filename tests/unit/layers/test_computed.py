"""Grids worked out piece by piece are the grids worked out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources import computed, memory
from layers.sources.computed import ComputedGrid, pieces, readable_grid
from layers.sources.open import open_source
from layers.sources.raster_grid import Window
from layers.sources.source import RasterRequest, SeriesRequest, StatisticsRequest
from tests.unit.layers.raster_files import raster

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

VALUES = np.random.default_rng(2).random((2, 90, 130)).astype(np.float32)
BOX = Extent(100.0, 200.0, 1400.0, 1100.0)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> tuple[ComputedGrid, list[Window]]:
    """A grid that notes which pieces it is asked for; pieces hold at most 16 by 16 cells."""
    monkeypatch.setattr(computed, "ROWS", 16)
    monkeypatch.setattr(computed, "PIECE", 512)
    asked: list[Window] = []

    def cells(piece: Window) -> NDArray[np.float32]:
        asked.append(piece)
        return VALUES[:, piece.row : piece.row + piece.height, piece.column : piece.column + piece.width]

    held = memory.raster_source({"a": VALUES[0], "b": VALUES[1]}, BOX, crs="EPSG:4549")
    return ComputedGrid(held.layer, cells), asked


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 30))
def test_pieces_cover_every_cell_once_and_stay_small(width: int, height: int, bands: int):
    found = list(pieces(width, height, bands))
    assert sum(p.width * p.height for p in found) == width * height
    assert max(p.row + p.height for p in found) == height
    assert max(p.column + p.width for p in found) == width
    assert len({(p.row, p.column) for p in found}) == len(found)
    most = max(computed.PIECE // bands, computed.ROWS**2)
    assert all(p.width * p.height <= most for p in found)
    assert all(p.row % computed.ROWS == 0 and p.column % computed.ROWS == 0 for p in found)


def test_a_window_is_worked_out_alone(source: tuple[ComputedGrid, list[Window]]):
    grid, asked = source
    block = grid.read(RasterRequest("", ("b",), 0, Extent(300, 400, 500, 700), 999, 999))
    assert asked == [Window(20, 40, 20, 30)]
    assert block.box == Extent(300, 400, 500, 700)
    assert np.array_equal(block.values[0], VALUES[1, 40:70, 20:40])


def test_an_overview_takes_the_middle_cells_of_each_share_and_never_holds_all(
    source: tuple[ComputedGrid, list[Window]],
):
    grid, asked = source
    block = grid.read(RasterRequest("", ("a", "b"), 0, None, 13, 9))
    assert block.values.shape == (2, 9, 13)
    assert np.array_equal(block.values, VALUES[:, 5::10, 5::10])
    assert max(p.width * p.height for p in asked) <= 256


def test_statistics_come_from_all_pieces(source: tuple[ComputedGrid, list[Window]]):
    grid, asked = source
    found = grid.read(StatisticsRequest("", "a"))
    assert (found.minimum, found.maximum) == (VALUES[0].min(), VALUES[0].max())
    assert found.mean == pytest.approx(VALUES[0].mean(), rel=1e-5)
    assert len(asked) > 10


def test_values_at_cells_are_those_of_the_cells(source: tuple[ComputedGrid, list[Window]]):
    grid, _ = source
    found = grid.read(SeriesRequest("", "b", (0, 130, 89 * 130 + 129)))
    assert found.values.tolist() == [[VALUES[1, 0, 0], VALUES[1, 1, 0], VALUES[1, 89, 129]]]


def test_a_turned_raster_is_read_in_the_grid_it_is_turned_to(tmp_path: Path):
    from rasterio import Affine

    turned = Affine.translation(600_000.0, 3_456_000.0) @ Affine.rotation(30.0) @ Affine.scale(10.0, -10.0)
    path = raster(tmp_path / "turned.tif", np.arange(48, dtype=np.float32).reshape(6, 8), turned)
    source = open_source(str(path))
    layer = RasterLayer(source=str(path)).attach(source, source.describe().layer())
    grid = readable_grid(layer.described(), layer.crs)
    whole = layer.read(RasterRequest("", ("1",), 0, None, 10_000, 10_000))
    assert (grid.height, grid.width) == whole.values.shape[1:]
    assert (grid.height, grid.width) != (6, 8)
    part = Window(2, 3, 4, 5)
    block = layer.read(RasterRequest("", ("1",), 0, grid.box_of(part), part.width, part.height))
    assert np.array_equal(block.values[0], whole.values[0, 3:8, 2:6], equal_nan=True)
    source.close()


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_the_box_of_a_window_gives_that_window_back(width: int, height: int, data: st.DataObject):
    """No dust of binary numbers adds a row or column."""
    column = data.draw(st.integers(0, width - 1))
    row = data.draw(st.integers(0, height - 1))
    wide = data.draw(st.integers(1, width - column))
    high = data.draw(st.integers(1, height - row))
    held = memory.raster_source(
        {"h": np.zeros((height, width))}, Extent(0.1, -0.7, 0.1 + width / 3, -0.7 + height / 7), crs=None
    )
    grid = readable_grid(held.layer, None)
    box = grid.box_of(Window(column, row, wide, high))
    rows, columns, _ = memory.window(grid.box, width, height, box)
    assert (columns, rows) == (slice(column, column + wide), slice(row, row + high))
