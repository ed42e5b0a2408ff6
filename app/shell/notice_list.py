"""All notices of this session, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.core.language import N_
from app.shell.dialog import Frame
from app.widgets import controls, icons
from app.widgets.toast import SIGNS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.core.notices import Notices


class NoticeList(Frame):
    """Lists what was said, so that nothing is lost with its toast."""

    def __init__(self, parent: QWidget, notices: Notices) -> None:
        super().__init__(parent, N_("Notices of this session"), "window")
        self.list = QListWidget()
        self.list.setWordWrap(True)
        for notice in reversed(notices.all):
            sign, token = SIGNS[notice.severity]
            text = f"{notice.text}\n{notice.where}" if notice.where and notice.where not in notice.text else notice.text
            QListWidgetItem(icons.icon(sign, token), text, self.list)
        nothing = controls.Words("Nothing was said yet.", "muted")
        nothing.setVisible(not notices.all)
        nothing.setContentsMargins(16, 16, 16, 16)
        self.list.setVisible(bool(notices.all))
        box = controls.column(8, 0)
        box.addWidget(self.list, 1)
        box.addWidget(nothing)
        self.body.setLayout(box)
        self.add_close()
        self.resize(560, 420)
