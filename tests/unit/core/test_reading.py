"""Reading opens layers, answers from memory or reader, and gathers ranges behind the user's back."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
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

    from layers.layer import Layer
    from layers.sources.source import Statistics

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


def ranged(reading: Reading, layer: Layer, name: str) -> Statistics:
    """Ask for the range of a variable and wait for it."""
    ready = threading.Event()
    reading.statistics_ready.connect(lambda *_: ready.set())
    found = reading.statistics(layer, name)
    if found is None:
        assert ready.wait(30)
        found = reading.statistics(layer, name)
    assert found is not None
    return found


def test_the_range_of_a_file_that_was_written_anew_is_asked_again(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    name = layer.described().variables[0].name
    assert ranged(reading, layer, name).maximum == 11.0
    request = RasterRequest("", (name,), width=4, height=3)
    reading.read_now(layer, request)
    write_raster(Path(grid), np.full((1, 3, 5), 7.5, np.float32), BOX, "EPSG:4549", vdatum="WUSONG_SH")
    reading.reopen(layer)
    assert reading.settle(30)
    assert reading.cached(layer, request) is None
    assert ranged(reading, layer, name).maximum == 7.5


def test_reopening_one_layer_reopens_all_layers_of_its_file(reading: Reading, grid: str, tmp_path: Path) -> None:
    first = opened(reading, grid)
    second = reading.document.add(first.model_copy(update={"id": "twin"}))
    assert reading.settle(30)
    moved = tmp_path / "moved.tif"
    Path(grid).rename(moved)
    reading.reopen(first)
    assert reading.settle(30)
    assert {reading.state(la.id) for la in (first, second)} == {"failed"}
    moved.rename(grid)
    reading.reopen(second)
    assert reading.settle(30)
    assert {reading.state(la.id) for la in (first, second)} == {"ok"}


def held_files(pool: ReaderPool) -> set[str]:
    """Files that the readers hold open."""
    return {path for reader in pool._readers for path in reader.files}


def test_a_removed_layer_lets_go_of_its_file(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    assert held_files(reading.pool) == {grid}
    reading.document.remove(layer)
    assert reading.state(layer.id) == "closed"
    assert not layer.is_open
    assert held_files(reading.pool) == set()


def test_the_files_of_a_replaced_document_are_let_go_of(reading: Reading, grid: str) -> None:
    layer = opened(reading, grid)
    request = RasterRequest("", (layer.described().variables[0].name,), width=4, height=3)
    reading.read_now(layer, request)
    kept = reading.document.to_dict()
    reading.document.replace({})
    assert held_files(reading.pool) == set()
    assert reading.cached(layer, request) is None
    reading.document.replace(kept)
    assert reading.settle(30)
    assert held_files(reading.pool) == {grid}
    assert [reading.state(la.id) for la in reading.document.layers] == ["ok"]


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process with a POSIX signal")
def test_the_layer_of_a_killed_reader_is_grey_until_it_is_read_again(reading: Reading, grid: str) -> None:
    opened(reading, grid)
    states: list[str] = []
    back = threading.Event()

    def on_state(layer_id: str) -> None:
        states.append(reading.state(layer_id))
        if states[-1] == "ok":
            back.set()

    reading.state_changed.connect(on_state)
    os.kill(reading.pool.processes()[0], signal.SIGKILL)
    assert back.wait(20)
    assert states == ["opening", "ok"]
    assert held_files(reading.pool) == {grid}


def test_a_grey_layer_is_led_to_another_file_and_back_by_undo(reading: Reading, grid: str, tmp_path: Path) -> None:
    layer = opened(reading, grid)
    other = tmp_path / "elsewhere.tif"
    write_raster(other, np.full((1, 3, 4), 7.5, np.float32), BOX, "EPSG:4549", vdatum="WUSONG_SH")
    Path(grid).unlink()
    reading.reopen(layer)
    assert reading.settle(30)
    assert reading.state(layer.id) == "failed"
    reading.document.set(layer, "source", str(other))
    assert reading.settle(30)
    assert reading.state(layer.id) == "ok"
    assert held_files(reading.pool) == {str(other)}
    assert ranged(reading, layer, layer.described().variables[0].name).maximum == 7.5
    reading.document.undo()
    assert reading.settle(30)
    assert (layer.source, reading.state(layer.id)) == (grid, "failed")


def test_a_layer_led_to_a_file_of_another_kind_says_so(reading: Reading, grid: str, tmp_path: Path) -> None:
    layer = opened(reading, grid)
    table = tmp_path / "gauge.csv"
    table.write_text("time,level [m]\n2026-08-01T00:00Z,1.5\n2026-08-01T01:00Z,2.5\n", encoding="utf-8")
    reading.document.set(layer, "source", str(table))
    assert reading.settle(30)
    error = reading.error(layer.id)
    assert reading.state(layer.id) == "failed"
    assert error is not None
    assert "raster" in str(error)
    assert error.where == str(table)
    assert error.remedy


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
