"""Zonal statistics, samples, categories: exact shares of cells, known figures, columns that are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from app.core.jobs import Job
from layers.errors import DataError, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources import memory
from layers.sources.source import FeatureRequest
from plugins.processing import sampling, zonal
from plugins.processing.grids import band_of
from tests.unit.plugins.test_overlays import BOW, E, N, layer, read, square

BOX = Extent(E - 20, N - 20, E + 80, N + 60)
CELLS = np.random.default_rng(1).integers(0, 9, (16, 20)).astype(np.float32)
ALL = list(zonal.STATS)


def grid(cells: Any = CELLS, box: Extent = BOX, **more: Any) -> RasterLayer:
    held = memory.raster_source({"h": np.asarray(cells, np.float32)}, box, crs="EPSG:4549", units={"h": "m"}, **more)
    return RasterLayer(name="grid", source="memory:").attach(held, held.layer)


def figures(shapes: list[Any], cells: Any = CELLS, stats: list[str] = ALL, job: Job | None = None) -> dict[str, Any]:
    return read(zonal.zonal(band_of(grid(cells)), layer(shapes), stats, "", job or Job()))[1]


def shares(shape: Any) -> Any:
    """Share of each cell that a shape covers, by GEOS."""
    x, y = BOX.x0 + 5 * np.arange(20), BOX.y1 - 5 * np.arange(16)
    boxes = shapely.box(x[None, :], y[:, None] - 5, x[None, :] + 5, y[:, None])
    return shapely.area(shapely.intersection(boxes, shape)) / 25


HOLED = square(-3.3, 1.7, 31.1).difference(square(4.1, 6.2, 9.7))
STAR = shapely.Polygon(
    [
        (E + 20 + r * np.cos(t), N + 20 + r * np.sin(t))
        for r, t in zip([17, 6] * 7, np.arange(14) * np.pi / 7, strict=True)
    ]
)
SHAPES = [
    square(-7.7, -3.2, 13.3), HOLED, STAR, shapely.MultiPolygon([square(0, 0, 3), square(41, 7, 4)]),
    shapely.box(E - 30, N - 30, E + 3.5, N + 4.5), square(1, 1, 0.5), shapely.reverse(HOLED),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_figures_are_those_of_the_exact_shares(shape: Any):
    weight = shares(shape)
    covered, found = weight > 1e-12, figures([shape])
    mean = (weight * CELLS).sum() / weight.sum()
    assert found["count"][0] == pytest.approx(weight.sum(), rel=1e-9)
    assert found["sum"][0] == pytest.approx((weight * CELLS).sum(), rel=1e-9)
    assert found["mean"][0] == pytest.approx(mean, rel=1e-9)
    assert found["stdev"][0] == pytest.approx(((weight * (CELLS - mean) ** 2).sum() / weight.sum()) ** 0.5, abs=1e-7)
    assert (found["min"][0], found["max"][0]) == (CELLS[covered].min(), CELLS[covered].max())
    assert found["variety"][0] == len(np.unique(CELLS[covered]))
    totals = {v: weight[v == CELLS].sum() for v in np.unique(CELLS[covered])}
    assert totals[found["majority"][0]] == pytest.approx(max(totals.values()), rel=1e-6)


def test_cells_without_data_do_not_count_and_a_zone_without_any_is_told():
    cells, job = CELLS.copy(), Job()
    cells[:8] = np.nan
    found = figures([square(-10, -10, 60), square(20, 30, 5), square(500, 0)], cells, job=job)
    assert found["count"] == pytest.approx([60 * 30 / 25, 0, 0])
    assert np.isnan(found["mean"][1:]).all()
    assert np.isnan(found["min"][1])
    assert job.remarks[-1].english.startswith("2 zones cover no cell")


def test_zones_keep_their_columns_and_a_clash_gets_a_number():
    zones = layer([square(0, 0)], mean=np.array([7.0]), 名=["圩区"])
    made = zonal.zonal(band_of(grid()), zones, ["mean", "max"], "", Job())
    assert list(read(made)[1]) == ["mean", "名", "mean_2", "max"]
    assert read(made)[1]["名"] == ["圩区"]
    assert made.described().columns[-1].title == "max [m]"


def test_windows_and_threads_give_the_figures_of_the_whole(monkeypatch: pytest.MonkeyPatch):
    whole = figures(SHAPES)
    monkeypatch.setattr(zonal, "AT_ONCE", 1)
    monkeypatch.setattr("layers.sources.computed.ROWS", 4)
    parts = figures(SHAPES)
    for name, values in whole.items():
        assert parts[name] == (values if name == "名" else pytest.approx(values, rel=1e-10, nan_ok=True))


def test_zones_in_another_system_are_brought_to_the_grid_and_come_back_as_they_were():
    from layers.crs import transform_points

    corners = shapely.get_coordinates(square(0, 0, 20))
    degrees = layer([shapely.Polygon(transform_points(corners, "EPSG:4549", "EPSG:4490"))], "EPSG:4490")
    job = Job()
    made = zonal.zonal(band_of(grid()), degrees, ["count"], "", job)
    assert read(made)[1]["count"] == pytest.approx([16], rel=1e-6)
    assert (made.crs, job.remarks[0].english) == ("EPSG:4490", "l was brought from EPSG:4490 to EPSG:4549.")


def test_a_zone_that_crosses_itself_is_repaired():
    job = Job()
    assert figures([BOW], job=job)["count"] == pytest.approx([2])
    assert "repaired" in job.remarks[0].english


@pytest.mark.parametrize("words", [["mode"], [""], ["mean,nothing"]])
def test_a_figure_that_there_is_not_is_refused(words: list[str]):
    with pytest.raises(ParameterInvalid, match="There is no figure"):
        zonal.wanted_stats(words)


def test_what_is_no_polygon_or_lies_elsewhere_is_refused():
    with pytest.raises(DataError, match="no polygons"):
        figures([shapely.Point(E, N)])
    with pytest.raises(DataError, match="do not meet"):
        figures([square(5000, 0)])


def test_points_get_the_cell_they_lie_in_or_the_four_around():
    y, x = np.mgrid[0:16, 0:20]
    plane = (x * 5 - y * 5).astype(np.float32)
    places = [shapely.Point(E + 1.2, N + 3.4), shapely.Point(E - 19.9, N + 59.9), shapely.Point(E + 500, N)]
    points, job = layer(places), Job()
    near = read(sampling.sampled([band_of(grid(plane))], points, "nearest", "", job))[1]
    assert near["h"] == pytest.approx([20 - 55, 0, np.nan], nan_ok=True)
    assert "1 points lie outside" in job.remarks[0].english
    between = read(sampling.sampled([band_of(grid(plane))], points, "bilinear", "z_", Job()))[1]
    assert between["z_h"][0] == pytest.approx((21.2 - 2.5) - (56.6 - 2.5))
    assert near["名"] == ["a0", "a1", "a2"]


def test_figures_by_category_count_what_is_missing_and_keep_the_category():
    values = np.array([1.0, 2.0, np.nan, 10.0, 4.0])
    whole = layer([square(0, 0)] * 5, 类=["a", "a", "a", None, "b"], v=values)
    table = sampling.by_category(whole, ["类"], "v", Job())
    rows = {g: i for i, g in enumerate(table.columns["类"])}
    a = rows["a"]
    assert [table.columns[n][a] for n in ("rows", "count", "sum", "mean", "min", "max", "median")] == [
        3,
        2,
        3,
        1.5,
        1,
        2,
        1.5,
    ]
    assert table.columns["stdev"][a] == pytest.approx(0.5)
    assert table.columns["sum"][rows[None]] == 10
    assert len(sampling.by_category(whole, [], "v", Job())) == 1
    with pytest.raises(ParameterInvalid, match="holds no numbers"):
        sampling.by_category(whole, [], "类", Job())
    assert whole.read(FeatureRequest("")) is not None
