"""Editor of a colour scale: which variable, which colours, which range or classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QWidget

from app.core.asked import shown_variable
from app.core.language import N_, tr
from app.core.looks import value_range
from app.shell.layer_words import choice_text
from app.shell.swatch import offered_scales, scale_icon
from app.views.wording import range_text
from app.widgets import controls, theme

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer
    from layers.sources.source import Statistics
    from layers.style import ClassTable, ColourScale

SCALE_TITLES = {
    "haitang:water": N_("Water depth"), "haitang:level": N_("Water level"), "haitang:sea": N_("Sea floor"),
    "haitang:land": N_("Land"), "haitang:terrain": N_("Sea and land"), "haitang:hours": N_("Hours"),
    "haitang:speed": N_("Flow speed"), "haitang:depth": N_("Depth"),
}  # fmt: skip


def scale_title(name: str) -> str:
    """Give the title of a colour scale; those of the colour library keep their names."""
    title = SCALE_TITLES.get(name)
    return tr(title) if title else name.rpartition(":")[2]


class Rows(QWidget):
    """Titles on the left, fields on the right; titles follow the language."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = QGridLayout()
        self.grid.setContentsMargins(12, 4, 12, 8)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(8)
        self.grid.setColumnStretch(1, 1)
        self.grid.setColumnMinimumWidth(0, 68)
        self.setLayout(self.grid)
        self._rows: dict[QWidget, controls.Words] = {}

    def add(self, title: str, field: QWidget) -> None:
        """Add a titled field; with an empty title the field takes the whole width."""
        line = self.grid.rowCount()
        if title:
            words = controls.Words(title, "small")
            self._rows[field] = words
            self.grid.addWidget(words, line, 0)
            self.grid.addWidget(field, line, 1)
        else:
            self.grid.addWidget(field, line, 0, 1, 2)

    def show_row(self, field: QWidget, *, shown: bool) -> None:
        """Show or hide a field and its title."""
        field.setVisible(shown)
        if field in self._rows:
            self._rows[field].setVisible(shown)


class Check(QCheckBox):
    """A check box that follows the language."""

    def __init__(self, text: str) -> None:
        super().__init__(tr(text))
        self._text = text

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(tr(self._text))
        super().changeEvent(event)


def line_of(*parts: QWidget) -> QWidget:
    """Put fields side by side; the first that can grow takes the room."""
    line = QWidget()
    box = controls.row(0, 4)
    growing = next((p for p in parts if p.minimumWidth() != p.maximumWidth()), None)
    for part in parts:
        box.addWidget(part, 1 if part is growing else 0)
    if growing is None:
        box.addStretch(1)
    line.setLayout(box)
    return line


def column_of(*parts: QWidget) -> QWidget:
    """Put fields one below the other, each as wide as there is room: a name of three letters is seen whole."""
    column = QWidget()
    box = controls.column(0, 4)
    for part in parts:
        box.addWidget(part)
    column.setLayout(box)
    return column


class RangeField(QWidget):
    """Smallest and largest value; an empty end is taken from the data. ``changed`` tells both."""

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = QLineEdit(), QLineEdit()
        box = controls.row(0, 4)
        for edit in (self.low, self.high):
            edit.editingFinished.connect(self._tell)
            edit.setMinimumWidth(48)
        box.addWidget(self.low, 1)
        box.addWidget(QLabel("–"))
        box.addWidget(self.high, 1)
        self.setLayout(box)
        self._shown: tuple[float | None, float | None] = (None, None)

    def show_range(self, low: float | None, high: float | None, data: tuple[float, float] | None) -> None:
        """Show the ends; ``data`` is what the colours span of themselves, shown faint.

        What is being typed stays, unless the ends have become others meanwhile, as by undo: a draft is not put over
        them later.
        """
        is_new, self._shown = (low, high) != self._shown, (low, high)
        for number, (edit, value) in enumerate(((self.low, low), (self.high, high))):
            if is_new or not edit.hasFocus():
                edit.setText("" if value is None else f"{value:g}")
            edit.setPlaceholderText(tr("auto") if data is None else range_text(*data)[number])
            theme.set_role(edit, "", "state")

    def _tell(self) -> None:
        values: list[float | None] = []
        for edit in (self.low, self.high):
            word = edit.text().strip()
            try:
                values.append(float(word) if word else None)
                theme.set_role(edit, "", "state")
            except ValueError:
                theme.set_role(edit, "error", "state")
                return
        low, high = values
        if low is not None and high is not None and not high > low:
            theme.set_role(self.high, "error", "state")
            self.high.setToolTip(tr("The largest value must be above the smallest."))
            return
        if (low, high) != self._shown:
            self._shown = (low, high)
            self.changed.emit(low, high)


def _data_text(known: Statistics | None) -> str:
    """Say what the data reach from and to, which colours need not."""
    if known is None or not known.maximum > known.minimum:
        return ""
    low, high = range_text(known.minimum, known.maximum)
    return tr("Colours span this range; the data reach from {low} to {high}", low=low, high=high)


class ScaleEditor(Rows):
    """Variable, colours, classes and range of a raster or mesh; ``changed`` tells fields of the style."""

    changed = Signal(dict)
    edit_tables = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._layer: Layer | None = None
        self.variable = controls.tight(controls.Choice())
        self.colours = controls.tight(controls.Choice())
        self.colours.setIconSize(QSize(64, 14))
        self.reverse = controls.IconButton("swap", N_("Turn the colours round"), self._on_reverse, checkable=True)
        self.classes = controls.tight(controls.Choice())
        self.tables = controls.IconButton("edit", N_("Class tables…"), self.edit_tables.emit)
        self.range = RangeField()
        self.add(N_("Variable"), self.variable)
        self._colour_line = line_of(self.colours, self.reverse)
        self.add(N_("Colours"), self._colour_line)
        self.add(N_("Classes"), line_of(self.classes, self.tables))
        self.add(N_("Range"), self.range)
        self.variable.activated.connect(lambda _: self._emit({"variable": self.variable.currentData(), "level": 0}))
        self.colours.activated.connect(lambda _: self._emit_scale(colours=self.colours.currentData()))
        self.classes.activated.connect(lambda _: self._on_classes())
        self.range.changed.connect(lambda low, high: self._emit_scale(minimum=low, maximum=high))

    def show_layer(self, layer: Layer) -> None:
        """Show the style of a layer."""
        self._layer = layer
        style: Any = layer.style  # pyright: ignore[reportAttributeAccessIssue]  rasters and meshes have one
        scale: ColourScale = style.scale
        self._fill_variables(layer, shown_variable(layer, style.variable))
        self._fill_colours(scale)
        self._fill_classes(scale.classes)
        known = self._desk.reading.statistics(layer, self.variable.currentData() or style.variable)
        drawn = value_range(scale, known) if not getattr(style, "stretch_by", "") else None
        self.range.show_range(scale.minimum, scale.maximum, (drawn.low, drawn.high) if drawn is not None else None)
        self.range.setToolTip(_data_text(known))
        continuous = scale.classes is None
        self.show_row(self.range, shown=continuous)
        self.show_row(self._colour_line, shown=continuous)
        self.reverse.setChecked(scale.reverse)

    def _fill_variables(self, layer: Layer, shown: str) -> None:
        self.variable.clear()
        d = layer.description
        for one in d.variables if d is not None else ():
            if one.location != "edge":
                self.variable.addItem(choice_text(one), one.name)
        self.variable.setCurrentIndex(self.variable.findData(shown))
        self.show_row(self.variable, shown=self.variable.count() > 0)
        self.variable.setToolTip(self.variable.currentText())

    def _fill_colours(self, scale: ColourScale) -> None:
        if not self.colours.count():
            for name in offered_scales():
                self.colours.addItem(scale_icon(name, width=64), scale_title(name), name)
        if self.colours.findData(scale.colours) < 0:
            self.colours.addItem(scale_icon(scale.colours, width=64), scale_title(scale.colours), scale.colours)
        self.colours.setCurrentIndex(self.colours.findData(scale.colours))

    def _fill_classes(self, current: ClassTable | None) -> None:
        from app.core.classes import tables, title

        self.classes.clear()
        self.classes.addItem(tr("continuous"), "")
        for table in tables().values():
            self.classes.addItem(title(table), table.id)
        self.classes.setCurrentIndex(max(self.classes.findData(current.id), 0) if current is not None else 0)

    def _on_reverse(self) -> None:
        self._emit_scale(reverse=self.reverse.isChecked())

    def _on_classes(self) -> None:
        from app.core.classes import tables

        self._emit_scale(classes=tables().get(str(self.classes.currentData())))

    def _emit_scale(self, **changes: Any) -> None:
        if self._layer is not None:
            style: Any = self._layer.style  # pyright: ignore[reportAttributeAccessIssue]
            self._emit({"scale": style.scale.model_copy(update=changes)})

    def _emit(self, changes: dict[str, Any]) -> None:
        self.changed.emit(changes)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._layer is not None:
            self.colours.clear()
            self.show_layer(self._layer)
        super().changeEvent(event)
