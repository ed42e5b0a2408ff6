"""Hashes of files and of the files that are read with them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from app.core.hashes import file_hash, parts_of
from layers.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_hash_of_a_file_is_that_of_any_other_program(tmp_path: Path):
    path = tmp_path / "a.nc"
    path.write_bytes(b"water" * 500_000)
    assert file_hash(path) == hashlib.sha256(b"water" * 500_000).hexdigest()


@pytest.mark.parametrize(
    ("name", "side"), [("a.shp", "a.dbf"), ("a.shp", "a.SHX"), ("a.tif", "a.tfw"), ("a.gpkg", "a.gpkg-wal")]
)
def test_what_is_read_with_a_file_counts(tmp_path: Path, name: str, side: str):
    path = tmp_path / name
    path.write_bytes(b"1")
    alone = file_hash(path)
    (tmp_path / side).write_bytes(b"2")
    assert [p.name.lower() for p in parts_of(path)] == [name, side.lower()]
    assert file_hash(path) != alone


def test_a_neighbour_that_is_not_read_does_not_count(tmp_path: Path):
    path = tmp_path / "a.nc"
    path.write_bytes(b"1")
    alone = file_hash(path)
    (tmp_path / "a.prj").write_bytes(b"2")
    assert file_hash(path) == alone


def test_a_file_that_is_gone_is_named(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        file_hash(tmp_path / "gone.tif")
    assert caught.value.where.endswith("gone.tif")
