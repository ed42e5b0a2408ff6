"""The tools on files nobody here made, against the libraries called directly."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.warp
import shapely
from rasterio.enums import Resampling

from tests.realdata import real_data
from tests.story.commands import made, run

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# rasterio multiplies transforms the old way.
pytestmark = [pytest.mark.real_data, pytest.mark.filterwarnings("ignore:Use `@` matmul")]


@pytest.mark.parametrize("method", ["nearest", "bilinear", "cubic", "average"])
def test_a_reprojected_dem_is_that_of_gdal_called_directly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str
):
    source, out = real_data("reference/terrain_qgis/dem.tif"), tmp_path / "dem.tif"
    made(capsys, "data.reproject", "--source", source, "--crs", "EPSG:4326", "--method", method, "--out", out)
    with rasterio.open(source) as data:
        transform, width, height = rasterio.warp.calculate_default_transform(
            data.crs, "EPSG:4326", data.width, data.height, *data.bounds
        )
        wanted = np.full((height, width), np.nan, np.float32)
        rasterio.warp.reproject(
            data.read(1, masked=True).filled(np.nan).astype(np.float32),
            wanted,
            src_transform=data.transform,
            src_crs=data.crs,
            dst_transform=transform,
            dst_crs="EPSG:4326",
            src_nodata=np.nan,
            dst_nodata=np.nan,
            resampling=Resampling[method],
        )
    with rasterio.open(out) as result:
        assert result.crs.to_epsg() == 4326
        assert result.transform.almost_equals(transform, precision=1e-12)
        assert np.array_equal(result.read(1), wanted, equal_nan=True)


def features(path: Path, layer: str | None = None) -> tuple[NDArray[np.object_], list[str]]:
    """Shapes and names of a layer, read by pyogrio alone."""
    meta, _, shapes, columns = pyogrio.raw.read(path, layer=layer)
    names = list(meta["fields"])
    return shapely.from_wkb(shapes), [str(n) for n in columns[names.index("district")]]


def test_clipped_districts_are_those_of_shapely_called_directly(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("vector/shanghai_admin.gpkg"), tmp_path / "part.gpkg"
    shapes, names = features(source, "districts")
    mask = shapely.Point(121.45, 31.2).buffer(0.2, quad_segs=32)
    pyogrio.raw.write(
        tmp_path / "mask.gpkg",
        np.array([shapely.to_wkb(mask)], object),
        [],
        [],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="GPKG",
    )
    made(
        capsys, "data.clip", "--source", f"{source}#districts", "--mask", tmp_path / "mask.gpkg", "--out", out
    )  # fmt: skip
    cut, kept = features(out)
    wanted = {
        n: shapely.intersection(s, mask) for n, s in zip(names, shapes, strict=True) if shapely.intersects(s, mask)
    }
    assert sorted(kept) == sorted(wanted)
    for name, shape in zip(kept, cut, strict=True):
        assert shapely.area(shapely.symmetric_difference(shape, wanted[name])) < 1e-15
        assert shapely.area(shape) == pytest.approx(shapely.area(wanted[name]), rel=1e-12)


def test_a_clipped_dem_holds_the_cells_whose_centre_is_inside(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("reference/terrain_qgis/dem.tif"), tmp_path / "part.tif"
    with rasterio.open(source) as data:
        cells, transform, bounds = data.read(1), data.transform, data.bounds
    mask = shapely.Point((bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2).buffer(2_000)
    pyogrio.raw.write(
        tmp_path / "mask.gpkg",
        np.array([shapely.to_wkb(mask)], object),
        [],
        [],
        geometry_type="Polygon",
        crs="EPSG:3035",
        driver="GPKG",
    )
    made(capsys, "data.clip", "--source", source, "--mask", tmp_path / "mask.gpkg", "--out", out)
    with rasterio.open(out) as result:
        part, placed = result.read(1), result.transform
    column = round((placed.c - transform.c) / transform.a)
    row = round((placed.f - transform.f) / transform.e)
    wanted = cells[row : row + part.shape[0], column : column + part.shape[1]].astype(np.float32)
    rows, columns = np.indices(part.shape)
    x, y = placed.c + (columns + 0.5) * placed.a, placed.f + (rows + 0.5) * placed.e
    inside = shapely.contains_xy(mask, x, y)
    assert inside.any()
    assert not inside.all()
    assert np.array_equal(part, np.where(inside, wanted, np.nan), equal_nan=True)


def test_the_highest_depths_of_san_diego_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("mesh/adh_sandiego/ADH_SanDiego.nc"), tmp_path / "highest.nc"
    answer = made(capsys, "playback.envelope", "--source", source, "--variable", "depth", "--out", out)
    with netCDF4.Dataset(source) as data:
        wanted = np.asarray(data["depth"][:], np.float32).max(axis=0)
    with netCDF4.Dataset(out) as result:
        found = np.asarray(result["depth_max"][:])
    assert np.array_equal(found, wanted)
    assert answer["stats"]["depth_max"]["max"] == pytest.approx(float(wanted.max()))
    assert run(capsys, "replay", answer["record"])[0] == 0


def rows_of(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    """Head and numbers of a table whose first column is the time."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    return head, np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])


def test_levels_sampled_in_faces_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("mesh/dflowfm/simplebox_hex7_map.nc"), tmp_path / "levels.csv"
    with netCDF4.Dataset(source) as data:
        faces = np.array([3, 250, 700])
        x, y = (np.asarray(data[f"mesh2d_face_{axis}"][:])[faces] for axis in "xy")
        wanted = np.ma.filled(data["mesh2d_s1"][:, faces], np.nan)
    points = ";".join(f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    made(
        capsys, "playback.sample", "--source", source, "--variable", "mesh2d_s1", "--points", points, "--out", out
    )  # fmt: skip
    head, found = rows_of(out)
    assert [name.partition(" (")[0] for name in head] == ["time", "P1", "P2", "P3"]
    assert all(name.endswith(") [m]") for name in head[1:])
    assert np.allclose(found, wanted, rtol=1e-6, atol=1e-9, equal_nan=True)


def test_depths_sampled_at_nodes_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("mesh/adh_sandiego/ADH_SanDiego.nc"), tmp_path / "depths.csv"
    with netCDF4.Dataset(source) as data:
        mesh = next(v for v in data.variables.values() if getattr(v, "cf_role", "") == "mesh_topology")
        names = mesh.node_coordinates.split()
        node = 4321
        x, y = (float(data[name][node]) for name in names)
        wanted = np.asarray(data["depth"][:, node], np.float64)
    made(
        capsys, "playback.sample", "--source", source, "--variable", "depth", f"--points={x!r},{y!r}", "--out", out
    )  # fmt: skip
    assert np.allclose(rows_of(out)[1][:, 0], wanted, rtol=1e-5)


def test_currents_sampled_in_a_grid_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = real_data("series/currents/cmems_global_phy_001_024.nc"), tmp_path / "currents.csv"
    with netCDF4.Dataset(source) as data:
        row, column = 100, 120
        x, y = float(data["longitude"][column]), float(data["latitude"][row])
        east, north = (
            np.ma.filled(np.squeeze(data[n][:])[:, row, column].astype(np.float64), np.nan) for n in ("uo", "vo")
        )
    for variable, wanted in (("uo", east), ("sea_water_velocity", np.hypot(east, north))):
        made(
            capsys, "playback.sample", "--source", source, "--variable", variable, f"--points={x!r},{y!r}", "--out", out
        )  # fmt: skip
        assert np.isfinite(wanted).all()
        assert np.allclose(rows_of(out)[1][:, 0], wanted, rtol=1e-5, atol=1e-7)


def test_heights_of_gebco_at_places_of_a_table_are_those_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source, out = real_data("terrain/gebco_oresund.nc"), tmp_path / "heights.csv"
    with netCDF4.Dataset(source) as data:
        lon, lat = np.asarray(data["lon"][:]), np.asarray(data["lat"][:])
        places = [(10, 20), (200, 150), (263, 215)]
        wanted = [float(data["elevation"][r, c]) for r, c in places]
    table = tmp_path / "places.csv"
    lines = [f"站{i},{lon[c]!r},{lat[r]!r}" for i, (r, c) in enumerate(places)]
    text = "\n".join(["名称,lon,lat", *lines]).replace("np.float64(", "").replace(")", "")
    table.write_bytes(text.encode("gb18030"))
    made(
        capsys, "playback.sample", "--source", source, "--variable", "elevation", "--points", table, "--out", out
    )  # fmt: skip
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [r["name"] for r in rows] == ["站0", "站1", "站2"]
    assert [float(r["elevation [m]"]) for r in rows] == wanted
