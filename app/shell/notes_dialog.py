"""Title and notes of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.core.language import N_
from app.shell.dialog import Frame
from app.widgets import controls

if TYPE_CHECKING:
    from app.shell.desk import Desk


class NotesDialog(Frame):
    """Shows and changes the title and the notes; each is one act."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, N_("Title and notes of the workspace"), "workspace")
        self._desk = desk
        self.title_edit = QLineEdit(desk.document.title)
        self.notes = QPlainTextEdit(desk.document.notes)
        box = controls.column(16, 8)
        box.addWidget(controls.Words("Title", "section"))
        box.addWidget(self.title_edit)
        box.addWidget(controls.Words("Notes", "section"))
        box.addWidget(self.notes, 1)
        self.body.setLayout(box)
        self.foot.addStretch(1)
        self.foot.addWidget(controls.Button("Cancel", call=self.reject))
        keep = controls.Button("Keep", "primary", call=self._keep)
        keep.setDefault(True)
        self.foot.addWidget(keep)
        self.resize(480, 360)

    def _keep(self) -> None:
        document = self._desk.document
        document.set("document", "title", self.title_edit.text().strip())
        document.set("document", "notes", self.notes.toPlainText().strip())
        self.accept()
