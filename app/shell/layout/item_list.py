"""ItemList: the items of a page, the topmost first; visible and held can be switched here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.core.language import N_, tr
from app.core.pages.items import TITLES
from app.widgets import controls, icons

if TYPE_CHECKING:
    from app.core.pages.items import Item
    from app.core.pages.model import Page


class ItemList(QWidget):
    """Lists items; ``chosen`` carries the ids that the user chose, ``flagged`` a page with a switch turned."""

    chosen = Signal(list)
    flagged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._page: Page | None = None
        self._showing = False
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(column, 28)
        self.tree.itemSelectionChanged.connect(self._on_selection)
        self.tree.itemClicked.connect(self._on_clicked)
        box = controls.column(8, 6)
        box.addWidget(controls.Words(N_("Items of the page"), "section"))
        box.addWidget(self.tree, 1)
        self.setLayout(box)
        self.setMinimumWidth(180)

    def show_page(self, page: Page | None, chosen: list[str]) -> None:
        """List the items of a page."""
        self._page = page
        self._showing = True
        self.tree.clear()
        for item in reversed(page.items if page is not None else ()):
            self.tree.addTopLevelItem(self._line(item))
        self._showing = False
        self.choose(chosen)

    def _line(self, item: Item) -> QTreeWidgetItem:
        line = QTreeWidgetItem([item.name or tr(TITLES[str(getattr(item, "kind", ""))])])
        line.setData(0, Qt.ItemDataRole.UserRole, item.id)
        line.setIcon(1, icons.icon("eye" if item.visible else "eye-off"))
        line.setToolTip(1, tr("Visible"))
        line.setIcon(2, icons.icon("lock", "icon" if item.locked else "icon-disabled"))
        line.setToolTip(2, tr("Held in place"))
        return line

    def choose(self, ids: list[str]) -> None:
        """Mark items without telling."""
        self._showing = True
        for at in range(self.tree.topLevelItemCount()):
            line = self.tree.topLevelItem(at)
            if line is not None:
                line.setSelected(line.data(0, Qt.ItemDataRole.UserRole) in ids)
        self._showing = False

    def _on_selection(self) -> None:
        if not self._showing:
            self.chosen.emit([line.data(0, Qt.ItemDataRole.UserRole) for line in self.tree.selectedItems()])

    def _on_clicked(self, line: QTreeWidgetItem, column: int) -> None:
        item = self._page.item(line.data(0, Qt.ItemDataRole.UserRole)) if self._page is not None else None
        if self._page is None or item is None or column == 0:
            return
        change = {"visible": not item.visible} if column == 1 else {"locked": not item.locked}
        self.flagged.emit(self._page.with_item(item.model_copy(update=change)))
