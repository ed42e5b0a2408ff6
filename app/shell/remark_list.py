"""All remarks on a file: what reading it had to assume or could not know, as the command ``info`` tells it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.core.language import N_, tr
from app.shell.dialog import Frame
from app.widgets import controls, icons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


def remark_text(warned: Any) -> str:
    """Write a remark in the language on screen: what there is, and what to do."""
    return " ".join(tr(text, **warned.fields) for text in (warned.what, warned.remedy) if text)


class RemarkList(Frame):
    """Lists the remarks on a file, in the language on screen."""

    def __init__(self, parent: QWidget, path: str, remarks: Sequence[Any]) -> None:
        super().__init__(parent, N_("Remarks on the file"), "layers")
        self._remarks = tuple(remarks)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        box = controls.column(8, 8)
        box.addWidget(controls.Elided(Path(path).name, "section"))
        box.addWidget(self.list, 1)
        self.body.setLayout(box)
        self.add_close()
        self.resize(560, 360)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for warned in self._remarks:
            QListWidgetItem(icons.icon("warning", "warning"), remark_text(warned), self.list)
        if not self._remarks:
            QListWidgetItem(icons.icon("info", "accent"), tr("There is nothing to remark on this file."), self.list)

    def retranslate(self) -> None:
        """Show title and remarks in the current language."""
        super().retranslate()
        if hasattr(self, "list"):
            self._fill()
