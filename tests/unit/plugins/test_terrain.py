"""Slope, aspect, hillshade and contours of surfaces whose answer is known, and of the reference of QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely

from app.core.jobs import Job
from layers.crs import metres_per_unit
from layers.errors import CrsMissing, DataError, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.shapes import to_shapes
from layers.sources import memory
from layers.sources.open import open_source
from layers.sources.source import FeatureBlock, FeatureRequest, RasterBlock, RasterRequest
from plugins.processing import contours, terrain
from plugins.processing.grids import band_of
from tests.realdata import real_data

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.vector import VectorLayer

BOX = Extent(500_000, 3_400_000, 500_300, 3_400_200)
Y, X = np.mgrid[19:-1:-1, 0:30] * 10.0


def ground(heights: Any, box: Extent = BOX, crs: str | None = "EPSG:4549") -> RasterLayer:
    held = memory.raster_source({"h": np.asarray(heights, np.float32)}, box, crs=crs, units={"h": "m"})
    return RasterLayer(name="ground", source="memory:").attach(held, held.layer)


def surface(layer: RasterLayer, z_factor: float = 1.0, job: Job | None = None) -> terrain.Surface:
    return terrain.surface(band_of(layer), z_factor, job or Job())


def cells(layer: Layer) -> Any:
    name = layer.described().variables[0].name
    block = layer.read(RasterRequest("", (name,), width=9999, height=9999))
    assert isinstance(block, RasterBlock)
    return block.values[0]


@pytest.mark.parametrize(
    ("plane", "steep", "facing"),
    [(-0.5 * X, 0.5, 90.0), (0.5 * X, 0.5, 270.0), (-Y, 1.0, 0.0), (Y, 1.0, 180.0), (X + Y, 2**0.5, 225.0)],
)
def test_a_plane_has_one_slope_and_one_aspect_to_its_very_edge(plane: Any, steep: float, facing: float):
    assert cells(terrain.slope(surface(ground(plane)), "percent")) == pytest.approx(100 * steep, rel=1e-5)
    assert cells(terrain.slope(surface(ground(plane)), "degree")) == pytest.approx(
        np.degrees(np.arctan(steep)), rel=1e-5
    )
    assert cells(terrain.aspect(surface(ground(plane)))) == pytest.approx(facing, abs=1e-3)
    doubled = cells(terrain.slope(surface(ground(plane), 2.0), "percent"))
    assert doubled == pytest.approx(200 * steep, rel=1e-5)


def test_flat_ground_faces_nowhere_and_a_hole_stays_a_hole():
    flat = np.full((20, 30), 5.0)
    flat[4, 4] = np.nan
    slope, aspect = cells(terrain.slope(surface(ground(flat)), "degree")), cells(terrain.aspect(surface(ground(flat))))
    assert np.isnan(aspect).all()
    assert np.isnan(slope).sum() == 1
    assert np.nanmax(slope) == 0


def test_light_from_the_west_makes_a_western_slope_bright_and_an_eastern_one_dark():
    west, east = (cells(terrain.hillshade(surface(ground(z)), 270, 45)) for z in (X, -X))
    assert (west.min(), east.max()) == (255, 1)
    assert cells(terrain.hillshade(surface(ground(0 * X)), 270, 45)) == pytest.approx(
        1 + 254 * np.sin(np.pi / 4), abs=0.5
    )


def test_a_grid_in_degrees_is_measured_in_metres_of_each_latitude():
    box, job = Extent(121.0, 30.0, 121.3, 30.2), Job()
    slope = cells(terrain.slope(surface(ground(X, box, "EPSG:4490"), 1.0, job), "percent"))
    across = metres_per_unit("EPSG:4490", 121.15, 30.1)[0] * 0.01
    assert slope[10, 5] == pytest.approx(100 * 10 / across, rel=1e-3)
    assert slope[0, 5] > slope[-1, 5]
    assert "degrees" in job.remarks[0].english
    with pytest.raises(CrsMissing):
        surface(ground(X, crs=None))


@pytest.mark.real_data
@pytest.mark.parametrize("what", ["slope", "aspect"])
def test_slope_and_aspect_are_those_of_the_reference_to_the_edge(what: str):
    source = open_source(str(real_data("reference/terrain_qgis/dem.tif")))
    layer = RasterLayer(source="dem").attach(source, source.describe().layers[0])
    shape = surface(layer)
    made = cells(terrain.slope(shape, "degree") if what == "slope" else terrain.aspect(shape))
    source.close()
    with rasterio.open(real_data(f"reference/terrain_qgis/{what}.tif")) as data:
        wanted = data.read(1, masked=True).filled(np.nan)
    assert np.array_equal(np.isnan(made), np.isnan(wanted))
    # float32 holds 360 to 3e-5 and angles are worked out there in float32.
    assert np.nanmax(np.abs(made - wanted)) <= 6.2e-5


def lines_of(layer: VectorLayer) -> tuple[Any, Any]:
    block = layer.read(FeatureRequest(layer.key))
    assert isinstance(block, FeatureBlock)
    assert block.geometry is not None
    return to_shapes(block.geometry), np.asarray(block.columns["height"])


def test_contours_of_a_cone_are_rings_of_the_right_length(monkeypatch: pytest.MonkeyPatch):
    y, x = np.mgrid[0:101, 0:101] - 50.0
    cone = ground(40 - np.hypot(x, y), Extent(500_000, 3_400_000, 500_101, 3_400_101))
    whole, heights = lines_of(contours.contours(band_of(cone), 10, 0, Job()))
    for height in (10, 20, 30):
        ring = whole[(heights == height)]
        assert len(ring) == 1
        assert shapely.is_closed(ring[0])
        assert shapely.length(ring[0]) == pytest.approx(2 * np.pi * (40 - height), rel=2e-3)
    monkeypatch.setattr(contours, "AT_ONCE", 1)
    monkeypatch.setattr("layers.sources.computed.ROWS", 16)
    parts, again = lines_of(contours.contours(band_of(cone), 10, 0, Job()))
    assert again.tolist() == heights.tolist()
    assert shapely.length(parts) == pytest.approx(shapely.length(whole), rel=1e-12)


def test_contours_stop_at_holes_and_refuse_too_many():
    plane = X.copy()
    plane[:, 14] = np.nan
    lines, heights = lines_of(contours.contours(band_of(ground(plane)), 95, 5, Job()))
    assert sorted(heights.tolist()) == [5, 100, 195, 290] or set(heights) <= {5, 100, 195, 290}
    assert shapely.bounds(lines)[0][1] >= BOX.y0
    with pytest.raises(ParameterInvalid, match="too many lines"):
        contours.contours(band_of(ground(X)), 1e-4, 0, Job())
    with pytest.raises(DataError, match="No height of this interval"):
        contours.contours(band_of(ground(X)), 1e4, 5e3, Job())
