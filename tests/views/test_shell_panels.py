"""History, jobs, values, status, dialogs: what each shows, and what a click does."""

from __future__ import annotations

import sys
import time

import pytest
from PySide6.QtCore import QPoint, Qt

from app.core import classes, jobs, offsets
from app.core.jobs import ProcessJob
from app.shell import shots
from app.shell.class_tables import ClassTableDialog
from app.shell.offset_editor import OffsetDialog
from app.shell.place_words import nice_scale, place_text, read_scale, scale_number
from layers.heights import OffsetRecord
from tests.views.windows import districts, gauges, opened


@pytest.fixture
def window(qapp, tmp_path):
    with opened(districts(tmp_path)) as made:
        yield made


# -- history -------------------------------------------------------------------------
def test_a_click_in_the_history_goes_back_to_that_act(window):
    document = window.desk.document
    layer = document.layers[0]
    panel = window.docks["history"].bring()
    document.set(layer, "name", "first")
    document.set(layer, "visible", False)
    panel.refresh()
    titles = [panel.list.item(i).text() for i in range(panel.list.count())]
    assert titles[0] == "Start of the session"
    assert titles[-1] == "Hide first"
    panel._go(len(titles) - 2)
    assert layer.visible
    assert panel.list.item(len(titles) - 1).font().italic() is False
    panel.refresh()
    assert panel.list.item(len(titles) - 1).font().italic()


# -- jobs ----------------------------------------------------------------------------
SLOW = """
import json, sys, time
for step in range(600):
    sys.stderr.write(json.dumps({"progress": step / 600, "text": "Reading"}) + "\\n"); sys.stderr.flush()
    time.sleep(0.05)
"""


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setattr(jobs, "program_command", lambda: [sys.executable, "-c", SLOW])
    return ProcessJob("A long job", ["run"])


def test_a_job_shows_its_progress_and_ends_within_a_second_of_its_cancel(qtbot, window, slow):
    panel = window.docks["jobs"].bring()
    ended = []
    window.desk.jobs.start(slow, ended.append)
    qtbot.waitUntil(lambda: slow.share > 0, timeout=10_000)
    card = panel._cards[0]
    qtbot.waitUntil(lambda: card._bar.value() > 0, timeout=5_000)
    assert window.status.jobs.isVisibleTo(window)
    asked = time.monotonic()
    qtbot.mouseClick(card._cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(ended), timeout=5_000)
    assert time.monotonic() - asked < 1.0
    assert slow.state == "cancelled"
    assert slow._process.poll() is not None


def test_closing_the_window_ends_its_jobs(qapp, tmp_path, slow):
    with opened(districts(tmp_path)) as window:
        window.desk.jobs.start(slow, lambda _: None)
        shots.wait_for(window, lambda: slow.share > 0)
    slow.wait(5)
    assert slow._process.poll() is not None


# -- values at a place ---------------------------------------------------------------
def test_a_click_on_the_map_shows_the_feature_there_with_its_attributes(qtbot, window):
    canvas = window.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 3, canvas.height() // 3))
    panel = window.docks["identify"].content
    assert panel is not None
    shots.settle(window)
    words = {label.text() for label in panel.findChildren(type(panel._where))}
    assert words & {"崇明", "浦东", "奉贤", "长兴"}
    assert words & {"island", "land"}


def test_the_coordinates_of_the_last_click_can_be_copied(qapp, qtbot, window):
    canvas = window.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 2, canvas.height() // 2))
    window.resolve("edits.copy_place")()
    assert qapp.clipboard().text().count("°") == 2


# -- tools ---------------------------------------------------------------------------
def test_the_form_takes_the_layer_in_focus_and_names_a_result_of_its_kind(qapp, tmp_path):
    with opened(districts(tmp_path, "a.geojson"), districts(tmp_path, "b.geojson")) as window:
        low = window.desk.document.layers[1]
        window.desk.focus.take(low)
        shots.show_tool(window, "data.clip")
        page = window.docks["tools"].content.current_page()
        assert page.form.values()["source"].startswith(low.source)
        assert page.out.text().endswith(".gpkg")


def test_a_tool_runs_from_its_form_to_a_layer_on_the_map(qapp, tmp_path):
    with opened(districts(tmp_path)) as window:
        shots.show_tool(window, "data.clip")
        page = window.docks["tools"].content.current_page()
        page.form.set_values({"extent": "121.1,31.1,121.4,31.4"})
        page.start()
        shots.wait_for(window, lambda: len(window.desk.document.layers) == 2 and shots.is_open(window))
        made = window.desk.document.layers[0]
        assert made.description.bounds.to_list() == pytest.approx([121.1, 31.1, 121.4, 31.4])
        assert "Done" in page._words.text()


def test_a_faulty_form_is_not_run_and_says_where(qapp, tmp_path):
    with opened(districts(tmp_path)) as window:
        shots.show_tool(window, "data.clip")
        page = window.docks["tools"].content.current_page()
        page.form.set_values({"extent": "121.4,31.1,121.1,31.4"})
        page.start()
        assert not page.is_running
        assert page.form._faults["extent"].isVisibleTo(page)


# -- status --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("crs", "text"),
    [
        ("EPSG:4549", "X (north) 3456789.12  Y (east) 512345.68"),
        ("EPSG:32651", "E 512345.68  N 3456789.12"),
        (None, "x 512345.68  y 3456789.12"),
    ],
)
def test_chinese_plane_coordinates_name_north_x(qapp, crs: str | None, text: str):
    from app.core.language import set_language

    set_language("en")
    assert place_text(512345.678, 3456789.123, crs, 0.05) == text


def test_degrees_are_written_latitude_first_with_their_sides(qapp):
    assert place_text(121.4737, 31.2304, "EPSG:4326", 1e-4) == "31.2304°N  121.4737°E"


def test_the_scale_is_true_in_the_middle_of_the_map():
    assert scale_number(10.0, "EPSG:32651", 5e5, 3.45e6) == pytest.approx(10 * 96 / 0.0254, rel=1e-3)
    assert scale_number(1.0, None, 0, 0) is None
    assert scale_number(1e-3, "EPSG:4326", 121, 31) == pytest.approx(95_500 * 1e-3 * 96 / 0.0254, rel=2e-3)


@pytest.mark.parametrize(
    ("text", "number"), [("1:25000", 25_000), ("1:25,000", 25_000), ("2.5万", 25_000), ("50000", 50_000), ("x", None)]
)
def test_a_scale_is_read_in_every_usual_form(text: str, number: float | None):
    assert read_scale(text) == number


def test_a_scale_is_written_with_three_digits():
    assert nice_scale(37_795.3) == "1:37,800"
    assert nice_scale(float("nan")) == ""


def test_a_chosen_scale_is_the_scale_of_the_map(window):
    window.status.scale_chosen.emit(250_000.0)
    camera = window.desk.document.camera
    found = scale_number(camera.scale, camera.crs, camera.x, camera.y, float(window.logicalDpiX()))
    assert found == pytest.approx(250_000, rel=1e-3)


# -- clock ---------------------------------------------------------------------------
def test_the_time_bar_follows_the_clock_and_moves_it(qapp, qtbot, tmp_path):
    with opened(gauges(tmp_path)) as window:
        clock, bar = window.desk.document.clock, window.time_bar
        assert bar.isVisibleTo(window)
        assert len(bar._state.gaps) == 1
        bar.stepped.emit(10)
        assert bar._state.now == int(clock.moments[10].astype("int64"))
        window.resolve("clock.last")()
        assert clock.now == clock.moments[-1]
        window.resolve("clock.play")()
        qtbot.waitUntil(lambda: clock.now > clock.moments[0], timeout=5_000)
        window.resolve("clock.play")()
        assert not clock.playing


def test_a_window_without_time_has_no_time_bar(window):
    assert not window._clock_holder.isVisibleTo(window)


# -- class tables and offsets --------------------------------------------------------
def test_a_changed_class_table_is_kept_as_the_users_own_and_stands_unconfirmed(qtbot, window):
    dialog = ClassTableDialog(window.desk, window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_table("arrival")
    dialog.grid.item(0, 1).setText("2")
    dialog.grid.item(1, 0).setText("2")
    assert dialog._save.isEnabled()
    dialog._on_save()
    kept = classes.table("arrival")
    assert kept.classes[0].maximum == 2
    assert kept.version != "1"
    assert classes.is_pending(kept)
    assert dialog._restore.isEnabled()
    dialog._on_restore()
    assert classes.table("arrival").classes[0].maximum == 3


def test_a_class_table_is_confirmed_by_a_named_person(qtbot, window, monkeypatch):
    dialog = ClassTableDialog(window.desk, window)
    qtbot.addWidget(dialog)
    dialog.show_table("arrival")
    monkeypatch.setattr("app.shell.questions.text", lambda *_: "王工")
    dialog._on_confirm()
    assert classes.table("arrival").confirmed_by == "王工"
    assert "王工" in dialog.state.text()


def test_limits_that_are_no_numbers_cannot_be_saved(qtbot, window):
    dialog = ClassTableDialog(window.desk, window)
    qtbot.addWidget(dialog)
    dialog.show_table("arrival")
    dialog.grid.item(0, 1).setText("three")
    assert not dialog._save.isEnabled()
    assert dialog.fault.text()


def test_an_offset_is_entered_saved_and_approved_by_a_named_person(qtbot, window, monkeypatch):
    dialog = OffsetDialog(window.desk, window)
    qtbot.addWidget(dialog)
    dialog._add()
    dialog.value.setText("-1.63")
    dialog.source.setText("测绘成果 2024")
    dialog.value.textEdited.emit("-1.63")
    dialog._on_save()
    assert offsets.records() == [OffsetRecord("WUSONG_SH", "CN1985", -1.63, source="测绘成果 2024")]
    monkeypatch.setattr("app.shell.questions.text", lambda *_: "李工")
    dialog._on_approve()
    assert offsets.records()[0].approved_by == "李工"
    dialog.value.setText("-1.70")
    dialog.value.textEdited.emit("-1.70")
    dialog._on_save()
    assert not offsets.records()[0].is_approved


def test_an_offset_without_a_number_cannot_be_saved(qtbot, window):
    dialog = OffsetDialog(window.desk, window)
    qtbot.addWidget(dialog)
    dialog._add()
    dialog.value.setText("about 1.6")
    dialog.value.textEdited.emit("about 1.6")
    assert not dialog._save.isEnabled()
    assert dialog.fault.text()
