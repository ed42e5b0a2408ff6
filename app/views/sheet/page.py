"""Page: one sheet drawn with all its items; the same on paper, in pictures and in the layout window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.core.language import error_text, tr
from app.core.looks import REASONS
from app.core.pages.items import (
    ChartItem,
    LegendItem,
    MapItem,
    NorthItem,
    PictureItem,
    ScaleBarItem,
    ShapeItem,
    TableItem,
    TextItem,
    TitleBlockItem,
)
from app.views import projection
from app.views.ink import style_colour
from app.views.sheet.features import GRAIN
from app.views.sheet.grid import draw_frame, draw_inside, lines_of
from app.views.sheet.legend import draw_legend
from app.views.sheet.maps import DrawnMap, draw_map
from app.views.sheet.marks import draw_north, draw_scale_bar
from app.views.sheet.paper import INK, PX, mm_box, thin_pen
from app.views.sheet.parts import draw_missing, draw_picture, draw_shape, draw_title_block, draw_words
from app.views.sheet.tables import Table, draw_chart, draw_table
from app.views.sheet.words import Facts, folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.document import Document
    from app.core.moments import LocalTime
    from app.core.pages.items import Item
    from app.core.pages.model import Page
    from app.views.charts.picture import Content
    from layers.errors import HaitangError

Check = Callable[[], None]


@dataclass(slots=True, eq=False)
class Matter:
    """What the items of a page show: read and worked out, ready to be drawn.

    Parameters
    ----------
    page : Page
    document : Document
    facts : Facts
    maps : dict
        Drawn maps by the id of their item.
    tables, charts : dict
        Their content by the id of their item.
    faults : dict
        What went wrong by the id of the item; said in its place.
    vectors : bool
        Draw maps as vectors; else by ``pictures``.
    pictures : dict
        Maps as pictures by the id of their item, for the window.
    """

    page: Page
    document: Document
    facts: Facts = field(default_factory=Facts)
    maps: dict[str, DrawnMap] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    charts: dict[str, Content] = field(default_factory=dict)
    faults: dict[str, HaitangError] = field(default_factory=dict)
    vectors: bool = True
    pictures: dict[str, Any] = field(default_factory=dict)

    def map_of(self, item_id: str) -> DrawnMap | None:
        """Give the map that a legend, a scale bar or a chart belongs to."""
        found = self.page.map_of(item_id)
        return None if found is None else self.maps.get(found.id)

    @property
    def folder(self) -> Path | None:
        """Folder that paths of pictures start from."""
        return folder_of(self.document)

    def missing(self) -> list[str]:
        """Say which layers are not on the maps, and why."""
        looks = [one.picture.look for drawn in self.maps.values() for one in drawn.shown]
        return list(dict.fromkeys(
            tr("{layer} is not on the map: {reason}", layer=look.name, reason=tr(REASONS[look.empty_reason]))
            for look in looks if look.empty_reason
        ))  # fmt: skip

    @property
    def local(self) -> LocalTime:
        """How moments are written."""
        return self.document.clock.local(self.page.utc_offset_hours)


def draw_page(painter: QPainter, matter: Matter, check: Check = lambda: None) -> None:
    """Draw all items of a page, the first lowest; the unit of the painter is a px at 96 dpi.

    Raises
    ------
    HaitangError
        A picture file cannot be read.
    """
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    for item in matter.page.items:
        check()
        if item.visible and item.width > 0 and item.height > 0:
            painter.save()
            try:
                draw_item(painter, item, matter, check)
            finally:
                painter.restore()


def draw_item(painter: QPainter, item: Item, matter: Matter, check: Check = lambda: None) -> None:
    """Draw one item in its place: its ground, its content, its frame."""
    box = mm_box(item.box)
    if item.ground is not None and not isinstance(item, ShapeItem):
        painter.fillRect(box, style_colour(item.ground))
    fault = matter.faults.get(item.id)
    if fault is not None:
        draw_missing(painter, error_text(fault), box)
    else:
        _content(painter, item, matter, box, check)
    if item.border > 0 and not isinstance(item, ShapeItem):
        painter.setPen(thin_pen(INK, item.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)


def _content(painter: QPainter, item: Item, matter: Matter, box: QRectF, check: Check) -> None:
    if isinstance(item, MapItem):
        _map(painter, item, matter, box, check)
    elif isinstance(item, LegendItem):
        draw_legend(painter, item, matter.map_of(item.map), box, matter.local)
    elif isinstance(item, ScaleBarItem):
        draw_scale_bar(painter, item, matter.map_of(item.map), box)
    elif isinstance(item, NorthItem):
        draw_north(painter, box)
    elif isinstance(item, TableItem) and item.id in matter.tables:
        draw_table(painter, item, matter.tables[item.id], box)
    elif isinstance(item, ChartItem) and item.id in matter.charts:
        draw_chart(painter, item, matter.charts[item.id], box)
    elif isinstance(item, PictureItem):
        draw_picture(painter, item, box, matter.folder)
    elif isinstance(item, TitleBlockItem):
        draw_title_block(painter, item, matter.facts, box)
    elif isinstance(item, TextItem):
        draw_words(painter, item, matter.facts, box)
    elif isinstance(item, ShapeItem):
        draw_shape(painter, item, box)


def _map(painter: QPainter, item: MapItem, matter: Matter, box: QRectF, check: Check) -> None:
    drawn = matter.maps.get(item.id)
    if drawn is None:
        return
    origin = QPointF(round(box.x() * GRAIN) / GRAIN, round(box.y() * GRAIN) / GRAIN)
    painter.translate(origin)
    frame = QRectF(0, 0, box.width(), box.height())
    lines = lines_of(item.grid, drawn.view)
    painter.save()
    painter.setClipRect(frame)
    if matter.vectors:
        draw_map(painter, drawn, check)
    elif item.id in matter.pictures:
        painter.drawImage(QRectF(0, 0, drawn.view.width, drawn.view.height), matter.pictures[item.id])
    draw_inside(painter, item.grid, drawn.view, lines)
    _overview(painter, item, drawn, matter)
    painter.restore()
    draw_frame(painter, item.grid, drawn.view, lines, (frame.width(), frame.height()))
    painter.translate(-origin)


def _overview(painter: QPainter, item: MapItem, drawn: DrawnMap, matter: Matter) -> None:
    """Draw the extent of another map as a frame."""
    other = matter.maps.get(item.overview_of) if item.overview_of else None
    if other is None:
        return
    there, view = other.view, drawn.view
    box = projection.transformed_extent(there.extent, there.crs, view.crs)
    if box is None:
        return
    per_x, per_y = view.width / view.extent.width, view.height / view.extent.height
    mark = QRectF(
        (box.x0 - view.extent.x0) * per_x, (view.extent.y1 - box.y1) * per_y, box.width * per_x, box.height * per_y
    )
    least = 1.6 * PX
    if mark.width() < least or mark.height() < least:
        centre = mark.center()
        mark = QRectF(0, 0, max(mark.width(), least), max(mark.height(), least))
        mark.moveCenter(centre)
    painter.setPen(thin_pen("#c92a2a", 0.5))
    painter.setBrush(style_colour("#c92a2a1f"))
    painter.drawRect(mark)
