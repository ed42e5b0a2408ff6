"""GeoPDF: where the maps of a page lie on earth, as viewports with a measure (ISO 32000-2, 12.10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from app.views import projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.camera import View

CORNERS = ((0.0, 1.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
"""Upper left, lower left, lower right, upper right, as shares of the frame from its lower left corner."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A map on a page.

    Parameters
    ----------
    name : str
    box : (left, top, width, height)
        pt from the upper left corner of the paper.
    degrees : tuple of (latitude, longitude)
        Of `CORNERS`, in the geographic system below the map's.
    wkt : str
        Of the map's system, as ESRI writes it.
    epsg : int
        0 where the system has no code.
    projected : bool
    """

    name: str
    box: tuple[float, float, float, float]
    degrees: tuple[tuple[float, float], ...]
    wkt: str
    epsg: int = 0
    projected: bool = True


def viewport(name: str, view: View, box_mm: tuple[float, float, float, float]) -> Viewport | None:
    """Give the viewport of a map; None where its system has no place on earth.

    Parameters
    ----------
    view : View
    box_mm : (left, top, width, height)
        Of what the view covers, on the paper.
    """
    known = None if view.crs is None else _system(view.crs)
    if known is None or view.crs is None:
        return None
    wkt, epsg, base, projected = known
    e = view.extent
    x = np.array([e.x0 + share * e.width for share, _ in CORNERS])
    y = np.array([e.y0 + share * e.height for _, share in CORNERS])
    lon, lat = projection.transformed(x, y, view.crs, base)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return None
    left, top, wide, high = (value * 72 / 25.4 for value in box_mm)
    place = (left, top, wide, high)
    degrees = tuple((float(a), float(b)) for a, b in zip(lat, lon, strict=True))
    return Viewport(name, place, degrees, wkt, epsg, projected)


@lru_cache(maxsize=32)
def _system(crs: str) -> tuple[str, int, str, bool] | None:
    """Give WKT, code, the geographic system below, and whether it is projected; None for a system without place."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
        base = known.geodetic_crs
        wkt = known.to_wkt("WKT1_ESRI")
    except CRSError:
        return None
    if base is None or not projection.is_tied(crs):
        return None
    return wkt, known.to_epsg() or 0, base.to_string(), known.is_projected


def measure_objects(port: Viewport, paper: float, add: Callable[[bytes], int]) -> bytes:
    """Add the objects of a viewport to a file, on a page of a height in pt; gives the dictionary that it names."""
    kind = b"/PROJCS" if port.projected else b"/GEOGCS"
    code = b" /EPSG %d" % port.epsg if port.epsg else b""
    system = add(b"<< /Type %s%s /WKT %s >>" % (kind, code, text_string(port.wkt)))
    places = " ".join(f"{lat:.10f} {lon:.10f}" for lat, lon in port.degrees).encode()
    corners = " ".join(f"{a:g} {b:g}" for a, b in CORNERS).encode()
    measure = add(
        b"<< /Type /Measure /Subtype /GEO /Bounds [%s] /GPTS [%s] /LPTS [%s] /GCS %d 0 R /PDU [/M /SQM /DEG] >>"
        % (corners, places, corners, system)
    )
    left, top, wide, high = port.box
    box = f"{left:.4f} {paper - top - high:.4f} {left + wide:.4f} {paper - top:.4f}".encode()
    return b"<< /Type /Viewport /Name %s /BBox [%s] /Measure %d 0 R >>" % (text_string(port.name), box, measure)


def text_string(text: str) -> bytes:
    """Write a text string of a PDF: plain where it is ASCII, else UTF-16."""
    if text.isascii():
        return b"(%s)" % text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode()
    return b"<%s>" % ("\ufeff" + text).encode("utf-16-be").hex().upper().encode()
