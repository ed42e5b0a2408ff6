"""A file with doubts is shown before it is taken: its text, its encoding, its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QWidget

from app.core.language import N_, tr
from app.shell.dialog import Frame
from app.shell.layer_words import crs_text
from app.shell.opening import all_warnings
from app.widgets import controls
from app.widgets.table import cell_text
from layers.errors import HaitangError
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.shell.desk import Desk
    from layers.sources.source import Description

ROWS, COLUMNS = 8, 8


class ReviewDialog(Frame):
    """Shows the first features of a file and what is doubtful; opens it when the user accepts."""

    def __init__(self, desk: Desk, parent: QWidget, description: Description, accept: Callable[[], object]) -> None:
        super().__init__(parent, N_("Check before opening"), "open")
        self._desk, self._description, self._accepted = desk, description, accept
        layer = description.layers[0]
        box = controls.column(20, 8)
        box.addWidget(controls.Words("Can you read the text below?", "title"))
        path = controls.Elided(description.path, "muted")
        box.addWidget(path)
        facts = [
            tr("Encoding: {encoding}", encoding=layer.encoding or tr("not known")),
            tr("Coordinate system: {name}", name=crs_text(layer.crs)),
            tr("{count} features", count=f"{layer.counts.get('features', 0):,}"),
        ]
        line = controls.row(0, 8)
        for fact in facts:
            chip = QLabel(fact)
            chip.setProperty("role", "chip")
            line.addWidget(chip)
        line.addStretch(1)
        box.addLayout(line)
        self.table = QTableWidget(0, 0)
        self.table.setProperty("role", "framed")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        box.addWidget(self.table, 1)
        for warned in all_warnings(description):
            words = QLabel(" ".join(tr(t, **warned.fields) for t in (warned.what, warned.remedy) if t))
            words.setProperty("role", "warning")
            words.setWordWrap(True)
            box.addWidget(words)
        self.body.setLayout(box)
        self.foot.addStretch(1)
        self.foot.addWidget(controls.Button("Do not open", call=self.reject))
        self._open = controls.Button("Open", "primary", "open", self._on_open)
        self._open.setDefault(True)
        self.foot.addWidget(self._open)
        self.resize(720, 480)
        self._read()

    def _read(self) -> None:
        layer = self._description.layers[0]
        names = tuple(c.name for c in layer.columns[:COLUMNS])
        request = FeatureRequest(layer.key, columns=names, limit=ROWS, geometry=False)
        path = self._description.path
        self._desk.pool.submit(path, request, lambda answer: self._desk.relay.later(lambda: self._show(answer)))

    def _show(self, answer: Any) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            return
        self.table.setColumnCount(len(answer.columns))
        self.table.setRowCount(len(answer.ids))
        self.table.setHorizontalHeaderLabels(list(answer.columns))
        for column, values in enumerate(answer.columns.values()):
            for row in range(len(answer.ids)):
                self.table.setItem(row, column, QTableWidgetItem(cell_text(values[row])))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def _on_open(self) -> None:
        self.accept()
        self._accepted()
