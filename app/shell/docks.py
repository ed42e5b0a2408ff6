"""Docks whose content is made when they are first shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QTabWidget, QWidget

from app.core.language import N_, tr
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Callable

    Soon = Callable[[Callable[[], object]], object]


SMALL, LOW = QSize(1500, 860), 0.76
"""In a window smaller than this, px, panels begin slimmer and at this share of their height: the map needs the room."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the window: its dock, its English title, how its content is made, its help page."""

    name: str
    title: str
    area: Qt.DockWidgetArea
    make: Callable[[], QWidget]
    page: str
    shown: bool = True
    first: bool = False
    """Whether it is filled before the first picture is there."""
    width: int = 300
    height: int = 220
    slim: float = 0.89
    """Share of its width that it begins with in a small window."""

    def size_in(self, window: QSize) -> QSize:
        """Give the size at the start in a window of a size, px."""
        width = self.width * self.slim if window.width() < SMALL.width() else self.width
        height = self.height * LOW if window.height() < SMALL.height() else self.height
        return QSize(round(width), round(height))


class _TitleBar(controls.Surface):
    """Title and buttons of a dock; not there while the dock is a tab."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__("dock-title")
        self.name = QLabel()
        self.name.setObjectName("dock-name")
        box = controls.row(0, 2)
        box.setContentsMargins(12, 0, 6, 0)
        box.addWidget(self.name, 1)
        box.addWidget(controls.IconButton("window", N_("Detach or attach"), lambda: _float(dock), size=14))
        box.addWidget(controls.IconButton("close", N_("Close the panel"), dock.close, size=14))
        self.setLayout(box)
        self.setFixedHeight(34)


def _float(dock: QDockWidget) -> None:
    dock.setFloating(not dock.isFloating())


class _Body(controls.Surface):
    """Holds the content and asks for the panel's size at the start."""

    def __init__(self, size: Callable[[], QSize]) -> None:
        super().__init__("dock-body")
        self._size = size
        self.setLayout(controls.column(0, 0))

    def sizeHint(self) -> QSize:
        return self._size()


class PanelDock(QDockWidget):
    """A dock for one panel; its content is made when it is first seen."""

    def __init__(self, panel: Panel, window: QMainWindow, soon: Soon) -> None:
        super().__init__(window)
        self.panel = panel
        self._soon = soon
        self.content: QWidget | None = None
        self.ready = False
        self.setObjectName(f"dock-{panel.name}")
        self.setProperty("help", panel.page)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable
            | QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        self._bar = _TitleBar(self)
        self._no_bar = QWidget(self)
        self._no_bar.setFixedHeight(0)
        self.setTitleBarWidget(self._bar)
        self._body = _Body(lambda: panel.size_in(window.size()))
        self.setWidget(self._body)
        self.visibilityChanged.connect(self._on_visible)
        self.retranslate()

    def fill(self) -> QWidget:
        """Make the content now, if it is not there yet."""
        if self.content is None:
            self.content = self.panel.make()
            layout = self._body.layout()
            if layout is not None:
                layout.addWidget(self.content)
        return self.content

    def fill_soon(self) -> None:
        """Make the content when there is time for it."""
        self._soon(self.fill)

    def bring(self, *, soon: bool = False) -> QWidget | None:
        """Show the dock in front and give its content, which may come ``soon`` instead of now."""
        if soon:
            self.fill_soon()
        else:
            self.fill()
        self.show()
        self.raise_()
        return self.content

    @property
    def is_seen(self) -> bool:
        """Whether the panel is on screen, and no other tab lies before it."""
        return self.isVisible() and not self._body.visibleRegion().isEmpty()

    def show_bar(self, *, shown: bool) -> None:
        """Show the title, or nothing while tabs show it."""
        wanted = self._bar if shown else self._no_bar
        if self.titleBarWidget() is not wanted:
            self._bar.setVisible(shown)
            self.setTitleBarWidget(wanted)

    def _on_visible(self, visible: bool) -> None:
        if visible and self.ready:
            self.fill_soon()

    def retranslate(self) -> None:
        """Show the title in the current language."""
        self.setWindowTitle(tr(self.panel.title))
        self._bar.name.setText(tr(self.panel.title))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class Docks:
    """All docks of a window by panel name.

    Parameters
    ----------
    window : QMainWindow
    panels : list of Panel
        In the order of their tabs.
    soon : callable
        Runs the call that fills a panel which came in sight: now, or when there is time for it.
    """

    def __init__(self, window: QMainWindow, panels: list[Panel], soon: Soon) -> None:
        self._window = window
        self.by_name = {panel.name: PanelDock(panel, window, soon) for panel in panels}
        window.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        corners = Qt.Corner
        window.setCorner(corners.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(corners.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.arrange()
        for dock in self.by_name.values():
            dock.visibilityChanged.connect(lambda _: self.fit_bars())
            dock.dockLocationChanged.connect(lambda _: self.fit_bars())
            dock.topLevelChanged.connect(lambda _: self.fit_bars())

    def arrange(self) -> None:
        """Put the docks where they stand at the start."""
        first: dict[Qt.DockWidgetArea, PanelDock] = {}
        for dock in self.by_name.values():
            area = dock.panel.area
            dock.setFloating(False)
            self._window.addDockWidget(area, dock)
            if area in first:
                self._window.tabifyDockWidget(first[area], dock)
            else:
                first[area] = dock
        for dock in self.by_name.values():
            dock.setVisible(dock.panel.shown)
        for dock in first.values():
            if dock.panel.shown:
                dock.raise_()
        self.fit_bars()

    def begin(self) -> None:
        """Make the content of what is seen, now that the window itself is on screen."""
        for dock in self.by_name.values():
            dock.ready = True
            if dock.is_seen:
                dock.fill() if dock.panel.first else dock.fill_soon()

    def fit_heights(self) -> None:
        """Give the docks at the bottom the height their panels ask for."""
        below = [d for d in self.by_name.values() if d.panel.area is Qt.DockWidgetArea.BottomDockWidgetArea]
        heights = [d.panel.size_in(self._window.size()).height() for d in below]
        self._window.resizeDocks(below, heights, Qt.Orientation.Vertical)

    def fit_bars(self) -> None:
        """Show titles only where no tabs do."""
        for dock in self.by_name.values():
            others = [d for d in self._window.tabifiedDockWidgets(dock) if d.isVisibleTo(self._window)]
            dock.show_bar(shown=dock.isFloating() or not others)

    def __getitem__(self, name: str) -> PanelDock:
        """Give the dock of a panel."""
        return self.by_name[name]
