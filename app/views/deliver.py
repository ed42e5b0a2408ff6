"""Deliver: calls from worker threads, run on the main thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable


class Deliver(QObject):
    """Takes a callable from any thread; the thread that made this object runs it in its event loop."""

    _handed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handed.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def __call__(self, call: Callable[[], None]) -> None:
        """Hand a callable over."""
        self._handed.emit(call)

    def _run(self, call: Callable[[], None]) -> None:
        call()
