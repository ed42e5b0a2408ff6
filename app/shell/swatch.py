"""Swatches: the look of a layer in a few pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPen, QPixmap, QPolygonF

from app.widgets import icons, theme
from app.widgets.colour_button import to_colour
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.style import ClassTable, ColourScale, Symbol

SCALES = (
    "haitang:water", "haitang:depth", "haitang:speed", "haitang:terrain", "haitang:land", "haitang:sea",
    "viridis", "cividis", "plasma", "magma", "turbo", "colorbrewer:Blues", "colorbrewer:YlGnBu", "colorbrewer:YlOrRd",
    "colorbrewer:Spectral", "colorbrewer:RdYlBu", "colorbrewer:RdBu", "matplotlib:coolwarm", "matplotlib:gray",
)  # fmt: skip
"""Colour scales offered; those of this program that do not exist are left out."""


def offered_scales() -> list[str]:
    """List the names of the colour scales to offer, ours first."""
    from app.views.map2d.colours import own_scales

    own = [f"haitang:{name}" for name in own_scales()]
    first = [s for s in SCALES if s in own or s == "haitang:terrain"]
    return [*first, *(s for s in own if s not in first), *(s for s in SCALES if not s.startswith("haitang:"))]


def stops(name: str, *, reverse: bool = False, count: int = 9) -> list[QColor]:
    """Give colours of a scale from low to high."""
    from app.views.map2d.colours import ramp

    if name == "haitang:terrain":
        below, above = ramp("haitang:sea", count)[::-1], ramp("haitang:land", count)
        table = [*below[::2], *above[::2]]
    else:
        table = list(ramp(name, count))
    colours = [QColor.fromRgba(int(value)) for value in table]
    return colours[::-1] if reverse else colours


def draw_scale(painter: QPainter, scale: ColourScale, box: QRectF) -> None:
    """Draw a colour scale, or its classes, as a bar."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if scale.classes is not None and scale.classes.classes:
        draw_classes(painter, scale.classes, box)
    else:
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        colours = stops(scale.colours, reverse=scale.reverse)
        for number, colour in enumerate(colours):
            gradient.setColorAt(number / (len(colours) - 1), colour)
        painter.setBrush(gradient)
        painter.drawRoundedRect(box, 3, 3)
    painter.restore()


def draw_classes(painter: QPainter, table: ClassTable, box: QRectF) -> None:
    """Draw the colours of a class table side by side."""
    width = box.width() / max(len(table.classes), 1)
    for number, one in enumerate(table.classes):
        painter.fillRect(
            QRectF(box.left() + number * width, box.top(), width + 0.5, box.height()), to_colour(one.colour)
        )


def draw_symbol(painter: QPainter, symbol: Symbol, box: QRectF, geometry: str = "polygon") -> None:
    """Draw a symbol as it looks on the map: a patch, a line or a mark."""
    painter.save()
    stroke = QPen(to_colour(symbol.stroke), min(symbol.width, 3.0)) if symbol.stroke else QPen(Qt.PenStyle.NoPen)
    painter.setPen(stroke)
    painter.setBrush(to_colour(symbol.fill) if symbol.fill else Qt.BrushStyle.NoBrush)
    if geometry == "line":
        inner = box.adjusted(2, 4, -2, -4)
        bend = [inner.bottomLeft(), QPointF(inner.center().x() - 2, inner.top() + 2), inner.center(), inner.topRight()]
        painter.drawPolyline(QPolygonF(bend))
    elif geometry == "point":
        from app.views.map2d.swatches import draw_marker

        draw_marker(painter, symbol, box.center(), min(symbol.size, box.height() - 4))
    else:
        painter.drawRoundedRect(box.adjusted(2, 3, -2, -3), 2, 2)
    painter.restore()


def geometry_of(layer: Layer) -> str:
    """Give ``point``, ``line`` or ``polygon`` of a layer."""
    from app.views.map2d.legend import geometry_word

    return geometry_word(layer.description.geometry if layer.description is not None else None)


def draw_swatch(painter: QPainter, layer: Layer, box: QRectF) -> None:
    """Draw what a layer looks like."""
    style: Any = getattr(layer, "style", None)
    if layer.kind == "series":
        draw_symbol(painter, style.symbol, box, "point")
    elif isinstance(layer, VectorLayer):
        _draw_vector(painter, layer, box)
    elif layer.kind in ("raster", "mesh") and getattr(style, "mode", "scale") != "rgb":
        draw_scale(painter, style.scale, box.adjusted(2, 3, -2, -3))
        if layer.kind == "mesh":
            icons.draw(painter, "mesh", box.adjusted(3, 3, -3, -3), "surface")
    else:
        icons.draw(painter, "picture", box.adjusted(2, 2, -2, -2), "icon")


def _draw_vector(painter: QPainter, layer: VectorLayer, box: QRectF) -> None:
    style = layer.style
    if style.kind == "graduated" and style.classes is not None:
        draw_classes(painter, style.classes, box.adjusted(2, 3, -2, -3))
    elif style.kind == "heat":
        draw_scale(painter, style.heat.scale, box.adjusted(2, 3, -2, -3))
    elif style.kind == "rules":
        draw_symbol(painter, style.rules[0].symbol, box, geometry_of(layer))
    elif style.kind == "cluster":
        draw_symbol(painter, style.cluster.symbol, box, "point")
    elif style.kind == "categorised" and geometry_of(layer) != "polygon":
        draw_symbol(painter, style.categories[0].symbol, box, geometry_of(layer))
    elif style.kind == "categorised":
        shown = style.categories[:4]
        side = (box.width() - 4) / 2
        for number, one in enumerate(shown):
            at = QPointF(box.left() + 2 + number % 2 * side, box.top() + 2 + number // 2 * side)
            colour = one.symbol.fill or one.symbol.stroke or "#808080"
            painter.fillRect(QRectF(at.x(), at.y(), side - 1, side - 1), to_colour(colour))
    else:
        draw_symbol(painter, style.symbol, box, geometry_of(layer))


def scale_icon(name: str, *, reverse: bool = False, width: int = 96, height: int = 14) -> QIcon:
    """Give a colour scale as the icon of a list."""
    from layers.style import ColourScale

    picture = QPixmap(width * 2, height * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_scale(painter, ColourScale(colours=name, reverse=reverse), QRectF(0, 1, width, height - 2))
    painter.end()
    return QIcon(picture)


def line_colour(layer: Layer) -> str:
    """Give the colour that stands for a layer in the time bar."""
    style: Any = getattr(layer, "style", None)
    if layer.kind == "series":
        return str(style.line)
    if layer.kind in ("raster", "mesh") and getattr(style, "mode", "scale") != "rgb":
        colours = stops(style.scale.colours, reverse=style.scale.reverse, count=5)
        return colours[3].name()
    return theme.colour("accent").name()
