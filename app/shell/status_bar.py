"""The status bar: place, value below the pointer, scale, coordinate system, vertical datum, jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QStatusBar

from app.core.language import tr
from app.shell.layer_words import crs_text, datum_text
from app.shell.place_words import nice_scale, place_text, read_scale, scale_number
from app.widgets import controls, icons

if TYPE_CHECKING:
    from app.shell.desk import Desk

SCALES = (500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000)


class StatusBar(QStatusBar):
    """Says where the pointer is and what stands there; CRS and scale can be chosen."""

    crs_clicked = Signal()
    datum_clicked = Signal()
    jobs_clicked = Signal()
    notices_clicked = Signal()
    scale_chosen = Signal(float)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._pointer: tuple[float, float] | None = None
        self.setSizeGripEnabled(False)
        self.place = QLabel()
        self.place.setObjectName("status-text")
        self.value = controls.Elided("", "small")
        self.jobs = self._button("jobs", self.jobs_clicked)
        self.scale = QComboBox()
        self.scale.setProperty("role", "status")
        self.scale.setEditable(True)
        self.scale.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.scale.setFixedWidth(118)
        for number in SCALES:
            self.scale.addItem(nice_scale(number), float(number))
        self.crs = self._button("crs", self.crs_clicked)
        self.datum = self._button("datum", self.datum_clicked)
        self.notices = self._button("bell", self.notices_clicked)
        self.addWidget(self.place)
        self.addWidget(self.value, 1)
        for part in (self.jobs, self.scale, self.crs, self.datum, self.notices):
            self.addPermanentWidget(part)
        self._timer = QTimer(self, singleShot=True, interval=40)
        self._timer.timeout.connect(self.refresh)
        self.scale.activated.connect(lambda _: self._on_scale())
        line = self.scale.lineEdit()
        if line is not None:
            line.returnPressed.connect(self._on_scale)
        self._connect()
        self.refresh()

    def _button(self, icon: str, signal: Any) -> QPushButton:
        button = QPushButton()
        button.setProperty("role", "status")
        button.setIcon(icons.icon(icon, "text-muted"))
        button.clicked.connect(signal)
        return button

    def _connect(self) -> None:
        desk = self._desk
        desk.document.camera.events.connect(self._later)
        desk.focus.layer_changed.connect(self._later)
        desk.document.layer_changed.connect(self._later)
        desk.jobs.changed.connect(self._later)
        desk.notices.posted.connect(self._later)

    def _later(self, *_: Any) -> None:
        self._timer.start()

    def show_pointer(self, x: float, y: float, text: str) -> None:
        """Say where the pointer is and what stands there."""
        self._pointer = (x, y)
        self._show_place()
        self.value.setText(text)

    def clear_pointer(self) -> None:
        """Say nothing of the pointer."""
        self._pointer = None
        self.place.setText("")
        self.value.setText("")

    def _show_place(self) -> None:
        if self._pointer is None:
            return
        camera = self._desk.document.camera
        self.place.setText(place_text(*self._pointer, camera.crs, camera.scale))
        self.place.setMinimumWidth(max(self.place.minimumWidth(), self.place.sizeHint().width()))

    def refresh(self) -> None:
        """Show everything anew."""
        document = self._desk.document
        camera, layer = document.camera, self._desk.focus.layer
        empty = not document.layers
        for part in (self.crs, self.datum):
            part.setVisible(not empty)
        self._show_jobs()
        if empty:
            self.clear_pointer()
            self.scale.hide()
            return
        number = scale_number(camera.scale, camera.crs, camera.x, camera.y, float(self.logicalDpiX()))
        line = self.scale.lineEdit()
        if line is not None and not line.hasFocus():
            self.scale.setEditText(nice_scale(number) if number is not None else "")
            line.setCursorPosition(0)
        self.scale.setVisible(number is not None)
        self.crs.setText(crs_text(camera.crs))
        self.datum.setText(tr("Datum: {datum}", datum=datum_text(layer.vdatum if layer is not None else None)))
        self._show_place()
        self._show_tips()

    def _show_jobs(self) -> None:
        running = len(self._desk.jobs.running())
        self.jobs.setVisible(running > 0)
        self.jobs.setText(tr("{count} running", count=running))
        count = len(self._desk.notices.all)
        self.notices.setText(str(count) if count else "")
        self.notices.setToolTip(tr("Notices of this session"))
        self.notices.setAccessibleName(tr("Notices of this session"))

    def _show_tips(self) -> None:
        from app.shell.crs_names import long_name

        camera, layer = self._desk.document.camera, self._desk.focus.layer
        self.scale.setToolTip(tr("Scale, true in the middle of the map"))
        self.crs.setToolTip(tr("Coordinate system of the map: {name}", name=long_name(camera.crs)))
        name = layer.name if layer is not None else ""
        self.datum.setToolTip(tr("Vertical datum of the layer {layer}", layer=name))

    def _on_scale(self) -> None:
        number = read_scale(self.scale.currentText())
        if number is not None:
            self.scale_chosen.emit(number)
        self.scale.clearFocus()
        self._later()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
