"""Small documents over data in memory, for tests of maps and charts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.core.camera import View
from app.core.document import Document
from app.views.direct import DirectReading
from layers.extent import Extent
from layers.geometry import POINT, POLYGON, Geometry
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.sources.memory import MemorySource
from layers.sources.source import Column, FeatureBlock, LayerDescription, Topology, Variable
from layers.style import ColourScale, MeshStyle, RasterStyle, SeriesStyle, VectorStyle
from layers.times import TimeAxis
from layers.vector import VectorLayer

BOX = Extent(0.0, 0.0, 100.0, 100.0)
VIEW = View("EPSG:4549", BOX, 100, 100)
TIMES = TimeAxis(np.array(["2026-08-01T00", "2026-08-01T01", "2026-08-01T02"], "datetime64[ns]"))
BLUES = ColourScale(colours="haitang:water", minimum=0.0, maximum=4.0)


def source(kind, **parts):
    """A memory source with a path of its own."""
    layer = parts.pop("layer")
    description = LayerDescription(**{"key": "", "kind": kind, "crs": "EPSG:4549", "bounds": BOX, **layer})
    return MemorySource(description, **parts, path=f"memory:{kind}")


def raster(values=None, **layer):
    """A grid of 10 x 10 cells over the box, in three steps: the number of the step everywhere."""
    cells = np.ones((3, 10, 10)) * np.arange(3)[:, None, None] if values is None else values
    about = {
        "time": TIMES,
        "counts": {"width": cells.shape[2], "height": cells.shape[1], "bands": 1},
        "variables": (Variable("depth", "m", "cell", steps=len(cells)),),
    }
    made = source("raster", layer={**about, **layer}, values={"depth": cells})
    return RasterLayer(name="grid", source=made.path, style=RasterStyle(variable="depth", scale=BLUES)), made


def topology():
    """Two squares side by side that fill the box."""
    x, y = np.array([0.0, 50, 100, 0, 50, 100]), np.array([0.0, 0, 0, 100, 100, 100])
    faces = np.array([0, 1, 4, 3, 1, 2, 5, 4], np.int32)
    return Topology(x, y, np.array([0, 4, 8]), faces)


def mesh(values=None, location="face", **layer):
    """Two faces; in step s the left one has s, the right one s + 1."""
    numbers = np.arange(3)[:, None] + np.array([[0.0, 1.0]]) if values is None else values
    about = {
        "time": TIMES,
        "counts": {"faces": 2, "nodes": 6},
        "variables": (Variable("depth", "m", location, steps=len(numbers)),),
    }
    made = source("mesh", layer={**about, **layer}, values={"depth": numbers}, topology=topology())
    style = MeshStyle(variable="depth", scale=BLUES, smooth=location == "node")
    return MeshLayer(name="mesh", source=made.path, style=style), made


def squares(count=2):
    """Squares of 40 units in a row, named, as a block."""
    corner = np.array([[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]], np.float64)
    xy = np.concatenate([corner + np.array([5.0 + 50 * n, 30.0]) for n in range(count)])
    every = np.arange(count + 1, dtype=np.int64)
    shape = Geometry(xy, every * 5, every, every, np.full(count, POLYGON, np.uint8))
    names = [f"square {n}" for n in range(count)]
    return FeatureBlock(every[1:], shape, {"name": names, "value": np.arange(count, dtype=float)})


def points(xy):
    """Points as a block."""
    every = np.arange(len(xy) + 1, dtype=np.int64)
    shape = Geometry(np.asarray(xy, np.float64), every, every, every, np.full(len(xy), POINT, np.uint8))
    return FeatureBlock(every[1:], shape, {})


def vector(block=None, style=None, **layer):
    """A layer of features."""
    held = squares() if block is None else block
    columns = (Column("name", "text"), Column("value", "float")) if held.columns else ()
    about = {"counts": {"features": len(held.ids)}, "columns": columns, "geometry": "Polygon"}
    made = source("vector", layer={**about, **layer}, features=held)
    return VectorLayer(name="squares", source=made.path, style=style or VectorStyle()), made


def stations(**layer):
    """Two stations with levels."""
    about = {
        "time": TIMES,
        "counts": {"stations": 2},
        "variables": (Variable("level", "m", "station", steps=3),),
        "extra": {"stations": [{"name": "闸上", "x": 25.0, "y": 50.0}, {"name": "闸下", "x": 75.0, "y": 50.0}]},
    }
    values = {"level": np.array([[1.0, 2.0], [1.5, 2.5], [2.0, np.nan]])}
    made = source("series", layer={**about, **layer}, values=values)
    return SeriesLayer(name="gauges", source=made.path, style=SeriesStyle(variable="level")), made


def opened(*pairs, crs="EPSG:4549"):
    """A document with layers bound to their data, the first on top, and its reading."""
    document = Document()
    reading = DirectReading(document)
    for number, (layer, data) in enumerate(pairs):
        reading.take(document.add(layer, number), data)
    pose = replace(document.camera.pose, crs=crs, x=50.0, y=50.0, scale=1.0)
    document.look(pose)
    return document, reading


def wkb_polygon(points):
    """Well-known binary of a polygon of one ring, which is closed here."""
    ring = np.asarray([*points, points[0]], "<f8")
    return b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + np.uint32(len(ring)).tobytes() + ring.tobytes()


def pixels(widget):
    """Give what a widget shows, 0xffRRGGBB (rows, columns)."""
    image = widget.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()
