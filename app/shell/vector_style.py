"""Style of features: one symbol, categories of a column, classes of a number, labels."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.core.language import N_, language, tr
from app.shell.scale_editor import Rows, line_of, scale_title
from app.shell.swatch import draw_symbol, geometry_of, offered_scales, scale_icon, stops
from app.shell.symbol_editor import SymbolRows, spin
from app.widgets import controls
from app.widgets.colour_button import ColourButton
from layers.style import Category, ClassBreak, ClassTable, Symbol, VectorStyle

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer

LIMIT = 24
"""Most categories that are told apart."""
CLASSES = 5
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


def classes_of(values: Any, scale: str, column: str, count: int = CLASSES) -> ClassTable | None:
    """Give classes with about equally many values each; None where there are too few numbers."""
    numbers = np.asarray(values, np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if len(np.unique(numbers)) < 2:
        return None
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)))
    colours = stops(scale, count=max(len(edges) - 1, 2))
    ends: list[float | None] = [float(f"{e:.4g}") for e in edges]
    breaks = [
        ClassBreak(minimum=None if n == 0 else ends[n], maximum=None if n == len(edges) - 2 else ends[n + 1],
                   colour=colours[n].name())
        for n in range(len(edges) - 1)
    ]  # fmt: skip
    return ClassTable(id="own", title_zh=column, title_en=column, mark="source", classes=tuple(breaks))


class VectorRows(QWidget):
    """Editor of a vector style; ``changed`` tells fields of the style.

    ``values_wanted`` asks for the values of a column; the answer comes back through ``take_values``.
    """

    changed = Signal(dict)
    values_wanted = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._layer: Layer | None = None
        self._style = VectorStyle()
        self.mode = controls.Segments([("one", N_("One symbol")), ("values", N_("Values")), ("classes", N_("Classes"))])
        self.column = controls.tight(controls.Choice())
        self.colours = controls.tight(controls.Choice())
        self.colours.setIconSize(QSize(64, 14))
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.symbol = SymbolRows()
        self._head = Rows()
        self._head.add("", self.mode)
        self._head.add(N_("Column"), self.column)
        self._head.add(N_("Colours"), self.colours)
        self._head.add("", self.list)
        self._labels = Rows()
        self.label = controls.tight(controls.Choice())
        self.label_size = spin(6, 32, 1)
        self.label_colour = ColourButton()
        self._labels.add(N_("Label"), self.label)
        self._label_line = line_of(self.label_size, self.label_colour)
        self._labels.add(N_("Label size"), self._label_line)
        box = controls.column(0, 0)
        for part in (self._head, self.symbol, self._labels):
            box.addWidget(part)
        self.setLayout(box)
        self._connect()

    def _connect(self) -> None:
        self.mode.chosen.connect(self._on_mode)
        self.column.activated.connect(lambda _: self._on_mode(self.mode.value()))
        self.colours.activated.connect(lambda _: self._on_mode("classes"))
        self.symbol.changed.connect(lambda symbol: self._tell(symbol=symbol))
        self.label.activated.connect(lambda _: self._tell(label=self.label.currentData()))
        self.label_size.valueChanged.connect(lambda value: self._tell(label_size=value))
        self.label_colour.chosen.connect(lambda colour: self._tell(label_colour=colour))

    def show_layer(self, layer: Layer, style: VectorStyle) -> None:
        """Show the style of a layer."""
        self._layer = None
        self._style = style
        mode = "classes" if style.classes is not None else "values" if style.categories else "one"
        self.mode.choose(mode)
        self._fill_columns(layer, style, numbers=mode == "classes")
        self._fill_list(layer, style)
        self.symbol.show_symbol(style.symbol, geometry_of(layer))
        self.label_size.setValue(style.label_size)
        self.label_colour.set_colour(style.label_colour)
        self._head.show_row(self.column, shown=mode != "one")
        self._head.show_row(self.colours, shown=mode == "classes")
        self._head.show_row(self.list, shown=mode != "one")
        self._labels.show_row(self._label_line, shown=bool(style.label))
        self._layer = layer

    def _fill_columns(self, layer: Layer, style: VectorStyle, *, numbers: bool) -> None:
        columns = layer.description.columns if layer.description is not None else ()
        self.column.clear()
        self.label.clear()
        self.label.addItem(tr("no labels"), "")
        for one in columns:
            words = one.title or one.name
            self.label.addItem(words, one.name)
            if not numbers or one.type in ("int", "float"):
                self.column.addItem(words, one.name)
        self.column.setCurrentIndex(max(self.column.findData(style.column), 0))
        self.label.setCurrentIndex(max(self.label.findData(style.label), 0))
        if not self.colours.count():
            for name in offered_scales():
                self.colours.addItem(scale_icon(name, width=64), scale_title(name), name)

    def _fill_list(self, layer: Layer, style: VectorStyle) -> None:
        from app.views.map2d.legend import class_text

        self.list.clear()
        geometry = geometry_of(layer)
        for one in style.categories if style.classes is None else ():
            label = one.label_zh if language() == "zh" else one.label_en
            words = label or (tr("no value") if one.value is None else str(one.value))
            QListWidgetItem(_symbol_icon(one.symbol, geometry), words, self.list)
        table = style.classes
        for part in table.classes if table is not None else ():
            symbol = style.symbol.model_copy(update={"fill": part.colour, "stroke": part.colour})
            QListWidgetItem(_symbol_icon(symbol, geometry), class_text(part, table) if table else "", self.list)
        self.list.setFixedHeight(min(max(self.list.count(), 1), 7) * 30 + 4)

    def _on_mode(self, mode: str) -> None:
        layer = self._layer
        if layer is None:
            return
        if mode == "one":
            self._tell(column="", categories=(), classes=None)
            return
        wanted = self.column.currentData()
        self._fill_columns(layer, self._style, numbers=mode == "classes")
        self.column.setCurrentIndex(max(self.column.findData(wanted), 0))
        column = self.column.currentData()
        if column:
            self.values_wanted.emit(column, mode)
        else:
            self.show_layer(layer, self._style)

    def take_values(self, column: str, mode: str, values: Any) -> None:
        """Make categories or classes from the values of a column."""
        layer = self._layer
        if layer is None:
            return
        if mode == "values":
            made = categories_of(values, self._style.symbol, is_line=geometry_of(layer) == "line")
            self._tell(column=column, categories=made, classes=None)
            return
        table = classes_of(values, str(self.colours.currentData()), column)
        if table is not None:
            self._tell(column=column, categories=(), classes=table)

    def _tell(self, **changes: Any) -> None:
        if self._layer is not None:
            self.changed.emit(changes)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._layer is not None:
            self.show_layer(self._layer, self._style)
        super().changeEvent(event)


def _symbol_icon(symbol: Symbol, geometry: str) -> QIcon:
    picture = QPixmap(44, 40)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_symbol(painter, symbol, QRectF(0, 0, 22, 20), geometry)
    painter.end()
    return QIcon(picture)
