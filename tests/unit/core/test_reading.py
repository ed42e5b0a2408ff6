"""Reading opens layers, answers from memory or reader, and gathers ranges behind the user's back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.core.defaults import layers_from
from app.core.document import Document
from app.core.readers import ReaderPool
from app.core.reading import BlockCache, Reading, block_bytes
from layers.errors import HaitangError
from layers.extent import Extent
from layers.sources.raster_writer import write_raster
from layers.sources.source import RasterBlock, RasterRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.layer import Layer

BOX = Extent(0, 0, 40, 30)


@pytest.fixture
def grid(tmp_path: Path) -> str:
    """A grid of 12 cells with one empty cell."""
    cells = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    cells[0, 0, 0] = np.nan
    path = tmp_path / "dem.tif"
    write_raster(path, cells, BOX, "EPSG:4549", vdatum="WUSONG_SH")
    return str(path)


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    """An empty document with its data side."""
    pool = ReaderPool(max_processes=1)
    yield Reading(Document(), pool, ranges=tmp_path / "ranges.sqlite")
    pool.close()


def opened(reading: Reading, path: str) -> Layer:
    """Open a file and add its first layer."""
    ready, box = threading.Event(), []

    def done(answer: Any) -> None:
        box.append(answer)
        ready.set()

    reading.add(path, done)
    assert ready.wait(30)
    if isinstance(box[0], HaitangError):
        raise box[0]
    reading.document.add(layers_from(box[0])[0])
    assert reading.settle(30)
    return reading.document.layers[0]


def test_an_opened_layer_knows_its_place_and_datum(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    assert reading.state(layer.id) == "ok"
    assert (layer.crs, layer.vdatum) == ("EPSG:4549", "WUSONG_SH")
    assert layer.description is not None
    assert layer.description.bounds == BOX


def test_a_block_read_once_comes_from_memory_the_second_time(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    request = RasterRequest("", (layer.description.variables[0].name,), width=4, height=3)  # type: ignore[union-attr]
    assert reading.cached(layer, request) is None
    first = reading.read_now(layer, request)
    assert isinstance(first, RasterBlock)
    assert np.isnan(first.values[0, 0, 0])
    assert reading.cached(layer, request) is first
    heard: list[Any] = []
    assert reading.read(layer, request, heard.append) is None
    assert heard == [first]


def test_a_file_that_went_away_greys_its_layer_and_comes_back_when_reopened(
    reading: Reading, grid: str, tmp_path: Path
) -> None:
    layer = opened(reading, grid)
    moved = tmp_path / "moved.tif"
    (tmp_path / "dem.tif").rename(moved)
    reading.reopen(layer)
    assert reading.settle(30)
    assert reading.state(layer.id) == "failed"
    assert "dem.tif" in getattr(reading.error(layer.id), "where", "")
    moved.rename(tmp_path / "dem.tif")
    reading.reopen(layer)
    assert reading.settle(30)
    assert reading.state(layer.id) == "ok"


def test_ranges_are_gathered_in_the_background_and_kept_for_the_next_session(
    reading: Reading, grid: str, tmp_path: Path
) -> None:
    layer = opened(reading, grid)
    name = layer.description.variables[0].name  # type: ignore[union-attr]
    ready = threading.Event()
    reading.statistics_ready.connect(lambda *_: ready.set())
    assert reading.statistics(layer, name) is None
    assert ready.wait(30)
    found = reading.statistics(layer, name)
    assert found is not None
    assert (found.minimum, found.maximum) == (1.0, 11.0)
    assert found.missing == pytest.approx(1 / 12)
    assert not list(tmp_path.glob("dem.tif.*"))
    again = Reading(reading.document, reading.pool, ranges=tmp_path / "ranges.sqlite")
    assert again.settle(30)
    assert again.statistics(layer, name) == found


def test_a_removed_layer_lets_go_of_its_file(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    reading.document.remove(layer)
    assert reading.state(layer.id) == "closed"
    assert not layer.is_open


def test_the_cache_holds_no_more_than_it_may() -> None:
    cache = BlockCache(1)
    blocks = [RasterBlock(np.zeros((1, 300, 300), np.float32), BOX) for _ in range(5)]
    for i, block in enumerate(blocks):
        cache.keep(("file", i), block)
    held = [i for i in range(5) if cache.find(("file", i)) is not None]
    assert held == [3, 4] or held == [2, 3, 4]
    assert sum(block_bytes(blocks[i]) for i in held) <= 1 << 20
    cache.forget("file")
    assert all(cache.find(("file", i)) is None for i in range(5))
