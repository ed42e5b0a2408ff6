"""The links between map, chart and panels: clicks, hover, the places shown in the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.core.language import tr
from app.core.notices import Notice
from app.shell.place_words import is_degrees
from app.widgets.fields import LayerChoice, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.docks import Docks
    from app.views.map2d.canvas import MapCanvas


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

    def surroundings(self) -> Surroundings:
        """Give what forms may ask for."""
        from app.shell.crs_names import offered

        return Surroundings(self._layers, self._map_box, self._pick, offered)

    def _layers(self, kinds: tuple[str, ...]) -> list[LayerChoice]:
        from app.shell.layer_words import tool_word

        found: list[LayerChoice] = []
        for layer in self._desk.document.layers:
            d = layer.description
            if layer.kind not in kinds or layer.source == "memory:" or d is None:
                continue
            names = tuple(v.name for v in d.variables) or tuple(c.name for c in d.columns)
            own = layer.vdatum if layer.vdatum and not d.vdatum else ""
            found.append(LayerChoice(tool_word(layer), layer.name, layer.kind, names, own or ""))
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

    def _on_identified(self, hits: list[Any]) -> None:
        place = self._desk.focus.place
        dock = self._docks["identify"]
        if place is None or (not dock.isVisible() and not hits):
            return
        panel: Any = dock.fill()
        panel.show_hits(*place, hits)
        if hits and not self._is_busy_elsewhere():
            dock.bring()

    def _is_busy_elsewhere(self) -> bool:
        """Tell whether a tool's form is open in front: it shall not be covered."""
        tools: Any = self._docks["tools"]
        content = tools.content
        return bool(tools.isVisible() and content is not None and content.isVisible() and content.current_page())
