"""A FLO-2D project, held against its text files and h5py read directly."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from layers.sources.open import open_folder
from layers.sources.source import TopologyRequest
from tests.realdata import real_data
from tests.unit.layers.model_files import hurt, opened, refused, same, values

if TYPE_CHECKING:
    from pathlib import Path

HDF = "TIMDEP NETCDF OUTPUT RESULTS"
LEVEL = "Floodplain Water Surface Elevation"


def numbers(name: str, column: int) -> np.ndarray:
    """A column of a text file of the project."""
    rows = [line.split() for line in real_data(f"mesh/flo2d/{name}").read_text().splitlines()]
    return np.array([float(row[column]) for row in rows])


def small(folder: Path) -> Path:
    """A project of four cells with three steps."""
    (folder / "CADPTS.DAT").write_text("1 0 0\n2 10 0\n3 0 10\n4 10 10\n")
    (folder / "FPLAIN.DAT").write_text("".join(f"{n} 0 0 0 0 0.05 {100 + n}\n" for n in range(1, 5)))
    (folder / "CONT.DAT").write_text("   2.000   0.100    2    1    0\n")
    steps = ""
    for step in range(3):
        steps += f"     {step / 10:.3f}\n"
        steps += "".join(f"{n:9d} {step + n / 10:11.3f} 1.000 0.600 -0.800 {100 + n + step:.3f}\n" for n in range(1, 5))
    (folder / "TIMDEP.OUT").write_text(steps)
    return folder / "TIMDEP.OUT"


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["TIMDEP.HDF5", "CADPTS.DAT", "BASE.OUT", "DEPTH.OUT"])
def test_any_main_file_opens_the_project_with_its_facts(name: str):
    _, layer = opened(real_data(f"mesh/flo2d/{name}"))
    assert layer.counts == {"nodes": 571, "faces": 521}
    assert layer.bounds is not None
    assert layer.bounds.to_list() == [-50, -50, 1650, 3150]
    assert layer.time is not None
    assert len(layer.time) == 20
    assert "depth_is_level" in {w.code for w in layer.warnings}


@pytest.mark.real_data
def test_results_of_a_project_agree_with_h5py_and_its_text_files():
    path = real_data("mesh/flo2d/TIMDEP.HDF5")
    with h5py.File(path, locking=False) as file:
        held: Any = {name: file[f"{HDF}/{name}/Values"][...] for name in ("Velocity", LEVEL, "FLOW DEPTH")}  # type: ignore[index]
    source, layer = opened(path)
    for step in (0, 9, 19):
        same(values(source, "Velocity", step), held["Velocity"][step])
        same(values(source, LEVEL, step), held[LEVEL][step])
        over = np.maximum(held[LEVEL][step] - numbers("FPLAIN.DAT", 6), 0)
        same(values(source, "Depth over ground", step), over)
    same(values(source, "Maximum depth"), numbers("DEPTH.OUT", 3))
    same(values(source, "Time to peak"), numbers("TIMETOPEAK.OUT", 3))
    mesh: Any = source.read(TopologyRequest(""))
    middle = mesh.node_x[mesh.face_nodes].reshape(-1, 4).mean(axis=1)
    np.testing.assert_allclose(middle, numbers("CADPTS.DAT", 1), atol=1e-9)
    assert {v.units for v in layer.variables if v.standard_name == "water_depth"} == {"ft"}
    source.close()


@pytest.mark.real_data
def test_steps_of_text_output_are_those_of_its_lines(tmp_path: Path):
    for name in ("CADPTS.DAT", "FPLAIN.DAT"):
        shutil.copy(real_data(f"mesh/flo2d/{name}"), tmp_path / name)
    shutil.copy(real_data("mesh/flo2d/TXT_TIMEDEP/TIMDEP.OUT"), tmp_path / "TIMDEP.OUT")
    source, layer = opened(tmp_path / "TIMDEP.OUT")
    lines = real_data("mesh/flo2d/TXT_TIMEDEP/TIMDEP.OUT").read_text().splitlines()
    at = [number for number, line in enumerate(lines) if len(line.split()) == 1]
    assert layer.time is not None
    assert (len(layer.time), layer.time.to_info()["end"]) == (len(at), "PT7200S")
    assert "units_missing" in {w.code for w in layer.warnings}
    for step in (0, 11, 20):
        rows = np.array([[float(word) for word in line.split()] for line in lines[at[step] + 1 : at[step] + 522]])
        same(values(source, "FLOW DEPTH", step), rows[:, 1])
        same(values(source, "Velocity", step), rows[:, 3:5])
        same(values(source, LEVEL, step), rows[:, 5])


def test_a_depth_that_is_one_stays_a_depth_and_units_come_from_the_switch(tmp_path: Path):
    source, layer = opened(small(tmp_path))
    depth = layer.variable("FLOW DEPTH")
    assert depth is not None
    assert (depth.standard_name, depth.units, depth.steps) == ("water_depth", "m", 3)
    same(values(source, "FLOW DEPTH", 2), [2.1, 2.2, 2.3, 2.4])
    assert "depth_is_level" not in {w.code for w in layer.warnings}


def test_a_folder_lists_a_project_once(tmp_path: Path):
    small(tmp_path)
    (tmp_path / "BASE.OUT").write_text("run\n")
    assert [name.rsplit("/", 1)[-1] for name in open_folder(str(tmp_path))] == ["TIMDEP.OUT"]


def test_a_project_without_its_grid_says_what_is_missing(tmp_path: Path):
    path = small(tmp_path)
    (tmp_path / "CADPTS.DAT").unlink()
    assert "neither CADPTS.DAT nor TOPO.DAT" in refused(path)
    (tmp_path / "CADPTS.DAT").write_text("1 0 0\n2 10 0\n3 0 7\n4 10 10\n")
    assert "CADPTS.DAT" in refused(path)


@pytest.mark.parametrize("name", ["TIMDEP.OUT", "CADPTS.DAT"])
def test_damaged_copies_are_one_sentence_or_open(tmp_path: Path, name: str):
    small(tmp_path)
    for copy in hurt(tmp_path, tmp_path / name):
        for other in ("CADPTS.DAT", "TIMDEP.OUT", "FPLAIN.DAT"):
            if other != name:
                shutil.copy(tmp_path / other, copy.parent)
        refused(copy)
