"""The attribute form: the attributes of the selected features, each with its kind and rules, for one or for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QStackedWidget, QWidget

from app.core.language import error_text, tr
from app.core.selection import Ids
from app.widgets import controls
from layers.errors import EditError, HaitangError
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.core.editable import Editable
    from app.shell.desk import Desk
    from layers.rules import Rule
    from layers.sources.source import Column

LOOKED_AT = 500
"""Features whose values are compared; of more the form shows no common values."""


class FeatureForm(QWidget):
    """Shows and sets the attributes of what is selected in the layer in focus.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.fields: dict[str, QLineEdit | controls.Choice] = {}
        self._complaints: dict[str, QLabel] = {}
        self._touched: set[str] = set()
        self._ids: frozenset[int] = frozenset()
        self._layer: VectorLayer | None = None
        self._nothing = controls.Words("Select features of a layer that is being edited.", "muted", wrap=True)
        self._nothing.setContentsMargins(24, 24, 24, 24)
        self._head = controls.Elided("", "section")
        self._apply = controls.Button("Apply", "primary", call=self.apply)
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(6)
        self._build()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.show_selected)
        desk.document.selection.changed.connect(lambda _: self._later.start())
        desk.document.edited.connect(lambda *_: self._later.start())
        desk.document.layer_changed.connect(lambda *_: self._later.start())
        desk.focus.layer_changed.connect(lambda *_: self._later.start())
        self.setProperty("help", "editing")
        self.show_selected()

    def _build(self) -> None:
        body = controls.Surface()
        box = controls.column(16, 10)
        box.addWidget(self._head)
        box.addLayout(self._form)
        box.addWidget(self._apply)
        box.addStretch(1)
        body.setLayout(box)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(controls.scroller(body))
        outer = controls.column(0, 0)
        outer.addWidget(self._stack)
        self.setLayout(outer)

    # ------------------------------------------------------------------ showing
    def show_selected(self) -> None:
        """Show what is selected now; what was typed and not applied is kept while the same features are selected."""
        layer = self._desk.focus.layer
        ids: frozenset[int] = frozenset()
        if isinstance(layer, VectorLayer) and layer.is_editable and layer in self._desk.document.layers:
            predicate = self._desk.document.selection.predicates.get(layer.id)
            ids = predicate.ids if isinstance(predicate, Ids) else ids
        if ids == self._ids and layer is self._layer and self._touched:
            return
        self._layer, self._ids = (layer if isinstance(layer, VectorLayer) else None), ids
        self._touched.clear()
        if not ids:
            self._stack.setCurrentIndex(0)
            return
        self._fill()
        self._stack.setCurrentIndex(1)

    def _table(self) -> Editable | None:
        from app.core.editable import editable

        if self._layer is None or not self._layer.is_editable:
            return None
        return editable(self._desk.document, self._layer.id)

    def _fill(self) -> None:
        table = self._table()
        if table is None:
            return
        rows = list(table.rows(sorted(self._ids)[:LOOKED_AT]).values())
        many = len(self._ids)
        title = tr("{count} features selected", count=f"{many:,}") if many > 1 else f"fid {next(iter(self._ids))}"
        self._head.setText(title)
        rules = {rule.column: rule for rule in table.rules}
        while self._form.rowCount():
            self._form.removeRow(0)
        self.fields.clear()
        self._complaints.clear()
        for column in table.columns:
            seen = list(dict.fromkeys(row.values.get(column.name) for row in rows))
            common = seen[0] if len(seen) == 1 and many <= LOOKED_AT else None
            self._add(column, rules.get(column.name), common, mixed=len(seen) > 1 or many > LOOKED_AT)
        self._apply.setEnabled(False)

    def _add(self, column: Column, rule: Rule | None, value: Any, *, mixed: bool) -> None:
        label = QLabel(f"{column.title or column.name}{' *' if rule is not None and rule.required else ''}")
        label.setToolTip(_told(column, rule))
        field = self._choice(column, rule, value) if rule is not None and rule.allowed else self._line(column, value)
        if mixed and isinstance(field, QLineEdit):
            field.setPlaceholderText(tr("several values"))
        complaint = QLabel("")
        complaint.setProperty("role", "error")
        complaint.setWordWrap(True)
        complaint.hide()
        cell = controls.column(0, 2)
        cell.addWidget(field)
        cell.addWidget(complaint)
        holder = QWidget()
        holder.setLayout(cell)
        self._form.addRow(label, holder)
        self.fields[column.name], self._complaints[column.name] = field, complaint

    def _line(self, column: Column, value: Any) -> QLineEdit:
        field = QLineEdit("" if value is None else str(value))
        field.setCursorPosition(0)
        field.textEdited.connect(lambda _, name=column.name: self._touch(name))
        field.returnPressed.connect(self.apply)
        return field

    def _choice(self, column: Column, rule: Rule, value: Any) -> controls.Choice:
        field = controls.Choice()
        if not rule.required:
            field.addItem("", None)
        for allowed in rule.allowed:
            field.addItem(allowed, allowed)
        field.setCurrentIndex(field.findData(value if value is None else str(value)))
        field.activated.connect(lambda _, name=column.name: self._touch(name))
        return field

    def _touch(self, name: str) -> None:
        self._touched.add(name)
        self._complaints[name].hide()
        self._apply.setEnabled(True)

    # ------------------------------------------------------------------ applying
    def apply(self) -> None:
        """Set what was changed, for all selected features in one act; nothing is set where a rule is broken."""
        from app.core.bulk import Bulk
        from layers.rules import checked

        table = self._table()
        if table is None or not self._touched:
            return
        rules = {rule.column: rule for rule in table.rules}
        columns = {column.name: column for column in table.columns}
        values = {name: _value(self.fields[name]) for name in self._touched}
        fine = True
        for name, value in values.items():
            try:
                checked(value, columns[name], rules.get(name))
            except EditError as error:
                fine = False
                self._complaints[name].setText(error_text(error))
                self._complaints[name].show()
        if not fine:
            return
        touched, self._touched = self._touched, set()
        try:
            self._desk.change(Bulk(table.layer.id, "set", self._ids, {"values": values}), self._fill)
        except HaitangError as error:
            self._touched = touched
            self._desk.notices.error(error)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._ids and not self._touched:
            self._fill()
        super().changeEvent(event)


def _value(field: QLineEdit | controls.Choice) -> Any:
    return field.text() if isinstance(field, QLineEdit) else field.currentData()


def _told(column: Column, rule: Rule | None) -> str:
    """Give the kind of a column and its rules, for its tip."""
    parts = [column.type]
    if rule is not None:
        low, high = ("" if limit is None else f"{limit:g}" for limit in (rule.least, rule.most))
        if low or high:
            parts.append(
                f"{'' if rule.least is None else f'{rule.least:g}'} … {'' if rule.most is None else f'{rule.most:g}'}"
            )
        if rule.length:
            parts.append(f"≤ {rule.length}")
    return " · ".join(parts)
