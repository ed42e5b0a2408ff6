"""Acts on many features: each is a job in a process of its own, whose result is one act of the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.language import N_
from app.core.row_edits import EditLogged
from app.core.selection import Ids
from layers.errors import HaitangError
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.bulk import Bulk
    from app.core.jobs import ProcessJob
    from app.shell.desk import Desk
    from layers.changesets import WorkingCopy

    Start = Callable[..., bool]

TAKE_BACK, AGAIN = N_("Undo: {act}"), N_("Redo: {act}")


@dataclass(frozen=True, slots=True)
class _Act:
    """An act of the history, named in the language of the moment."""

    command: Any

    def __str__(self) -> str:
        return self.command.title()


class BulkActs:
    """Does acts on features: few at once, many in a process of its own; undoes and redoes them in the same way.

    Parameters
    ----------
    desk : Desk
    start : callable
        Starts a job of editing by its title, words and end; False where another one is at work.
    """

    def __init__(self, desk: Desk, start: Start) -> None:
        self._desk, self._start = desk, start
        self._next: Callable[[], object] | None = None
        desk.change = self.change
        desk.go = self.go

    def change(self, wish: Bulk, then: Callable[[], object] = lambda: None) -> None:
        """Do an act on features of a layer; ``then`` runs when it is done.

        Raises
        ------
        HaitangError
            It cannot be done. What a job finds out later is told as a notice.
        """
        from app.core.editable import editable

        document = self._desk.document
        table = editable(document, wish.layer_id)
        if table.layer.is_scratch or not wish.is_many:
            document.run(wish.command(table))
            there = frozenset(table.rows(wish.ids))
            self._select(table.layer, wish, there)
            then()
            return
        self._begin(table.layer, wish, then)

    def _select(self, layer: VectorLayer, wish: Bulk, there: frozenset[int]) -> None:
        if there != wish.ids:
            self._desk.document.selection.set(layer.id, Ids(there) if there else None)

    def _begin(self, layer: VectorLayer, wish: Bulk, then: Callable[[], object]) -> None:
        import numpy as np

        from app.core.edit_process import IDS
        from app.core.feature_acts import TITLES

        copy, described = layer.copy_at_work, layer.description
        if copy is None:
            return
        np.save(copy.folder / IDS, np.fromiter(wish.ids, np.int64, len(wish.ids)))
        own = {"name": layer.name, "crs": layer.crs, "geometry": described.geometry if described else None}
        task = {"do": "act", "id": layer.id, "act": wish.act, "options": wish.options, "layer": own}

        def done(answer: dict[str, Any]) -> None:
            command = EditLogged(layer.id, answer["number"], words=answer["words"], count=answer["count"])
            self._desk.document.run(command)
            if answer["left"] is not None:
                self._select(layer, wish, frozenset(answer["left"]))
            then()

        self._go(layer, TITLES[wish.act], task, done, count=f"{len(wish.ids):,}")

    # ------------------------------------------------------------------ undo and redo
    def go(self, position: int) -> None:
        """Undo or redo until ``position`` acts of the history are done; acts on many features are jobs, one by one.

        Raises
        ------
        HaitangError
            An act cannot be taken back or done again; those before it are.
        """
        history = self._desk.document.history
        position = min(max(position, 0), len(history.entries))
        while history.position != position:
            way = 1 if position > history.position else -1
            place = history.position - (way < 0)
            layer = self._layer(history.entries[place])
            if layer is not None:
                self._step(layer, place, way, lambda: self.go(position))
                return
            history.undo() if way < 0 else history.redo()

    def _step(self, layer: VectorLayer, place: int, way: int, then: Callable[[], object]) -> None:
        history = self._desk.document.history
        command: Any = history.entries[place]

        def done(_answer: dict[str, Any]) -> None:
            if history.position - (way < 0) != place or history.entries[place] is not command:
                raise Overtaken("Something else was done meanwhile: undo or redo once more.", where=layer.name)
            history.undo() if way < 0 else history.redo()
            self._next = then

        task = {"do": "again", "number": command.number, "back": command.back != (way < 0)}
        self._go(layer, TAKE_BACK if way < 0 else AGAIN, task, done, act=_Act(command))

    def _layer(self, command: Any) -> VectorLayer | None:
        layers = self._desk.document.layers
        found = [la for la in layers if isinstance(command, EditLogged) and la.id == command.layer_id]
        return found[0] if found and isinstance(found[0], VectorLayer) and found[0].copy_at_work is not None else None

    def discard(self, layer: VectorLayer, then: Callable[[], object] = lambda: None) -> None:
        """Take back all edits that the file does not hold, as one act."""

        def done(answer: dict[str, Any]) -> None:
            words = N_("Discard edits of {count} features")
            self._desk.document.run(EditLogged(layer.id, answer["number"], words=words, count=answer["count"]))
            then()

        task = {"do": "again", "number": -1, "back": True}
        self._go(layer, N_("Discard the edits of {layer}"), task, done, layer=layer.name)

    # ------------------------------------------------------------------ the job
    def _go(
        self, of: VectorLayer, title: str, task: Any, done: Callable[[dict[str, Any]], object], **fields: object
    ) -> None:
        """Start a job; its title is written in the language on screen whenever it is shown."""
        from app.core.edit_process import write_task

        copy = of.copy_at_work
        if copy is None:
            return
        run = _Run(of, copy, of.working, copy.applied, done)
        held = self._desk.document.copies.held
        held.add(run.token)
        if not self._start(title, write_task(copy.folder, task), lambda job: self._on_ended(run, job), **fields):
            held.discard(run.token)

    def _on_ended(self, run: _Run, job: ProcessJob) -> None:
        """Take in what the job has left in the copy, or take it back."""
        if run.layer.copy_at_work is not run.copy or run.layer not in self._desk.document.layers:
            # Undo may bring the layer back, with the copy as it was when it went.
            self._desk.background(run.drop, lambda _: self._let_go(run, None))
        elif job.state != "done":
            self._desk.background(run.drop, lambda fault: self._let_go(run, fault))
        elif int(job.answer["number"]) < 0:
            self._let_go(run, None)
        else:
            saved = bool(job.answer["saved"])
            self._desk.background(
                lambda: run.copy.catch_up(saved=saved), lambda fault: self._on_taken(run, job.answer, fault)
            )

    def _on_taken(self, run: _Run, answer: dict[str, Any], fault: object) -> None:
        copies = self._desk.document.copies
        self._let_go(run, fault)
        if isinstance(fault, HaitangError):
            return
        copies.done = run.token
        try:
            run.done(answer)
        except HaitangError as error:
            self._desk.notices.error(error)
            copies.held.add(run.token)
            self._desk.background(run.drop, lambda fault: self._let_go(run, fault))
        finally:
            copies.done = ""
        then, self._next = self._next, None
        if then is not None:
            then()

    def _let_go(self, run: _Run, fault: object) -> None:
        self._desk.document.copies.held.discard(run.token)
        if isinstance(fault, HaitangError):
            self._desk.notices.error(fault)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One job: the copy it changes, how many entries the copy had before, and what is done when it has ended well."""

    layer: VectorLayer
    copy: WorkingCopy
    token: str
    before: int
    done: Callable[[dict[str, Any]], object]

    def drop(self) -> None:
        """Take back what the job has left."""
        self.copy.catch_up()
        self.copy.cut(self.before)


class Overtaken(HaitangError):
    """The history has moved on while a job was at work."""
