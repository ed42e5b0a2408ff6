"""After a crash or a power cut: offer to bring back the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.core.language import N_, error_text, tr
from app.shell.dialog import Frame
from app.shell.words import date_text
from app.widgets import controls, icons
from layers.errors import HaitangError

if TYPE_CHECKING:
    from app.core.journal import Session


SHOWN = 4
"""Layers named of a session without a file."""


class RecoverDialog(Frame):
    """Lists the sessions that ended without a goodbye; one of them can be brought back.

    ``chosen`` tells the session to bring back, ``refused`` the sessions to throw away.
    """

    chosen = Signal(object)
    refused = Signal(list)

    def __init__(self, parent: QWidget, sessions: list[Session], offset_hours: float) -> None:
        super().__init__(parent, N_("Bring back your work"), "recovery")
        self._sessions = sessions
        words = N_("The program ended without saving. Everything you had done until then can be brought back.")
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for session in sessions:
            item = QListWidgetItem(icons.icon("history", "accent"), session_text(session, offset_hours), self.list)
            item.setData(Qt.ItemDataRole.UserRole, session)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(lambda _: self._on_chosen())
        box = controls.column(20, 12)
        box.addWidget(controls.Words("Bring back your work", "title"))
        box.addWidget(controls.Words(words, "muted", wrap=True))
        box.addWidget(self.list, 1)
        self.body.setLayout(box)
        self.foot.addWidget(controls.Button("Throw away", "danger", call=self._on_refused))
        self.foot.addStretch(1)
        self.foot.addWidget(controls.Button("Ask again next time", call=self.reject))
        back = controls.Button("Bring back", "primary", "restore", self._on_chosen)
        back.setDefault(True)
        self.foot.addWidget(back)
        self.resize(640, 340)

    def _on_chosen(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_refused(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        session: Any = item.data(Qt.ItemDataRole.UserRole)
        self.list.takeItem(self.list.row(item))
        self.refused.emit([session])
        if not self.list.count():
            self.reject()


def session_text(session: Session, offset_hours: float) -> str:
    """Write a session: its workspace and file or layers, the last act, when it was, how much was done.

    Of a session whose files are broken only the time is known.
    """
    when = date_text(session.last, offset_hours)
    try:
        title = session.title or Path(session.path).stem or tr("Workspace without a name")
        place = session.path or ", ".join(session.layers[:SHOWN])
        act, count = session.last_act, session.acts
    except HaitangError as error:
        return f"{session.folder.name}\n{when}\n{error_text(error)}"
    last = tr("last act: {act}, {when}", act=act, when=when) if act else tr("last act {when}", when=when)
    done = tr("1 act") if count == 1 else tr("{count} acts", count=count)
    return f"{title} · {place}\n{last} · {done}" if place else f"{title}\n{last} · {done}"
