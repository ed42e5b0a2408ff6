"""Style of features: how they are drawn, by which column, with which symbols and labels."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.core.language import N_, tr
from app.shell.density_style import ClusterRows, HeatRows
from app.shell.grading_editor import GradingRows
from app.shell.label_editor import LabelRows
from app.shell.rule_editor import RuleRows
from app.shell.scale_editor import Check, Rows
from app.shell.swatch import geometry_of, stops
from app.shell.symbol_editor import SymbolRows, symbol_icon
from app.shell.titled_choice import TitledChoice
from app.widgets import controls
from layers.breaks import breaks
from layers.filters.writing import quoted_name, quoted_text
from layers.sizes import numbers_of
from layers.style import Category, ClassBreak, ClassTable, Grading, Rule, Symbol, VectorStyle

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer

MODES = [
    ("single", N_("One symbol")), ("categorised", N_("Values")), ("graduated", N_("Classes")), ("rules", N_("Rules")),
    ("heat", N_("Heat map")), ("cluster", N_("Clusters")),
]  # fmt: skip
NAMES = {"name", "id", "fid", "objectid", "gid", "code", "名称", "编号"}
"""Columns that tell features apart rather than kinds of them."""

LIMIT = 24
"""Most categories that are told apart."""
HUES = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#9c755f", "#ff9da7", "#86bcb6",
    "#8cd17d", "#d37295", "#b6992d", "#499894", "#a0cbe8", "#ffbe7d", "#d4a6c8", "#79706e", "#f1ce63", "#fabfd2",
    "#d7b5a6", "#bab0ac", "#6b8e9e", "#a3805a",
)  # fmt: skip


def categories_of(values: Any, base: Symbol, *, is_line: bool) -> tuple[Category, ...]:
    """Give a category for each value, the most frequent first; at most ``LIMIT``."""
    counts = Counter(_plain(v) for v in values)
    found: list[Category] = []
    for number, (value, _count) in enumerate(counts.most_common(LIMIT)):
        hue = HUES[number % len(HUES)]
        symbol = base.model_copy(update={"stroke": hue} if is_line else {"fill": hue})
        found.append(Category(value=value, symbol=symbol))
    return tuple(found)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def classes_of(values: Any, grading: Grading, column: str) -> ClassTable | None:
    """Give classes of a column by a method; None where there are too few numbers.

    The lowest class is open downwards and the highest upwards, so that no number is left out.
    """
    method: Any = grading.method if grading.method != "table" else "quantile"
    edges = list(breaks(numbers_of(values), method, grading.count).edges)
    if len(edges) < 2:
        return None
    colours = stops(grading.colours, reverse=grading.reverse, count=max(len(edges) - 1, 2))
    last = len(edges) - 2
    parts = tuple(
        ClassBreak(
            minimum=None if n == 0 else edges[n], maximum=None if n == last else edges[n + 1], colour=colours[n].name()
        )
        for n in range(len(edges) - 1)
    )
    return ClassTable(id="own", title_zh=column, title_en=column, mark="source", classes=parts)


class VectorRows(QWidget):
    """Editor of a vector style; ``changed`` tells fields of the style.

    ``values_wanted`` asks for the values of a column; the answer comes back through ``take_values``.
    """

    changed = Signal(dict)
    values_wanted = Signal(str, str)
    grabbed = Signal()
    released = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._layer: Layer | None = None
        self._style = VectorStyle()
        self.mode = TitledChoice(MODES)
        self.column = controls.tight(controls.Choice())
        self.grading = GradingRows()
        self.counts = Check(N_("Numbers in the legend"))
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setIconSize(QSize(22, 20))
        self.rules, self.heat, self.cluster = RuleRows(), HeatRows(), ClusterRows()
        self.symbol, self.labels = SymbolRows(), LabelRows()
        self._head = Rows()
        self._head.add(N_("Drawn as"), self.mode)
        self._head.add(N_("Column"), self.column)
        self._tail = Rows()
        self._tail.add("", self.list)
        self._tail.add("", self.counts)
        self._said = controls.Words("", "small", wrap=True)
        self._tail.add("", self._said)
        box = controls.column(0, 0)
        parts = (self._head, self.grading, self._tail, self.rules, self.heat, self.cluster, self.symbol, self.labels)
        for part in parts:
            box.addWidget(part)
        self.setLayout(box)
        self._connect()

    def _connect(self) -> None:
        self.mode.chosen.connect(self._on_mode)
        self.column.activated.connect(lambda _: self._on_column())
        self.grading.changed.connect(self._on_grading)
        self.counts.toggled.connect(lambda on: self._tell(counts=on))
        self.list.itemChanged.connect(self._on_item)
        self.list.currentRowChanged.connect(lambda _: self._show_symbol())
        self.symbol.changed.connect(self._on_symbol)
        self.symbol.range_wanted.connect(lambda column: self.values_wanted.emit(column, "sizes"))
        for part in (self.rules, self.heat, self.cluster, self.labels):
            part.changed.connect(lambda changes: self._tell(**changes))
        for part in (self.heat, self.cluster):
            part.grabbed.connect(self.grabbed)
            part.released.connect(self.released)

    # ------------------------------------------------------------------------ showing
    def show_layer(self, layer: Layer, style: VectorStyle) -> None:
        """Show the style of a layer."""
        fresh = layer is not self._layer
        self._layer, self._style = None, style
        geometry, kind = geometry_of(layer), style.kind
        self.mode.choose(kind)
        self._fill_columns(layer, style)
        self.grading.show_grading(style.grading, style.classes)
        self._fill_list(layer, style, keep=0 if fresh else self.list.currentRow())
        self.counts.setChecked(style.counts)
        self.rules.show_rules(layer, style.rules, geometry)
        self.heat.show_heat(layer, style.heat)
        self.cluster.show_cluster(style.cluster)
        self.labels.show_style(layer, style, geometry)
        self._head.show_row(self.column, shown=kind in ("categorised", "graduated"))
        self.grading.setVisible(kind == "graduated")
        self._tail.show_row(self.list, shown=kind in ("categorised", "graduated"))
        self._tail.show_row(self.counts, shown=kind in ("categorised", "graduated", "rules"))
        self._tail.show_row(self._said, shown=False)
        for part, name in ((self.rules, "rules"), (self.heat, "heat"), (self.cluster, "cluster")):
            part.setVisible(kind == name)
        self.symbol.setVisible(kind not in ("rules", "heat"))
        self.labels.setVisible(kind not in ("heat", "cluster"))
        self._layer = layer
        self._show_symbol()

    def _show_symbol(self) -> None:
        layer = self._layer
        if layer is None:
            return
        shown = self._category()
        symbol = self._style.symbol if shown is None else self._style.categories[shown].symbol
        columns = layer.description.columns if layer.description is not None else ()
        numbers = [(c.name, c.title or c.name) for c in columns if c.type in ("int", "float")]
        self.symbol.show_symbol(symbol, geometry_of(layer), numbers)

    def _category(self) -> int | None:
        """Give the category whose symbol is edited; None = that of all."""
        row = self.list.currentRow() - 1
        return row if self._style.kind == "categorised" and 0 <= row < len(self._style.categories) else None

    def _fill_columns(self, layer: Layer, style: VectorStyle) -> None:
        columns = layer.description.columns if layer.description is not None else ()
        self.column.clear()
        for one in columns:
            if style.kind != "graduated" or one.type in ("int", "float"):
                self.column.addItem(one.title or one.name, one.name)
        self.column.setCurrentIndex(max(self.column.findData(style.column), 0))

    def _fill_list(self, layer: Layer, style: VectorStyle, keep: int) -> None:
        from app.views.map2d.legend_parts import class_text
        from app.views.map2d.legend_vector import category_text
        from app.views.map2d.renderers import tinted

        self.list.clear()
        geometry = geometry_of(layer)
        if style.kind == "categorised":
            QListWidgetItem(symbol_icon(style.symbol, geometry), tr("all others"), self.list)
            for one in style.categories:
                item = QListWidgetItem(symbol_icon(one.symbol, geometry), category_text(one), self.list)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if one.visible else Qt.CheckState.Unchecked)
        table = style.classes if style.kind == "graduated" else None
        for part in table.classes if table is not None else ():
            text = class_text(part, table) if table is not None else ""
            QListWidgetItem(symbol_icon(tinted(style.symbol, part.colour), geometry), text, self.list)
        self.list.setCurrentRow(max(min(keep, self.list.count() - 1), 0))
        self.list.setFixedHeight(min(max(self.list.count(), 1), 7) * 30 + 4)

    # ----------------------------------------------------------------------- changing
    def _on_mode(self, mode: str) -> None:
        layer, style = self._layer, self._style
        if layer is None or mode == style.kind:
            return
        if mode == "rules" and not style.rules:
            self._tell(renderer="rules", rules=rules_from(style))
        elif mode in ("categorised", "graduated"):
            self._start_column(layer, mode)
        else:
            self._tell(renderer=mode)

    def _start_column(self, layer: Layer, mode: str) -> None:
        """Draw by a column: with the classes or categories there are, else with new ones."""
        style = self._style
        has = style.categories if mode == "categorised" else style.classes
        if has and style.column:
            self._tell(renderer=mode)
            return
        columns = layer.description.columns if layer.description is not None else ()
        fit = [c.name for c in columns if mode == "categorised" or c.type in ("int", "float")]
        fit.sort(key=lambda name: name == style.label or name.lower() in NAMES)
        if fit:
            self.values_wanted.emit(style.column if style.column in fit else fit[0], mode)
        else:
            self.mode.choose(style.kind)
            self._say(N_("The layer has no column of numbers."))

    def _on_column(self) -> None:
        if self._layer is not None:
            self.values_wanted.emit(str(self.column.currentData()), str(self.mode.value()))

    def _on_grading(self, grading: Grading, table: object) -> None:
        if isinstance(table, ClassTable):
            self._tell(grading=grading, classes=table)
        else:
            self._style = self._style.model_copy(update={"grading": grading})
            self._on_column()

    def take_values(self, column: str, mode: str, values: Any) -> None:
        """Make categories, classes or a range of sizes from the values of a column."""
        layer = self._layer
        if layer is None:
            return
        if mode == "sizes":
            self._take_range(column, values)
        elif mode == "categorised":
            made = categories_of(values, self._style.symbol, is_line=geometry_of(layer) == "line")
            self._tell(renderer="categorised", column=column, categories=made)
        else:
            grading = self._style.grading
            table = classes_of(values, grading, column)
            if table is None:
                self.mode.choose(self._style.kind)
                self._say(N_("The column has no two different numbers."))
                return
            self._tell(renderer="graduated", column=column, classes=table, grading=grading)
            if len(table.classes) < grading.count and grading.method != "pretty":
                self._say(N_("Many values are equal: there are {count} classes."), count=len(table.classes))

    def _take_range(self, column: str, values: Any) -> None:
        numbers = numbers_of(values)
        numbers = numbers[np.isfinite(numbers)]
        symbol = self._style.symbol
        if symbol.size_by is None or symbol.size_by.column != column or not len(numbers):
            return
        low, high = float(numbers.min()), float(numbers.max())
        ends = {
            "minimum": min(low, 0.0) if low < 0 or low < high / 2 else low,
            "maximum": high if high > low else low + 1,
        }
        self._tell(symbol=symbol.model_copy(update={"size_by": symbol.size_by.model_copy(update=ends)}))

    def _on_symbol(self, symbol: Symbol) -> None:
        shown = self._category()
        if shown is None:
            self._tell(symbol=symbol)
        else:
            self._tell_category(shown, symbol=symbol)

    def _on_item(self, item: QListWidgetItem) -> None:
        number = self.list.row(item) - 1
        if self._layer is not None and self._style.kind == "categorised" and number >= 0:
            visible = item.checkState() == Qt.CheckState.Checked
            if self._style.categories[number].visible != visible:
                self._tell_category(number, visible=visible)

    def _tell_category(self, number: int, **changes: Any) -> None:
        made = [*self._style.categories]
        made[number] = made[number].model_copy(update=changes)
        self._tell(categories=tuple(made))

    def _say(self, text: str, **fields: Any) -> None:
        self._said.say(text, **fields)
        self._tail.show_row(self._said, shown=True)

    def _tell(self, **changes: Any) -> None:
        if self._layer is not None:
            self.changed.emit(changes)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._layer is not None:
            self.show_layer(self._layer, self._style)
        super().changeEvent(event)


def rules_from(style: VectorStyle) -> tuple[Rule, ...]:
    """Give rules that draw what a style of values, classes or one symbol draws."""
    column = quoted_name(style.column) if style.column else ""
    if style.kind == "categorised":
        found = [
            Rule(name_zh=category_title(c, "zh"), name_en=category_title(c, "en"), filter=equals(column, c.value),
                 symbol=c.symbol, visible=c.visible)
            for c in style.categories
        ]  # fmt: skip
        return (*found, Rule(otherwise=True, symbol=style.symbol))
    return (Rule(symbol=style.symbol),)


def category_title(one: Category, tongue: str) -> str:
    """Give the words of a category in a language."""
    return (one.label_zh if tongue == "zh" else one.label_en) or str(one.value)


def equals(column: str, value: object) -> str:
    """Give the condition that a column has a value."""
    if value is None:
        return f"{column} IS NULL"
    if isinstance(value, bool):
        return f"{column} = {str(value).upper()}"
    return f"{column} = {value!r}" if isinstance(value, int | float) else f"{column} = {quoted_text(str(value))}"
