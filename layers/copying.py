"""Making a working copy: the features of one layer in a GeoPackage of our own, with their numbers, arcs, Z and M."""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import numpy as np

from layers import blobs
from layers.changesets import WORK
from layers.database import apsw, quoted
from layers.errors import DataError, SourceUnavailable
from layers.rows import BASE, META, CopyMeta, Fingerprint
from layers.rules import Rule
from layers.shapes import to_shapes
from layers.sources import geopackage, guard
from layers.sources.open import open_source
from layers.sources.source import FeatureBlock, FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from layers.sources.source import LayerDescription

    Told = Callable[[float], None]

PARTS = (".shx", ".dbf", ".prj", ".cpg")
"""Files that belong to a Shapefile."""
SQL_TYPES = {"int": "INTEGER", "float": "REAL", "bool": "BOOLEAN", "date": "DATE", "time": "DATETIME", "bytes": "BLOB"}
LOST = {"measures_left_out", "arcs", "collection_cut", "geometry_broken"}
"""Warnings of a file whose features come into the copy with less than they had."""
UNDEFINED = -1
OWN_SRS = 100_000
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*(\(\d+(,\s*\d+)?\))?")
_AT_ONCE = 5_000
_CORE = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
"""


def files_of(path: Path) -> list[Path]:
    """List the files that a source consists of."""
    sides = [path.with_suffix(s) for s in PARTS] if path.suffix.lower() == ".shp" else []
    return [path, *(side for side in sides if side.is_file())]


def fingerprint_of(path: Path, told: Told = lambda _: None) -> Fingerprint:
    """Give the state of a file, with all its parts.

    Raises
    ------
    SourceUnavailable
        It cannot be read.
    """
    digest, size, changed = hashlib.sha256(), 0, 0
    try:
        for file in files_of(path):
            state = file.stat()
            size, changed = size + state.st_size, max(changed, state.st_mtime_ns)
            with file.open("rb") as stream:
                while piece := stream.read(1 << 22):
                    digest.update(piece)
                    told(0.0)
    except OSError as error:
        raise SourceUnavailable(
            "The file cannot be read: {reason}", where=str(path), reason=error.strerror or str(error)
        ) from error
    return Fingerprint(size, changed, digest.hexdigest())


def make_copy(source: str, key: str, folder: Path, told: Told = lambda _: None) -> CopyMeta:
    """Make the working copy of a layer.

    Parameters
    ----------
    source, key : str
        File and layer.
    folder : pathlib.Path
        An empty folder; it holds the copy when this returns.
    told : callable
        Hears the share that is done; may raise to stop.

    Raises
    ------
    SourceUnavailable
        The file cannot be read, or the folder cannot be written.
    DataError
        Features of this kind cannot be edited.
    """
    path = guard.local_path(source)
    mark = fingerprint_of(path, told)
    told(0.1)
    opened = open_source(source)
    try:
        described = opened.describe()
        layer = described.layer(key)
        if layer.kind != "vector":
            raise DataError("Only layers of features can be edited.", where=source)
        maker = _Maker(folder, path, layer, described.driver, mark, told)
        meta = maker.from_geopackage() if described.driver == "GPKG" else maker.from_block(opened)
    finally:
        opened.close()
    try:
        shutil.copyfile(folder / BASE, folder / WORK)
        (folder / META).write_text(meta.to_json(), "utf-8")
    except OSError as error:
        raise SourceUnavailable(
            "The working copy cannot be written: {reason}", where=str(folder), reason=error.strerror or str(error)
        ) from error
    told(1.0)
    return meta


class _Maker:
    """Makes one copy."""

    def __init__(
        self, folder: Path, path: Path, layer: LayerDescription, driver: str, mark: Fingerprint, told: Told
    ) -> None:
        self.folder, self.path, self.layer, self.driver, self.mark, self.told = folder, path, layer, driver, mark, told
        if layer.key.lower().startswith(("sqlite_", "gpkg_", "rtree_")):
            raise DataError("A layer of the name {name} cannot be edited.", where=str(path), name=layer.key)
        self.db = apsw.Connection(str(folder / BASE))
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "application_id=1196444487"):
            self.db.execute(f"PRAGMA {pragma}").fetchall()
        self.db.execute("PRAGMA user_version=10300").fetchall()
        self.db.execute("BEGIN")
        self.db.execute(_CORE)

    # ------------------------------------------------------------------ from a GeoPackage
    def from_geopackage(self) -> CopyMeta:
        """Copy the rows as they are; table, columns and key stay, so that the same changes fit the file."""
        pack = geopackage.prepared(self.path)
        address = f"file:{quote(pack.path.resolve().as_posix())}?mode=ro&immutable=1"
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        try:
            with apsw.Connection(address, flags=flags) as foreign:
                foreign.execute("PRAGMA trusted_schema=OFF").fetchall()
                return self._from(foreign)
        except apsw.Error as error:
            raise SourceUnavailable(
                "The GeoPackage is damaged or not complete: {reason}.",
                where=str(self.path),
                remedy="Copy it again from where it comes.",
                reason=str(error),
            ) from error
        finally:
            if pack.copy is not None:
                pack.copy.close()

    def _from(self, foreign: Any) -> CopyMeta:
        table = self.layer.key
        parts = foreign.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
        key = [str(p[1]) for p in parts if p[5] and str(p[2]).upper() == "INTEGER"]
        if len(key) != 1 or sum(bool(p[5]) for p in parts) != 1 or any(p[6] for p in parts):
            raise DataError(
                "The table {name} has no whole-number key of its own, so it cannot be edited.",
                where=str(self.path),
                remedy="Save the layer as a new GeoPackage and edit that.",
                name=table,
            )
        found = foreign.execute(
            "SELECT column_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns WHERE table_name = ?",
            (table,),
        ).fetchall()
        geom, kind, srs, z, m = cast("tuple[str, str, int, int, int]", found[0]) if found else ("", "", UNDEFINED, 0, 0)
        systems = foreign.execute(
            "SELECT srs_name, srs_id, organization, organization_coordsys_id, definition, description "
            "FROM gpkg_spatial_ref_sys"
        ).fetchall()
        self.db.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", systems)
        columns = [_column(p, key[0], str(self.path)) for p in parts]
        self._create(table, columns, geom, kind, srs, z, m)
        names = ", ".join(quoted(str(p[1])) for p in parts)
        rows = foreign.execute(f"SELECT {names} FROM {quoted(table)}")
        self._fill(table, len(parts), rows, self.layer.counts.get("features", 0))
        self._index(table, key[0], geom)
        return self._meta(table, key[0], geom, tuple(_rules(foreign, table, parts, {key[0], geom})), srs)

    # ------------------------------------------------------------------ from any other file
    def from_block(self, opened: Any) -> CopyMeta:
        """Copy what the reader gives; arcs are short segments and M is left out, as in what is drawn."""
        block = cast("FeatureBlock", opened.read(FeatureRequest(self.layer.key)))
        table, names = self.layer.key, [c.name for c in self.layer.columns]
        if len({name.lower() for name in names}) < len(names):
            raise DataError(
                "Two columns differ only in capital letters, so the layer cannot be edited.",
                where=str(self.path),
                remedy="Rename one of them where the file was made.",
            )
        fid, geom = _free("fid", names), _free("geom", names) if block.geometry is not None else ""
        columns = [f"{quoted(fid)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
        columns += [f"{quoted(geom)} BLOB"] if geom else []
        columns += [f"{quoted(c.name)} {SQL_TYPES.get(c.type, 'TEXT')}" for c in self.layer.columns]
        srs = self._system()
        self._create(table, columns, geom, "GEOMETRY", srs, 2, 2)
        self._fill(table, len(columns), _rows(block, names, srs if geom else None), len(block.ids))
        self._index(table, fid, geom)
        return self._meta(table, fid, geom, (), srs)

    def _system(self) -> int:
        system = self.layer.crs
        if system is None:
            row = ("Undefined Cartesian SRS", UNDEFINED, "NONE", UNDEFINED, "undefined", None)
        else:
            from pyproj import CRS

            known = cast("Any", CRS).from_user_input(system)
            code = int(system[5:]) if system.startswith("EPSG:") and system[5:].isdigit() else OWN_SRS
            row = (str(known.name), code, "EPSG" if code != OWN_SRS else "NONE", code, str(known.to_wkt()), None)
        self.db.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", row)
        return row[1]

    # ------------------------------------------------------------------ parts
    def _create(self, table: str, columns: list[str], geom: str, kind: str, srs: int, z: int, m: int) -> None:
        self.db.execute(f"CREATE TABLE {quoted(table)} ({', '.join(columns)})")
        what = "features" if geom else "attributes"
        row = (table, what, table, srs if geom else None)
        self.db.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?,?,?,?)", row)
        if geom:
            self.db.execute("INSERT INTO gpkg_geometry_columns VALUES (?,?,?,?,?,?)", (table, geom, kind, srs, z, m))

    def _fill(self, table: str, width: int, rows: Iterable[tuple[Any, ...]], count: int) -> None:
        text = f"INSERT INTO {quoted(table)} VALUES ({', '.join('?' * width)})"
        for number, group in enumerate(_groups(rows)):
            self.db.executemany(text, group)
            self.told(0.1 + 0.5 * min(number * _AT_ONCE / max(count, 1), 1.0))

    def _index(self, table: str, fid: str, geom: str) -> None:
        """Make the R-tree and the triggers that keep it true."""
        if geom:
            tree = f"rtree_{table}_{geom}"
            self.db.execute(f"CREATE VIRTUAL TABLE {quoted(tree)} USING rtree(id, minx, maxx, miny, maxy)")
            rows = self.db.execute(f"SELECT {quoted(fid)}, {quoted(geom)} FROM {quoted(table)}")
            boxes = ((n, b[0], b[2], b[1], b[3]) for n, blob in rows if (b := blobs.blob_box(blob)))
            for group in _groups(boxes):
                self.db.executemany(f"INSERT INTO {quoted(tree)} VALUES (?,?,?,?,?)", group)
                self.told(0.7)
            self.db.execute(_triggers(table, fid, geom))
            about = "http://www.geopackage.org/spec120/#extension_rtree"
            row = (table, geom, "gpkg_rtree_index", about, "write-only")
            self.db.execute("INSERT INTO gpkg_extensions VALUES (?,?,?,?,?)", row)
        self.db.execute("COMMIT")
        self.db.close()
        self.told(0.9)

    def _meta(self, table: str, fid: str, geom: str, rules: tuple[Rule, ...], srs: int) -> CopyMeta:
        return CopyMeta(
            str(self.path),
            self.layer.key,
            self.driver,
            table,
            fid,
            geom,
            self.layer.columns,
            rules,
            srs,
            self.layer.crs,
            self.layer.vdatum,
            self.mark,
            tuple(w.code for w in self.layer.warnings if w.code in LOST and self.driver != "GPKG"),
        )


def _column(part: tuple[Any, ...], key: str, where: str) -> str:
    name, kind, needed = str(part[1]), str(part[2] or "TEXT"), bool(part[3])
    if name == key:
        return f"{quoted(name)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    if not _TYPE.fullmatch(kind):
        raise DataError("The column {name} has a type that is not known: {type}.", where=where, name=name, type=kind)
    return f"{quoted(name)} {kind}{' NOT NULL' if needed else ''}"


def _rules(foreign: Any, table: str, parts: list[Any], own: set[str]) -> Iterator[Rule]:
    """Read what the file says of its columns: what is required, how long a text may be, ranges and lists."""
    limits: dict[str, tuple[Any, ...]] = {}
    lists: dict[str, list[str]] = {}
    rows: list[tuple[Any, ...]] = []
    try:
        rows = foreign.execute(
            "SELECT c.column_name, k.constraint_type, k.value, k.min, k.max FROM gpkg_data_columns c "
            "JOIN gpkg_data_column_constraints k ON k.constraint_name = c.constraint_name WHERE c.table_name = ?",
            (table,),
        ).fetchall()
    except apsw.SQLError:
        rows.clear()  # most files have no such tables
    for name, kind, value, least, most in rows:
        if kind == "range":
            limits[str(name)] = (least, most)
        elif kind == "enum":
            lists.setdefault(str(name), []).append(str(value))
    for part in parts:
        name = str(part[1])
        size = re.search(r"TEXT\s*\((\d+)\)", str(part[2]), re.IGNORECASE)
        least, most = limits.get(name, (None, None))
        rule = Rule(
            name,
            bool(part[3]),
            None if least is None else float(least),
            None if most is None else float(most),
            tuple(lists.get(name, ())),
            int(size[1]) if size else 0,
        )
        if name not in own and rule != Rule(name):
            yield rule


def _rows(block: FeatureBlock, names: list[str], srs: int | None) -> Iterator[tuple[Any, ...]]:
    columns = [_values(block.columns[name]) for name in names]
    ids = [int(number) for number in block.ids]
    if srs is None or block.geometry is None:
        yield from zip(ids, *columns, strict=True)
        return
    import shapely

    shapes: Any = to_shapes(block.geometry)
    if block.geometry.z is None:
        shapes = cast("Any", shapely).force_2d(shapes)
    binary = cast("Any", shapely).to_wkb(shapes, flavor="iso")
    types = block.geometry.types
    geometries = (blobs.blob_of(bytes(one), srs) if kind else None for one, kind in zip(binary, types, strict=True))
    yield from zip(ids, geometries, *columns, strict=True)


def _values(values: Any) -> list[Any]:
    """Give a column as SQLite keeps it: numbers, texts, ISO dates and moments (UTC); NaN and NaT are missing."""
    if not isinstance(values, np.ndarray):
        return [None if value is None else value for value in values]
    array = cast("np.ndarray[Any, Any]", values)
    if array.dtype.kind == "M":
        day = np.datetime_data(array.dtype)[0] == "D"
        texts: list[str] = np.datetime_as_string(array, unit="D" if day else "ms").tolist()
        return [None if text == "NaT" else text if day else f"{text}Z" for text in texts]
    if array.dtype.kind == "f":
        return [None if value != value else value for value in array.tolist()]
    return [int(value) if isinstance(value, bool) else value for value in array.tolist()]


def _groups(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    group: list[tuple[Any, ...]] = []
    for row in rows:
        group.append(row)
        if len(group) >= _AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _triggers(table: str, fid: str, geom: str) -> str:
    t, i, g, tree = quoted(table), quoted(fid), quoted(geom), quoted(f"rtree_{table}_{geom}")
    names = {what: quoted(f"rtree_{table}_{geom}_{what}") for what in ("insert", "update1", "delete")}
    there = f"NEW.{g} NOT NULL AND NOT ST_IsEmpty(NEW.{g})"
    box = f"NEW.{i}, ST_MinX(NEW.{g}), ST_MaxX(NEW.{g}), ST_MinY(NEW.{g}), ST_MaxY(NEW.{g})"
    return f"""
CREATE TRIGGER {names["insert"]} AFTER INSERT ON {t} WHEN {there}
BEGIN INSERT OR REPLACE INTO {tree} VALUES ({box}); END;
CREATE TRIGGER {names["update1"]} AFTER UPDATE OF {g} ON {t}
BEGIN DELETE FROM {tree} WHERE id = OLD.{i}; INSERT INTO {tree} SELECT {box} WHERE {there}; END;
CREATE TRIGGER {names["delete"]} AFTER DELETE ON {t} WHEN OLD.{g} NOT NULL
BEGIN DELETE FROM {tree} WHERE id = OLD.{i}; END;
"""


def _free(name: str, taken: list[str]) -> str:
    used = {other.lower() for other in taken}
    number, free = 1, name
    while free in used:
        free, number = f"{name}_{number}", number + 1
    return free


def discard(folder: Path) -> None:
    """Take a half-made copy away."""
    shutil.rmtree(folder, ignore_errors=True)
