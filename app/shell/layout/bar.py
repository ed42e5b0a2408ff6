"""Bar: the tool bar of the layout window and its menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app.core.language import N_, tr
from app.core.pages import arrange, templates
from app.core.pages.items import TITLES
from app.widgets import controls, icons

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.shell.layout.stage import Stage

ICONS = {
    "map": "layers", "legend": "classes", "scale_bar": "minus", "north": "chevron-up", "table": "table",
    "chart": "chart", "picture": "picture", "title_block": "grip", "text": "edit", "shape": "window",
}  # fmt: skip


class Bar(QToolBar):
    """Everything a person does with pages and items.

    Parameters
    ----------
    window : Stage
        Its acts are called.
    parent : QWidget
    """

    def __init__(self, window: Stage, parent: QWidget) -> None:
        super().__init__(tr("Tool bar"), parent)
        self._window = window
        self._titled: list[tuple[QAction | QToolButton, str]] = []
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        acts = window.acts
        self.addWidget(window.choice)
        self._menu("new", N_("New page"), self._templates)
        self._act("copy", N_("Copy of the page"), acts.copy_page)
        self._act("trash", N_("Remove the page"), acts.remove_page)
        self.addSeparator()
        self._act("undo", N_("Undo"), acts.undo)
        self._act("redo", N_("Redo"), acts.redo)
        self.addSeparator()
        self._menu("plus", N_("Add an item"), self._items)
        self._menu("grip", N_("Align"), self._ways)
        self._act("chevron-up", N_("Bring forward"), lambda: acts.order(1))
        self._act("chevron-down", N_("Send backward"), lambda: acts.order(-1))
        self.addSeparator()
        self._act("zoom-in", N_("Zoom in"), lambda: window.canvas.zoom(1.25))
        self._act("zoom-out", N_("Zoom out"), lambda: window.canvas.zoom(0.8))
        self._act("zoom-all", N_("Whole page"), window.canvas.fit)
        self.addSeparator()
        self._act("bookmark", N_("Save as template…"), acts.save_template)
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spring)
        self.export = controls.Button(N_("Export…"), "primary", call=acts.export)
        self.addWidget(self.export)

    def _act(self, icon: str, title: str, call: Callable[[], object]) -> None:
        action = QAction(icons.icon(icon), tr(title), self)
        self._titled.append((action, title))
        action.triggered.connect(lambda _=False: call())
        self.addAction(action)

    def _menu(self, icon: str, title: str, fill: Callable[[QMenu], None]) -> None:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        self._titled.append((button, title))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        self.addWidget(button)

    def retranslate(self) -> None:
        """Show all titles in the current language."""
        self.setWindowTitle(tr("Tool bar"))
        for part, title in self._titled:
            part.setText(tr(title))
            part.setToolTip(tr(title).rstrip("…"))

    def _templates(self, menu: QMenu) -> None:
        menu.clear()
        known, faults = templates.templates()
        for one in known:
            action = menu.addAction(icons.icon("file"), one.title)
            action.triggered.connect(lambda _=False, one=one: self._window.acts.new_page(one.id))
        for fault in faults:
            self._window.desk.notices.error(fault)

    def _items(self, menu: QMenu) -> None:
        menu.clear()
        for kind, title in TITLES.items():
            action = menu.addAction(icons.icon(ICONS[kind]), tr(title))
            action.setEnabled(bool(self._window.page_id))
            action.triggered.connect(lambda _=False, kind=kind: self._window.acts.add_item(kind))

    def _ways(self, menu: QMenu) -> None:
        menu.clear()
        for way, title in arrange.WAYS.items():
            action = menu.addAction(tr(title))
            action.setEnabled(bool(self._window.canvas.chosen))
            action.triggered.connect(lambda _=False, way=way: self._window.acts.align(way))
