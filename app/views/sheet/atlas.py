"""Atlas: the pages of a layer, one for each of its features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.sheet.gather import Leaf
from app.views.sheet.rows import rows_of
from app.views.sheet.words import cell_text
from layers.errors import ParameterInvalid
from layers.extent import Extent
from layers.geometry import feature_boxes

if TYPE_CHECKING:
    from app.core.document import Document
    from app.core.pages.model import Atlas
    from app.core.reading import Reading

MOST = 5000
"""Pages of one atlas."""


def leaves(atlas: Atlas, document: Document, reading: Reading) -> list[Leaf]:
    """Give the pages of an atlas in their order.

    Raises
    ------
    ParameterInvalid
        There is no such layer or column, no feature is left, or there are too many.
    HaitangError
        The layer cannot be read.
    """
    wished = [name for name in (atlas.name,) if name]
    found = rows_of(document, reading, atlas.layer, atlas.where, atlas.sort, wished, geometry=True)
    where = found.layer.name
    if not len(found.order):
        raise ParameterInvalid(
            "No feature is left for the atlas.", where=where, remedy="Widen its filter, or choose another layer."
        )
    if len(found.order) > MOST:
        raise ParameterInvalid(
            "The atlas would have {count} pages; {limit} are allowed.",
            where=where,
            remedy="Narrow its filter.",
            count=len(found.order),
            limit=MOST,
        )
    block = found.block
    boxes = feature_boxes(block.geometry) if block.geometry is not None else np.full((len(block.ids), 4), np.nan)
    made = []
    for number, row in enumerate(found.order, 1):
        values = {name: _plain(column[int(row)]) for name, column in block.columns.items()}
        name = cell_text(values.get(atlas.name)) if atlas.name else ""
        box = Extent(*(float(v) for v in boxes[row])) if np.isfinite(boxes[row]).all() else None
        made.append(Leaf(number, len(found.order), name or str(number), box, found.layer.crs, values))
    return made


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def chosen(text: str, count: int) -> list[int]:
    """Read which pages are wished, e.g. ``1-3,7``; empty = all. Numbers from 1.

    Raises
    ------
    ParameterInvalid
        The text names no page of the atlas.
    """
    if not text.strip():
        return list(range(1, count + 1))
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        low, high = first or "1", (last or str(count)) if "-" in part else first
        if not (low.isdigit() and high.isdigit() and 1 <= int(low) <= int(high) <= count):
            raise ParameterInvalid(
                "{value} names no pages.",
                where="--pages",
                remedy="Write numbers from 1 to {count}, such as 1-3,7.",
                value=part or text,
                count=count,
            )
        found += range(int(low), int(high) + 1)
    return list(dict.fromkeys(found))
