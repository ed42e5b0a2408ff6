"""Saving a working copy: the file changes whole or not at all, and never over what someone else has written."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from layers import blobs
from layers.changesets import WORK
from layers.copying import files_of, fingerprint_of
from layers.database import apsw, quoted
from layers.errors import DataError, EditConflict, SourceUnavailable
from layers.rows import CopyMeta, Fingerprint, read_meta
from layers.sources.source import FeatureBlock, FeatureRequest, Warned
from layers.sources.staged import staged
from layers.sources.vector_file import VectorFile
from layers.sources.vector_writer import DRIVERS, write_features

if TYPE_CHECKING:
    from collections.abc import Callable

    Told = Callable[[float], None]

How = Literal["", "merge", "overwrite"]
WRITABLE = frozenset(DRIVERS.values())


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written.

    Parameters
    ----------
    path : str
    fingerprint : Fingerprint
        The file as it is now.
    upto : int
        How many entries of the change log it holds.
    warnings : tuple of Warned
        What the format could not hold.
    """

    path: str
    fingerprint: Fingerprint
    upto: int
    warnings: tuple[Warned, ...] = ()


class ChangedMeanwhile(EditConflict):
    """The file is not the one that was copied: a person decides."""


def losses(meta: CopyMeta, driver: str) -> tuple[Warned, ...]:
    """Say what a format cannot hold of this layer, before anything is written."""
    notes: list[Warned] = []
    if driver == "GPKG":
        return ()
    if meta.notes:
        notes.append(
            Warned(
                "rewritten",
                "The whole file is written anew: arcs stay short segments, and measures (M) are left out.",
                "Save as GeoPackage to keep the original beside it.",
            )
        )
    if driver == "ESRI Shapefile":
        notes.append(
            Warned(
                "shapefile_limits",
                "A Shapefile cuts column names to 10 bytes and texts to 254, and mixes no kinds of geometry.",
                "Save as GeoPackage to keep them.",
            )
        )
    if driver == "GeoJSON" and meta.crs not in (None, "EPSG:4326"):
        notes.append(
            Warned(
                "geojson_degrees",
                "GeoJSON is meant for longitude and latitude; the coordinates stay in {crs}.",
                "Save as GeoPackage where others shall read it.",
                {"crs": (meta.crs or "")[:40]},
            )
        )
    return tuple(notes)


def save_copy(
    folder: Path,
    changeset: bytes,
    source: str,
    mark: Fingerprint,
    upto: int,
    *,
    how: How = "",
    told: Told = lambda _: None,
) -> Saved:
    """Bring the edits into the file they were made of.

    Parameters
    ----------
    folder : pathlib.Path
        Of the working copy; its window may go on working in it.
    changeset : bytes
        What the file does not hold yet.
    source : str
    mark : Fingerprint
        The file as it was copied or saved last.
    upto : int
        Entries of the log that ``changeset`` reaches to.
    how : {"", "merge", "overwrite"}
        What a person decided about a file that was changed meanwhile: bring our changes into it (GeoPackage), or
        write over it.

    Raises
    ------
    ChangedMeanwhile
        The file was changed by someone else, and nobody decided yet; nothing was written.
    EditConflict
        A feature that was changed here was changed there too; nothing was written.
    SourceUnavailable
        The file is gone, read-only, in use, or the disk refuses; it is as it was.
    """
    meta = read_meta(folder)
    path = Path(source)
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise DataError(
            "Files of this kind are not written.",
            where=source,
            remedy="Save the edits as a GeoPackage.",
        )
    _check_free(path)
    if not how and not _is_same(path, mark, told):
        raise ChangedMeanwhile(
            "{name} was changed by someone else since it was opened for editing.",
            where=source,
            remedy="Bring the edits into the new version, save them as another file, or write over it.",
            name=path.name,
        )
    told(0.2)
    if driver == "GPKG" and how != "overwrite":
        _into_geopackage(path, meta, changeset, told)
        return Saved(source, fingerprint_of(path), upto)
    return save_as(folder, source, told)


def save_as(folder: Path, target: str, told: Told = lambda _: None) -> Saved:
    """Write all features, as they are now, to a file; an old file of this name is replaced.

    Raises
    ------
    DataError
        The suffix is not one that is written, or the format cannot hold the features.
    SourceUnavailable
        The folder is missing, read-only or full; an old file is untouched.
    """
    meta = read_meta(folder)
    path = Path(target)
    if path.suffix.lower() not in DRIVERS:
        raise DataError(
            "Features cannot be written to a file of this kind.",
            where=target,
            remedy="Give it one of the suffixes {suffixes}.",
            suffixes=", ".join(DRIVERS),
        )
    if DRIVERS[path.suffix.lower()] == "GPKG":
        _check_free(path)
        with staged(path) as out:
            upto = snapshot(folder / WORK, out)
            told(0.9)
        return Saved(target, fingerprint_of(path), upto)
    own = folder / "save.gpkg"
    try:
        upto = snapshot(folder / WORK, own)
        told(0.4)
        with closing(VectorFile(str(own))) as opened:
            block = cast("FeatureBlock", opened.read(FeatureRequest(meta.key)))
        told(0.6)
        notes = write_features(path, block, meta.columns, crs=meta.crs, layer=path.stem)
    finally:
        own.unlink(missing_ok=True)
    return Saved(target, fingerprint_of(path), upto, notes)


def snapshot(work: Path, out: Path) -> int:
    """Write the copy as it is at one moment; give how many entries of the log it holds."""
    out.unlink(missing_ok=True)
    with (
        closing(apsw.Connection(str(work), flags=apsw.SQLITE_OPEN_READWRITE)) as db,
        closing(apsw.Connection(str(out))) as own,
    ):
        db.set_busy_timeout(5000)
        with own.backup("main", db, "main") as backup:
            backup.step()
        blobs.add_functions(own)
        own.execute("PRAGMA journal_mode=DELETE").fetchall()
        found = own.execute("SELECT name FROM sqlite_master WHERE name = 'haitang_applied'").fetchall()
        upto = int(own.execute("SELECT count FROM haitang_applied").fetchall()[0][0]) if found else 0
        own.execute("DROP TABLE IF EXISTS haitang_applied")
        own.execute("VACUUM")
    return upto


def _check_free(path: Path) -> None:
    """Refuse to replace a GeoPackage under the hands of another program."""
    for suffix in ("-wal", "-journal"):
        side = path.with_name(path.name + suffix)
        if side.is_file() and side.stat().st_size > 0:
            raise SourceUnavailable(
                "Another program has the file open and changes under way.",
                where=str(path),
                remedy="Close it there and save again, or save the edits as another file.",
            )


def _is_same(path: Path, mark: Fingerprint, told: Told) -> bool:
    """Tell whether a file is as it was: by size and time, else by its content."""
    if not path.is_file():
        return False
    states = [file.stat() for file in files_of(path)]
    if sum(s.st_size for s in states) != mark.size:
        return False
    return max(s.st_mtime_ns for s in states) == mark.mtime_ns or fingerprint_of(path, told).sha256 == mark.sha256


def _into_geopackage(path: Path, meta: CopyMeta, changeset: bytes, told: Told) -> None:
    """Apply the changes to a copy of the file, and put that in its place."""
    with staged(path) as out:
        shutil.copyfile(path, out)
        told(0.4)
        try:
            with closing(apsw.Connection(str(out), flags=apsw.SQLITE_OPEN_READWRITE)) as db:
                blobs.add_functions(db)
                db.execute("PRAGMA journal_mode=MEMORY").fetchall()
                db.execute("BEGIN")
                _check_columns(db, meta, path)
                if changeset:
                    apsw.Changeset.apply(changeset, db, conflict=_weighed)
                _freshen(db, meta, changeset)
                db.execute("COMMIT")
        except (apsw.AbortError, apsw.ConstraintError) as error:
            raise EditConflict(
                "Features that were edited here were changed in {name} too, or its columns are others now.",
                where=str(path),
                remedy="Save the edits as another file and compare the two.",
                name=path.name,
            ) from error
        except apsw.Error as error:
            raise SourceUnavailable(
                "The GeoPackage cannot be written: {reason}",
                where=str(path),
                remedy="Save the edits as another file.",
                reason=str(error),
            ) from error
        shutil.copymode(path, out)
        told(0.8)


def _weighed(reason: int, change: Any) -> int:
    """Pass over what the file has already, as after a save whose end was not noted; refuse all else."""
    already = reason == apsw.SQLITE_CHANGESET_NOTFOUND and change.op == "DELETE"
    if reason in (apsw.SQLITE_CHANGESET_DATA, apsw.SQLITE_CHANGESET_CONFLICT) and change.new is not None:
        pairs = zip(change.new, change.conflict, strict=True)
        already = all(new is apsw.no_change or new == there for new, there in pairs)
    return int(apsw.SQLITE_CHANGESET_OMIT if already else apsw.SQLITE_CHANGESET_ABORT)


def _check_columns(db: Any, meta: CopyMeta, path: Path) -> None:
    """SQLite passes over changes of a table that has other columns: that must not look like a success."""
    names = [str(row[1]) for row in db.execute(f"PRAGMA table_info({quoted(meta.table)})").fetchall()]
    wanted = {meta.fid, *(column.name for column in meta.columns), *([meta.geom] if meta.geom else [])}
    if set(names) != wanted or len(names) != len(wanted):
        raise EditConflict(
            "The table {table} has other columns now than when it was opened for editing.",
            where=str(path),
            remedy="Save the edits as another file and compare the two.",
            table=meta.table,
        )


def _freshen(db: Any, meta: CopyMeta, changeset: bytes) -> None:
    """Note the time of the change, and widen the extent to what was added."""
    db.execute(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?",
        (meta.table,),
    )
    boxes = [box for blob in _new_blobs(changeset) if (box := blobs.blob_box(blob)) is not None]
    if boxes:
        x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
        x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
        db.execute(
            "UPDATE gpkg_contents SET min_x = min(min_x, ?), min_y = min(min_y, ?), max_x = max(max_x, ?), "
            "max_y = max(max_y, ?) WHERE table_name = ? AND min_x IS NOT NULL",
            (x0, y0, x1, y1, meta.table),
        )


def _new_blobs(changeset: bytes) -> list[bytes]:
    found: list[bytes] = []
    for change in apsw.Changeset.iter(changeset) if changeset else ():
        values: tuple[Any, ...] = change.new or ()
        found += [value for value in values if isinstance(value, bytes) and value[:2] == b"GP"]
    return found
