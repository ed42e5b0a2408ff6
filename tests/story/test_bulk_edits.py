"""Acts on many features are jobs: the window goes on, the job can be cancelled, and each is one act that survives."""

from __future__ import annotations

import os
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from app.core.bulk import MANY, Bulk
from app.core.journal import recover, recoverable
from app.core.row_edits import EditLogged
from app.core.selection import Ids
from app.shell import shots
from layers.errors import EditError
from layers.sources.source import FeatureRequest
from layers.sources.vector_file import VectorFile
from tests.story.editors import EAST, Editor, parcels
from tests.views.windows import opened

if TYPE_CHECKING:
    from pathlib import Path

    from app.shell.window import MainWindow
    from layers.vector import VectorLayer

COUNT = int(os.environ.get("HAITANG_BULK_FEATURES", "3000"))
AWAY_S = float(os.environ.get("HAITANG_BULK_AWAY_S", "5"))
"""How long the main thread may be away; the proof, with 100,000 features on a quiet machine, sets 0.05."""


def begun(window: MainWindow) -> VectorLayer:
    layer = window.desk.document.layers[0]
    window.desk.focus.take(layer)
    window.acts["editing"].begin(layer)
    shots.wait_for(window, lambda: layer.copy_at_work is not None)
    return layer


def shares(layer: VectorLayer, *ids: int) -> list[float]:
    rows = layer.copy_at_work.rows(ids)
    return [rows[number].values["share"] for number in ids]


def idle(window: MainWindow) -> bool:
    return not window.acts["editing"].busy and not window.desk.document.copies.held


class Absence:
    """The longest time the main thread did not answer its event loop, s."""

    def __init__(self) -> None:
        self.worst, self._last = 0.0, time.perf_counter()
        self._timer = QTimer(interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst, self._last = max(self.worst, now - self._last), now


def test_setting_an_attribute_of_many_features_is_a_job_and_one_act_that_undo_takes_back(qapp, tmp_path: Path):
    with opened(parcels(tmp_path / "parcels.gpkg", COUNT // 10, 10), size=(900, 600)) as window:
        layer = begun(window)
        document = window.desk.document
        ids = frozenset(range(1, COUNT + 1))
        document.selection.set(layer.id, Ids(ids))
        shots.wait_for(window, lambda: window.canvas.scene.is_idle)
        old = shares(layer, 1, COUNT)
        acts = len(document.history.entries)
        away = Absence()
        window.desk.change(Bulk(layer.id, "set", ids, {"values": {"share": "0.75"}}))
        with pytest.raises(EditError, match="A job is just changing"):
            document.run(Bulk(layer.id, "set", frozenset([1]), {"values": {"share": 1}}).command(_table(window, layer)))
        shots.wait_for(window, lambda: idle(window))
        assert shares(layer, 1, COUNT) == [0.75, 0.75]
        assert len(document.history.entries) == acts + 1
        assert isinstance(document.history.entries[-1], EditLogged)
        assert layer.patch is None, "readers read the new state; nothing is patched in the window"
        assert "base-" in layer.reads_from
        window.menus.actions["undo"].trigger()
        shots.wait_for(window, lambda: idle(window))
        assert shares(layer, 1, COUNT) == old
        assert layer.copy_at_work.is_saved
        window.menus.actions["redo"].trigger()
        shots.wait_for(window, lambda: idle(window))
        assert shares(layer, 1, COUNT) == [0.75, 0.75]
        assert not layer.copy_at_work.is_saved
        window.desk.go(acts)
        shots.wait_for(window, lambda: idle(window) and document.history.position == acts)
        window.desk.go(acts + 1)
        shots.wait_for(window, lambda: idle(window) and document.history.position == acts + 1)
        window.menus.actions["edit-save"].trigger()
        shots.wait_for(window, lambda: layer.copy_at_work.is_saved and idle(window))
        print(f"{COUNT} features, three acts and a save: main thread away at most {away.worst * 1000:.0f} ms")
        assert away.worst < AWAY_S
    with closing(VectorFile(str(tmp_path / "parcels.gpkg"))) as file:
        assert set(file.read(FeatureRequest("parcels", None, ("share",))).columns["share"].tolist()) == {0.75}


def _table(window: MainWindow, layer: VectorLayer):
    from app.core.editable import editable

    return editable(window.desk.document, layer.id)


def test_a_cancelled_job_leaves_the_features_as_they_were_within_a_second(qapp, tmp_path: Path):
    with opened(parcels(tmp_path / "parcels.gpkg", COUNT // 10, 10), size=(900, 600)) as window:
        layer = begun(window)
        old = layer.copy_at_work.dump()
        window.desk.change(Bulk(layer.id, "delete", frozenset(range(1, COUNT))))
        job = window.desk.jobs.all[0]
        started = time.monotonic()
        job.cancel()
        shots.wait_for(window, lambda: idle(window))
        assert time.monotonic() - started < 1.5
        assert layer.copy_at_work.dump() == old
        assert not [e for e in window.desk.document.history.entries if isinstance(e, EditLogged)]


def test_a_layer_that_is_let_go_of_while_a_job_changes_it_comes_back_as_it_was(qapp, tmp_path: Path):
    with opened(parcels(tmp_path / "parcels.gpkg", COUNT // 10, 10), size=(900, 600)) as window:
        layer = begun(window)
        copy, old = layer.copy_at_work, layer.copy_at_work.dump()
        window.desk.change(Bulk(layer.id, "set", frozenset(range(1, COUNT)), {"values": {"share": 0.75}}))
        window.desk.document.undo()
        assert layer.copy_at_work is None
        shots.wait_for(window, lambda: idle(window))
        window.desk.document.redo()
        assert layer.copy_at_work is copy
        assert copy.dump() == old
        assert (copy.applied, len(copy.log.entries)) == (0, 0)
        window.desk.change(Bulk(layer.id, "set", frozenset([1]), {"values": {"share": 0.5}}))
        assert shares(layer, 1) == [0.5]


def test_moving_many_selected_features_with_the_pointer_is_a_job(qapp, tmp_path: Path):
    from app.core.drawing import MoveFeature
    from app.core.gestures import Pointer

    with opened(parcels(tmp_path / "parcels.gpkg", (MANY + 100) // 10, 10), size=(900, 600)) as window:
        layer = begun(window)
        window.desk.document.selection.set(layer.id, Ids(frozenset(range(1, MANY + 2))))
        gesture = MoveFeature(window.desk.document, layer.id)
        x, y = EAST + 5, 3_400_005.0
        gesture.press(Pointer(x, y, near=1, button="left"))
        outcome = gesture.release(Pointer(x + 2, y, near=1, button="left"))
        assert outcome.command is None
        before = layer.copy_at_work.rows([1])[1].geometry
        window.canvas.wished.emit(outcome.wish)
        shots.wait_for(window, lambda: idle(window))
        assert layer.copy_at_work.rows([1])[1].geometry != before
        assert layer.copy_at_work.rows([MANY + 5])[MANY + 5].geometry is not None


def test_an_act_on_many_features_survives_a_kill_and_can_be_undone_afterwards(tmp_path: Path):
    from app.core.bulk import do_act, do_again

    editor = Editor(parcels(tmp_path / "parcels.gpkg"))
    copies, layer = editor.document.copies, editor.layer
    wish = Bulk("p", "delete", frozenset([1, 2, 3]))
    own = {"name": "parcels", "crs": "EPSG:4549", "geometry": "MultiPolygon"}

    def heard(answer: dict, command: EditLogged) -> None:
        editor.copy.catch_up(saved=answer["saved"])
        copies.done = layer.working
        editor.document.run(command)
        copies.done = ""

    answer = do_act(editor.copy.folder, wish, own, lambda _: None)
    heard(answer, EditLogged("p", answer["number"], words=answer["words"], count=answer["count"]))
    assert answer["left"] == []
    assert len(editor.copy) == 9
    editor.kill([])
    assert len(editor.copy) == 9
    assert "base-" in editor.layer.reads_from
    # A second one that the process did and nobody acknowledged is taken back.
    do_again(editor.copy.folder, answer["number"], True, lambda _: None)
    editor.copy.catch_up()
    assert len(editor.copy) == 12
    editor.journal._lock.release()
    editor.document.copies.close()
    editor.journal._syncer.close(editor.journal._handle)
    (session,) = recoverable()
    document = recover(session)
    found = document.layer("p")
    assert len(found.copy_at_work) == 9
    assert session.lost == 0
    document.copies.close(discard=True)
    session.release()
