"""Working copies: what is copied, how edits are kept, and how a file is changed whole or not at all."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from layers.blobs import add_functions
from layers.change_log import ChangeLog
from layers.changesets import LOG, WorkingCopy, changed_ids, inverted
from layers.copying import make_copy
from layers.database import apsw
from layers.errors import DataError, EditConflict, EditError, SourceUnavailable
from layers.figure import ARC, COMPOUND, LINE, places_of, read_figure, shifted, to_wkb
from layers.reshaping import inserted, moved_at, removed_at
from layers.rows import NewRow
from layers.saving import ChangedMeanwhile, save_as, save_copy
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest
from tests.unit.layers.vector_files import vector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def copied(source: Path, folder: Path) -> WorkingCopy:
    folder.mkdir()
    make_copy(str(source), source.stem, folder)
    return WorkingCopy(folder)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[WorkingCopy]:
    made = copied(vector(tmp_path / "a.gpkg"), tmp_path / "copy")
    yield made
    made.close()


def moved(copy: WorkingCopy, number: int, dx: float) -> bytes:
    row = copy.rows([number])[number]
    return copy.changeset({number: NewRow({}, to_wkb(shifted(read_figure(row.geometry or b""), dx, 0)), moves=True)})


# ------------------------------------------------------------------------ copies
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".fgb"])
def test_a_copy_has_the_numbers_values_and_shapes_of_the_file(tmp_path: Path, suffix: str):
    source = vector(tmp_path / f"a{suffix}")
    before = source.read_bytes()
    made = copied(source, tmp_path / "copy")
    opened = open_source(str(source))
    block: Any = opened.read(FeatureRequest("a"))
    rows = made.rows(block.ids.tolist())
    assert list(rows) == sorted(block.ids.tolist())
    by_id = dict(zip(block.ids.tolist(), block.columns["name"], strict=True))
    assert {number: row.values["name"] for number, row in rows.items()} == by_id
    places = np.concatenate([places_of(read_figure(rows[n].geometry or b"")) for n in block.ids.tolist()])
    assert places.tolist() == block.geometry.xy.tolist()
    assert source.read_bytes() == before
    made.close()
    opened.close()


def arc_with_heights() -> bytes:
    """A compound curve ZM: an arc of a circle, then a line."""
    arc = np.array([[0, 0, 1, 10], [5, 5, 2, 11], [10, 0, 3, 12]], np.float64)
    line = np.array([[10, 0, 3, 12], [20, 0, 4, 13]], np.float64)
    parts = b"".join(
        struct.pack("<BII", 1, 3000 + kind, len(v)) + v.tobytes() for kind, v in ((ARC, arc), (LINE, line))
    )
    return struct.pack("<BII", 1, 3000 + COMPOUND, 2) + parts


def test_arcs_heights_and_measures_survive_copying_moving_and_saving(tmp_path: Path, copy: WorkingCopy):
    wkb = arc_with_heights()
    assert to_wkb(read_figure(wkb)) == wkb
    copy.apply(copy.changeset({9: NewRow({"name": "弧"}, wkb, moves=True)}))
    copy.apply(moved(copy, 9, 100.0))
    save_copy(copy.folder, copy.pending(), copy.source, copy.fingerprint, copy.applied)
    again = copied(tmp_path / "a.gpkg", tmp_path / "again")
    figure = read_figure(again.rows([9])[9].geometry or b"")
    assert figure.members[0].vertices.tolist() == [[100, 0, 1, 10], [105, 5, 2, 11], [110, 0, 3, 12]]
    x, y, radius = (105.0, 0.0, 5.0)
    assert all(np.hypot(a - x, b - y) == pytest.approx(radius) for a, b in figure.members[0].vertices[:, :2])
    again.close()


def test_a_vertex_at_a_joint_moves_in_both_pieces_and_an_arc_takes_no_new_one():
    figure = read_figure(arc_with_heights())
    joint = moved_at(figure, (10, 0), (12, -1))
    ends = [joint.members[0].vertices[2], joint.members[1].vertices[0]]
    assert [end[:2].tolist() for end in ends] == [[12, -1]] * 2
    with pytest.raises(EditError, match="arc"):
        inserted(figure, (0, 0), (5, 5), (2, 2))
    with pytest.raises(EditError, match="arc"):
        removed_at(figure, (5, 5))
    longer = inserted(figure, (10, 0), (20, 0), (15, 0))
    assert longer.members[1].vertices[1].tolist() == [15, 0, 3.5, 12.5]


def test_rules_of_a_geopackage_are_read(tmp_path: Path):
    import sqlite3

    source = vector(tmp_path / "a.gpkg")
    with sqlite3.connect(source) as db:
        db.executescript("""
            CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, description TEXT,
              mime_type TEXT, constraint_name TEXT);
            CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, value TEXT,
              min NUMERIC, min_is_inclusive INTEGER, max NUMERIC, max_is_inclusive INTEGER, description TEXT);
            INSERT INTO gpkg_data_columns (table_name, column_name, constraint_name) VALUES ('a', 'value', 'r');
            INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, min, max)
              VALUES ('r', 'range', 0, 9);
        """)
    db.close()
    made = copied(source, tmp_path / "copy")
    (rule,) = made.meta.rules
    assert (rule.column, rule.least, rule.most) == ("value", 0, 9)
    made.close()


# ------------------------------------------------------------------------ edits
def test_undo_is_the_inverse_changeset_and_gives_the_same_bytes(copy: WorkingCopy):
    start = copy.dump()
    change = copy.changeset({1: None, 2: NewRow({"value": 9.5}), 8: NewRow({"name": "新"})})
    assert copy.dump() == start
    copy.apply(change)
    assert changed_ids(change) == [1, 2, 8]
    copy.apply(inverted(change))
    assert copy.dump() == start
    assert copy.joined() == b""


def test_a_change_that_starts_from_another_state_is_refused_whole(copy: WorkingCopy):
    first = copy.changeset({1: NewRow({"value": 5.0}), 2: NewRow({"value": 5.0})})
    copy.apply(copy.changeset({2: NewRow({"value": 7.0})}))
    before, entries = copy.dump(), len(copy.log.entries)
    with pytest.raises(EditConflict):
        copy.apply(first)
    assert copy.dump() == before
    assert len(copy.log.entries) == entries


def test_an_edit_is_on_the_disk_before_the_features_have_it(copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch):
    change, seen = moved(copy, 1, 3.0), []
    append = ChangeLog.append

    def watched(self: ChangeLog, kind: bytes, payload: bytes) -> None:
        append(self, kind, payload)
        seen.append((self.path.stat().st_size, copy.applied))

    monkeypatch.setattr(ChangeLog, "append", watched)
    copy.apply(change)
    assert seen == [((copy.folder / LOG).stat().st_size, 0)]
    assert copy.applied == 1


def test_a_full_disk_refuses_the_edit_and_nothing_has_changed(copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch):
    import os

    change, before = moved(copy, 1, 3.0), copy.dump()

    def full(_handle: int, _data: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SourceUnavailable, match="No space"):
        copy.apply(change)
    monkeypatch.undo()
    assert copy.dump() == before
    copy.apply(change)
    assert len(copy.log.entries) == 1


def test_a_log_that_is_ahead_of_the_features_is_taken_in_at_the_next_opening(tmp_path: Path, copy: WorkingCopy):
    change = moved(copy, 1, 3.0)
    copy.log.append(b"E", change)
    copy.close()
    again = WorkingCopy(copy.folder)
    assert again.applied == 1
    assert again.joined() == change
    again.close()


def test_a_torn_last_entry_is_cut_off_and_a_changed_one_is_said(tmp_path: Path, copy: WorkingCopy):
    copy.apply(moved(copy, 1, 3.0))
    copy.apply(moved(copy, 1, 3.0))
    chain = copy.log.chain
    copy.close()
    path = copy.folder / LOG
    whole = path.read_bytes()
    path.write_bytes(whole + b"E\x10\0\0")
    log = ChangeLog(path)
    assert (log.chain, path.read_bytes()) == (chain, whole)
    log.close()
    path.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    with pytest.raises(DataError, match="entry 1"):
        ChangeLog(path)


# ------------------------------------------------------------------------ saving
def test_a_geopackage_keeps_its_other_tables_and_its_own_triggers(tmp_path: Path):
    import sqlite3

    source = vector(tmp_path / "a.gpkg")
    vector(source, [shapely.Point(1, 2)], {"k": np.array([7])}, layer="other", geometry_type="Point", append=True)
    made = copied(source, tmp_path / "copy")
    made.apply(made.changeset({2: None}))
    save_copy(made.folder, made.pending(), made.source, made.fingerprint, made.applied)
    with sqlite3.connect(source) as db:
        assert db.execute("SELECT count(*) FROM a").fetchone() == (4,)
        assert db.execute("SELECT k FROM other").fetchone() == (7,)
        assert db.execute("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'a'").fetchone() == (4,)
        assert db.execute("SELECT count(*) FROM rtree_a_geom").fetchone() == (4,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    made.close()


def someone(source: Path, deed: str) -> None:
    """Another program changes the file."""
    with apsw.Connection(str(source)) as db:
        add_functions(db)
        db.execute(deed)
    db.close()


def test_a_file_changed_by_someone_else_is_never_written_over_silently(tmp_path: Path, copy: WorkingCopy):
    import sqlite3

    source = tmp_path / "a.gpkg"
    someone(source, "UPDATE a SET value = 100 WHERE fid = 5")
    theirs = source.read_bytes()
    copy.apply(copy.changeset({1: NewRow({"value": 5.0})}))
    asked = (copy.folder, copy.pending(), copy.source, copy.fingerprint, copy.applied)
    with pytest.raises(ChangedMeanwhile, match=r"a\.gpkg was changed"):
        save_copy(*asked)
    assert source.read_bytes() == theirs
    save_copy(*asked, how="merge")
    with sqlite3.connect(source) as db:
        assert db.execute("SELECT value FROM a WHERE fid IN (1, 5) ORDER BY fid").fetchall() == [(5,), (100,)]
    db.close()
    someone(source, "UPDATE a SET value = 6 WHERE fid = 1")
    theirs = source.read_bytes()
    with pytest.raises(EditConflict, match="changed in"):
        save_copy(*asked, how="merge")
    assert source.read_bytes() == theirs


def test_a_table_with_other_columns_is_a_conflict_and_no_success(tmp_path: Path, copy: WorkingCopy):
    import sqlite3

    source = tmp_path / "a.gpkg"
    with sqlite3.connect(source) as db:
        db.execute("ALTER TABLE a ADD COLUMN extra TEXT")
    db.close()
    copy.apply(copy.changeset({1: NewRow({"value": 5.0})}))
    with pytest.raises(EditConflict, match="other columns"):
        save_copy(copy.folder, copy.pending(), copy.source, copy.fingerprint, copy.applied, how="merge")


def test_a_read_only_folder_refuses_and_another_place_takes_the_edits(tmp_path: Path, copy: WorkingCopy):
    import os

    copy.apply(moved(copy, 1, 3.0))
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(SourceUnavailable):
            save_copy(copy.folder, copy.pending(), copy.source, copy.fingerprint, copy.applied)
        tmp_path.chmod(0o700)
    target = tmp_path / "elsewhere.gpkg"
    done = save_as(copy.folder, str(target))
    opened = open_source(str(target))
    assert opened.read(FeatureRequest("a")).geometry.xy[0].tolist() == [600_013, 3_400_000]
    opened.close()
    assert done.upto == 1


@pytest.mark.parametrize("suffix", [".shp", ".geojson", ".fgb"])
def test_other_formats_are_written_anew_with_every_value(tmp_path: Path, suffix: str):
    source = vector(tmp_path / f"a{suffix}")
    made = copied(source, tmp_path / "copy")
    (gone, changed, *_rest) = sorted(made.rows(range(6)))
    name = made.rows([changed])[changed].values["name"]
    made.apply(made.changeset({gone: None, changed: NewRow({"value": 8.25})}))
    save_copy(made.folder, made.pending(), made.source, made.fingerprint, made.applied)
    opened = open_source(str(source))
    block: Any = opened.read(FeatureRequest("a"))
    assert dict(zip(block.columns["name"], block.columns["value"].tolist(), strict=True))[name] == 8.25
    assert len(block.ids) == 4
    opened.close()
    made.close()


def test_a_text_file_is_not_edited_where_its_format_is_not_written(tmp_path: Path):
    source = vector(tmp_path / "a.gpkg")
    made = copied(source, tmp_path / "copy")
    made.apply(moved(made, 1, 3.0))
    with pytest.raises(DataError, match="not written"):
        save_copy(made.folder, made.pending(), str(tmp_path / "a.kml"), made.fingerprint, made.applied)
    made.close()
