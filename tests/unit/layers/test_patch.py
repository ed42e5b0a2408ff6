"""A block of the file with the edits in it is what a fresh read of the edited file would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import layers.patch
from layers.changesets import WorkingCopy, changed_ids
from layers.copying import make_copy
from layers.extent import Extent
from layers.figure import read_figure, shifted, to_wkb
from layers.patch import Patch
from layers.rows import BASE, NewRow
from layers.saving import save_as
from layers.sources.asking import answered
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest
from tests.unit.layers.vector_files import vector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def edited(tmp_path: Path) -> tuple[WorkingCopy, Path, Patch]:
    folder = tmp_path / "copy"
    folder.mkdir()
    make_copy(str(vector(tmp_path / "a.gpkg")), "a", folder)
    copy = WorkingCopy(folder)
    row = copy.rows([2])[2]
    figure = shifted(read_figure(row.geometry or b""), 300, 0)
    changeset = copy.changeset({
        2: NewRow({"name": None}, to_wkb(figure), moves=True),
        4: None,
        9: NewRow({"name": "新", "value": 7.5}, row.geometry, moves=True),
    })  # fmt: skip
    copy.apply(changeset)
    return copy, folder, Patch.of(copy, changed_ids(changeset))


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"columns": ()},
        {"geometry": False},
        {"ids": (2, 4, 5, 9)},
        {"where": "value > 1"},
        {"where": "name IS NULL", "flat": True},
        {"flat": True},
        {"box": Extent(600_300, 3_400_000, 600_330, 3_400_001)},
    ],
)
def test_a_patched_block_is_that_of_the_saved_file(edited, tmp_path, monkeypatch, few, asked):
    copy, folder, patch = edited
    monkeypatch.setattr(layers.patch, "FEW", few)
    save_as(folder, str(tmp_path / "saved.gpkg"))
    request = FeatureRequest("a", **asked)
    with_base, saved = open_source(str(folder / BASE)), open_source(str(tmp_path / "saved.gpkg"))
    found, hoped = patch.applied(answered(with_base, request), request), answered(saved, request)
    order = np.argsort(hoped.ids)
    assert found.ids.tolist() == hoped.ids[order].tolist()
    for name, values in hoped.columns.items():
        assert [str(v) for v in found.columns[name]] == [str(values[n]) for n in order]
    if hoped.geometry is not None:
        assert len(found.geometry) == len(hoped.geometry)
        assert sorted(found.geometry.xy.tolist()) == sorted(hoped.geometry.xy.tolist())
    copy.close()
    with_base.close()
    saved.close()
