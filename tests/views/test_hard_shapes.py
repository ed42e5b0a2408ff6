"""Hard shapes against QPainter: slivers, knots, huge coordinates, a million vertices, holes in holes, NaN.

Tolerances, in steps of 255, and why: both sides compute areas, but Qt rounds vertices to 1/64 of a pixel and sums of
areas to 1/256, which moves an edge pixel by up to 6; where several edges of one shape cross inside one pixel the
areas are added up here and sampled there, which single pixels show (up to 40), the mean does not (0.15).
"""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPainterPathStroker, QPolygonF

from app.core.camera import View
from app.views.map2d.blend import new_picture
from app.views.map2d.drawing import draw_features
from app.views.map2d.features import prepared
from app.views.map2d.fill import fill_polygons
from app.views.map2d.placement import PIXELS, Placement
from app.views.map2d.strokes import stroke_lines
from layers.extent import Extent
from layers.geometry import LINE, POLYGON, Geometry
from layers.sources.source import FeatureBlock
from layers.style import Symbol

WIDTH, HEIGHT = 240, 160
STEPS, KNOT, MEAN = 6, 40, 0.15
EAST, NORTH = 5e5, 3.4e6


def painted(draw):
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(HEIGHT, WIDTH).copy()


def by_qt(rings, *, even_odd):
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill if even_odd else Qt.FillRule.WindingFill)
    for ring in rings:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in ring]))
        path.closeSubpath()
    return painted(lambda painter: painter.fillPath(path, QColor(0, 0, 0)))


def by_us(rings, *, even_odd, placement=PIXELS):
    picture = new_picture(WIDTH, HEIGHT)
    offsets = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
    xy = np.concatenate([np.asarray(ring, float) for ring in rings])
    black = np.array([0xFF000000], np.uint32)
    fill_polygons(picture, xy, offsets, np.array([0, len(rings)]), placement, black, even_odd=even_odd)
    return picture


def apart(a, b):
    return np.abs((a >> 24).astype(int) - (b >> 24).astype(int))


def circle(radius, count, x=120.0, y=80.0, turn=1.0):
    angle = turn * np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], -1)


def box(x0, y0, x1, y1):
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], float)


def coast(count):
    """A shore with bays of every size, a vertex every 0.0004 px."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 60 + 8 * np.sin(7 * angle) + 3 * np.sin(41 * angle) + np.sin(211 * angle)
    return np.stack([120 + radius * np.cos(angle), 80 + radius * np.sin(angle)], -1)


RNG = np.random.default_rng(4)
SHAPES = {
    "sliver of a hundredth px": ([np.array([(5, 20), (235, 81.3), (235, 81.31), (5, 20.01)])], STEPS),
    "sliver between rows": ([np.array([(3, 40.5), (237, 40.5), (237, 40.52)])], STEPS),
    "needles": ([np.array([(x, 150), (x + 0.3, 5), (x + 0.6, 150)]) for x in range(8, 230, 9)], STEPS),
    "bow tie": ([np.array([(20, 20), (220, 140), (220, 20), (20, 140)])], KNOT),
    "touching itself in a vertex": (
        [np.array([(20, 20), (120, 80), (20, 140), (220, 140), (120, 80), (220, 20)])],
        KNOT,
    ),
    "touching itself along an edge": (
        [np.array([(30, 30), (200, 30), (200, 80), (60, 80), (200, 80), (200, 130), (30, 130)])],
        STEPS,
    ),
    "holes in holes": ([circle(75 - 15 * n, 60, turn=(-1) ** n) for n in range(5)], STEPS),
    "rings of one turn": ([circle(70, 50), circle(40, 50), circle(20, 50)], STEPS),
    "a million vertices": ([coast(1_000_000)], STEPS),
    "far beyond the view": ([np.array([(-1e7, 50.2), (1e7, 71.4), (1e7, 90.1), (-1e7, 80.7)])], STEPS),
    "a thousand times the view": ([circle(120_000, 300, 120, 120_080.3)], STEPS),
    "a flat ring": ([np.array([(20, 20), (200, 120), (20, 20)])], STEPS),
    "the same vertex again": ([np.repeat(box(30.2, 30.7, 190.1, 120.3), 3, axis=0)], STEPS),
}


@pytest.mark.parametrize("even_odd", [False, True], ids=["non-zero", "even-odd"])
@pytest.mark.parametrize("name", SHAPES)
def test_hard_polygons_look_as_qt_draws_them(name, even_odd):
    rings, most = SHAPES[name]
    found = apart(by_us(rings, even_odd=even_odd), by_qt(rings, even_odd=even_odd))
    assert found.max() <= most
    assert found.mean() < MEAN


@pytest.mark.parametrize("scale", [0.002, 1.0, 50.0])
@pytest.mark.parametrize("name", ["sliver of a hundredth px", "bow tie", "holes in holes", "needles"])
def test_shapes_at_the_eastings_of_shanghai_are_those_near_zero(name, scale):
    rings, _ = SHAPES[name]
    place = Placement(EAST, NORTH, 1 / scale, 1 / scale)
    there = [ring * [scale, -scale] + [EAST, NORTH] for ring in rings]
    found = apart(by_us(there, even_odd=False, placement=place), by_us(rings, even_odd=False))
    # At 2 mm a pixel a coordinate of 3.4e6 m is known to 5e-10 m, a 4-millionth of a pixel.
    assert found.max() <= 1


def block_of(shapes, kind=POLYGON):
    """Features of one part; a feature is a list of rings."""
    every = [np.asarray(ring, float) for rings in shapes for ring in rings]
    rings = np.concatenate([[0], np.cumsum([len(r) for r in every])]).astype(np.int64)
    parts = np.concatenate([[0], np.cumsum([len(r) for r in shapes])]).astype(np.int64)
    if kind != POLYGON:
        parts = np.arange(len(every) + 1)
    count = len(shapes)
    geometry = Geometry(np.concatenate(every), rings, parts, np.arange(count + 1), np.full(count, kind, np.uint8))
    return FeatureBlock(np.arange(count), geometry, {})


def drawn(block, symbol, view=None):
    view = view or View("EPSG:4549", Extent(0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
    picture = new_picture(view.width, view.height)
    features = prepared(block, "EPSG:4549", "EPSG:4549", None)
    draw_features(picture, features, np.zeros(len(features), np.int32), [symbol], view)
    return picture


def test_small_convex_shapes_are_never_wrong_by_more_than_a_quarter_of_a_pixel():
    worst, total = 0, []
    for count in (3, 4, 5, 8):
        for _ in range(40):
            size = RNG.uniform(0.3, 1.6)
            angle = np.sort(RNG.uniform(0, 2 * np.pi, count))
            ring = np.stack([100 + RNG.uniform() + size / 2 * np.cos(angle), 80 + size / 2 * np.sin(angle)], -1)
            found = apart(by_us([ring], even_odd=False), by_qt([ring], even_odd=False))
            worst, total = max(worst, int(found.max())), [*total, found.sum()]
    assert worst <= 0.25 * 255 + STEPS
    assert np.mean(total) < 60


def test_polygons_with_coordinates_that_are_no_numbers_are_refused_and_their_neighbours_drawn():
    from layers.wkb import from_wkb
    from tests.views.maps import wkb_polygon

    rows = [wkb_polygon(box(10, 10, 60, 60)), wkb_polygon([(90, 20), (np.nan, 90), (150, 20)]), b""]
    data = np.frombuffer(b"".join(rows), np.uint8)
    ends = np.cumsum([len(r) for r in rows])
    geometry, found = from_wkb(data, ends - [len(r) for r in rows], ends)
    assert found.broken == 1
    assert geometry.types.tolist() == [POLYGON, 0, 0]
    picture = drawn(FeatureBlock(np.arange(3), geometry, {}), Symbol(fill="#000000", stroke=None))
    assert np.count_nonzero(picture) == 50 * 50


def test_a_polygon_beyond_the_map_is_not_drawn_as_what_is_left_of_it():
    # The north of a world map has no place in Mercator: the triangle would come out as a line.
    block = block_of([[box(-10, -10, 10, 10)], [[(20, 0), (40, 0), (30, 90.0)]]])
    features = prepared(block, "EPSG:4326", "EPSG:3857", None)
    assert np.isfinite(features.boxes[:, 0]).tolist() == [True, bool(np.isfinite(features.xy[4:]).all())]


CAPS = {"butt": Qt.PenCapStyle.FlatCap, "round": Qt.PenCapStyle.RoundCap, "square": Qt.PenCapStyle.SquareCap}
JOINS = {"round": Qt.PenJoinStyle.RoundJoin, "miter": Qt.PenJoinStyle.SvgMiterJoin, "bevel": Qt.PenJoinStyle.BevelJoin}
ROADS = {
    "zigzag": np.array([(20, 120), (60, 30.4), (100, 120), (140, 30), (150, 120), (220, 115), (228, 30)], float),
    "curve": circle(60, 300)[:200],
    "hairpin": np.array([(20, 80), (200, 78), (22, 90), (200, 104)], float),
    "across the view": np.array([(-500, 20), (120, 90), (900, 40), (900, 300), (100, 110), (-40, 500)], float),
}


def road_by_qt(points, width, cap, join, *, closed):
    """The outline that Qt's own stroker gives, filled: pens of one pixel take another way there, by distance."""
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(CAPS[cap])
    stroker.setJoinStyle(JOINS[join])
    stroker.setMiterLimit(4.0)
    stroker.setCurveThreshold(0.05)
    path = QPainterPath(QPointF(*points[0]))
    for x, y in points[1:]:
        path.lineTo(x, y)
    if closed:
        path.closeSubpath()
    outline = stroker.createStroke(path)
    outline.setFillRule(Qt.FillRule.WindingFill)
    return painted(lambda painter: painter.fillPath(outline, QColor(0, 0, 0)))


@pytest.mark.parametrize("width", [1.0, 3.0, 11.0])
@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("cap", CAPS)
@pytest.mark.parametrize("name", ROADS)
def test_lines_with_every_end_and_corner_look_as_qt_draws_them(name, cap, join, width):
    picture, points = new_picture(WIDTH, HEIGHT), ROADS[name]
    black, closed = np.array([0xFF000000], np.uint32), name == "curve" and cap == "butt"
    stroke_lines(picture, points, np.array([0, len(points)]), PIXELS, black, width, cap=cap, join=join, closed=closed)
    expected = road_by_qt(points, width, cap, join, closed=closed)
    found, inked = apart(picture, expected), (picture > 0) | (expected > 0)
    # Where two legs of a hairpin share a pixel their areas are added up, in another order here than there.
    assert found[inked].mean() < 3
    assert np.count_nonzero(found > 60) <= 20


def test_a_line_set_off_to_its_right_is_parallel_to_it_at_that_distance():
    for sign in (1.0, -1.0):
        picture, points = new_picture(WIDTH, HEIGHT), np.array([(20, 80), (120, 80), (120, 150)], float)
        black = np.array([0xFF000000], np.uint32)
        offset = 10.0 * sign
        stroke_lines(picture, points, np.array([0, 3]), PIXELS, black, 2.0, cap="butt", join="miter", offset=offset)
        moved = np.array([(20, 80 + offset), (120 - offset, 80 + offset), (120 - offset, 150)], float)
        assert apart(picture, road_by_qt(moved, 2.0, "butt", "miter", closed=False)).max() <= STEPS


def test_a_line_set_off_inside_a_bend_narrower_than_itself_stays_on_its_side():
    angle = np.linspace(np.pi, 0, 60)
    bend = np.concatenate([[(20, 40)], np.stack([120 + 12 * np.cos(angle), 110 + 12 * np.sin(angle)], -1), [(220, 40)]])
    picture, black = new_picture(WIDTH, HEIGHT), np.array([0xFF000000], np.uint32)
    stroke_lines(picture, bend, np.array([0, len(bend)]), PIXELS, black, 1.5, offset=-25.0)
    rows, _ = np.nonzero(picture >> 24 > 60)
    assert len(rows) > 100
    assert rows.max() < 110


HATCHES = ["horizontal", "vertical", "cross", "diagonal_up", "diagonal_down", "diagonal_cross", "dots"]


@pytest.mark.parametrize("hatch", HATCHES)
def test_hatches_stay_inside_the_polygon_and_stand_still_on_the_map(hatch):
    ring = circle(60, 40)
    symbol = Symbol(fill=None, stroke=None, hatch=hatch, hatch_colour="#000000", hatch_spacing=9.0)
    views = [View("EPSG:4549", Extent(x, y, x + WIDTH, y + HEIGHT), WIDTH, HEIGHT) for x, y in ((0, 0), (17, -5))]
    first, second = (drawn(block_of([[ring]]), symbol, view) for view in views)
    assert np.array_equal(first[5:, 17:], second[:-5, :-17])
    full = drawn(block_of([[ring]]), Symbol(fill="#000000", stroke=None))
    share = (first >> 24).sum() / (full >> 24).sum()
    assert ((first >> 24) <= (full >> 24) + 1).all()
    assert 0.04 < share < 0.3


def test_diagonals_that_go_up_rise_to_the_right():
    symbol = Symbol(fill=None, stroke=None, hatch="diagonal_up", hatch_colour="#000000", hatch_spacing=20.0)
    picture = drawn(block_of([[box(0, 0, WIDTH, HEIGHT)]]), symbol) >> 24
    assert (picture[10:-1, :-10] * (picture[9:-2, 1:-9] > 0)).sum() > 2 * (
        picture[10:-1, :-10] * (picture[11:, 1:-9] > 0)
    ).sum()


def test_a_picture_moved_by_whole_pixels_and_completed_is_the_one_drawn_anew():
    from app.views.map2d.panning import Drawn, carried, view_of

    roads = [[p] for p in ROADS.values()]
    block, symbol = block_of(roads, LINE), Symbol(stroke="#000000", width=3.0, dash=(6.0, 4.0))
    first = View("EPSG:4549", Extent(0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
    last = Drawn("key", first, drawn(block, symbol, first))
    for dx, dy in ((30, 0), (0, -25), (-41, 17)):
        view = View("EPSG:4549", Extent(dx, dy, dx + WIDTH, dy + HEIGHT), WIDTH, HEIGHT)
        made, strips = carried(last, "key", view)
        for strip in strips:
            x0, y0, x1, y1 = strip
            made.pixels[y0:y1, x0:x1] = drawn(block, symbol, view_of(strip, view))
        assert apart(made.pixels, drawn(block, symbol, view)).max() <= 1
    assert carried(last, "other", first) is None
    assert carried(last, "key", View("EPSG:4549", Extent(0.5, 0, WIDTH + 0.5, HEIGHT), WIDTH, HEIGHT)) is None
