"""A person opens, saves and brings back: files of all kinds, broken ones, killed readers, killed programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from app.core import workspace
from app.core.journal import recoverable
from app.core.settings import Settings
from app.shell import shots
from app.shell.file_acts import sample_path
from app.shell.recover_dialog import RecoverDialog
from app.shell.review_dialog import ReviewDialog
from app.shell.scale_editor import ScaleEditor
from app.shell.startup import offer_sessions
from layers.extent import Extent
from layers.sources.raster_writer import write_raster
from layers.sources.source import Variable
from tests.realdata import ROOT, real_data
from tests.views.windows import districts, gauges, opened


def dialog_of(kind):
    return next((d for d in QApplication.topLevelWidgets() if isinstance(d, kind) and d.isVisible()), None)


def test_files_and_folders_dropped_on_the_window_are_opened(qapp, tmp_path):
    folder = tmp_path / "survey"
    (folder / "deep").mkdir(parents=True)
    districts(folder, "a.geojson")
    districts(folder / "deep", "b.geojson")
    single = gauges(tmp_path)
    with opened() as window:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(p)) for p in (folder, single)])
        event = QDropEvent(
            QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        window.dropEvent(event)
        shots.wait_for(window, lambda: len(window.desk.document.layers) == 3 and shots.is_open(window))
        assert {la.name for la in window.desk.document.layers} >= {"a", "b"}
        shots.settle(window)
        assert window.desk.document.camera.crs is not None


def test_what_was_opened_is_offered_again_next_time(qapp, tmp_path):
    path = districts(tmp_path)
    with opened() as window:
        window.desk.settings = Settings.load()
        shots.fill_window(window, [str(path)])
    assert Settings.load().recent == [str(path)]
    with opened() as window:
        window.submenus.fill_recent()
        entry = window.menus.recent.actions()[0]
        assert entry.text() == path.name
        entry.trigger()
        shots.wait_for(window, lambda: shots.is_open(window))


def test_a_file_that_cannot_be_read_is_named_and_the_others_open(qapp, tmp_path):
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', "utf-8")
    with opened() as window:
        window.open_paths([str(broken), str(districts(tmp_path))])
        shots.wait_for(window, lambda: shots.is_open(window) and bool(window.desk.notices.all))
        told = window.desk.notices.all[-1]
        assert told.severity == "error"
        assert "broken.geojson" in told.where + told.text
        assert len(window.desk.document.layers) == 1


def test_a_saved_workspace_opens_as_it_was(qapp, tmp_path):
    path = tmp_path / "polder.haitang"
    with opened(districts(tmp_path)) as window:
        document = window.desk.document
        document.set(document.layers[0], "name", "四个区")
        document.path = path
        window.files.save()
        shots.wait_for(window, lambda: path.exists() and not document.dirty)
        before = document.to_dict()
    with opened(path) as window:
        after = window.desk.document.to_dict()
        assert after["layers"][0]["name"] == "四个区"
        assert after["camera"] == before["camera"]
        assert not window.desk.document.dirty
        assert "polder" in window.windowTitle()


def test_what_is_done_while_a_save_is_under_way_stays_unsaved(qapp, tmp_path):
    path = tmp_path / "polder.haitang"
    with opened(districts(tmp_path)) as window:
        document = window.desk.document
        document.path = path
        window.files.save()
        document.set(document.layers[0], "name", "later")
        shots.wait_for(window, lambda: path.exists() and bool(window.desk.notices.all))
        assert document.dirty
        assert json.loads(path.read_text("utf-8"))["layers"][0]["name"] != "later"


def test_an_earlier_version_finds_its_data_beside_the_workspace(qapp, tmp_path, monkeypatch):
    path = tmp_path / "polder.haitang"
    with opened(districts(tmp_path)) as window:
        document = window.desk.document
        workspace.save(document, path)
        document.set(document.layers[0], "name", "second")
        workspace.save(document, path)
        monkeypatch.setattr("app.shell.questions.one_of", lambda _p, _t, _w, choices, *_: choices[-1][0])
        window.files.open_version()
        shots.wait_for(window, lambda: not window.files.is_loading and shots.is_open(window))
        assert document.layers[0].name != "second"
        assert window.desk.reading.state(document.layers[0].id) == "ok"
        assert document.path == path
        assert document.dirty


def test_the_embedded_sample_is_never_written_over(qapp, monkeypatch):
    path = sample_path()
    if path is None:
        pytest.skip("the sample workspace is not built")
    asked = []
    monkeypatch.setattr("app.shell.questions.file_to_save", lambda *words: asked.append(words) or "")
    with opened(path) as window:
        assert window.desk.document.path is None
        assert not window.desk.document.dirty
        window.files.save()
        assert len(asked) == 1


def test_a_file_with_a_guessed_encoding_is_shown_before_it_is_taken(qapp, qtbot, tmp_path):
    source = real_data("broken/shp_gbk_no_cpg/上海市区县.shp")
    for part in source.parent.iterdir():
        shutil.copy(part, tmp_path / part.name)
    with opened() as window:
        window._asks = True
        window.open_paths([str(tmp_path / source.name)])
        shots.wait_for(window, lambda: dialog_of(ReviewDialog) is not None)
        dialog = dialog_of(ReviewDialog)
        shots.wait_for(window, lambda: dialog.table.rowCount() > 0)
        cells = {dialog.table.item(0, c).text() for c in range(dialog.table.columnCount())}
        assert "黄浦区" in cells
        assert window.desk.document.layers == []
        qtbot.mouseClick(dialog._open, Qt.MouseButton.LeftButton)
        shots.wait_for(window, lambda: shots.is_open(window))
        assert window.desk.document.layers[0].name == "上海市区县"
        window.ask_nothing()


def kill_reader_at_work(window, path: str) -> None:
    """Kill the reader of a file in the middle of a request."""
    pool = window.desk.pool
    for process in pool.processes():
        os.kill(process, signal.SIGSTOP)
    pool.submit(path, None, lambda _: None)
    shots.wait_for(window, lambda: any(reader.current is not None for reader in pool._readers))
    for process in pool.processes():
        os.kill(process, signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_a_killed_reader_is_started_again_and_says_so(qapp, tmp_path):
    with opened(districts(tmp_path)) as window:
        desk = window.desk
        layer = desk.document.layers[0]
        kill_reader_at_work(window, layer.source)
        shots.wait_for(window, lambda: bool(desk.notices.all))
        assert desk.notices.all[-1].severity == "warning"
        shots.wait_for(window, lambda: desk.reading.state(layer.id) == "ok")
        window.canvas.zoom(2.0)
        shots.settle(window)


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_a_file_that_ends_its_readers_is_grey_until_it_is_reopened(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr("app.core.readers.TRIES", 1)
    with opened(districts(tmp_path)) as window:
        desk = window.desk
        layer = desk.document.layers[0]
        kill_reader_at_work(window, layer.source)
        shots.wait_for(window, lambda: desk.reading.state(layer.id) == "failed")
        shots.wait_for(window, lambda: any(n.severity == "error" for n in desk.notices.all))
        desk.focus.take(layer)
        window.menus.refresh_now()
        assert window.menus.actions["layer-reopen"].isEnabled()
        window.resolve("layers.reopen")()
        shots.wait_for(window, lambda: desk.reading.state(layer.id) == "ok")
        shots.settle(window)


KILLED = """
import os, sys
from app.core.document import Document
from app.core.journal import begin_session
from layers.vector import VectorLayer
document = Document()
journal = begin_session(document)
document.set("document", "title", "青草沙")
document.add(VectorLayer(name="堤防", source="memory:"))
os._exit(9)
"""


def test_a_killed_session_is_offered_and_comes_back(qapp, qtbot):
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == 9
    with opened() as window:
        offer_sessions(window)
        shots.wait_for(window, lambda: dialog_of(RecoverDialog) is not None)
        dialog = dialog_of(RecoverDialog)
        assert dialog.list.count() == 1
        dialog._on_chosen()
        shots.wait_for(window, lambda: bool(window.desk.document.layers))
        assert window.desk.document.title == "青草沙"
        assert [la.name for la in window.desk.document.layers] == ["堤防"]
        assert window.desk.document.dirty
    assert recoverable() == []


def test_a_session_that_is_not_wanted_is_thrown_away(qapp):
    subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=os.environ, check=False)
    with opened() as window:
        offer_sessions(window)
        shots.wait_for(window, lambda: dialog_of(RecoverDialog) is not None)
        dialog_of(RecoverDialog)._on_refused()
        assert recoverable() == []
        assert window.desk.document.layers == []


def test_a_picture_of_the_map_is_written(qapp, tmp_path, monkeypatch):
    out = tmp_path / "map.png"
    with opened(districts(tmp_path)) as window:
        monkeypatch.setattr("app.shell.questions.file_to_save", lambda *_: str(out))
        window.files.save_picture()
        shots.wait_for(window, out.exists)
    assert Path(out).stat().st_size > 5_000


def test_undo_goes_back_to_no_view_before_the_first_and_drops_what_was_half_typed(qapp, tmp_path):
    path = tmp_path / "ground.tif"
    cells = np.arange(400, dtype=np.float32).reshape(1, 20, 20)
    write_raster(path, cells, Extent(0, 0, 200, 200), "EPSG:4549", variables=(Variable("elevation", "m", "cell"),))
    with opened(str(path)) as window:
        document = window.desk.document
        seen = document.camera.pose
        editor = window.docks["layers"].content.style_panel.findChild(ScaleEditor)
        editor.range.high.setText("10")
        editor.range.high.editingFinished.emit()
        editor.range.low.setFocus()
        editor.range.low.setText("3")
        document.undo()
        shots.settle(window)
        assert document.layers[0].style.scale.maximum is None
        assert editor.range.low.text() == ""
        editor.range.low.editingFinished.emit()
        assert document.layers[0].style.scale.minimum is None
        document.undo()
        assert document.camera.pose == seen
