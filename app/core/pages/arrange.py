"""Arrange: snapping, aligning and ordering of items; pure arithmetic in mm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.core.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.core.pages.items import Box4, Item
    from app.core.pages.model import Page

Way = Literal["left", "centre", "right", "top", "middle", "bottom", "across", "down"]

WAYS: dict[Way, str] = {
    "left": N_("Align left edges"),
    "centre": N_("Align centres"),
    "right": N_("Align right edges"),
    "top": N_("Align upper edges"),
    "middle": N_("Align middles"),
    "bottom": N_("Align lower edges"),
    "across": N_("Spread across"),
    "down": N_("Spread down"),
}

SMALLEST = 2.0
"""Sides of an item that a person drags, mm."""


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a moving box comes to rest, and the guides that it met: (axis, mm)."""

    box: Box4
    guides: tuple[tuple[str, float], ...] = ()


def _lines(page: Page, moving: Iterable[str]) -> tuple[list[float], list[float]]:
    """Give the places that edges snap to: those of the paper and of all other items."""
    wide, high = page.size
    xs, ys = [0.0, wide / 2, wide], [0.0, high / 2, high]
    left_out = set(moving)
    for item in page.items:
        if item.visible and item.id not in left_out:
            xs += [item.x, item.x + item.width / 2, item.x + item.width]
            ys += [item.y, item.y + item.height / 2, item.y + item.height]
    return xs, ys


def _nearest(edges: Sequence[float], lines: Sequence[float], reach: float) -> tuple[float, float | None]:
    """Give how far to move so that an edge meets a line, and that line."""
    best: tuple[float, float | None] = (0.0, None)
    least = reach
    for edge in edges:
        for line in lines:
            if abs(line - edge) < least:
                least, best = abs(line - edge), (line - edge, line)
    return best


def moved(page: Page, ids: Sequence[str], box: Box4, reach: float) -> Snap:
    """Give where a box that is moved comes to rest.

    Parameters
    ----------
    ids : sequence of str
        Items that move.
    box : (left, top, width, height)
        Around them, where the pointer has brought it.
    reach : float
        mm within which an edge snaps; 0 = not at all.
    """
    xs, ys = _lines(page, ids)
    x, y, wide, high = box
    dx, at_x = _nearest((x, x + wide / 2, x + wide), xs, reach)
    dy, at_y = _nearest((y, y + high / 2, y + high), ys, reach)
    guides = [("x", at_x)] if at_x is not None else []
    guides += [("y", at_y)] if at_y is not None else []
    return Snap((x + dx, y + dy, wide, high), tuple(guides))


def resized(page: Page, item: Item, handle: str, dx: float, dy: float, reach: float) -> Snap:
    """Give the box of an item of which a handle was dragged.

    Parameters
    ----------
    handle : str
        Letters of ``n``, ``s``, ``w``, ``e``.
    dx, dy : float
        How far, mm.
    """
    xs, ys = _lines(page, [item.id])
    left, top, right, bottom = item.x, item.y, item.x + item.width, item.y + item.height
    guides: list[tuple[str, float]] = []
    if "w" in handle or "e" in handle:
        edge = (left if "w" in handle else right) + dx
        shift, at = _nearest((edge,), xs, reach)
        edge += shift
        guides += [("x", at)] if at is not None else []
        left, right = (min(edge, right - SMALLEST), right) if "w" in handle else (left, max(edge, left + SMALLEST))
    if "n" in handle or "s" in handle:
        edge = (top if "n" in handle else bottom) + dy
        shift, at = _nearest((edge,), ys, reach)
        edge += shift
        guides += [("y", at)] if at is not None else []
        top, bottom = (min(edge, bottom - SMALLEST), bottom) if "n" in handle else (top, max(edge, top + SMALLEST))
    return Snap((left, top, right - left, bottom - top), tuple(guides))


def around(items: Sequence[Item]) -> Box4:
    """Give the box around items."""
    left, top = min(item.x for item in items), min(item.y for item in items)
    right, bottom = max(item.x + item.width for item in items), max(item.y + item.height for item in items)
    return left, top, right - left, bottom - top


def shifted(page: Page, ids: Iterable[str], dx: float, dy: float) -> Page:
    """Give the page with items moved; those held in their place stay."""
    chosen = set(ids)
    items = tuple(
        item.model_copy(update={"x": round(item.x + dx, 3), "y": round(item.y + dy, 3)})
        if item.id in chosen and not item.locked
        else item
        for item in page.items
    )
    return page.model_copy(update={"items": items})


def aligned(page: Page, ids: Sequence[str], way: Way) -> Page:
    """Give the page with items aligned to each other, or one alone to the paper; or spread with equal gaps."""
    chosen = [item for item in page.items if item.id in ids and not item.locked]
    if not chosen:
        return page
    box = around(chosen) if len(chosen) > 1 else (0.0, 0.0, *page.size)
    places = _spread(chosen, way, box) if way in ("across", "down") else {i.id: _beside(i, way, box) for i in chosen}
    items = tuple(
        item.model_copy(update={"x": round(places[item.id][0], 3), "y": round(places[item.id][1], 3)})
        if item.id in places
        else item
        for item in page.items
    )
    return page.model_copy(update={"items": items})


def _beside(item: Item, way: Way, box: Box4) -> tuple[float, float]:
    x, y, wide, high = box
    return {
        "left": (x, item.y),
        "centre": (x + (wide - item.width) / 2, item.y),
        "right": (x + wide - item.width, item.y),
        "top": (item.x, y),
        "middle": (item.x, y + (high - item.height) / 2),
        "bottom": (item.x, y + high - item.height),
    }[way]


def _spread(items: Sequence[Item], way: Way, box: Box4) -> dict[str, tuple[float, float]]:
    across = way == "across"
    order = sorted(items, key=lambda item: item.x if across else item.y)
    if len(order) < 3:
        return {item.id: (item.x, item.y) for item in order}
    room = (box[2] if across else box[3]) - sum(item.width if across else item.height for item in order)
    gap, at = room / (len(order) - 1), box[0] if across else box[1]
    places: dict[str, tuple[float, float]] = {}
    for item in order:
        places[item.id] = (at, item.y) if across else (item.x, at)
        at += (item.width if across else item.height) + gap
    return places


def reordered(page: Page, item_id: str, by: int) -> Page:
    """Give the page with an item brought up (1) or down (-1) in the order."""
    items = list(page.items)
    at = next((n for n, item in enumerate(items) if item.id == item_id), None)
    if at is None:
        return page
    one = items.pop(at)
    items.insert(min(max(at + by, 0), len(items)), one)
    return page.model_copy(update={"items": tuple(items)})
