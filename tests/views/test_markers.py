"""Markers of the field: the same on the map, in the legend and on the page; an unknown name is drawn as a shape."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

import resources
from app.views.map2d.marks import markers, parts_of
from app.views.map2d.placement import Placement
from app.views.map2d.points import draw_points
from app.views.map2d.swatches import draw_marker
from layers.style import Symbol

SIDE = 81
FILL, LINE = "#3b7dd8", "#402010"


def by_painter(symbol: Symbol, size: float, turn: float = 0.0) -> np.ndarray:
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(SIDE // 2 + 0.125, SIDE // 2 + 0.125)
    painter.rotate(turn)
    draw_marker(painter, symbol, QPointF(0, 0), size)
    painter.end()
    return np.array(image.constBits()).view(np.uint8).reshape(SIDE, SIDE, 4).astype(int)


def by_kernel(name: str, size: float, turn: float = 0.0, outline: int = 0xFF402010) -> np.ndarray:
    picture = np.zeros((SIDE, SIDE), np.uint32)
    place = Placement(0.0, 0.0, 1.0, -1.0)
    middle = SIDE // 2 + 0.125
    draw_points(
        picture, np.array([[middle, middle]]), place, np.array([0xFF3B7DD8], np.uint32), size,
        marker=name, turn_deg=turn, classes=np.zeros(1, np.int32), outline=outline, outline_width=1.0,
    )  # fmt: skip
    return picture.view(np.uint8).reshape(SIDE, SIDE, 4).astype(int)


@pytest.mark.parametrize("name", markers())
@pytest.mark.parametrize(("size", "turn"), [(14.0, 0.0), (48.0, 0.0), (32.0, 30.0)])
def test_the_map_draws_a_marker_as_qpainter_does(qapp, name, size, turn):
    ours = by_kernel(name, size, turn)
    theirs = by_painter(Symbol(marker=name, fill=FILL, stroke=LINE), size, turn)
    assert (ours[..., 3] > 0).sum() > size
    # Coverage is a whole number of 255 in both, and a rim shared by two tones is blended in another order.
    assert np.abs(ours - theirs).mean() < 1.5
    assert np.percentile(np.abs(ours - theirs), 99.5) < 64


def test_every_marker_has_a_title_in_both_languages_and_fits_its_square():
    titles = json.loads(resources.path("markers/titles.json").read_text("utf-8"))
    assert set(titles) == set(markers())
    assert len(titles) >= 10
    for name in markers():
        assert all(titles[name][language].strip() for language in ("zh", "en"))
        assert {tone for tone, _ in parts_of(name)} == {"fill", "line"}
        corners = np.concatenate([ring for _, rings in parts_of(name) for ring in rings])
        assert np.abs(corners).max() <= 0.52


def test_a_marker_without_an_outline_is_drawn_in_its_own_colour(qapp):
    from app.views.map2d.drawing import _rim

    assert _rim(Symbol(marker="sluice", fill=FILL, stroke=None)) == 0xFF3B7DD8
    assert _rim(Symbol(fill=FILL, stroke=None)) == 0


def test_a_marker_that_is_not_known_here_is_drawn_as_its_shape(qapp):
    unknown = by_kernel("of_a_newer_version", 14.0)
    assert (unknown == by_kernel("", 14.0)).all()
    assert by_painter(Symbol(marker="of_a_newer_version"), 14.0).any()


def test_a_page_draws_markers_as_vectors_each_whole_over_the_one_before(qapp):
    from app.core.camera import View
    from app.views.sheet.features import mark_points
    from layers.extent import Extent

    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    view = View(None, Extent(0, 0, SIDE, SIDE), SIDE, SIDE)
    symbol = Symbol(marker="buoy", fill=FILL, stroke=LINE, size=30.0)
    mark_points(painter, np.array([40.0, 46.0]), np.array([40.0, 40.0]), symbol, view)
    painter.end()
    both = np.array(image.constBits()).view(np.uint8).reshape(SIDE, SIDE, 4).astype(int)
    alone = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    alone.fill(0)
    painter = QPainter(alone)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_marker(painter, symbol, QPointF(46.0, 40.0), 30.0)
    painter.end()
    upper = np.array(alone.constBits()).view(np.uint8).reshape(SIDE, SIDE, 4).astype(int)
    opaque = upper[..., 3] == 255
    assert np.abs(both - upper)[opaque].mean() < 3.0  # places on a page are rounded to a grain
