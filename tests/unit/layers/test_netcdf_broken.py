from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import DataError, SourceUnavailable
from layers.sources import netcdf
from layers.sources.netcdf_bytes import check_whole
from layers.sources.source import RasterRequest, SeriesRequest, ValuesRequest
from tests.realdata import ROOT
from tests.unit.layers.netcdf_files import grid, made, mesh, opened, variable

if TYPE_CHECKING:
    from pathlib import Path

X, Y = np.arange(4.0), np.arange(3.0)
H = np.arange(24.0).reshape(2, 3, 4)
FORMS = ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4", "NETCDF4_CLASSIC")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unlimited", [False, True])
def test_a_whole_file_passes_and_one_byte_less_of_its_values_does_not(tmp_path: Path, form: str, *, unlimited: bool):
    path = tmp_path / "g.nc"
    with made(path, form) as file:
        file.createDimension("time", None if unlimited else 2)
        file.createDimension("y", 3)
        file.createDimension("x", 5)
        variable(file, "time", "f8", ("time",), [0.0, 1.0], units="hours since 2020-01-01")
        variable(file, "flag", "i1", ("time", "y"), np.ones((2, 3)))
        variable(file, "h", "f4", ("time", "y", "x"), np.ones((2, 3, 5)))
    check_whole(str(path))
    raw = path.read_bytes()
    path.write_bytes(raw[:-5])
    with pytest.raises(SourceUnavailable, match="cut off"):
        check_whole(str(path))


def test_a_single_record_variable_of_bytes_is_not_padded(tmp_path: Path):
    path = tmp_path / "g.nc"
    with made(path, "NETCDF3_CLASSIC") as file:
        file.createDimension("time", None)
        variable(file, "flag", "i1", ("time",), [1, 2, 3])
    check_whole(str(path))


@pytest.mark.parametrize("raw", [b"CDF\x01", b"CDF\x02" + b"\xff" * 60, b"\x89HDF\r\n\x1a\n", b"CDF\x05\0\0\0\0"])
def test_a_broken_header_is_refused_in_words(tmp_path: Path, raw: bytes):
    path = tmp_path / "b.nc"
    path.write_bytes(raw)
    with pytest.raises(SourceUnavailable, match=r"header|cannot open|cut off"):
        netcdf.open(str(path))


def test_a_missing_file_is_refused_in_words(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        netcdf.open(str(tmp_path / "none.nc"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_a_classic_file_with_changed_bytes_opens_or_is_refused_but_never_fails_otherwise(
    tmp_path: Path, place: int, noise: bytes
):
    whole = tmp_path / "whole.nc"
    if not whole.exists():
        with made(whole, "NETCDF3_CLASSIC") as file:
            file.createDimension("time", None)
            file.createDimension("lat", 3)
            file.createDimension("lon", 4)
            variable(file, "time", "f8", ("time",), [0.0, 1.0], units="hours since 2020-01-01")
            variable(file, "lon", "f8", ("lon",), X, units="degrees_east")
            variable(file, "lat", "f8", ("lat",), Y, units="degrees_north")
            variable(file, "h", "f4", ("time", "lat", "lon"), H, units="m")
    raw = bytearray(whole.read_bytes())
    raw[place : place + len(noise)] = noise
    path = tmp_path / "noisy.nc"
    path.write_bytes(raw[: max(len(whole.read_bytes()), 8)])
    assert outcome(str(path)) != ""


def outcome(path: str) -> str:
    """The kind of the first layer after a read, or the sentence of the refusal."""
    try:
        source = netcdf.open(path)
        layer = source.describe().layers[0]
        source.read(RasterRequest(layer.key, ()) if layer.kind == "raster" else SeriesRequest(layer.key, "h", (0,)))
        source.close()
    except DataError as fault:
        return str(fault)
    return layer.kind


def test_reading_changes_neither_the_file_nor_its_folder(tmp_path: Path):
    path = grid(tmp_path / "g.nc", H, X, Y, [0.0, 1.0])
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    source, layer = opened(path)
    source.read(RasterRequest(layer.key, ("h",)))
    source.close()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [one.name for one in tmp_path.iterdir()] == ["g.nc"]


def test_a_model_can_write_on_while_its_file_is_open_here(tmp_path: Path):
    path = mesh(tmp_path / "m.nc")
    # In a process of its own, as readers are; the writer locks as HDF5 does by default.
    code = f"""
import os, subprocess, sys
from layers.sources import netcdf
source = netcdf.open({str(path)!r})
environ = {{k: v for k, v in os.environ.items() if k != "HDF5_USE_FILE_LOCKING"}}
write = "import netCDF4; netCDF4.Dataset({str(path)!r}, 'a').setncattr('note', 'the model writes on')"
sys.exit(subprocess.run([sys.executable, "-c", write], env=environ).returncode)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_file_without_anything_to_show_lists_what_it_holds(tmp_path: Path):
    path = tmp_path / "t.nc"
    with made(path) as file:
        file.createDimension("np", 4)
        variable(file, "zmin", "f4", ("np",), np.ones(4))
    with pytest.raises(DataError, match=r"no grid with coordinates, no mesh and no time series.*zmin\(np\)"):
        netcdf.open(str(path))


def test_an_unknown_layer_is_named_with_those_there_are(tmp_path: Path):
    source, _ = opened(mesh(tmp_path / "m.nc"))
    with pytest.raises(DataError, match=r"no layer other.*layers are: mesh"):
        source.read(ValuesRequest("other", "depth"))
