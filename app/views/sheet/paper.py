"""Paper: lengths and letters of a page; one unit of the painter is a px at 96 dpi, as symbols count."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from app.views.ink import FAMILIES, colour, style_colour

PX = 96 / 25.4
"""Units of the painter in a mm."""

PT = 96 / 72
"""Units of the painter in a pt."""

SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "SimSun", "Songti SC", "serif")

INK, MUTED, HAIR = "#16242c", "#4a5a63", "#8d9ba3"
"""Colours of what is written on paper: texts, small labels, thin lines."""

FINE = 16
"""Fonts have whole sizes; letters are set so many times larger and drawn smaller."""


@cache
def letters(points: float, *, bold: bool = False, serif: bool = False) -> QFont:
    """Give the font of a size in pt, `FINE` times as large; treat it as fixed."""
    made = QFont()
    made.setFamilies(list(SERIF if serif else FAMILIES))
    made.setPixelSize(max(1, round(points * PT * FINE)))
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("locl"), 0)  # its digits have no characters, so that nobody could copy them from a PDF
    return made


@cache
def _measure(points: float, bold: bool, serif: bool) -> QFontMetricsF:
    return QFontMetricsF(letters(points, bold=bold, serif=serif))


def width_of(text: str, points: float, *, bold: bool = False, serif: bool = False) -> float:
    """Give the length of a line of text, units of the painter."""
    return _measure(points, bold, serif).horizontalAdvance(text) / FINE


def line_height(points: float, *, serif: bool = False) -> float:
    """Give the distance of two lines, units of the painter."""
    return points * PT * (1.45 if not serif else 1.4)


def put(
    painter: QPainter,
    text: str,
    at: QPointF,
    points: float,
    tone: str = INK,
    *,
    bold: bool = False,
    serif: bool = False,
    turn: float = 0.0,
) -> None:
    """Draw one line of text from its baseline, turned clockwise by degrees."""
    painter.save()
    painter.translate(at)
    if turn:
        painter.rotate(turn)
    painter.scale(1 / FINE, 1 / FINE)
    painter.setFont(letters(points, bold=bold, serif=serif))
    painter.setPen(colour(tone))
    painter.drawText(QPointF(0, 0), text)
    painter.restore()


def write(
    painter: QPainter,
    text: str,
    box: QRectF,
    points: float,
    tone: str = INK,
    *,
    bold: bool = False,
    serif: bool = False,
    align: str = "left",
) -> None:
    """Draw one line of text in a box, in the middle of its height; what does not fit is set narrower, then elided."""
    size = points
    wide = width_of(text, size, bold=bold, serif=serif)
    if wide > box.width() > 0:
        size = max(points * box.width() / wide, points * 0.72)
        wide = width_of(text, size, bold=bold, serif=serif)
        if wide > box.width():
            measure = _measure(size, bold, serif)
            text = measure.elidedText(text, Qt.TextElideMode.ElideRight, box.width() * FINE)
            wide = width_of(text, size, bold=bold, serif=serif)
    x = {"left": box.left(), "centre": box.center().x() - wide / 2, "right": box.right() - wide}[align]
    put(painter, text, QPointF(x, box.center().y() + size * PT * 0.36), size, tone, bold=bold, serif=serif)


def broken(text: str, width: float, points: float, *, bold: bool = False, serif: bool = False) -> list[str]:
    """Break a text into lines of a width: at its own line ends, at spaces, and between Chinese characters."""
    lines: list[str] = []
    for part in text.split("\n"):
        rest = part
        while rest and width_of(rest, points, bold=bold, serif=serif) > width:
            cut = _fitting(rest, width, points, bold=bold, serif=serif)
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        lines.append(rest)
    return lines


CLOSING = "，。、；：！？）》”’」』】〉…%℃·,.;:!?)"


def _fitting(text: str, width: float, points: float, *, bold: bool, serif: bool) -> int:
    """Give after how many letters to break: no line begins with a closing sign."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle], points, bold=bold, serif=serif) <= width:
            low = middle
        else:
            high = middle - 1
    space = text.rfind(" ", 0, low + 1)
    if low < len(text) and text[low - 1].isascii() and text[low].isascii() and space > 0:
        return space + 1
    while low > 1 and low < len(text) and text[low] in CLOSING:
        low -= 1
    return low


def draw_text(
    painter: QPainter,
    text: str,
    box: QRectF,
    points: float,
    tone: str = INK,
    *,
    bold: bool = False,
    serif: bool = False,
    align: str = "left",
    vertical: str = "top",
) -> None:
    """Draw a text of several lines in a box: smaller where it has no room, cut with an ellipsis at last."""
    size, step, lines = _set(text, box, points, bold=bold, serif=serif)
    free = box.height() - step * len(lines)
    top = box.top() + {"top": 0.0, "middle": free / 2, "bottom": free}[vertical]
    for number, line in enumerate(lines):
        row = QRectF(box.left(), top + number * step, box.width(), step)
        write(painter, line, row, size, tone, bold=bold, serif=serif, align=align)


def _set(text: str, box: QRectF, points: float, *, bold: bool, serif: bool) -> tuple[float, float, list[str]]:
    """Give the size, the distance of the lines, and the lines that a box has room for."""
    size, most, lines = points, 1, [text]
    for share in (1.0, 0.92, 0.84, 0.76, 0.7):
        size = points * share
        most = max(1, int(box.height() / line_height(size, serif=serif) + 0.35))
        lines = broken(text, box.width(), size, bold=bold, serif=serif)
        if len(lines) <= most:
            return size, line_height(size, serif=serif), lines
    rest = " ".join(lines[most - 1 :])
    return size, line_height(size, serif=serif), [*lines[: most - 1], rest]


def thin_pen(tone: str, width: float) -> QPen:
    """Give a pen of a page: flat ends, sharp corners; width in mm."""
    pen = QPen(style_colour(tone), width * PX)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen


def mm_box(box: tuple[float, float, float, float]) -> QRectF:
    """Give a box in mm as one in units of the painter."""
    x, y, wide, high = box
    return QRectF(x * PX, y * PX, wide * PX, high * PX)
