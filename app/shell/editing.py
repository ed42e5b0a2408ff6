"""Editing: a layer is taken up for editing, its edits are saved or given up, and the pointer gets a gesture."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.commands import SetField
from app.core.language import N_, tr
from app.shell.bulk_acts import BulkActs
from app.shell.edit_bar import EditBar
from app.shell.edit_saving import EditSaving, is_left
from app.shell.place_entry import PlaceEntry
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMainWindow

    from app.core.jobs import ProcessJob
    from app.core.snapping import Snapper
    from app.shell.desk import Desk
    from app.shell.file_acts import Files
    from app.shell.menus import Menus
    from app.views.map2d.canvas import MapCanvas

GESTURES: dict[str, tuple[str, str]] = {
    "pick": ("app.core.drawing", "PickFeature"),
    "point": ("app.core.drawing", "AddPoint"),
    "line": ("app.core.drawing", "AddLine"),
    "polygon": ("app.core.drawing", "AddPolygon"),
    "move": ("app.core.drawing", "MoveFeature"),
    "vertices": ("app.core.shaping", "Reshape"),
    "split": ("app.core.shaping", "SplitFeatures"),
    "hole": ("app.core.shaping", "AddHole"),
    "fill": ("app.core.shaping", "FillHole"),
    "part": ("app.core.shaping", "AddPart"),
    "part-remove": ("app.core.shaping", "RemovePart"),
}
UNSNAPPED = {"pick", "fill", "part-remove"}
ADDING = {"point", "line", "polygon"}


class Editing:
    """What the menu Features does to a layer as a whole, and to the pointer.

    Parameters
    ----------
    desk : Desk
    window : QMainWindow
    menus : Menus
    files : Files
    canvas : MapCanvas
    """

    def __init__(self, desk: Desk, window: QMainWindow, menus: Menus, files: Files, canvas: MapCanvas) -> None:
        self._desk, self._window, self._menus, self._canvas = desk, window, menus, canvas
        self._snapper: Snapper | None = None
        self._job: ProcessJob | None = None
        self.busy = ""
        self.bar = EditBar(window, menus)
        self.entry = PlaceEntry(canvas, desk)
        self.bulk = BulkActs(desk, self._run)
        canvas.refused.connect(desk.notices.error)
        canvas.wished.connect(self.bulk.change)
        desk.focus.layer_changed.connect(self._on_focus)
        desk.document.layer_changed.connect(self._on_layer)
        desk.document.replaced.connect(self._drop)
        desk.document.edited.connect(self._on_edited)
        desk.document.selection.changed.connect(lambda _: menus.refresh())
        desk.endings.append(self._end)
        self.saving = EditSaving(desk, window, self._run)
        files.save_edits = self.saving.save_all

    # ------------------------------------------------------------------ the layer
    @property
    def layer(self) -> VectorLayer | None:
        """The layer in focus, where it is one of features."""
        found = self._desk.focus.layer
        return found if isinstance(found, VectorLayer) else None

    def toggle(self) -> None:
        """Begin to edit the layer in focus, or stop."""
        layer = self.layer
        if layer is None or layer.is_scratch:
            return
        if layer.copy_at_work is None:
            self.begin(layer)
        else:
            self.stop(layer)

    def begin(self, layer: VectorLayer, then: Callable[[], object] = lambda: None) -> None:
        """Make a working copy of a layer in a process of its own, and take it up."""
        from app.core.copies import folder_of, new_token
        from app.core.edit_process import write_task

        if self.busy:
            return
        token = new_token()
        place = folder_of(token)
        place.mkdir(parents=True)
        words = write_task(place, {"do": "copy", "source": layer.source, "key": layer.key})

        def ended(job: ProcessJob) -> None:
            if job.state != "done" or layer not in self._desk.document.layers:
                shutil.rmtree(place, ignore_errors=True)
                return
            self._desk.document.run(SetField(f"layer:{layer.id}", "working", "", token, layer.name))
            self._tell_begun(layer)
            then()

        self._run(N_("Copy {layer} for editing"), words, ended, layer=layer.name)

    def _run(self, title: str, words: list[str], ended: Callable[[ProcessJob], object], **fields: object) -> bool:
        from app.core.jobs import ProcessJob

        if self.busy:
            self._desk.notices.info(tr("Wait until this is done: {job}", job=self.busy))
            return False
        self.busy = tr(title, **fields)

        def over(job: ProcessJob) -> None:
            self.busy = ""
            if job.state == "failed" and job.error is not None and not is_left(job):
                self._desk.notices.error(job.error)
            ended(job)
            self._menus.refresh()

        self._job = ProcessJob(title, words, **fields)
        self._desk.jobs.start(self._job, over)
        return True

    def _tell_begun(self, layer: VectorLayer) -> None:
        path = Path(layer.source)
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            text = tr("{name} may not be written. Edits are kept in a copy; save them as another file.", name=path.name)
            self._desk.notices.warning(text, layer.source)
        if not self._desk.gesture:
            self.take(next(iter(GESTURES)))

    def stop(self, layer: VectorLayer) -> None:
        """Stop editing a layer; edits that are not saved are asked about."""
        copy = layer.copy_at_work
        if copy is None:
            return
        if self.busy:
            self._desk.notices.info(tr("Wait until this is done: {job}", job=self.busy))
            return
        if not copy.is_saved:
            from app.shell import questions

            answer = questions.save_first(self._window, layer.name)
            if answer == "save":
                self.save(lambda: self.stop(layer))
            elif answer == "discard":
                self.bulk.discard(layer, lambda: self._leave(layer))
            return
        self._leave(layer)

    def _leave(self, layer: VectorLayer) -> None:
        self._desk.document.run(SetField(f"layer:{layer.id}", "working", layer.working, "", layer.name))
        if layer is self.layer:
            self.take("")
        self._desk.reading.reopen(layer)

    def discard(self) -> None:
        """Take back all edits of the layer since it was saved last; undo brings them back."""
        from app.shell import questions

        layer = self.layer
        if layer is None or layer.copy_at_work is None or layer.copy_at_work.is_saved:
            self._desk.notices.info(tr("There are no edits to save."))
            return
        words = tr("The features are as in the file again. Undo brings the edits back.")
        if questions.sure(self._window, tr("Discard the edits of {layer}?", layer=layer.name), words, N_("Discard")):
            self.bulk.discard(layer)

    # ------------------------------------------------------------------ saving
    def save(self, then: Callable[[], object] | None = None) -> None:
        """Bring the edits of the layer in focus into its file."""
        layer = self.layer
        if layer is not None:
            self.saving.save(layer, then=then)

    def save_as(self) -> None:
        """Write the features of the layer in focus, as they are now, to another file."""
        layer = self.layer
        if layer is not None:
            self.saving.save_as(layer)

    # ------------------------------------------------------------------ the pointer
    def take(self, name: str) -> None:
        """Give the pointer a gesture by its name; the one it has, or none, gives it back to moving the map."""
        from importlib import import_module

        layer = self.layer
        if not name or layer is None or not layer.is_editable or name == self._desk.gesture:
            self._desk.gesture = ""
            self._canvas.set_gesture(None)
            self._menus.refresh()
            return
        module, kind = GESTURES[name]
        options: dict[str, Any] = {"shared": self.snapper.settings.shared} if name == "vertices" else {}
        if name == "part":
            options = {"kind": "line" if _is_lines(layer) else "polygon"}
        made: Any = getattr(import_module(module), kind)(self._desk.document, layer.id, **options)
        if name not in UNSNAPPED:
            from app.core.snapping import Snapping

            self.snapper.layer_id = layer.id
            self.snapper.prepare()
            made = Snapping(made, self.snapper)
        self._desk.gesture = name
        self._canvas.set_gesture(made)
        self._canvas.setFocus()
        self._menus.refresh()

    @property
    def snapper(self) -> Snapper:
        """What draws the pointer to features."""
        if self._snapper is None:
            from app.core.snapping import Snapper
            from app.shell.snap_dialog import settings_from

            found = settings_from(self._desk.settings)
            self._snapper = Snapper(self._desk.document, self._desk.reading, settings=found)
        return self._snapper

    def snapping(self) -> None:
        """Let the user say what the pointer is drawn to."""
        from app.shell.snap_dialog import SnapDialog

        made = SnapDialog(self._window, self.snapper, self._desk)
        made.finished.connect(made.deleteLater)
        made.finished.connect(lambda _: self._again())
        made.open()

    def _again(self) -> None:
        name, self._desk.gesture = self._desk.gesture, ""
        if name:
            self.take(name)

    # ------------------------------------------------------------------ following
    def _on_focus(self) -> None:
        if self._desk.gesture:
            self._again()
        self._menus.refresh()

    def _on_layer(self, layer: Any, field: str) -> None:
        if field == "working" and layer is self.layer and not layer.is_editable:
            self.take("")

    def _on_edited(self, layer: Any, ids: list[int]) -> None:
        """Select what was just drawn, so that its attributes can be filled in."""
        if self._desk.gesture in ADDING and layer is self.layer and len(ids) == 1:
            from app.core.selection import Ids

            there = layer.features if layer.is_scratch else layer.copy_at_work.rows(ids)
            self._desk.document.selection.set(layer.id, Ids(frozenset(ids)) if ids[0] in there else None)

    def _drop(self) -> None:
        """Another document is open: what is done for the old one is of no use."""
        self._desk.gesture = ""
        if self._job is not None:
            self._job.cancel()

    def _end(self) -> None:
        if self._snapper is not None:
            self._snapper.close()
        self._desk.document.copies.close(discard=self._desk.journal is not None)


def _is_lines(layer: VectorLayer) -> bool:
    from app.core.editable import dimension_of

    return dimension_of(layer) == 1
