"""Menus and tool bar made from the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app.core.language import N_, tr, translated
from app.shell.actions import ACTS, MENUS, Act
from app.widgets import icons
from app.widgets.match import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

LOCAL = {"layer-remove", "layer-rename", "layer-up", "layer-down"}
"""Actions whose shortcut works only where the focus is in a widget they were given to."""


class Menus(QObject):
    """The actions of the window, by id, in its menus and tool bar.

    Parameters
    ----------
    window : QMainWindow
    resolve : callable
        Gives the callable of an act from its ``group.method``.
    holds : callable
        Tells whether a condition holds.
    """

    def __init__(
        self, window: QMainWindow, resolve: Callable[[str], Callable[[], object]], holds: Callable[[str], bool]
    ) -> None:
        super().__init__(window)
        self._window, self._resolve, self._holds = window, resolve, holds
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.recent = QMenu(window)
        self.themes, self.bookmarks = QMenu(window), QMenu(window)
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.refresh_now)
        for one in ACTS:
            self.actions[one.id] = self._action(one)
        self._fill_menus()
        self.bar = self._tool_bar()
        self.retranslate()

    def _action(self, one: Act) -> QAction:
        action = QAction(self._window)
        action.setObjectName(one.id)
        if one.icon:
            action.setIcon(icons.icon(one.icon))
        if one.shortcut:
            action.setShortcuts([QKeySequence(key) for key in one.shortcut.split(";")])
        if one.id in LOCAL:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(bool(one.checked))
        action.setIconVisibleInMenu(not one.checked)
        action.triggered.connect(lambda _=False, call=one.call: self._act_on(call))
        return action

    def _act_on(self, call: str) -> None:
        self._resolve(call)()
        self.refresh()

    def _fill_menus(self) -> None:
        bar = self._window.menuBar()
        for name in MENUS:
            menu = QMenu(self._window)
            self.menus[name] = menu
            bar.addMenu(menu)
        for one in ACTS:
            if not one.menu:
                continue
            menu = self.menus[one.menu]
            if one.gap and menu.actions():
                menu.addSeparator()
            menu.addAction(self.actions[one.id])
            if one.id == "sample":
                menu.addMenu(self.recent)
        self.menus["layer"].addMenu(self.themes)
        self.menus["find"].addMenu(self.bookmarks)

    def _tool_bar(self) -> QToolBar:
        bar = QToolBar(self._window)
        bar.setObjectName("main")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for one in ACTS:
            if one.bar:
                if one.gap and bar.actions():
                    bar.addSeparator()
                bar.addAction(self.actions[one.id])
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spring)
        self.search = QToolButton()
        self.search.setObjectName("search")
        self.search.setIcon(icons.icon("search", "text-muted"))
        self.search.setIconSize(QSize(16, 16))
        self.search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.search.clicked.connect(lambda: self._act_on("help.palette"))
        bar.addWidget(self.search)
        self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        return bar

    def retranslate(self) -> None:
        """Show all titles in the current language."""
        for name, title in MENUS.items():
            self.menus[name].setTitle(tr(title))
        self.recent.setTitle(tr("Recently opened"))
        self.themes.setTitle(tr("Map themes"))
        self.bookmarks.setTitle(tr("Bookmarks"))
        for one in ACTS:
            action = self.actions[one.id]
            title = tr(one.title)
            action.setText(title)
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{title.rstrip('…')}  {key}" if key else title.rstrip("…"))
        self.bar.setWindowTitle(tr("Tool bar"))
        self.search.setText(f"{tr('Find a command')}   Ctrl+K")

    def refresh(self) -> None:
        """Bring enabled and checked states up to date, soon."""
        self._timer.start()

    def refresh_now(self) -> None:
        """Bring enabled and checked states up to date."""
        for one in ACTS:
            action = self.actions[one.id]
            action.setEnabled(self._holds(one.when))
            if one.checked:
                action.setChecked(self._holds(one.checked))

    def entries(self) -> list[Entry]:
        """Give all actions as entries of the palette."""
        self.refresh_now()
        return [
            Entry(
                id=one.id,
                zh=translated(one.title, "zh").rstrip("…"),
                en=one.title.rstrip("…"),
                group=MENUS.get(one.menu, N_("Command")),
                shortcut=self.actions[one.id].shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                icon=one.icon,
                enabled=self.actions[one.id].isEnabled(),
            )
            for one in ACTS
        ]
