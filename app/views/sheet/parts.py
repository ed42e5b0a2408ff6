"""Parts: title block, text, shape and picture of a page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImageReader, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.core.language import tr
from app.views.ink import style_colour
from app.views.sheet.paper import INK, MUTED, PT, PX, draw_text, thin_pen, width_of, write
from app.views.sheet.words import file_of
from layers.errors import SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from app.core.pages.items import Cell, PictureItem, ShapeItem, TextItem, TitleBlockItem
    from app.views.sheet.words import Facts

PAD = 1.2
"""Free room inside a cell, mm."""

LARGEST = 64 << 20
"""Bytes of a picture file."""


def draw_title_block(painter: QPainter, item: TitleBlockItem, facts: Facts, box: QRectF) -> None:
    """Draw the rows and cells of a title block; a cell without a label holds a text alone, larger and centred."""
    whole = sum(row.share for row in item.rows) or 1.0
    top = box.top()
    for row in item.rows:
        high = box.height() * row.share / whole
        left, shares = box.left(), sum(cell.share for cell in row.cells) or 1.0
        for cell in row.cells:
            wide = box.width() * cell.share / shares
            place = QRectF(left, top, wide, high)
            painter.setPen(thin_pen(INK, 0.15))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)
            _cell(painter, cell, facts, place, item.size)
            left += wide
        top += high


def _cell(painter: QPainter, cell: Cell, facts: Facts, place: QRectF, size: float) -> None:
    pad = PAD * PX
    inner = place.adjusted(pad, pad * 0.4, -pad, -pad * 0.4)
    text = facts.filled(cell.text)
    if not cell.label:
        points = min(size * 1.35, inner.height() / PT / 1.5)
        draw_text(painter, text, inner, points, bold=True, align="centre", vertical="middle")
        return
    small = size * 0.82
    label = facts.filled(cell.label)
    words = width_of(label, small)
    wide_enough = inner.width() - words - pad >= min(width_of(text, size), inner.width() * 0.5)
    if wide_enough or inner.height() < size * PT * 2.4:
        write(painter, label, QRectF(inner.left(), inner.top(), words + 1, inner.height()), small, MUTED)
        rest = QRectF(inner.left() + words + pad, inner.top(), inner.width() - words - pad, inner.height())
        _value(painter, text, rest, size)
        return
    head = small * PT * 1.4
    write(painter, label, QRectF(inner.left(), inner.top(), inner.width(), head), small, MUTED)
    _value(painter, text, inner.adjusted(0, head, 0, 0), size)


def _value(painter: QPainter, text: str, box: QRectF, size: float) -> None:
    """Write a value on one line, or on two smaller ones where that shows more of it."""
    if width_of(text, size * 0.75) > box.width() and box.height() >= size * PT * 2.3:
        draw_text(painter, text, box, size * 0.82, vertical="middle")
    else:
        write(painter, text, box, size)


def draw_words(painter: QPainter, item: TextItem, facts: Facts, box: QRectF) -> None:
    """Draw a text with its fields filled in."""
    draw_text(
        painter,
        facts.filled(item.text),
        box,
        item.size,
        item.colour,
        bold=item.bold,
        serif=item.serif,
        align=item.align,
        vertical=item.vertical,
    )


def draw_shape(painter: QPainter, item: ShapeItem, box: QRectF) -> None:
    """Draw a rectangle, an ellipse or a line."""
    painter.setPen(thin_pen(item.stroke, item.line) if item.line else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if item.ground is None else style_colour(item.ground))
    if item.shape == "rectangle":
        painter.drawRect(box)
    elif item.shape == "ellipse":
        painter.drawEllipse(box)
    else:
        painter.drawLine(box.topLeft(), box.bottomRight())


def draw_picture(painter: QPainter, item: PictureItem, box: QRectF, folder: Path | None) -> None:
    """Draw a picture file into its box, whole or filling it.

    Raises
    ------
    SourceUnavailable
        There is no such file, or it cannot be read as a picture.
    """
    if not item.path:
        return
    path = file_of(item.path, folder)
    if path.suffix.lower() == ".svg":
        drawing = QSvgRenderer(str(_checked(path)))
        size = QSizeF(drawing.defaultSize())
        if not drawing.isValid() or size.isEmpty():
            raise _unreadable(path)
        drawing.render(painter, _place(size, box, item.fit))
        return
    image = _image(str(_checked(path)), path.stat().st_mtime_ns)
    if image is None:
        raise _unreadable(path)
    painter.save()
    painter.setClipRect(box)
    painter.drawImage(_place(QSizeF(image.size()), box, item.fit), image)
    painter.restore()


@lru_cache(maxsize=8)
def _image(path: str, _changed: int) -> QImage | None:
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    image = reader.read()
    return None if image.isNull() else image


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise SourceUnavailable("There is no such file.", where=str(path), remedy="Choose the picture again.")
    if path.stat().st_size > LARGEST:
        raise SourceUnavailable(
            "The picture is larger than {limit} MiB.", where=str(path), remedy="Make it smaller.", limit=LARGEST >> 20
        )
    return path


def _unreadable(path: Path) -> SourceUnavailable:
    return SourceUnavailable(
        "The file cannot be read as a picture.", where=str(path), remedy="Choose a PNG, JPEG or SVG file."
    )


def _place(size: QSizeF, box: QRectF, fit: str) -> QRectF:
    mode = Qt.AspectRatioMode.KeepAspectRatio if fit == "whole" else Qt.AspectRatioMode.KeepAspectRatioByExpanding
    made = size.scaled(box.size(), mode)
    corner = QPointF(box.center().x() - made.width() / 2, box.center().y() - made.height() / 2)
    return QRectF(corner, made)


def draw_missing(painter: QPainter, words: str, box: QRectF) -> None:
    """Say in the place of an item why it is not there."""
    painter.setPen(thin_pen("#b04a00", 0.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    inner = box.adjusted(PX, PX, -PX, -PX)
    draw_text(painter, words or tr("unknown"), inner, 8.0, "#b04a00", align="centre", vertical="middle")
