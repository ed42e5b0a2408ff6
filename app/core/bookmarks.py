"""Bookmarks: named pieces of the map, kept in the workspace with their system; and places from what people write."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from layers.crs import is_geographic, normalise, transform_points
from layers.errors import DataError, EditError
from layers.extent import Extent

if TYPE_CHECKING:
    from app.core.document import Document

DEGREES = "EPSG:4326"
_ANGLE = re.compile(
    r"(?P<before>[NSEWnsew]|北纬|南纬|东经|西经)?\s*"
    r"(?P<deg>[-+]?\d+(?:\.\d+)?)\s*[°度d]\s*"
    r"(?:(?P<min>\d+(?:\.\d+)?)\s*['′’分m]\s*)?"
    r"(?:(?P<sec>\d+(?:\.\d+)?)\s*(?:[\"″”秒s]|'')\s*)?"
    r"(?P<after>[NSEWnsew])?"
)
_LETTERED = re.compile(r"(?:([NSEWnsew])\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*([NSEWnsew]))(?![A-Za-z])")
_CODE = re.compile(r"^\s*((?:EPSG|CGCS2000|ESRI)\s*:\s*\d+)\s*[:;,，；]?\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS = {"北纬": "N", "南纬": "S", "东经": "E", "西经": "W"}


def keep(document: Document, name: str, extent: Extent) -> None:
    """Keep a piece of the map under a name, in the map's system, as a command; one of that name is replaced.

    Raises
    ------
    EditError
        The name is empty.
    """
    if not name.strip():
        raise EditError("A bookmark needs a name.", remedy="Write a name, such as the one of the river.")
    mark = {"extent": extent.to_list(), "crs": document.camera.crs}
    document.set("document", "bookmarks", {**document.bookmarks, name.strip(): mark})


def remove(document: Document, name: str) -> None:
    """Forget a bookmark, as a command."""
    document.set("document", "bookmarks", {key: m for key, m in document.bookmarks.items() if key != name})


def find(document: Document, name: str) -> tuple[Extent, str | None]:
    """Give the piece of the map that a bookmark names, and its system.

    Raises
    ------
    EditError
        There is no such bookmark, or it cannot be used.
    """
    mark = document.bookmarks.get(name, {})
    box = mark.get("extent")
    try:
        x0, y0, x1, y1 = (float(v) for v in box or ())
    except (TypeError, ValueError):
        x0 = y0 = x1 = y1 = math.nan
    if not (x1 > x0 and y1 > y0) or not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise EditError("There is no bookmark {name}.", remedy="Keep it again from the map.", name=name)
    crs = mark.get("crs")
    return Extent(x0, y0, x1, y1), str(crs) if crs else None


def read_place(text: str, crs: str | None) -> tuple[float, float]:
    """Give the place that a text names, east and north in the map's system.

    Parameters
    ----------
    text : str
        ``121.5, 31.2`` (degrees east and north, where they can be; else east and north of the map),
        ``31°14′20″N 121°28′E``, ``东经121度28分 北纬31度14分``, or ``EPSG:4549 351000 3456000`` (east, north).
    crs : str or None
        System of the map; None = plain x and y.

    Raises
    ------
    DataError
        The text names no place, or one that the map's system does not reach.
    """
    named = _CODE.match(text)
    source = normalise(named.group(1).replace(" ", "")) if named else None
    rest = text[named.end() :] if named else text
    found = None if named else _angles(rest)
    if found is not None:
        source = DEGREES
    else:
        found = _pair(rest)
    if found is None:
        raise _no_place(text)
    x, y = found
    if source is None:
        degrees = crs is not None and not is_geographic(crs) and abs(x) <= 180 and abs(y) <= 90
        source = DEGREES if degrees else crs
    return _across(x, y, source, crs, text)


def _across(x: float, y: float, source: str | None, crs: str | None, text: str) -> tuple[float, float]:
    if source == crs:
        return x, y
    if crs is None or source is None:
        raise DataError(
            "The map has no coordinate system, so {text} cannot be found on it.",
            remedy="Set the coordinate system of the map, or write its own x and y.",
            text=text,
        )
    if is_geographic(source) and (abs(y) > 90 or abs(x) > 360):
        raise _no_place(text)
    (found,) = transform_points(np.array([[x, y]], np.float64), source, crs)
    if not np.isfinite(found).all():
        raise DataError(
            "{text} has no place in the coordinate system of the map.",
            remedy="Choose another coordinate system for the map, or another place.",
            text=text,
        )
    return float(found[0]), float(found[1])


def _no_place(text: str) -> DataError:
    return DataError(
        "{text} is no place.",
        remedy="Write it as 121.5, 31.2, as 31°14′N 121°28′E, or with a system as EPSG:4549 351000 3456000.",
        text=text,
    )


def _pair(text: str) -> tuple[float, float] | None:
    numbers = [float(n) for n in _NUMBER.findall(text)]
    words = re.sub(r"[xyXYENen东北纵横坐标经纬度:：=,，;；\s]|[-+\d.eE]", "", text)
    if len(numbers) != 2 or words or not all(map(math.isfinite, numbers)):
        return None
    return numbers[0], numbers[1]


def _angles(text: str) -> tuple[float, float] | None:
    """Give longitude and latitude of two angles; without letters latitude comes first where it must."""
    found = [(_value(m), _letter(m)) for m in _ANGLE.finditer(text)]
    if not found:
        lettered = [(float(b or c), (a or d).upper()) for a, b, c, d in _LETTERED.findall(text)]
        found = lettered if len(lettered) == 2 else []
    if len(found) != 2:
        return None
    signed = [(-value if letter in ("S", "W") else value, letter) for value, letter in found]
    (first, one), (second, other) = signed
    if {one, other} <= {"N", "S"} or {one, other} <= {"E", "W"}:
        return None
    latitude_first = one in ("N", "S") or other in ("E", "W") or (not one and not other and abs(second) > 90)
    return (second, first) if latitude_first else (first, second)


def _letter(found: re.Match[str]) -> str:
    """Give N, S, E or W; empty where the angle has none."""
    before = found["before"] or ""
    return (found["after"] or _WORDS.get(before, before)).upper()


def _value(found: re.Match[str]) -> float:
    degrees = float(found["deg"])
    rest = float(found["min"] or 0) / 60 + float(found["sec"] or 0) / 3600
    return degrees - rest if found["deg"].startswith("-") else degrees + rest
