"""Acts on panels, look and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.shell.qt_words import switch_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMainWindow

    from app.shell.desk import Desk
    from app.shell.docks import Docks


class Panels:
    """What the menu Window does."""

    def __init__(self, desk: Desk, window: QMainWindow, docks: Docks, apply: Callable[[], object]) -> None:
        self._desk, self._window, self._docks, self._apply = desk, window, docks, apply

    def _toggle(self, name: str) -> None:
        dock = self._docks[name]
        if dock.is_seen:
            dock.hide()
        else:
            dock.bring()

    def layers(self) -> None:
        """Show or hide the layers."""
        self._toggle("layers")

    def chart(self) -> None:
        """Show or hide the chart."""
        self._toggle("chart")

    def tools(self) -> None:
        """Show or hide the tools."""
        self._toggle("tools")

    def identify(self) -> None:
        """Show or hide the values at a place."""
        self._toggle("identify")

    def history(self) -> None:
        """Show or hide the history."""
        self._toggle("history")

    def jobs(self) -> None:
        """Show or hide the jobs."""
        self._toggle("jobs")

    def table(self) -> None:
        """Show or hide the attributes."""
        self._toggle("table")

    def full_screen(self) -> None:
        """Fill the screen, or not."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def reset(self) -> None:
        """Put the panels where they were at the start."""
        self._docks.arrange()

    def light(self) -> None:
        """Show the window light."""
        self._theme("light")

    def dark(self) -> None:
        """Show the window dark."""
        self._theme("dark")

    def system(self) -> None:
        """Follow the system's look."""
        self._theme("system")

    def _theme(self, name: str) -> None:
        self._desk.settings.theme = "dark" if name == "dark" else "light" if name == "light" else "system"
        self._desk.background(self._desk.settings.save, lambda _: None)
        self._apply()

    def chinese(self) -> None:
        """Speak Chinese."""
        switch_language(self._desk, "zh")

    def english(self) -> None:
        """Speak English."""
        switch_language(self._desk, "en")


class ToolActs:
    """What the menu Tools does, beside the tools themselves."""

    def __init__(self, desk: Desk, find: Callable[[], object], open_tool: Callable[[str], object]) -> None:
        self._desk, self._find, self._open = desk, find, open_tool

    def find(self) -> None:
        """Look for a tool."""
        self._find()

    def open(self, tool_id: str) -> None:
        """Open the form of a tool."""
        self._open(tool_id)

    def cancel_all(self) -> None:
        """Cancel all jobs."""
        for job in self._desk.jobs.running():
            job.cancel()
