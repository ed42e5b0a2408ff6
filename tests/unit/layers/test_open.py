from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import DataError, SourceUnavailable
from layers.sources import formats, guard
from layers.sources.open import is_readable, open_folder, open_source
from tests.house.sources import run_python
from tests.unit.layers.raster_files import raster
from tests.unit.layers.vector_files import vector

if TYPE_CHECKING:
    from pathlib import Path

GEOJSON = b'{"type": "FeatureCollection", "features": []}'


@pytest.mark.parametrize("path", ["/vsicurl/http://x/a.tif", "/vsizip/a.zip/b.shp", "/vsimem/a", "\\vsizip\\a"])
def test_virtual_paths_are_refused(path: str):
    with pytest.raises(SourceUnavailable, match="Virtual paths"):
        open_source(path)


@pytest.mark.parametrize(
    "path", ["https://example.org/a.tif", "HTTP://x", "s3://bucket/a.tif", "ftp://x/a", "wms:http://x"]
)
def test_web_addresses_are_refused_and_nothing_is_fetched(path: str):
    with pytest.raises(SourceUnavailable) as caught:
        open_source(path)
    assert caught.value.where == path


@pytest.mark.parametrize("name", ["missing.tif", "a\0b.tif", "NETCDF:x.nc:h", "", "x" * 5000])
def test_what_is_not_there_is_one_sentence(name: str, tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="no such file"):
        open_source(str(tmp_path / "folder" / name) if name else "no/such/folder")


def test_an_empty_file_says_that_it_is_empty(tmp_path: Path):
    path = tmp_path / "a.tif"
    path.touch()
    with pytest.raises(SourceUnavailable, match="empty"):
        open_source(str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_does_not_hang_the_reader(tmp_path: Path):
    path = tmp_path / "a.gpkg"
    os.mkfifo(path)
    with pytest.raises(SourceUnavailable, match="pipe"):
        open_source(str(path))
    assert not is_readable(path)


def test_a_folder_names_what_can_be_opened_and_parts_are_not_among_it(tmp_path: Path):
    vector(tmp_path / "地块.shp")
    raster(tmp_path / "a.tif", np.zeros((2, 2), np.uint8))
    (tmp_path / "notes.docx").write_bytes(b"PK\3\4")
    (tmp_path / "inside").mkdir()
    names = [os.path.basename(path) for path in open_folder(str(tmp_path))]  # noqa: PTH119
    assert names == ["a.tif", "地块.shp"]
    with pytest.raises(SourceUnavailable, match="2 files") as caught:
        open_source(str(tmp_path))
    assert "地块.shp" in caught.value.remedy
    with pytest.raises(SourceUnavailable, match="without a file"):
        open_source(str(tmp_path / "inside"))
    with pytest.raises(SourceUnavailable, match="not a folder"):
        open_folder(str(tmp_path / "a.tif"))


KINDS = [
    ("a.xyz", b"II*\0" + bytes(20), (formats.RASTER, "GTiff")),
    ("a.tif", b"MM\0+" + bytes(20), (formats.RASTER, "GTiff")),
    ("a.json", GEOJSON, (formats.VECTOR, "GeoJSON")),
    ("a.txt", b"\xef\xbb\xbf  " + GEOJSON, (formats.VECTOR, "GeoJSON")),
    ("a.tif", b"fgb\x03fgb\0", (formats.VECTOR, "FlatGeobuf")),
    ("a.db", b"SQLite format 3\0" + bytes(52) + b"GPKG", (formats.VECTOR, "GPKG")),
    ("a.gpkg", b"SQLite format 3\0" + bytes(60), (formats.VECTOR, "GPKG")),
    ("a.xml", b"<?xml version='1.0'?><!-- x --><kml:kml xmlns:kml='x'>", (formats.VECTOR, "KML")),
    ("a.xml", '<?xml version="1.0" encoding="UTF-16"?><gpx>'.encode("utf-16"), (formats.VECTOR, "GPX")),
    ("a.xml", b'<wfs:FeatureCollection xmlns:gml="http://www.opengis.net/gml">', (formats.VECTOR, "GML")),
    ("a.dxf", b"999\r\nmade by x\r\n  0\r\nSECTION\r\n", (formats.VECTOR, "DXF")),
    ("a.txt", b"NCOLS 4\nnrows 3\n", (formats.RASTER, "AAIGrid")),
    ("a.bin", b"PAR1" + bytes(10), (formats.PARQUET, "")),
    ("a.nc", b"CDF\x02", (formats.NETCDF, "")),
    ("a.nc", b"\x89HDF\r\n\x1a\n", (formats.NETCDF, "")),
    ("a.csv", b"time,value\n", (formats.SERIES, "")),
    ("a.shp", b"\0\0\x27\x0a", (formats.VECTOR, "ESRI Shapefile")),
    ("a.hgt", bytes(1201 * 1201 * 2), (formats.RASTER, "SRTMHGT")),
]


@pytest.mark.parametrize(("name", "content", "expected"), KINDS)
def test_the_content_tells_the_kind_before_the_name_does(
    tmp_path: Path, name: str, content: bytes, expected: tuple[str, str]
):
    path = tmp_path / name
    path.write_bytes(content)
    found = formats.identify(path, guard.head_of(path))
    assert (found.reader, found.driver) == expected


REFUSED = [
    ("a.zip", b"PK\3\4", "packed archive"),
    ("a.xlsx", b"PK\3\4", "office document"),
    ("a.qgz", b"PK\3\4", "QGIS project"),
    ("a.ifczip", b"PK\3\4", "building model"),
    ("a.ifc", b"ISO-10303-21;", "building model"),
    ("a.txt", b"ISO-10303-21;", "building model"),
    ("a.ifc", b"\x7fELF", "ends in .ifc"),
    ("a.laz", b"LASF", "point cloud"),
    ("a.slf", b"title", "ends in .slf"),
    ("a.grib", b"GRIB", "GRIB"),
    ("r.hdf", b"\x89HDF\r\n\x1a\n", "header of this"),
    ("a.h5", b"\x89HDF\r\n\x1a\n", "HDF5 library cannot open"),
    ("a.2dm", b"no mesh", "ends in .2dm"),
    ("a.dat", b"no dataset", "ends in .dat"),
    ("a.sww", b"\1\2\3", "ends in .sww"),
    ("a.dfsu", b"DHI_DFS_ MIKE Zero", "MIKE"),
    ("a.json", b'{"features":[{"geometry":{"encodeOffsets":[[1,2]]}}],"UTF8Encoding":true}', "UTF8Encoding"),
    ("a.json", b'{"type":"Topology"}', "TopoJSON"),
    ("a.json", b'{"a": 1}', "no features"),
    ("a.xml", b"<WMS_Capabilities version='1.3.0'>", "map service"),
    ("a.xml", b"<!DOCTYPE x><kml>", "document type"),
    ("a.kml", b"<kml><!ENTITY a 'b'>", "document type"),
    ("a.db", b"SQLite format 3\0" + bytes(60), "SQLite"),
    ("a.shx", b"\0\0\x27\x0a", "part of a Shapefile"),
    ("a.dbf", b"\3", "part of a Shapefile"),
    ("a.tfw", b"10\n", "another file"),
    ("a.dwg", b"AC1032", "DWG"),
    ("a.pdf", b"%PDF-1.7", "PDF"),
    ("a.npy", b"\x93NUMPY", "NumPy"),
    ("a.000", b"005043LE1 0900", "electronic chart"),
    ("a.osm.pbf", b"\0\0\0\x0d\n\tOSMHeader", "OpenStreetMap"),
    ("a.inp", b"[TITLE]\nnet\n", "input or report"),
    ("a.bin", b"\1\2\3", "not known"),
    ("no_suffix", b"\1\2\3", "not known"),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_what_is_not_read_says_what_it_is_and_what_to_do(tmp_path: Path, name: str, content: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceUnavailable, match=said) as caught:
        open_source(str(path))
    error = caught.value
    assert error.where == str(path)
    assert error.remedy
    assert "{" not in error.what + error.remedy
    assert isinstance(error, OSError)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.sampled_from([content for _, content, _ in KINDS[:-1]] + [content for _, content, _ in REFUSED]),
    st.binary(max_size=400),
    st.sampled_from(
        ["tif", "gpkg", "shp", "geojson", "fgb", "kml", "gml", "gpx", "dxf", "parquet", "png", "jp2", "asc"]
    ),
)
def test_a_good_beginning_with_a_random_end_is_one_sentence_or_opens(
    tmp_path: Path, start: bytes, end: bytes, suffix: str
):
    path = tmp_path / f"r.{suffix}"
    path.write_bytes(start + end)
    said = ""
    try:
        source = open_source(str(path))
        source.describe()
        source.close()
    except DataError as error:
        said = str(error)
    assert "\n" not in said
    assert "Traceback" not in said


def test_gdal_has_the_allowed_vector_drivers_and_no_others():
    # In a process of its own: GDAL takes its list of drivers when it is first loaded, by whomever.
    code = "from layers.sources import guard; print(*guard.pyogrio().list_drivers(), sep=';')"
    found = set(run_python(code).strip().split(";"))
    assert found <= guard.VECTOR_DRIVERS
    assert {"GPKG", "ESRI Shapefile", "GeoJSON", "FlatGeobuf"} <= found


def test_importing_gdal_says_nothing_and_leaves_the_environment_as_it_was():
    code = "import os; before = dict(os.environ); from layers.sources import guard; guard.pyogrio(); guard.rasterio()\n"
    assert run_python(code + "print(before == dict(os.environ))").strip() == "True"


def test_opening_loads_no_library_of_another_format():
    code = (
        "import sys; from layers.sources import open\n"
        "heavy = {'rasterio', 'pyogrio', 'netCDF4', 'pyarrow', 'shapely', 'pyproj', 'h5py'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert run_python(code).strip() == "[]"
