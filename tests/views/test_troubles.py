"""What cannot be read: said in a notice, grey in the tree with its reason, led to another file."""

from __future__ import annotations

import os
import shutil
import signal
import sys

import numpy as np
import pytest

from app.core import workspace
from app.shell import shots
from app.shell.layer_words import has_failed, subtitle
from layers.extent import Extent
from layers.sources.raster_writer import write_raster
from tests.views.windows import districts, opened


@pytest.fixture
def grid(tmp_path):
    """A grid of a size that is read in several blocks."""
    cells = np.arange(600 * 600, dtype=np.float32).reshape(1, 600, 600)
    write_raster(tmp_path / "ground.tif", cells, Extent(0, 0, 600, 600), "EPSG:4549")
    return tmp_path / "ground.tif"


def cut(path):
    """Cut a file off in the middle of its cells."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 20])


def layer_named(window, name):
    return next(layer for layer in window.desk.document.layers if layer.name == name)


def test_a_layer_whose_cells_cannot_be_read_is_grey_with_its_reason_until_it_is_whole_again(qapp, grid, tmp_path):
    whole = tmp_path / "whole.tif"
    shutil.copy(grid, whole)
    cut(grid)
    with opened(grid) as window:
        desk = window.desk
        layer = desk.document.layers[0]
        shots.wait_for(window, lambda: has_failed(layer, desk))
        assert desk.reading.state(layer.id) == "ok"
        words, token = subtitle(layer, desk)
        assert token == "error"
        assert words
        window.menus.refresh()
        assert window.menus.actions["layer-reopen"].isEnabled()
        shutil.copy(whole, grid)
        window.menus.actions["layer-reopen"].trigger()
        shots.wait_for(window, lambda: not has_failed(layer, desk))
        assert subtitle(layer, desk)[1] == "text-muted"


def test_a_workspace_with_a_missing_file_opens_with_a_notice_and_a_grey_layer_that_can_be_led_to_it(qapp, tmp_path):
    first, second = districts(tmp_path, "a.geojson"), districts(tmp_path, "b.geojson")
    path = tmp_path / "polder.haitang"
    with opened(first, second) as window:
        workspace.write(window.desk.document.snapshot(), path)
    away = tmp_path / "moved" / "a.geojson"
    away.parent.mkdir()
    first.rename(away)
    with opened() as window:
        desk = window.desk
        window.open_paths([str(path)])
        shots.wait_for(window, lambda: bool(desk.document.layers) and shots.is_open(window))
        told = [notice for notice in desk.notices.all if notice.severity == "error"]
        lost = layer_named(window, "a")
        assert [notice.where for notice in told] == [str(first)]
        assert [call for _, call in told[0].actions] == [f"layers.reopen_id:{lost.id}", f"troubles.relink:{lost.id}"]
        assert has_failed(lost, desk)
        assert not has_failed(layer_named(window, "b"), desk)
        window.acts["troubles"].lead(lost, str(away))
        shots.wait_for(window, lambda: desk.reading.state(lost.id) == "ok")
        assert desk.document.undo()
        shots.wait_for(window, lambda: desk.reading.state(lost.id) == "failed")
        desk.focus.take(lost)
        window.acts["layers"].remove()
        assert [layer.name for layer in desk.document.layers] == ["b"]


def test_all_layers_of_a_file_are_led_to_its_new_place_as_one_act(qapp, tmp_path):
    path = districts(tmp_path, "a.geojson")
    with opened(path) as window:
        document = window.desk.document
        document.add(document.layers[0].model_copy(update={"id": "twin"}))
        away = tmp_path / "c.geojson"
        path.rename(away)
        acts = len(document.history.entries)
        window.acts["troubles"].lead(document.layers[0], str(away))
        assert {layer.source for layer in document.layers} == {str(away)}
        assert len(document.history.entries) == acts + 1


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process with a POSIX signal")
def test_a_killed_reader_is_told_once_and_its_layers_come_back(qapp, tmp_path):
    with opened(districts(tmp_path, "a.geojson"), districts(tmp_path, "b.geojson")) as window:
        desk = window.desk
        seen: list[str] = []
        desk.reading.state_changed.connect(lambda layer_id: seen.append(desk.reading.state(layer_id)))
        for number in desk.pool.processes():
            os.kill(number, signal.SIGKILL)
        shots.wait_for(window, lambda: seen.count("ok") == 2)
        assert seen.count("opening") == 2
        assert [notice.severity for notice in desk.notices.all].count("warning") == 1
        assert "2" in desk.notices.all[-1].text
