"""Workspace files: whole or not at all, five versions, and plain words for hostile ones."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import durable, workspace
from app.core.document import Document
from layers.errors import DataError, SourceUnavailable
from layers.mesh import MeshLayer
from tests.realdata import ROOT
from tests.unit.core.acts import ACTS, do, sketch

if TYPE_CHECKING:
    from pathlib import Path

OLD = ROOT / "tests" / "data" / "workspace"


def written(path: Path, **changes: Any) -> Path:
    data = {"format": "haitang-workspace", "version": 1, "layers": [], **changes}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@given(ACTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_document_survives_its_file(tmp_path: Path, acts):
    document = Document()
    for act in acts:
        do(document, act)
    for layer in document.layers:
        if layer.source != "memory:":
            layer.source = str(tmp_path / layer.source)
    workspace.save(document, tmp_path / "a.haitang")
    assert workspace.load(tmp_path / "a.haitang") == document.to_dict()


def test_saving_marks_the_document_clean_and_names_its_file(tmp_path: Path):
    document = Document()
    sketch(document)
    workspace.save(document, tmp_path / "a.haitang")
    assert (document.dirty, document.path) == (False, tmp_path / "a.haitang")
    copy = Document()
    workspace.open_into(copy, tmp_path / "a.haitang")
    assert (copy.path, copy.dirty, copy.to_dict()) == (document.path, False, document.to_dict())


def test_sources_below_the_folder_are_written_relative_and_follow_it_when_it_moves(tmp_path: Path):
    (tmp_path / "old" / "data").mkdir(parents=True)
    document = Document()
    sources = [
        str(tmp_path / "old" / "data" / "结果.nc"), str(tmp_path / "far.nc"), "memory:", "https://a.example/wms?x=1",
        r"C:\data\model.nc",
    ]  # fmt: skip
    for source in reversed(sources):
        document.add(MeshLayer(source=source))
    workspace.save(document, tmp_path / "old" / "a.haitang")
    text = json.loads((tmp_path / "old" / "a.haitang").read_text("utf-8"))
    assert [layer["source"] for layer in text["layers"]] == ["data/结果.nc", *sources[1:]]
    (tmp_path / "old").rename(tmp_path / "new")
    moved = workspace.load(tmp_path / "new" / "a.haitang")
    assert [layer["source"] for layer in moved["layers"]] == [
        str(tmp_path / "new" / "data" / "结果.nc"), *sources[1:]
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_a_folder_reached_by_a_link_still_counts_as_the_workspaces_own(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    document = Document()
    document.add(MeshLayer(source=str(tmp_path / "real" / "a.nc")))
    workspace.save(document, tmp_path / "link" / "a.haitang")
    assert json.loads((tmp_path / "real" / "a.haitang").read_text("utf-8"))["layers"][0]["source"] == "a.nc"


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_saving_through_a_link_keeps_the_link_and_the_permissions(tmp_path: Path):
    file, link = tmp_path / "a.haitang", tmp_path / "b.haitang"
    written(file).chmod(0o640)
    link.symlink_to(file)
    document = Document()
    document.set("document", "title", "new")
    workspace.save(document, link)
    assert link.is_symlink()
    assert workspace.load(file)["title"] == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_unknown_fields_survive_opening_and_saving(tmp_path: Path):
    layer = {"kind": "mesh", "id": "m", "sheen": 3, "style": {"glow": 1}}
    hologram = {"kind": "hologram", "id": "h", "waves": [1, 2]}
    file = written(tmp_path / "a.haitang", mood="calm", layers=[layer, hologram], camera={"tilt": 5})
    document = Document()
    workspace.open_into(document, file)
    document.set("document", "title", "new")
    workspace.save(document, file)
    kept = json.loads(file.read_text("utf-8"))
    assert (kept["mood"], kept["camera"]["tilt"], kept["title"]) == ("calm", 5, "new")
    assert (kept["layers"][0]["sheen"], kept["layers"][0]["style"]["glow"]) == (3, 1)
    assert kept["layers"][1]["waves"] == [1, 2]


# ------------------------------------------------------------------------ versions and accidents
def test_the_five_last_versions_are_kept_newest_first(tmp_path: Path):
    document, file = Document(), tmp_path / "a.haitang"
    for number in range(9):
        document.set("document", "title", f"{number}")
        workspace.save(document, file)
        os.utime(file, (1e9 + number, 1e9 + number))
    assert [workspace.load(version)["title"] for version in workspace.versions(file)] == ["7", "6", "5", "4", "3"]
    assert workspace.load(file)["title"] == "8"
    document.add(MeshLayer(source=str(tmp_path / "a.nc")))
    for _ in range(2):
        workspace.save(document, file)
    newest = workspace.versions(file)[0]
    assert workspace.load(newest, tmp_path)["layers"][0]["source"] == str(tmp_path / "a.nc")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.haitang.versions", "a.haitang"]


def test_a_full_disk_is_said_plainly_and_spoils_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    document, file = Document(), tmp_path / "a.haitang"
    sketch(document, count=3)
    workspace.save(document, file)
    before = file.read_bytes()
    document.set("document", "title", "new")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(SourceUnavailable, match="the disk is full"):
        workspace.save(document, file)
    assert file.read_bytes() == before
    assert document.dirty
    assert not list(tmp_path.glob("*.tmp"))


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="cannot be written"):
        workspace.save(Document(), tmp_path / "gone" / "a.haitang")


def test_what_a_killed_program_left_half_is_swept_away(tmp_path: Path):
    (tmp_path / ".a.haitang.99999.tmp").write_bytes(b"half")
    (tmp_path / ".b.haitang.99999.tmp").write_bytes(b"not ours")
    workspace.save(Document(), tmp_path / "a.haitang")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.haitang.99999.tmp", "a.haitang"]


def test_a_workspace_that_could_not_be_opened_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workspace, "LIMIT", 5000)
    document = Document()
    sketch(document, count=100)
    with pytest.raises(DataError, match="too large"):
        workspace.save(document, tmp_path / "a.haitang")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------ hostile files
def hostile() -> dict[str, bytes]:
    head = b'{"format":"haitang-workspace","version":1,'
    return {
        "empty": b"",
        "cut off": head + b'"layers":[{"kind":"mesh"',
        "not JSON": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "another encoding": head.decode().replace("calm", "").encode("utf-16"),
        "wrong bytes": head + b'"title":"\xff\xfe"}',
        "a list": b"[1,2,3]",
        "another format": b'{"format":"qgis","version":1}',
        "no version": b'{"format":"haitang-workspace"}',
        "version true": b'{"format":"haitang-workspace","version":true}',
        "version zero": b'{"format":"haitang-workspace","version":0}',
        "version text": b'{"format":"haitang-workspace","version":"1"}',
        "a newer version": b'{"format":"haitang-workspace","version":99}',
        "deep lists": head + b'"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "deep objects": head + b'"a":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
        "a hundred and one levels": head + b'"a":' + b"[" * 101 + b"]" * 101 + b"}",
        "NaN": head + b'"camera":{"x":NaN}}',
        "infinity": head + b'"camera":{"x":-Infinity}}',
        "a number beyond all": head + b'"camera":{"x":1e999}}',
        "a whole number of 9000 digits": head + b'"a":' + b"9" * 9000 + b"}",
        "layers as text": head + b'"layers":"all"}',
        "layers as object": head + b'"layers":{"a":1}}',
        "a layer that is a number": head + b'"layers":[7]}',
        "a layer without kind": head + b'"layers":[{"id":"a"}]}',
        "a source that is a number": head + b'"layers":[{"kind":"mesh","source":7}]}',
        "a source for programs only": head
        + b'"layers":[{"kind":"raster","source":"/vsicurl/http://a.example/b.tif"}]}',
        "an opacity of seven": head + b'"layers":[{"kind":"mesh","opacity":7}]}',
        "two layers with one id": head + b'"layers":[{"kind":"mesh","id":"a"},{"kind":"mesh","id":"a"}]}',
        "a style that is a list": head + b'"layers":[{"kind":"mesh","style":[]}]}',
        "features that are a list": head + b'"layers":[{"kind":"vector","source":"memory:","features":[1]}]}',
        "a theme that is text": head + b'"themes":{"a":"b"}}',
        "a scale of zero": head + b'"camera":{"scale":0}}',
        "a clock without sense": head + b'"clock":{"now":"tomorrow"}}',
        "a title that is a list": head + b'"title":[]}',
    }


@pytest.mark.parametrize("name", list(hostile()))
def test_a_hostile_file_gets_one_plain_error_that_names_it(tmp_path: Path, name: str):
    file = tmp_path / "a.haitang"
    file.write_bytes(hostile()[name])
    document = Document()
    sketch(document)
    before = document.to_dict()
    with pytest.raises(DataError) as caught:
        workspace.open_into(document, file)
    assert caught.value.where == str(file)
    assert len(str(caught.value)) < 400
    assert document.to_dict() == before


def test_a_file_of_200_megabytes_is_refused_without_being_read_whole(tmp_path: Path):
    file = tmp_path / "a.haitang"
    with file.open("wb") as opened:
        opened.write(b'{"format":"haitang-workspace","version":1,"layers":[')
        opened.truncate(200 * 2**20)
    with pytest.raises(DataError, match="too large"):
        workspace.load(file)


@pytest.mark.parametrize("place", ["gone.haitang", "."])
def test_a_path_that_is_no_file_is_said_plainly(tmp_path: Path, place: str):
    with pytest.raises(SourceUnavailable, match="no such file"):
        workspace.load(tmp_path / place)


def test_many_brackets_within_texts_are_no_depth(tmp_path: Path):
    file = written(tmp_path / "a.haitang", notes="[" * 5000 + '\\"{' * 300)
    assert workspace.load(file)["notes"].startswith("[[[")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    file = written(tmp_path / "a.haitang", title="海塘")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert workspace.load(file)["title"] == "海塘"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["mesh", "memory:"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
LAYER = st.dictionaries(
    st.sampled_from(["id", "kind", "name", "source", "style", "opacity", "features", "visible", "unknown", "x"]), VALUES
)
PARTS = st.sampled_from(["layers", "camera", "clock", "themes", "title", "notes", "unknown", "x"])


@given(st.dictionaries(PARTS, VALUES | st.lists(LAYER | VALUES, max_size=3)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_json_either_opens_or_is_one_plain_error(tmp_path: Path, data):
    file = written(tmp_path / "a.haitang", **data)
    document = Document()
    faults: list[DataError] = []
    try:
        workspace.open_into(document, file)
    except DataError as error:
        faults.append(error)
    assert all(fault.where == str(file) for fault in faults)
    if not faults:
        document.set("document", "title", "new")
        workspace.save(document, file)
        assert workspace.load(file)["title"] == "new"


# ------------------------------------------------------------------------ versions of the format
def test_there_is_a_migration_and_an_old_file_for_every_version():
    assert sorted(workspace.MIGRATIONS) == list(range(1, workspace.VERSION))
    assert sorted(file.stem for file in OLD.glob("*.haitang")) == [f"v{n}" for n in range(1, workspace.VERSION + 1)]


@pytest.mark.parametrize("file", sorted(OLD.glob("*.haitang")), ids=lambda file: file.stem)
def test_a_file_of_every_version_opens_with_all_it_held(file: Path):
    document = Document()
    workspace.open_into(document, file)
    assert [layer.kind for layer in document.layers] == ["vector", "mesh", "raster", "series"]
    assert document.title == "海塘示例"
    assert document.layers[1].opacity == 0.75
    assert document.layers[1].source == str(file.parent / "results" / "flood.nc")
    assert document.layers[0].features[1]["properties"] == {"名称": "一号水闸"}  # type: ignore[attr-defined]
    assert document.clock.to_dict()["now"] == "2026-08-01T06:20:00Z"
    assert (document.camera.crs, document.camera.scale) == ("EPSG:4549", 12.5)
    assert list(document.themes) == ["水深"]


def test_a_table_of_migrations_is_gone_through_one_number_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workspace, "VERSION", 3)
    monkeypatch.setattr(
        workspace, "MIGRATIONS",
        {1: lambda data: {**data, "trace": ["1"]}, 2: lambda data: {**data, "trace": [*data["trace"], "2"]}},
    )  # fmt: skip
    data = {"format": "haitang-workspace", "version": 1, "title": "old"}
    assert workspace.migrated(data, "a") == {"title": "old", "trace": ["1", "2"]}
    assert workspace.migrated({**data, "version": 3}, "a") == {"title": "old"}
