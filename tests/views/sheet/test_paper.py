"""Parts of a page on paper: paths, grids, words, the PDF file, all by their numbers."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from app.core.camera import View
from app.core.pages.items import Grid, MapItem, TextItem
from app.core.pages.model import Page
from app.views.map2d.fill import ring_signs
from app.views.map2d.placement import Placement
from app.views.sheet import captions, geopdf, grid, hatches, legend, marks, paper, pdf
from app.views.sheet import paths as paths_module
from app.views.sheet.atlas import chosen
from app.views.sheet.maps import DrawnMap, fitted, round_scale, scale_of
from app.views.sheet.page import Matter
from app.views.sheet.paper import PX, broken, width_of
from app.views.sheet.paths import paths, placed, turned, turns
from app.views.sheet.press import printed
from app.views.sheet.words import Facts
from app.views.view import Labels, Lettering
from layers.errors import ParameterInvalid
from layers.extent import Extent
from layers.style import Symbol

pytestmark = pytest.mark.usefixtures("qapp")

PAPER = Placement(0.0, 10.0, 10.0, 10.0)


def test_holes_stay_holes_and_overlaps_stay_filled_whatever_way_the_file_turns_its_rings():
    shell = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    hole = np.array([[2.0, 2], [4, 2], [4, 4], [2, 4]])
    other = np.array([[6.0, 6], [14, 6], [14, 14], [6, 14]])[::-1]
    xy = np.concatenate([shell, hole, other])
    rings = np.array([0, 4, 8, 12])
    signs = ring_signs(xy, rings, np.array([0, 2, 3]))
    made = placed(xy, rings, np.arange(3), PAPER, (100, 100), closed=True)
    path = next(iter(paths(turned(made, turns(xy, rings, signs)), closed=True)))
    assert path.contains(QPointF(10, 90))
    assert not path.contains(QPointF(30, 70))
    assert path.contains(QPointF(80, 20))


def test_a_long_ring_that_leaves_the_frame_is_cut_to_it_and_fills_the_same():
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    xy = np.column_stack([np.cos(angle), np.sin(angle)]) * 40 + 5
    rings = np.array([0, 5000])
    made = placed(xy, rings, np.array([0]), PAPER, (100, 100), closed=True)
    assert len(made.xy) < 20
    line = placed(xy, rings, np.array([0]), Placement(0.0, 10.0, 10.0, 10.0), (600, 100), closed=False)
    assert len(line) >= 1
    assert line.xy[:, 1].min() >= -24.001


def test_a_ring_that_leaves_the_frame_and_touches_itself_fills_what_it_filled_before():
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    wave = 60 + 55 * np.sin(9 * angle)
    xy = np.column_stack([60 + np.cos(angle) * wave, 40 + np.sin(angle) * wave])
    xy = np.concatenate([xy[:200], xy[150:200], xy[150:]])  # it goes back along itself for a while
    whole = paths_module.Rings(xy, np.array([0, len(xy)]), np.array([0]))
    cut = paths_module.clipped(whole, (100, 80), closed=True, margin=5.0)
    assert cut.xy.min() >= -5
    assert (cut.xy.max(axis=0) <= (105, 85)).all()
    before, after = (next(iter(paths(one, closed=True))) for one in (whole, cut))
    places = [QPointF(x, y) for x in np.arange(0.3, 100, 3.1) for y in np.arange(0.7, 80, 2.9)]
    assert [after.contains(p) for p in places] == [before.contains(p) for p in places]


def test_paths_hold_at_most_two_hundred_rings():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    xy = np.concatenate([square + np.array([3.0 * n, 0.0]) for n in range(450)])
    rings = np.arange(451) * 4
    made = placed(xy, rings, np.arange(450), PAPER, (14000, 100), closed=True)
    assert [path.elementCount() for path in paths(made, closed=True)] == [1000, 1000, 250]


def test_a_fixed_scale_is_true_on_paper_and_a_free_one_is_round():
    box = Extent(348_000, 3_450_000, 350_000, 3_451_000)
    fixed = fitted(box, "EPSG:4549", 200 * PX, 150 * PX, 10_000)
    assert scale_of(fixed) == pytest.approx(10_000, rel=1e-6)
    ground = fixed.extent.width / (fixed.width / PX / 1000)
    # The plane of the projection is a little larger than the ground, 1.00026 so far from its meridian.
    assert ground == pytest.approx(10_000, rel=5e-4)
    assert [round_scale(n) for n in (34_521, 1_000, 1_001, 99)] == [35_000, 1_000, 1_250, 100]


def test_grid_numbers_stand_at_their_coordinates_and_a_graticule_bends_with_its_system():
    view = fitted(Extent(348_000, 3_450_000, 352_000, 3_453_000), "EPSG:4549", 1000, 750, None)
    plane = grid.lines_of(Grid(kind="grid", step=1000), view)
    east = {line.text: line.way[0, 0] for line in plane if line.axis == "x"}
    assert set(east) >= {"349\u00a0000", "350\u00a0000", "351\u00a0000"}
    share = (350_000 - view.extent.x0) / view.extent.width
    assert east["350\u00a0000"] == pytest.approx(share * view.width)
    degrees = grid.lines_of(Grid(kind="graticule"), view)
    assert {line.axis for line in degrees} == {"x", "y"}
    meridian = next(line for line in degrees if line.axis == "x")
    assert re.fullmatch(r"118°\d\d′\d\d″E|118°\d\d′E", meridian.text)
    assert abs(meridian.way[0, 0] - meridian.way[-1, 0]) > 1.0


@pytest.mark.parametrize(
    ("seconds", "axis", "step", "text"),
    [(436_500, "x", 900, "121°15′E"), (-3_600 * 30.5, "y", 60, "30°30′S"), (436_512.5, "x", 0.5, "121°15′12.5″E")],
)
def test_angles_are_written_as_far_as_their_step_needs(seconds: float, axis: str, step: float, text: str):
    assert grid.angle_text(seconds, axis, step) == text


def test_the_scale_bar_has_round_parts_that_fit():
    for metres, room, parts in ((9.2, 200, 4), (0.26, 180, 4), (1234.0, 300, 2)):
        one = marks.part_length(metres, room, parts)
        assert one * parts / metres <= room
        assert one * parts / metres > room / 2.6


def test_fields_are_filled_unknown_words_become_empty_and_strange_ones_stay():
    facts = Facts({"unit": "院", "drawn": ""}, {"title": "T"}, {"name": "甲", "area": 12.5, "none": None})
    assert facts.filled("{unit} {title} {atlas.name} {atlas.area}") == "院 T 甲 12.50"
    assert facts.filled("[{drawn}{atlas.none}{atlas.gone}] {what}") == "[] {what}"
    assert facts.unknown("{what} {title}") == ["what"]


def test_chinese_breaks_between_characters_and_never_before_a_comma():
    lines = broken("防汛墙加高，海塘达标，泵闸改造", width_of("防汛墙加高", 10) + 1, 10)
    assert lines[0] == "防汛墙加"
    assert not any(line.startswith("，") for line in lines)
    assert "".join(lines) == "防汛墙加高，海塘达标，泵闸改造"


def test_pages_of_an_atlas_are_named_by_numbers():
    assert chosen("", 3) == [1, 2, 3]
    assert chosen("2-3,1", 5) == [2, 3, 1]
    with pytest.raises(ParameterInvalid):
        chosen("4-9", 5)


def test_labels_are_letters_of_the_file_and_stand_once():
    look = Lettering(9.0, "#102030")
    labels = Labels(["海塘", "海塘"], np.array([50.0, 52.0]), np.array([50.0, 50.0]), np.zeros(2), np.ones(2), look)
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    drawn = captions.draw_labels(painter, [labels], View(None, Extent(0, 0, 100, 100), 100, 100))
    painter.end()
    assert drawn == 1


class _Words:
    path = None
    unknown: dict[str, str] = {}  # noqa: RUF012


def text_page(text: str) -> bytes:
    page = Page(paper="A5", items=(TextItem(text=text, width=100, height=20, x=10, y=10, size=12),))
    return printed(Matter(page, _Words()), "pdf", 100).data  # type: ignore[arg-type]


def streams(raw: bytes) -> list[bytes]:
    found = re.finditer(rb"/Length (\d+) /Filter /FlateDecode >>\nstream\n", raw)
    return [zlib.decompress(raw[m.end() : m.end() + int(m[1])]) for m in found]


def test_pages_are_joined_with_bookmarks_and_the_same_bytes_each_time():
    pages = [pdf.PdfPage(text_page("第一页"), "甲"), pdf.PdfPage(text_page("第二页"), "乙")]
    made = b"".join(pdf.assembled(pages, pdf.Info("题", lang="zh")))
    assert made == b"".join(pdf.assembled(pages, pdf.Info("题", lang="zh")))
    assert made.count(b"/Type /Page\n") == 2
    assert b"/Outlines" in made
    assert b"CreationDate" not in made
    for number, body in pdf.objects_of(made)[0].items():
        for other in re.findall(rb"(\d+) 0 R", body.split(b"stream\n")[0]):
            assert int(other) in pdf.objects_of(made)[0], number


def test_fonts_are_named_by_their_content_not_by_the_count_of_a_process():
    raw = text_page("一片风雨")
    other = re.sub(rb"/FontName /[A-Z]{6}\+", b"/FontName /QZZAAA+", raw)
    assert other != raw
    made = [b"".join(pdf.assembled([pdf.PdfPage(one)], pdf.Info())) for one in (raw, other)]
    assert made[0] == made[1]
    assert re.search(rb"/FontName /[A-Z]{6}\+Noto", made[0])


def test_radicals_and_digits_of_a_font_are_characters_that_a_search_finds():
    made = b"".join(pdf.assembled([pdf.PdfPage(text_page("一片风雨 5.43 m"))], pdf.Info()))
    maps = [text for text in streams(made) if b"begincmap" in text]
    codes = {int(code, 16) for text in maps for code in re.findall(rb"<([0-9A-F]{4})>", text)}
    assert {ord(sign) for sign in "一片风雨5.43m"} <= codes
    assert not codes & {0x2F5A, 0x2EDB}


def test_the_corners_of_a_map_lie_where_its_system_says():
    view = fitted(Extent(440_000, 3_430_000, 448_000, 3_436_000), "EPSG:4550", 800, 600, None)
    port = geopdf.viewport("m", view, (20.0, 30.0, 211.6, 158.7))
    assert port is not None
    assert port.epsg == 4550
    lat, lon = port.degrees[1]
    from pyproj import Transformer

    east, north = Transformer.from_crs("EPSG:4490", "EPSG:4550", always_xy=True).transform(lon, lat)
    assert (east, north) == pytest.approx((view.extent.x0, view.extent.y0), abs=1e-3)
    body = geopdf.measure_objects(port, 842.0, lambda _body: 7)
    assert b"/BBox [56.6929 307.1024 656.5039 756.9606]" in body
    assert geopdf.viewport("m", View(None, view.extent, 10, 10), (0, 0, 1, 1)) is None


def test_a_map_without_a_system_says_that_its_scale_is_not_known():
    drawn = DrawnMap(MapItem(), View(None, Extent(0, 0, 1, 1), 100, 100))
    assert marks.scale_text(drawn) == "not to scale"


def test_words_without_room_are_set_smaller_then_end_in_an_ellipsis():
    text = "One line of a title that is a little longer than its box"
    box = QRectF(0, 0, width_of(text, 20) * 0.9, 40)
    size, _, lines = paper._set(text, box, 20, bold=False, serif=False)
    assert (size, lines) == (pytest.approx(18.4 if width_of(text, 18.4) <= box.width() else 16.8), [text])
    long = "".join(f"第{n}句。" for n in range(200))
    *_, lines = paper._set(long, box, 20, bold=False, serif=False)
    assert "".join(lines).replace(" ", "") == long


def test_a_legend_breaks_a_long_layer_before_it_leaves_one_out():
    block = [legend.Line("title", 10, "land use"), *(legend.Line("row", 10, str(n)) for n in range(12))]
    short = [legend.Line("title", 10, "ground"), legend.Line("bar", 10), legend.Line("space", 4)]
    blocks = [[legend.Line("row", 10, "roads"), legend.Line("space", 4)], [*block, legend.Line("space", 4)], short]
    columns, rest = legend.in_columns(blocks, 2, 132, 8)
    assert rest == 1
    columns, rest = legend.in_columns(blocks, 2, 132, 8, whole=False)
    assert rest == 0
    assert [line.text for line in columns[0]][:3] == ["roads", "", "land use"]
    assert sum(len(column) for column in columns) == sum(map(len, blocks))


def test_hatches_are_cut_to_their_shape_and_its_holes_without_a_clip():
    shell, hole = [[10, 10], [90, 10], [90, 70], [10, 70]], [[40, 30], [40, 50], [60, 50], [60, 30]]
    shape = paths_module.Rings(np.array([*shell, *hole], float), np.array([0, 4, 8]), np.array([0, 1]))
    level = hatches.lines_in(shape, 0, 10.0, (100, 100), (0.0, 5.0))
    spans = sorted((round(one.y1()), round(one.x1()), round(one.x2())) for one in level)
    assert spans == [
        (15, 10, 90), (25, 10, 90), (35, 10, 40), (35, 60, 90), (45, 10, 40), (45, 60, 90), (55, 10, 90), (65, 10, 90)
    ]  # fmt: skip
    far = paths_module.Rings(
        np.array([[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]]), np.array([0, 4]), np.array([0])
    )
    assert len(hatches.lines_in(far, 45, 10.0, (100, 100))) < 20
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    hatches.draw_hatch(painter, shape, Symbol(hatch="diagonal_up", hatch_colour="#b04a00"), (100, 100))
    assert not painter.hasClipping()
    painter.end()


def test_an_svg_is_as_large_as_its_paper_and_cuts_its_maps_to_their_frames(qapp: object):
    page = Page(paper="A3", items=(TextItem(text="a", width=10, height=10),))
    text = printed(Matter(page, _Words()), "svg", 96).data.decode()  # type: ignore[arg-type]
    assert '<svg width="420mm" height="297mm"' in text
    assert 'version="1.1"' in text
