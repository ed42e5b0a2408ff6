"""Editor of one symbol: fill, outline, width, mark."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QDoubleSpinBox

from app.core.language import N_, tr
from app.shell.scale_editor import Rows, line_of
from app.shell.swatch import draw_mark
from app.widgets import controls, theme
from app.widgets.colour_button import ColourButton
from layers.style import Symbol

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


class SymbolRows(Rows):
    """Shows a symbol; ``changed`` tells the new one."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._symbol = Symbol()
        self._quiet = True
        self.fill = ColourButton()
        self.stroke = ColourButton()
        self.line_width = spin(0, 20, 0.5)
        self.dash = controls.tight(controls.Choice())
        self.shape = controls.tight(controls.Choice())
        self.shape.setIconSize(QSize(14, 14))
        self.mark_size = spin(1, 60, 1)
        self._fill_line = line_of(self.fill)
        self._stroke_line = line_of(self.stroke, self.line_width)
        self.add(N_("Fill"), self._fill_line)
        self.add(N_("Line"), self._stroke_line)
        self.add(N_("Dashes"), self.dash)
        self.add(N_("Mark"), self.shape)
        self.add(N_("Size"), self.mark_size)
        self.fill.chosen.connect(lambda colour: self._tell(fill=colour))
        self.stroke.chosen.connect(lambda colour: self._tell(stroke=colour))
        self.line_width.valueChanged.connect(lambda value: self._tell(width=value))
        self.mark_size.valueChanged.connect(lambda value: self._tell(size=value))
        self.dash.activated.connect(lambda _: self._tell(dash=self.dash.currentData()))
        self.shape.activated.connect(lambda _: self._tell(shape=self.shape.currentData()))
        self._fill_lists()

    def show_symbol(self, symbol: Symbol, geometry: str) -> None:
        """Show a symbol for points, lines or polygons."""
        self._quiet = True
        self._symbol = symbol
        self.fill.set_colour(symbol.fill or "#ffffff00")
        self.stroke.set_colour(symbol.stroke or "#ffffff00")
        self.line_width.setValue(symbol.width)
        self.mark_size.setValue(symbol.size)
        self.shape.setCurrentIndex(self.shape.findData(symbol.shape))
        same = [i for i in range(self.dash.count()) if tuple(self.dash.itemData(i)) == tuple(symbol.dash)]
        self.dash.setCurrentIndex(same[0] if same else 0)
        self.show_row(self._fill_line, shown=geometry != "line")
        self.show_row(self.dash, shown=geometry == "line")
        self.show_row(self.shape, shown=geometry == "point")
        self.show_row(self.mark_size, shown=geometry == "point")
        self._quiet = False

    def _fill_lists(self) -> None:
        for combo in (self.shape, self.dash):
            combo.clear()
        for shape, title in SHAPES.items():
            self.shape.addItem(_mark_icon(shape), tr(title), shape)
        for title, pattern in DASHES.items():
            self.dash.addItem(tr(title), pattern)

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


def _mark_icon(shape: str) -> QIcon:
    picture = QPixmap(28, 28)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("icon"), 1.4))
    draw_mark(painter, shape, QPointF(7, 7), 9)
    painter.end()
    return QIcon(picture)
