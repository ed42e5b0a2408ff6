"""Working copy: a layer's features in a GeoPackage of our own, edited by SQLite changesets that are durable at once."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from layers import blobs
from layers.change_log import EDIT, SAVED, ChangeLog
from layers.database import apsw, quoted
from layers.errors import EditConflict, EditError, SourceUnavailable
from layers.rows import META, CopyMeta, Fingerprint, NewRow, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

WORK, LOG = "work.gpkg", "changes.log"
AS_BEFORE = -2
"""Saved as far as before: the file was changed, but not by this copy."""
_AT_ONCE = 500


class WorkingCopy:
    """The working copy in a folder; one process has it open.

    Parameters
    ----------
    folder : pathlib.Path
        As ``layers.copying.make_copy`` left it.

    Attributes
    ----------
    applied : int
        How many entries of the log the features have taken in.
    names : list of str
        The attributes.

    Raises
    ------
    SourceUnavailable
        The folder is gone or its files are damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._looked = (-1, True)
        try:
            self.meta = CopyMeta.from_json((folder / META).read_text("utf-8"))
            self.names = [column.name for column in self.meta.columns]
            self.log = ChangeLog(folder / LOG)
            self._db = apsw.Connection(str(folder / WORK))
            self._open()
        except (OSError, ValueError, KeyError, TypeError, apsw.Error) as error:
            raise SourceUnavailable(
                "The working copy of an edited layer cannot be opened: {reason}",
                where=str(folder),
                remedy="Edit the layer again; the file itself is as it was saved last.",
                reason=str(error),
            ) from error

    def _open(self) -> None:
        blobs.add_functions(self._db)
        self._db.set_busy_timeout(2000)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "trusted_schema=ON", "temp_store=MEMORY"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.execute("CREATE TABLE IF NOT EXISTS haitang_applied (count INTEGER NOT NULL)")
        if not self._db.execute("SELECT count(*) FROM haitang_applied").fetchall()[0][0]:
            self._db.execute("INSERT INTO haitang_applied VALUES (0)")
        self.applied = self._counted()
        for entry in self.log.entries[self.applied :]:
            self._commit(entry.payload if entry.kind == EDIT else b"", self.applied + 1)

    def _counted(self) -> int:
        return int(self._db.execute("SELECT count FROM haitang_applied").fetchall()[0][0])

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._db.close()
            self.log.close()

    # ------------------------------------------------------------------ asking
    def rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Give features by number; those that are not there are left out."""
        wanted = list(ids)
        found: dict[int, Row] = {}
        names = [self.meta.fid, *([self.meta.geom] if self.meta.geom else []), *self.names]
        chosen = ", ".join(quoted(name) for name in names)
        with self._lock:
            for start in range(0, len(wanted), _AT_ONCE):
                group = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(group))
                text = f"SELECT {chosen} FROM {self._table} WHERE {quoted(self.meta.fid)} IN ({marks})"
                for one in self._db.execute(text, group):
                    found[cast("int", one[0])] = self._row(one)
        return found

    def _row(self, one: tuple[Any, ...]) -> Row:
        shift = 2 if self.meta.geom else 1
        blob = one[1] if self.meta.geom else None
        values = dict(zip(self.names, one[shift:], strict=True))
        return Row(blobs.wkb_of(blob) if blob is not None else None, values)

    def ids_in(self, box: tuple[float, float, float, float]) -> list[int]:
        """Give the features whose boxes touch a box (x0, y0, x1, y1), in the layer's CRS."""
        if not self.meta.geom:
            return []
        x0, y0, x1, y1 = box
        text = f"SELECT id FROM {self._tree} WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?"
        with self._lock:
            return [int(cast("int", one)) for (one,) in self._db.execute(text, (x1, x0, y1, y0))]

    def __len__(self) -> int:
        """Count the features."""
        with self._lock:
            return int(self._db.execute(f"SELECT count(*) FROM {self._table}").fetchall()[0][0])

    def next_id(self) -> int:
        """Give a number that no feature has."""
        text = f"SELECT coalesce(max({quoted(self.meta.fid)}), 0) + 1 FROM {self._table}"
        with self._lock:
            return int(self._db.execute(text).fetchall()[0][0])

    def dump(self) -> list[tuple[Any, ...]]:
        """Give every feature and its box in the index, in order; for comparing two states byte by byte."""
        fid = quoted(self.meta.fid)
        with self._lock:
            rows = self._db.execute(f"SELECT * FROM {self._table} ORDER BY {fid}").fetchall()
            boxes: list[Any] = []
            if self.meta.geom:
                boxes = self._db.execute(f"SELECT * FROM {self._tree} ORDER BY id").fetchall()
        return [*rows, *boxes]

    @property
    def _table(self) -> str:
        return quoted(self.meta.table)

    @property
    def _tree(self) -> str:
        return quoted(f"rtree_{self.meta.table}_{self.meta.geom}")

    # ------------------------------------------------------------------ changing
    def changeset(self, wanted: Mapping[int, NewRow | None]) -> bytes:
        """Give the changeset of what is wanted; the features stay as they are.

        Parameters
        ----------
        wanted : mapping of feature number to NewRow
            None deletes the feature; a number that no feature has adds one.

        Raises
        ------
        EditError
            A value does not fit its column.
        """
        with self._lock:
            self._db.execute("SAVEPOINT draft")
            session = apsw.Session(self._db, "main")
            try:
                session.attach(self.meta.table)
                self._do(wanted)
                return bytes(session.changeset())
            except apsw.ConstraintError as error:
                raise EditError(
                    "A value does not fit its column: {reason}",
                    where=self.meta.key,
                    remedy="Correct the value and try again.",
                    reason=str(error),
                ) from error
            finally:
                session.close()
                self._db.execute("ROLLBACK TO draft")
                self._db.execute("RELEASE draft")

    def _do(self, wanted: Mapping[int, NewRow | None]) -> None:
        fid, table = quoted(self.meta.fid), self._table
        gone = [(number,) for number, row in wanted.items() if row is None]
        self._db.executemany(f"DELETE FROM {table} WHERE {fid} = ?", gone)
        known = self._known(number for number, row in wanted.items() if row is not None)
        groups: dict[tuple[bool, tuple[str, ...]], list[tuple[Any, ...]]] = {}
        for number, row in wanted.items():
            if row is None:
                continue
            new = number not in known
            names = tuple(row.values) + ((self.meta.geom,) if (row.moves or new) and self.meta.geom else ())
            values = [_kept(value) for value in row.values.values()]
            if (row.moves or new) and self.meta.geom:
                values.append(blobs.blob_of(row.geometry, self.meta.srs_id))
            groups.setdefault((new, names), []).append((*values, number))
        for (new, names), rows in groups.items():
            if new:
                columns = ", ".join(quoted(name) for name in (*names, self.meta.fid))
                marks = ", ".join("?" * (len(names) + 1))
                self._db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            elif names:
                sets = ", ".join(f"{quoted(name)} = ?" for name in names)
                self._db.executemany(f"UPDATE {table} SET {sets} WHERE {fid} = ?", rows)

    def _known(self, numbers: Iterator[int]) -> set[int]:
        wanted, found = list(numbers), set[int]()
        for start in range(0, len(wanted), _AT_ONCE):
            group = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(group))
            fid = quoted(self.meta.fid)
            text = f"SELECT {fid} FROM {self._table} WHERE {fid} IN ({marks})"
            found.update(int(cast("int", one)) for (one,) in self._db.execute(text, group))
        return found

    def apply(self, changeset: bytes) -> None:
        """Make a change: it is in the log and on the disk when this returns, or nothing has happened.

        Raises
        ------
        EditConflict
            The features are not in the state that the change starts from.
        SourceUnavailable
            The disk refuses.
        """
        with self._lock:
            self._commit(changeset, self.applied + 1, log=True)

    def _commit(self, changeset: bytes, number: int, *, log: bool = False) -> None:
        """Apply a changeset and count it; with ``log`` it is written and synced before it is committed."""
        logged = len(self.log.entries)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if changeset:
                apsw.Changeset.apply(changeset, self._db, conflict=_refuse)
            self._db.execute("UPDATE haitang_applied SET count = ?", (number,))
            if log:
                self.log.append(EDIT, changeset)
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if log and len(self.log.entries) > logged:
                self.log.cut(logged)
            if isinstance(error, apsw.AbortError | apsw.ConstraintError):
                raise EditConflict(
                    "The features of {layer} are not as this change left them.",
                    where=self.meta.key,
                    remedy="Undo the later edits first.",
                    layer=self.meta.key,
                ) from error
            raise
        self.applied = number

    # ------------------------------------------------------------------ saving and bringing back
    def mark_saved(self, fingerprint: Fingerprint, source: str = "", upto: int = -1) -> None:
        """Note that a file holds the features as they are.

        Parameters
        ----------
        fingerprint : Fingerprint
            The file after it was written.
        source : str
            Its path; "" = the file that the copy was made of.
        upto : int
            How many entries of the log it holds; all where it is not given, as many as before for ``AS_BEFORE``.
        """
        reached = self.log.saved(self.applied)[0] if upto == AS_BEFORE else self.applied if upto < 0 else upto
        note = {**asdict(fingerprint), "source": source or self.source, "upto": reached}
        with self._lock:
            self.log.append(SAVED, json.dumps(note, ensure_ascii=False).encode())
            self._commit(b"", self.applied + 1)

    @property
    def source(self) -> str:
        """The file that saving writes to."""
        note = self.log.saved(self.applied)[1]
        return str(note["source"]) if note else self.meta.source

    @property
    def fingerprint(self) -> Fingerprint:
        """The file as it was when it was copied, or saved last."""
        note = self.log.saved(self.applied)[1]
        if note is None:
            return self.meta.fingerprint
        return Fingerprint(int(note["size"]), int(note["mtime_ns"]), str(note["sha256"]))

    def pending(self) -> bytes:
        """Give what the file does not hold yet, as one changeset; empty where it holds everything."""
        with self._lock:
            return self.joined(self.log.saved(self.applied)[0])

    @property
    def is_saved(self) -> bool:
        """Whether the file holds everything; undone edits do not count."""
        if self._looked[0] != self.applied:
            self._looked = (self.applied, not self.pending())
        return self._looked[1]

    def joined(self, start: int = 0) -> bytes:
        """Join the changes from an entry on into one changeset; what was taken back is not in it."""
        found = [e.payload for e in self.log.entries[start : self.applied] if e.kind == EDIT and e.payload]
        if not found:
            return b""
        builder = apsw.ChangesetBuilder()
        for changeset in found:
            builder.add(changeset)
        return bytes(builder.output())

    def catch_up(self, *, saved: bool | None = None) -> None:
        """Take in what another process has done, which must have ended; it may know whether a file holds it all."""
        with self._lock:
            self.log.catch_up()
            try:
                self.applied = self._counted()
            except apsw.Error as error:
                raise SourceUnavailable(
                    "The edits of {layer} cannot be read back: {reason}",
                    where=str(self.folder),
                    remedy="Stop editing the layer and begin again; the file itself is as it was saved last.",
                    layer=self.meta.key,
                    reason=str(error),
                ) from error
            if saved is not None:
                self._looked = (self.applied, saved)

    def cut(self, count: int) -> None:
        """Take back all entries after the first ``count``: they were never acknowledged."""
        with self._lock:
            while self.applied > count:
                entry = self.log.entries[self.applied - 1]
                self._commit(inverted(entry.payload) if entry.kind == EDIT else b"", self.applied - 1)
            self.log.cut(count)


def inverted(changeset: bytes) -> bytes:
    """Give the changeset that takes another back."""
    return bytes(apsw.Changeset.invert(changeset)) if changeset else b""


def changed_ids(changeset: bytes) -> list[int]:
    """List the features that a changeset touches, sorted."""
    found: set[int] = set()
    for change in apsw.Changeset.iter(changeset) if changeset else ():
        (place,) = change.pk_columns
        values = change.old if change.old is not None else change.new
        found.add(int(values[place]))
    return sorted(found)


def _refuse(_reason: int, _change: Any) -> int:
    return int(apsw.SQLITE_CHANGESET_ABORT)


def _kept(value: Any) -> Any:
    """Give a value as SQLite holds it."""
    return int(value) if isinstance(value, bool) else value
