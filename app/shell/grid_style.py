"""Style of rasters and meshes beside their scale: relief, smoothing, edges, dry cells, arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QSlider, QSpinBox

from app.core.language import N_, tr
from app.core.quantities import unit_text
from app.shell.layer_words import choice_text
from app.shell.scale_editor import Check, Rows, column_of, line_of
from app.shell.symbol_editor import spin
from app.shell.titled_choice import TitledChoice
from app.widgets import controls
from app.widgets.colour_button import ColourButton
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.style import ColourScale, Contours

if TYPE_CHECKING:
    from layers.layer import Layer

MODES = [
    ("scale", N_("Values")), ("rgb", N_("Colour picture")),
    ("index", N_("Index of two bands")), ("hillshade", N_("Relief")),
]  # fmt: skip
STRETCHES = [
    ("", N_("Whole data")), ("minmax", N_("View: smallest to largest")), ("percentile", N_("View: 2 to 98 %")),
    ("deviation", N_("View: mean ± 2 deviations")),
]  # fmt: skip
INDEX_SCALE = ColourScale(colours="colorbrewer:RdYlBu")


class _GridRows(Rows):
    """What rasters and meshes share: arrows of a vector variable."""

    changed = Signal(dict)
    grabbed = Signal()
    released = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.layer: Layer | None = None
        self.arrows = controls.tight(controls.Choice())
        self.arrows.activated.connect(lambda _: self.changed.emit({"arrows": self.arrows.currentData()}))

    def fill_arrows(self, layer: Layer, shown: str) -> None:
        """Offer the vector variables."""
        self.arrows.clear()
        self.arrows.addItem(tr("none"), "")
        d = layer.description
        for one in d.variables if d is not None else ():
            if one.vector:
                self.arrows.addItem(choice_text(one), one.name)
        self.arrows.setCurrentIndex(max(self.arrows.findData(shown), 0))
        self.show_row(self.arrows, shown=self.arrows.count() > 1)

    def slider(self, low: int, high: int, field: str, factor: float = 1.0) -> QSlider:
        """Give a slider that sets a field of the style; a drag is one act."""
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(low, high)
        made.sliderPressed.connect(self.grabbed)
        made.sliderReleased.connect(self.released)
        made.valueChanged.connect(lambda value: self._tell({field: value * factor if factor != 1.0 else value}))
        return made

    def show_layer(self, layer: Layer) -> None:
        """Show the style of a layer."""
        self.layer = None
        self.fill(layer)
        self.layer = layer

    def fill(self, layer: Layer) -> None:
        """Bring the fields up to date without telling."""

    def _tell(self, changes: dict[str, Any]) -> None:
        if self.layer is not None:
            self.changed.emit(changes)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self.layer is not None:
            self.show_layer(self.layer)
        super().changeEvent(event)


class RasterRows(_GridRows):
    """Mode, relief, smoothing and arrows of a raster."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = TitledChoice(MODES)
        self.bands = [controls.tight(controls.Choice()) for _ in range(3)]
        for band in self.bands:
            band.setMinimumWidth(48)
            band.setMinimumContentsLength(1)
        self.stretch = TitledChoice(STRETCHES)
        self.interval, self.thick, self.line = spin(0, 1000, 1, ""), QSpinBox(), ColourButton()
        self.azimuth, self.height_deg = spin(0, 360, 5, "°"), spin(1, 90, 5, "°")
        self.mode.chosen.connect(lambda mode: self._tell(self._mode_changes(mode)))
        self.relief = self.slider(0, 100, "hillshade", 0.01)
        self.smooth = Check(N_("Smooth between cells"))
        self.smooth.toggled.connect(lambda on: self._tell({"smooth": on}))
        self.add(N_("Shown as"), self.mode)
        self._band_line = column_of(*self.bands)
        self.add(N_("Bands"), self._band_line)
        self.add(N_("Stretch"), self.stretch)
        self.add(N_("Relief"), self.relief)
        self._sun_line = line_of(self.azimuth, self.height_deg)
        self.add(N_("Sun"), self._sun_line)
        self.add(N_("Contours"), line_of(self.interval, self.line))
        self._thick_line = line_of(self.thick)
        self.add(N_("Thick every"), self._thick_line)
        self._connect()
        self.add("", self.smooth)
        self.add(N_("Arrows"), self.arrows)

    def fill(self, layer: Layer) -> None:
        """Bring the fields up to date without telling."""
        assert isinstance(layer, RasterLayer)
        self.mode.choose(layer.style.mode)
        self.relief.setValue(round(layer.style.hillshade * 100))
        self.smooth.setChecked(layer.style.smooth)
        self.stretch.choose(layer.style.stretch_by)
        self._fill_bands(layer)
        self.azimuth.setValue(layer.style.sun[0])
        self.height_deg.setValue(layer.style.sun[1])
        lines = layer.style.contours
        self.interval.setValue(lines.interval if lines is not None else 0.0)
        self.line.set_colour((lines or Contours()).colour)
        self.thick.setValue((lines or Contours()).thick_every)
        mode = layer.style.mode
        self.show_row(self._band_line, shown=mode in ("rgb", "index"))
        self.show_row(self.stretch, shown=mode != "hillshade")
        self.show_row(self.relief, shown=mode == "scale")
        self.show_row(self._sun_line, shown=mode == "hillshade" or (mode == "scale" and layer.style.hillshade > 0))
        self.show_row(self._thick_line, shown=lines is not None and mode != "rgb")
        self.fill_arrows(layer, layer.style.arrows)

    def _connect(self) -> None:
        self.interval.setSpecialValueText(tr("none"))
        self.interval.setDecimals(2)
        self.thick.setRange(0, 20)
        self.thick.setKeyboardTracking(False)
        controls.roomy(self.thick)
        self.stretch.chosen.connect(lambda value: self._tell({"stretch_by": value}))
        self.azimuth.valueChanged.connect(lambda _: self._tell_sun())
        self.height_deg.valueChanged.connect(lambda _: self._tell_sun())
        self.interval.valueChanged.connect(lambda value: self._tell_lines(interval=value))
        self.thick.valueChanged.connect(lambda value: self._tell_lines(thick_every=value))
        self.line.chosen.connect(lambda colour: self._tell_lines(colour=colour))
        for field in self.bands:
            field.activated.connect(lambda _: self._tell_bands())

    def _fill_bands(self, layer: RasterLayer) -> None:
        style, d = layer.style, layer.description
        chosen = (style.index if style.mode == "index" else style.bands) or ()
        for number, field in enumerate(self.bands):
            field.clear()
            for one in d.variables if d is not None else ():
                if not one.vector:
                    field.addItem(choice_text(one), one.name)
            field.setCurrentIndex(max(field.findData(chosen[number] if number < len(chosen) else ""), 0))
        self.bands[2].setVisible(style.mode == "rgb")

    def _tell_bands(self) -> None:
        layer = self.layer
        if isinstance(layer, RasterLayer):
            names = tuple(str(field.currentData()) for field in self.bands)
            self._tell({"index": names[:2]} if layer.style.mode == "index" else {"bands": names})

    def _tell_sun(self) -> None:
        self._tell({"sun": (self.azimuth.value(), self.height_deg.value())})

    def _tell_lines(self, **changes: Any) -> None:
        """Change the contours; an interval of 0 takes them away."""
        layer = self.layer
        if not isinstance(layer, RasterLayer):
            return
        if changes.get("interval") == 0.0:
            self._tell({"contours": None})
        elif layer.style.contours is not None or "interval" in changes:
            self._tell({"contours": (layer.style.contours or Contours()).model_copy(update=changes)})

    def _mode_changes(self, mode: str) -> dict[str, Any]:
        layer = self.layer
        assert isinstance(layer, RasterLayer)
        names = [v.name for v in layer.description.variables] if layer.description is not None else []
        if mode == "rgb" and layer.style.bands is None and names:
            three = [*names[:3], names[-1], names[-1]][:3]
            return {"mode": mode, "bands": tuple(three)}
        if mode == "index" and layer.style.index is None and len(names) > 1:
            return {"mode": mode, "index": (names[-1], names[-2]), "scale": INDEX_SCALE}
        return {"mode": mode}


class MeshRows(_GridRows):
    """Smoothing, edges, dry cells and arrows of a mesh."""

    def __init__(self) -> None:
        super().__init__()
        self.smooth = Check(N_("Smooth between nodes"))
        self.smooth.toggled.connect(lambda on: self._tell({"smooth": on}))
        self.edges = Check(N_("Show the edges of the mesh"))
        self.edges.toggled.connect(lambda on: self._tell({"edges": on}))
        self.dry_by = controls.tight(controls.Choice())
        self.dry_by.activated.connect(lambda _: self._tell({"depth_variable": self.dry_by.currentData()}))
        self.dry = QDoubleSpinBox()
        self.dry.setDecimals(2)
        self.dry.setSingleStep(0.01)
        self.dry.setRange(0, 10)
        self.dry.setFixedWidth(84)
        controls.roomy(self.dry)
        self.dry.valueChanged.connect(lambda value: self._tell({"dry_below": value}))
        self._dry_line = line_of(self.dry_by, self.dry)
        self.spacing = self.slider(10, 80, "arrow_spacing")
        self.add("", self.smooth)
        self.add("", self.edges)
        self.add(N_("Hide dry"), self._dry_line)
        self.add(N_("Arrows"), self.arrows)
        self.add(N_("Spacing"), self.spacing)

    def fill(self, layer: Layer) -> None:
        """Bring the fields up to date without telling."""
        assert isinstance(layer, MeshLayer)
        style = layer.style
        self.smooth.setChecked(style.smooth)
        self.edges.setChecked(style.edges)
        self._fill_depth(layer)
        depth = layer.variable(style.depth_variable)
        unit = unit_text(depth.units) if depth is not None and depth.units else ""
        self.dry.setSuffix(f" {unit}" if unit else "")
        self.dry.setValue(style.dry_below)
        self.dry.setEnabled(bool(style.depth_variable))
        self.fill_arrows(layer, style.arrows)
        self.spacing.setValue(style.arrow_spacing)
        self.show_row(self.spacing, shown=bool(style.arrows))
        shown = layer.variable(style.variable)
        self.smooth.setEnabled(shown is None or shown.location == "node")

    def _fill_depth(self, layer: MeshLayer) -> None:
        self.dry_by.clear()
        self.dry_by.addItem(tr("never"), "")
        d = layer.description
        for one in d.variables if d is not None else ():
            if not one.vector and one.location in ("face", "node"):
                self.dry_by.addItem(choice_text(one), one.name)
        self.dry_by.setCurrentIndex(max(self.dry_by.findData(layer.style.depth_variable), 0))
        self.show_row(self._dry_line, shown=self.dry_by.count() > 1)
