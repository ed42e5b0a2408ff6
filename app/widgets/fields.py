"""Fields of a form: one per type of parameter, each with its value, its unit and its complaint."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QColorDialog, QComboBox, QFileDialog, QLineEdit, QPushButton, QWidget

from app.core.language import N_, tr
from app.widgets import controls, icons
from layers.heights import DATUMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.parameters import Parameter

KIND_ICONS = {"raster": "raster", "vector": "vector", "mesh": "mesh", "series": "series"}


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """A layer that a form may offer: the word a tool takes, its name and kind, variables and columns."""

    word: str
    name: str
    kind: str
    variables: tuple[str, ...] = ()
    vdatum: str = ""


@dataclass
class Surroundings:
    """What a form may ask its surroundings for.

    Parameters
    ----------
    layers : callable
        Takes kinds, gives the layers that are open.
    map_box : callable
        Gives the box seen on the map as ``x0,y0,x1,y1``, or None.
    pick_place : callable
        Takes a callable; calls it with ``x,y`` when the user has clicked the map.
    systems : callable
        Gives codes and titles of reference systems to offer.
    """

    layers: Callable[[tuple[str, ...]], list[LayerChoice]] = field(default=lambda _kinds: [])
    map_box: Callable[[], str | None] = field(default=lambda: None)
    pick_place: Callable[[Callable[[str], None]], None] = field(default=lambda _done: None)
    systems: Callable[[], list[tuple[str, str]]] = field(default=lambda: [])


def choose_file(parent: QWidget, title: str, folder: str = "") -> str:
    """Let the user choose a file; empty where he does not."""
    return QFileDialog.getOpenFileName(parent, title, folder)[0]


class Field(QWidget):
    """One value of a form; ``changed`` fires when the user changes it."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.box = controls.row(0, 4)
        self.setLayout(self.box)

    def value(self) -> Any:
        """Give what is entered: a word or number, or None where nothing is."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def complaint(self) -> str:
        """Say in a plain sentence what is wrong with the value; empty where nothing is."""
        if self.parameter.required and self.value() is None:
            return tr("Please fill in this field.")
        return ""

    def marked(self) -> QWidget:
        """Give the part that turns red when there is a complaint."""
        return self


class TextField(Field):
    """Words."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.edit = QLineEdit()
        self.edit.textEdited.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.edit, 1)

    def value(self) -> Any:
        """Give the text, None where it is empty."""
        return self.edit.text().strip() or None

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self.edit.setText("" if value is None else str(value))

    def marked(self) -> QWidget:
        """Give the line."""
        return self.edit


class NumberField(TextField):
    """A number with its unit; limits are checked, not silently applied."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.edit.setPlaceholderText(limits_text(parameter.minimum, parameter.maximum))
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        if parameter.unit:
            self.box.addWidget(controls.Words(parameter.unit, "unit"))

    def complaint(self) -> str:
        """Say whether it is a number within its limits."""
        fault = super().complaint()
        word = self.value()
        if fault or word is None:
            return fault
        low, high = self.parameter.minimum, self.parameter.maximum
        whole = self.parameter.format == "integer"
        try:
            number = int(word) if whole else float(word)
        except ValueError:
            return tr("Enter a whole number.") if whole else tr("Enter a number, for example 0.5.")
        if number != number or (low is not None and number < low) or (high is not None and number > high):
            return tr("The value must lie in {limits}.", limits=limits_text(low, high) + " " + self.parameter.unit)
        return ""


def limits_text(low: float | None, high: float | None) -> str:
    """Write limits as ``≥ 0``, ``≤ 5`` or ``0 … 5``; empty where there are none."""
    if low is not None and high is not None:
        return f"{low:g} … {high:g}"
    if low is not None:
        return f"≥ {low:g}"
    return f"≤ {high:g}" if high is not None else ""


class FlagField(Field):
    """Yes or no."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.check = QCheckBox(tr(parameter.label))
        self.check.toggled.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.check, 1)

    def value(self) -> Any:
        """Give whether it is checked."""
        return self.check.isChecked()

    def set_value(self, value: Any) -> None:
        """Show yes or no."""
        self.check.setChecked(bool(value))


class ChoiceField(Field):
    """One of a few."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.combo = QComboBox()
        if not parameter.required:
            self.combo.addItem(tr("not set"), None)
        for choice in parameter.choices:
            self.combo.addItem(tr(str(choice)), choice)
        self.combo.activated.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.combo, 1)

    def value(self) -> Any:
        """Give the choice."""
        return self.combo.currentData()

    def set_value(self, value: Any) -> None:
        """Show a choice."""
        self.combo.setCurrentIndex(max(self.combo.findData(value), 0))

    def marked(self) -> QWidget:
        """Give the list."""
        return self.combo


class VariableField(ChoiceField):
    """One of the variables of the layer chosen above; free text where they are not known."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.combo.setEditable(True)
        self.combo.editTextChanged.connect(lambda _: self.changed.emit())

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer the variables of a layer."""
        before = self.combo.currentText()
        self.combo.clear()
        self.combo.addItems(list(names))
        self.combo.setEditText(before if before in names or (before and not names) else (names[0] if names else ""))

    def value(self) -> Any:
        """Give the name, None where it is empty."""
        return self.combo.currentText().strip() or None

    def set_value(self, value: Any) -> None:
        """Show a name."""
        self.combo.setEditText("" if value is None else str(value))


class LayerField(Field):
    """A layer that is open, or a file."""

    def __init__(self, parameter: Parameter, around: Surroundings) -> None:
        super().__init__(parameter)
        self._around = around
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(10)
        self.combo.activated.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.combo, 1)
        self.box.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))
        self.refresh()

    def refresh(self) -> None:
        """Offer the layers that are open now; keep the choice where it is still there."""
        before = self.value()
        files = [self.combo.itemData(i) for i in range(self.combo.count()) if self.combo.itemData(i, 257)]
        self.combo.clear()
        if not self.parameter.required:
            self.combo.addItem(tr("not set"), None)
        for choice in self._around.layers(self.parameter.kinds):
            self.combo.addItem(icons.icon(KIND_ICONS.get(choice.kind, "layers")), choice.name, choice.word)
        for path in files:
            self._add_file(path)
        if not self.combo.count():
            self.combo.setPlaceholderText(tr("Open such a layer, or choose a file"))
        self.combo.setCurrentIndex(max(self.combo.findData(before), 0) if self.combo.count() else -1)

    def choice(self) -> LayerChoice | None:
        """Give the open layer that is chosen, None for a file."""
        wanted = self.value()
        return next((c for c in self._around.layers(self.parameter.kinds) if c.word == wanted), None)

    def value(self) -> Any:
        """Give the word of the layer."""
        return self.combo.currentData()

    def set_value(self, value: Any) -> None:
        """Show a layer; a path that is not open is offered as a file."""
        if value and self.combo.findData(value) < 0:
            self._add_file(str(value))
        self.combo.setCurrentIndex(self.combo.findData(value))

    def _add_file(self, path: str) -> None:
        self.combo.addItem(icons.icon("file"), Path(path).name, path)
        self.combo.setItemData(self.combo.count() - 1, True, 257)

    def _browse(self) -> None:
        path = choose_file(self, tr("Choose a file"))
        if path:
            self.set_value(path)
            self.changed.emit()

    def marked(self) -> QWidget:
        """Give the list."""
        return self.combo


class HeightField(NumberField):
    """A height: a value in m and its datum."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.box.addWidget(controls.Words("m", "unit"))
        self.datum = QComboBox()
        self.datum.addItem(tr("choose datum"), "")
        for name, title in DATUMS.items():
            if name != "UNKNOWN":
                self.datum.addItem(tr(title), name)
        self.datum.activated.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.datum, 2)

    def value(self) -> Any:
        """Give ``VALUE@DATUM``, None where the value is empty."""
        number = self.edit.text().strip()
        return f"{number}@{self.datum.currentData()}" if number else None

    def set_value(self, value: Any) -> None:
        """Show a height."""
        number, _, datum = ("" if value is None else str(value)).partition("@")
        self.edit.setText(number)
        self.datum.setCurrentIndex(max(self.datum.findData(datum), 0))

    def complaint(self) -> str:
        """Say whether number and datum are there."""
        word = self.edit.text().strip()
        if not word:
            return Field.complaint(self)
        try:
            float(word)
        except ValueError:
            return tr("Enter a number, for example 0.5.")
        return "" if self.datum.currentData() else tr("Choose the vertical datum of this height.")


class CrsField(Field):
    """A reference system: a frequent one, or any code."""

    def __init__(self, parameter: Parameter, around: Surroundings) -> None:
        super().__init__(parameter)
        self.combo = QComboBox()
        self.combo.setEditable(True)
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for code, title in around.systems():
            self.combo.addItem(f"{code}  {title}", code)
        self.combo.setEditText("")
        self.combo.editTextChanged.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.combo, 1)

    def value(self) -> Any:
        """Give the code."""
        return self.combo.currentText().split("  ")[0].strip() or None

    def set_value(self, value: Any) -> None:
        """Show a code."""
        index = self.combo.findData(value)
        self.combo.setEditText(self.combo.itemText(index) if index >= 0 else str(value or ""))

    def marked(self) -> QWidget:
        """Give the list."""
        return self.combo


class BoxField(TextField):
    """A box ``x0,y0,x1,y1``, or what the map shows."""

    def __init__(self, parameter: Parameter, around: Surroundings) -> None:
        super().__init__(parameter)
        self._around = around
        self.edit.setPlaceholderText(tr("west, south, east, north"))
        self.box.addWidget(controls.IconButton("zoom-all", N_("Take what the map shows"), self._take))

    def _take(self) -> None:
        box = self._around.map_box()
        if box:
            self.set_value(box)
            self.changed.emit()

    def complaint(self) -> str:
        """Say whether it is four numbers in order."""
        fault = super().complaint()
        word = self.value()
        if fault or word is None:
            return fault
        try:
            x0, y0, x1, y1 = (float(part) for part in word.split(","))
        except ValueError:
            return tr("Enter four numbers: west, south, east, north.")
        return "" if x1 > x0 and y1 > y0 else tr("East must be larger than west, and north larger than south.")


class PlacesField(TextField):
    """Places ``x,y``, from the map or from a file."""

    def __init__(self, parameter: Parameter, around: Surroundings) -> None:
        super().__init__(parameter)
        self.edit.setPlaceholderText(tr("x,y or a file of points"))
        pick = controls.IconButton("pointer", N_("Pick a place on the map"), lambda: around.pick_place(self._take))
        self.box.addWidget(pick)
        self.box.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))

    def _take(self, place: str) -> None:
        before = self.value()
        keep = before and "," in before and not Path(before).suffix
        self.set_value(f"{before};{place}" if keep else place)
        self.changed.emit()

    def _browse(self) -> None:
        path = choose_file(self, tr("Choose a file"))
        if path:
            self.set_value(path)
            self.changed.emit()


class FileField(TextField):
    """A file."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.box.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))

    def _browse(self) -> None:
        path = choose_file(self, tr("Choose a file"))
        if path:
            self.set_value(path)
            self.changed.emit()


class ColourButton(QPushButton):
    """Shows a colour and lets the user choose another one; ``chosen`` tells ``#rrggbb`` or ``#rrggbbaa``."""

    chosen = Signal(str)

    def __init__(self, colour: str = "#808080") -> None:
        super().__init__()
        self.setFixedSize(44, 28)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._ask)
        self.set_colour(colour)

    def colour(self) -> str:
        """Give the colour shown."""
        return self._colour

    def set_colour(self, colour: str) -> None:
        """Show a colour."""
        self._colour = colour
        shown = to_colour(colour).name(QColor.NameFormat.HexArgb)
        self.setStyleSheet(f"QPushButton {{ background: {shown}; min-height: 0; padding: 0; }}")
        self.setAccessibleName(colour)
        self.setToolTip(colour)

    def _ask(self) -> None:
        dialog = QColorDialog(to_colour(self._colour), self.window())
        dialog.setOption(QColorDialog.ColorDialogOption.ShowAlphaChannel)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        if dialog.exec():
            self.set_colour(from_colour(dialog.currentColor()))
            self.chosen.emit(self._colour)
        dialog.deleteLater()


def to_colour(text: str) -> QColor:
    """Read ``#rrggbb`` or ``#rrggbbaa`` (alpha last, as in styles)."""
    colour = QColor(text[:7])
    if len(text) == 9:
        colour.setAlpha(int(text[7:], 16))
    return colour


def from_colour(colour: QColor) -> str:
    """Write a colour as ``#rrggbb``, with alpha last where it is not opaque."""
    return colour.name() + (f"{colour.alpha():02x}" if colour.alpha() < 255 else "")
