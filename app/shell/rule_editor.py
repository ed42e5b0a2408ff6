"""Editor of rules: a list that can be sorted and hidden; each has a name, a condition, scales and a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.core.language import N_, error_text, language, tr
from app.shell.label_editor import ScaleField
from app.shell.scale_editor import Check, Rows, line_of
from app.shell.symbol_editor import SymbolRows, symbol_icon
from app.widgets import controls, theme
from layers.errors import DataError
from layers.filters.known import parse_for
from layers.style import Rule, Symbol

if TYPE_CHECKING:
    from layers.layer import Layer

MOST_SHOWN = 7


class RuleRows(QWidget):
    """Shows the rules of a style; ``changed`` tells the field ``rules``."""

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._rules: tuple[Rule, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._geometry = "polygon"
        self._at = 0
        self._quiet = True
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setIconSize(QSize(22, 20))
        self.name, self.filter = QLineEdit(), QLineEdit()
        self.fault = controls.Words("", "error", wrap=True)
        self.fault.hide()
        self.otherwise = Check(N_("All that no other rule takes"))
        self.smallest, self.largest = ScaleField(), ScaleField()
        self.symbol = SymbolRows()
        self._rows = Rows()
        self._rows.add("", self.list)
        self._rows.add("", self._buttons())
        self._rows.add(N_("Name"), self.name)
        self._rows.add(N_("Condition"), self.filter)
        self._rows.add("", self.fault)
        self._rows.add("", self.otherwise)
        self._rows.add(N_("Scale from"), self.smallest)
        self._rows.add(N_("Scale to"), self.largest)
        box = controls.column(0, 0)
        box.addWidget(self._rows)
        box.addWidget(self.symbol)
        self.setLayout(box)
        self._connect()

    def _buttons(self) -> QWidget:
        return line_of(
            controls.IconButton("plus", N_("Add a rule"), self.add),
            controls.IconButton("minus", N_("Remove the rule"), self.remove),
            controls.IconButton("chevron-up", N_("Draw the rule earlier, below the others"), lambda: self.shift(-1)),
            controls.IconButton("chevron-down", N_("Draw the rule later, above the others"), lambda: self.shift(1)),
        )

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemChanged.connect(self._on_item)
        self.name.editingFinished.connect(self._on_name)
        self.filter.editingFinished.connect(self._on_filter)
        self.otherwise.toggled.connect(lambda on: self._change(otherwise=on))
        self.smallest.valueChanged.connect(lambda _: self._change(min_scale=self.smallest.scale()))
        self.largest.valueChanged.connect(lambda _: self._change(max_scale=self.largest.scale()))
        self.symbol.changed.connect(lambda symbol: self._change(symbol=symbol))

    # ------------------------------------------------------------------------ showing
    def show_rules(self, layer: Layer, rules: tuple[Rule, ...], geometry: str) -> None:
        """Show rules of a layer with points, lines or polygons."""
        from app.views.map2d.legend_vector import rule_text

        self._quiet = True
        d = layer.description
        self._columns = tuple(c.name for c in d.columns) if d is not None else ()
        self._rules, self._geometry = rules, geometry
        self._at = min(self._at, max(len(rules) - 1, 0))
        self.list.clear()
        for rule in rules:
            item = QListWidgetItem(symbol_icon(rule.symbol, geometry), rule_text(rule), self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if rule.visible else Qt.CheckState.Unchecked)
        self.list.setCurrentRow(self._at)
        self.list.setFixedHeight(min(max(self.list.count(), 2), MOST_SHOWN) * 30 + 4)
        self._show_one()
        self._quiet = False

    def _show_one(self) -> None:
        quiet, self._quiet = self._quiet, True
        rule = self._rules[self._at] if self._rules else Rule()
        if not self.name.hasFocus():
            self.name.setText(rule.name_zh if language() == "zh" else rule.name_en)
        if not self.filter.hasFocus():
            self.filter.setText(rule.filter)
            self._mark(self._fault(rule.filter))
        self.filter.setPlaceholderText(tr("every feature") if not rule.otherwise else "")
        self.filter.setEnabled(not rule.otherwise)
        self.otherwise.setChecked(rule.otherwise)
        self.smallest.show_scale(rule.min_scale)
        self.largest.show_scale(rule.max_scale)
        self.symbol.show_symbol(rule.symbol, self._geometry)
        self._quiet = quiet

    def _fault(self, text: str) -> str:
        """Say what is wrong with a condition; empty where it can be asked of the layer."""
        if not text.strip():
            return ""
        try:
            parse_for(text, self._columns)
        except DataError as error:
            return error_text(error)
        return ""

    def _mark(self, fault: str) -> None:
        theme.set_role(self.filter, "error" if fault else "", "state")
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        self.filter.setToolTip(fault or tr("A condition in CQL2, such as depth > 0.5 AND name LIKE '%河'"))

    # ----------------------------------------------------------------------- changing
    def add(self) -> None:
        """Add a rule after the present one."""
        symbol = self._rules[self._at].symbol if self._rules else Symbol()
        rules = [*self._rules]
        rules.insert(self._at + 1, Rule(name_zh=tr("New rule"), name_en=tr("New rule"), symbol=symbol))
        self._at = min(self._at + 1, len(rules) - 1)
        self.changed.emit({"rules": tuple(rules)})

    def remove(self) -> None:
        """Remove the present rule; the last one stays."""
        if len(self._rules) > 1:
            rules = [rule for number, rule in enumerate(self._rules) if number != self._at]
            self._at = min(self._at, len(rules) - 1)
            self.changed.emit({"rules": tuple(rules)})

    def shift(self, step: int) -> None:
        """Move the present rule in the order of drawing."""
        to = self._at + step
        if 0 <= to < len(self._rules):
            rules = [*self._rules]
            rules.insert(to, rules.pop(self._at))
            self._at = to
            self.changed.emit({"rules": tuple(rules)})

    def _on_row(self, row: int) -> None:
        if not self._quiet and row >= 0:
            self._at = row
            self._show_one()

    def _on_item(self, item: QListWidgetItem) -> None:
        number = self.list.row(item)
        visible = item.checkState() == Qt.CheckState.Checked
        if not self._quiet and self._rules[number].visible != visible:
            self._at = number
            self._change(visible=visible)

    def _on_name(self) -> None:
        rule = self._rules[self._at] if self._rules else None
        text = self.name.text().strip()
        field = "name_zh" if language() == "zh" else "name_en"
        if rule is not None and text != getattr(rule, field):
            other = "name_en" if field == "name_zh" else "name_zh"
            same = {other: text} if getattr(rule, other) in ("", getattr(rule, field)) else {}
            self._change(**{field: text}, **same)

    def _on_filter(self) -> None:
        text = self.filter.text().strip()
        fault = self._fault(text)
        self._mark(fault)
        if not fault and self._rules and text != self._rules[self._at].filter:
            self._change(filter=text)

    def _change(self, **changes: Any) -> None:
        if not self._quiet and self._rules:
            rules = [*self._rules]
            rules[self._at] = rules[self._at].model_copy(update=changes)
            self.changed.emit({"rules": tuple(rules)})

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._rules:
            self._show_one()
        super().changeEvent(event)
