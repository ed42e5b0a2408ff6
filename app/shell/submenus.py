"""Menus whose entries come and go: recent files, map themes, the tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from app.core.language import language, tr, translated
from app.widgets import icons

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from app.shell.menus import Menus
    from app.shell.tool_list import Tools


class Submenus:
    """Fills the menus of recent files, themes and tools when they are opened."""

    def __init__(self, desk: Desk, menus: Menus, tools: Tools, acts: dict[str, Any]) -> None:
        self._desk, self._menus, self._tools, self._acts = desk, menus, tools, acts
        self._made: list[QMenu] = []
        menus.recent.aboutToShow.connect(self.fill_recent)
        menus.themes.aboutToShow.connect(self.fill_themes)
        menus.bookmarks.aboutToShow.connect(self.fill_bookmarks)
        menus.menus["tools"].aboutToShow.connect(self.fill_tools)
        menus.menus["file"].aboutToShow.connect(self._on_file)

    def _on_file(self) -> None:
        self._menus.recent.setEnabled(bool(self._desk.settings.recent))

    def fill_recent(self) -> None:
        """Show the files opened last."""
        menu = self._menus.recent
        menu.clear()
        for path in self._desk.settings.recent:
            action = menu.addAction(icons.icon("file"), Path(path).name)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, path=path: self._acts["files"].open_paths([path]))
        menu.setToolTipsVisible(True)

    def fill_themes(self) -> None:
        """Show the map themes: apply, remove, save."""
        from app.core import themes

        menu = self._menus.themes
        menu.clear()
        document = self._desk.document
        for name in document.themes:
            action = menu.addAction(icons.icon("bookmark"), name)
            action.triggered.connect(lambda _=False, name=name: themes.apply(document, name))
        if document.themes:
            menu.addSeparator()
            gone = menu.addMenu(tr("Remove a map theme"))
            for name in document.themes:
                action = gone.addAction(name)
                action.triggered.connect(lambda _=False, name=name: themes.remove(document, name))
        menu.addAction(self._menus.actions["theme-pictures"])
        menu.addAction(self._menus.actions["theme-save"])

    def fill_bookmarks(self) -> None:
        """Show the bookmarks of the workspace: look there, remove, keep."""
        from app.core import bookmarks

        menu, document = self._menus.bookmarks, self._desk.document
        menu.clear()
        for name in document.bookmarks:
            action = menu.addAction(icons.icon("bookmark"), name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, name=name: self._acts["places"].go_to_bookmark(name))
        if document.bookmarks:
            menu.addSeparator()
            gone = menu.addMenu(tr("Remove a bookmark"))
            for name in document.bookmarks:
                action = gone.addAction(name.replace("&", "&&"))
                action.triggered.connect(lambda _=False, name=name: bookmarks.remove(document, name))
        menu.addAction(self._menus.actions["bookmark"])

    def fill_tools(self) -> None:
        """Show the tools by group, as soon as they are loaded."""
        self._tools.ask(self._put_tools)

    def _put_tools(self, known: dict[str, Any], groups: dict[str, str]) -> None:
        menu = self._menus.menus["tools"]
        for old in self._made:
            menu.removeAction(old.menuAction())
            old.deleteLater()
        self._made = []
        by_group: dict[str, QMenu] = {}
        for tool in known.values():
            if tool.group not in by_group:
                title = str(groups.get(tool.group) or tool.group)
                by_group[tool.group] = QMenu(tr(title), menu)
                menu.addMenu(by_group[tool.group])
            action = by_group[tool.group].addAction(translated(tool.title, language()))
            action.triggered.connect(lambda _=False, name=tool.id: self._acts["tools"].open(name))
        self._made = list(by_group.values())
