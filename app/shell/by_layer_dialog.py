"""A dialog that selects the features of one layer by those of another, with progress and cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtWidgets import QCheckBox, QFormLayout, QProgressBar, QWidget

from app.core.by_layer import RELATIONS, related
from app.core.jobs import Job
from app.core.language import N_, error_text, tr
from app.core.selecting import WAYS
from app.core.selection import known_ids
from app.shell.dialog import Frame
from app.widgets import controls
from layers.errors import Cancelled, HaitangError
from layers.geometry import taken_geometry
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.core.selecting import How
    from app.shell.desk import Desk
    from app.shell.selector import Selector


class ByLayerDialog(Frame):
    """Asks for two layers and a relation, and selects; stays open for the next one."""

    def __init__(self, desk: Desk, parent: QWidget, finding: Selector) -> None:
        super().__init__(parent, N_("Select by another layer"), "finding")
        self._desk, self._finding = desk, finding
        self._job: Job | None = None
        self.layers = [la for la in desk.document.layers if isinstance(la, VectorLayer)]
        self.target, self.other, self.relation, self.how = (controls.tight(controls.Choice()) for _ in range(4))
        for layer in self.layers:
            self.target.addItem(layer.name, layer.id)
            self.other.addItem(layer.name, layer.id)
        for choice, offered in ((self.relation, RELATIONS), (self.how, WAYS)):
            for value, title in offered:
                choice.addItem(tr(title), value)
        self.only = QCheckBox(tr("Only by its selected features"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.said = controls.Words("", "small", wrap=True)
        self._start_with()
        self._build()

    def _start_with(self) -> None:
        """Begin with the layer that would be selected in, and the next one."""
        layer = self._finding.target()
        at = self.layers.index(layer) if layer in self.layers and layer is not None else 0
        self.target.setCurrentIndex(at)
        chosen = set(self._desk.document.selection.predicates)
        others = [n for n in range(len(self.layers)) if n != at]
        others.sort(key=lambda n: self.layers[n].id not in chosen)
        self.other.setCurrentIndex(others[0] if others else at)
        self.only.setChecked(bool(others) and self.layers[others[0]].id in chosen)

    def _build(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(controls.Words("Select features of"), self.target)
        form.addRow(controls.Words("that"), self.relation)
        form.addRow(controls.Words("with features of"), self.other)
        form.addRow("", self.only)
        form.addRow(controls.Words("The result counts"), self.how)
        box = controls.column(16, 8)
        box.addLayout(form)
        box.addWidget(self.progress)
        box.addWidget(self.said)
        box.addStretch(1)
        self.progress.hide()
        self.body.setLayout(box)
        self._go = controls.Button("Select", "primary", call=self.select)
        self._stop = controls.Button("Cancel", call=self.cancel)
        self.foot.addWidget(controls.Button("Close", call=self.close))
        self.foot.addStretch(1)
        self.foot.addWidget(self._stop)
        self.foot.addWidget(self._go)
        self._stop.hide()
        self.finished.connect(lambda _: self.cancel())
        self.resize(480, 300)

    def _layer(self, choice: Any) -> VectorLayer | None:
        return next((la for la in self.layers if la.id == choice.currentData()), None)

    def select(self) -> None:
        """Find and select in the background."""
        target, other = self._layer(self.target), self._layer(self.other)
        if target is None or other is None or self._job is not None:
            return
        relation, how = str(self.relation.currentData()), cast("How", self.how.currentData())
        only = known_ids(self._desk.document.selection.predicates.get(other.id)) if self.only.isChecked() else None
        self._job = Job(lambda share, _: self._desk.relay.later(lambda: self._show(share)))
        self._busy(on=True)
        job = self._job

        def work() -> Any:
            ids, shapes = self._finding.shapes(target)
            other_ids, others = self._finding.shapes(other)
            if only is not None:
                others = taken_geometry(others, np.flatnonzero(np.isin(other_ids, only)))
            return ids[related(shapes, others, relation, job)]

        self._desk.background(work, lambda found: self._done(target, found, how))

    def _show(self, share: float) -> None:
        if self._job is not None:
            self.progress.setValue(round(share * 1000))

    def _done(self, layer: VectorLayer, found: Any, how: How) -> None:
        cancelled = self._job is None or isinstance(found, Cancelled)
        self._job = None
        try:
            self._busy(on=False)
        except RuntimeError:
            # The dialog was closed while the work went on.
            return
        if cancelled:
            self.said.say("Cancelled; the selection is as it was.")
        elif isinstance(found, HaitangError):
            self.said.setText(error_text(found))
        else:
            self._finding.select_ids(layer, found, how)
            self.said.say("{count} features found", count=f"{len(found):,}")

    def cancel(self) -> None:
        """Stop at the next portion."""
        if self._job is not None:
            self._job.cancel()

    def _busy(self, *, on: bool) -> None:
        self.progress.setVisible(on)
        self.progress.setValue(0)
        self._stop.setVisible(on)
        self._go.setEnabled(not on)
