"""Grids to polygons and back, other cells, several layers as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from app.core.jobs import Job
from layers.errors import DataError, DatumMismatch, MemoryExceeded, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources import memory
from layers.sources.source import RasterBlock, RasterRequest
from plugins.processing import conversion, mosaic
from plugins.processing.grids import band_of
from tests.unit.plugins.test_overlays import E, N, layer, read, square
from tests.unit.plugins.test_terrain import cells

if TYPE_CHECKING:
    from layers.vector import VectorLayer

BOX = Extent(E, N, E + 20, N + 15)
CLASSES = np.array([[1, 1, 2, 2], [1, 1, 2, np.nan], [3, 3, 3, 1]], np.float32)


def grid(values: Any = CLASSES, box: Extent = BOX, crs: str = "EPSG:4549", **more: Any) -> RasterLayer:
    held = memory.raster_source({"h": np.asarray(values, np.float32)}, box, crs=crs, units={"h": "m"}, **more)
    return RasterLayer(name="g", source="memory:").attach(held, held.layer)


def test_polygons_of_classes_have_the_area_of_their_cells():
    found, columns = read(conversion.polygonised(band_of(grid()), corners=False, job=Job()))
    assert sorted(zip(columns["value"], columns["cells"], shapely.area(found), strict=True)) == [
        (1, 1, 25), (1, 4, 100), (2, 3, 75), (3, 3, 75),
    ]  # fmt: skip
    with pytest.raises(MemoryExceeded):
        conversion.polygonised(band_of(grid(np.zeros((300, 300)))), corners=False, job=Job(memory_mb=1))
    with pytest.raises(DataError, match="no features"):
        conversion.polygonised(band_of(grid(CLASSES * np.nan)), corners=False, job=Job())


def test_polygons_burnt_back_give_the_grid_again():
    made = conversion.polygonised(band_of(grid()), corners=True, job=Job())
    burnt = conversion.rasterised(made, "value", band_of(grid()), None, None, touched=False, job=Job())
    assert np.array_equal(cells(burnt), CLASSES, equal_nan=True)


def burnt(source: VectorLayer, size: float | None = None, **more: Any) -> RasterLayer:
    return conversion.rasterised(
        source, more.pop("field", ""), more.pop("like", None), size, None, touched=more.pop("touched", False), job=Job()
    )


def test_a_new_grid_has_edges_at_multiples_of_the_cell_and_the_last_feature_on_top():
    made = burnt(layer([square(1, 1, 8), square(4, 4, 8)], v=np.array([1.0, 2.0])), 5.0, field="v")
    assert made.described().bounds == Extent(E, N, E + 15, N + 15)
    assert cells(made)[1, 1] == 2
    assert cells(made)[2, 0] == 1
    assert np.isnan(cells(made)[0, 0])
    assert np.isfinite(cells(burnt(layer([square(1, 1, 8)]), 5.0, touched=True))).all()


@pytest.mark.parametrize(("size", "like"), [(None, None), (5.0, band_of(grid()))])
def test_a_grid_to_follow_or_a_cell_size_not_both(size: float | None, like: Any):
    with pytest.raises(ParameterInvalid, match="either a grid to follow or a cell size"):
        burnt(layer([square(0, 0)]), size, like=like)


def test_larger_cells_hold_the_mean_and_the_same_cells_the_same_values():
    half = mosaic.resampled(grid(np.arange(16.0).reshape(4, 4), Extent(E, N, E + 20, N + 20)), 10, None, "average", 0)
    assert cells(half).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert half.described().variables[0].units == "m"
    same = mosaic.resampled(grid(), None, grid(), "nearest", 0)
    assert np.array_equal(cells(same), CLASSES, equal_nan=True)
    odd = mosaic.resampled(grid(), 7, None, "nearest", 0)
    assert odd.described().bounds == Extent(E, N + 15 - 21, E + 21, N + 15)
    with pytest.raises(ParameterInvalid):
        mosaic.resampled(grid(), 7, grid(), "nearest", 0)
    with pytest.raises(DataError, match="million cells"):
        mosaic.resampled(grid(), 1e-7, None, "nearest", 0)


def test_a_mosaic_takes_the_first_with_data():
    east = grid(np.full((3, 4), 9.0), Extent(E + 15, N - 5, E + 35, N + 10))
    made = mosaic.merged_grids([grid(), east])
    whole = cells(made)
    assert made.described().bounds == Extent(E, N - 5, E + 35, N + 15)
    assert whole.shape == (4, 7)
    assert whole[1, 3] == 9
    assert whole[2, 3] == 1
    assert np.isnan(whole[0, 4:]).all()
    block = made.read(RasterRequest("", ("h",), box=Extent(E + 15, N, E + 25, N + 5), width=9, height=9))
    assert isinstance(block, RasterBlock)
    assert block.values[0].tolist() == [[1, 9]]


def test_a_mosaic_of_shifted_grids_or_of_two_datums_is_refused():
    shifted = Extent(E + 22, N, E + 42, N + 15)
    for other in (grid(box=shifted), grid(crs="EPSG:4550"), grid(np.zeros((6, 8)), BOX)):
        with pytest.raises(DataError, match="do not lie in one grid"):
            mosaic.merged_grids([grid(), other])
    with pytest.raises(DatumMismatch, match="CN1985"):
        mosaic.merged_grids([grid(vdatum="WUSONG_SH"), grid(vdatum="CN1985")])


def test_merged_features_have_all_columns_and_none_where_a_layer_lacks_one():
    a = layer([square(0, 0)], n=np.array([1]), when=np.array(["2026-01-01"], "datetime64[ms]"))
    b = layer([shapely.Point(E, N)], n=["x"], own=np.array([0.5]))
    found, columns = read(mosaic.merged_features([a, b], Job()))
    assert [one.geom_type for one in found] == ["Polygon", "Point"]
    assert columns["n"] == [1, "x"]
    assert np.isnan(columns["own"][0])
    assert columns["own"][1] == 0.5
    assert np.isnat(columns["when"][1])
