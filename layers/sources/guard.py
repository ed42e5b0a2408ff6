"""Care with files from outside: which may be opened, with which drivers, and never a side file.

GDAL comes twice, inside rasterio and inside pyogrio. Each is imported here, with everything turned off
that writes beside a file, fetches over the network or follows a path out of the data.
"""

# pyright: reportMissingTypeStubs=false, reportUnusedImport=false
# The border to libraries without types: beyond this file they are Any.

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import weakref
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

HEAD_BYTES = 8192
MAX_CELLS = 400_000_000
"""Cells that one answer or one block of a raster may hold."""
MAX_PARSED_BYTES = 512 << 20
"""Size from which text formats, which must be read whole, are refused."""
MAX_COPY_BYTES = 8 << 30
COPY_NAME = "data"
"""What a private copy is called, before its suffix."""

VECTOR_DRIVERS = frozenset(
    {"GPKG", "ESRI Shapefile", "GeoJSON", "FlatGeobuf", "KML", "GML", "GPX", "DXF", "MEM", "Memory"}
)
# Every other vector driver that GDAL 3.12 may bring; a test says when a new one appears.
_SKIPPED = """
    ADBC AIVector AVCBin AVCE00 AmigoCloud CSV CSW Carto DGN EDIGEO EEDA ESRIJSON Elasticsearch GDALG GPSBabel
    GTFS GeoJSONSeq GeoRSS HTTP Idrisi JML JSONFG LIBKML LVBAG MBTiles MVT MapML MiraMonVector NGW OAPIF ODS
    OGCAPI OGR_GMT OGR_PDS OGR_VRT OSM OpenFileGDB PCIDSK PDF PDS4 PGDUMP PLSCENES PMTiles S57 SQLite SXF
    Selafin TopoJSON VDV VFK VICAR WAsP WFS XLSX
"""
_OPTIONS = {
    "GDAL_PAM_ENABLED": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "SHAPE_RESTORE_SHX": "NO",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    "GPX_ELE_AS_25D": "YES",
}
_RASTER_OPTIONS = {
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": 64,
    "GDAL_NUM_THREADS": 1,
    "GDAL_TIFF_INTERNAL_MASK": True,
    "GDAL_MAX_RAW_BLOCK_CACHE_SIZE": "20000000",
}
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:(//|\\\\)|^(https?|ftp|s3):", re.IGNORECASE)


@lru_cache(maxsize=1)
def pyogrio() -> Any:
    """Import pyogrio with the allowed vector drivers only."""
    kept = os.environ.get("OGR_SKIP")
    os.environ["OGR_SKIP"] = ",".join([*_SKIPPED.split(), "MapInfo File"])
    try:
        import pyogrio
        import pyogrio.raw
    finally:
        if kept is None:
            del os.environ["OGR_SKIP"]
        else:
            os.environ["OGR_SKIP"] = kept
    library = cast("Any", pyogrio)
    library.set_gdal_config_options(_OPTIONS)
    return library


@lru_cache(maxsize=1)
def rasterio() -> Any:
    """Import rasterio; open files inside ``raster_env`` and with one named driver."""
    import rasterio
    import rasterio.errors
    import rasterio.vrt
    import rasterio.windows

    return cast("Any", rasterio)


@lru_cache(maxsize=1)
def raster_refusals() -> tuple[type[Exception], ...]:
    """Give what rasterio raises where GDAL refuses: its own errors and GDAL's bare ones."""
    import rasterio._err as bare
    import rasterio.errors as named

    return cast("Any", named).RasterioError, cast("Any", bare).CPLE_BaseError, OSError, ValueError


def rasterio_copy() -> Any:
    """Give rasterio's copy from one format to another."""
    import rasterio.shutil as shutil_of_rasterio

    return cast("Any", shutil_of_rasterio).copy


@lru_cache(maxsize=1)
def pyarrow() -> Any:
    """Import pyarrow, with what computes on its arrays."""
    import pyarrow
    import pyarrow.compute

    return cast("Any", pyarrow)


@lru_cache(maxsize=1)
def parquet() -> Any:
    """Import pyarrow's reader of Parquet files."""
    import pyarrow.parquet

    return cast("Any", pyarrow.parquet)


@contextmanager
def raster_env(*, side_files: bool = False) -> Generator[Any]:
    """Give the GDAL settings of a raster read: small cache, no side file written, none looked for.

    Parameters
    ----------
    side_files : bool
        Look for overviews and masks beside the file, where ``safe_side_files`` found them harmless.
    """
    listing = "TRUE" if side_files else "EMPTY_DIR"
    with rasterio().Env(GDAL_DISABLE_READDIR_ON_OPEN=listing, **_RASTER_OPTIONS) as env:
        yield env


def local_path(path: str) -> Path:
    """Give the path of a file or folder on this machine.

    Raises
    ------
    SourceUnavailable
        A GDAL virtual path, a web address, or nothing there.
    """
    if path.startswith(("/vsi", "\\vsi")):
        raise SourceUnavailable(
            "Virtual paths are not opened.",
            where=path,
            remedy="Unpack or download the data, and open the file itself.",
        )
    if _ADDRESS.match(path):
        raise SourceUnavailable(
            "Web addresses are not opened here.",
            where=path,
            remedy="Download the data, and open the file.",
        )
    found = Path(path)
    try:
        found.stat()
    except (OSError, ValueError) as error:
        raise SourceUnavailable(
            "There is no such file, or it may not be read.",
            where=path,
            remedy="Check the name, the drive and your rights.",
        ) from error
    return found


def head_of(path: Path) -> bytes:
    """Give the first bytes of a regular file.

    Raises
    ------
    SourceUnavailable
        Not a regular file, empty, or not readable.
    """
    where = str(path)
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SourceUnavailable("This is a device or a pipe, not a file.", where=where, remedy="Open a file.")
    if status.st_size == 0:
        raise SourceUnavailable(
            "The file is empty.", where=where, remedy="Copy it again from where it comes; the copy may have failed."
        )
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise SourceUnavailable(
            "The file may not be read: {reason}.",
            where=where,
            remedy="Check your rights and whether another program holds it.",
            reason=error.strerror or type(error).__name__,
        ) from error


def check_cells(count: int, where: str) -> None:
    """Refuse an answer or block of more cells than memory should hold."""
    if count > MAX_CELLS:
        raise DataError(
            "Reading this at once would need {count} million cells.",
            where=where,
            remedy="Read a smaller part, or write the raster in tiles with overviews (COG).",
            count=count // 1_000_000,
        )


def check_parsed(path: Path) -> None:
    """Refuse a text file that must be parsed whole and is too large for that."""
    size = path.stat().st_size
    if size > MAX_PARSED_BYTES:
        raise DataError(
            "The file has {size} MB; files of this kind must be read whole and are limited to {limit} MB.",
            where=str(path),
            remedy="Convert it to GeoPackage or FlatGeobuf.",
            size=size >> 20,
            limit=MAX_PARSED_BYTES >> 20,
        )


def safe_side_files(path: Path) -> bool:
    """Tell whether overviews or masks stand beside a raster and are TIFF files, as they must be."""
    found = False
    for name in (f"{path.name}.ovr", f"{path.name}.msk", f"{path.name}.ovr.ovr", f"{path.name}.msk.ovr"):
        side = path.with_name(name)
        if not side.is_file():
            continue
        with side.open("rb") as stream:
            if stream.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
                return False
        found = True
    return found


class PrivateCopy:
    """Copies of files in a folder of our own, for formats whose readers would write beside the original."""

    def __init__(self, files: Iterable[Path]) -> None:
        chosen = [file for file in files if file.is_file()]
        size = sum(file.stat().st_size for file in chosen)
        if size > MAX_COPY_BYTES:
            raise DataError(
                "The file must be copied before it can be read, and {size} GB are too much for that.",
                where=str(chosen[0]),
                remedy="Close it in the program that has it open, or repair it there.",
                size=size >> 30,
            )
        self.folder = Path(tempfile.mkdtemp(prefix="haitang-"))
        """Where the copies are; they carry a plain name and the suffixes of the originals."""
        self._end = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        stem = chosen[0].name.removesuffix(chosen[0].suffix)
        for file in chosen:
            shutil.copyfile(file, self.folder / (COPY_NAME + file.name[len(stem) :].lower()))

    def close(self) -> None:
        """Delete the copies."""
        self._end()
