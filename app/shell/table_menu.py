"""What can be done with the attribute table: its columns, copies, figures, and what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.core.language import tr
from app.core.selection import of_ids
from app.core.table import CONDITION, as_tsv
from app.widgets import icons
from app.widgets.table import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QAction

    from app.shell.desk import Desk
    from app.widgets.filter_field import FilterField
    from app.widgets.table import TableModel
    from app.widgets.table_view import TableView
    from layers.vector import VectorLayer

MOST_ROWS = 200_000
"""Rows that one copy holds."""
MOST_COLUMNS = 60
"""Columns listed in the menu."""
_FROM_WINDOW = ("select-expression", "select-layer", "select-invert", "select-clear", "select-zoom", "layer-filter")


class Shown(Protocol):
    """A table on screen."""

    model: TableModel
    view: TableView
    filter: FilterField
    actions_of_window: dict[str, QAction]

    @property
    def layer(self) -> VectorLayer | None:
        """The layer whose attributes are shown."""
        ...


class TableMenu:
    """The menu of one table panel.

    Parameters
    ----------
    desk : Desk
    panel : Shown
    """

    def __init__(self, desk: Desk, panel: Shown) -> None:
        self._desk, self._panel = desk, panel
        self._layouts: dict[str, tuple[int, QByteArray]] = {}

    def open(self, at: QPoint, column: int = -1) -> None:
        """Show the menu at a place of the screen; ``column`` adds what can be done with one."""
        menu = self.made(column)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def made(self, column: int = -1) -> QMenu:
        """Give the menu."""
        menu = QMenu(self._panel.view)
        if column >= 0:
            self._of_column(menu, column)
        self._columns(menu)
        menu.addSeparator()
        _add(menu, tr("Copy the selected rows"), self.copy, "copy")
        _add(menu, tr("Copy all rows shown"), self.copy_all)
        _add(menu, tr("Select all rows shown"), self.select_all)
        query = self._panel.filter.text().strip()
        if query and CONDITION.search(query) and self._panel.filter.fault is None:
            _add(menu, tr("Make this the filter of the layer"), self.to_layer, "filter")
        menu.addSeparator()
        actions = self._panel.actions_of_window
        menu.addActions([actions[name] for name in _FROM_WINDOW if name in actions])
        return menu

    def _of_column(self, menu: QMenu, column: int) -> None:
        view = self._panel.view
        rising, falling = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        _add(menu, tr("Sort rising"), lambda: view.sort_by(column, rising), "chevron-up")
        _add(menu, tr("Sort falling"), lambda: view.sort_by(column, falling), "chevron-down")
        _add(menu, tr("In the order of the file"), lambda: view.sort_by(-1, rising))
        _add(menu, tr("Figures of this column…"), lambda: self.figures(column), "chart")
        _add(menu, tr("Hide this column"), lambda: self._hide(column, hidden=True), "eye-off")
        menu.addSeparator()

    def _columns(self, menu: QMenu) -> None:
        part = QMenu(tr("Columns"), menu)
        heads = self._panel.view.horizontalHeader()
        for at, column in enumerate(self._panel.model.table.columns[:MOST_COLUMNS]):
            action = part.addAction((column.title or column.name).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(not heads.isSectionHidden(at))
            action.toggled.connect(lambda on, at=at: self._hide(at, hidden=not on))
        part.addSeparator()
        _add(part, tr("Show all columns in their order"), self.reset_columns)
        menu.addMenu(part)

    # -- columns ---------------------------------------------------------------------
    def _hide(self, column: int, *, hidden: bool) -> None:
        self._panel.view.setColumnHidden(column, hidden)
        self.keep()

    def reset_columns(self) -> None:
        """Show all columns in the order of the file."""
        heads = self._panel.view.horizontalHeader()
        for at in range(heads.count()):
            heads.moveSection(heads.visualIndex(at), at)
            heads.setSectionHidden(at, False)
        self.keep()

    def keep(self) -> None:
        """Remember which columns are shown, how wide and where, until the program ends."""
        layer, heads = self._panel.layer, self._panel.view.horizontalHeader()
        if layer is not None:
            self._layouts[layer.id] = (heads.count(), heads.saveState())

    def restore(self, layer: VectorLayer) -> None:
        """Show the columns of a layer as they were left."""
        heads = self._panel.view.horizontalHeader()
        count, state = self._layouts.get(layer.id, (0, None))
        if state is not None and count == heads.count():
            heads.restoreState(state)
            heads.setSortIndicatorShown(False)
            return
        for at in range(heads.count()):
            heads.moveSection(heads.visualIndex(at), at)
            heads.setSectionHidden(at, False)

    # -- rows ------------------------------------------------------------------------
    def copy(self) -> None:
        """Copy the selected rows that are shown; all shown where none is selected."""
        model = self._panel.model
        marked = model.shown[model.marked]
        self._copy(marked if len(marked) else model.shown)

    def copy_all(self) -> None:
        """Copy all rows shown."""
        self._copy(self._panel.model.shown)

    def _copy(self, rows: Any) -> None:
        panel, columns = self._panel, self._panel.view.columns_shown()
        data, taken = panel.model.table, rows[:MOST_ROWS]

        def done(text: Any) -> None:
            QApplication.clipboard().setText(text)
            words = tr("{count} rows are in the clipboard.", count=f"{len(taken):,}")
            if len(taken) < len(rows):
                words = tr("The first {count} rows are in the clipboard.", count=f"{len(taken):,}")
            self._desk.notices.info(words)

        self._desk.background(lambda: as_tsv(data, taken, columns, cell_text), done)

    def select_all(self) -> None:
        """Select all rows shown."""
        layer, model = self._panel.layer, self._panel.model
        if layer is not None:
            self._desk.document.selection.set(layer.id, of_ids(model.table.ids[model.shown]))

    def to_layer(self) -> None:
        """Let the layer keep only what the table shows, as its filter."""
        from layers.sources.asking import joined

        layer = self._panel.layer
        if layer is not None:
            wanted = joined(layer.filter, self._panel.filter.text())
            self._panel.filter.clear()
            self._desk.document.set(layer, "filter", wanted)

    def figures(self, column: int) -> None:
        """Show the figures of a column over the rows shown."""
        from app.shell.figures_dialog import FiguresDialog

        data, rows = self._panel.model.table, self._panel.model.shown
        if data.columns[column].values is None:
            return

        def done(found: Any) -> None:
            dialog = FiguresDialog(self._panel.view.window(), data.columns[column], found)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._desk.background(lambda: data.figures(column, rows), done)


def _add(menu: QMenu, title: str, call: Callable[[], object], icon: str = "") -> None:
    action = menu.addAction(title)
    if icon:
        action.setIcon(icons.icon(icon))
    action.triggered.connect(lambda _=False: call())
