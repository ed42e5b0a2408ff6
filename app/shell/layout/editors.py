"""Editors: one widget for each kind of property; a change tells the new value at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from app.core.language import N_, tr
from app.shell.questions import file_to_find
from app.widgets import controls
from app.widgets.colour_button import ColourButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.shell.layout.fields import Property

PAUSE_MS = 400
"""How long a person may pause while typing before the text is taken over."""


class Editor(QWidget):
    """Shows one value; ``changed`` carries the new one when the user changes it."""

    changed = Signal(object)

    def __init__(self, prop: Property) -> None:
        super().__init__()
        self.prop = prop
        self.row = controls.row(0, 4)
        self.setLayout(self.row)

    def show_value(self, value: Any) -> None:
        """Show a value without telling."""


class TextEditor(Editor):
    """Words on one line, taken over when the user pauses."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr(prop.none) if prop.none else "")
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._tell)
        self.line.textEdited.connect(lambda _: self._soon.start())
        self.line.editingFinished.connect(self._at_once)
        self.row.addWidget(self.line, 1)

    def show_value(self, value: Any) -> None:
        """Show a text; one that is being typed stays."""
        text = "" if value is None else str(value)
        if not self._soon.isActive() and text != self.line.text():
            self.line.setText(text)

    def _at_once(self) -> None:
        if self._soon.isActive():
            self._soon.stop()
            self._tell()

    def _tell(self) -> None:
        text = self.line.text()
        self.changed.emit(None if not text and self.prop.name == "crs" else text)


class ColumnsEditor(TextEditor):
    """Several column names, separated by commas."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.line.setPlaceholderText(tr("all columns"))

    def show_value(self, value: Any) -> None:
        """Show names."""
        super().show_value(", ".join(value or ()))

    def _tell(self) -> None:
        names = [part.strip() for part in self.line.text().replace("，", ",").split(",")]
        self.changed.emit(tuple(name for name in names if name))


class LinesEditor(Editor):
    """Words on several lines."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.text = QPlainTextEdit()
        self.text.setFixedHeight(84)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(lambda: self.changed.emit(self.text.toPlainText()))
        self.text.textChanged.connect(self._typed)
        self._showing = False
        self.row.addWidget(self.text, 1)

    def show_value(self, value: Any) -> None:
        """Show a text; one that is being typed stays."""
        if not self._soon.isActive() and str(value) != self.text.toPlainText():
            self._showing = True
            self.text.setPlainText(str(value))
            self._showing = False

    def _typed(self) -> None:
        if not self._showing:
            self._soon.start()


class NumberEditor(Editor):
    """A number with its unit; where there may be none, the lowest stands for it."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        whole = prop.kind == "whole"
        self.spin: Any = QSpinBox() if whole else QDoubleSpinBox()
        low = 0.0 if prop.none else prop.low
        self.spin.setRange(int(low) if whole else low, int(prop.high) if whole else prop.high)
        self.spin.setSingleStep(int(prop.step) if whole else prop.step)
        if not whole:
            self.spin.setDecimals(2 if prop.step < 100 else 0)
        if prop.none:
            self.spin.setSpecialValueText(tr(prop.none))
        if prop.unit:
            self.spin.setSuffix(f" {prop.unit}")
        self.spin.setKeyboardTracking(False)
        controls.roomy(self.spin)
        self.spin.valueChanged.connect(self._tell)
        self._showing = False
        self.row.addWidget(self.spin, 1)

    def show_value(self, value: Any) -> None:
        """Show a number."""
        self._showing = True
        self.spin.setValue(0 if value is None else (int(value) if self.prop.kind == "whole" else float(value)))
        self._showing = False

    def _tell(self, value: float) -> None:
        if not self._showing:
            nothing = bool(self.prop.none) and value == 0
            self.changed.emit((None if self.prop.name == "scale" else 0) if nothing else value)


class FlagEditor(Editor):
    """Yes or no."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.check = QCheckBox()
        self.check.clicked.connect(self.changed.emit)
        self.row.addWidget(self.check, 1)

    def show_value(self, value: Any) -> None:
        """Show yes or no."""
        self.check.setChecked(bool(value))


class ChoiceEditor(Editor):
    """One of a few; ``options`` are (value, words) as they stand now."""

    def __init__(self, prop: Property, options: Sequence[tuple[str, str]]) -> None:
        super().__init__(prop)
        self.combo = controls.tight(controls.Choice())
        if prop.none:
            self.combo.addItem(tr(prop.none), "")
        for value, words in options:
            self.combo.addItem(words, value)
        self.combo.activated.connect(lambda _: self.changed.emit(self.combo.currentData()))
        self.row.addWidget(self.combo, 1)

    def show_value(self, value: Any) -> None:
        """Show a choice; one that is not offered is added, so that nothing is hidden."""
        at = self.combo.findData(value or "")
        if at < 0 and value:
            self.combo.addItem(str(value), value)
            at = self.combo.count() - 1
        self.combo.setCurrentIndex(max(at, 0))


class ColourEditor(Editor):
    """A colour, or none."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.button = ColourButton()
        self.button.chosen.connect(self.changed.emit)
        self.row.addWidget(self.button)
        self.none: QCheckBox | None = None
        if prop.none:
            self.none = QCheckBox(tr(prop.none))
            self.none.clicked.connect(lambda on: self.changed.emit(None if on else self.button.colour()))
            self.row.addWidget(self.none)
        self.row.addStretch(1)

    def show_value(self, value: Any) -> None:
        """Show a colour."""
        if value is not None:
            self.button.set_colour(str(value))
        if self.none is not None:
            self.none.setChecked(value is None)


class FileEditor(TextEditor):
    """A picture file."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.row.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))

    def _browse(self) -> None:
        path = file_to_find(self, tr("Choose a file"), self.line.text())
        if path:
            self.line.setText(path)
            self.changed.emit(path)


class RowsEditor(LinesEditor):
    """Rows of a title block as lines of text: ``label = text | label = text``."""

    def __init__(self, prop: Property) -> None:
        super().__init__(prop)
        self.text.setFixedHeight(170)
        self._soon.timeout.disconnect()
        self._soon.timeout.connect(self._tell_rows)
        self._shares: dict[tuple[int, int], float] = {}
        self._heights: list[float] = []

    def show_value(self, value: Any) -> None:
        """Show rows."""
        self._heights = [row.share for row in value]
        self._shares = {(r, c): cell.share for r, row in enumerate(value) for c, cell in enumerate(row.cells)}
        super().show_value(rows_text(value))

    def _tell_rows(self) -> None:
        self.changed.emit(rows_from(self.text.toPlainText(), self._heights, self._shares))


def rows_text(rows: Any) -> str:
    """Write rows as lines: cells are separated by ``|``, a label stands before ``=``."""
    return "\n".join(
        " | ".join(f"{cell.label} = {cell.text}" if cell.label else cell.text for cell in row.cells) for row in rows
    )


def rows_from(text: str, heights: list[float], shares: dict[tuple[int, int], float]) -> list[dict[str, Any]]:
    """Read what `rows_text` writes; shares are kept where row and cell are still there."""
    made = []
    for r, line in enumerate(text.split("\n")):
        cells = []
        for c, part in enumerate(line.split("|")):
            label, sign, words = part.partition("=")
            label, words = (label.strip(), words.strip()) if sign else ("", part.strip())
            cells.append({"label": label, "text": words, "share": shares.get((r, c), 1.0)})
        made.append({"cells": cells, "share": heights[r] if r < len(heights) else 1.0})
    return made
