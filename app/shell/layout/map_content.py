"""Content of map frames: where a map looks after it was dragged, zoomed, or told to show the window's view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views.sheet.paper import PX

if TYPE_CHECKING:
    from app.core.camera import View
    from app.core.document import Document
    from app.core.pages.items import Item, MapItem
    from app.core.pages.model import Page


MOST_OF_IT = 0.8
"""A window that shows this share of all layers counts as showing them all."""


def window_view(item: MapItem, document: Document) -> MapItem:
    """Give a map that shows what the map of the window shows, at the next round scale."""
    from app.views.home import extent_of

    camera = document.camera
    box = camera.extent(camera.width or 800, camera.height or 600)
    whole = extent_of([layer for layer in document.layers if layer.visible], camera.crs)
    seen = box.intersection(whole) if whole is not None else None
    if whole is not None and seen is not None:
        area = whole.width * whole.height
        if area <= 0 or seen.width * seen.height > MOST_OF_IT * area:
            return all_layers(item, document)
    return item.model_copy(update={"extent": tuple(box.to_list()), "scale": None, "crs": None})


def all_layers(item: MapItem, _document: Document) -> MapItem:
    """Give a map that shows all its layers whole."""
    return item.model_copy(update={"extent": None, "scale": None})


def dragged(item: MapItem, view: View, dx: float, dy: float) -> MapItem:
    """Give a map whose content was dragged, mm on the paper; its scale stays."""
    from app.views.sheet.maps import scale_of

    e = view.extent
    east, north = -dx * PX * e.width / view.width, dy * PX * e.height / view.height
    moved = (e.x0 + east, e.y0 + north, e.x1 + east, e.y1 + north)
    return item.model_copy(update={"extent": moved, "scale": _round(scale_of(view))})


def zoomed(item: MapItem, view: View, factor: float) -> MapItem:
    """Give a map that is zoomed in by a factor, to a round scale in that direction."""
    from app.views.sheet.maps import ROUND, scale_of

    scale = scale_of(view)
    e = view.extent
    if scale is None:
        x, y = e.centre
        half_x, half_y = e.width / factor / 2, e.height / factor / 2
        return item.model_copy(update={"extent": (x - half_x, y - half_y, x + half_x, y + half_y)})
    power = 10.0 ** (len(str(int(scale))) - 1)
    known = sorted({share * base for share in ROUND for base in (power / 10, power, power * 10)})
    if factor > 1:
        new = max((one for one in known if one < scale * 0.999), default=scale)
    else:
        new = min((one for one in known if one > scale * 1.001), default=scale)
    return item.model_copy(update={"extent": tuple(e.to_list()), "scale": new})


def _round(scale: float | None) -> float | None:
    """Give a scale without the noise of its last digits."""
    return None if scale is None else float(f"{scale:.6g}")


def fresh_item(kind: type[Item], page: Page, document: Document) -> Item:
    """Give a new item in the middle of the page, with what suits its kind."""
    wide, high = page.size
    sizes = {"map": (120, 90), "legend": (60, 60), "scale_bar": (60, 15), "north": (10, 16), "table": (90, 50),
             "chart": (110, 60), "picture": (40, 30), "title_block": (80, 30), "text": (60, 10),
             "shape": (40, 25)}  # fmt: skip
    name = str(kind.model_fields["kind"].default)
    width, height = sizes[name]
    given: dict[str, Any] = {"x": (wide - width) / 2, "y": (high - height) / 2, "width": width, "height": height}
    main = page.map_of("")
    if name in ("legend", "scale_bar", "chart") and main is not None:
        given["map"] = main.id
    if name == "text":
        given["text"] = "{title}"
    if name == "title_block":
        given["rows"] = (
            {"cells": ({"label": "", "text": "{title}"},)},
            {"cells": ({"label": "1:", "text": "{scale}"},)},
        )
    if name == "table":
        from layers.vector import VectorLayer

        given["layer"] = next((la.id for la in document.layers if isinstance(la, VectorLayer)), "")
    made = kind.model_validate(given)
    return window_view(made, document) if name == "map" else made  # type: ignore[arg-type]
