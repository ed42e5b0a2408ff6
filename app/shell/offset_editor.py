"""Editor of vertical offsets: value, source, epoch, place, and who stands for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.core import offsets
from app.core.language import N_, tr
from app.shell import questions
from app.shell.dialog import Frame
from app.shell.layer_words import datum_text
from app.shell.scale_editor import Rows
from app.widgets import controls, icons, theme
from layers.errors import HaitangError
from layers.heights import DATUMS, OffsetRecord

if TYPE_CHECKING:
    from app.shell.desk import Desk


class OffsetDialog(Frame):
    """Shows the offset records of this user; one that nobody approved is never used."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, N_("Vertical offsets"), "offsets")
        self._desk = desk
        self._records: list[OffsetRecord] = []
        self._filling = False
        self.list = QListWidget()
        self.list.setFixedWidth(280)
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(lambda _: self._show())
        self.origin, self.target = _datums(), _datums()
        self.value, self.station, self.epoch = QLineEdit(), QLineEdit(), QLineEdit()
        self.source, self.area = QLineEdit(), QLineEdit()
        self.state = controls.Words("", "badge")
        self.fault = controls.Words("", "error", wrap=True)
        self._arrange()
        self.resize(820, 480)
        self._load()
        self.retranslate()

    def _arrange(self) -> None:
        box = controls.row(0, 0)
        box.addLayout(self._left())
        box.addWidget(controls.rule(vertical=True))
        box.addLayout(self._right(), 1)
        self.body.setLayout(box)
        self._approve = controls.Button("Approve…", icon="person", call=self._on_approve)
        self._save = controls.Button("Save", "primary", call=self._on_save)
        self.foot.addStretch(1)
        for button in (self._approve, self._save, controls.Button("Close", call=self.close)):
            self.foot.addWidget(button)

    def _left(self) -> QVBoxLayout:
        self._nothing = controls.Words("No offset yet. Press + to add the first one.", "muted", wrap=True)
        self._nothing.setContentsMargins(16, 16, 16, 16)
        self._nothing.setFixedWidth(280)
        left = controls.column(0, 0)
        left.addWidget(self._nothing)
        left.addWidget(self.list, 1)
        left.addWidget(controls.rule())
        left.addLayout(self._row_buttons())
        return left

    def _right(self) -> QVBoxLayout:
        self._rows = Rows()
        for title, field in (
            (N_("From datum"), self.origin), (N_("To datum"), self.target), (N_("Value (m)"), self.value),
            (N_("Document"), self.source), (N_("Epoch"), self.epoch), (N_("Station"), self.station),
            (N_("Valid area"), self.area),
        ):  # fmt: skip
            self._rows.add(title, field)
        for edit in (self.value, self.source, self.epoch, self.station, self.area):
            edit.textEdited.connect(lambda _: self._on_edited())
        for combo in (self.origin, self.target):
            combo.activated.connect(lambda _: self._on_edited())
        hint = N_(
            "An offset is added to a height on the first datum to give it on the second. There is no built-in one."
        )
        line = controls.row(12, 0)
        line.addWidget(self.state)
        line.addStretch(1)
        right = controls.column(12, 8)
        right.addWidget(controls.Words(hint, "muted", wrap=True))
        right.addWidget(self._rows)
        right.addLayout(line)
        right.addWidget(self.fault)
        right.addStretch(1)
        return right

    def _row_buttons(self) -> QHBoxLayout:
        line = controls.row(4, 4)
        line.addWidget(controls.IconButton("plus", N_("Add an offset"), self._add))
        line.addWidget(controls.IconButton("minus", N_("Remove the offset"), self._remove))
        line.addStretch(1)
        return line

    # -- showing ---------------------------------------------------------------------
    def _load(self, row: int = 0) -> None:
        try:
            self._records = offsets.records()
        except HaitangError as error:
            self._desk.notices.error(error)
            self._records = []
        self._fill_list(row)

    def _fill_list(self, row: int) -> None:
        self.list.clear()
        for record in self._records:
            item = QListWidgetItem(record_text(record), self.list)
            item.setIcon(
                icons.icon("ok" if record.is_approved else "warning", "ok" if record.is_approved else "warning")
            )
        self._nothing.setVisible(not self._records)
        self.list.setCurrentRow(min(row, len(self._records) - 1))
        self._show()

    def _show(self) -> None:
        record = self._current()
        self._filling = True
        for part in (self._rows, self.state):
            part.setEnabled(record is not None)
        shown = record or OffsetRecord("WUSONG_SH", "CN1985", 0.0)
        self.origin.setCurrentIndex(max(self.origin.findData(shown.origin), 0))
        self.target.setCurrentIndex(max(self.target.findData(shown.target), 0))
        self.value.setText(f"{shown.value:g}" if record is not None else "")
        for edit, text in ((self.source, shown.source), (self.epoch, shown.epoch), (self.station, shown.station)):
            edit.setText(text)
        self.area.setText("; ".join(f"{x:g},{y:g}" for x, y in shown.area))
        theme.set_role(self.state, "badge-ok" if shown.is_approved else "badge")
        self.state.setVisible(record is not None)
        if shown.is_approved:
            self.state.say("approved by {person}", person=shown.approved_by)
        else:
            self.state.say("to be confirmed")
        self._filling = False
        self._on_edited()

    def _current(self) -> OffsetRecord | None:
        row = self.list.currentRow()
        return self._records[row] if 0 <= row < len(self._records) else None

    # -- editing ---------------------------------------------------------------------
    def edited(self) -> OffsetRecord:
        """Give the record as it stands in the fields; a changed one is no longer approved.

        Raises
        ------
        ValueError
            The value is no number, or the area no list of places.
        """
        before = self._current()
        corners = [tuple(float(v) for v in pair.split(",")) for pair in self.area.text().split(";") if pair.strip()]
        if any(len(c) != 2 for c in corners) or (corners and len(corners) < 3):
            raise ValueError(self.area.text())
        made = OffsetRecord(
            origin=str(self.origin.currentData()),
            target=str(self.target.currentData()),
            value=float(self.value.text()),
            area=tuple((c[0], c[1]) for c in corners),
            station=self.station.text().strip(),
            epoch=self.epoch.text().strip(),
            source=self.source.text().strip(),
        )
        if before is not None and replace(before, approved_by="", mark=made.mark) == made:
            return before
        return made

    def _on_edited(self) -> None:
        before = self._current()
        if self._filling:
            return
        changed, fault = False, ""
        if before is not None:
            try:
                changed = self.edited() != before
            except ValueError:
                fault = N_("The value is a number in metres; the area is empty or at least three corners “lon,lat; …”.")
        self.fault.say(fault)
        self._save.setEnabled(changed and not fault)
        self._approve.setEnabled(before is not None and not changed and not before.is_approved and not fault)

    def _add(self) -> None:
        self._keep([*self._records, OffsetRecord("WUSONG_SH", "CN1985", 0.0)], len(self._records))

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._keep([r for n, r in enumerate(self._records) if n != row], max(row - 1, 0))

    def _on_save(self) -> None:
        row = self.list.currentRow()
        self._keep([self.edited() if n == row else r for n, r in enumerate(self._records)], row)

    def _on_approve(self) -> None:
        record = self._current()
        if record is None:
            return
        words = tr("You stand for this offset and its source. Your name goes into the audit log.")
        person = questions.text(self, tr("Approve the offset"), words, self._desk.settings.person)
        if person:
            self._do(lambda: offsets.approve(record, person), self.list.currentRow())

    def _keep(self, records: list[OffsetRecord], row: int) -> None:
        self._do(lambda: offsets.save(records), row)

    def _do(self, act: Any, row: int) -> None:
        try:
            act()
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        self._load(row)

    def retranslate(self) -> None:
        """Show everything in the current language."""
        super().retranslate()
        if hasattr(self, "area"):
            self.area.setPlaceholderText(tr("longitude,latitude; … — empty where none is stated"))
            self.source.setPlaceholderText(tr("document the value comes from"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            for combo in (self.origin, self.target):
                for index in range(combo.count()):
                    combo.setItemText(index, datum_text(str(combo.itemData(index))))
            self._fill_list(self.list.currentRow())


def _datums() -> QComboBox:
    combo = QComboBox()
    for name in DATUMS:
        if name != "UNKNOWN":
            combo.addItem(datum_text(name), name)
    combo.setItemData(0, Qt.AlignmentFlag.AlignLeft, Qt.ItemDataRole.TextAlignmentRole)
    return combo


def record_text(record: OffsetRecord) -> str:
    """Write an offset in two lines: between which datums, and by how much."""
    place = f" · {record.station}" if record.station else ""
    return f"{datum_text(record.origin)} → {datum_text(record.target)}\n{record.value:+g} m{place}"
