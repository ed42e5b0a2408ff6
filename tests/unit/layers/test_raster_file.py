from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from layers.errors import DataError, SourceUnavailable
from layers.extent import Extent
from layers.sources import guard
from layers.sources.open import open_source
from layers.sources.raster_grid import Grid
from layers.sources.raster_writer import write_raster
from layers.sources.source import FeatureRequest, RasterRequest, SeriesRequest, StatisticsRequest
from tests.unit.layers.raster_files import NORTH_UP, raster, state

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import LayerDescription, RasterBlock

VALUES = np.arange(12, dtype=np.float32).reshape(3, 4)
BOX = Extent(600_000, 3_455_970, 600_040, 3_456_000)


def described(path: Path) -> LayerDescription:
    source = open_source(str(path))
    layer = source.describe().layers[0]
    source.close()
    return layer


def read(path: Path, *variables: str, **request: Any) -> RasterBlock:
    source = open_source(str(path))
    block = source.read(RasterRequest("", variables or ("1",), **request))
    source.close()
    return block


def codes(layer: LayerDescription) -> list[str]:
    return [note.code for note in layer.warnings]


def test_a_plain_raster_says_what_its_header_says(tmp_path: Path):
    tags = {"VDATUM": "WUSONG_SH", "HAITANG_RECORD": "{}"}
    path = raster(tmp_path / "地面.tif", VALUES, nodata=-9999.0, tags=tags, names=["高程"], units=("m",))
    layer = described(path)
    assert (layer.crs, layer.vdatum, layer.bounds) == ("EPSG:4549", "WUSONG_SH", BOX)
    assert layer.counts == {"width": 4, "height": 3, "bands": 1}
    assert [(v.name, v.units, v.location, v.dtype) for v in layer.variables] == [("高程", "m", "cell", "float32")]
    assert (layer.resolution, layer.nodata, layer.title) == ((10.0, 10.0), -9999.0, "地面")
    assert layer.extra["record"] == "{}"
    assert codes(layer) == []


def test_bands_without_names_are_counted_and_both_forms_are_read(tmp_path: Path):
    path = raster(tmp_path / "a.tif", np.stack([VALUES, VALUES + 100]), names=["depth", "speed"])
    assert [v.name for v in described(path).variables] == ["depth", "speed"]
    assert read(path, "speed", "1").values[:, 0, 0].tolist() == [100.0, 0.0]
    same = raster(tmp_path / "b.tif", np.stack([VALUES, VALUES]), names=["depth", "depth"])
    assert [v.name for v in described(same).variables] == ["1", "2"]
    with pytest.raises(DataError, match="no band 3"):
        read(path, "3")


MIRRORED = {
    "rows_north": Affine(10.0, 0.0, 600_000.0, 0.0, 10.0, 3_455_970.0),
    "columns_west": Affine(-10.0, 0.0, 600_040.0, 0.0, -10.0, 3_456_000.0),
    "both": Affine(-10.0, 0.0, 600_040.0, 0.0, 10.0, 3_455_970.0),
}


@pytest.mark.parametrize("way", MIRRORED)
def test_a_mirrored_raster_is_read_with_row_0_north_and_column_0_west(tmp_path: Path, way: str):
    rows, columns = (-1 if way != "columns_west" else 1), (-1 if way != "rows_north" else 1)
    path = raster(tmp_path / "m.tif", VALUES[::rows, ::columns], MIRRORED[way])
    block = read(path)
    assert np.array_equal(block.values[0], VALUES)
    assert (block.box, described(path).bounds) == (BOX, BOX)
    corner = read(path, box=Extent(600_001, 3_455_991, 600_002, 3_455_992))
    assert corner.values.tolist() == [[[0.0]]]
    assert corner.box == Extent(600_000, 3_455_990, 600_010, 3_456_000)


def test_a_turned_raster_is_shown_north_up_with_its_own_values_and_says_so(tmp_path: Path):
    turn = Affine.translation(600_000, 3_456_000) @ Affine.rotation(30) @ Affine.scale(10, -10)
    values = np.arange(1, 1001, dtype=np.float32).reshape(20, 50)
    path = raster(tmp_path / "t.tif", values, turn)
    layer = described(path)
    assert codes(layer) == ["turned"]
    assert layer.counts == {"width": 50, "height": 20, "bands": 1}
    assert layer.resolution == pytest.approx((10, 10))
    block = read(path)
    found = block.values[np.isfinite(block.values)]
    assert set(found) <= set(values.ravel())
    assert len(found) == pytest.approx(1000, rel=0.1)
    assert np.isnan(block.values[0, 0, 0])
    x, y = turn @ (25.5, 10.5)
    box = Extent(x - 1, y - 1, x + 1, y + 1)
    assert values[10, 25] in read(path, box=box).values


def test_nodata_masks_scale_and_offset_are_resolved(tmp_path: Path):
    raw = np.array([[1, 2, -32768], [4, 5, 6]], np.int16)
    path = raster(tmp_path / "s.tif", raw, nodata=-32768, scales=(0.5,), offsets=(100.0,))
    assert np.array_equal(read(path).values[0], [[100.5, 101, np.nan], [102, 102.5, 103]], equal_nan=True)
    mask = np.array([[255, 0, 255], [255, 255, 0]], np.uint8)
    masked = raster(tmp_path / "m.tif", raw.astype(np.uint8), mask=mask)
    assert np.isnan(read(masked).values[0]).tolist() == (mask == 0).tolist()
    rgba = raster(tmp_path / "a.tif", np.stack([raw.clip(0, 9).astype(np.uint8)] * 3 + [mask]), photometric="RGB",
                  alpha="YES")  # fmt: skip
    assert described(rgba).extra["interpretation"] == ["red", "green", "blue", "alpha"]
    assert np.isnan(read(rgba, "1", "3").values[1]).tolist() == (mask == 0).tolist()


def test_a_nan_stays_a_nan_and_infinite_nodata_is_found(tmp_path: Path):
    values = np.array([[1, np.nan, -3.4028235e38]], np.float32)
    path = raster(tmp_path / "n.tif", values, nodata=-3.4028234663852886e38)
    assert np.isfinite(read(path).values).tolist() == [[[True, False, False]]]


def test_a_palette_comes_with_its_colours(tmp_path: Path):
    path = raster(tmp_path / "p.tif", VALUES.astype(np.uint8), palette={0: (255, 0, 0, 255), 1: (0, 255, 0, 255)})
    palette = described(path).extra["palette"]
    assert (palette[0], palette[1]) == ([255, 0, 0, 255], [0, 255, 0, 255])


def test_complex_cells_are_refused_when_read_and_not_when_described(tmp_path: Path):
    path = raster(tmp_path / "c.tif", VALUES.astype(np.complex64))
    assert described(path).variables[0].dtype == "complex64"
    with pytest.raises(DataError, match="complex"):
        read(path)


def test_a_reduced_read_averages_measurements_and_picks_classes(tmp_path: Path):
    values = np.tile(np.array([[0, 4], [8, 12]]), (8, 8))
    real = raster(tmp_path / "r.tif", values.astype(np.float32))
    classes = raster(tmp_path / "k.tif", values.astype(np.int16))
    assert np.unique(read(real, width=8, height=8).values).tolist() == [6.0]
    assert len(np.unique(read(classes, width=8, height=8).values)) == 1
    assert set(np.unique(read(classes, width=8, height=8).values)) <= {0.0, 4.0, 8.0, 12.0}


def test_means_leave_missing_cells_out(tmp_path: Path):
    values = np.full((8, 8), -9999.0, np.float32)
    values[::2, ::2] = 5.0
    path = raster(tmp_path / "h.tif", values, nodata=-9999.0)
    assert np.unique(read(path, width=4, height=4).values).tolist() == [5.0]


def test_overviews_are_used_where_they_are(tmp_path: Path):
    values = np.zeros((512, 512), np.int16)
    values[::2, ::2] = 7
    path = raster(tmp_path / "o.tif", values, ovr=[2], tiled=True)
    assert np.unique(read(path, width=256, height=256).values).tolist() == [7.0]


TENTHS = st.integers(-500, 1200).map(lambda n: n / 10)


@given(TENTHS, TENTHS, st.integers(0, 1200), st.integers(0, 1200), st.integers(1, 9), st.integers(1, 9))
def test_a_window_covers_the_asked_box_with_whole_cells(
    x: float, y: float, width: int, height: int, columns: int, rows: int
):
    grid = Grid(6, 5, (10.0, 0.0, 0.0, 0.0, -10.0, 50.0))
    asked = Extent(x, y, x + width / 10, y + height / 10)
    window = grid.window(asked)
    common = asked.intersection(grid.bounds)
    if window is None:
        assert common is None or min(common.width, common.height) < 1e-3
        return
    box = grid.box(window)
    assert common is not None
    assert box.x0 <= common.x0 + 1e-4
    assert box.x1 >= common.x1 - 1e-4
    assert box.y0 <= common.y0 + 1e-4
    assert box.y1 >= common.y1 - 1e-4
    assert (box.width / 10, box.height / 10) == (window.width, window.height)
    shape = window.shape(columns, rows)
    assert 1 <= shape[0] <= window.height
    assert 1 <= shape[1] <= window.width


def test_a_box_beside_the_raster_gives_no_cells(tmp_path: Path):
    block = read(raster(tmp_path / "a.tif", VALUES), box=Extent(0, 0, 10, 10))
    assert block.values.shape == (1, 0, 0)


def test_a_picture_without_a_place_counts_pixels_and_a_world_file_places_it(tmp_path: Path):
    path = raster(tmp_path / "scan.tif", VALUES, None, None)
    layer = described(path)
    assert codes(layer) == ["not_georeferenced"]
    assert (layer.crs, layer.bounds) == (None, Extent(0, 0, 4, 3))
    assert np.array_equal(read(path).values[0], VALUES)
    path.with_suffix(".tfw").write_text("10\n0\n0\n-10\n600005\n3455995\n")
    assert (codes(described(path)), described(path).bounds) == (["crs_missing"], BOX)
    path.with_suffix(".tfw").write_text("10\n0\nno numbers\n")
    assert codes(described(path)) == ["not_georeferenced"]


def test_a_compound_system_gives_the_datum_and_a_contradiction_is_told(tmp_path: Path):
    path = raster(tmp_path / "a.tif", VALUES, crs="EPSG:4549+5737")
    assert (described(path).crs, described(path).vdatum) == ("EPSG:4549", "CN1985")
    other = raster(tmp_path / "b.tif", VALUES, crs="EPSG:4549+5737", tags={"VDATUM": "WUSONG_SH"})
    assert (described(other).vdatum, codes(described(other))) == (None, ["vdatum_contradicts"])


def test_a_damaged_block_is_named_and_the_others_are_read(tmp_path: Path):
    values = np.random.default_rng(1).normal(size=(512, 768)).astype(np.float32)
    path = raster(tmp_path / "d.tif", values, tiled=True, blockxsize=256, blockysize=256, compress="deflate")
    source = open_source(str(path))
    place = [int(source._data.get_tag_item(f"BLOCK_OFFSET_{c}_{r}", "TIFF", bidx=1)) for r in (0, 1) for c in (0, 1, 2)]
    source.close()
    data = bytearray(path.read_bytes())
    data[place[4] : place[4] + 400] = b"\xff" * 400
    path.write_bytes(data)
    with pytest.raises(DataError, match="row 1, column 1 of band 1") as caught:
        read(path)
    assert caught.value.where == str(path)
    grid = described(path).bounds
    assert grid is not None
    whole = read(path, box=Extent(grid.x0, grid.y1 - 2000, grid.x1, grid.y1))
    assert np.array_equal(whole.values[0, :200], values[:200])


def test_a_cut_off_raster_is_told_before_it_is_read(tmp_path: Path):
    path = tmp_path / "c.tif"
    cells = np.random.default_rng(1).normal(size=(1, 1200, 1200)).astype(np.float32)
    write_raster(path, cells, Extent(0, 0, 1200, 1200), "EPSG:4549")
    path.write_bytes(path.read_bytes()[:-100_000])
    assert "cut_off" in codes(described(path))


@pytest.mark.parametrize("keep", [4, 8, 60, 200])
def test_a_header_cut_short_is_one_sentence(tmp_path: Path, keep: int):
    path = raster(tmp_path / "c.tif", VALUES)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError) as caught:
        described(path)
    assert str(tmp_path) not in caught.value.what


def test_values_at_cells_come_in_the_order_asked(tmp_path: Path):
    path = raster(tmp_path / "a.tif", VALUES[::-1], MIRRORED["rows_north"])
    source = open_source(str(path))
    block = source.read(SeriesRequest("", "1", (11, 0, 5, 5)))
    source.close()
    assert block.values.tolist() == [[11.0, 0.0, 5.0, 5.0]]
    assert np.isnat(block.times).all()


def test_the_range_is_exact_for_small_rasters_and_says_its_share_for_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    values = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    values[0, 0] = -1
    path = raster(tmp_path / "s.tif", values, nodata=-1)
    source = open_source(str(path))
    exact = source.read(StatisticsRequest("", "1"))
    assert (exact.minimum, exact.maximum, exact.share) == (1.0, 9999.0, 1.0)
    assert exact.missing == pytest.approx(1e-4)
    monkeypatch.setattr("layers.sources.raster_file.MAX_EXACT", 5_000)
    monkeypatch.setattr("layers.sources.raster_file.SAMPLE_SIDE", 50)
    sampled = source.read(StatisticsRequest("", "1"))
    source.close()
    assert sampled.share == 0.25
    assert sampled.mean == pytest.approx(exact.mean, rel=0.01)


def test_too_large_an_answer_is_refused_before_memory_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = raster(tmp_path / "a.tif", VALUES)
    monkeypatch.setattr(guard, "MAX_CELLS", 10)
    with pytest.raises(DataError, match="million cells"):
        read(path)


def test_side_files_that_are_no_tiff_are_not_followed(tmp_path: Path):
    path = raster(tmp_path / "a.tif", VALUES)
    side = tmp_path / "a.tif.ovr"
    side.write_text('<VRTDataset rasterXSize="2" rasterYSize="2"></VRTDataset>')
    assert not guard.safe_side_files(path)
    side.unlink()
    raster(side, VALUES[:2, :2], None, None)
    assert guard.safe_side_files(path)


def test_reading_leaves_the_folder_as_it_was(tmp_path: Path):
    path = raster(tmp_path / "a.tif", VALUES, NORTH_UP)
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset></PAMDataset>")
    before = state(tmp_path)
    source = open_source(str(path))
    source.describe()
    source.read(RasterRequest("", ("1",)))
    source.read(StatisticsRequest("", "1"))
    source.close()
    assert state(tmp_path) == before


def test_a_raster_has_no_features_and_says_so(tmp_path: Path):
    source = open_source(str(raster(tmp_path / "a.tif", VALUES)))
    with pytest.raises(DataError, match="FeatureRequest"):
        source.read(FeatureRequest(""))
    source.close()


def test_a_text_named_tif_is_not_opened_as_a_raster(tmp_path: Path):
    path = tmp_path / "a.tif"
    path.write_text("<html>not found</html>")
    with pytest.raises(SourceUnavailable, match="no map data"):
        open_source(str(path))


def test_an_ascii_grid_takes_its_system_from_the_prj_beside_it(tmp_path: Path):
    path = tmp_path / "dem.asc"
    path.write_text(
        "ncols 3\nnrows 2\nxllcorner 600000\nyllcorner 3455980\ncellsize 10\nNODATA_value -9\n1 2 3\n4 -9 6\n"
    )
    layer = described(path)
    assert (layer.bounds, codes(layer)) == (Extent(600_000, 3_455_980, 600_030, 3_456_000), ["crs_missing"])
    path.with_suffix(".prj").write_text(
        'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
        'UNIT["Meter",1.0]]'
    )
    assert described(path).crs == "EPSG:4549"
    assert np.array_equal(read(path).values[0], [[1, 2, 3], [4, np.nan, 6]], equal_nan=True)
