"""Overlays: legend, time, scale bar, north, grid and credits over the map, on screen and in pictures alike."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from app.core.language import N_, language, tr
from app.core.looks import is_degrees
from app.core.moments import clock_text, elapsed_text, offset_text
from app.views import projection
from app.views.ink import GRID, Ink, ink
from app.views.map2d import cards
from app.views.map2d.graticule import Graticule, draw_graticule
from app.views.map2d.legend import entries
from app.views.wording import length_text, nice_step, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from app.core.camera import View
    from app.core.document import Document
    from app.views.view import Picture

MARGIN = 2.0 * GRID
FOOT = 24.0
NORTH = 40.0


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

    def with_(self, **changes: Any) -> Self:
        """Give the options with changes."""
        return replace(self, **changes)


class Overlays:
    """Draws what lies over a map; every part is drawn once and kept until its content changes.

    Parameters
    ----------
    document : Document
        Gives the clock; looks come with the pictures.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._kept: OrderedDict[Hashable, QImage] = OrderedDict()

    def draw(self, painter: QPainter, view: View, pictures: Sequence[Picture], options: Options) -> None:
        """Draw everything that has room, in logical pixels.

        Parameters
        ----------
        painter : QPainter
            Its origin is the upper left corner of the map.
        view : View
            What the map shows.
        pictures : sequence of Picture
            As painted, bottom first; legend and credits tell of nothing else.
        options : Options
        """
        wide, high = view.width / view.pixel_ratio, view.height / view.pixel_ratio
        tones, shown = ink(options.theme), [p for p in pictures if not p.look.empty_reason]
        degrees = view.crs is None and any(is_degrees(p.look.description) for p in shown)
        if options.graticule:
            self._graticule(painter, view, tones, degrees=degrees)
        foot = FOOT if options.credits and wide >= 280 and high >= 160 else 0.0
        if foot:
            card = cards.Footer(_systems(view, shown, degrees=degrees), _sources(shown))
            place = QPointF(0, high - FOOT)
            self._card(painter, card, place, view, tones, QSizeF(wide, FOOT), cards.draw_footer, wide)
        top = self._time(painter, view, shown, options, tones) if options.time else MARGIN
        if options.north and wide >= 320 and high >= 240:
            place = QPointF(wide - MARGIN - NORTH, MARGIN)
            self._card(painter, "north", place, view, tones, QSizeF(NORTH, NORTH), _north)
        if options.scale and wide >= 240 and high >= 120:
            self._scale(painter, view, high - foot, tones, degrees=degrees)
        if options.legend and wide >= 360 and pictures:
            self._legend(painter, view, pictures, options, tones, (top, high - foot - MARGIN))

    # -------------------------------------------------------------------- parts
    def _time(self, painter: QPainter, view: View, shown: Sequence[Picture], options: Options, tones: Ink) -> float:
        card = self._time_card(shown, options)
        if card is None:
            return MARGIN
        self._card(painter, card, QPointF(MARGIN, MARGIN), view, tones, card.size, cards.draw_time)
        return MARGIN + card.size.height() + GRID

    def _time_card(self, shown: Sequence[Picture], options: Options) -> cards.TimeCard | None:
        clock = self.document.clock
        if clock.now is None:
            return cards.TimeCard(options.note, "", "") if options.note else None
        if clock.is_elapsed:
            return cards.TimeCard(
                elapsed_text(clock.now), tr("since the start of the run; no date known"), options.note
            )
        hours = options.utc_offset_hours
        local = clock.now + np.timedelta64(round(hours * 3.6e12), "ns")
        words = N_("Beijing time ({offset})") if hours == 8 else N_("Local time ({offset})")
        axes = [p.look.description.time for p in shown if p.look.description and p.look.moment is not None]
        blind = bool(axes) and all(axis is not None and axis.kind == "unzoned" for axis in axes)
        remark = tr("Time zone of the model unknown, read as UTC") if blind else ""
        return cards.TimeCard(clock_text(local), tr(words, offset=offset_text(hours)), options.note or remark)

    def _scale(self, painter: QPainter, view: View, foot: float, tones: Ink, *, degrees: bool) -> None:
        card = scale_card(view, degrees=degrees)
        if card is not None:
            wide = view.width / view.pixel_ratio
            place = QPointF(wide - MARGIN - card.size.width(), foot - MARGIN - card.size.height())
            self._card(painter, card, place, view, tones, card.size, cards.draw_scale)

    def _legend(
        self,
        painter: QPainter,
        view: View,
        pictures: Sequence[Picture],
        options: Options,
        tones: Ink,
        span: tuple[float, float],
    ) -> None:
        wide = view.width / view.pixel_ratio
        room = span[1] - span[0]
        narrow = wide < 640 or room < 240
        found = entries(pictures, self.document.clock.now, self._when(options))
        card = cards.legend_card(found, len(pictures), room, narrow=narrow)
        if card is not None and card.width < wide * 0.6:
            place = QPointF(MARGIN, span[1] - card.size.height())
            self._card(painter, card, place, view, tones, card.size, cards.draw_legend)

    def _when(self, options: Options) -> Callable[[np.datetime64], str]:
        clock, hours = self.document.clock, options.utc_offset_hours

        def write(moment: np.datetime64) -> str:
            if clock.is_elapsed:
                return elapsed_text(moment)
            return clock_text(moment + np.timedelta64(round(hours * 3.6e12), "ns"))

        return write

    def _graticule(self, painter: QPainter, view: View, tones: Ink, *, degrees: bool) -> None:
        if not degrees and not (view.crs and projection.is_ready() and projection.is_geographic(view.crs)):
            return
        card = Graticule(view)
        size = QSizeF(view.width / view.pixel_ratio, view.height / view.pixel_ratio)
        self._card(painter, card, QPointF(0, 0), view, tones, size, draw_graticule)

    # -------------------------------------------------------------------- paper
    def _card(
        self,
        painter: QPainter,
        card: Any,
        place: QPointF,
        view: View,
        tones: Ink,
        size: QSizeF,
        draw: Callable[..., None],
        *more: object,
    ) -> None:
        """Draw a card, from memory where its content is the same."""
        key = (card, tones.ground, view.pixel_ratio, language(), size.width(), size.height())
        image = self._kept.get(key)
        if image is None:
            image = _paper(size, view.pixel_ratio)
            pen = QPainter(image)
            pen.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            draw(pen, card, *more, tones)
            pen.end()
            self._kept[key] = image
            while len(self._kept) > 24:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        painter.drawImage(QPointF(round(place.x()), round(place.y())), image)


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
    if view.crs is not None and not projection.is_ready():
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
        end = tr("{length} map units", length=number_text(length))
        return cards.ScaleCard(length / unit, number_text(length / 2), end)
    rough = "≈ " if degrees else ""
    return cards.ScaleCard(length / unit, length_text(length / 2).split()[0], rough + length_text(length))


def _systems(view: View, shown: Sequence[Picture], *, degrees: bool) -> str:
    """Give the words of the reference systems."""
    if view.crs is not None:
        system = projection.system_name(view.crs) if projection.is_ready() else view.crs
    elif degrees:
        system = tr("Degrees, datum unknown")
    else:
        system = tr("unknown")
    datums = list(dict.fromkeys(p.look.vdatum for p in shown if p.look.vdatum))
    datum = ", ".join(datums) if datums else tr("unknown")
    return tr("Coordinate system: {system}", system=system) + "   ·   " + tr("Vertical datum: {datum}", datum=datum)


def _sources(shown: Sequence[Picture]) -> str:
    names = dict.fromkeys(source_name(p.look.source) for p in reversed(shown) if p.look.source != "memory:")
    return tr("Source: {names}", names=", ".join(names)) if names else ""


def source_name(source: str) -> str:
    """Give the file name of a source."""
    return PurePath(source.replace("\\", "/")).name or source


def draw_overlays(
    painter: QPainter, document: Document, view: View, pictures: Sequence[Picture], options: Options | None = None
) -> None:
    """Draw all overlays once, e.g. into a picture for a file."""
    Overlays(document).draw(painter, view, pictures, options or Options())
