"""Editors of heat and clusters: radius, weight, colours, symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSlider

from app.core.language import N_, tr
from app.shell.scale_editor import Rows, line_of, scale_title
from app.shell.swatch import offered_scales, scale_icon
from app.shell.symbol_editor import spin
from app.widgets import controls, theme
from app.widgets.colour_button import ColourButton

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.style import ClusterStyle, HeatStyle


class _RadiusRows(Rows):
    """A radius by slider, a drag being one act; ``part`` is the field of the style that is shown."""

    changed = Signal(dict)
    grabbed = Signal()
    released = Signal()

    def __init__(self, part: str, low: int, high: int) -> None:
        super().__init__()
        self.part = part
        self.held: Any = None
        self.radius = QSlider(Qt.Orientation.Horizontal)
        self.radius.setRange(low, high)
        self.radius.sliderPressed.connect(self.grabbed)
        self.radius.sliderReleased.connect(self.released)
        self.radius.valueChanged.connect(self._on_radius)
        self.add(N_("Radius"), self.radius)

    def _on_radius(self, value: int) -> None:
        self.radius.setToolTip(tr("{count} px", count=value))
        self.tell(radius=float(value))

    def tell(self, **changes: Any) -> None:
        """Tell changed fields of the part shown."""
        if self.held is not None:
            self.held = self.held.model_copy(update=changes)
            self.changed.emit({self.part: self.held})


class HeatRows(_RadiusRows):
    """Shows the heat of a style; ``changed`` tells the field ``heat``."""

    def __init__(self) -> None:
        super().__init__("heat", 6, 120)
        self.weight = controls.tight(controls.Choice())
        self.colours = controls.tight(controls.Choice())
        self.colours.setIconSize(QSize(64, 14))
        self.reverse = controls.IconButton("swap", N_("Turn the colours round"), self._on_reverse, checkable=True)
        self.highest = QLineEdit()
        self.add(N_("Weight"), self.weight)
        self.add(N_("Colours"), line_of(self.colours, self.reverse))
        self.add(N_("End at"), self.highest)
        self.weight.activated.connect(lambda _: self.tell(weight=self.weight.currentData()))
        self.colours.activated.connect(lambda _: self._tell_scale(colours=self.colours.currentData()))
        self.highest.editingFinished.connect(self._on_highest)

    def show_heat(self, layer: Layer, heat: HeatStyle) -> None:
        """Show a heat of a layer."""
        self.held = None
        self.radius.setValue(round(heat.radius))
        self.weight.clear()
        self.weight.addItem(tr("each counts 1"), "")
        for one in layer.description.columns if layer.description is not None else ():
            if one.type in ("int", "float"):
                self.weight.addItem(one.title or one.name, one.name)
        self.weight.setCurrentIndex(max(self.weight.findData(heat.weight), 0))
        self.colours.clear()
        for name in offered_scales():
            self.colours.addItem(scale_icon(name, width=64), scale_title(name), name)
        if self.colours.findData(heat.scale.colours) < 0:
            self.colours.addItem(
                scale_icon(heat.scale.colours, width=64), scale_title(heat.scale.colours), heat.scale.colours
            )
        self.colours.setCurrentIndex(self.colours.findData(heat.scale.colours))
        self.reverse.setChecked(heat.scale.reverse)
        if not self.highest.hasFocus():
            self.highest.setText("" if heat.scale.maximum is None else f"{heat.scale.maximum:g}")
        self.highest.setPlaceholderText(tr("the highest in view"))
        self.highest.setToolTip(tr("Features per km²"))
        self.held = heat

    def _on_reverse(self) -> None:
        self._tell_scale(reverse=self.reverse.isChecked())

    def _on_highest(self) -> None:
        word = self.highest.text().strip()
        try:
            value = float(word) if word else None
        except ValueError:
            value = -1.0
        wrong = value is not None and not value > 0
        theme.set_role(self.highest, "error" if wrong else "", "state")
        if self.held is not None and not wrong and value != self.held.scale.maximum:
            self._tell_scale(maximum=value)

    def _tell_scale(self, **changes: Any) -> None:
        if self.held is not None:
            self.tell(scale=self.held.scale.model_copy(update=changes))


class ClusterRows(_RadiusRows):
    """Shows the clusters of a style; ``changed`` tells the field ``cluster``."""

    def __init__(self) -> None:
        super().__init__("cluster", 12, 160)
        self.fill, self.text = ColourButton(), ColourButton()
        self.smallest, self.largest = spin(10, 60, 1), spin(10, 120, 1)
        self.add(N_("Fill"), line_of(self.fill))
        self.add(N_("Colour of numbers"), line_of(self.text))
        self.add(N_("From size"), line_of(self.smallest))
        self.add(N_("To size"), line_of(self.largest))
        self.fill.chosen.connect(lambda colour: self._tell_symbol(fill=colour))
        self.text.chosen.connect(lambda colour: self.tell(text_colour=colour))
        self.smallest.valueChanged.connect(lambda value: self._tell_symbol(size=value))
        self.largest.valueChanged.connect(lambda value: self.tell(largest=value))

    def show_cluster(self, cluster: ClusterStyle) -> None:
        """Show clusters."""
        self.held = None
        self.radius.setValue(round(cluster.radius))
        self.fill.set_colour(cluster.symbol.fill or "#ffffff00")
        self.text.set_colour(cluster.text_colour)
        self.smallest.setValue(cluster.symbol.size)
        self.largest.setValue(cluster.largest)
        self.held = cluster

    def _tell_symbol(self, **changes: Any) -> None:
        if self.held is not None:
            self.tell(symbol=self.held.symbol.model_copy(update=changes))
