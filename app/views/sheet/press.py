"""Press: one page drawn into a PDF, PNG or SVG, in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.core.language import tr
from app.core.pages.items import TITLES
from app.views.sheet.geopdf import Viewport, viewport
from app.views.sheet.page import draw_page
from app.views.sheet.paper import PX
from layers.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.views.sheet.page import Matter

Kind = Literal["pdf", "png", "svg"]

RESOLUTION = 1440
"""Units of the PDF in an inch: 1/15 px."""

MOST_PIXELS = 400_000_000


@dataclass(frozen=True, slots=True)
class Printed:
    """One page as bytes, where its maps lie, and what of their layers is not there, as sentences."""

    data: bytes
    viewports: tuple[Viewport, ...] = ()
    missing: tuple[str, ...] = ()


def printed(matter: Matter, kind: Kind, dpi: int, check: Callable[[], None] = lambda: None) -> Printed:
    """Draw a page.

    Parameters
    ----------
    matter : Matter
    kind : str
        ``pdf``, ``png`` or ``svg``.
    dpi : int
        Of a PNG.

    Raises
    ------
    DataError
        The picture would be too large, or cannot be made.
    HaitangError
        A picture file on the page cannot be read.
    """
    lost = tuple(matter.missing())
    if kind == "pdf":
        return Printed(_pdf(matter, check), tuple(_viewports(matter)), lost)
    return Printed(_png(matter, dpi, check) if kind == "png" else _svg(matter, check), missing=lost)


def _pdf(matter: Matter, check: Callable[[], None]) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    size = QPageSize(QSizeF(*matter.page.size), QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(RESOLUTION)
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.scale(RESOLUTION / 96, RESOLUTION / 96)
    try:
        draw_page(painter, matter, check)
    finally:
        painter.end()
        buffer.close()
    return bytes(data.data())


def _viewports(matter: Matter) -> list[Viewport]:
    """Give the places of the maps, the main one first: programs that know only one take the first."""
    found = []
    for item in sorted(matter.page.maps(), key=lambda one: bool(one.overview_of)):
        drawn = matter.maps.get(item.id)
        if drawn is None:
            continue
        view = drawn.view
        box = (item.x, item.y, view.width / PX, view.height / PX)
        port = viewport(item.name or tr(TITLES["map"]), view, box)
        if port is not None:
            found.append(port)
    return found


def _png(matter: Matter, dpi: int, check: Callable[[], None]) -> bytes:
    image = image_of(matter, dpi / 96, check)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, cast("Any", "PNG"))
    return bytes(data.data())


def image_of(matter: Matter, ratio: float, check: Callable[[], None] = lambda: None) -> QImage:
    """Draw a page into a picture.

    Parameters
    ----------
    ratio : float
        Pixels in a px at 96 dpi.

    Raises
    ------
    DataError
        It would be too large.
    """
    wide, high = (round(side * PX * ratio) for side in matter.page.size)
    if wide * high > MOST_PIXELS:
        raise DataError(
            "The picture would have {wide} × {high} pixels.",
            where=matter.page.name,
            remedy="Take fewer dots per inch, or write a PDF.",
            wide=wide,
            high=high,
        )
    image = QImage(QSize(wide, high), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(ratio, ratio)
    try:
        draw_page(painter, matter, check)
    finally:
        painter.end()
    return image


def _svg(matter: Matter, check: Callable[[], None]) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the tiny version knows no clipping
    writer.setOutputDevice(buffer)
    wide, high = (side * PX for side in matter.page.size)
    writer.setResolution(96)
    writer.setSize(QSize(round(wide), round(high)))
    writer.setViewBox(QRectF(0, 0, wide, high))
    writer.setTitle(matter.page.name)
    painter = QPainter(writer)
    try:
        draw_page(painter, matter, check)
    finally:
        painter.end()
    exact = b'<svg width="%gmm" height="%gmm"' % matter.page.size  # Qt rounds to whole px
    return re.sub(rb'<svg width="[\d.]+mm" height="[\d.]+mm"', exact, bytes(data.data()), count=1)
