"""Which kind of file this is: by its content first, then by its suffix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RASTER = "layers.sources.raster_file"
VECTOR = "layers.sources.vector_file"
PARQUET = "layers.sources.parquet_file"
NETCDF = "layers.sources.netcdf"
SERIES = "layers.sources.series_file"
HECRAS = "layers.sources.hecras"

READABLE = (
    "GeoTIFF, COG, PNG, JPEG, JPEG 2000, HGT, Arc/Info ASCII grid, GeoPackage, Shapefile, GeoJSON, FlatGeobuf, "
    "GeoParquet, KML, GML, GPX, DXF, NetCDF, SELAFIN, 2DM with DAT or XMDF, XDMF, PLY, FLO-2D, CSV, "
    "HEC-RAS, ANUGA SWW, TUFLOW FV, 3Di, MIKE mesh, ADCIRC, FVCOM, SCHISM"
)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: the module that reads it and its GDAL driver, or the sentence that refuses it."""

    reader: str = ""
    driver: str = ""
    refusal: str = ""
    remedy: str = ""


def _read(reader: str, driver: str = "") -> Format:
    return Format(reader, driver)


def _refuse(sentence: str, remedy: str = "Files that open: {readable}.") -> Format:
    return Format(refusal=sentence, remedy=remedy)


ARCHIVE = _refuse("This is a packed archive; archives are not opened.", "Unpack it, and open the files inside.")
IFC = _refuse("This is a building model (IFC); building models are not read here.")
CLOUD = _refuse("This is a point cloud (LAS/LAZ); point clouds are not read here.")
GRIB = _refuse("This is a GRIB file; GRIB is not read here.", "Convert it to NetCDF.")
SELAFIN = _read("layers.sources.mesh_selafin", "SELAFIN")
HDF = _refuse("This is an HDF5 file that is not NetCDF; it is not read here.")
SMS = _read("layers.sources.mesh_sms", "SMS")
HDF_OF_XDMF = _refuse("This HDF5 file holds the numbers of an XDMF file.", "Open the .xdmf file beside it.")
TIN = _refuse("This is a triangulation (TIN); this kind of model file is not read here.")
SWW = _read(NETCDF)
DHI = _refuse("This is a MIKE file (DFS); this kind of model file is not read here.")
FLO2D = _read("layers.sources.mesh_flo2d", "FLO-2D")
PLY = _read("layers.sources.mesh_ply", "PLY")
XDMF = _read("layers.sources.mesh_xdmf", "XDMF")
XML = _refuse("This is an XML file that holds no map data; it is not read here.")
SERVICE = _refuse("This is the answer of a map service in XML; it is not a map layer.", "Open a data file.")
HOSTILE = _refuse(
    "This XML file declares entities or a document type; such files are refused because they can be made to do harm.",
    "Ask for the file again without a DOCTYPE, or as GeoPackage.",
)
NETWORK = _refuse("This is the input or report of a model (INP, RPT, OUT); it is not read here.")
OSM = _refuse("This is an OpenStreetMap extract (PBF); it is not read here.", "Convert it to GeoPackage.")
TILE = _refuse("This is a vector tile (PBF); single tiles are not read here.", "Open the data as GeoPackage.")
ENC = _refuse("This is an electronic chart (S-57); charts are not read here.", "Convert it to GeoPackage.")
DATABASE = _refuse("This is an SQLite database that is not a GeoPackage; it is not read here.")
DWG = _refuse("This is a DWG drawing; DWG is not read.", "Save it as DXF, and open that.")
OFFICE = _refuse("This is an office document; office documents are not read here.", "Save the table as CSV.")
DOCUMENT = _refuse("This is a PDF document; PDF is not read here.")
NUMPY = _refuse("This is a NumPy array without a place on earth; it is not read here.", "Write it as GeoTIFF.")
PROJECT = _refuse("This is a QGIS project; projects are not read here.", "Open the data it points to.")
ENCODED = _refuse(
    "This looks like GeoJSON, but its coordinates are packed for a chart library (UTF8Encoding).",
    "Get the boundary as plain GeoJSON or GeoPackage; packed coordinates are rounded and not for measuring.",
)
TOPOLOGY = _refuse("This is TopoJSON; TopoJSON is not read.", "Convert it to GeoJSON or GeoPackage.")
JSON = _refuse("This JSON file holds no features; it is not read here.")
PART = _refuse("This is a part of a Shapefile.", "Open the file of the same name that ends in .shp.")
SIDE = _refuse("This file only goes with another file.", "Open the data file of the same name.")
IDS = _refuse("This is a set of checks or remarks for building models (IDS, BCF); it is not read here.")
UNLIKE = _refuse(
    "The name of this file ends in {suffix}, but its content is something else.",
    "Ask for the file again, or correct its name.",
)
UNKNOWN = _refuse("The content of this file is not known.")

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"II*\0", _read(RASTER, "GTiff")),
    (b"MM\0*", _read(RASTER, "GTiff")),
    (b"II+\0", _read(RASTER, "GTiff")),
    (b"MM\0+", _read(RASTER, "GTiff")),
    (b"\x89PNG\r\n\x1a\n", _read(RASTER, "PNG")),
    (b"\xff\xd8\xff", _read(RASTER, "JPEG")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _read(RASTER, "JP2OpenJPEG")),
    (b"\xff\x4f\xff\x51", _read(RASTER, "JP2OpenJPEG")),
    (b"fgb\x03fgb", _read(VECTOR, "FlatGeobuf")),
    (b"PAR1", _read(PARQUET)),
    (b"CDF\x01", _read(NETCDF)),
    (b"CDF\x02", _read(NETCDF)),
    (b"CDF\x05", _read(NETCDF)),
    (b"AutoCAD Binary DXF", _read(VECTOR, "DXF")),
    (b"ISO-10303-21", IFC),
    (b"LASF", CLOUD),
    (b"GRIB", GRIB),
    (b"%PDF", DOCUMENT),
    (b"\x93NUMPY", NUMPY),
    (b"\x1f\x8b", ARCHIVE),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"Rar!", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ", ARCHIVE),
    (b"AC10", DWG),
    (b"ply\n", PLY),
    (b"ply\r", PLY),
    (b"\0\0\0\x50", SELAFIN),
    (b"\x50\0\0\0", SELAFIN),
    (b"DHI_DFS_", DHI),
)
_SUFFIX: dict[str, Format] = {
    **dict.fromkeys((".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".kmz"), ARCHIVE),
    **dict.fromkeys((".ifc", ".ifczip", ".ifcxml"), IFC),
    **dict.fromkeys((".las", ".laz"), CLOUD),
    **dict.fromkeys((".grb", ".grib", ".grb2", ".grib2"), GRIB),
    **dict.fromkeys((".slf", ".srf"), SELAFIN),
    **dict.fromkeys((".2dm", ".dat", ".xmdf"), SMS),
    **dict.fromkeys((".dfsu", ".dfs0", ".dfs1", ".dfs2", ".dfs3"), DHI),
    **dict.fromkeys((".inp", ".rpt", ".out", ".net"), NETWORK),
    **dict.fromkeys((".xlsx", ".xls", ".docx", ".doc", ".ods", ".pptx"), OFFICE),
    **dict.fromkeys((".qgs", ".qgz"), PROJECT),
    **dict.fromkeys((".ids", ".bcf", ".bcfzip"), IDS),
    **dict.fromkeys((".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix"), PART),
    **dict.fromkeys((".tfw", ".jgw", ".pgw", ".wld", ".ovr", ".aux", ".msk"), SIDE),
    ".tin": TIN,
    ".mesh": _read("layers.sources.mike_mesh"),
    ".sww": SWW,
    ".ply": PLY,
    ".xdmf": XDMF,
    ".pdf": DOCUMENT,
    ".npy": NUMPY,
    ".dwg": DWG,
    ".xml": XML,
    ".json": JSON,
    ".000": ENC,
    ".csv": _read(SERIES),
    ".tsv": _read(SERIES),
    ".txt": _read(SERIES),
}
# Kinds whose content is known by its first bytes: with the name alone, the content is something else.
_TOLD_BY_CONTENT = (ARCHIVE, IFC, CLOUD, GRIB, SELAFIN, SMS, DOCUMENT, NUMPY, PLY, DWG, OFFICE, IDS, SWW)
FLO2D_RESULTS = ("TIMDEP.HDF5", "TIMDEP.OUT", "CADPTS.DAT")
FLO2D_FILES = ("BASE.OUT", "DEPTH.OUT", "MAXWSELEV.OUT", "VELFP.OUT", "FPLAIN.DAT", "FINALDEP.OUT", "SUMMARY.OUT")
"""Files of a FLO-2D project that stand for the whole; the latter only beside its grid."""
_HGT_SIZES = {1201 * 1201 * 2, 3601 * 3601 * 2, 1801 * 3601 * 2}
_SERVICE_ROOTS = ("capabilities", "servicemetadata", "getrecord", "sensorcollection", "observation", "exceptionreport")


def identify(path: Path, head: bytes) -> Format:
    """Tell the kind of a file; ``UNKNOWN`` where neither content nor name says it.

    Parameters
    ----------
    path : Path
        An existing file.
    head : bytes
        Its first bytes (``guard.head_of``).
    """
    suffix = path.suffix.lower()
    if is_flo2d(path):
        return FLO2D
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    found = found or _binary(path, head, suffix) or _text(path, head)
    if found is None:
        by_name = _SUFFIX.get(suffix, UNKNOWN)
        return UNLIKE if by_name in _TOLD_BY_CONTENT else by_name
    return found


def is_flo2d(path: Path) -> bool:
    """Tell whether a file stands for a FLO-2D project, by its name and the grid beside it."""
    name = path.name.upper()
    if name in FLO2D_RESULTS:
        return True
    return name in FLO2D_FILES and any((path.parent / grid).exists() for grid in ("CADPTS.DAT", "cadpts.dat"))


def flo2d_rank(path: Path) -> int:
    """Give which file of a FLO-2D project is opened for all, the smallest first."""
    return (*FLO2D_RESULTS, *FLO2D_FILES).index(path.name.upper())


def _binary(path: Path, head: bytes, suffix: str) -> Format | None:
    if head.startswith(b"PK"):
        packed = {".xlsx": OFFICE, ".docx": OFFICE, ".pptx": OFFICE, ".qgz": PROJECT, ".bcf": IDS, ".bcfzip": IDS}
        return packed.get(suffix, IFC if suffix == ".ifczip" else ARCHIVE)
    if head.startswith(b"SQLite format 3\0"):
        return _read(VECTOR, "GPKG") if head[68:72] in (b"GPKG", b"GP10", b"GP11") or suffix == ".gpkg" else DATABASE
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return _hdf(suffix)
    if head.startswith(b"\0\0\x27\x0a"):
        return _read(VECTOR, "ESRI Shapefile") if suffix == ".shp" else PART
    if suffix == ".hgt" and path.stat().st_size in _HGT_SIZES:
        return _read(RASTER, "SRTMHGT")
    if b"OSMHeader" in head[:64]:
        return OSM
    if suffix == ".pbf":
        return TILE
    if re.match(rb"^\d{5}[23]LE1 ", head):
        return ENC
    if b"MESH2D" in head[:512] or head[:4] in (b"\xb8\x0b\0\0", b"\0\0\x0b\xb8"):
        return SMS
    return DHI if b"DHI_DFS_" in head[:64] else None


def _hdf(suffix: str) -> Format:
    if suffix == ".hdf":
        return _read(HECRAS)
    return {".xmdf": SMS, ".h5": SMS, ".hdf5": SMS, ".he5": HDF}.get(suffix, _read(NETCDF))


def _text(path: Path, head: bytes) -> Format | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") or head.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return _xml(head, path.suffix.lower())
    if re.match(rb"\{|\[\s*[\[{\"\d\-]", text):
        return _json(path, head)
    if re.match(rb"(999\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION", text):
        return _read(VECTOR, "DXF")
    if re.match(rb"(DATASET|SCALAR|VECTOR|BEGSCL|BEGVEC|OBJTYPE)\b", text) and path.suffix.lower() == ".dat":
        return SMS
    if re.match(rb"(ncols|nrows)\s+\d+\s", text, re.IGNORECASE):
        return _read(RASTER, "AAIGrid")
    return None


def _xml(head: bytes, suffix: str) -> Format:
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    prolog = re.match(r"(?:\ufeff|\s|<\?.*?\?>|<!--.*?-->)*", text, re.DOTALL)
    rest = text[prolog.end() :] if prolog else text
    if rest.startswith("<!") or "<!ENTITY" in rest:
        return XDMF if suffix == ".xdmf" else HOSTILE
    root = re.match(r"<([\w.\-]+:)?([\w.\-]+)", rest)
    name = root.group(2).lower() if root else ""
    if name in ("kml", "gpx"):
        return _read(VECTOR, name.upper())
    if name == "featurecollection" and "opengis.net/gml" in rest:
        return _read(VECTOR, "GML")
    if name.startswith("ifcxml"):
        return IFC
    if name == "xdmf":
        return XDMF
    service = any(word in name for word in _SERVICE_ROOTS)
    return SERVICE if service else XML


def _json(path: Path, head: bytes) -> Format:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(head)))
        ends = head + stream.read()
    if b'"UTF8Encoding"' in ends or b'"encodeOffsets"' in ends:
        return ENCODED
    if re.search(rb'"type"\s*:\s*"Topology"', head):
        return TOPOLOGY
    features = rb'"(Feature|FeatureCollection|(Multi)?(Point|LineString|Polygon)|GeometryCollection)"'
    return _read(VECTOR, "GeoJSON") if re.search(rb'"type"\s*:\s*' + features, ends) else JSON
