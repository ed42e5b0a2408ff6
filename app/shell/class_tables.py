"""Editor of class tables: classes, source, and who has confirmed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.core import classes
from app.core.language import N_, language, tr
from app.shell import questions
from app.shell.dialog import Frame
from app.widgets import controls, icons, theme
from app.widgets.colour_button import ColourButton
from layers.errors import HaitangError
from layers.style import ClassBreak, ClassTable

if TYPE_CHECKING:
    from app.shell.desk import Desk

HEADS = (N_("From"), N_("To"), N_("Chinese"), N_("English"), N_("Colour"))
MARKS = {
    "source": N_("read in a public text"), "high": N_("known with high confidence"),
    "med": N_("known with medium confidence"), "low": N_("general knowledge only"),
}  # fmt: skip


class ClassTableDialog(Frame):
    """Shows the class tables; a changed one is kept as the user's own version."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, N_("Class tables"), "class-tables")
        self._desk = desk
        self._shown: ClassTable | None = None
        self._filling = False
        self.list = QListWidget()
        self.list.setFixedWidth(250)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._on_row)
        self.grid = QTableWidget(0, len(HEADS))
        self.grid.setProperty("role", "framed")
        self.grid.verticalHeader().hide()
        self.grid.verticalHeader().setDefaultSectionSize(32)
        self.grid.cellChanged.connect(lambda *_: self._on_edited())
        heads = self.grid.horizontalHeader()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 80), (1, 80), (4, 72)):
            heads.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.grid.setColumnWidth(column, width)
        self.state = controls.Words("", "badge")
        self.head = controls.Words("", "heading", wrap=True)
        self.source = QLineEdit()
        self.source.textEdited.connect(lambda _: self._on_edited())
        self.mark = controls.Words("", "small")
        self.fault = controls.Words("", "error", wrap=True)
        self._arrange()
        self.resize(900, 560)
        self.retranslate()
        self._fill_list()

    def _arrange(self) -> None:
        right = controls.column(16, 8)
        head = controls.row(0, 8)
        head.addWidget(self.head, 1)
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignTop)
        right.addLayout(head)
        right.addWidget(self.mark)
        source = controls.row(0, 8)
        source.addWidget(controls.Words("Document", "small"))
        source.addWidget(self.source, 1)
        right.addLayout(source)
        right.addWidget(self.grid, 1)
        right.addLayout(self._row_buttons())
        right.addWidget(self.fault)
        box = controls.row(0, 0)
        box.addWidget(self.list)
        box.addWidget(controls.rule(vertical=True))
        box.addLayout(right, 1)
        self.body.setLayout(box)
        self._restore = controls.Button("Take back my changes", call=self._on_restore)
        self._confirm = controls.Button("Confirm…", icon="person", call=self._on_confirm)
        self._save = controls.Button("Save", "primary", call=self._on_save)
        self.foot.addWidget(self._restore)
        self.foot.addStretch(1)
        for button in (self._confirm, self._save, controls.Button("Close", call=self.close)):
            self.foot.addWidget(button)

    def _row_buttons(self) -> QHBoxLayout:
        line = controls.row(0, 4)
        line.addWidget(controls.IconButton("plus", N_("Add a class"), self._add_row))
        line.addWidget(controls.IconButton("minus", N_("Remove the class"), self._remove_row))
        line.addStretch(1)
        return line

    # -- showing ---------------------------------------------------------------------
    def _fill_list(self, keep: str = "") -> None:
        self.list.clear()
        for table in classes.tables().values():
            item = QListWidgetItem(classes.title(table), self.list)
            item.setData(Qt.ItemDataRole.UserRole, table.id)
            pending = classes.is_pending(table)
            item.setIcon(icons.icon("warning" if pending else "ok", "warning" if pending else "ok"))
            if table.id == keep:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def show_table(self, table_id: str) -> None:
        """Show the table with an id."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == table_id:
                self.list.setCurrentRow(row)

    def _on_row(self, row: int) -> None:
        item = self.list.item(row)
        if item is not None:
            self._show(classes.tables()[str(item.data(Qt.ItemDataRole.UserRole))])

    def _show(self, table: ClassTable) -> None:
        self._filling = True
        self._shown = table
        title = table.title_zh if language() == "zh" else table.title_en
        unit = f" ({table.units})" if table.units else ""
        self.head.setText(f"{title}{unit}")
        self.mark.setText(
            tr("Table {id}, version {version}; {mark}", id=table.id, version=table.version, mark=tr(MARKS[table.mark]))
        )
        self.source.setText(classes.source_text(table))
        self.source.setReadOnly(not table.editable)
        self._show_state(table)
        self.grid.setRowCount(0)
        for one in table.classes:
            self._put_row(one)
        self._restore.setEnabled(classes.shipped(table.id) not in (None, _bare(table)))
        self._filling = False
        self._on_edited()

    def _show_state(self, table: ClassTable) -> None:
        pending = classes.is_pending(table)
        theme.set_role(self.state, "badge" if pending else "badge-ok")
        if pending:
            self.state.say("to be confirmed")
        elif table.confirmed_by:
            self.state.say("confirmed by {person}, {day}", person=table.confirmed_by, day=table.confirmed_at[:10])
        else:
            self.state.say("from its source")

    def _put_row(self, one: ClassBreak) -> None:
        row = self.grid.rowCount()
        self.grid.insertRow(row)
        texts = [
            "" if one.minimum is None else f"{one.minimum:g}", "" if one.maximum is None else f"{one.maximum:g}",
            one.label_zh, one.label_en,
        ]  # fmt: skip
        for column, text in enumerate(texts):
            self.grid.setItem(row, column, QTableWidgetItem(text))
        button = ColourButton(one.colour)
        button.chosen.connect(lambda _: self._on_edited())
        holder = QWidget()
        box = controls.row(0, 0)
        box.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        holder.setLayout(box)
        self.grid.setCellWidget(row, 4, holder)

    # -- editing ---------------------------------------------------------------------
    def edited(self) -> ClassTable:
        """Give the table as it stands in the fields.

        Raises
        ------
        ValueError
            A limit is no number.
        """
        assert self._shown is not None
        before = self._shown.classes
        made: list[ClassBreak] = []
        for row in range(self.grid.rowCount()):
            old = before[row] if row < len(before) else ClassBreak()
            fields = {
                "minimum": self._number(row, 0), "maximum": self._number(row, 1), "label_zh": self._text(row, 2),
                "label_en": self._text(row, 3), "colour": self._colour(row),
            }  # fmt: skip
            made.append(old.model_copy(update=fields))
        changes: dict[str, Any] = {"classes": tuple(made)}
        if self.source.text() != classes.source_text(self._shown):
            changes["source"] = self.source.text()
        return self._shown.model_copy(update=changes)

    def _text(self, row: int, column: int) -> str:
        item = self.grid.item(row, column)
        return item.text().strip() if item is not None else ""

    def _number(self, row: int, column: int) -> float | None:
        word = self._text(row, column)
        return float(word) if word else None

    def _colour(self, row: int) -> str:
        holder = self.grid.cellWidget(row, 4)
        button = holder.findChild(ColourButton) if holder is not None else None
        return button.colour() if button is not None else "#808080"

    def _on_edited(self) -> None:
        if self._filling or self._shown is None:
            return
        try:
            changed = self.edited() != self._shown
            self.fault.setText("")
        except ValueError:
            self.fault.say("Limits are numbers; an empty limit is open.")
            changed = False
        self._save.setEnabled(changed)
        self._confirm.setEnabled(not changed and not self._shown.confirmed_by)

    def _add_row(self) -> None:
        self._put_row(ClassBreak(minimum=None, maximum=None))
        self._on_edited()

    def _remove_row(self) -> None:
        if self.grid.currentRow() >= 0:
            self.grid.removeRow(self.grid.currentRow())
            self._on_edited()

    def _on_save(self) -> None:
        self._do(lambda: classes.save(self.edited()))

    def _on_restore(self) -> None:
        if self._shown is not None:
            self._do(lambda: classes.restore(self._shown.id if self._shown is not None else ""))

    def _on_confirm(self) -> None:
        shown = self._shown
        if shown is None:
            return
        words = tr(
            "You stand for these limits having been compared with the source. Your name goes into the audit log."
        )
        person = questions.text(self, tr("Confirm the class table"), words, self._desk.settings.person)
        if person:
            self._do(lambda: classes.confirm(shown, person))

    def _do(self, act: Any) -> None:
        keep = self._shown.id if self._shown is not None else ""
        try:
            act()
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        self._fill_list(keep)

    def retranslate(self) -> None:
        """Show everything in the current language."""
        super().retranslate()
        if hasattr(self, "grid"):
            self.grid.setHorizontalHeaderLabels([tr(head) for head in HEADS])

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._fill_list(self._shown.id if self._shown is not None else "")


def _bare(table: ClassTable) -> ClassTable:
    """Give a table without who confirmed it."""
    return table.model_copy(update={"confirmed_by": "", "confirmed_at": ""})
