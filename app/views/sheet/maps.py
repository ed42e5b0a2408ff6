"""Maps: what one map frame shows: its view, its looks, and how to draw it as vectors or as a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from app.core.camera import View
from app.core.looks import Known, SeriesLook, VectorLook, resolve
from app.core.moments import moment as moment_from
from app.views import projection
from app.views.frame import composer
from app.views.home import aspect_of, extent_of, map_system
from app.views.knowledge import arrow_speed, arrow_variable, range_now, statistics_now
from app.views.map2d import vector
from app.views.map2d.renderers import passes
from app.views.sheet.captions import draw_labels, labels_of
from app.views.sheet.features import draw_features, mark_points
from app.views.sheet.paper import PX
from app.views.view import Picture, Sheet, painter_class
from layers.errors import DataError
from layers.extent import Extent
from layers.geometry import POINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from app.core.document import Document
    from app.core.looks import Look
    from app.core.pages.items import MapItem
    from app.core.reading import Reading
    from app.views.view import Painter
    from layers.layer import Layer

GROUND = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One layer of a map frame: as it looks there, its picture, and whether it goes to paper as that picture.

    ``in_base`` marks layers that are part of the one picture below all others.
    """

    layer: Layer
    picture: Picture
    as_picture: bool = False
    in_base: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMap:
    """One map frame.

    Parameters
    ----------
    item : MapItem
    view : View
        Extent in the map's system; size in px at 96 dpi.
    shown : tuple of Shown
        Bottom first.
    now : datetime64[ns] or None
        The moment shown, UTC.
    dpi : int
        Of what is a picture.
    base : QImage or None
        Layers up to the topmost one that is mixed with those below.
    """

    item: MapItem
    view: View
    shown: tuple[Shown, ...] = ()
    now: np.datetime64 | None = None
    dpi: int = 300
    base: QImage | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Pictures of the layers, bottom first, as the legend wants them."""
        return tuple(one.picture for one in self.shown)

    @property
    def metres(self) -> float | None:
        """Metres on the ground in a px at 96 dpi, at the middle; None where units are not known."""
        return projection.metres_per_pixel(self.view)

    @property
    def scale(self) -> float | None:
        """Denominator of the scale at the middle of the map; None where units are not known."""
        return scale_of(self.view)


ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)
"""Scale denominators that a person can measure with, times a power of ten."""


def scale_of(view: View) -> float | None:
    """Give the denominator of the scale at the middle of a view in px at 96 dpi; None where units are not known."""
    metres = projection.metres_per_pixel(view)
    return None if metres is None else metres * PX * 1000


def round_scale(scale: float) -> float:
    """Give the next round scale denominator, not below the one given."""
    power = 10.0 ** math.floor(math.log10(max(scale, 1.0)))
    return next(share * power for share in ROUND if share * power >= scale * (1 - 1e-9))


class Maps:
    """Draws map frames of a document; keeps what painters have read, so that the pages of an atlas share it.

    Parameters
    ----------
    document : Document
        Its layers are open.
    reading : Reading
        Answers ``read_now``.
    """

    def __init__(self, document: Document, reading: Reading) -> None:
        self.document, self.reading = document, reading
        self._painters: dict[tuple[str, str], Any] = {}
        self._ranges: dict[tuple[str, str], tuple[Any, float | None]] = {}
        self._insets: dict[str, tuple[Any, DrawnMap]] = {}

    # ------------------------------------------------------------------ what is shown
    def layers(self, item: MapItem) -> list[Layer]:
        """Give the layers that a frame shows as they look there, top first.

        Raises
        ------
        DataError
            It asks for a theme that the workspace does not have.
        """
        themes = self.document.themes
        if item.theme and item.theme not in themes:
            raise DataError(
                "The map shows the theme {theme}, which is not in the workspace.",
                where=item.name or item.id,
                remedy="Choose another theme, or none.",
                theme=item.theme,
            )
        look: dict[str, Any] = themes[item.theme] if item.theme else {}
        found: list[Layer] = []
        for layer in self.document.layers:
            dressed = _dressed(layer, look.get(layer.id, {}))
            if (layer.id in item.layers) if item.layers else dressed.visible:
                found.append(dressed)
        return found

    def moment(self, item: MapItem) -> np.datetime64 | None:
        """Give the moment that a frame shows.

        Raises
        ------
        DataError
            It cannot be read as a moment.
        """
        if not item.moment:
            return self.document.clock.now
        try:
            return moment_from(item.moment)
        except ValueError as error:
            raise DataError(
                "{time} is no moment.", where=item.name or item.id, remedy="Write it as 2026-08-30T02:00:00Z.",
                time=item.moment,
            ) from error  # fmt: skip

    def view(
        self, item: MapItem, wished: Extent | None = None, scale: float | None = None, *, exact: bool = False
    ) -> View:
        """Give the extent of a frame.

        Parameters
        ----------
        item : MapItem
        wished : Extent, optional
            What an atlas wants to be seen, in the map's system; else that of the item, else all layers.
        scale : float, optional
            Denominator that an atlas fixes.
        exact : bool
            As large as it can be; else the next round scale.
        """
        layers = self.layers(item)
        crs = item.crs or self.document.camera.crs or map_system(layers)
        width, height = max(item.width * PX, 1.0), max(item.height * PX, 1.0)
        box = wished or (Extent(*item.extent) if item.extent else None)
        if box is None:
            camera = self.document.camera
            seen = camera.extent(camera.width or 1000, camera.height or 700)
            box = (extent_of(layers, crs) or seen).grown(0.03)
        fixed = scale if wished is not None and scale else item.scale
        view = fitted(box, crs, width, height, fixed)
        if fixed or exact or item.overview_of:
            return view
        found = scale_of(view)
        return view if found is None else fitted(box, crs, width, height, round_scale(found))

    def drawn(
        self, item: MapItem, view: View, dpi: int, check: Callable[[], None] = lambda: None, *, flat: bool = False
    ) -> DrawnMap:
        """Read and paint what a frame shows; ``flat`` makes pictures of all layers, for `picture_of`.

        Raises
        ------
        HaitangError
            A layer cannot be read.
        """
        now = self.moment(item)
        projection.warm(view)
        shown = []
        layers = self.layers(item)[::-1]
        mixed = 0 if flat else max((n + 1 for n, layer in enumerate(layers) if layer.blend != "normal"), default=0)
        for number, layer in enumerate(layers):
            check()
            one = self._shown(item, layer, view, now, dpi, flat)
            shown.append(self._mixed(item, one, dpi) if number < mixed else one)
        made = DrawnMap(item, view, tuple(shown), now, dpi)
        return replace(made, base=picture_of(made, letters=False)) if mixed else made

    def _mixed(self, item: MapItem, one: Shown, dpi: int) -> Shown:
        """Give a layer whose colours meet those below: paper knows no such meeting, so it is worked out here."""
        look, picture = one.picture.look, one.picture
        if look.empty_reason or one.as_picture:
            return replace(one, in_base=True)
        fine = self._painted(one.layer, self._painters[(item.id, one.layer.id)], finer(look, dpi))
        lettered = replace(fine, labels=picture.labels, captions=picture.captions, probe=picture.probe)
        return Shown(one.layer, lettered, as_picture=True, in_base=True)

    def inset(self, item: MapItem, view: View, dpi: int, check: Callable[[], None] = lambda: None) -> DrawnMap:
        """Give what `drawn` gives, from memory where it was the last one of this item: insets do not move."""
        key = (item, view, dpi)
        held = self._insets.get(item.id)
        if held is None or held[0] != key:
            held = self._insets[item.id] = (key, self.drawn(item, view, dpi, check))
        return held[1]

    def _shown(self, item: MapItem, layer: Layer, view: View, now: np.datetime64 | None, dpi: int, flat: bool) -> Shown:
        ranges, fastest = self._known(item, layer)
        known = Known(self.reading.state(layer.id), ranges, fastest)
        look = projection.placeable(resolve(layer, now, view, known))
        made = painter_class("map", layer.kind)
        if look.empty_reason or made is None:
            return Shown(layer, Picture(look))
        painter = self._painters.setdefault((item.id, layer.id), made())
        if flat or not is_vector(look):
            return Shown(layer, self._painted(layer, painter, finer(look, dpi)), as_picture=True)
        picture = self._painted(layer, painter, look)
        if is_dust(picture) or (isinstance(look, VectorLook) and look.style.kind in ("heat", "cluster")):
            fine = self._painted(layer, painter, finer(look, dpi))
            return Shown(layer, replace(fine, labels=picture.labels, probe=picture.probe), as_picture=True)
        return Shown(layer, picture)

    def _painted(self, layer: Layer, painter: Painter, look: Look) -> Picture:
        blocks = [self.reading.read_now(layer, request) for request in painter.needs(look)]
        return painter.paint(look, blocks, look.view)

    def _known(self, item: MapItem, layer: Layer) -> tuple[Any, float | None]:
        key = (item.id, layer.id)
        if key not in self._ranges:
            arrows = arrow_variable(layer)
            speeds = statistics_now(layer, self.reading, arrows) if arrows else None
            self._ranges[key] = range_now(layer, self.reading), None if speeds is None else arrow_speed(speeds)
        return self._ranges[key]


DUST, MANY = 1.5, 3000
"""So many features whose middle size is below so many px at 96 dpi (0.4 mm) go to paper as a picture."""

CROWDED = 1.0
"""So do marks that would cover the frame more often than this."""


def finer(look: Look, dpi: int) -> Look:
    """Give a look in the dots of the paper."""
    view, ratio = look.view, dpi / 96
    fine = replace(view, width=round(view.width * ratio), height=round(view.height * ratio), pixel_ratio=ratio)
    return replace(look, view=fine)


def is_dust(picture: Picture) -> bool:
    """Tell whether the features of a picture are so many and so small that paper cannot show them one by one."""
    if not isinstance(picture.probe, vector.VectorProbe):
        return False
    features, view = picture.probe.features, picture.look.view
    seen = np.flatnonzero(features.in_view(view))
    marks = np.count_nonzero(features.types[seen] == POINT)
    if marks > MANY and isinstance(picture.look, VectorLook):
        size = max((symbol.size for symbol in picture.look.style.symbols), default=0.0)
        if marks * size * size > CROWDED * view.width * view.height:
            return True
    shapes = seen[features.types[seen] != POINT]
    if len(shapes) < MANY:
        return False
    b = features.boxes[shapes]
    size = np.maximum(b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]) * view.width / view.extent.width
    return bool(np.median(size) < DUST)


def is_vector(look: object) -> bool:
    """Tell whether a look goes to paper as vectors."""
    return isinstance(look, VectorLook | SeriesLook)


def _dressed(layer: Layer, look: dict[str, Any]) -> Layer:
    """Give a layer with the look of a theme; the layer itself where the theme says nothing of it."""
    if not look:
        return layer
    changes = {name: value for name, value in look.items() if name in type(layer).model_fields}
    style = getattr(layer, "style", None)
    if "style" in changes and style is not None:
        changes["style"] = type(style).model_validate(changes["style"])
    return layer.model_copy(update=changes)


def fitted(box: Extent, crs: str | None, width: float, height: float, scale: float | None) -> View:
    """Give the view that shows a box whole in a frame, or its middle at a scale.

    Parameters
    ----------
    box : Extent
        In ``crs``.
    width, height : float
        px at 96 dpi; the view is whole px, so less than one larger.
    scale : float or None
        Denominator.
    """
    wide, high = max(math.ceil(width - 1e-6), 1), max(math.ceil(height - 1e-6), 1)
    aspect = aspect_of(box, crs)
    step = max(box.width / width, box.height / height / aspect, 1e-12)
    x, y = box.centre
    if scale:
        probe = View(crs, Extent(x - width / 2, y - height / 2, x + width / 2, y + height / 2), wide, high)
        metres = projection.metres_per_pixel(probe)
        if metres is not None:
            step = scale / 1000 / PX / (metres / probe.resolution)
    half_x, half_y = wide * step / 2, high * step * aspect / 2
    return View(crs, Extent(x - half_x, y - half_y, x + half_x, y + half_y), wide, high)


# ---------------------------------------------------------------------- drawing
def draw_map(painter: QPainter, drawn: DrawnMap, check: Callable[[], None] = lambda: None) -> None:
    """Draw a map into its frame: grids and meshes as pictures, features as vectors, names as letters.

    The origin of the painter is the upper left corner of the frame; its unit a px at 96 dpi.
    """
    view = drawn.view
    if drawn.base is not None:
        painter.drawImage(QRectF(0, 0, view.width, view.height), drawn.base)
    for one in drawn.shown:
        check()
        look, picture = one.picture.look, one.picture
        if look.empty_reason or one.in_base:
            continue
        painter.save()
        painter.setOpacity(one.layer.opacity)
        if one.as_picture and picture.pixels is not None:
            painter.drawImage(QRectF(0, 0, view.width, view.height), image_of(picture.pixels))
        elif isinstance(look, VectorLook):
            probe = cast("vector.VectorProbe", picture.probe)
            for one_pass in passes(probe.features, look.style, view):
                draw_features(painter, probe.features, one_pass.classes, one_pass.symbols, view, check)
        elif isinstance(look, SeriesLook):
            stations: Any = picture.probe
            fine = np.isfinite(stations.px) & np.isfinite(stations.py)
            mark_points(painter, stations.px[fine], stations.py[fine], look.style.symbol, view)
        painter.restore()
    if drawn.item.overview_of:
        return
    draw_labels(painter, labels_of(drawn.pictures), view, check)


def image_of(pixels: Any) -> QImage:
    """Give pixels as an image that keeps them alive."""
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()


def picture_of(drawn: DrawnMap, *, letters: bool = True) -> QImage:
    """Give what of a map is a picture as one, as the screen composes it; with or without its names."""
    bare = {} if letters and not drawn.item.overview_of else {"labels": (), "captions": ()}
    ratio, view = drawn.dpi / 96, drawn.view
    fine = replace(view, width=round(view.width * ratio), height=round(view.height * ratio), pixel_ratio=ratio)
    chosen = [one for one in drawn.shown if letters or one.in_base]
    sheets = [Sheet(replace(one.picture, **bare), one.layer.opacity, one.layer.blend) for one in chosen]
    frame = composer("map").compose(sheets, fine, GROUND, now=drawn.now)
    rows, columns = frame.pixels.shape
    return QImage(frame.pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()
