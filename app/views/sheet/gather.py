"""Gather: reads what the items of a page show, for one page of an atlas or for a page alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.core.pages.items import ChartItem, MapItem, TableItem
from app.views import projection
from app.views.sheet.page import Matter
from app.views.sheet.tables import chart_of, table_of
from app.views.sheet.words import Facts, facts_of
from layers.errors import HaitangError
from layers.extent import Extent

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.camera import View
    from app.core.document import Document
    from app.core.pages.model import Atlas, Page
    from app.core.reading import Reading
    from app.views.sheet.maps import Maps


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One page of an atlas: its name, what must be seen, and the columns of its feature."""

    number: int = 1
    count: int = 1
    name: str = ""
    extent: Extent | None = None
    crs: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def matter_of(
    page: Page,
    document: Document,
    reading: Reading,
    maps: Maps,
    *,
    leaf: Leaf | None = None,
    date: str = "",
    dpi: int = 0,
    check: Callable[[], None] = lambda: None,
    strict: bool = True,
) -> Matter:
    """Read and work out what a page shows.

    Parameters
    ----------
    leaf : Leaf, optional
        The page of an atlas.
    date : str
        What ``{date}`` says.
    dpi : int
        Of grids and meshes; 0 = that of the page.
    check : callable
        Raises where nobody waits any more.
    strict : bool
        Raise what goes wrong; else say it in the place of its item.

    Raises
    ------
    HaitangError
        Something that an item shows cannot be read.
    """
    matter = Matter(page, document)

    def attempt(item_id: str, work: Callable[[], None]) -> None:
        try:
            work()
        except HaitangError as error:
            if strict:
                raise
            matter.faults[item_id] = error

    for item in page.maps():
        if item.visible:
            attempt(item.id, lambda item=item: _put_map(matter, item, maps, leaf, dpi or page.dpi, check))
    main = matter.map_of("")
    matter.facts = facts_of(document, page, main, date)
    if leaf is not None:
        known = {"page": str(leaf.number), "pages": str(leaf.count), "atlas.name": leaf.name}
        matter.facts = _with_atlas(matter.facts.with_(**known), leaf)
    for item in page.items:
        if item.visible and isinstance(item, TableItem):
            attempt(item.id, lambda item=item: _put_table(matter, item, document, reading))
        elif item.visible and isinstance(item, ChartItem):
            attempt(item.id, lambda item=item: _put_chart(matter, item, document, reading))
    return matter


def _put_map(matter: Matter, item: MapItem, maps: Maps, leaf: Leaf | None, dpi: int, check: Callable[[], None]) -> None:
    draw = maps.inset if item.overview_of else maps.drawn
    matter.maps[item.id] = draw(item, view_of(item, maps, leaf, matter.page.atlas), dpi, check)


def _put_table(matter: Matter, item: TableItem, document: Document, reading: Reading) -> None:
    matter.tables[item.id] = table_of(item, document, reading, matter.facts)


def _put_chart(matter: Matter, item: ChartItem, document: Document, reading: Reading) -> None:
    offset = matter.page.utc_offset_hours
    matter.charts[item.id] = chart_of(item, document, reading, matter.map_of(item.map), offset)


def _with_atlas(facts: Facts, leaf: Leaf) -> Facts:
    return replace(facts, atlas={**leaf.values, "name": leaf.name} if "name" not in leaf.values else dict(leaf.values))


def view_of(item: MapItem, maps: Maps, leaf: Leaf | None, atlas: Atlas | None) -> View:
    """Give the view of a map frame, where an atlas moves it to the feature of the page."""
    if leaf is None or leaf.extent is None or atlas is None or not item.follows_atlas or item.overview_of:
        return maps.view(item)
    own = maps.view(item)
    box = projection.transformed_extent(leaf.extent, leaf.crs, own.crs)
    if box is None:
        return own
    margin = max(box.width, box.height) * atlas.margin
    box = Extent(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
    return maps.view(item, _roomy(box, own), atlas.scale, exact=not atlas.round_scale)


def _roomy(box: Extent, own: View) -> Extent:
    """Give a box that is more than a point: at least a fiftieth of the whole map."""
    least = max(own.extent.width, own.extent.height) / 50
    if max(box.width, box.height) > least * 1e-3:
        return box
    x, y = box.centre
    return Extent(x - least / 2, y - least / 2, x + least / 2, y + least / 2)
