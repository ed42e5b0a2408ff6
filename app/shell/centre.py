"""Centre: what stands in the middle of the window: the maps, or what invites to open something."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.settings import Settings
    from app.shell.empty_state import EmptyState
    from app.shell.file_acts import Files


class Centre(QStackedWidget):
    """Shows one of both; neither while the first thing is being opened.

    Parameters
    ----------
    maps : QWidget
        What shows the layers.
    settings : Settings
        Know what was opened last.
    files : callable
        Gives the acts that open something; asked when somebody wants that.
    """

    def __init__(self, maps: QWidget, settings: Settings, files: Callable[[], Files]) -> None:
        super().__init__()
        self._maps, self._settings, self._files = maps, settings, files
        self._blank = QWidget()
        for part in (self._blank, maps):
            self.addWidget(part)

    @cached_property
    def empty(self) -> EmptyState:
        """What stands there while nothing is open; made when it is needed."""
        from app.shell.empty_state import EmptyState
        from app.shell.file_acts import sample_path

        made = EmptyState(self._settings.recent, has_sample=sample_path() is not None)
        made.open_clicked.connect(lambda: self._files().open())
        made.sample_clicked.connect(lambda: self._files().open_sample())
        made.recent_clicked.connect(lambda path: self._files().open_paths([path]))
        self.addWidget(made)
        return made

    def show_fitting(self, *, has_layers: bool, comes: bool) -> None:
        """Show what fits: layers are there, or something is being opened."""
        if has_layers:
            self.setCurrentWidget(self._maps)
        elif not (comes and self.currentWidget() is self._blank) and self.currentWidget() is not self.empty:
            self.empty.show_recent(self._settings.recent)
            self.setCurrentWidget(self.empty)
