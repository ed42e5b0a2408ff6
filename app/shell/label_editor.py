"""Editor of labels: what they say, where they stand, at which scales, how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QLineEdit, QSpinBox

from app.core.language import N_, error_text, tr
from app.shell.scale_editor import Check, Rows, line_of
from app.shell.symbol_editor import spin
from app.shell.titled_choice import TitledChoice
from app.widgets import controls, theme
from app.widgets.colour_button import ColourButton
from layers.errors import DataError
from layers.expressions import parse

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.style import LabelStyle, VectorStyle

PLACEMENTS = [
    ("auto", N_("Where there is room")), ("centre", N_("On the place")), ("around", N_("On eight sides")),
    ("along", N_("Along lines")),
]  # fmt: skip
ANY_SCALE = 0


class ScaleField(QSpinBox):
    """The n of a scale 1:n; 0 = no limit."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(ANY_SCALE, 100_000_000)
        self.setSingleStep(1000)
        self.setPrefix("1:")
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(60)
        controls.roomy(self)
        self.retranslate()

    def show_scale(self, value: float | None) -> None:
        """Show a limit."""
        self.setValue(round(value) if value else ANY_SCALE)

    def scale(self) -> float | None:
        """Give the limit; None = none."""
        return float(self.value()) or None

    def retranslate(self) -> None:
        """Show the words for no limit in the current language."""
        self.setSpecialValueText(tr("any scale"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class LabelRows(Rows):
    """Shows the labels of a style; ``changed`` tells fields of the style."""

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._look: LabelStyle | None = None
        self.label = controls.tight(controls.Choice())
        self.expression = QLineEdit()
        self.letter_size = spin(6, 48, 1)
        self.colour = ColourButton()
        self.bold = Check(N_("Bold"))
        self.halo = ColourButton()
        self.halo_width = spin(0, 6, 0.5)
        self.placement = TitledChoice(PLACEMENTS)
        self.repeat = spin(0, 2000, 50)
        self.smallest, self.largest = ScaleField(), ScaleField()
        self.priority = controls.tight(controls.Choice())
        self.rank = QSpinBox()
        self.rank.setRange(-9, 9)
        self.rank.setKeyboardTracking(False)
        self.overlap = Check(N_("Draw texts that overlap"))
        self._lines = self._built()
        self._connect()

    def _built(self) -> list[Any]:
        self.add(N_("Label"), self.label)
        self.expression.setPlaceholderText("name || ' ' || fixed(depth, 2)")
        lines = [
            (N_("Expression"), self.expression),
            (N_("Letters"), line_of(self.letter_size, self.colour)),
            ("", self.bold),
            (N_("Halo"), line_of(self.halo_width, self.halo)),
            (N_("Placement"), self.placement),
            (N_("Repeat every"), line_of(self.repeat)),
            (N_("Scale from"), self.smallest),
            (N_("Scale to"), self.largest),
            (N_("First by"), line_of(self.priority, self.rank)),
            ("", self.overlap),
        ]
        for title, field in lines:
            self.add(title, field)
        return [field for _, field in lines]

    def _connect(self) -> None:
        self.label.activated.connect(lambda _: self._on_label())
        self.expression.editingFinished.connect(self._on_expression)
        self.letter_size.valueChanged.connect(lambda value: self._tell(label_size=value))
        self.colour.chosen.connect(lambda colour: self._tell(label_colour=colour))
        self.smallest.valueChanged.connect(lambda _: self._tell(label_min_scale=self.smallest.scale()))
        self.largest.valueChanged.connect(lambda _: self._tell_look(max_scale=self.largest.scale()))
        self.bold.toggled.connect(lambda on: self._tell_look(bold=on))
        self.halo.chosen.connect(lambda colour: self._tell_look(halo=colour))
        self.halo_width.valueChanged.connect(lambda value: self._tell_look(halo_width=value))
        self.placement.chosen.connect(lambda value: self._tell_look(placement=value))
        self.repeat.valueChanged.connect(lambda value: self._tell_look(repeat=value))
        self.priority.activated.connect(lambda _: self._tell_look(priority_column=self.priority.currentData()))
        self.rank.valueChanged.connect(lambda value: self._tell_look(priority=value))
        self.overlap.toggled.connect(lambda on: self._tell_look(overlap=on))

    def show_style(self, layer: Layer, style: VectorStyle, geometry: str) -> None:
        """Show the labels of a layer with points, lines or polygons."""
        self._look = None
        look = style.label_style
        self._fill(layer, style)
        if not self.expression.hasFocus():
            self.expression.setText(look.expression)
            self._mark("")
        self.letter_size.setValue(style.label_size)
        self.colour.set_colour(style.label_colour)
        self.bold.setChecked(look.bold)
        self.halo.set_colour(look.halo or "#ffffff82")
        self.halo_width.setValue(look.halo_width)
        self.placement.choose(look.placement)
        self.repeat.setValue(look.repeat)
        self.smallest.show_scale(style.label_min_scale)
        self.largest.show_scale(look.max_scale)
        self.rank.setValue(look.priority)
        self.overlap.setChecked(look.overlap)
        named = bool(style.label or look.expression)
        for field in self._lines:
            self.show_row(field, shown=named)
        self.show_row(self.expression, shown=bool(look.expression) or self.label.currentData() == "=")
        self.show_row(self._lines[5], shown=named and geometry == "line")
        self._look = look

    def _fill(self, layer: Layer, style: VectorStyle) -> None:
        columns = layer.description.columns if layer.description is not None else ()
        self.label.clear()
        self.label.addItem(tr("no labels"), "")
        self.label.addItem(tr("an expression…"), "=")
        self.priority.clear()
        self.priority.addItem(tr("size"), "")
        for one in columns:
            self.label.addItem(one.title or one.name, one.name)
            if one.type in ("int", "float"):
                self.priority.addItem(one.title or one.name, one.name)
        shown = "=" if style.label_style.expression else style.label
        self.label.setCurrentIndex(max(self.label.findData(shown), 0))
        self.priority.setCurrentIndex(max(self.priority.findData(style.label_style.priority_column), 0))

    def _on_label(self) -> None:
        look, chosen = self._look, self.label.currentData()
        if look is None:
            return
        if chosen == "=":
            self.show_row(self.expression, shown=True)
            self.expression.setFocus()
            return
        self._tell(label=chosen, label_style=look.model_copy(update={"expression": ""}))

    def _on_expression(self) -> None:
        text = self.expression.text().strip()
        try:
            if text:
                parse(text)
        except DataError as error:
            self._mark(error_text(error))
            return
        self._mark("")
        if self._look is not None and text != self._look.expression:
            self._tell_look(expression=text)

    def _mark(self, fault: str) -> None:
        theme.set_role(self.expression, "error" if fault else "", "state")
        self.expression.setToolTip(
            fault or tr("Columns, 'texts' and numbers joined by ||; fixed(x, 2) sets the digits.")
        )

    def _tell(self, **changes: Any) -> None:
        if self._look is not None:
            self.changed.emit(changes)

    def _tell_look(self, **changes: Any) -> None:
        if self._look is not None:
            self._look = self._look.model_copy(update=changes)
            self.changed.emit({"label_style": self._look})
