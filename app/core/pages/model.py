"""Page: a sheet of paper as data: its size, its items, its words, its atlas; frozen, versioned, without code."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidationError

from app.core.language import N_, tr
from app.core.pages.items import AnyItem, Item, MapItem
from layers.errors import DataError
from layers.style import Frozen

Json = dict[str, Any]
VERSION = 1

PAPERS: dict[str, tuple[float, float]] = {
    "A0": (841.0, 1189.0),
    "A1": (594.0, 841.0),
    "A2": (420.0, 594.0),
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
}
"""Sizes of ISO 216 in mm, upright."""

Side = Annotated[float, Field(ge=20, le=5000, allow_inf_nan=False)]


class Atlas(Frozen):
    """One page for each feature of a layer.

    Parameters
    ----------
    layer : str
        Id or name of the layer.
    name : str
        Column that names the pages; empty = their numbers.
    where : str
        CQL2 text; empty = every feature.
    sort : str
        Column; a minus before it sorts downwards; empty = the order of the file.
    margin : float
        Free share of the map around the feature.
    scale : float or None
        Denominator of a fixed scale; None = as large as the feature allows.
    round_scale : bool
        Take the next round scale (1, 2, 2.5 or 5 times a power of ten) where it is not fixed.
    separate : bool
        One file for each page.
    """

    layer: str = ""
    name: str = ""
    where: str = ""
    sort: str = ""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.08
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    round_scale: bool = True
    separate: bool = False


class Page(Frozen):
    """A sheet of paper.

    Parameters
    ----------
    paper : str
        A name of ``PAPERS``, or ``custom`` with ``sides``.
    landscape : bool
    sides : (width, height)
        mm, of a custom paper.
    dpi : int
        Of grids and meshes, which are pictures on the page.
    lang : str
        Language of the words that the program writes; empty = that of the screen.
    words : dict
        What the fields of texts stand for beside those that the program knows: ``unit``, ``drawn`` …
    items : tuple of Item
        The first lies lowest.
    atlas : Atlas or None
    """

    version: int = VERSION
    name: str = ""
    paper: Literal["A0", "A1", "A2", "A3", "A4", "A5", "custom"] = "A3"
    landscape: bool = True
    sides: tuple[Side, Side] = (420.0, 297.0)
    dpi: Annotated[int, Field(ge=72, le=1200)] = 300
    lang: Literal["", "zh", "en"] = ""
    utc_offset_hours: Annotated[float, Field(ge=-14, le=14)] = 8.0
    words: dict[str, str] = Field(default_factory=dict)
    items: tuple[AnyItem, ...] = ()
    atlas: Atlas | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, mm."""
        if self.paper == "custom":
            return self.sides
        short, long = PAPERS[self.paper]
        return (long, short) if self.landscape else (short, long)

    def item(self, item_id: str) -> Item | None:
        """Find an item by its id."""
        return next((item for item in self.items if item.id == item_id), None)

    def maps(self) -> list[MapItem]:
        """Give the map frames, the first lowest."""
        return [item for item in self.items if isinstance(item, MapItem)]

    def map_of(self, item_id: str) -> MapItem | None:
        """Give a map by its id; the first that is no inset where the id is empty or unknown."""
        found = self.item(item_id)
        if isinstance(found, MapItem):
            return found
        return next((m for m in self.maps() if not m.overview_of), None)

    def with_item(self, changed: Item) -> Page:
        """Give the page with an item in the place of the one with its id, or on top where there is none."""
        items = tuple(changed if item.id == changed.id else item for item in self.items)
        if all(item.id != changed.id for item in self.items):
            items = (*items, changed)
        return self.model_copy(update={"items": items})

    def without(self, *ids: str) -> Page:
        """Give the page without some items."""
        return self.model_copy(update={"items": tuple(item for item in self.items if item.id not in ids)})

    def to_dict(self) -> Json:
        """Give the JSON form."""
        return self.model_dump(mode="json")


def page_from_dict(data: Any, where: str = "") -> Page:
    """Read the JSON form of a page.

    Raises
    ------
    DataError
        It is no page, of a newer version, or has values that cannot be used; all faults are named.
    """
    if not isinstance(data, dict):
        raise DataError("This is no page.", where=where, remedy="Choose another page or template.")
    read = cast("Json", data)
    version = read.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise DataError(
            "The page is of version {version}; this program reads up to {known}.",
            where=where,
            remedy="Open it with a newer program.",
            version=version,
            known=VERSION,
        )
    try:
        page = Page.model_validate(read)
    except ValidationError as error:
        raise _faults([_words_of(one, read) for one in error.errors()], where) from error
    found = checks(page)
    if found:
        raise _faults(found, where)
    return page


def _faults(found: list[str], where: str) -> DataError:
    return DataError(
        "Faults of the page ({count}): {faults}",
        where=where,
        remedy="Correct them in the file, or take another page.",
        count=len(found),
        faults="; ".join(found[:12]),
    )


def _words_of(error: Any, data: Json) -> str:
    """Say one fault that validation found: which item, which field, which value."""
    place = [str(part) for part in error["loc"]]
    shown = str(cast("object", error.get("input")))[:40]
    if len(place) > 1 and place[0] == "items" and place[1].isdigit():
        item: Any = data["items"][int(place[1])]
        name = str(item.get("name") or item.get("kind")) if hasattr(item, "get") else ""
        field = ".".join(place[3:] or place[2:]) or "kind"
        return tr(
            "item {number} ({name}): {field} cannot be {value}",
            number=int(place[1]) + 1,
            name=name,
            field=field,
            value=shown,
        )
    return tr("{field} cannot be {value}", field=".".join(place), value=shown)


def checks(page: Page) -> list[str]:
    """Give what is wrong with a page as a whole, as sentences; empty where nothing is."""
    ids = [item.id for item in page.items]
    found = [tr("two items have the id {id}", id=one) for one in sorted({one for one in ids if ids.count(one) > 1})]
    for number, item in enumerate(page.items, 1):
        for field in ("map", "overview_of"):
            named = str(getattr(item, field, ""))
            if named and not isinstance(page.item(named), MapItem):
                found.append(tr("item {number} speaks of the map {map}, which is not there", number=number, map=named))
    return found


def loose_ends(page: Page) -> list[str]:
    """Give what a person should see before a page is written: items beside the paper, and the like."""
    wide, high = page.size
    return [
        tr("“{name}” lies beside the paper.", name=item.name or tr(_title(item)))
        for item in page.items
        if item.visible and (item.x >= wide or item.y >= high or item.x + item.width <= 0 or item.y + item.height <= 0)
    ]


def _title(item: Item) -> str:
    from app.core.pages.items import TITLES

    return TITLES.get(str(getattr(item, "kind", "")), N_("Item"))
