"""Paper shows the symbols of the screen: vectors of the page beside pixels of the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from app.core.document import Document
from app.core.pages.items import MapItem
from app.views.direct import DirectReading
from app.views.sheet.maps import Maps, draw_map, fitted, picture_of
from layers.extent import Extent
from layers.style import Category, Rule, Symbol, VectorStyle
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.usefixtures("qapp")

SQUARE = [[0, 0], [80, 0], [80, 60], [0, 60], [0, 0]]
HOLE = [[20, 15], [60, 15], [60, 45], [20, 45], [20, 15]]
ZIGZAG = [[0, 0], [30, 70], [60, 0], [90, 70]]


def pixels(image: QImage) -> NDArray[np.int64]:
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(np.int64)


def compared(kind: str, shapes: list[Any], style: VectorStyle, **fields: Any) -> NDArray[np.int64]:
    """Largest difference of each pixel between the two ways."""
    features = {
        n: {"geometry": {"type": kind, "coordinates": shape}, "properties": {"n": n, "turn": 17.0 * n}}
        for n, shape in enumerate(shapes)
    }
    document = Document()
    document.add(VectorLayer(id="v", name="v", source="memory:", crs="EPSG:4549", style=style, features=features))
    document.set(document.layers[0], "opacity", fields.get("opacity", 1.0))
    maps, item = Maps(document, DirectReading(document)), MapItem(width=130, height=100)  # type: ignore[arg-type]
    view = fitted(Extent(0, 0, 480, 370), "EPSG:4549", 480, 370, None)
    flat = picture_of(maps.drawn(item, view, 96, flat=True))
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    draw_map(painter, maps.drawn(item, view, 96))
    painter.end()
    assert (pixels(flat) != 255).any()
    return np.abs(pixels(flat) - pixels(image)).max(axis=-1)


def moved(shape: list[Any], n: int) -> list[Any]:
    return [[x + 30 + n % 4 * 110, y + 30 + n // 4 * 100] for x, y in shape]


def each(symbols: list[Symbol]) -> VectorStyle:
    cats = tuple(Category(value=n, symbol=symbol) for n, symbol in enumerate(symbols))
    return VectorStyle(renderer="categorised", column="n", categories=cats)


HATCHES = ("horizontal", "vertical", "cross", "diagonal_up", "diagonal_down", "diagonal_cross", "dots")
AREAS = [Symbol(fill="#f3e9d2", stroke="#8a5a2b", width=1.5, hatch=h, hatch_colour="#b04a00") for h in HATCHES]
LINES = [
    Symbol(fill=None, stroke="#1864ab", width=2.5),
    Symbol(fill=None, stroke="#1864ab", width=2.0, dash=(8, 4)),
    Symbol(fill=None, stroke="#1864ab", width=2.0, dash=(10, 3, 2, 3), cap="round"),
    Symbol(fill=None, stroke="#1864ab", width=6.0, join="miter", cap="square"),
    Symbol(fill=None, stroke="#1864ab", width=6.0, join="bevel", cap="butt"),
    Symbol(fill=None, stroke="#1864ab80", width=6.0),
]
SHAPES = ("circle", "square", "triangle", "diamond", "cross")
MARKS = [Symbol(shape=s, size=17, fill="#d9480f", stroke="#123456", width=1.5) for s in SHAPES]
MARKS += [Symbol(shape=s, size=21, fill="#d9480f", stroke=None, rotation_column="turn") for s in SHAPES]


@pytest.mark.parametrize(
    ("kind", "shapes", "symbols"),
    [
        ("Polygon", [[moved(SQUARE, n), moved(HOLE, n)] for n in range(len(AREAS))], AREAS),
        ("LineString", [moved(ZIGZAG, n) for n in range(len(LINES))], LINES),
        ("Point", [moved([[40, 40]], n)[0] for n in range(len(MARKS))], MARKS),
    ],
)
def test_areas_lines_and_marks_differ_by_no_more_than_their_edges(kind: str, shapes: list[Any], symbols: list[Symbol]):
    away = compared(kind, shapes, each(symbols))
    assert away.mean() < 1.5
    assert (away > 96).mean() < 0.002


def test_rules_draw_over_each_other_in_their_order():
    rules = (
        Rule(symbol=Symbol(fill="#9db7c8", stroke="#4a6274")),
        Rule(filter="n >= 2", symbol=Symbol(fill=None, stroke="#c92a2a", width=4.0)),
    )
    style = VectorStyle(renderer="rules", rules=rules)
    away = compared("Polygon", [[moved(SQUARE, n)] for n in range(4)], style)
    assert (away > 96).mean() < 0.001


def test_a_layer_that_is_mixed_with_those_below_is_a_picture_and_the_same():
    document = Document()
    below = {0: {"geometry": {"type": "Polygon", "coordinates": [moved(SQUARE, 0)]}, "properties": {}}}
    over = {0: {"geometry": {"type": "Polygon", "coordinates": [moved(HOLE, 0)]}, "properties": {}}}
    for name, features in (("below", below), ("over", over)):
        document.add(VectorLayer(id=name, name=name, source="memory:", crs="EPSG:4549", features=features))
    document.set(document.layer("over"), "blend", "multiply")
    maps, item = Maps(document, DirectReading(document)), MapItem(width=130, height=100)  # type: ignore[arg-type]
    view = fitted(Extent(0, 0, 480, 370), "EPSG:4549", 480, 370, None)
    drawn = maps.drawn(item, view, 96)
    assert drawn.base is not None
    assert all(one.in_base for one in drawn.shown)
    assert (pixels(drawn.base) == pixels(picture_of(maps.drawn(item, view, 96, flat=True)))).all()
