"""Style of the chosen layer: opacity, and the editor that fits its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from app.core.language import N_
from app.shell.grid_style import MeshRows, RasterRows
from app.shell.layer_words import choice_text
from app.shell.scale_editor import Check, Rows, ScaleEditor
from app.shell.symbol_editor import SymbolRows
from app.shell.titled_choice import TitledChoice
from app.shell.vector_style import VectorRows
from app.widgets import controls
from app.widgets.colour_button import ColourButton
from layers.errors import HaitangError
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.sources.source import FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer

BLENDS = [
    ("normal", N_("Normal")), ("multiply", N_("Multiply")), ("screen", N_("Screen")), ("overlay", N_("Overlay")),
    ("darken", N_("Darken")), ("lighten", N_("Lighten")),
]  # fmt: skip
SAMPLE = 200_000
"""Features looked at to find the values of a column."""


class SeriesRows(QWidget):
    """Style of stations and their lines in the chart."""

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._layer: Layer | None = None
        self.variable = controls.tight(controls.Choice())
        self.line = ColourButton()
        self.label = Check(N_("Name beside the station"))
        self.symbol = SymbolRows()
        rows = Rows()
        rows.add(N_("Variable"), self.variable)
        rows.add(N_("Chart line"), self.line)
        rows.add("", self.label)
        box = controls.column(0, 0)
        box.addWidget(rows)
        box.addWidget(self.symbol)
        self.setLayout(box)
        self.variable.activated.connect(lambda _: self._tell(variable=self.variable.currentData()))
        self.line.chosen.connect(lambda colour: self._tell(line=colour))
        self.label.toggled.connect(lambda on: self._tell(label=on))
        self.symbol.changed.connect(lambda symbol: self._tell(symbol=symbol))

    def show_layer(self, layer: SeriesLayer) -> None:
        """Show the style of a layer."""
        self._layer = None
        style, d = layer.style, layer.description
        self.variable.clear()
        for one in d.variables if d is not None else ():
            self.variable.addItem(choice_text(one), one.name)
        self.variable.setCurrentIndex(max(self.variable.findData(style.variable), 0))
        self.line.set_colour(style.line)
        self.label.setChecked(style.label)
        self.symbol.show_symbol(style.symbol, "point")
        self._layer = layer

    def _tell(self, **changes: Any) -> None:
        if self._layer is not None:
            self.changed.emit(changes)


class StylePanel(controls.Surface):
    """Shows and changes the style of the layer in focus; every change is a command."""

    edit_tables = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._quiet = False
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.blend = TitledChoice(BLENDS)
        self._share = QLabel()
        self._share.setFixedWidth(40)
        self._share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._nothing = controls.Words("Choose a layer to change how it looks.", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(24, 24, 24, 24)
        self._editors: dict[str, QWidget] = {}
        self._body = controls.column(0, 0)
        self._body.addWidget(self._opacity_row())
        self._body.addWidget(self._nothing)
        self._body.addStretch(1)
        self.setLayout(self._body)
        self.setProperty("help", "style")
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(lambda: desk.when_calm(self._show_editors))
        desk.focus.layer_changed.connect(self.refresh)
        desk.document.layer_changed.connect(self._on_layer_changed)
        desk.reading.statistics_ready.connect(self._on_statistics)
        self.refresh()

    def _opacity_row(self) -> QWidget:
        line = QWidget()
        box = controls.row(0, 8)
        box.setContentsMargins(12, 8, 12, 0)
        title = controls.Words("Opacity", "small")
        title.setFixedWidth(68)
        box.addWidget(title)
        box.addWidget(self.opacity, 1)
        box.addWidget(self._share)
        rows = controls.column(0, 6)
        rows.addLayout(box)
        mixing = controls.row(0, 8)
        mixing.setContentsMargins(12, 0, 12, 0)
        words = controls.Words("Blending", "small")
        words.setFixedWidth(68)
        mixing.addWidget(words)
        mixing.addWidget(self.blend, 1)
        rows.addLayout(mixing)
        line.setLayout(rows)
        self.blend.chosen.connect(self._on_blend)
        self.opacity.valueChanged.connect(self._on_opacity)
        self.opacity.sliderPressed.connect(self._desk.document.history.begin)
        self.opacity.sliderReleased.connect(self._desk.document.history.end)
        self._line = line
        return line

    def refresh(self) -> None:
        """Show the layer in focus: its opacity at once, its editor when the present act is over."""
        layer = self._desk.focus.layer
        self._nothing.setVisible(layer is None)
        self._line.setVisible(layer is not None)
        if layer is not None:
            self._quiet = True
            self.opacity.setValue(round(layer.opacity * 100))
            self._share.setText(f"{round(layer.opacity * 100)} %")
            self.blend.choose(layer.blend)
            self._quiet = False
        self._soon.start()

    def _show_editors(self) -> None:
        layer = self._desk.focus.layer
        wanted = self._wanted(layer)
        for name, editor in self._editors.items():
            editor.setVisible(name in wanted)
        missing = next((name for name in wanted if name not in self._editors), None)
        if missing is not None:
            self._add_editor(missing)
            self._soon.start()  # Making one takes as long as filling it: not both at once.
            return
        if layer is None:
            return
        self._quiet = True
        try:
            for name in wanted:
                self._show(name, self._editors[name], layer)
        finally:
            self._quiet = False

    def _wanted(self, layer: Layer | None) -> list[str]:
        if isinstance(layer, RasterLayer):
            return ["raster", "scale"] if layer.style.mode in ("scale", "index") else ["raster"]
        if isinstance(layer, MeshLayer):
            return ["scale", "mesh"]
        if isinstance(layer, VectorLayer):
            return ["vector"]
        return ["series"] if isinstance(layer, SeriesLayer) else []

    def _add_editor(self, name: str) -> None:
        made = self._editors[name] = self._make(name)
        made.hide()
        place = self._body.count() - 1
        if name == "raster" and "scale" in self._editors:
            place = self._body.indexOf(self._editors["scale"])
        self._body.insertWidget(place, made)

    def _make(self, name: str) -> QWidget:
        history = self._desk.document.history
        made: Any = {
            "scale": lambda: ScaleEditor(self._desk), "raster": RasterRows, "mesh": MeshRows,
            "vector": lambda: VectorRows(self._desk), "series": SeriesRows,
        }[name]()  # fmt: skip
        made.changed.connect(self._change)
        if name in ("raster", "mesh"):
            made.grabbed.connect(history.begin)
            made.released.connect(history.end)
        elif name == "scale":
            made.edit_tables.connect(self.edit_tables)
        elif name == "vector":
            made.values_wanted.connect(self._read_values)
            made.grabbed.connect(history.begin)
            made.released.connect(history.end)
        return made

    def _show(self, name: str, editor: Any, layer: Layer) -> None:
        editor.setVisible(True)
        if name == "vector" and isinstance(layer, VectorLayer):
            editor.show_layer(layer, layer.style)
        else:
            editor.show_layer(layer)

    def _change(self, changes: dict[str, Any]) -> None:
        layer: Any = self._desk.focus.layer
        if layer is None or self._quiet:
            return
        self._desk.document.set(layer, "style", layer.style.model_copy(update=changes))

    def _read_values(self, column: str, mode: str) -> None:
        layer = self._desk.focus.layer
        editor = self._editors["vector"]
        if not isinstance(layer, VectorLayer) or not isinstance(editor, VectorRows):
            return
        if layer.is_scratch:
            values = [feature["properties"].get(column) for feature in layer.features.values()]
            editor.take_values(column, mode, values)
            return

        def arrived(answer: Any) -> None:
            if isinstance(answer, HaitangError):
                self._desk.notices.error(answer)
            elif self._desk.focus.layer is layer:
                editor.take_values(column, mode, answer.columns[column])

        request = FeatureRequest(layer.key, columns=(column,), limit=SAMPLE, geometry=False)
        self._desk.reading.read(layer, request, lambda answer: self._desk.relay(lambda: arrived(answer)))

    def _on_opacity(self, value: int) -> None:
        layer = self._desk.focus.layer
        self._share.setText(f"{value} %")
        if layer is not None and not self._quiet:
            self._desk.document.set(layer, "opacity", value / 100)

    def _on_blend(self, mode: str) -> None:
        layer = self._desk.focus.layer
        if layer is not None and not self._quiet:
            self._desk.document.set(layer, "blend", mode)

    def _on_layer_changed(self, layer: Layer, field: str) -> None:
        if layer is self._desk.focus.layer and field in ("style", "opacity", "blend", "description"):
            self.refresh()

    def _on_statistics(self, layer_id: str, _variable: str) -> None:
        layer = self._desk.focus.layer
        if layer is not None and layer.id == layer_id:
            self.refresh()
