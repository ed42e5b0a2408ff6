"""Values at the place clicked: layer by layer, with unit, time and source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLabel, QWidget

from app.core.language import N_, error_text, tr
from app.shell.layer_words import crs_text, datum_text
from app.shell.place_words import place_text
from app.views.wording import column_text, unit_text, value_text
from app.widgets import controls
from app.widgets.table import cell_text
from layers.errors import HaitangError
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from app.views.view import Hit
    from layers.layer import Layer
    from layers.sources.source import SeriesBlock

VALUE_LIMIT = 40
"""Attributes shown of one feature."""


class _HitCard(QFrame):
    """What one layer says of the place."""

    def __init__(self, hit: Hit, layer: Layer, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, 92)
        box = controls.column(12, 6)
        box.addWidget(controls.Elided(hit.name, "section"))
        self._number: QLabel | None = None
        self._obtained: QLabel | None = None
        if hit.value is not None:
            box.addWidget(self._value(hit))
        elif hit.title:
            box.addWidget(controls.Elided(hit.title, "heading"))
        box.addLayout(self._grid)
        self.setLayout(box)
        self._facts(hit, layer)

    def _value(self, hit: Hit) -> QLabel:
        self._number = words = QLabel(value_text(hit.value or 0.0, unit_text(hit.unit), hit.dry))
        words.setWordWrap(True)
        words.setProperty("role", "title")
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return words

    def _facts(self, hit: Hit, layer: Layer) -> None:
        if hit.value is not None:
            self.add(tr("Quantity"), hit.title)
        if hit.how:
            self._obtained = self.add(tr("Obtained"), hit.how)
        if hit.moment is not None:
            self.add(tr("Time"), self._desk.document.clock.text(self._desk.settings.utc_offset_hours, hit.moment))
        if layer.vdatum:
            self.add(tr("Vertical datum"), datum_text(layer.vdatum))
        self.add(tr("From file"), hit.source or Path(layer.source).name)
        if hit.index >= 0 and layer.kind != "vector":
            self.add(tr("Number"), str(hit.index))
        for name, value in list(hit.properties.items())[:VALUE_LIMIT]:
            self.add(column_text(layer.description, str(name)), cell_text(value))

    def event(self, event: QEvent) -> bool:
        """Be as high as the words need in this width, whatever was guessed before they had their font."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            box = self.layout()
            if box is not None:
                box.invalidate()
            need = box.heightForWidth(self.width()) if box is not None else 0
            if need != self.minimumHeight():
                self.setMinimumHeight(need)
        return done

    def show_exact(self, value: float, unit: str) -> None:
        """Show the value of the place itself instead of the one that is drawn for more than it."""
        if self._number is not None and self._obtained is not None:
            self._number.setText(value_text(value, unit_text(unit)))
            self._obtained.setText(tr("read from the file at this place"))

    def add(self, name: str, value: str) -> QLabel:
        """Add one line and give its words."""
        line = self._grid.rowCount()
        head = controls.Elided(name, "small")
        words = QLabel(value)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(head, line, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(words, line, 1)
        return words

    def add_attributes(self, block: Any, layer: Layer) -> None:
        """Add the attributes of a feature that was read."""
        for name, values in list(block.columns.items())[:VALUE_LIMIT]:
            if len(values):
                self.add(column_text(layer.description, name), cell_text(values[0]))


class IdentifyPanel(QWidget):
    """Shows the hits of the last click."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._hits: list[Hit] = []
        self._shown: list[_HitCard] = []
        self._place: tuple[float, float] | None = None
        self._where = QLabel()
        self._where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._where.setWordWrap(True)
        self._system = controls.Elided("", "small")
        self._copy = controls.IconButton("copy", N_("Copy the coordinates"), self._on_copy, size=16)
        self._nothing = controls.Words("", "muted", wrap=True)
        self._nothing.setContentsMargins(12, 24, 12, 24)
        head = controls.row(0, 4)
        head.setContentsMargins(12, 8, 8, 8)
        words = controls.column(0, 0)
        words.addWidget(self._where)
        words.addWidget(self._system)
        head.addLayout(words, 1)
        head.addWidget(self._copy)
        self._cards = controls.column(12, 8)
        body = controls.Surface()
        body.setLayout(self._cards)
        box = controls.column(0, 0)
        box.addLayout(head)
        box.addWidget(controls.rule())
        box.addWidget(controls.scroller(body), 1)
        self.setLayout(box)
        self.setProperty("help", "identify")
        self.refresh()

    def show_hits(self, x: float, y: float, hits: list[Hit]) -> None:
        """Show what a click has hit, in map coordinates."""
        hits = sorted(hits, key=lambda hit: hit.value is None)
        same = (x, y) == self._place and hits == self._hits
        self._place, self._hits = (x, y), hits
        if not same:
            self.refresh()

    def forget(self) -> None:
        """Show no place."""
        if self._place is not None:
            self._place, self._hits = None, []
            self.refresh()

    def refresh(self) -> None:
        """Show everything anew."""
        controls.clear(self._cards)
        self._shown = []
        crs = self._desk.document.camera.crs
        self._copy.setVisible(self._place is not None)
        self._where.setVisible(self._place is not None)
        self._system.setVisible(self._place is not None)
        if self._place is not None:
            self._where.setText(place_text(*self._place, crs))
            self._system.setText(crs_text(crs))
        by_id = {layer.id: layer for layer in self._desk.document.layers}
        shown = [hit for hit in self._hits if hit.layer in by_id]
        for hit in shown:
            card = _HitCard(hit, by_id[hit.layer], self._desk)
            self._cards.addWidget(card)
            self._shown.append(card)
            self._read(hit, by_id[hit.layer], card)
        if not shown:
            missing = N_("Nothing is drawn at this place.")
            hint = N_("Click the map to see the values there, with unit, time and source.")
            self._nothing = controls.Words(hint if self._place is None else missing, "muted", wrap=True)
            self._cards.addWidget(self._nothing)
        self._cards.addStretch(1)

    def _read_exact(self, hit: Hit, layer: Layer, card: _HitCard) -> None:
        """Read the value of the place itself, where the one on the map stands for a larger cell."""
        exact = hit.exact
        if exact is None:
            return

        def read() -> list[float]:
            blocks = [self._desk.reading.read_now(layer, one) for one in exact.requests]
            return [float(cast("SeriesBlock", block).values[0, 0]) for block in blocks]

        def arrived(answer: list[float] | HaitangError) -> None:
            if card in self._shown and not isinstance(answer, HaitangError):
                card.show_exact(exact.join(np.array(answer)), hit.unit)

        self._desk.background(read, arrived)

    def _read(self, hit: Hit, layer: Layer, card: _HitCard) -> None:
        self._read_exact(hit, layer, card)
        if layer.kind != "vector" or layer.source == "memory:" or hit.index < 0 or hit.properties:
            return

        def arrived(answer: Any) -> None:
            if card not in self._shown:
                return
            if isinstance(answer, HaitangError):
                card.add(tr("Attributes"), error_text(answer))
            else:
                card.add_attributes(answer, layer)

        request = FeatureRequest(layer.key, ids=(hit.index,), geometry=False)
        self._desk.reading.read(layer, request, lambda answer: self._desk.relay.later(lambda: arrived(answer)))

    def _on_copy(self) -> None:
        if self._place is not None:
            QApplication.clipboard().setText(place_text(*self._place, self._desk.document.camera.crs))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
