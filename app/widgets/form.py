"""A form made from the parameters of a tool; faults are said at the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.language import tr
from app.core.parameters import to_plain
from app.widgets import controls, theme
from app.widgets.fields import ChoiceField, Field, FileField, FlagField, NumberField, TextField
from app.widgets.map_fields import (
    BoxField,
    CrsField,
    HeightField,
    LayerField,
    PlacesField,
    Surroundings,
    VariableField,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.parameters import Parameter

VARIABLES = {"variable", "x_variable", "y_variable", "column"}
"""Names of parameters that mean a variable of the layer above."""


def field_for(parameter: Parameter, around: Surroundings) -> Field:
    """Give the field that fits a parameter."""
    if parameter.repeats and not parameter.kinds:
        return TextField(parameter)
    if parameter.format == "text" and parameter.name in VARIABLES:
        return VariableField(parameter)
    makers: dict[str, Callable[[], Field]] = {
        "layer": lambda: LayerField(parameter, around),
        "choice": lambda: ChoiceField(parameter),
        "number": lambda: NumberField(parameter),
        "integer": lambda: NumberField(parameter),
        "text": lambda: TextField(parameter),
        "flag": lambda: FlagField(parameter),
        "height": lambda: HeightField(parameter),
        "crs": lambda: CrsField(parameter, around),
        "box": lambda: BoxField(parameter, around),
        "places": lambda: PlacesField(parameter, around),
        "file": lambda: FileField(parameter),
    }
    return makers[parameter.format]()


class Form(QWidget):
    """Fields one below the other: title, field with unit, help, and the fault in red.

    Parameters
    ----------
    parameters : sequence of Parameter
    around : Surroundings
        Where layers, the box of the map and places come from.
    """

    changed = Signal()

    def __init__(self, parameters: Sequence[Parameter], around: Surroundings | None = None) -> None:
        super().__init__()
        self._fields: dict[str, Field] = {}
        self._faults: dict[str, controls.Words] = {}
        self._touched: set[str] = set()
        box = controls.column(0, 12)
        around = around or Surroundings()
        for parameter in sorted(parameters, key=lambda p: not p.required):
            box.addWidget(self._line(parameter, field_for(parameter, around)))
        box.addStretch(1)
        self.setLayout(box)
        self._offer_variables()

    def _line(self, parameter: Parameter, field: Field) -> QWidget:
        line = QWidget()
        box = controls.column(0, 4)
        if not isinstance(field, FlagField):
            head = controls.row(0, 6)
            head.addWidget(controls.Words(parameter.label, "section"))
            if not parameter.required:
                head.addWidget(controls.Words("optional", "small"))
            head.addStretch(1)
            box.addLayout(head)
        box.addWidget(field)
        if parameter.help:
            box.addWidget(controls.Words(parameter.help, "small", wrap=True))
        fault = controls.Words("", "error", wrap=True)
        fault.hide()
        box.addWidget(fault)
        line.setLayout(box)
        if parameter.default is not None:
            field.set_value(to_plain(parameter.default))
        field.setAccessibleName(tr(parameter.label))
        field.changed.connect(lambda: self._on_changed(parameter.name))
        self._fields[parameter.name], self._faults[parameter.name] = field, fault
        return line

    def field(self, name: str) -> Field:
        """Give the field of a parameter."""
        return self._fields[name]

    def values(self) -> dict[str, Any]:
        """Give what is entered by parameter name; empty optional ones are left out."""
        given = {name: field.value() for name, field in self._fields.items()}
        return {name: value for name, value in given.items() if value is not None}

    def set_values(self, values: dict[str, Any]) -> None:
        """Show values by parameter name; unknown names are passed over."""
        for name, value in values.items():
            if name in self._fields:
                self._fields[name].set_value(value)
        self._offer_variables()

    def source_kind(self) -> str:
        """Give the kind of the first layer that is chosen; empty where it is a file that is not open, or none."""
        layer = next((f for f in self._fields.values() if isinstance(f, LayerField)), None)
        choice = layer.choice() if layer is not None else None
        return choice.kind if choice is not None else ""

    def check(self) -> bool:
        """Show all faults; True where there are none. The first faulty field gets the focus."""
        self._touched.update(self._fields)
        faulty = [name for name in self._fields if not self._show_fault(name)]
        if faulty:
            self._fields[faulty[0]].marked().setFocus()
        return not faulty

    def show_fault(self, name: str, text: str) -> bool:
        """Show a fault at a parameter's field; False where the form has no such field."""
        wanted = name.lstrip("-").replace("-", "_")
        if wanted not in self._fields:
            return False
        self._say(wanted, text)
        return True

    def refresh(self) -> None:
        """Offer the layers that are open now."""
        for field in self._fields.values():
            if isinstance(field, LayerField):
                field.refresh()
        self._offer_variables()

    def _on_changed(self, name: str) -> None:
        self._touched.add(name)
        self._show_fault(name)
        if isinstance(self._fields[name], LayerField):
            self._offer_variables()
        self.changed.emit()

    def _show_fault(self, name: str) -> bool:
        text = self._fields[name].complaint() if name in self._touched else ""
        self._say(name, text)
        return not text

    def _say(self, name: str, text: str) -> None:
        self._faults[name].setText(text)
        self._faults[name].setVisible(bool(text))
        theme.set_role(self._fields[name].marked(), "error" if text else "", "state")

    def _offer_variables(self) -> None:
        layer = next((f for f in self._fields.values() if isinstance(f, LayerField)), None)
        choice = layer.choice() if layer is not None else None
        for field in self._fields.values():
            if isinstance(field, VariableField):
                field.offer(choice)
