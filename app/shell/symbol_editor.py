"""Editor of one symbol: fill and hatch, line, mark, size and turn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QDoubleSpinBox

import resources
from app.core.language import N_, language, tr
from app.shell.scale_editor import Rows, line_of
from app.shell.swatch import draw_symbol
from app.shell.titled_choice import TitledChoice
from app.views.map2d.marks import markers
from app.widgets import controls, theme
from app.widgets.colour_button import ColourButton
from layers.style import SizeBy, Symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPES = {
    "circle": N_("Circle"), "square": N_("Square"), "triangle": N_("Triangle"), "diamond": N_("Diamond"),
    "cross": N_("Cross"),
}  # fmt: skip
DASHES: dict[str, tuple[float, ...]] = {
    N_("solid"): (), N_("dashed"): (6.0, 4.0), N_("dotted"): (1.5, 3.0), N_("dash and dot"): (8.0, 3.0, 1.5, 3.0),
}  # fmt: skip


def spin(low: float, high: float, step: float, suffix: str = " px") -> QDoubleSpinBox:
    """Give a field for a size."""
    made = QDoubleSpinBox()
    made.setRange(low, high)
    made.setSingleStep(step)
    made.setDecimals(1)
    made.setSuffix(suffix)
    made.setKeyboardTracking(False)
    made.setFixedWidth(84)
    controls.roomy(made)
    return made


CAPS = [("", N_("as the dashes want")), ("butt", N_("Butt")), ("round", N_("Round")), ("square", N_("Square ends"))]
JOINS = [("round", N_("Round")), ("miter", N_("Pointed")), ("bevel", N_("Cut off"))]
HATCHES = [
    ("", N_("no hatch")), ("horizontal", N_("Horizontal lines")), ("vertical", N_("Vertical lines")),
    ("cross", N_("Grid")), ("diagonal_up", N_("Rising lines")), ("diagonal_down", N_("Falling lines")),
    ("diagonal_cross", N_("Slanted grid")), ("dots", N_("Dots")),
]  # fmt: skip
PROPORTIONS = [("area", N_("area grows with the value")), ("diameter", N_("diameter grows with the value"))]


class SymbolRows(Rows):
    """Shows a symbol; ``changed`` tells the new one.

    Sizes and turns by column are offered where ``show_symbol`` is told the columns.
    """

    changed = Signal(object)
    range_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._symbol = Symbol()
        self._quiet = True
        self.fill, self.stroke = ColourButton(), ColourButton()
        self.line_width, self.offset = spin(0, 40, 0.5), spin(-60, 60, 0.5)
        self.dash = controls.tight(controls.Choice())
        self.cap, self.join = TitledChoice(CAPS), TitledChoice(JOINS)
        self.hatch = TitledChoice(HATCHES)
        self.hatch_colour, self.hatch_spacing, self.hatch_width = ColourButton(), spin(2, 60, 1), spin(0.2, 10, 0.2)
        self.shape = controls.tight(controls.Choice())
        self.shape.setIconSize(QSize(14, 14))
        self.mark_size = spin(1, 120, 1)
        self.size_by = controls.tight(controls.Choice())
        self.smallest, self.largest = spin(0, 120, 1), spin(1, 200, 1)
        self.low, self.high = number_field(), number_field()
        self.proportion = TitledChoice(PROPORTIONS)
        self.turn = spin(-360, 360, 5, "°")
        self.turn_by = controls.tight(controls.Choice())
        self._build()
        self._connect()
        self._fill_lists()

    def _build(self) -> None:
        self._fill_line = line_of(self.fill)
        self._stroke_line = line_of(self.stroke, self.line_width)
        self._offset_line = line_of(self.offset)
        self._hatch_line = line_of(self.hatch_colour, self.hatch_spacing)
        self._hatch_width_line = line_of(self.hatch_width)
        self._px_line = line_of(self.smallest, self.largest)
        self._value_line = line_of(self.low, self.high)
        self._turn_line = line_of(self.turn, self.turn_by)
        self._size_line = line_of(self.mark_size)
        for title, field in (
            (N_("Fill"), self._fill_line), (N_("Hatch"), self.hatch), (N_("Its lines"), self._hatch_line),
            (N_("Their width"), self._hatch_width_line),
            (N_("Line"), self._stroke_line), (N_("Dashes"), self.dash), (N_("Ends"), self.cap),
            (N_("Corners"), self.join), (N_("Offset"), self._offset_line), (N_("Mark"), self.shape),
            (N_("Size"), self._size_line), (N_("Size by"), self.size_by), (N_("Values"), self._value_line),
            (N_("Sizes"), self._px_line), ("", self.proportion), (N_("Turned"), self._turn_line),
        ):  # fmt: skip
            self.add(title, field)

    def _connect(self) -> None:
        self.fill.chosen.connect(lambda colour: self._tell(fill=colour))
        self.stroke.chosen.connect(lambda colour: self._tell(stroke=colour))
        self.line_width.valueChanged.connect(lambda value: self._tell(width=value))
        self.offset.valueChanged.connect(lambda value: self._tell(offset=value))
        self.mark_size.valueChanged.connect(lambda value: self._tell(size=value))
        self.dash.activated.connect(lambda _: self._tell(dash=self.dash.currentData()))
        self.cap.chosen.connect(lambda value: self._tell(cap=value))
        self.join.chosen.connect(lambda value: self._tell(join=value))
        self.hatch.chosen.connect(lambda value: self._tell(hatch=value))
        self.hatch_colour.chosen.connect(lambda colour: self._tell(hatch_colour=colour))
        self.hatch_spacing.valueChanged.connect(lambda value: self._tell(hatch_spacing=value))
        self.hatch_width.valueChanged.connect(lambda value: self._tell(hatch_width=value))
        self.shape.activated.connect(lambda _: self._on_shape())
        self.size_by.activated.connect(lambda _: self._on_size_by())
        self.smallest.valueChanged.connect(lambda value: self._tell_size(smallest=value))
        self.largest.valueChanged.connect(lambda value: self._tell_size(largest=value))
        self.low.valueChanged.connect(lambda value: self._tell_size(minimum=value))
        self.high.valueChanged.connect(lambda value: self._tell_size(maximum=value))
        self.proportion.chosen.connect(lambda value: self._tell_size(proportion=value))
        self.turn.valueChanged.connect(lambda value: self._tell(rotation=value))
        self.turn_by.activated.connect(lambda _: self._tell(rotation_column=self.turn_by.currentData()))

    def show_symbol(self, symbol: Symbol, geometry: str, columns: Sequence[tuple[str, str]] = ()) -> None:
        """Show a symbol for points, lines or polygons; ``columns`` are (name, title) of numbers."""
        self._quiet = True
        self._symbol = symbol
        self.fill.set_colour(symbol.fill or "#ffffff00")
        self.stroke.set_colour(symbol.stroke or "#ffffff00")
        self.line_width.setValue(symbol.width)
        self.offset.setValue(symbol.offset)
        self.mark_size.setValue(symbol.size)
        self.shape.setCurrentIndex(max(self.shape.findData(symbol.marker or symbol.shape), 0))
        same = [i for i in range(self.dash.count()) if tuple(self.dash.itemData(i)) == tuple(symbol.dash)]
        self.dash.setCurrentIndex(same[0] if same else 0)
        self.cap.choose(symbol.cap)
        self.join.choose(symbol.join)
        self._show_hatch(symbol)
        self._show_by_column(symbol, columns)
        self._show_fields(symbol, geometry, by_column=bool(columns))
        self._quiet = False

    def _show_hatch(self, symbol: Symbol) -> None:
        self.hatch.choose(symbol.hatch)
        self.hatch_colour.set_colour(symbol.hatch_colour or symbol.stroke or "#4a6274")
        self.hatch_spacing.setValue(symbol.hatch_spacing)
        self.hatch_width.setValue(symbol.hatch_width)

    def _show_by_column(self, symbol: Symbol, columns: Sequence[tuple[str, str]]) -> None:
        by = symbol.size_by
        for combo, none, chosen in (
            (self.size_by, tr("one size"), by.column if by is not None else ""),
            (self.turn_by, tr("all alike"), symbol.rotation_column),
        ):
            combo.clear()
            combo.addItem(none, "")
            for name, title in columns:
                combo.addItem(title, name)
            combo.setCurrentIndex(max(combo.findData(chosen), 0))
        if by is not None:
            self.smallest.setValue(by.smallest)
            self.largest.setValue(by.largest)
            self.low.setValue(by.minimum)
            self.high.setValue(by.maximum)
            self.proportion.choose(by.proportion)
        self.turn.setValue(symbol.rotation)

    def _show_fields(self, symbol: Symbol, geometry: str, *, by_column: bool) -> None:
        is_point, is_line, is_area = (geometry == name for name in ("point", "line", "polygon"))
        sized = is_point and by_column and symbol.size_by is not None
        for field, shown in (
            (self._fill_line, not is_line), (self.hatch, is_area), (self._hatch_line, is_area and bool(symbol.hatch)),
            (self._hatch_width_line, is_area and bool(symbol.hatch)),
            (self.dash, not is_point), (self.cap, is_line), (self.join, not is_point), (self._offset_line, is_line),
            (self.shape, is_point), (self._size_line, is_point and not sized),
            (self.size_by, is_point and by_column), (self._value_line, sized), (self._px_line, sized),
            (self.proportion, sized), (self._turn_line, is_point), (self.turn_by, by_column),
        ):  # fmt: skip
            self.show_row(field, shown=shown)

    def _fill_lists(self) -> None:
        for combo in (self.shape, self.dash):
            combo.clear()
        for shape, title in SHAPES.items():
            self.shape.addItem(_mark_icon(Symbol.model_validate({"shape": shape, "size": 9})), tr(title), shape)
        for name, title, icon in offered_markers():
            self.shape.addItem(icon, title, name)
        for title, pattern in DASHES.items():
            self.dash.addItem(tr(title), pattern)

    def _on_shape(self) -> None:
        chosen = str(self.shape.currentData())
        self._tell(**({"shape": chosen, "marker": ""} if chosen in SHAPES else {"marker": chosen}))

    def _on_size_by(self) -> None:
        column = str(self.size_by.currentData())
        if not column:
            self._tell(size_by=None)
            return
        before = self._symbol.size_by
        self._tell(size_by=(before or SizeBy(column=column)).model_copy(update={"column": column}))
        self.range_wanted.emit(column)

    def _tell_size(self, **changes: Any) -> None:
        if self._symbol.size_by is not None:
            self._tell(size_by=self._symbol.size_by.model_copy(update=changes))

    def _tell(self, **changes: Any) -> None:
        if not self._quiet:
            self._symbol = self._symbol.model_copy(update=changes)
            self.changed.emit(self._symbol)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            quiet, self._quiet = self._quiet, True
            shape, dash = self.shape.currentIndex(), self.dash.currentIndex()
            self._fill_lists()
            self.shape.setCurrentIndex(shape)
            self.dash.setCurrentIndex(dash)
            self._quiet = quiet
        super().changeEvent(event)


def number_field() -> QDoubleSpinBox:
    """Give a field for any number."""
    made = spin(-1e12, 1e12, 1, "")
    made.setDecimals(2)
    made.setFixedWidth(92)
    return made


def symbol_icon(symbol: Symbol, geometry: str) -> QIcon:
    """Give a symbol as the icon of a list."""
    picture = QPixmap(44, 40)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_symbol(painter, symbol, QRectF(0, 0, 22, 20), geometry)
    painter.end()
    return QIcon(picture)


def offered_markers() -> list[tuple[str, str, QIcon]]:
    """Give the markers of the field: name, title in the language of the window, picture."""
    titles: dict[str, dict[str, str]] = json.loads(resources.path("markers/titles.json").read_text("utf-8"))
    found = [(name, titles[name][language()]) for name in markers()]
    return [(name, title, _mark_icon(Symbol(marker=name, size=14))) for name, title in found]


def _mark_icon(symbol: Symbol) -> QIcon:
    line = theme.colour("icon").name()
    return symbol_icon(symbol.model_copy(update={"fill": None, "stroke": line, "width": 1.4}), "point")
