"""Grids and features in another system: without seams, and refused where they cannot go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from layers.crs import transform_points
from layers.errors import CrsMissing, DataError
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.shapes import to_geometry
from layers.sources import computed, memory
from layers.sources.source import FeatureBlock, RasterBlock, RasterRequest
from layers.sources.warp import Grid, target_grid
from layers.vector import VectorLayer
from plugins.processing import reproject

if TYPE_CHECKING:
    from numpy.typing import NDArray

BOX = Extent(600_000, 3_400_000, 603_000, 3_402_000)


def plane(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights that rise evenly to the north-east, m."""
    return 5.0 + (x - 600_000) * 0.01 + (y - 3_400_000) * 0.02


def ground(crs: str | None = "EPSG:4549") -> RasterLayer:
    """The plane on 200 by 300 cells of 10 m."""
    x, y = BOX.x0 + 5 + 10 * np.arange(300), BOX.y1 - 5 - 10 * np.arange(200)
    held = memory.raster_source({"h": plane(*np.meshgrid(x, y))}, BOX, crs=crs, vdatum="WUSONG_SH", units={"h": "m"})
    return RasterLayer(name="ground", source="memory:").attach(held, held.layer)


def cells(layer: RasterLayer) -> RasterBlock:
    counts = layer.described().counts
    block = layer.read(RasterRequest(layer.key, ("h",), 0, None, counts["width"], counts["height"]))
    assert isinstance(block, RasterBlock)
    return block


def test_a_plane_brought_to_degrees_in_pieces_is_the_plane_without_seams(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reproject, "MOST", 4_000)
    found = reproject.reprojected_grid(ground(), "EPSG:4490", None, "bilinear")
    d = found.described()
    assert (d.crs, d.vdatum, d.variables[0].units) == ("EPSG:4490", "WUSONG_SH", "m")
    block = cells(found)
    rows, columns = np.indices(block.values.shape[1:])
    lon = block.box.x0 + (columns + 0.5) * block.box.width / block.values.shape[2]
    lat = block.box.y1 - (rows + 0.5) * block.box.height / block.values.shape[1]
    xy = transform_points(np.column_stack([lon.ravel(), lat.ravel()]), "EPSG:4490", "EPSG:4549")
    wanted = plane(xy[:, 0], xy[:, 1]).reshape(lon.shape)
    x, y = (xy[:, i].reshape(lon.shape) for i in (0, 1))
    # Half a cell along the edge is not interpolated but held.
    inner = (x > BOX.x0 + 10) & (x < BOX.x1 - 10) & (y > BOX.y0 + 10) & (y < BOX.y1 - 10)
    assert np.isfinite(block.values[0][inner]).all()
    # GDAL's transform is exact to an eighth of a cell: 1.25 m on slopes of 1 and 2 percent.
    assert np.abs(block.values[0][inner] - wanted[inner]).max() < 0.04
    outside = (x < BOX.x0 - 10) | (x > BOX.x1 + 10) | (y < BOX.y0 - 10) | (y > BOX.y1 + 10)
    assert np.isnan(block.values[0][outside]).all()


def test_pieces_of_another_size_differ_by_no_more_than_the_transform_tolerates(monkeypatch: pytest.MonkeyPatch):
    whole = cells(reproject.reprojected_grid(ground(), "EPSG:3857", None, "nearest")).values
    monkeypatch.setattr(reproject, "MOST", 3_000)
    parts = cells(reproject.reprojected_grid(ground(), "EPSG:3857", None, "nearest")).values
    both = np.isfinite(whole) & np.isfinite(parts)
    assert both.mean() > 0.9 * np.isfinite(whole).mean()
    # An eighth of a cell may make the neighbour the nearest, here and there.
    assert np.abs(whole[both] - parts[both]).max() <= 0.31
    assert (whole[both] != parts[both]).mean() < 0.01


def test_the_source_is_read_only_where_a_piece_comes_from():
    layer, asked = ground(), []
    inner = layer._data

    class Noting(type(inner)):
        def read(self, request: object) -> object:
            asked.append(request)
            return inner.read(request)

    layer._data = Noting(**vars(inner))
    found = reproject.reprojected_grid(layer, "EPSG:3857", None, "bilinear")
    assert asked == []
    d = found.described()
    box = replace(d.bounds, x1=d.bounds.x0 + d.bounds.width / 10, y0=d.bounds.y1 - d.bounds.height / 10)
    found.read(RasterRequest("", ("h",), 0, box, 9_999, 9_999))
    assert len(asked) == 1
    assert asked[0].width * asked[0].height < 0.1 * 200 * 300


def test_a_cell_that_would_cover_too_much_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reproject, "MOST", 1_000)
    found = reproject.reprojected_grid(ground(), "EPSG:3857", 3_000.0, "average")
    with pytest.raises(DataError, match="One cell of the new grid"):
        cells(found)


@pytest.mark.parametrize("crs", ["EPSG:3995", "EPSG:2263", "EPSG:32760", "EPSG:3413"])
def test_a_system_of_another_part_of_the_earth_keeps_the_heights_or_is_refused_in_words(crs: str):
    try:
        values = cells(reproject.reprojected_grid(ground(), crs, None, "nearest")).values
    except DataError as error:
        told = str(error)
    else:
        told = f"{np.nanmin(values):.1f} {np.nanmax(values):.1f}"
    assert told.endswith("where the data lies.") or told == "5.2 74.8"


def test_a_grid_without_end_is_refused_before_it_is_begun():
    with pytest.raises(DataError, match="million cells"):
        target_grid(Grid("EPSG:4549", BOX, 300, 200), "EPSG:3857", 1e-4)


def test_an_unknown_system_is_asked_for_and_not_guessed():
    with pytest.raises(CrsMissing, match="--source-crs"):
        reproject.reprojected_grid(ground(None), "EPSG:3857", None, "nearest")


def test_points_that_cannot_go_are_counted():
    block = FeatureBlock(
        np.arange(2), to_geometry(np.array([shape(0.0, 0.0), shape(0.0, 95.0)])), {"n": np.arange(2.0)}
    )
    held = memory.vector_source(block, (), crs="EPSG:4326")
    layer = VectorLayer(source="memory:").attach(held, held.layer)
    with pytest.raises(DataError, match="1 points"):
        reproject.reprojected_features(layer, "EPSG:3395")


def shape(x: float, y: float) -> object:
    import shapely

    return shapely.Point(x, y)


def test_large_grids_are_cut_into_pieces_on_their_way_to_disk():
    assert [p.width for p in computed.pieces(100_000, 600)][:2] == [15_360, 15_360]
