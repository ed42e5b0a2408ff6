"""Kernels against QPainter: the same shapes, antialiased by both, pixel by pixel.

Polygons may differ by 6 of 255 steps in single pixels (both compute areas; Qt rounds them to 1/256 of a pixel);
lines, which the kernels shade by distance, by a few steps on average and by more only at ends and corners.
"""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from app.views.map2d.blend import compose, new_picture
from app.views.map2d.fill import fill_polygons
from app.views.map2d.placement import PIXELS, Placement
from app.views.map2d.strokes import stroke_lines

WIDTH, HEIGHT = 300, 200
STEPS = 6


def painted(draw):
    """What QPainter draws, as a picture of ours."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(HEIGHT, WIDTH).copy()


def filled_by_qt(rings, colour, rule):
    path = QPainterPath()
    path.setFillRule(rule)
    for ring in rings:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in ring]))
        path.closeSubpath()

    def draw(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor.fromRgba(colour))
        painter.drawPath(path)

    return painted(draw)


def filled(rings, colour, even_odd=False, placement=PIXELS):
    picture = new_picture(WIDTH, HEIGHT)
    xy = np.concatenate([np.asarray(ring, float) for ring in rings])
    offsets = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
    colours = np.array([colour], np.uint32)
    fill_polygons(picture, xy, offsets, np.array([0, len(rings)]), placement, colours, even_odd=even_odd)
    return picture


def differences(first, second):
    """Largest difference of the four parts of each pixel."""
    parts = [np.abs(((first >> s) & 255).astype(int) - ((second >> s) & 255).astype(int)) for s in (24, 16, 8, 0)]
    return np.max(parts, 0)


def square(x0, y0, x1, y1):
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)


def star(points, depth):
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, 90.0, 90.0 * depth)
    return np.stack([150 + radius * np.cos(angle), 100 + radius * np.sin(angle)], -1)


def ragged_circle(count):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 80 + 3 * np.sin(900 * angle)
    return np.stack([150 + radius * np.cos(angle), 100 + radius * np.sin(angle)], -1)


SHAPES = {
    "star": [star(7, 0.35)],
    "hole": [square(20.3, 20.7, 220.5, 150.2), square(60.1, 50.4, 120.9, 120.6)[::-1]],
    "sliver along the rows": [np.array([(5, 5), (295, 9.3), (295, 9.6), (5, 5.4)])],
    "needle across the rows": [np.array([(10.2, 190), (10.9, 10), (11.1, 190)])],
    "a hundred thousand vertices": [ragged_circle(100_000)],
    "touching itself": [np.array([(50, 50), (150, 100), (50, 150), (250, 150), (150, 100), (250, 50)])],
    "crossing itself": [star(5, 1.0)[[0, 4, 8, 2, 6]]],
    "around the view": [np.array([(-500, 100), (150, -400), (800, 100), (150, 600)])],
    "through the view": [np.array([(-50, 40.3), (400, 60.7), (400, 80), (-50, 70)])],
    "random": [np.random.default_rng(8).uniform(-50, 350, (12, 2))],
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("even_odd", [False, True], ids=["non-zero", "even-odd"])
@pytest.mark.parametrize("colour", [0xFF2060C0, 0x602060C0], ids=["opaque", "see-through"])
def test_polygons_look_as_qt_draws_them(name, even_odd, colour):
    rule = Qt.FillRule.OddEvenFill if even_odd else Qt.FillRule.WindingFill
    expected = filled_by_qt(SHAPES[name], colour, rule)
    found = differences(filled(SHAPES[name], colour, even_odd), expected)
    assert expected.any()
    assert found.max() <= STEPS
    assert found.mean() < 0.1


def test_polygons_of_shanghai_look_as_qt_draws_them_near_zero():
    ring = star(7, 0.35)
    world = ring * [10.0, -10.0] + [4e5, 3.4e6 + 2000]
    found = filled([world], 0xFF2060C0, placement=Placement(4e5, 3.4e6 + 2000, 0.1, 0.1))
    assert differences(found, filled_by_qt([ring], 0xFF2060C0, Qt.FillRule.WindingFill)).max() <= STEPS


def test_a_layer_laid_over_a_ground_looks_as_qt_composes_it():
    shapes = [(SHAPES["star"], 0xC02060C0), (SHAPES["hole"], 0x80C06020)]
    ground = np.full((HEIGHT, WIDTH), 0xFFE8E4D8, np.uint32)
    for rings, colour in shapes:
        compose(ground, filled(rings, colour), 0.7)

    def draw(painter):
        painter.fillRect(0, 0, WIDTH, HEIGHT, QColor.fromRgba(0xFFE8E4D8))
        painter.setOpacity(0.7)
        for rings, colour in shapes:
            layer = filled_by_qt(rings, colour, Qt.FillRule.WindingFill)
            painter.drawImage(0, 0, QImage(layer.data, WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied))

    assert differences(ground, painted(draw)).max() <= STEPS


ZIGZAG = np.array([(20, 80), (60, 20.4), (100, 80), (140, 20), (150, 80), (230.3, 75), (240, 20)], float)
CAPS = {"butt": Qt.PenCapStyle.FlatCap, "round": Qt.PenCapStyle.RoundCap, "square": Qt.PenCapStyle.SquareCap}
JOINS = {"round": Qt.PenJoinStyle.RoundJoin, "miter": Qt.PenJoinStyle.SvgMiterJoin}


def stroked_by_qt(points, width, cap, join, closed, dashes):
    pen = QPen(QColor.fromRgba(0xFF000000), width, Qt.PenStyle.SolidLine, CAPS[cap], JOINS[join])
    pen.setMiterLimit(4.0)
    if dashes:
        pen.setDashPattern([dash / width for dash in dashes])
    path = QPainterPath(QPointF(*points[0]))
    for x, y in points[1:]:
        path.lineTo(x, y)
    if closed:
        path.closeSubpath()

    def draw(painter):
        painter.setPen(pen)
        painter.drawPath(path)

    return painted(draw)


@pytest.mark.parametrize("width", [1.5, 2.5, 4.0, 9.0])
@pytest.mark.parametrize(
    ("cap", "join", "closed", "dashes"),
    [
        ("round", "round", False, ()),
        ("butt", "miter", False, ()),
        ("square", "round", False, ()),
        ("round", "miter", True, ()),
        ("butt", "round", False, (8.0, 4.0, 2.0, 4.0)),
    ],
    ids=["round", "butt", "square", "closed", "dashed"],
)
def test_lines_look_as_qt_draws_them(width, cap, join, closed, dashes):
    picture = new_picture(WIDTH, HEIGHT)
    colours = np.array([0xFF000000], np.uint32)
    options = {"cap": cap, "join": join, "closed": closed, "dashes": dashes}
    stroke_lines(picture, ZIGZAG, np.array([0, len(ZIGZAG)]), PIXELS, colours, width, **options)
    expected = stroked_by_qt(ZIGZAG, width, cap, join, closed, dashes)
    found, inked = differences(picture, expected), (picture > 0) | (expected > 0)
    assert found[inked].mean() < 5
    # Pieces of a dash shorter than the pen is wide turn corners in their own way.
    assert np.count_nonzero(found > 80) < (24 if dashes else 12)
    assert (picture >> 24).sum() == pytest.approx((expected >> 24).sum(), rel=0.012)
