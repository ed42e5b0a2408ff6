"""Fields that ask their surroundings: layers, variables, heights, systems, boxes and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QWidget

from app.core.language import N_, language, tr
from app.widgets import controls, icons
from app.widgets.fields import ChoiceField, Field, NumberField, TextField, choose_file
from layers.heights import DATUMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.parameters import Parameter

KIND_ICONS = {"raster": "raster", "vector": "vector", "mesh": "mesh", "series": "series"}


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """A layer that a form may offer.

    Parameters
    ----------
    word : str
        What a tool takes.
    name, kind : str
    variables : tuple of (name, words)
        Variables, or columns of features.
    shown : str
        Name of the variable on the map.
    vdatum, crs : str
        Vertical datum and reference system that the user has set and the file does not name.
    unzoned : bool
        Whether its times name no zone.
    """

    word: str
    name: str
    kind: str
    variables: tuple[tuple[str, str], ...] = ()
    shown: str = ""
    vdatum: str = ""
    crs: str = ""
    unzoned: bool = False


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


class VariableField(ChoiceField):
    """One of the variables of the layer chosen above; free text where they are not known."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.combo.setEditable(True)
        self.combo.editTextChanged.connect(lambda _: self.changed.emit())

    def offer(self, choice: LayerChoice | None) -> None:
        """Offer the variables of a layer; the one on the map is chosen."""
        before = self.value()
        offered = choice.variables if choice is not None else ()
        names = [name for name, _ in offered]
        self.combo.clear()
        for name, words in offered:
            self.combo.addItem(words, name)
        first = choice.shown if choice is not None and choice.shown in names else (names[0] if names else "")
        self.set_value(before if before in names or (before and not names) else first)

    def value(self) -> Any:
        """Give the name, None where it is empty."""
        word = self.combo.currentText().strip()
        index = self.combo.findText(word)
        return (self.combo.itemData(index) if index >= 0 else word) or None

    def set_value(self, value: Any) -> None:
        """Show a name."""
        index = self.combo.findData(value)
        if index >= 0:
            self.combo.setCurrentIndex(index)
        else:
            self.combo.setEditText("" if value is None else str(value))


class LayerField(Field):
    """A layer that is open, or a file."""

    def __init__(self, parameter: Parameter, around: Surroundings) -> None:
        super().__init__(parameter)
        self._around = around
        self.combo = controls.tight(controls.Choice())
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
        self.datum = controls.tight(controls.Choice())
        self.datum.addItem(tr("choose datum"), "")
        for name, datum in DATUMS.items():
            if name != "UNKNOWN":
                self.datum.addItem(datum.title_zh if language() == "zh" else datum.title_en, name)
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
        self.combo = controls.tight(QComboBox())
        self.combo.setEditable(True)
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
