"""Knowledge: what is known of layers beside their own fields: ranges, speeds, edits, states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.looks import Known, Look, MeshLook, RasterLook, ValueRange, value_range
from app.core.ranges import joined, sample_steps
from layers.errors import HaitangError
from layers.sources.source import Statistics, StatisticsRequest

if TYPE_CHECKING:
    from app.core.document import Document
    from app.core.reading import Reading
    from layers.layer import Layer


def range_variable(look: Look) -> str:
    """Name the variable whose range colours a look; empty where none does."""
    if isinstance(look, RasterLook):
        if look.style.mode != "scale":
            return ""
        shown = look.variable(look.style.variable)
        return shown.name if shown is not None else (look.bands[0] if look.bands else "")
    if isinstance(look, MeshLook):
        return look.shown
    return ""


def arrow_variable(layer: Layer) -> str:
    """Name the vector whose arrows a layer shows; empty where it shows none."""
    style: Any = getattr(layer, "style", None)
    name = getattr(style, "arrows", "")
    return name if layer.description is not None and layer.variable(name) is not None else ""


def arrow_speed(statistics: Statistics) -> float:
    """Give the speed of the longest arrow: rare extremes do not shorten all others."""
    found = statistics.p98 if statistics.p98 > 0 else statistics.maximum
    return float(found) if found > 0 else 0.0


class Knowledge:
    """What is known of the layers of a document; ranges come from the background and are kept.

    Parameters
    ----------
    document : Document
    reading : Reading
    """

    def __init__(self, document: Document, reading: Reading) -> None:
        self.document, self.reading = document, reading
        self._revisions: dict[str, int] = {}
        self._ranges: dict[tuple[str, str], ValueRange] = {}
        self._speeds: dict[tuple[str, str], float] = {}

    def known(self, layer: Layer) -> Known:
        """Give what is known of a layer now."""
        return Known(
            state=self.reading.state(layer.id),
            ranges=self._range(layer),
            fastest=self._fastest(layer),
            revision=self._revisions.get(layer.id, 0),
            selected=self.document.selection.predicates.get(layer.id),
        )

    def learn(self, look: Look) -> bool:
        """Take over the range that a painter found, where none is known; tell whether it is news."""
        found = getattr(look, "ranges", None)
        key = (look.layer, range_variable(look))
        if found is None or key in self._ranges:
            return False
        self._ranges[key] = found
        return True

    def edited(self, layer: Layer) -> None:
        """Count an edit of the features."""
        self._revisions[layer.id] = self._revisions.get(layer.id, 0) + 1

    def restyled(self, layer: Layer) -> None:
        """Forget the ranges of a layer whose style has changed."""
        for key in [k for k in self._ranges if k[0] == layer.id]:
            self._ranges.pop(key)

    def refined(self, layer_id: str, variable: str) -> None:
        """Forget a range that stood for one step only, now that the whole one is there."""
        known = self._ranges.get((layer_id, variable))
        if known is not None and not known.whole:
            self._ranges.pop((layer_id, variable))

    def clear(self) -> None:
        """Forget everything."""
        self._revisions.clear()
        self._ranges.clear()
        self._speeds.clear()

    def _range(self, layer: Layer) -> ValueRange | None:
        style: Any = getattr(layer, "style", None)
        name = getattr(style, "variable", "")
        if layer.kind not in ("raster", "mesh") or layer.description is None:
            return None
        known = self._ranges.get((layer.id, name))
        if known is not None and known.whole:
            return known
        statistics = self.reading.statistics(layer, name) if name else None
        found = value_range(style.scale, statistics)
        if found is not None and found.whole:
            self._ranges[layer.id, name] = found
            return found
        return known or found

    def _fastest(self, layer: Layer) -> float | None:
        name = arrow_variable(layer)
        if not name:
            return None
        known = self._speeds.get((layer.id, name))
        if known is None:
            statistics = self.reading.statistics(layer, name)
            if statistics is not None:
                known = self._speeds[layer.id, name] = arrow_speed(statistics)
        return known


def range_now(layer: Layer, reading: Reading) -> ValueRange | None:
    """Give the range over sampled steps, read now."""
    style: Any = getattr(layer, "style", None)
    if layer.kind not in ("raster", "mesh") or layer.description is None or reading.state(layer.id) != "ok":
        return None
    name = style.variable
    if layer.variable(name) is None:
        return value_range(style.scale, None)
    return value_range(style.scale, statistics_now(layer, reading, name))


def statistics_now(layer: Layer, reading: Reading, name: str) -> Statistics | None:
    """Give the statistics over sampled steps, read now; None where they cannot be had."""
    try:
        parts: list[Any] = [
            reading.read_now(layer, StatisticsRequest(layer.key, name, step)) for step in sample_steps(layer, name)
        ]
    except HaitangError:
        return None
    return joined(parts)
