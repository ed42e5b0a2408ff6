"""What the window says of a layer: what it shows, why it shows nothing, which variables it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import error_text, language, tr
from app.core.looks import REASONS
from app.views.wording import column_text, quantity_text, unit_text
from layers.heights import DATUMS
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer
    from layers.sources.source import Variable


def is_shown_now(layer: Layer, desk: Desk) -> bool:
    """Tell whether the layer has data at the moment of the clock."""
    if layer.description is None:
        return desk.reading.state(layer.id) == "ok"
    return layer.step_at(desk.document.clock.now) is not None


def has_failed(layer: Layer, desk: Desk) -> bool:
    """Tell whether the file of a layer, or the part of it that is looked at, cannot be read."""
    return desk.reading.state(layer.id) == "failed" or layer.id in desk.unread


def subtitle(layer: Layer, desk: Desk) -> tuple[str, str]:
    """Give one short line on a layer and the colour token it is written in."""
    state = desk.reading.state(layer.id)
    if state == "failed":
        error = desk.reading.error(layer.id)
        return (error_text(error) if error is not None else tr(REASONS["failed"])), "error"
    if layer.id in desk.unread:
        return error_text(desk.unread[layer.id]), "error"
    if state == "opening":
        return tr("Opening…"), "text-faint"
    if not is_shown_now(layer, desk):
        early = _is_early(layer, desk)
        return tr(REASONS["before" if early else "after"]), "warning"
    if layer.crs is None and layer.kind != "series" and desk.document.camera.crs is not None:
        return tr("Coordinate system not known"), "warning"
    return summary(layer), "text-muted"


def _is_early(layer: Layer, desk: Desk) -> bool:
    axis = layer.description.time if layer.description is not None else None
    now = desk.document.clock.now
    return axis is not None and now is not None and bool(layer.own_time(now) < axis.values[0])


def summary(layer: Layer) -> str:
    """Say what a layer shows: its variable and unit, or how many features it has."""
    d = layer.description
    if isinstance(layer, VectorLayer):
        count = d.counts.get("features", 0) if d is not None else len(layer.features)
        words = tr("1 feature") if count == 1 else tr("{count} features", count=f"{count:,}")
        if layer.filter:
            return tr("Filter: {filter}", filter=layer.filter)
        by_column = layer.style.kind in ("categorised", "graduated")
        return f"{words} · {column_text(d, layer.style.column)}" if by_column else words
    if isinstance(layer, RasterLayer) and layer.style.mode == "rgb":
        return tr("Colour picture")
    if isinstance(layer, SeriesLayer):
        count = d.counts.get("stations", 0) if d is not None else 0
        words = tr("1 station") if count == 1 else tr("{count} stations", count=count)
        shown = layer.variable(layer.style.variable)
        return f"{words} · {variable_text(shown)}" if shown is not None else words
    if isinstance(layer, MeshLayer | RasterLayer):
        shown = layer.variable(layer.style.variable)
        if shown is None and d is not None and d.variables:
            shown = d.variables[0]
        return variable_text(shown) if shown is not None else ""
    return layer.kind


def variable_text(variable: Variable | None, name: str = "") -> str:
    """Write a variable with its unit."""
    unit = unit_text(variable.units if variable is not None else None)
    words = quantity_text(variable, name)
    return f"{words} ({unit})" if unit else words


def choice_text(variable: Variable) -> str:
    """Write a variable for a list: what it is, its unit, and the file's own name."""
    words = variable_text(variable)
    return words if variable.name.lower() in words.lower() else f"{words} — {variable.name}"


def datum_text(name: str | None) -> str:
    """Write a vertical datum; a file's own word stays as it is."""
    if not name or name == "UNKNOWN":
        return tr("not known")
    datum = DATUMS.get(name)
    if datum is None:
        return name
    return datum.title_zh if language() == "zh" else datum.title_en


def crs_text(code: str | None) -> str:
    """Write a reference system: its code, or its name where it has none."""
    if not code:
        return tr("not known")
    if ":" in code and len(code) < 24:
        return code
    from layers.crs import title

    return title(code)


def tool_word(layer: Layer) -> str:
    """Give the word by which the command line opens a layer."""
    return f"{layer.source}#{layer.key}" if layer.key else layer.source
