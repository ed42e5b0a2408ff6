"""View and Painter protocols, and which painter draws which layer kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look
    from layers.sources.source import Block, Request


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under a place of the map.

    Parameters
    ----------
    layer : str
        Id of the layer.
    name : str
        Name of the layer.
    title : str
        The variable, or the label of the feature.
    value : float or None
        The value shown there; None for features.
    unit : str
        Unit of the value, as the source writes it.
    moment : datetime64[ns] or None
        Time of the value, UTC.
    source : str
        File name of the source.
    index : int
        Feature id, face, node, cell or station.
    properties : dict
        Attributes known without reading again.
    distance : float
        Distance from the place in px; 0 inside.
    """

    layer: str
    name: str
    title: str = ""
    value: float | None = None
    unit: str = ""
    moment: np.datetime64 | None = None
    source: str = ""
    index: int = -1
    properties: dict[str, Any] = field(default_factory=dict)
    distance: float = 0.0


class Probe(Protocol):
    """Answers what lies under a pixel of a painted picture."""

    def at(self, px: float, py: float) -> Hit | None:
        """Give the hit at a pixel, None where nothing is."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Caption:
    """A text to be placed on the map: position in px, size in px of the picture, larger weight first."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    weight: float = 0.0
    lift: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One layer's pixels and what they say.

    Parameters
    ----------
    look : Look
        As painted: ranges that were open when asked for are filled in.
    pixels : ndarray, uint32, (height, width), optional
        Premultiplied ``0xAARRGGBB``; None where nothing is to be seen.
    captions : tuple of Caption
        Texts, placed when all layers are joined.
    probe : Probe, optional
        Answers hover and identify.
    """

    look: Look
    pixels: NDArray[np.uint32] | None = None
    captions: tuple[Caption, ...] = ()
    probe: Probe | None = None


class Painter(Protocol):
    """Turns a look and its data into pixels; called in worker threads only.

    ``paint`` depends on its arguments alone; what a painter keeps between calls only saves time.
    """

    def needs(self, look: Look) -> list[Request]:
        """Name the blocks that ``paint`` wants, in its order."""
        ...

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give the picture of a look."""
        ...


PAINTERS: dict[tuple[str, str], str] = {
    ("map", "raster"): "app.views.map2d.raster:RasterPainter",
    ("map", "vector"): "app.views.map2d.vector:VectorPainter",
    ("map", "mesh"): "app.views.map2d.mesh:MeshPainter",
    ("map", "series"): "app.views.map2d.stations:StationPainter",
}
"""Painter of each view and layer kind, by dotted name: loaded in a worker at first use, not at start-up."""


@cache
def painter_class(view: str, kind: str) -> type[Painter] | None:
    """Load the painter of a layer kind; None where the view does not draw it."""
    name = PAINTERS.get((view, kind))
    if name is None:
        return None
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
