"""Saving edits: they are looked through, what is wrong is said, and a process of its own writes the file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.commands import Group, SetField
from app.core.language import N_, tr
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMainWindow

    from app.core.jobs import ProcessJob
    from app.shell.bulk_acts import Start
    from app.shell.desk import Desk
    from layers.changesets import WorkingCopy

    Then = Callable[[], object] | None

LARGE = 200_000
"""More bytes of edits are looked through in a process of its own: 200 kB take the main thread about 30 ms."""

SAVE = N_("Save the edits of {layer}")


class EditSaving:
    """Brings the edits of layers into their files, or into others.

    Parameters
    ----------
    desk : Desk
    window : QMainWindow
    run : callable
        Starts a job of editing, see ``app.shell.bulk_acts``.
    """

    def __init__(self, desk: Desk, window: QMainWindow, run: Start) -> None:
        self._desk, self._window, self._run = desk, window, run
        self._warned: set[str] = set()

    def save(self, layer: VectorLayer, how: str = "", then: Then = None) -> None:
        """Bring the edits of a layer into its file; ``how`` is what a person decided about a file changed meanwhile."""
        from app.core.edit_checks import faults_of

        copy = layer.copy_at_work
        if copy is None:
            return
        if copy.is_saved:
            self._desk.notices.info(tr("There are no edits to save."))
            return
        if copy.log.bytes_since(copy.log.saved(copy.applied)[0]) > LARGE:
            self._review(layer, copy, how, then)
            return
        pending = copy.pending()
        if how or self._agreed(layer, copy.source, faults_of(copy, pending)):
            self._write(layer, copy, how, pending, copy.applied, then)

    def _review(self, layer: VectorLayer, copy: WorkingCopy, how: str, then: Then) -> None:
        """Look through many edits in a process of its own; it leaves what is to be saved."""
        from app.core.edit_process import write_task

        held, token, upto = self._desk.document.copies.held, layer.working, copy.applied

        def ended(job: ProcessJob) -> None:
            held.discard(token)
            if job.state == "done" and (how or self._agreed(layer, copy.source, job.answer["told"])):
                self._write(layer, copy, how, None, upto, then)

        held.add(token)
        words = write_task(copy.folder, {"do": "review"})
        if not self._run(N_("Check the edits of {layer}"), words, ended, layer=layer.name):
            held.discard(token)

    def _write(
        self, layer: VectorLayer, copy: WorkingCopy, how: str, pending: bytes | None, upto: int, then: Then
    ) -> None:
        from app.core.edit_process import write_task

        mark = copy.fingerprint
        task = {"do": "save", "source": copy.source, "mark": asdict(mark), "upto": upto, "how": how}
        words = write_task(copy.folder, task, pending)
        self._run(SAVE, words, lambda job: self._on_saved(layer, job, mark, then), layer=layer.name)

    def _agreed(self, layer: VectorLayer, target: str, faults: list[str]) -> bool:
        """Say before anything is written what is invalid and what the format cannot hold; whether to go on."""
        from app.shell import questions
        from app.shell.edit_review import losses_of

        told = [*faults, *(losses_of(layer, target) if target not in self._warned else [])]
        self._warned.add(target)
        return not told or questions.sure(
            self._window, tr("Save the edits of {layer}?", layer=layer.name), "\n\n".join(told), N_("Save")
        )

    def _on_saved(self, layer: VectorLayer, job: ProcessJob, mark: Any, then: Then) -> None:
        from app.shell.edit_review import note_save
        from layers.rows import Fingerprint

        copy = layer.copy_at_work
        if job.state == "done" and copy is not None:
            now = Fingerprint(**job.answer["fingerprint"])
            copy.mark_saved(now, str(job.answer["path"]), upto=int(job.answer["upto"]))
            self._freshen_others(layer, str(job.answer["path"]), mark, now)
            note_save(self._desk, copy)
            self._desk.notices.info(tr("Saved the edits of {layer}.", layer=layer.name), copy.source)
            for warning in job.answer.get("warnings", []):
                self._desk.notices.warning(tr(warning["what"], **warning["fields"]), copy.source)
            self._desk.document.history.changed.emit()
            if then is not None:
                then()
        elif job.state == "failed" and is_left(job):
            self._decide(layer, then)

    def _freshen_others(self, layer: VectorLayer, path: str, old: Any, now: Any) -> None:
        """Tell the copies of other layers of the same file that it was we who changed it."""
        from layers.changesets import AS_BEFORE

        for other in self._desk.document.layers:
            copy = other.copy_at_work if isinstance(other, VectorLayer) else None
            if other is not layer and copy is not None and copy.source == path and copy.fingerprint == old:
                copy.mark_saved(now, path, upto=AS_BEFORE)

    def _decide(self, layer: VectorLayer, then: Then) -> None:
        """Let a person decide about a file that someone else has changed meanwhile."""
        from app.shell.edit_review import ask_changed

        answer = ask_changed(self._window, layer)
        if answer in ("merge", "overwrite"):
            self.save(layer, answer, then)
        elif answer == "save-as":
            self.save_as(layer)

    def save_as(self, layer: VectorLayer) -> None:
        """Write the features, as they are now, to another file; the layer belongs to that from then on."""
        from app.core.edit_process import write_task
        from app.shell import questions

        copy = layer.copy_at_work
        if copy is None:
            return
        kinds = "GeoPackage (*.gpkg);;FlatGeobuf (*.fgb);;GeoJSON (*.geojson);;Shapefile (*.shp)"
        start = str(Path(layer.source).with_suffix(".gpkg"))
        chosen = questions.file_to_save(self._window, tr("Save edits as"), start, kinds)
        if not chosen:
            return
        target = chosen if Path(chosen).suffix else f"{chosen}.gpkg"
        if not self._agreed(layer, target, []):
            return
        words = write_task(copy.folder, {"do": "save_as", "target": target})
        self._run(SAVE, words, lambda job: self._on_saved_as(layer, job), layer=layer.name)

    def _on_saved_as(self, layer: VectorLayer, job: ProcessJob) -> None:
        if job.state != "done":
            return
        path, copy = str(job.answer["path"]), layer.copy_at_work
        key = layer.key if path.lower().endswith(".gpkg") else Path(path).stem
        name = f"layer:{layer.id}"
        parts = (
            SetField(name, "source", layer.source, path, layer.name),
            SetField(name, "key", layer.key, key, layer.name),
        )
        self._desk.document.run(Group(N_("Save edits as another file"), parts))
        if copy is not None:
            self._on_saved(layer, job, copy.fingerprint, None)

    def save_all(self, then: Callable[[], object]) -> None:
        """Save the edits of all layers, one after the other."""
        from app.core.copies import unsaved

        left = unsaved(self._desk.document.layers)
        if left:
            self.save(left[0], then=lambda: self.save_all(then))
        else:
            then()


def is_left(job: ProcessJob) -> bool:
    """Tell whether the answer is left to a person: the file was changed meanwhile."""
    return job.answer.get("error", {}).get("code") == "ChangedMeanwhile"
