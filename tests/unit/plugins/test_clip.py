"""Cutting to boxes and polygons: what is inside, what is kept, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.crs import transform_points
from layers.errors import CrsMissing, DataError, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.shapes import to_geometry, to_shapes
from layers.sources import memory
from layers.sources.source import Column, FeatureBlock, FeatureRequest, RasterBlock, RasterRequest
from layers.vector import VectorLayer
from plugins.processing.clip import clipped_features, clipped_grid, cutter

if TYPE_CHECKING:
    from layers.layer import Layer

BOX = Extent(0.0, 0.0, 100.0, 80.0)
CELLS = np.arange(80, dtype=np.float32).reshape(8, 10)


def features(shapes: list[object], crs: str | None = "EPSG:4549") -> VectorLayer:
    """A layer of shapes with a number and a name each."""
    count = len(shapes)
    block = FeatureBlock(
        np.arange(count),
        to_geometry(np.array(shapes, object)),
        {"n": np.arange(count), "名": [f"a{i}" for i in range(count)]},
    )
    held = memory.vector_source(block, (Column("n", "int"), Column("名", "text")), crs=crs)
    return VectorLayer(source="memory:").attach(held, held.layer)


def ground(crs: str | None = "EPSG:4549") -> RasterLayer:
    held = memory.raster_source({"h": CELLS}, BOX, crs=crs)
    return RasterLayer(source="memory:").attach(held, held.layer)


def read(layer: Layer) -> tuple[list[object], FeatureBlock]:
    block = layer.read(FeatureRequest(layer.key))
    assert isinstance(block, FeatureBlock)
    assert block.geometry is not None
    return list(to_shapes(block.geometry)), block


def cells(layer: RasterLayer) -> RasterBlock:
    block = layer.read(RasterRequest(layer.key, ("h",), 0, None, 99, 99))
    assert isinstance(block, RasterBlock)
    return block


def test_features_are_cut_at_the_edge_and_keep_their_attributes():
    layer = features([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(4, 4, 6, 6)])
    shapes, block = read(clipped_features(layer, shapely.box(5, -1, 15, 11)))
    assert [shapely.area(s) for s in shapes] == [50.0, 2.0]
    assert block.columns["n"].tolist() == [0, 2]
    assert block.columns["名"] == ["a0", "a2"]


def test_what_only_touches_the_edge_is_not_inside():
    layer = features([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.LineString([(0, 5), (10, 5)])])
    shapes, block = read(clipped_features(layer, shapely.box(10, -1, 30, 11)))
    assert block.columns["n"].tolist() == [1]
    assert shapely.equals(shapes[0], shapely.box(10, 0, 20, 10))


def test_a_bow_tie_is_mended_before_it_is_cut():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes, _ = read(clipped_features(features([bow]), shapely.box(-1, -1, 5, 11)))
    assert shapely.area(shapes[0]) == pytest.approx(25.0)


@given(
    st.floats(-10, 60), st.floats(-10, 60), st.floats(1, 50), st.floats(1, 50),
)  # fmt: skip
def test_the_cut_area_is_that_of_the_common_part(x: float, y: float, wide: float, high: float):
    parcels = [shapely.Point(20, 20).buffer(15), shapely.box(30, 30, 50, 45)]
    knife = shapely.box(x, y, x + wide, y + high)
    wanted = sum(shapely.area(shapely.intersection(p, knife)) for p in parcels)
    try:
        shapes, _ = read(clipped_features(features(parcels), knife))
    except DataError:
        assert wanted == pytest.approx(0.0, abs=1e-9)
    else:
        assert sum(shapely.area(s) for s in shapes) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_nothing_inside_is_an_error_and_not_an_empty_file():
    with pytest.raises(DataError, match="does not meet"):
        clipped_features(features([shapely.box(0, 0, 1, 1)]), shapely.box(50, 50, 60, 60))
    with pytest.raises(DataError, match="does not meet"):
        clipped_grid(ground(), shapely.box(500, 500, 600, 600), is_box=True)


def test_a_box_takes_every_cell_it_touches_and_nothing_more():
    found = clipped_grid(ground(), shapely.box(20, 30, 50, 60), is_box=True)
    assert found.described().bounds == Extent(20, 30, 50, 60)
    assert np.array_equal(cells(found).values[0], CELLS[2:5, 2:5])
    grown = clipped_grid(ground(), shapely.box(19, 30, 50.5, 60), is_box=True)
    assert grown.described().bounds == Extent(10, 30, 60, 60)


def test_a_box_beyond_the_grid_ends_at_the_grid():
    found = clipped_grid(ground(), shapely.box(-500, 60, 25, 900), is_box=True)
    assert found.described().bounds == Extent(0, 60, 30, 80)


def test_cells_whose_centre_is_outside_the_polygons_are_empty():
    mask = shapely.union(shapely.box(0, 0, 14, 100), shapely.box(86, 0, 100, 100))
    found = cells(clipped_grid(ground(), mask, is_box=False)).values[0]
    kept = np.zeros(CELLS.shape, np.bool_)
    kept[:, 0] = kept[:, 9] = True
    assert np.array_equal(found, np.where(kept, CELLS, np.nan), equal_nan=True)


def test_a_polygon_between_the_centres_is_refused():
    with pytest.raises(DataError, match="No cell has its centre"):
        clipped_grid(ground(), shapely.box(41, 41, 43, 43), is_box=False)


def test_long_edges_of_a_mask_bend_with_the_map():
    """A parallel of latitude is no straight line in a grid of metres: over 2 degrees it sags by 400 m."""
    shape = cutter(ground("EPSG:4549"), features([shapely.box(120.0, 30.0, 122.0, 31.0)], "EPSG:4490"), None)
    lon = np.linspace(120.0, 122.0, 41)
    edge = transform_points(np.column_stack([lon, np.full(41, 30.0)]), "EPSG:4490", "EPSG:4549")
    away = shapely.distance(shapely.points(edge), shapely.boundary(shape))
    chord = shapely.distance(shapely.points(edge), shapely.LineString(edge[[0, -1]]))
    assert chord.max() > 400.0
    assert away.max() < 0.1


def test_a_mask_and_a_box_are_one_too_many_and_none_is_one_too_few():
    mask = features([shapely.box(0, 0, 1, 1)])
    for given_mask, extent in ((None, None), (mask, BOX)):
        with pytest.raises(ParameterInvalid, match="--mask"):
            cutter(ground(), given_mask, extent)


def test_a_mask_must_hold_polygons_and_know_where_it_is():
    with pytest.raises(DataError, match="no polygons"):
        cutter(ground(), features([shapely.Point(1, 1)]), None)
    with pytest.raises(CrsMissing):
        cutter(ground(), features([shapely.box(0, 0, 1, 1)], None), None)


def test_a_mask_without_a_system_cuts_a_layer_without_one():
    shape = cutter(ground(None), features([shapely.box(0, 0, 50, 50)], None), None)
    assert shapely.area(shape) == 2500.0
