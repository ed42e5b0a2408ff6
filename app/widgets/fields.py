"""Fields of a form: one per type of parameter, each with its value, its unit and its complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from app.core.language import N_, tr
from app.widgets import controls

if TYPE_CHECKING:
    from app.core.parameters import Parameter


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
        """Give what is entered: a word or number, or None where nothing is; each kind of field has its own."""

    def set_value(self, value: Any) -> None:
        """Show a value; each kind of field has its own way."""

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
        self.combo = controls.tight(controls.Choice())
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
