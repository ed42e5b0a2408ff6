"""Descriptions kept: found while a file is what it was, and never afterwards."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from layers.sources import known
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest
from tests.unit.layers.vector_files import SQUARES, vector

OLD = time.time() - 3600


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(known, "YOUNG_S", -1.0)  # what a test writes is always young
    known.use(tmp_path / "cache")
    path = vector(tmp_path / "gauges.gpkg")
    age(path)
    yield path
    known.use(None)


def age(path, seconds: float = 0.0) -> None:
    os.utime(path, (OLD + seconds, OLD + seconds))


def looked_at(path):
    source = open_source(str(path))
    try:
        return source.describe()
    finally:
        source.close()


def test_a_file_that_did_not_change_is_described_as_it_was(file):
    assert known.find(str(file)) is None
    seen = looked_at(file)
    known.keep(str(file), seen)
    assert known.find(str(file)) == seen


@pytest.mark.parametrize("change", ["content", "time", "beside", "other name"])
def test_whatever_changes_the_file_is_looked_at_anew(file, change):
    known.keep(str(file), looked_at(file))
    if change == "content":
        file.unlink()
        vector(file, SQUARES[:4], {"value": np.arange(4.0)})
        age(file)
    elif change == "time":
        age(file, 1)
    elif change == "beside":
        beside = file.with_name("gauges.qpj")
        beside.write_text("x")
        age(beside)
    else:
        file = file.rename(file.with_name("other.gpkg"))
    assert known.find(str(file)) is None


def test_a_file_written_a_moment_ago_is_not_trusted(file, monkeypatch):
    monkeypatch.setattr(known, "YOUNG_S", 3.0)
    known.keep(str(file), looked_at(file))
    assert known.find(str(file)) is None
    assert not list((file.parent / "cache").glob("*"))


@pytest.mark.parametrize("damage", [b"", b"\xff" * 40, None])
def test_a_damaged_copy_counts_as_none(file, damage):
    known.keep(str(file), looked_at(file))
    (place,) = (file.parent / "cache").iterdir()
    place.write_bytes(place.read_bytes()[:-30] if damage is None else damage)
    assert known.find(str(file)) is None


def test_a_source_that_is_told_what_it_holds_reads_the_same_features(file):
    seen = looked_at(file)
    told, fresh = open_source(str(file)), open_source(str(file))
    told.recall(seen)
    request = FeatureRequest(seen.layers[0].key)
    assert told.describe() is seen
    assert (told.read(request).geometry.xy == fresh.read(request).geometry.xy).all()
    assert told.read(request).columns.keys() == fresh.read(request).columns.keys()


def test_only_so_many_are_kept_and_the_oldest_go_first(file, monkeypatch):
    monkeypatch.setattr(known, "COUNT", 2)
    seen = looked_at(file)
    for number in range(4):
        age(file, number)
        known.keep(str(file), seen)
        for place in (file.parent / "cache").iterdir():
            os.utime(place, (place.stat().st_mtime - 10,) * 2)
    assert known.find(str(file)) is not None
    assert len(list((file.parent / "cache").iterdir())) == 2
