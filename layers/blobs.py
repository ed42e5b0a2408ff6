"""GeoPackage geometry blobs: header, envelope and well-known binary; the functions that R-tree triggers call."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.geometry import feature_boxes
from layers.wkb import from_wkb

if TYPE_CHECKING:
    from collections.abc import Callable


_ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of the envelope by its code: none, XY, XYZ, XYM, XYZM."""
_EMPTY, _LITTLE = 0x10, 0x01
_CURVED = frozenset(range(8, 13))
ARC_SLACK = 2e-4
"""How much an envelope with arcs is widened, as a share of its size: chords of 2° leave their arc by 1.6e-4."""

Box = tuple[float, float, float, float]


def wkb_of(blob: bytes | None) -> bytes | None:
    """Give the well-known binary of a blob; None where there is none.

    Raises
    ------
    ValueError
        The bytes are no GeoPackage geometry.
    """
    if blob is None:
        return None
    return bytes(blob[_body(blob) :])


def _body(blob: bytes) -> int:
    if len(blob) < 8 or blob[:2] != b"GP":
        raise ValueError("no GeoPackage geometry")
    code = blob[3] >> 1 & 7
    if code >= len(_ENVELOPES):
        raise ValueError("envelope of an unknown kind")
    return 8 + _ENVELOPES[code]


def blob_of(wkb: bytes | None, srs_id: int) -> bytes | None:
    """Give the blob of a well-known binary (ISO, little endian); points carry no envelope.

    Parameters
    ----------
    srs_id : int
        Number of the reference system in ``gpkg_spatial_ref_sys``.
    """
    if wkb is None:
        return None
    box = wkb_box(wkb)
    kind = struct.unpack_from("<I", wkb, 1)[0] % 1000
    extended = 0x20 if kind >= 15 else 0
    if box is None:
        return struct.pack("<2sBBi", b"GP", 0, _LITTLE | _EMPTY | extended, srs_id) + wkb
    if kind == 1:
        return struct.pack("<2sBBi", b"GP", 0, _LITTLE | extended, srs_id) + wkb
    x0, y0, x1, y1 = box
    return struct.pack("<2sBBi4d", b"GP", 0, _LITTLE | 1 << 1 | extended, srs_id, x0, x1, y0, y1) + wkb


def wkb_box(wkb: bytes) -> Box | None:
    """Give x0, y0, x1, y1 of a geometry; None where it is empty or broken."""
    data = np.frombuffer(wkb, np.uint8)
    geometry, found = from_wkb(data, np.zeros(1, np.int64), np.array([len(data)], np.int64))
    x0, y0, x1, y1 = (float(v) for v in feature_boxes(geometry)[0])
    if not np.isfinite([x0, y0, x1, y1]).all():
        return None
    slack = ARC_SLACK * max(x1 - x0, y1 - y0) if found.arcs else 0.0
    return x0 - slack, y0 - slack, x1 + slack, y1 + slack


def blob_box(blob: bytes | None) -> Box | None:
    """Give x0, y0, x1, y1 of a blob: from its header, else from its vertices; None where it is empty or broken."""
    if blob is None or len(blob) < 8 or blob[:2] != b"GP" or blob[3] & _EMPTY:
        return None
    code = blob[3] >> 1 & 7
    if code == 0:
        return wkb_box(blob[8:])
    if code >= len(_ENVELOPES) or len(blob) < 40:
        return None
    x0, x1, y0, y1 = struct.unpack_from(("<" if blob[3] & _LITTLE else ">") + "4d", blob, 8)
    return (x0, y0, x1, y1) if x0 <= x1 and y0 <= y1 else None


def add_functions(connection: Any) -> None:
    """Give a connection the functions ``ST_IsEmpty``, ``ST_MinX`` … that the triggers of a GeoPackage call."""

    def side(number: int) -> Callable[[bytes | None], float | None]:
        def value(blob: bytes | None) -> float | None:
            box = blob_box(blob)
            return None if box is None else box[number]

        return value

    def is_empty(blob: bytes | None) -> int | None:
        return None if blob is None else int(blob_box(blob) is None)

    for name, number in (("ST_MinX", 0), ("ST_MinY", 1), ("ST_MaxX", 2), ("ST_MaxY", 3)):
        connection.create_scalar_function(name, side(number), 1, deterministic=True)
    connection.create_scalar_function("ST_IsEmpty", is_empty, 1, deterministic=True)
