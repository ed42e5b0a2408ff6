"""The links between map, chart and panels: clicks, hover, the places shown in the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from app.core.language import language_changed, tr
from app.core.notices import Notice
from app.shell.place_words import is_degrees
from app.shell.station_list import StationLinks
from app.widgets.map_fields import LayerChoice, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.docks import Docks
    from app.views.map2d.canvas import MapCanvas

FOLLOW_MS = 150
"""How soon the values at the place clicked follow a new picture."""


class MapLinks(QObject):
    """What follows from a click on the map.

    Parameters
    ----------
    desk : Desk
    canvas : MapCanvas
    docks : Docks
    parent : QWidget
    """

    def __init__(self, desk: Desk, canvas: MapCanvas, docks: Docks, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._canvas, self._docks = desk, canvas, docks
        self._picking: Callable[[str], None] | None = None
        canvas.clicked.connect(self._on_clicked)
        canvas.identified.connect(self._on_identified)
        self._later = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._later.timeout.connect(self._follow)
        canvas.painted.connect(self._on_painted)
        desk.document.camera.events.crs.connect(self._forget)
        desk.document.replaced.connect(self._forget)
        self.stations = StationLinks(desk, docks, self)
        desk.focus.layer_changed.connect(self._on_focus)
        language_changed.connect(self._on_language)

    def serve(self, around: Surroundings) -> None:
        """Let forms ask here for layers, the box of the map and places."""
        from app.shell.crs_names import offered

        around.layers, around.map_box = self._layers, self._map_box
        around.pick_place, around.systems = self._pick, offered

    def _layers(self, kinds: tuple[str, ...]) -> list[LayerChoice]:
        from app.shell.layer_words import choice_text, tool_word

        found: list[LayerChoice] = []
        for layer in self._desk.document.layers:
            d = layer.description
            if layer.kind not in kinds or layer.source == "memory:" or d is None:
                continue
            names = tuple((v.name, choice_text(v)) for v in d.variables) or tuple((c.name, c.name) for c in d.columns)
            own = layer.vdatum if layer.vdatum and not d.vdatum else ""
            system = layer.crs if layer.crs and not d.crs else ""
            shown = str(getattr(getattr(layer, "style", None), "variable", ""))
            blind = d.time is not None and d.time.kind == "unzoned"
            word = tool_word(layer)
            found.append(LayerChoice(word, layer.name, layer.kind, names, shown, own or "", system or "", blind))
            if layer is self._desk.focus.layer:
                found.insert(0, found.pop())
        return found

    def _map_box(self) -> str | None:
        if not self._desk.document.layers:
            return None
        camera = self._desk.document.camera
        box = camera.extent(self._canvas.width(), self._canvas.height())
        digits = 6 if is_degrees(camera.crs) else 2
        return ",".join(f"{value:.{digits}f}" for value in box.to_list())

    def _pick(self, done: Callable[[str], None]) -> None:
        self._picking = done
        self._desk.notices.post(Notice("info", tr("Click the place on the map.")))

    def _on_clicked(self, x: float, y: float) -> None:
        if self._picking is not None:
            done, self._picking = self._picking, None
            digits = 7 if is_degrees(self._desk.document.camera.crs) else 3
            done(f"{x:.{digits}f},{y:.{digits}f}")
            return
        self._desk.focus.look_at(x, y)
        chart = self._docks["chart"]
        if chart.isVisible():
            content: Any = chart.fill()
            content.show_place(x, y)
            self._canvas.set_marks(content.places)

    def _on_identified(self, hits: list[Any]) -> None:
        place = self._desk.focus.place
        dock = self._docks["identify"]
        if place is None or (not dock.isVisible() and not hits):
            return
        panel: Any = dock.fill()
        panel.show_hits(*place, hits)
        if hits and not self._is_busy_elsewhere():
            dock.bring()

    def _on_painted(self, _frame: Any) -> None:
        if self._desk.focus.place is not None and not self._later.isActive():
            self._later.start()

    def _follow(self) -> None:
        """Show the values of the picture that is on screen now at the place clicked last."""
        place, panel = self._desk.focus.place, self._docks["identify"].content
        if place is not None and panel is not None and panel.isVisible():
            shown: Any = panel
            shown.show_hits(*place, self._canvas.identify(*place))

    def _on_language(self, _name: str) -> None:
        """Ask again: what the hits said is in the language before."""
        self._later.start()

    def close_links(self) -> None:
        """Stop listening; call before the canvas goes."""
        language_changed.disconnect(self._on_language)
        self._later.stop()

    def _forget(self, *_: Any) -> None:
        """Forget the place: its coordinates mean another one now, or nothing of it is open any more."""
        self._desk.focus.place = None
        panel: Any = self._docks["identify"].content
        if panel is not None:
            panel.forget()

    def _on_focus(self) -> None:
        """Keep the layer in focus in the legend, however little room there is."""
        layer = self._desk.focus.layer
        self._canvas.set_options(focus=layer.id if layer is not None else "")

    def _is_busy_elsewhere(self) -> bool:
        """Tell whether a tool's form is open in front: it shall not be covered."""
        tools: Any = self._docks["tools"]
        content = tools.content
        return bool(tools.isVisible() and content is not None and content.isVisible() and content.current_page())
