"""View and Painter protocols, and which painter draws which layer kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look
    from layers.sources.source import Block, Request, SeriesRequest


@dataclass(frozen=True, slots=True)
class ExactValue:
    """What to read for the value of one place, and how to make the value of what was read, one number each."""

    requests: tuple[SeriesRequest, ...]
    join: Callable[[NDArray[np.float64]], float]


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
    how : str
        How the value was obtained, in the user's language; empty where it is simply that of the place.
    exact : ExactValue or None
        How to read the value of the place itself, where what is drawn stands for more than it.
    dry : str
        The depth below which a place is dry, with its unit, where this place is; else empty.
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
    how: str = ""
    exact: ExactValue | None = field(default=None, compare=False)
    dry: str = ""


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


@dataclass(frozen=True, slots=True)
class Lettering:
    """How the letters of labels look: sizes in logical px, colours ``#rrggbb`` or ``#rrggbbaa``.

    Parameters
    ----------
    halo : str or None
        Colour around the letters; None = light around dark letters, dark around light ones.
    halo_width : float
        0 = no halo.
    """

    size: float
    colour: str
    bold: bool = False
    halo: str | None = None
    halo_width: float = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Texts of one layer that wish for a place on the map; those that find none are left out.

    Parameters
    ----------
    texts : sequence of str
        A new line begins at each line feed.
    x, y : ndarray, float64, (texts,)
        Place in device px.
    lift : ndarray, float64, (texts,)
        How far from the place a text must stand, logical px; 0 = on it.
    weight : ndarray, float64, (texts,)
        The weightier first.
    lettering : Lettering
    priority : int
        Layers with a higher one place all their texts first.
    placement : str
        ``centre``: on the place, or above it where lifted; ``around``: at the first free of eight sides.
    overlap : bool
        Texts are drawn even where others stand.
    glyphs : ndarray, int64, (texts + 1,), optional
        For texts that follow a line: range of each text in ``glyph_dx``, ``glyph_dy`` (device px from the place)
        and ``glyph_angle`` (radians, clockwise on the screen), one per letter.
    """

    texts: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    lift: NDArray[np.float64]
    weight: NDArray[np.float64]
    lettering: Lettering
    priority: int = 0
    placement: str = "centre"
    overlap: bool = False
    glyphs: NDArray[np.int64] | None = None
    glyph_dx: NDArray[np.float64] | None = None
    glyph_dy: NDArray[np.float64] | None = None
    glyph_angle: NDArray[np.float64] | None = None


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
        Texts of stations, placed when all layers are joined.
    probe : Probe, optional
        Answers hover and identify.
    rows : (int, int), optional
        First row and the row after the last one that can hold anything; None = all.
    labels : tuple of Labels
        Texts of features, placed together with the captions.
    """

    look: Look
    pixels: NDArray[np.uint32] | None = None
    captions: tuple[Caption, ...] = ()
    probe: Probe | None = None
    rows: tuple[int, int] | None = None
    labels: tuple[Labels, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame:
    """One whole picture of the map and what it shows.

    Parameters
    ----------
    view : View
        What was asked for.
    pixels : ndarray, uint32, (height, width)
        ``0xffRRGGBB``, the ground included.
    pictures : tuple of Picture
        Of the visible layers, bottom first; some may belong to an earlier view while newer ones are under way.
    complete : bool
        Whether every layer shows what was last asked for.
    now : datetime64[ns] or None
        The shared clock when it was asked for.
    """

    view: View
    pixels: NDArray[np.uint32]
    pictures: tuple[Picture, ...]
    complete: bool = True
    now: np.datetime64 | None = None


Covered = tuple[int, int, int, int]
"""Left, top, right, bottom, px of the picture: a part of it that something else lies over."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture to lay down, how opaque, and how its colours meet those below."""

    picture: Picture
    opacity: float = 1.0
    blend: str = "normal"

    @property
    def key(self) -> tuple[int, float, str]:
        """Name of this sheet within one composer, which keeps the picture alive."""
        return id(self.picture), self.opacity, self.blend


class Painter(Protocol):
    """Turns a look and its data into pixels; called in worker threads only.

    ``paint`` depends on its arguments alone; what a painter keeps between calls only saves time. Where ``stop`` comes
    true meanwhile, what ``paint`` gives is thrown away. A painter may also have ``around(look)``, like ``needs``:
    what a small move would want, read once the picture is there.
    """

    stop: Callable[[], bool]

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


COMPOSERS = {"map": "app.views.map2d.joining:Composer"}
"""What lays the pictures of a view over each other, by dotted name."""


class Composes(Protocol):
    """Lays the pictures of layers over each other; called in worker threads only."""

    def compose(
        self,
        sheets: Sequence[Sheet],
        view: View,
        background: int,
        complete: bool = True,
        now: np.datetime64 | None = None,
        covered: Sequence[Covered] = (),
    ) -> Frame:
        """Give the frame of sheets, bottom first, over a ground colour ``0xffRRGGBB``; no text where it is covered."""
        ...


def composer(view: str) -> Composes:
    """Give a new composer of a view."""
    return _loaded(COMPOSERS[view])()


@cache
def painter_class(view: str, kind: str) -> type[Painter] | None:
    """Load the painter of a layer kind; None where the view does not draw it."""
    name = PAINTERS.get((view, kind))
    if name is None:
        return None
    return _loaded(name)


def _loaded(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
