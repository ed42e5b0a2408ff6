"""Overlays: legend, time, scale bar, north, grid and credits over the map, on screen and in pictures alike."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from app.core.language import language, tr
from app.core.looks import is_degrees
from app.core.moments import assumed_text
from app.views import projection
from app.views.ink import GRID, Ink, ink
from app.views.map2d import cards
from app.views.map2d.graticule import Graticule, draw_graticule
from app.views.map2d.legend import Entry, Legend
from app.views.wording import datum_text, length_text, nice_step

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from app.core.camera import View
    from app.core.document import Document
    from app.views.view import Covered, Frame, Picture

MARGIN = 2.0 * GRID
FOOT = 24.0
NORTH = 40.0
LEAST, LEAST_TIGHT = 360, 208
"""Width that a map, or a part of one, has at least to show its legend, px."""
LOW = 300
"""Height below which the legend is in its narrow form, px."""
MOST_KEPT = 24
MOST_ENTRIES = 40
"""Layers that the legend looks at; more than have room on any screen."""


@dataclass(frozen=True, slots=True)
class Options:
    """What lies over the map, and how it looks.

    Parameters
    ----------
    legend, scale, north, time, credits, graticule : bool
        Which parts are drawn, where there is room.
    theme : str
        ``light`` or ``dark``.
    utc_offset_hours : float
        Local time minus UTC.
    note : str
        A remark that always shows, e.g. that a place is made up.
    focus : str
        Id of the layer that the legend must not leave out.
    tight : bool
        Whether this is a part of a map, whose width the legend may fill.
    """

    legend: bool = True
    scale: bool = True
    north: bool = True
    time: bool = True
    credits: bool = True
    graticule: bool = True
    theme: str = "light"
    utc_offset_hours: float = 8.0
    note: str = ""
    focus: str = ""
    tight: bool = False

    def with_(self, **changes: Any) -> Self:
        """Give the options with changes."""
        return replace(self, **changes)


class Scene:
    """What one drawing of the overlays is about; worked out once for all parts.

    Parameters
    ----------
    painter : QPainter
    view : View
    frame : Frame or None
    options : Options
    now : datetime64[ns] or None
        The moment that the frame was asked for.
    """

    def __init__(
        self, painter: QPainter, view: View, frame: Frame | None, options: Options, now: np.datetime64 | None
    ) -> None:
        self.painter, self.view, self.frame, self.options, self.now = painter, view, frame, options, now
        self.wide, self.high = view.width / view.pixel_ratio, view.height / view.pixel_ratio
        self.pictures = frame.pictures if frame is not None else ()
        self.shown = [p for p in self.pictures if not p.look.empty_reason]
        self.degrees = view.crs is None and any(is_degrees(p.look.description) for p in self.shown)


class Overlays:
    """Draws what lies over a map; every part is drawn once and kept until its content changes.

    Parameters
    ----------
    document : Document
        Gives clock and notes; looks come with the frame.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._kept: OrderedDict[Hashable, QImage] = OrderedDict()
        self._last: dict[str, tuple[Any, tuple[object, ...], QImage]] = {}
        self._words = Legend()
        self.covered: tuple[Covered, ...] = ()
        """What the cards drawn last lie over, px of the picture."""
        self._legend_card: tuple[list[Entry], cards.LegendCard | None, tuple[object, ...]] = ([], None, ())

    def draw(self, painter: QPainter, view: View, frame: Frame | None, options: Options) -> None:
        """Draw everything that has room, in logical pixels.

        Parameters
        ----------
        painter : QPainter
            Its origin is the upper left corner of the map.
        view : View
            What the map shows.
        frame : Frame or None
            As painted; time, legend and credits tell of nothing else.
        options : Options
        """
        now = frame.now if frame is not None else self.document.clock.now
        scene = Scene(painter, view, frame, options, now)
        self.covered = ()
        wide, high = scene.wide, scene.high
        if options.graticule:
            self._graticule(scene)
        foot = FOOT if options.credits and wide >= 280 and high >= 160 else 0.0
        if foot:
            card = cards.Footer(_systems(scene), _sources(scene.shown))
            self._card(scene, card, QPointF(0, high - FOOT), QSizeF(wide, FOOT), cards.draw_footer, wide)
        top = self._time(scene) if options.time else MARGIN
        if options.north and wide >= 320 and high >= 240:
            self._card(scene, "north", QPointF(wide - MARGIN - NORTH, MARGIN), QSizeF(NORTH, NORTH), _north)
        if options.scale and wide >= 240 and high >= 120:
            self._scale(scene, high - foot)
        if options.legend and wide >= (LEAST_TIGHT if options.tight else LEAST) and scene.pictures:
            self._legend(scene, top, high - foot - MARGIN)

    def boxes(self, view: View, frame: Frame, options: Options) -> tuple[Covered, ...]:
        """Tell what the cards will lie over, px of the picture."""
        painter = QPainter(paper := QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied))
        self.draw(painter, view, frame, options)
        painter.end()
        del paper
        return self.covered

    # -------------------------------------------------------------------- parts
    def _time(self, scene: Scene) -> float:
        card = self._time_card(scene)
        if card is None:
            return MARGIN
        self._card(scene, card, QPointF(MARGIN, MARGIN), card.size, cards.draw_time)
        return MARGIN + card.size.height() + GRID

    def _time_card(self, scene: Scene) -> cards.TimeCard | None:
        note = scene.options.note or map_note(self.document.notes)
        if scene.now is None or self.document.clock.now is None:
            return cards.TimeCard(note, "", "") if note else None
        local = self.document.clock.local(scene.options.utc_offset_hours)
        axes = [p.look.description.time for p in scene.shown if p.look.description and p.look.moment is not None]
        blind = bool(axes) and all(axis is not None and axis.kind == "unzoned" for axis in axes)
        remark = assumed_text() if blind and local.kind != "unzoned" else ""
        return cards.TimeCard(local.clock(scene.now), local.zone(), note or remark)

    def _scale(self, scene: Scene, foot: float) -> None:
        card = scale_card(scene.view, degrees=scene.degrees)
        if card is not None:
            place = QPointF(scene.wide - MARGIN - card.size.width(), foot - MARGIN - card.size.height())
            self._card(scene, card, place, card.size, cards.draw_scale)

    def _legend(self, scene: Scene, top: float, bottom: float) -> None:
        narrow = scene.wide < 640 or bottom - top < LOW
        whole = scene.frame is not None and scene.frame.complete
        local = self.document.clock.local(scene.options.utc_offset_hours)
        entries = self._words.entries(scene.pictures, scene.now if whole else None, local)
        found = list(islice(entries, MOST_ENTRIES))
        focus = scene.options.focus
        about = (len(scene.pictures), bottom - top, narrow, language(), focus)
        held, card, last = self._legend_card
        if about != last or len(held) != len(found) or any(a is not b for a, b in zip(held, found, strict=True)):
            room = bottom - top
            card = cards.legend_card(found, len(scene.pictures), room, narrow=narrow, first=focus)
            self._legend_card = (found, card, about)
        share = 0.9 if scene.options.tight else 0.6
        if card is not None and card.width < scene.wide * share:
            self._card(scene, card, QPointF(MARGIN, bottom - card.size.height()), card.size, cards.draw_legend)

    def _graticule(self, scene: Scene) -> None:
        crs = scene.view.crs
        if scene.degrees or (projection.is_warm(crs) and projection.is_geographic(crs)):
            size = QSizeF(scene.wide, scene.high)
            self._card(scene, Graticule(scene.view), QPointF(0, 0), size, draw_graticule)

    # -------------------------------------------------------------------- paper
    def _card(
        self, scene: Scene, card: Any, place: QPointF, size: QSizeF, draw: Callable[..., None], *more: object
    ) -> None:
        """Draw a card, from memory where its content is the same."""
        tones, ratio = ink(scene.options.theme), scene.view.pixel_ratio
        if not isinstance(card, Graticule):
            left, top = round(place.x() * ratio), round(place.y() * ratio)
            box = (left, top, left + round(size.width() * ratio), top + round(size.height() * ratio))
            self.covered += (box,)
        last = self._last.get(type(card).__name__)
        about = (tones.ground, ratio, language(), size.width(), size.height())
        if last is not None and last[0] is card and last[1] == about:
            scene.painter.drawImage(QPointF(round(place.x()), round(place.y())), last[2])
            return
        key = (card, *about)
        image = self._kept.get(key)
        if image is None:
            image = _paper(size, ratio)
            pen = QPainter(image)
            pen.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            draw(pen, card, *more, tones)
            pen.end()
            self._kept[key] = image
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        self._last[type(card).__name__] = (card, about, image)
        scene.painter.drawImage(QPointF(round(place.x()), round(place.y())), image)


def map_note(notes: str) -> str:
    """Give the remark that always shows on the map: that a place is made up, or a first line of notes in 【】."""
    if "虚构地点" in notes:
        return tr("Made-up place")
    first = notes.strip().split("\n", 1)[0].strip()
    return first[1:-1].strip() if first.startswith("【") and first.endswith("】") else ""


def _north(painter: QPainter, _card: str, tones: Ink) -> None:
    cards.draw_north(painter, tones)


def _paper(size: QSizeF, ratio: float) -> QImage:
    image = QImage(
        max(1, round(size.width() * ratio)),
        max(1, round(size.height() * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def scale_card(view: View, *, degrees: bool = False) -> cards.ScaleCard | None:
    """Give the scale bar of a view: true on the ground at its middle; None where lengths are not known yet."""
    if not projection.is_warm(view.crs):
        return None
    metres = projection.metres_per_pixel(view, degrees)
    if metres is None and view.crs is not None:
        return None
    unit = (metres if metres is not None else view.resolution) * view.pixel_ratio
    if not (np.isfinite(unit) and unit > 0):
        return None
    length = nice_step(unit * 104, 1)
    while length / unit > 168:
        length /= 2
    if metres is None:
        end = tr("{length} map units", length=f"{length:g}")
        return cards.ScaleCard(length / unit, f"{length / 2:g}", end)
    rough = "≈ " if degrees else ""
    return cards.ScaleCard(length / unit, length_text(length / 2).split()[0], rough + length_text(length))


def _systems(scene: Scene) -> str:
    """Give the words of the reference systems."""
    crs = scene.view.crs
    if crs is not None:
        system = projection.system_name(crs) if projection.is_warm(crs) else crs
    else:
        system = tr("Degrees, datum unknown") if scene.degrees else tr("unknown")
    datums = list(dict.fromkeys(p.look.vdatum for p in scene.shown if p.look.vdatum))
    datum = ", ".join(datum_text(name) for name in datums) if datums else tr("unknown")
    return tr("Vertical datum: {datum}", datum=datum) + "   ·   " + tr("Coordinate system: {system}", system=system)


def _sources(shown: Sequence[Picture]) -> str:
    names = dict.fromkeys(source_name(p.look.source) for p in reversed(shown) if p.look.source != "memory:")
    return tr("Source: {names}", names=", ".join(names)) if names else ""


@lru_cache(maxsize=1024)
def source_name(source: str) -> str:
    """Give the file name of a source."""
    return PurePath(source.replace("\\", "/")).name or source
