"""Well-known text inside a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from layers.filters.tokens import Token

GEOMETRIES = (
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
)  # fmt: skip
_DEEPEST = 12


def read_shape(text: str, start: int, words: list[Token]) -> int | None:
    """Give where a geometry that starts here ends; None where its brackets are not closed or too deep."""
    level = 0
    for word in words:
        if word.keyword == "EMPTY" and level == 0:
            return word.end
        if word.kind == "sign" and word.text in "()":
            level += 1 if word.text == "(" else -1
            if level == 0:
                return word.end
        if level > _DEEPEST or word.kind == "end":
            return None
    return None


def normal(wkt: str) -> str | None:
    """Give the one spelling of a geometry; None where the text is none, or has no finite coordinates."""
    import numpy as np
    import shapely

    library = cast("Any", shapely)
    try:
        shape = library.from_wkt(wkt.translate(str.maketrans("（），", "(),")))
    except shapely.GEOSException:
        return None
    if shape is None or not np.isfinite(library.get_coordinates(shape)).all():
        return None
    return str(library.to_wkt(shape, rounding_precision=-1, trim=True))
