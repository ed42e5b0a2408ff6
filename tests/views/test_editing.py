"""Editing in the window: the attribute form, the table's cells and the dialogs, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from app.core.selection import Ids
from app.shell import shots
from layers.sources import guard
from tests.story.editors import parcels
from tests.views.windows import cut_off, opened

if TYPE_CHECKING:
    from pathlib import Path

    from app.shell.window import MainWindow


def edited(window: MainWindow) -> Any:
    layer = window.desk.document.layers[0]
    window.desk.focus.take(layer)
    window.menus.actions["edit-begin"].trigger()
    shots.wait_for(window, lambda: layer.copy_at_work is not None)
    return layer


def form_of(window: MainWindow, layer: Any, *ids: int) -> Any:
    window.desk.document.selection.set(layer.id, Ids(frozenset(ids)))
    window.acts["features"].form()
    form = window.docks["form"].fill()
    form.show_selected()
    return form


def write(form: Any, name: str, text: str) -> None:
    form.fields[name].setText(text)
    form.fields[name].textEdited.emit(text)


def test_the_form_sets_what_was_typed_for_all_selected_features_in_one_act(qapp, tmp_path: Path):
    with opened(parcels(tmp_path / "parcels.gpkg")) as window:
        layer = edited(window)
        form = form_of(window, layer, 2, 5)
        assert form.fields["name"].text() == ""
        assert form.fields["name"].placeholderText() == "several values"
        acts = len(window.desk.document.history.entries)
        write(form, "use", "7")
        form.apply()
        rows = layer.copy_at_work.rows([1, 2, 5])
        assert [rows[n].values["use"] for n in (1, 2, 5)] == [0, 7, 7]
        assert rows[2].values["name"] == "地块 1", "what was not typed stays"
        assert len(window.desk.document.history.entries) == acts + 1


def test_the_form_marks_a_value_of_the_wrong_kind_and_sets_nothing(qapp, tmp_path: Path):
    with opened(parcels(tmp_path / "parcels.gpkg")) as window:
        layer = edited(window)
        form = form_of(window, layer, 1)
        write(form, "use", "many")
        write(form, "name", "新")
        form.apply()
        assert "many does not fit a column of the kind int" in form._complaints["use"].text()
        assert not form._complaints["use"].isHidden()
        assert layer.copy_at_work.rows([1])[1].values["name"] == "地块 0"
        assert layer.copy_at_work.is_saved
        write(form, "use", "3")
        assert form._complaints["use"].isHidden()
        form.apply()
        assert layer.copy_at_work.rows([1])[1].values == {"name": "新", "use": 3, "share": 0.0}


def test_a_cell_of_the_table_edits_a_file_only_while_its_layer_is_being_edited(qapp, tmp_path: Path):
    file = parcels(tmp_path / "parcels.gpkg")
    with opened(file) as window:
        layer = window.desk.document.layers[0]
        window.desk.focus.take(layer)
        window.docks["table"].bring()
        panel = window.docks["table"].fill()
        shots.wait_for(window, lambda: panel.model.rowCount() == 12)
        column = next(n for n, c in enumerate(panel.model.table.columns) if c.name == "use")
        place = panel.model.index(2, column)
        assert not panel.model.flags(place) & Qt.ItemFlag.ItemIsEditable
        edited(window)
        shots.wait_for(window, lambda: panel.model.editable)
        before = file.read_bytes()
        place = panel.model.index(2, column)
        assert panel.model.setData(place, "42")
        number = panel.model.row_id(2)
        assert layer.copy_at_work.rows([number])[number].values["use"] == 42
        shots.wait_for(window, lambda: panel.model.data(panel.model.index(2, column)) == "42")
        window.menus.actions["undo"].trigger()
        shots.wait_for(window, lambda: panel.model.data(panel.model.index(2, column)) == "2")
        assert file.read_bytes() == before


def test_a_moment_typed_into_a_cell_is_kept_in_utc(qapp, tmp_path: Path):
    import numpy as np
    import shapely

    file = tmp_path / "visits.gpkg"
    shapes = shapely.to_wkb(np.array([shapely.Point(600_000, 3_400_000)], object))
    times = np.array(["2026-08-01T08:00:00"], "datetime64[ms]")
    options: dict[str, Any] = {"driver": "GPKG", "crs": "EPSG:4549", "geometry_type": "Point"}
    guard.pyogrio().raw.write(file, shapes, [times], np.array(["seen"], object), layer="visits", **options)
    with opened(file) as window:
        layer = edited(window)
        window.docks["table"].bring()
        panel = window.docks["table"].fill()
        shots.wait_for(window, lambda: panel.model.rowCount() == 1 and panel.model.editable)
        assert panel.model.setData(panel.model.index(0, 1), "2026-08-02 09:30")
        assert layer.copy_at_work.rows([1])[1].values["seen"] == "2026-08-02T09:30Z"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_words_are_cut_off_while_a_layer_is_edited(qapp, tmp_path: Path, language: str):
    with opened(parcels(tmp_path / "parcels.gpkg"), language=language) as window:
        layer = edited(window)
        form_of(window, layer, 1)
        shots.settle(window)
        assert cut_off(window) == []
