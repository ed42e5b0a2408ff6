"""XDMF results, held against h5py and the XML read directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from layers.sources.source import TopologyRequest
from tests.realdata import real_data
from tests.unit.layers.model_files import hurt, opened, refused, same, values

if TYPE_CHECKING:
    from pathlib import Path

ITEM = '<DataItem Dimensions="{shape}" Format="HDF">a.h5:{name}</DataItem>'
GRID = """<Grid GridType="Uniform"><Time Value="{time}"/>
<Topology Reference="/Xdmf/Domain/Topology[1]"/><Geometry Reference="/Xdmf/Domain/Geometry[1]"/>
<Attribute AttributeType="Scalar" Name="depth" Center="Cell"><DataItem ItemType="Function" Function="{function}">
<DataItem ItemType="HyperSlab" Dimensions="3"><DataItem Format="XML">{step} 0 1 1 1 3</DataItem>
{whole}</DataItem></DataItem></Attribute></Grid>"""


def written(folder: Path, function: str = "$0 + 2*$0", topology: str = "", prolog: str = "") -> Path:
    """A mesh of a triangle, a quadrilateral and a pentagon with two steps in one table."""
    with h5py.File(folder / "a.h5", "w") as file:
        file["xy"] = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [2, 0], [2, 1], [0.5, 2.0]])
        file["mixed"] = np.array([4, 2, 3, 6, 5, 1, 4, 5, 2, 3, 5, 0, 1, 2, 6, 3])
        file["all"] = np.arange(6.0).reshape(2, 3)
    topology = topology or '<Topology TopologyType="Mixed">' + ITEM.format(shape=16, name="mixed") + "</Topology>"
    geometry = '<Geometry GeometryType="XY">' + ITEM.format(shape="7 2", name="/xy") + "</Geometry>"
    whole = ITEM.format(shape="2 3", name="all")
    grids = "".join(GRID.format(time=10 * step, step=step, function=function, whole=whole) for step in range(2))
    path = folder / "a.xdmf"
    domain = f"{topology}{geometry}<Grid GridType='Collection'>{grids}</Grid>"
    path.write_text(f"{prolog}<Xdmf Version='2.0'><Domain>{domain}</Domain></Xdmf>")
    return path


@pytest.mark.real_data
def test_a_basement_result_agrees_with_h5py_at_every_step():
    source, layer = opened(real_data("mesh/xdmf/SimpleChannel.xdmf"))
    assert layer.counts == {"nodes": 54, "faces": 77}
    assert layer.bounds is not None
    assert layer.bounds.to_list() == [0, 0, 20, 5]
    assert layer.time is not None
    assert layer.time.to_info()["end"] == "PT100S"
    assert [(v.name, v.location, v.steps, v.vector) for v in layer.variables] == [
        ("water_surface", "face", 11, False),
        ("bottom_elevation", "face", 11, False),
        ("spec_discharge", "face", 11, True),
    ]
    with h5py.File(real_data("mesh/xdmf/SimpleChannel_results.h5"), locking=False) as file:
        tables: Any = {name: one[...] for name, one in file["RESULTS/CellsAll/HydState"].items()}  # type: ignore[union-attr]
    for step in range(11):
        held = tables[f"{step:07d}"]
        same(values(source, "water_surface", step), held[:, 0])
        same(values(source, "spec_discharge", step), held[:, 1:])
    mesh: Any = source.read(TopologyRequest(""))
    assert np.diff(mesh.face_offsets).tolist() == [3] * 77
    source.close()
    assert "Open the .xdmf" in refused(real_data("mesh/xdmf/SimpleChannel_results.h5"))


def test_mixed_elements_slabs_of_one_table_and_sums_are_read(tmp_path: Path):
    source, layer = opened(written(tmp_path))
    assert layer.counts == {"nodes": 7, "faces": 3}
    mesh: Any = source.read(TopologyRequest(""))
    assert np.diff(mesh.face_offsets).tolist() == [3, 4, 5]
    same(values(source, "depth", 1), [9, 12, 15])
    source.close()


@pytest.mark.parametrize(
    ("function", "topology", "prolog", "said"),
    [
        ("__import__('os')", "", "", "Function"),
        ("$7", "", "", "Function"),
        ("$0", '<Topology TopologyType="3DCoRectMesh"/>', "", "Topology"),
        (
            "$0",
            '<Topology TopologyType="Triangle"><DataItem Format="XML">0 1 99</DataItem></Topology>',
            "",
            "names node",
        ),
        ("$0", '<Topology Reference="/Xdmf/Domain/Topology[1]"/>', "", "Topology"),
        ("$0", "", '<!DOCTYPE x [<!ENTITY a "b">]>', "entities"),
        ("$0", '<Topology TopologyType="Mixed"><DataItem Format="HDF">../b.h5:x</DataItem></Topology>', "", "b.h5"),
        ("$0", '<Topology TopologyType="Mixed"><DataItem Format="HDF">b.h5:x</DataItem></Topology>', "", "not beside"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, function: str, topology: str, prolog: str, said: str):
    (tmp_path / "in").mkdir()
    assert said in refused(written(tmp_path / "in", function, topology, prolog))


def test_damaged_copies_are_one_sentence_or_open(tmp_path: Path):
    path = written(tmp_path)
    for number, copy in enumerate(hurt(tmp_path, path)):
        (copy.parent / "a.h5").write_bytes((tmp_path / "a.h5").read_bytes()[: None if number % 2 else 3000])
        refused(copy)
