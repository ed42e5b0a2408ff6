from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.errors import DataError
from layers.extent import Extent
from layers.sources.source import (
    RasterBlock,
    RasterRequest,
    SeriesBlock,
    SeriesRequest,
    Statistics,
    StatisticsRequest,
    TopologyRequest,
)
from tests.unit.layers.netcdf_files import axes, codes, grid, made, opened, variable

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import DataSource, LayerDescription

X = np.array([10.0, 10.5, 11.0, 11.5])
Y = np.array([50.0, 51.0, 52.0])
H = np.arange(12.0).reshape(3, 4)


def window(source: DataSource, layer: LayerDescription, *names: str, **asked: Any) -> RasterBlock:
    """Cells of a layer."""
    block = source.read(RasterRequest(layer.key, names or ("h",), **asked))
    assert isinstance(block, RasterBlock)
    return block


def test_row_0_is_north_whichever_way_the_axes_run(tmp_path: Path):
    for y, values in ((Y, H), (Y[::-1], H[::-1])):
        for x, turned in ((X, values), (X[::-1], values[:, ::-1])):
            source, layer = opened(grid(tmp_path / "g.nc", turned, x, y))
            block = window(source, layer)
            assert np.array_equal(block.values[0], H[::-1])
            assert block.box == Extent(9.75, 49.5, 11.75, 52.5)
            source.close()


def test_bounds_are_cell_edges_and_the_cell_size_is_told(tmp_path: Path):
    _, layer = opened(grid(tmp_path / "g.nc", H, X, Y))
    assert layer.kind == "raster"
    assert layer.bounds == Extent(9.75, 49.5, 11.75, 52.5)
    assert layer.resolution == (0.5, 1.0)
    assert layer.counts == {"width": 4, "height": 3, "bands": 1}


def test_cell_bounds_of_the_file_win_over_half_cells(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        file.createDimension("two", 2)
        edges = np.array([[0.0, 2.0], [2.0, 3.0], [3.0, 4.0], [4.0, 7.0]])
        variable(file, "lon_edges", "f8", ("lon", "two"), edges)
        file["lon"].bounds = "lon_edges"
        file["lon"][:] = [1.0, 2.5, 3.5, 5.5]
        variable(file, "h", "f4", ("lat", "lon"), H)
    source, layer = opened(tmp_path / "g.nc")
    assert layer.bounds == Extent(0.0, 49.5, 7.0, 52.5)
    assert "irregular_axis" in codes(layer)
    assert window(source, layer).values[0, 0].tolist() == [8, 8, 9, 10, 11, 11, 11]


def test_degrees_without_a_datum_stay_without_a_crs_and_say_so(tmp_path: Path):
    _, layer = opened(grid(tmp_path / "g.nc", H, X, Y))
    assert layer.crs is None
    assert layer.extra["geographic"] is True
    assert codes(layer) == {"crs_missing"}


@pytest.mark.parametrize(
    ("said", "crs"),
    [
        ({"epsg_code": "EPSG:4490"}, "EPSG:4490"),
        ({"spatial_ref": "EPSG:4326"}, "EPSG:4326"),
        ({"EPSG_code": "EPGS:4490", "epsg": np.int32(4490)}, "EPSG:4490"),
        (
            {
                "grid_mapping_name": "transverse_mercator",
                "longitude_of_central_meridian": 120.0,
                "latitude_of_projection_origin": 0.0,
                "scale_factor_at_central_meridian": 1.0,
                "false_easting": 500000.0,
                "false_northing": 0.0,
                "semi_major_axis": 6378137.0,
                "inverse_flattening": 298.257222101,
                "geographic_crs_name": "China Geodetic Coordinate System 2000",
                "horizontal_datum_name": "China 2000",
            },
            "EPSG:4549",
        ),
    ],
)
def test_the_grid_mapping_gives_the_crs(tmp_path: Path, said: dict[str, Any], crs: str):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        variable(file, "crs", "i4", (), 0, **said)
        variable(file, "h", "f4", ("lat", "lon"), H, grid_mapping="crs")
    assert opened(tmp_path / "g.nc")[1].crs == crs


def test_two_epsg_codes_that_differ_are_a_contradiction_and_not_a_choice(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        variable(file, "crs", "i4", (), 0, epsg=np.int32(4490), EPSG_code="EPSG:4326")
        variable(file, "h", "f4", ("lat", "lon"), H, grid_mapping="crs")
    layer = opened(tmp_path / "g.nc")[1]
    assert layer.crs is None
    assert codes(layer) == {"crs_contradiction"}


def test_packed_numbers_fills_and_the_valid_range_follow_the_attributes(tmp_path: Path):
    raw = np.array([[0, 10, -32768, 400], [-5, 7, 8, 9], [1, 2, 3, -999]], "i2")
    attributes = {"scale_factor": 0.1, "add_offset": 2.0, "missing_value": np.int16(-999)}
    limits = {"valid_min": np.int16(-1), "valid_max": np.int16(300)}
    path = grid(tmp_path / "g.nc", raw, X, Y, dtype="i2", _FillValue=np.int16(-32768), **attributes, **limits)
    source, layer = opened(path)
    nan = np.nan
    expected = np.array([[2.0, 3.0, nan, nan], [nan, 2.7, 2.8, 2.9], [2.1, 2.2, 2.3, nan]])[::-1]
    assert np.allclose(window(source, layer).values[0], expected, equal_nan=True, atol=1e-6)


def test_a_float_valid_range_of_packed_integers_speaks_of_values(tmp_path: Path):
    raw = np.arange(12, dtype="i2").reshape(3, 4)
    path = grid(tmp_path / "g.nc", raw, X, Y, dtype="i2", scale_factor=0.5, valid_range=np.array([1.0, 4.0]))
    source, layer = opened(path)
    values = window(source, layer).values[0]
    assert np.nanmin(values) == 1.0
    assert np.nanmax(values) == 4.0


def test_signed_bytes_marked_unsigned_are_read_as_such(tmp_path: Path):
    raw = np.array([0, 1, -1, -128, 5, 6, 7, 8, 9, 10, 11, 12], "i1").reshape(3, 4)
    source, layer = opened(grid(tmp_path / "g.nc", raw, X, Y, dtype="i1", _Unsigned="true", _FillValue=np.int8(-1)))
    assert np.array_equal(window(source, layer).values[0, 2], [0, 1, np.nan, 128], equal_nan=True)


def test_numbers_never_written_are_missing(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        file.createVariable("h", "f4", ("lat", "lon"))[0, :] = H[0]
    source, layer = opened(tmp_path / "g.nc")
    assert np.isfinite(window(source, layer).values[0]).sum() == 4


def test_the_whole_earth_from_0_to_360_is_rolled_and_an_eastern_part_shifted(tmp_path: Path):
    x = np.arange(0.0, 360.0, 30.0)
    values = np.tile(x, (3, 1))
    source, layer = opened(grid(tmp_path / "g.nc", values, x, Y))
    block = window(source, layer)
    assert layer.bounds == Extent(-165.0, 49.5, 195.0, 52.5)
    assert block.values[0, 0].tolist() == [210, 240, 270, 300, 330, 0, 30, 60, 90, 120, 150, 180]
    series = source.read(SeriesRequest(layer.key, "h", (0,)))
    assert isinstance(series, SeriesBlock)
    assert series.values.tolist() == [[210.0]]
    source, layer = opened(grid(tmp_path / "e.nc", H, X + 220, Y))
    assert layer.bounds == Extent(-130.25, 49.5, -128.25, 52.5)
    assert layer.extra["longitude_shift"] == -360.0


def test_a_window_has_the_cells_the_box_touches_and_their_edges(tmp_path: Path):
    source, layer = opened(grid(tmp_path / "g.nc", H, X, Y))
    block = window(source, layer, box=Extent(10.3, 49.0, 10.9, 50.6))
    assert block.box == Extent(10.25, 49.5, 11.25, 51.5)
    assert block.values[0].tolist() == [[5, 6], [1, 2]]
    outside = window(source, layer, box=Extent(0.0, 0.0, 1.0, 1.0))
    assert outside.values.shape == (1, 0, 0)


def test_an_overview_takes_the_middle_cell_of_each_share(tmp_path: Path):
    x, y = np.arange(100.0) / 10, np.arange(60.0) / 10
    values = np.arange(6000.0).reshape(60, 100)
    source, layer = opened(grid(tmp_path / "g.nc", values, x, y))
    block = window(source, layer, width=10, height=6)
    assert block.box == layer.bounds
    assert block.values.shape == (1, 6, 10)
    assert block.values[0].tolist() == values[::-1][5::10, 5::10].tolist()


def test_chunked_and_contiguous_files_give_the_same_cells(tmp_path: Path):
    x, y = np.arange(40.0), np.arange(30.0)
    values = np.arange(2400.0).reshape(2, 30, 40)
    boxes = (None, Extent(3.2, 4.0, 20.0, 25.0))
    first, layer = opened(grid(tmp_path / "a.nc", values, x, y, [0.0, 1.0]))
    second, _ = opened(grid(tmp_path / "b.nc", values, x, y, [0.0, 1.0], chunksizes=(1, 7, 9)))
    for box in boxes:
        asked: dict[str, Any] = {"box": box, "width": 8, "height": 7, "step": 1}
        assert np.array_equal(window(first, layer, **asked).values, window(second, layer, **asked).values)


def test_series_of_cells_count_from_the_north_west_row_by_row(tmp_path: Path):
    values = np.stack([H, H + 100, H + 200])
    source, layer = opened(grid(tmp_path / "g.nc", values, X, Y, [0.0, 1.0, 2.0]))
    block = source.read(SeriesRequest(layer.key, "h", (0, 5, 11), start=1))
    assert isinstance(block, SeriesBlock)
    assert block.values.tolist() == [[108.0, 105.0, 103.0], [208.0, 205.0, 203.0]]
    assert block.times.tolist() == np.array(["2020-01-01T01", "2020-01-01T02"], "datetime64[ns]").tolist()
    with pytest.raises(DataError, match="Place 12 does not exist"):
        source.read(SeriesRequest(layer.key, "h", (12,)))


def test_levels_and_members_are_all_reachable_and_named(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y, [0.0, 1.0])
        file.createDimension("depth", 2)
        file.createDimension("member", 3)
        variable(file, "depth", "f4", ("depth",), [0.5, 10.0], units="m", positive="down")
        values = np.arange(2 * 3 * 2 * 12.0).reshape(2, 3, 2, 3, 4)
        variable(file, "h", "f4", ("time", "member", "depth", "lat", "lon"), values)
    source, layer = opened(tmp_path / "g.nc")
    assert layer.variables[0].levels == 6
    labels = layer.extra["levels"]["h"]
    assert [(one["dimension"], one["size"]) for one in labels] == [("member", 3), ("depth", 2)]
    assert labels[1]["values"] == [0.5, 10.0]
    assert np.array_equal(window(source, layer, step=1, level=3).values[0], values[1, 1, 1, ::-1])
    with pytest.raises(DataError, match="level 6 does not exist"):
        window(source, layer, level=6)


def test_dimensions_may_stand_in_any_order(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y, [0.0, 1.0])
        variable(file, "h", "f4", ("lon", "time", "lat"), np.stack([H, H + 50]).transpose(2, 0, 1))
    source, layer = opened(tmp_path / "g.nc")
    assert np.array_equal(window(source, layer, step=1).values[0], H[::-1] + 50)
    block = source.read(SeriesRequest(layer.key, "h", (0, 11)))
    assert isinstance(block, SeriesBlock)
    assert block.values.tolist() == [[8.0, 3.0], [58.0, 53.0]]


def test_components_make_one_vector_with_two_bands(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        variable(file, "uo", "f4", ("lat", "lon"), H, units="m s-1", standard_name="eastward_sea_water_velocity")
        variable(file, "vo", "f4", ("lat", "lon"), -H, units="ms-1", standard_name="northward_sea_water_velocity")
    source, layer = opened(tmp_path / "g.nc")
    vector = layer.variable("sea_water_velocity")
    assert vector is not None
    assert vector.components == ("uo", "vo")
    block = window(source, layer, "sea_water_velocity")
    assert np.array_equal(block.values, np.stack([H[::-1], -H[::-1]]))
    found = source.read(StatisticsRequest(layer.key, "sea_water_velocity"))
    assert isinstance(found, Statistics)
    assert found.maximum == pytest.approx(11 * np.sqrt(2))


def test_statistics_come_from_all_cells_and_steps(tmp_path: Path):
    values = np.stack([H, H * 10])
    values[0, 0, 0] = np.nan
    source, layer = opened(grid(tmp_path / "g.nc", values, X, Y, [0.0, 1.0]))
    found = source.read(StatisticsRequest(layer.key, "h"))
    assert isinstance(found, Statistics)
    assert (found.minimum, found.maximum) == (0.0, 110.0)
    assert found.mean == pytest.approx(np.nanmean(values))
    assert found.missing == pytest.approx(1 / 24)
    assert (found.p2, found.p98) == tuple(np.nanpercentile(values, (2, 98)))
    first = source.read(StatisticsRequest(layer.key, "h", step=0))
    assert isinstance(first, Statistics)
    assert first.maximum == 11.0


def test_a_grid_has_no_topology_and_says_so(tmp_path: Path):
    source, layer = opened(grid(tmp_path / "g.nc", H, X, Y))
    with pytest.raises(DataError, match="does not hold what was asked for"):
        source.read(TopologyRequest(layer.key))
    with pytest.raises(DataError, match=r"no variable q.*variables are: h"):
        window(source, layer, "q")


def test_other_time_axes_make_layers_of_their_own_and_single_moments_do_not(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y, [0.0, 1.0, 2.0])
        for name, size in (("hours", 2), ("end", 1)):
            file.createDimension(name, size)
            variable(file, name, "f8", (name,), np.arange(size) * 6.0, units="hours since 2020-01-01")
            variable(file, f"h_{name}", "f4", (name, "lat", "lon"), np.stack([H] * size))
        variable(file, "h", "f4", ("time", "lat", "lon"), np.stack([H] * 3))
    layers = opened(tmp_path / "g.nc")[0].describe().layers
    assert [[v.name for v in one.variables] for one in layers] == [["h_end", "h"], ["h_hours"]]
    assert [len(one.time) if one.time else 0 for one in layers] == [3, 2]


def test_curved_grids_become_quadrangles_with_estimated_corners(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        file.createDimension("j", 3)
        file.createDimension("i", 4)
        angle = np.radians(30.0)
        across, up = np.meshgrid(np.arange(4.0), np.arange(3.0))
        x = across * np.cos(angle) - up * np.sin(angle)
        y = across * np.sin(angle) + up * np.cos(angle)
        variable(file, "xc", "f8", ("j", "i"), x, standard_name="projection_x_coordinate", units="m")
        variable(file, "yc", "f8", ("j", "i"), y, standard_name="projection_y_coordinate", units="m")
        values = np.arange(12.0).reshape(3, 4)
        variable(file, "h", "f4", ("j", "i"), values, coordinates="xc yc")
    source, layer = opened(tmp_path / "g.nc")
    assert layer.kind == "mesh"
    assert layer.counts == {"nodes": 20, "faces": 12}
    assert "corners_estimated" in codes(layer)
    topology: Any = source.read(TopologyRequest(layer.key))
    corners = np.stack([topology.node_x, topology.node_y], axis=1)[topology.face_nodes].reshape(12, 4, 2)
    assert np.allclose(corners.mean(axis=1), np.stack([x.ravel(), y.ravel()], axis=1))
    assert np.allclose(np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1), 1.0)


def test_a_grid_inside_a_group_is_found(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, X, Y)
        inner = file.createGroup("model")
        variable(inner, "h", "f4", ("lat", "lon"), H)
    source, layer = opened(tmp_path / "g.nc")
    assert layer.key == "model/lat,lon"
    assert np.array_equal(window(source, layer).values[0], H[::-1])


def test_an_axis_that_runs_back_and_forth_is_named_and_its_grid_left_out(tmp_path: Path):
    with made(tmp_path / "g.nc") as file:
        axes(file, [10.0, 12.0, 11.0, 13.0], Y)
        variable(file, "h", "f4", ("lat", "lon"), H)
        for name, values in (("x", X), ("y", Y)):
            file.createDimension(name, len(values))
            variable(file, name, "f8", (name,), values, units="m", standard_name=f"projection_{name}_coordinate")
        variable(file, "good", "f4", ("y", "x"), H)
    described = opened(tmp_path / "g.nc")[0].describe()
    assert [one.code for one in described.warnings] == ["axis_broken"]
    assert [one.key for one in described.layers] == ["y,x"]
    assert described.extra["left_out"] == ["h"]
