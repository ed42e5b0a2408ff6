"""Cards: the small boxes over the map, measured and drawn one by one; each is a function of frozen content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

from app.core.language import tr
from app.views.ink import BODY, GRID, LARGE, SMALL, TITLE, Ink, colour, font, metrics
from app.views.map2d.swatches import draw_swatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.views.map2d.legend import Bar, Entry, Row

PAD = 12.0
TIGHT = 8.0
LEGEND_WIDTH = 232.0
NARROW = 176.0
MOST_ROWS = 10
SWATCH = 20.0
_EIGHTS = str.maketrans("0123456", "8" * 7)
LARGEST_ROW = 64.0
"""Point symbols in the legend are drawn as large as on the map, up to rows of this height, px."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card."""

    kind: str
    height: float
    text: str = ""
    bar: Bar | None = None
    row: Row | None = None
    wide: float = 0.0
    """Width of the swatches of its entry, where they are wider than usual."""


@dataclass(frozen=True, slots=True)
class LegendCard:
    """Lines of the legend, those that fit."""

    lines: tuple[Line, ...]
    width: float

    @property
    def size(self) -> QSizeF:
        """Outer size, px."""
        return QSizeF(self.width, sum(line.height for line in self.lines) + 2 * TIGHT)


@dataclass(frozen=True, slots=True)
class TimeCard:
    """The moment: what the clock says, how it counts, a remark."""

    text: str
    caption: str
    remark: str = ""

    @property
    def size(self) -> QSizeF:
        """Outer size, px; the same for all moments that are written with as many digits."""
        wide = max(advance(self.text.translate(_EIGHTS), TITLE, bold=True), advance(self.caption), advance(self.remark))
        return QSizeF(_snap(wide + 2 * PAD), 56.0 + (16.0 if self.remark else 0.0))


@dataclass(frozen=True, slots=True)
class ScaleCard:
    """A scale bar: its length in px, and the words at its middle and end."""

    length: float
    middle: str
    end: str

    @property
    def size(self) -> QSizeF:
        """Outer size, px."""
        words = metrics(SMALL).horizontalAdvance(self.end)
        return QSizeF(_snap(self.length + words / 2 + 2 * PAD + 4), 40.0)


@dataclass(frozen=True, slots=True)
class Footer:
    """The strip at the foot: reference systems at the left, sources at the right."""

    systems: str
    sources: str


@lru_cache(maxsize=256)
def advance(text: str, size: float = SMALL, *, bold: bool = False) -> float:
    """Give the width of a text, px."""
    return metrics(size, bold=bold).horizontalAdvance(text)


def _snap(value: float) -> float:
    return -(-value // GRID) * GRID


# ------------------------------------------------------------------- measuring
def legend_card(
    found: Sequence[Entry], total: int, room: float, *, narrow: bool = False, first: str = ""
) -> LegendCard | None:
    """Give the legend of as many entries as have room; None where not one has.

    The layer in focus and the topmost layer with values come before all others; what is shown stands in the order
    of the layers, and the last line names what is left out.

    Parameters
    ----------
    found : sequence of Entry
        Top layer first.
    total : int
        Number of entries in all.
    room : float
        Height at hand, px.
    narrow : bool
        Leave out notes and use a slimmer card.
    first : str
        Id of the layer in focus.
    """
    width = NARROW if narrow else LEGEND_WIDTH
    inside = width - 2 * PAD
    left = room - 2 * TIGHT
    taken: list[Entry] = []
    found = list(found)
    for entry in by_weight(found, first):
        for form in (entry, replace(entry, rows=(), bar=entry.strip, strip=None) if entry.strip else None):
            if form is None:
                continue
            tried = [form if one is entry else one for one in found if one is entry or any(one is t for t in taken)]
            need = sum(line.height for line in _joined_lines(tried, inside, narrow=narrow))
            if need <= left - (19.0 if len(tried) < total else 0.0):
                taken, found = tried, [form if one is entry else one for one in found]
                break
    if not taken:
        return None
    lines = _joined_lines(taken, inside, narrow=narrow)
    rest = left - sum(line.height for line in lines)
    return LegendCard((*lines, *_left_out(found, taken, total, inside, rest)), width)


def by_weight(found: Sequence[Entry], first: str) -> list[Entry]:
    """Give entries in the order in which they get room: the one in focus, the topmost with values, the others."""
    focus = [entry for entry in found if entry.layer and entry.layer == first]
    values = [entry for entry in found if entry.has_values and entry not in focus]
    ahead = focus + values[:1]
    return ahead + [entry for entry in found if not any(entry is one for one in ahead)]


def _joined_lines(entries: Sequence[Entry], width: float, *, narrow: bool) -> list[Line]:
    lines: list[Line] = []
    for entry in entries:
        own = entry_lines(entry, width, notes=not narrow, first=not lines)
        if own[0].kind == "single" and lines and lines[-1].kind != "single":
            own = [Line("gap", 12.0), *own]
        lines += own
    return lines


def _left_out(found: Sequence[Entry], taken: Sequence[Entry], total: int, width: float, room: float) -> list[Line]:
    """Give the lines that name the layers without room: one at least, at most three."""
    count = total - len(taken)
    if not count:
        return []
    names = tr(", ").join(one.title for one in found if not any(one is other for other in taken))
    text = tr("and {count} more layers: {names}", count=count, names=names)
    most = min(max(int((room - 4.0) // 15.0), 1), 3)
    return [Line("space", 4.0), *(Line("note", 15.0, part) for part in wrapped(text, width, most))]


def entry_lines(entry: Entry, width: float, *, notes: bool, first: bool) -> list[Line]:
    """Give the lines of one entry."""
    single = entry.rows[0] if len(entry.rows) == 1 and not entry.rows[0].text else None
    if single and not entry.caption and not entry.missing:
        return [Line("single", 20.0, entry.title, row=single)]
    lines = [Line("space", 4.0)] if first else [Line("gap", 16.0)]
    lines.append(Line("title", 18.0, entry.title, row=single))
    if entry.missing:
        lines += [Line("missing", 15.0, text) for text in wrapped(entry.missing, width, 3)]
        return lines
    if entry.caption:
        lines += [Line("caption", 16.0, text) for text in wrapped(entry.caption, width, 2, BODY)]
    if entry.bar is not None:
        lines.append(Line("bar", 30.0, bar=entry.bar))
    rows = () if single else entry.rows
    shown = rows if len(rows) <= MOST_ROWS else rows[: MOST_ROWS - 1]
    wide = max((row_height(row) for row in shown), default=0.0)
    lines += [Line("row", row_height(row), row.text, row=row, wide=wide) for row in shown]
    if len(shown) < len(rows):
        lines.append(Line("note", 15.0, tr("and {count} more classes", count=len(rows) - len(shown))))
    if notes and entry.notes:
        lines.append(Line("space", 4.0))
        lines += [Line("note", 15.0, part) for text in entry.notes for part in wrapped(text, width, 2)]
    return lines


def row_height(row: Row) -> float:
    """Give the height of a row: that of its words, or of a larger point symbol."""
    if row.symbol is None or row.geometry != "point":
        return 18.0
    return min(max(18.0, row.symbol.size + row.symbol.width + 3.0), LARGEST_ROW)


def wrapped(text: str, width: float, most: int, size: float = SMALL) -> list[str]:
    """Break a text into lines of a width, px; the last one is elided."""
    measure, lines, rest = metrics(size), [], text
    while rest and len(lines) < most - 1 and measure.horizontalAdvance(rest) > width:
        cut = len(rest)
        while cut > 1 and measure.horizontalAdvance(rest[:cut]) > width:
            cut -= 1
        space = rest.rfind(" ", 0, cut + 1)
        cut = space if space > cut // 2 else cut
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        lines.append(measure.elidedText(rest, Qt.TextElideMode.ElideRight, width))
    return lines


# --------------------------------------------------------------------- drawing
def panel(painter: QPainter, size: QSizeF, ink: Ink, radius: float = 6.0) -> None:
    """Draw the ground of a card at the origin."""
    painter.setPen(QPen(colour(ink.edge), 1.0))
    painter.setBrush(colour(ink.panel))
    painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), radius, radius)


@lru_cache(maxsize=16)
def _panel_image(wide: float, high: float, ratio: float, ink: Ink) -> QImage:
    """Give the ground of a card that is drawn anew at every moment."""
    image = QImage(ceil(wide * ratio), ceil(high * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    panel(painter, QSizeF(wide, high), ink)
    painter.end()
    return image


def draw_legend(painter: QPainter, card: LegendCard, ink: Ink) -> None:
    """Draw the legend at the origin."""
    panel(painter, card.size, ink)
    y, width = TIGHT, card.width - 2 * PAD
    for line in card.lines:
        _draw_line(painter, line, QRectF(PAD, y, width, line.height), ink)
        y += line.height


def _draw_line(painter: QPainter, line: Line, box: QRectF, ink: Ink) -> None:
    if line.kind == "bar" and line.bar is not None:
        draw_bar(painter, line.bar, QRectF(box.x(), box.y() + 3, box.width(), 10), ink)
        return
    if line.kind == "gap":
        painter.setPen(QPen(colour(ink.edge), 1.0))
        painter.drawLine(QPointF(box.left(), box.center().y() + 0.5), QPointF(box.right(), box.center().y() + 0.5))
        return
    left = box.left()
    if line.row is not None:
        wide = max(SWATCH, line.wide)
        high = max(12.0, box.height() - 3.0) if line.row.geometry == "point" else 12.0
        draw_swatch(painter, line.row, QRectF(left, box.top() + (box.height() - high) / 2, wide, high), ink)
        left += wide + GRID
        if line.row.number:
            right = QRectF(left, box.top(), box.right() - left, box.height())
            write(painter, line.row.number, right, SMALL, ink.muted, right=True)
            box = box.adjusted(0, 0, -metrics(SMALL).horizontalAdvance(line.row.number) - GRID, 0)
    if line.kind == "space":
        return
    styles = {
        "single": (BODY, False, ink.text),
        "title": (LARGE, True, ink.text),
        "caption": (BODY, False, ink.text),
        "row": (BODY, False, ink.text),
        "note": (SMALL, False, ink.muted),
        "missing": (SMALL, False, ink.warning),
    }
    size, bold, tone = styles[line.kind]
    write(painter, line.text, QRectF(left, box.top(), box.right() - left, box.height()), size, tone, bold=bold)


def write(
    painter: QPainter, text: str, box: QRectF, size: float, tone: str, *, bold: bool = False, right: bool = False
) -> None:
    """Write one line, elided to its box, centred in height."""
    shown = metrics(size, bold=bold).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 0.5)
    painter.setFont(font(size, bold=bold))
    painter.setPen(colour(tone))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def draw_bar(painter: QPainter, bar: Bar, box: QRectF, ink: Ink) -> None:
    """Draw a colour bar with numbers below; a pointed end says that values go on."""
    tip = 6.0
    left, right = box.left() + (tip if bar.more_below else 0), box.right() - (tip if bar.more_above else 0)
    fill = QLinearGradient(left, 0, right, 0)
    last = max(len(bar.colours) - 1, 1)
    for at, value in enumerate(bar.colours):
        fill.setColorAt(at / last, QColor.fromRgba(value))
    shape = QPainterPath(QPointF(left, box.top()))
    shape.lineTo(right, box.top())
    if bar.more_above:
        shape.lineTo(box.right(), box.center().y())
    shape.lineTo(right, box.bottom())
    shape.lineTo(left, box.bottom())
    if bar.more_below:
        shape.lineTo(box.left(), box.center().y())
    shape.closeSubpath()
    painter.setPen(QPen(colour(ink.edge), 1.0))
    painter.setBrush(fill)
    painter.drawPath(shape)
    _draw_marks(painter, bar, QRectF(left, box.bottom(), right - left, 14), box, ink)


def _draw_marks(painter: QPainter, bar: Bar, scale: QRectF, whole: QRectF, ink: Ink) -> None:
    measure, free = metrics(SMALL), whole.left() - 4
    painter.setFont(font(SMALL))
    for share, text in bar.marks:
        x, wide = scale.left() + share * scale.width(), measure.horizontalAdvance(text)
        start = min(max(x - wide / 2, whole.left()), whole.right() - wide)
        painter.setPen(QPen(colour(ink.muted), 1.0))
        painter.drawLine(QPointF(x, scale.top()), QPointF(x, scale.top() + 3))
        if start < free + 4:
            continue
        painter.drawText(QPointF(start, scale.top() + 4 + measure.ascent() * 0.86), text)
        free = start + wide


def draw_time(painter: QPainter, card: TimeCard, ink: Ink) -> None:
    """Draw the moment at the origin."""
    size = card.size
    ratio = painter.device().devicePixelRatioF()
    painter.drawImage(QPointF(0, 0), _panel_image(size.width(), size.height(), ratio, ink))
    wide = size.width() - 2 * PAD
    write(painter, card.text, QRectF(PAD, 8, wide, 24), TITLE, ink.text, bold=True)
    write(painter, card.caption, QRectF(PAD, 32, wide, 16), SMALL, ink.muted)
    if card.remark:
        write(painter, card.remark, QRectF(PAD, 48, wide, 16), SMALL, ink.warning)


def draw_scale(painter: QPainter, card: ScaleCard, ink: Ink) -> None:
    """Draw the scale bar at the origin."""
    panel(painter, card.size, ink)
    top, height, half = 22.0, 5.0, card.length / 2
    painter.setPen(QPen(colour(ink.text), 1.0))
    painter.setBrush(colour(ink.text))
    painter.drawRect(QRectF(PAD, top, half, height))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(PAD + half, top, half, height))
    measure = metrics(SMALL)
    painter.setFont(font(SMALL))
    places = [(_start(measure.horizontalAdvance(t), at), t) for at, t in ((0.0, "0"), (card.length, card.end))]
    middle = _start(measure.horizontalAdvance(card.middle), half)
    if middle + measure.horizontalAdvance(card.middle) + 6 < places[1][0] and middle > PAD + 12:
        places.append((middle, card.middle))
    for start, text in places:
        painter.drawText(QPointF(start, 17.0), text)


def _start(wide: float, at: float) -> float:
    """Give where a text starts whose middle belongs to a place of the scale bar."""
    return max(PAD + at - wide / 2, PAD - 1)


def draw_north(painter: QPainter, ink: Ink) -> None:
    """Draw the north arrow in a 40 px box at the origin."""
    painter.setPen(QPen(colour(ink.edge), 1.0))
    painter.setBrush(colour(ink.panel))
    painter.drawEllipse(QRectF(0.5, 0.5, 39, 39))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ink.text))
    painter.drawPolygon(QPolygonF([QPointF(20, 17), QPointF(26, 33), QPointF(20, 29.5)]))
    painter.setBrush(colour(ink.faint))
    painter.drawPolygon(QPolygonF([QPointF(20, 17), QPointF(14, 33), QPointF(20, 29.5)]))
    painter.setFont(font(10.0, bold=True))
    painter.setPen(colour(ink.text))
    painter.drawText(QRectF(0, 4, 40, 12), int(Qt.AlignmentFlag.AlignCenter), tr("N"))


def draw_footer(painter: QPainter, card: Footer, width: float, ink: Ink) -> None:
    """Draw the strip at the foot, 24 px high, at the origin."""
    painter.fillRect(QRectF(0, 0, width, 24), colour(ink.panel))
    painter.setPen(QPen(colour(ink.edge), 1.0))
    painter.drawLine(QPointF(0, 0.5), QPointF(width, 0.5))
    need = metrics(SMALL).horizontalAdvance(card.systems) + 2
    # Datum and system are what a reader must not miss; the sources get the room that is left.
    left = min(need, width - 48)
    write(painter, card.systems, QRectF(16, 0, left, 24), SMALL, ink.muted)
    if width - 48 - left > 48:
        write(painter, card.sources, QRectF(32 + left, 0, width - 48 - left, 24), SMALL, ink.faint, right=True)
