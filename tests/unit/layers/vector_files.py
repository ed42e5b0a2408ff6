"""Small vector files for tests, made with plain GDAL or byte by byte, not with the writers under test."""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.sources import guard

if TYPE_CHECKING:
    from pathlib import Path

SQUARES = [shapely.box(600_000 + 20 * i, 3_400_000, 600_010 + 20 * i, 3_400_010) for i in range(5)]
NAMES = ["黄浦区", "徐汇区", None, "长宁区", "静安区"]


def vector(path: Path, shapes: Any = None, columns: dict[str, Any] | None = None, **how: Any) -> Path:
    """A file written by GDAL; ``how`` goes to pyogrio."""
    shapes = SQUARES if shapes is None else shapes
    columns = {"name": np.array(NAMES, object), "value": np.arange(5.0)} if columns is None else columns
    drivers = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".dxf": "DXF",
               ".kml": "KML", ".gml": "GML", ".gpx": "GPX"}  # fmt: skip
    options = {"driver": drivers[path.suffix], "crs": "EPSG:4549", "geometry_type": "Unknown", **how}
    if path.suffix == ".shp" and options["geometry_type"] == "Unknown":
        options["geometry_type"] = "Polygon"
    blobs = None if shapes is False else shapely.to_wkb(np.array(shapes, object), flavor="iso")
    if blobs is None:
        options["geometry_type"] = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guard.pyogrio().raw.write(path, blobs, list(columns.values()), np.array(list(columns), object), **options)
    return path


def dbf(path: Path, names: list[bytes], rows: list[list[bytes]], size: int = 20, language: int = 0) -> Path:
    """A table of text columns with exactly these bytes."""
    head = struct.pack("<BBBBIHH", 3, 126, 11, 22, len(rows), 33 + 32 * len(names), 1 + size * len(names))
    data = bytearray(head + bytes(17) + bytes([language]) + bytes(2))
    for name in names:
        data += name.ljust(11, b"\0") + b"C" + bytes(4) + bytes([size, 0]) + bytes(14)
    data += b"\r"
    for row in rows:
        data += b" " + b"".join(cell.ljust(size, b" ")[:size] for cell in row)
    path.write_bytes(bytes(data) + b"\x1a")
    return path


def shapefile(folder: Path, names: list[bytes], rows: list[list[bytes]], cpg: str | None = None) -> Path:
    """Points with a table of exactly these bytes."""
    path = folder / "t.shp"
    points = [shapely.Point(600_000 + i, 3_400_000) for i in range(len(rows))]
    vector(path, points, {"a": np.arange(len(rows))}, geometry_type="Point")
    (folder / "t.cpg").unlink(missing_ok=True)
    dbf(folder / "t.dbf", names, rows)
    if cpg is not None:
        (folder / "t.cpg").write_text(cpg)
    return path
