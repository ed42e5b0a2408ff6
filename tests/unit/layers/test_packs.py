"""Packs and the index of boxes: the same features as in the file, made once, made anew when the file changes."""

from __future__ import annotations

import os

import numpy as np
import pytest

from layers.box_index import box_index
from layers.errors import DataError
from layers.extent import Extent
from layers.geometry import POLYGON, Geometry
from layers.sources import packs, vector_file, wire
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.sources.vector_writer import write_features


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_file, "PACKED_FROM", 10)
    packs.use(tmp_path / "packs")
    yield tmp_path / "packs"
    packs.use(None)


def squares(count, size=2.0):
    """Squares of which every third has a hole, in a row at Shanghai."""
    xy, rings, parts = [], [0], [0]
    for n in range(count):
        for grown in (size, size / 4) if n % 3 == 0 else (size,):
            corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], float) * grown
            xy.append(corner + np.array([5e5 + 10 * n, 3.4e6]))
            rings.append(rings[-1] + 5)
        parts.append(len(rings) - 1)
    every = np.arange(count + 1)
    shape = Geometry(np.concatenate(xy), np.array(rings), np.array(parts), every, np.full(count, POLYGON, np.uint8))
    return FeatureBlock(every[:-1], shape, {"n": np.arange(count)})


@pytest.mark.parametrize("suffix", ["gpkg", "fgb"])
def test_a_layer_from_its_pack_is_the_layer_in_the_file(tmp_path, kept, suffix):
    path = tmp_path / f"squares.{suffix}"
    write_features(path, squares(40), crs="EPSG:4549")
    source = vector_file.open(str(path))
    key = source.describe().layers[0].key
    packed = source.read(FeatureRequest(key))
    packs.use(None)
    plain = vector_file.open(str(path)).read(FeatureRequest(key))
    assert packed.measured is not None
    assert plain.measured is None
    assert np.array_equal(packed.ids, plain.ids)
    for name in ("xy", "rings", "parts", "features", "types"):
        assert np.array_equal(getattr(packed.geometry, name), getattr(plain.geometry, name))
    assert list(packed.columns["n"]) == list(plain.columns["n"])
    holed = np.bincount(packed.geometry.parts[1:] - packed.geometry.parts[:-1])[2]
    assert np.count_nonzero(np.isclose(packed.measured.areas, 15.0)) == holed == 14
    assert np.count_nonzero(np.isclose(packed.measured.areas, 16.0)) == 26


def test_a_pack_is_made_once_and_anew_when_the_file_has_changed(tmp_path, kept):
    path = tmp_path / "squares.gpkg"
    write_features(path, squares(20), crs="EPSG:4549")
    first = vector_file.open(str(path)).read(FeatureRequest("squares", columns=()))
    made = [p.name for p in kept.iterdir()]
    again = vector_file.open(str(path)).read(FeatureRequest("squares", columns=()))
    assert [p.name for p in kept.iterdir()] == made
    assert len(first.ids) == len(again.ids) == 20
    path.unlink()
    write_features(path, squares(30), crs="EPSG:4549")
    os.utime(path, ns=(1, 1))
    assert len(vector_file.open(str(path)).read(FeatureRequest("squares", columns=())).ids) == 30
    assert not [p for p in tmp_path.iterdir() if p.name not in ("squares.gpkg", "packs")]


def test_a_damaged_pack_is_made_anew(tmp_path, kept):
    path = tmp_path / "squares.gpkg"
    write_features(path, squares(20), crs="EPSG:4549")
    vector_file.open(str(path)).read(FeatureRequest("squares", columns=()))
    place = next(kept.iterdir())
    (place / "xy.bin").write_bytes(b"short")
    found = vector_file.open(str(path)).read(FeatureRequest("squares", columns=()))
    assert len(found.geometry.xy) == (20 + 7) * 5


def test_a_pack_passes_between_processes_by_name_and_no_other_file_does(tmp_path, kept):
    path = tmp_path / "squares.gpkg"
    write_features(path, squares(2000), crs="EPSG:4549")
    block = vector_file.open(str(path)).read(FeatureRequest("squares", columns=()))
    message = wire.encode(block)
    assert sum(memoryview(part).nbytes for part in message) < 4000
    arrived = wire.decode(message)
    assert np.array_equal(arrived.geometry.xy, block.geometry.xy)
    assert arrived.measured.index.touching(5e5 + 95, 3.4e6 - 1, 5e5 + 105, 3.4e6 + 1).tolist() == [10]
    for place in ("../secret.bin", "a/../../secret.bin", "a/b", "/etc/passwd"):
        with pytest.raises(DataError):
            packs.mapped(place, np.dtype("u1"), (1,))


def test_parts_of_a_layer_are_read_from_the_file_itself(tmp_path, kept):
    path = tmp_path / "squares.gpkg"
    write_features(path, squares(20), crs="EPSG:4549")
    box = Extent(5e5 + 45, 3.4e6 - 5, 5e5 + 65, 3.4e6 + 5)
    found = vector_file.open(str(path)).read(FeatureRequest("squares", box=box))
    assert len(found.ids) == 2
    assert not kept.exists()


@pytest.mark.parametrize("count", [0, 1, 16, 17, 5000])
def test_the_index_finds_what_a_look_at_every_box_finds(count):
    rng = np.random.default_rng(count)
    low = rng.uniform(0, 1000, (count, 2)) + np.array([5e5, 3.4e6])
    boxes = np.concatenate([low, low + rng.uniform(0, 9, (count, 2))], axis=1)
    boxes[::7] = [np.inf, np.inf, -np.inf, -np.inf]
    index = box_index(boxes)
    for _ in range(20):
        x, y = rng.uniform(0, 1000, 2) + np.array([5e5, 3.4e6])
        asked = (x, y, x + 60, y + 90)
        touch = (boxes[:, 0] <= asked[2]) & (boxes[:, 2] >= asked[0])
        touch &= (boxes[:, 1] <= asked[3]) & (boxes[:, 3] >= asked[1])
        found = index.touching(*asked)
        assert np.isin(np.flatnonzero(touch), found).all()
        # Boxes are rounded outwards to float32: 0.25 m at a northing of 3.4e6 m.
        near = (boxes[found, 0] <= asked[2] + 0.5) & (boxes[found, 2] >= asked[0] - 0.5)
        assert near.all()
        assert (np.diff(found) > 0).all()
