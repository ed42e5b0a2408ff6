"""The tool panel: tools by group, the form of one, its run and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QTreeWidget, QTreeWidgetItem, QWidget

from app.core.language import language, tr, translated
from app.shell.tool_list import Tools, tool_entry
from app.shell.tool_page import ToolPage
from app.widgets import controls, icons, theme
from app.widgets.match import score

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.tools import Tool
    from app.shell.desk import Desk
    from app.widgets.map_fields import Surroundings

TOOL_ROLE = int(Qt.ItemDataRole.UserRole)


class ToolPanel(QWidget):
    """Lists the tools by group; a click opens the form.

    Parameters
    ----------
    desk : Desk
    tools : Tools
    around : Surroundings
        Where forms take layers and places from.
    add_result : callable
        Takes a path and opens it on the map.
    """

    opened = Signal(str)

    def __init__(self, desk: Desk, tools: Tools, around: Surroundings, add_result: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self._tools, self._around, self._add_result = desk, tools, around, add_result
        self._groups: dict[str, str] = {}
        self._pages: dict[str, ToolPage] = {}
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("search", "text-muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(16)
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.tree.itemActivated.connect(self._on_item)
        self.tree.itemClicked.connect(self._on_item)
        self._waiting = controls.Words("Loading the tools…", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list_page())
        box = controls.column(0, 0)
        box.addWidget(self._stack)
        self.setLayout(box)
        self.setProperty("help", "tools")
        self.retranslate()
        tools.ask(self._fill)

    def _list_page(self) -> QWidget:
        page = QWidget()
        head = controls.column(12, 8)
        head.addWidget(self.search)
        box = controls.column(0, 0)
        box.addLayout(head)
        box.addWidget(self._waiting, 1)
        box.addWidget(self.tree, 1)
        self.tree.hide()
        page.setLayout(box)
        return page

    def open_tool(self, tool_id: str, values: dict[str, Any] | None = None, out: str = "") -> None:
        """Show the form of a tool, filled with values and the file of its result; waits for nothing."""
        self._tools.ask(lambda known, _groups: self._show(known[tool_id], values, out) if tool_id in known else None)

    def show_list(self) -> None:
        """Show the list of the tools."""
        self._stack.setCurrentIndex(0)
        self.search.setFocus()

    def current_page(self) -> ToolPage | None:
        """Give the form that is shown."""
        page = self._stack.currentWidget()
        return page if isinstance(page, ToolPage) else None

    def _show(self, tool: Tool, values: dict[str, Any] | None, out: str) -> None:
        page = self._pages.get(tool.id)
        if page is None:
            page = ToolPage(self._desk, tool, self._around, self._add_result)
            page.left.connect(self.show_list)
            self._pages[tool.id] = page
            self._stack.addWidget(page)
        page.refresh()
        if values:
            page.form.set_values(values)
        if out:
            page.name_result(out)
        self._stack.setCurrentWidget(page)
        self.opened.emit(tool.id)

    def _fill(self, known: dict[str, Tool], groups: dict[str, str]) -> None:
        self._groups = groups
        self._waiting.hide()
        self.tree.show()
        self.tree.clear()
        heads: dict[str, QTreeWidgetItem] = {}
        order = [*groups, *(t.group for t in known.values() if t.group not in groups)]
        for tool in sorted(known.values(), key=lambda t: order.index(t.group)):
            head = heads.get(tool.group)
            if head is None:
                head = QTreeWidgetItem(self.tree, [tr(groups.get(tool.group, tool.group))])
                head.setFont(0, theme.font(bold=True))
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                heads[tool.group] = head
            item = QTreeWidgetItem(head, [translated(tool.title, language())])
            item.setData(0, TOOL_ROLE, tool.id)
            item.setIcon(0, icons.icon("tools"))
            item.setToolTip(0, f"{tr(tool.summary)}\n{tool.id}")
        self.tree.expandAll()
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        for number in range(self.tree.topLevelItemCount()):
            head = self.tree.topLevelItem(number)
            if head is None:
                continue
            seen = 0
            for child in range(head.childCount()):
                item = head.child(child)
                if item is None:
                    continue
                tool = self._tools.known[str(item.data(0, TOOL_ROLE))]
                fits = score(text, tool_entry(tool, self._groups)) > 0
                item.setHidden(not fits)
                seen += fits
            head.setHidden(not seen)

    def _on_item(self, item: QTreeWidgetItem) -> None:
        tool_id = item.data(0, TOOL_ROLE)
        if tool_id:
            self.open_tool(str(tool_id))
        else:
            item.setExpanded(not item.isExpanded())

    def retranslate(self) -> None:
        """Show everything in the current language; open forms are made anew with what was entered.

        A form whose tool runs stays until the run is over: it waits for the result.
        """
        self.search.setPlaceholderText(tr("Find a tool"))
        current = self.current_page()
        kept = None
        if current is not None and not current.is_running:
            kept = (current.tool.id, current.form.values(), current.named_result())
        for name in [name for name, page in self._pages.items() if not page.is_running]:
            page = self._pages.pop(name)
            self._stack.removeWidget(page)
            page.deleteLater()
        if self._tools.known:
            self._fill(self._tools.known, self._groups)
        if kept is not None:
            self.open_tool(*kept)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
