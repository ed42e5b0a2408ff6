"""Small calls of the general tools ``data.*``, by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.shapes import to_geometry
from layers.sources.raster_writer import write_raster
from layers.sources.source import FeatureBlock, Variable
from layers.sources.vector_writer import write_features
from tests.promise.calls import BOX, Call, disc, ground, squares

if TYPE_CHECKING:
    from pathlib import Path


def wells(folder: Path) -> str:
    """Three points with a name and a yield."""
    xy = np.array([[600_030.0, 3_400_030.0], [600_200.0, 3_400_150.0], [600_100.0, 3_400_100.0]])
    columns = {"value": np.array([1.0, 2.0, 3.0]), "名": ["井一", None, "井三"]}
    block = FeatureBlock(np.arange(3), to_geometry(shapely.points(xy)), columns)
    write_features(folder / "wells.gpkg", block, crs="EPSG:4549")
    return str(folder / "wells.gpkg")


def classes(folder: Path) -> str:
    """Three classes in stripes, with a gap."""
    cells = np.repeat(np.array([1, 2, 2, 3], np.uint8), 5)[np.newaxis, :, np.newaxis] * np.ones((1, 1, 30), np.uint8)
    cells[0, :3, :3] = 0
    about = (Variable("类", "1"),)
    write_raster(folder / "c.tif", cells, BOX, "EPSG:4549", nodata=0, variables=about)
    return str(folder / "c.tif")


def beside(folder: Path) -> str:
    """Heights of the cells east of the ground."""
    box = type(BOX)(BOX.x1, BOX.y0, BOX.x1 + 100, BOX.y1)
    cells = np.full((1, 20, 10), 7.0, np.float32)
    write_raster(folder / "e.tif", cells, box, "EPSG:4549", vdatum="WUSONG_SH", variables=(Variable("高程", "m"),))
    return str(folder / "e.tif")


CALLS: dict[str, Call] = {
    "calculate": Call(
        "data.calculate", ".tif", lambda f: {"expression": "where(B > 1, A + 0.5, A)", "a": ground(f), "b": classes(f)}
    ),
    "slope": Call("data.slope", ".tif", lambda f: {"dem": ground(f), "units": "percent"}),
    "aspect": Call("data.aspect", ".tif", lambda f: {"dem": ground(f)}),
    "hillshade": Call("data.hillshade", ".tif", lambda f: {"dem": ground(f), "z_factor": "2"}),
    "contours": Call("data.contours", ".gpkg", lambda f: {"dem": ground(f), "interval": "50"}),
    "polygonise": Call("data.polygonise", ".gpkg", lambda f: {"source": classes(f)}),
    "rasterise": Call("data.rasterise", ".tif", lambda f: {"source": squares(f), "field": "value", "like": ground(f)}),
    "rasterise_size": Call("data.rasterise", ".tif", lambda f: {"source": disc(f), "resolution": "7"}),
    "resample": Call("data.resample", ".tif", lambda f: {"source": ground(f), "resolution": "25", "method": "average"}),
    "resample_like": Call("data.resample", ".tif", lambda f: {"source": classes(f), "like": beside(f)}),
    "merge_grids": Call("data.merge", ".tif", lambda f: {"a": ground(f), "b": beside(f)}),
    "merge_features": Call("data.merge", ".gpkg", lambda f: {"a": wells(f), "b": squares(f), "more": [disc(f)]}),
    "zonal": Call("data.zonal", ".gpkg", lambda f: {"raster": ground(f), "zones": disc(f), "prefix": "h_"}),
    "zonal_classes": Call(
        "data.zonal", ".gpkg", lambda f: {"raster": classes(f), "zones": disc(f), "stats": "majority,variety,count"}
    ),
    "sample": Call("data.sample", ".gpkg", lambda f: {"raster": ground(f), "points": wells(f), "method": "bilinear"}),
    "statistics": Call("data.statistics", ".csv", lambda f: {"source": wells(f), "by": "名", "column": "value"}),
    "buffer": Call("data.buffer", ".gpkg", lambda f: {"source": wells(f), "field": "value"}),
    "buffer_joined": Call(
        "data.buffer", ".geojson", lambda f: {"source": wells(f), "distance": "90", "dissolve": "true"}
    ),
    "intersect": Call("data.intersect", ".gpkg", lambda f: {"a": buffers(f), "b": disc(f)}),
    "union": Call("data.union", ".gpkg", lambda f: {"a": buffers(f), "b": disc(f)}),
    "difference": Call("data.difference", ".gpkg", lambda f: {"a": disc(f), "b": buffers(f)}),
    "dissolve": Call("data.dissolve", ".gpkg", lambda f: {"source": buffers(f), "by": "group"}),
    "join_key": Call("data.join", ".gpkg", lambda f: {"a": wells(f), "b": squares(f), "a_key": "value"}),
    "join_place": Call("data.join", ".gpkg", lambda f: {"a": wells(f), "b": disc(f), "by": "nearest"}),
    "simplify": Call("data.simplify", ".gpkg", lambda f: {"source": disc(f), "tolerance": "3"}),
    "voronoi": Call("data.voronoi", ".gpkg", lambda f: {"source": wells(f)}),
}
"""Name of a call → the call."""


def buffers(folder: Path) -> str:
    """Three discs that overlap, in two groups."""
    shapes = shapely.buffer(
        shapely.points([[600_100.0, 3_400_100.0], [600_150.0, 3_400_100.0], [600_290.0, 3_400_020.0]]), 40
    )
    columns = {"group": np.array([1, 1, 2]), "value": np.array([0.5, 1.5, 2.5])}
    write_features(folder / "buffers.gpkg", FeatureBlock(np.arange(3), to_geometry(shapes), columns), crs="EPSG:4549")
    return str(folder / "buffers.gpkg")
