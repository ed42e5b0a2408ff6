"""Acts on the view, on layers and on the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.commands import Group, SetField
from app.core.language import N_, tr
from app.shell.crs_names import offered
from app.shell.layer_words import datum_text
from app.shell.place_words import scale_number
from layers.errors import HaitangError
from layers.heights import DATUMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.layer_panel import LayerPanel
    from app.shell.opening import Opener
    from app.views.map2d.canvas import MapCanvas
    from layers.layer import Layer

RATES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Map:
    """What the menu Map does."""

    def __init__(self, desk: Desk, parent: QWidget, canvas: MapCanvas, opener: Opener) -> None:
        self._desk, self._parent, self._canvas, self._opener = desk, parent, canvas, opener

    def zoom_in(self) -> None:
        """Look closer."""
        self._canvas.zoom(1.5)

    def zoom_out(self) -> None:
        """Look from further away."""
        self._canvas.zoom(1 / 1.5)

    def zoom_all(self) -> None:
        """Show all visible layers whole."""
        self._opener.look_home()

    def zoom_layer(self) -> None:
        """Show the layer in focus whole."""
        if self._desk.focus.layer is not None:
            self._opener.look_home([self._desk.focus.layer])

    def set_scale(self, number: float) -> None:
        """Show the map at 1:number, true in its middle."""
        camera = self._desk.document.camera
        now = scale_number(camera.scale, camera.crs, camera.x, camera.y, float(self._canvas.logicalDpiX()))
        if now:
            self._canvas.zoom(now / number)

    def choose_crs(self) -> None:
        """Let the user choose the coordinate system of the map; the view stays where it is on the earth."""
        code = ask_crs(self._parent, tr("Coordinate system of the map"), self._desk.document.camera.crs)
        if code is not None:
            self.set_crs(code)

    def set_crs(self, code: str) -> None:
        """Show the map in another system."""
        from app.views.home import home_pose
        from layers.crs import normalise

        document = self._desk.document
        try:
            wanted = normalise(code)
            document.look(replace(document.camera.pose, crs=wanted))
            document.look(home_pose(document, self._canvas.width(), self._canvas.height()))
        except HaitangError as error:
            self._desk.notices.error(error)

    def toggle_legend(self) -> None:
        """Show or hide the legend."""
        self._toggle("legend")

    def toggle_scale(self) -> None:
        """Show or hide the scale bar."""
        self._toggle("scale")

    def toggle_north(self) -> None:
        """Show or hide the north arrow."""
        self._toggle("north")

    def toggle_graticule(self) -> None:
        """Show or hide the grid."""
        self._toggle("graticule")

    def _toggle(self, name: str) -> None:
        self._canvas.set_options(**{name: not getattr(self._canvas.options, name)})


class Layers:
    """What the menu Layer does; most acts are on the layer in focus."""

    def __init__(
        self, desk: Desk, parent: QWidget, panel: Callable[[], LayerPanel], show_table: Callable[[Layer], object]
    ) -> None:
        self._desk, self._parent, self._panel, self._show_table = desk, parent, panel, show_table

    def _chosen(self) -> list[Layer]:
        found = self._panel().chosen_layers()
        layer = self._desk.focus.layer
        return found or ([layer] if layer is not None else [])

    def toggle_visible(self) -> None:
        """Show or hide the chosen layers."""
        layers = self._chosen()
        shown = not any(layer.visible for layer in layers)
        self._set_all(N_("Show or hide layers"), layers, "visible", [shown] * len(layers))

    def show_only(self) -> None:
        """Hide all but the chosen layers."""
        chosen = {layer.id for layer in self._chosen()}
        layers = self._desk.document.layers
        self._set_all(N_("Show only the chosen layers"), layers, "visible", [la.id in chosen for la in layers])

    def _set_all(self, title: str, layers: list[Layer], name: str, values: list[object]) -> None:
        parts = tuple(
            SetField(f"layer:{la.id}", name, getattr(la, name), value, la.name)
            for la, value in zip(layers, values, strict=True)
            if getattr(la, name) != value
        )
        self._desk.document.run(parts[0] if len(parts) == 1 else Group(title, parts))

    def rename(self) -> None:
        """Let the user rename the layer in the tree."""
        self._panel().tree.edit_chosen()

    def table(self) -> None:
        """Show the attributes."""
        if self._desk.focus.layer is not None:
            self._show_table(self._desk.focus.layer)

    def reopen(self) -> None:
        """Try the grey layer again."""
        if self._desk.focus.layer is not None:
            self._desk.reading.reopen(self._desk.focus.layer)

    def reopen_id(self, layer_id: str) -> None:
        """Try a layer again by its id."""
        for layer in self._desk.document.layers:
            if layer.id == layer_id:
                self._desk.reading.reopen(layer)

    def choose_crs(self, layer_id: str = "") -> None:
        """Let the user say in which system the coordinates of a layer are; of the one in focus where none is named."""
        layer = next((la for la in self._desk.document.layers if la.id == layer_id), self._desk.focus.layer)
        if layer is None:
            return
        words = tr("Say in which system the coordinates of the file are. The file is not changed.")
        code = ask_crs(self._parent, tr("Coordinate system of {layer}", layer=layer.name), layer.crs, words)
        if code is None:
            return
        from layers.crs import normalise

        try:
            self._desk.document.set(layer, "crs", normalise(code))
        except HaitangError as error:
            self._desk.notices.error(error)

    def choose_datum(self) -> None:
        """Let the user say on which vertical datum the layer's heights are."""
        from app.shell import questions

        layer = self._desk.focus.layer
        if layer is None:
            return
        choices = [(name, datum_text(name)) for name in DATUMS]
        title = tr("Vertical datum of {layer}", layer=layer.name)
        words = tr("Heights of different datums are never mixed without an approved offset.")
        chosen = questions.one_of(self._parent, title, words, choices, layer.vdatum or "UNKNOWN")
        if chosen is not None:
            self._desk.document.set(layer, "vdatum", None if chosen == "UNKNOWN" else chosen)

    def shift_time(self) -> None:
        """Let the user move the layer on the clock, in hours."""
        from app.shell import questions

        layer = self._desk.focus.layer
        if layer is None:
            return
        title = tr("Time shift of {layer}", layer=layer.name)
        words = tr("Hours added to the layer's own times, for model times without a date or zone.")
        hours = questions.number(self._parent, title, words, layer.time_shift_h, "h")
        if hours is not None:
            self._desk.document.set(layer, "time_shift_h", hours)

    def lead(self) -> None:
        """Let the steps of this layer lead the clock, or those of all layers again."""
        layer, clock = self._desk.focus.layer, self._desk.document.clock
        if layer is not None:
            self._desk.document.set("clock", "leader", "" if clock.leader == layer.id else layer.id)

    def group(self) -> None:
        """Let the user put the chosen layers into a group."""
        from app.shell import questions

        layers = self._chosen()
        if not layers:
            return
        known = sorted({la.group for la in self._desk.document.layers if la.group})
        words = tr("Name of the group; empty takes the layers out of their group.")
        name = questions.text(self._parent, tr("Put into group"), words, layers[0].group, known)
        if name is not None:
            self._set_all(N_("Put layers into a group"), layers, "group", [name] * len(layers))

    def up(self) -> None:
        """Move the layer one place up."""
        self._move(-1)

    def down(self) -> None:
        """Move the layer one place down."""
        self._move(1)

    def _move(self, by: int) -> None:
        layer = self._desk.focus.layer
        if layer is not None:
            self._desk.document.move(layer, self._desk.document.index(layer.id) + by)

    def remove(self) -> None:
        """Take the chosen layers out of the workspace; undo brings them back."""
        from app.core.commands import RemoveLayer, plain
        from app.core.kinds import layer_to_dict

        document = self._desk.document
        parts = [
            RemoveLayer(document.index(layer.id), plain(layer_to_dict(layer)))
            for layer in sorted(self._chosen(), key=lambda la: -document.index(la.id))
        ]
        document.run(parts[0] if len(parts) == 1 else Group(N_("Remove layers"), tuple(parts)))

    def save_theme(self) -> None:
        """Keep visibility, opacity and style of all layers under a name."""
        from app.core import themes
        from app.shell import questions

        words = tr("Keeps which layers are visible and how they look. A theme of the same name is replaced.")
        name = questions.text(self._parent, tr("Save as map theme"), words, "", list(self._desk.document.themes))
        if name:
            themes.save(self._desk.document, name)


class Clock:
    """What the menu Time does."""

    def __init__(self, desk: Desk, ask_moment: Callable[[], object]) -> None:
        self._desk, self._ask = desk, ask_moment

    def play(self) -> None:
        """Play, or pause."""
        clock = self._desk.document.clock
        clock.pause() if clock.playing else clock.play()

    def forward(self) -> None:
        """Go one step on."""
        self._desk.document.clock.forward()

    def back(self) -> None:
        """Go one step back."""
        self._desk.document.clock.back()

    def step(self, by: int) -> None:
        """Go several steps on (or back)."""
        clock = self._desk.document.clock
        steps, now = clock.moments, clock.now
        if not len(steps) or now is None:
            return
        at = int(np.searchsorted(steps, now, side="right" if by > 0 else "left")) + (by - 1 if by > 0 else by)
        clock.go(steps[min(max(at, 0), len(steps) - 1)])

    def first(self) -> None:
        """Go to the first step."""
        self.go_to_end(0)

    def last(self) -> None:
        """Go to the last step."""
        self.go_to_end(-1)

    def go_to_end(self, index: int) -> None:
        """Go to the first (0) or last (-1) step."""
        steps = self._desk.document.clock.moments
        if len(steps):
            self._desk.document.clock.go(steps[index])

    def jump(self) -> None:
        """Let the user type a moment."""
        self._ask()

    def loop(self) -> None:
        """Start again at the end, or not."""
        self._desk.document.clock.loop = not self._desk.document.clock.loop

    def faster(self) -> None:
        """Play faster."""
        self._change_rate(1)

    def slower(self) -> None:
        """Play slower."""
        self._change_rate(-1)

    def _change_rate(self, by: int) -> None:
        clock = self._desk.document.clock
        near = min(range(len(RATES)), key=lambda i: abs(RATES[i] - clock.rate))
        clock.rate = RATES[min(max(near + by, 0), len(RATES) - 1)]


def ask_crs(parent: QWidget, title: str, current: str | None, words: str = "") -> str | None:
    """Ask for a reference system; None where the user changes his mind or gives none."""
    from app.shell import questions

    choices = [f"{code}  {name}" for code, name in offered()]
    known = next((c for c in choices if current and c.startswith(f"{current}  ")), current or "")
    hint = words + ("\n" if words else "") + tr("Choose one, or write a code such as EPSG:4549.")
    answer = questions.text(parent, title, hint, known, choices)
    return answer.split("  ")[0].strip() or None if answer else None
