"""Marks: scale bar and north arrow of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from app.core.language import tr
from app.views.ink import colour
from app.views.sheet.paper import INK, MUTED, PT, PX, put, thin_pen, width_of, write
from app.views.wording import length_text

if TYPE_CHECKING:
    from app.core.pages.items import ScaleBarItem
    from app.views.sheet.maps import DrawnMap

BAR = 1.5
"""Height of the bar, mm."""

NICE = (1.0, 2.0, 2.5, 5.0)


def scale_text(drawn: DrawnMap | None) -> str:
    """Write the scale of a map, e.g. ``1:25 000``; three digits count, as a map on paper cannot be read finer."""
    scale = drawn.scale if drawn is not None else None
    if scale is None or not scale < 1e12:
        return tr("not to scale")
    digits = max(len(str(int(scale))) - 3, 0)
    shown = round(scale) if digits == 0 else round(scale / 10**digits) * 10**digits
    exact = round(scale)
    shown = exact if abs(scale - exact) < 1e-6 * scale and exact % 100 == 0 else shown
    return f"1:{shown:,}".replace(",", "\u00a0")


def part_length(metres: float, room: float, parts: int) -> float:
    """Give the length of one part of a bar, m on the ground: round, and as long as the room allows.

    Parameters
    ----------
    metres : float
        On the ground in a px.
    room : float
        px for the whole bar.
    """
    most = room * metres / parts
    power = 10.0 ** (len(f"{most:.0f}") - 1) if most >= 1 else 1e-3
    while power * 10 <= most:
        power *= 10
    while power > most:
        power /= 10
    return max(f * power for f in NICE if f * power <= most * (1 + 1e-9))


def draw_scale_bar(painter: QPainter, item: ScaleBarItem, drawn: DrawnMap | None, box: QRectF) -> None:
    """Draw a scale bar with its number; says so where lengths are not known."""
    points = item.size
    top = box.top()
    if item.number:
        line = points * 1.25 * PT * 1.45
        text = scale_text(drawn)
        write(painter, text, QRectF(box.left(), top, box.width(), line), points * 1.25, bold=True, align="centre")
        top += line
    metres = drawn.metres if drawn is not None else None
    if metres is None:
        words = tr("Lengths on the ground are not known.")
        write(painter, words, QRectF(box.left(), top, box.width(), points * PT * 1.5), points, MUTED)
        return
    ends = width_of("0", points) / 2
    spare = width_of(length_text(12500.0), points)
    one = part_length(metres, max(box.width() - ends - spare, 10.0), item.parts)
    length = one / metres
    left = box.left() + (box.width() - length * item.parts) / 2
    _bar(painter, left, top + points * PT * 1.25, length, item.parts)
    for number in range(item.parts + 1):
        if number % 2 and item.parts > 2 and length < width_of(_number(one * number, one * item.parts), points) * 1.3:
            continue
        last = number == item.parts
        text = length_text(one * number) if last else _number(one * number, one * item.parts)
        wide = width_of(_number(one * number, one * item.parts), points)
        put(painter, text, QPointF(left + number * length - wide / 2, top + points * PT * 0.95), points)


def _number(metres: float, whole: float) -> str:
    """Write a number of the bar in the unit of its end."""
    if whole >= 1000:
        return f"{metres / 1000:g}"
    return f"{metres:g}" if whole >= 1 else f"{metres * 100:g}"


def _bar(painter: QPainter, left: float, top: float, length: float, parts: int) -> None:
    high = BAR * PX
    painter.setPen(thin_pen(INK, 0.15))
    for number in range(parts):
        painter.setBrush(colour(INK if number % 2 == 0 else "#ffffff"))
        painter.drawRect(QRectF(left + number * length, top, length, high))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_north(painter: QPainter, box: QRectF) -> None:
    """Draw an arrow to grid north: slim, half dark, with its letter."""
    letter = min(box.width() * 0.42, box.height() * 0.3)
    points = letter / PT
    write(
        painter, tr("N"), QRectF(box.left() - 8, box.top(), box.width() + 16, letter * 1.15), points, bold=True,
        align="centre",
    )  # fmt: skip
    top, bottom, x = box.top() + letter * 1.25, box.bottom(), box.center().x()
    half = min(box.width() / 2, (bottom - top) * 0.3)
    notch = bottom - (bottom - top) * 0.24
    painter.setPen(thin_pen(INK, 0.2))
    painter.setBrush(colour(INK))
    painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + half, bottom), QPointF(x, notch)]))
    painter.setBrush(colour("#ffffff"))
    painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x - half, bottom), QPointF(x, notch)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
