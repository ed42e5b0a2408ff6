from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import DataError
from layers.sources.connectivity import Faces, anticlockwise, faces_of, signed_areas
from layers.sources.source import SeriesBlock, SeriesRequest, Topology, TopologyRequest, Values, ValuesRequest
from tests.unit.layers.netcdf_files import (
    AREA,
    NODE_X,
    NODE_Y,
    TRIANGLES,
    codes,
    made,
    mesh,
    opened,
    variable,
)

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import DataSource

BIG = 2_147_483_647


def topology_of(source: DataSource, layer: str = "mesh") -> Topology:
    """Nodes and faces."""
    found = source.read(TopologyRequest(layer))
    assert isinstance(found, Topology)
    return found


def areas(topology: Topology) -> np.ndarray:
    """Signed areas of the faces."""
    return signed_areas(topology.node_x, topology.node_y, Faces(topology.face_offsets, topology.face_nodes))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    ("table", "start", "fill", "dtype"),
    [
        (TRIANGLES, 0, -1, "i4"),
        (TRIANGLES + (TRIANGLES >= 0), 1, -1, "i4"),
        (np.where(TRIANGLES < 0, -999, TRIANGLES), 0, -999, "i4"),
        (np.where(TRIANGLES < 0, -999, TRIANGLES + 1), 1, -999, "i8"),
        (np.where(TRIANGLES < 0, 0, TRIANGLES + 1), 1, BIG, "i4"),
        (np.where(TRIANGLES < 0, np.nan, TRIANGLES + 1), 1, np.nan, "f8"),
        (np.where(TRIANGLES < 0, 9.96920996838687e36, TRIANGLES), 0, 9.96920996838687e36, "f8"),
        (np.where(TRIANGLES < 0, TRIANGLES[:, :1], TRIANGLES), 0, -1, "i4"),
        (np.where(TRIANGLES < 0, TRIANGLES[:, 2:3], TRIANGLES), 0, -1, "i4"),
        (np.where(TRIANGLES < 0, -1, TRIANGLES + 1), None, -1, "i4"),
    ],
    ids=["zero", "one", "-999", "-999 one", "0 as padding", "nan", "default fill", "closed", "repeated", "unsaid one"],
)
def test_every_way_to_write_the_same_faces_gives_the_same_area(
    tmp_path: Path, table: Any, start: int | None, fill: Any, dtype: str, transposed: bool
):
    source, layer = opened(mesh(tmp_path / "m.nc", table, start, fill, dtype, transposed=transposed))
    topology = topology_of(source)
    assert np.diff(topology.face_offsets).tolist() == [3, 4, 3]
    assert areas(topology).sum() == pytest.approx(AREA)
    assert (areas(topology) > 0).all()
    assert layer.counts == {"nodes": 6, "faces": 3}
    assert topology.face_nodes.dtype == np.int32
    assert topology.face_offsets.dtype == np.int64


def test_classic_files_hold_meshes_too(tmp_path: Path):
    source, _ = opened(mesh(tmp_path / "m.nc", form="NETCDF3_64BIT_OFFSET"))
    assert areas(topology_of(source)).sum() == pytest.approx(AREA)


def test_clockwise_faces_are_turned_and_keep_their_first_node(tmp_path: Path):
    source, _ = opened(mesh(tmp_path / "m.nc", np.array([[0, 4, 1, -1], [1, 4, 5, 2], [3, 0, 4, -1]])))
    topology = topology_of(source)
    assert topology.face_nodes.tolist() == [0, 1, 4, 1, 2, 5, 4, 3, 0, 4]


def test_a_node_that_does_not_exist_is_an_error_that_names_it(tmp_path: Path):
    broken = TRIANGLES.copy()
    broken[1, 2] = 6
    source, _ = opened(mesh(tmp_path / "m.nc", broken))
    with pytest.raises(DataError, match=r"faces names node 6, but there are only 6 nodes \(counted from 0\)"):
        topology_of(source)


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("face_node_connectivity", "nowhere", "names nowhere as its face_node_connectivity"),
        ("face_node_connectivity", None, "does not name its face_node_connectivity"),
        ("node_coordinates", "nx lost", "names lost as its node_coordinates"),
        ("node_coordinates", None, "does not name its node_coordinates"),
    ],
)
def test_a_topology_that_lacks_a_piece_is_refused_and_the_piece_named(
    tmp_path: Path, attribute: str, value: str | None, words: str
):
    import netCDF4

    path = mesh(tmp_path / "m.nc")
    with netCDF4.Dataset(str(path), "a") as file:
        if value is None:
            file["mesh"].delncattr(attribute)
        else:
            file["mesh"].setncattr(attribute, value)
    with pytest.raises(DataError, match=words):
        opened(path)


def test_values_are_float32_with_nan_for_fills_and_series_agree_with_them(tmp_path: Path):
    data = np.array([[0.5, -999.0, 1.5], [2.5, 3.5, -999.0]])
    source, layer = opened(mesh(tmp_path / "m.nc", values=data))
    steps = []
    for step in (0, 1):
        found = source.read(ValuesRequest("mesh", "depth", step))
        assert isinstance(found, Values)
        assert found.location == "face"
        assert found.values.dtype == np.float32
        steps.append(found.values)
    assert np.array_equal(np.stack(steps), np.where(data < 0, np.nan, data), equal_nan=True)
    series = source.read(SeriesRequest("mesh", "depth", (2, 0)))
    assert isinstance(series, SeriesBlock)
    assert np.array_equal(series.values, np.stack(steps)[:, [2, 0]], equal_nan=True)
    assert layer.variables[0].units == "m"
    with pytest.raises(DataError, match="step 2 does not exist"):
        source.read(ValuesRequest("mesh", "depth", 2))


def test_nodes_edges_layers_and_vectors_are_described(tmp_path: Path):
    import netCDF4

    path = mesh(tmp_path / "m.nc")
    with netCDF4.Dataset(str(path), "a") as file:
        file.set_auto_maskandscale(False)
        file.createDimension("edge", 7)
        file.createDimension("two", 2)
        file.createDimension("layer", 2)
        table = np.array([[1, 2], [2, 3], [4, 5], [5, 6], [1, 4], [2, 5], [3, 6]])
        variable(file, "edges", "i4", ("edge", "two"), table, start_index=np.int32(1))
        file["mesh"].edge_node_connectivity = "edges"
        variable(file, "bed", "f8", ("node",), np.arange(6.0), standard_name="altitude", units="m NAP", mesh="mesh")
        variable(file, "q", "f4", ("time", "edge"), np.zeros((2, 7)), mesh="mesh", location="edge")
        variable(file, "sigma", "f8", ("layer",), [-0.75, -0.25], positive="up")
        for name, sign in (("ucx", 1), ("ucy", -1)):
            values = np.arange(12.0).reshape(2, 3, 2) * sign
            variable(file, name, "f4", ("time", "face", "layer"), values, mesh="mesh", units="m s-1")
    source, layer = opened(path)
    assert layer.counts == {"nodes": 6, "faces": 3, "edges": 7}
    assert layer.vdatum == "NAP"
    found = {one.name: (one.location, one.levels, one.vector) for one in layer.variables}
    assert found["bed"] == ("node", 1, False)
    assert found["q"] == ("edge", 1, False)
    assert found["ucx_ucy"] == ("face", 2, True)
    topology = topology_of(source)
    assert topology.edge_nodes is not None
    assert topology.edge_nodes[-1].tolist() == [2, 5]
    assert topology.node_z is not None
    assert topology.node_z.tolist() == [0, 1, 2, 3, 4, 5]
    vector = source.read(ValuesRequest("mesh", "ucx_ucy", 1, 1))
    assert isinstance(vector, Values)
    assert vector.values.tolist() == [[7, -7], [9, -9], [11, -11]]
    series = source.read(SeriesRequest("mesh", "ucx_ucy", (0,), level=1))
    assert isinstance(series, SeriesBlock)
    assert np.allclose(series.values[:, 0], np.hypot([1, 7], [1, 7]))
    assert layer.extra["levels"]["ucx"][0]["values"] == [-0.75, -0.25]


def test_a_network_beside_a_mesh_is_named_as_left_out(tmp_path: Path):
    import netCDF4

    path = mesh(tmp_path / "m.nc")
    with netCDF4.Dataset(str(path), "a") as file:
        file.createDimension("n1", 2)
        about = {"node_coordinates": "ax ay", "edge_node_connectivity": "ae", "topology_dimension": np.int32(1)}
        variable(file, "network", "i4", (), 0, cf_role="mesh_topology", **about)
        variable(file, "level1d", "f4", ("time", "n1"), np.zeros((2, 2)), mesh="network", location="node")
    described = opened(path)[0].describe()
    assert [one.code for one in described.warnings] == ["topology_skipped"]
    assert len(described.layers) == 1
    assert described.extra["left_out"] == ["level1d"]


def test_blocks_that_span_steps_are_warned_of_and_still_read_right(tmp_path: Path):
    count = 400_000
    with made(tmp_path / "m.nc") as file:
        for name, size in (("node", 3), ("face", count), ("wide", 3), ("time", 8)):
            file.createDimension(name, size)
        variable(file, "time", "f8", ("time",), np.arange(8.0), units="hours since 2020-01-01")
        about = {"node_coordinates": "nx ny", "face_node_connectivity": "faces"}
        variable(file, "mesh", "i4", (), 0, cf_role="mesh_topology", topology_dimension=np.int32(2), **about)
        variable(file, "nx", "f8", ("node",), [0.0, 1.0, 0.0])
        variable(file, "ny", "f8", ("node",), [0.0, 0.0, 1.0])
        variable(file, "faces", "i4", ("face", "wide"), np.tile([0, 1, 2], (count, 1)), chunksizes=(count, 3))
        data = np.repeat(np.arange(8.0), count).reshape(8, count)
        variable(file, "h", "f4", ("time", "face"), data, chunksizes=(8, 50_000))
    source, layer = opened(tmp_path / "m.nc")
    assert "slow_chunks" in codes(layer)
    for step in (7, 0, 3):
        found = source.read(ValuesRequest("mesh", "h", step))
        assert isinstance(found, Values)
        assert (found.values == step).all()


@given(st.lists(st.integers(3, 6), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_turning_faces_never_changes_their_area(sizes: list[int], chance: Any):
    x, y, rows = [], [], []
    for number, size in enumerate(sizes):
        angles = np.sort([2 * np.pi * (k + chance.random() * 0.8) / size for k in range(size)])
        nodes = list(range(len(x), len(x) + size))
        x += (np.cos(angles) + 3 * number + 400_000).tolist()
        y += (np.sin(angles) + 3_400_000).tolist()
        rows.append(nodes if chance.random() < 0.5 else nodes[::-1])
    table = np.full((len(rows), 6), -1)
    for row, nodes in enumerate(rows):
        table[row, : len(nodes)] = nodes
    faces = faces_of(table, table >= 0)
    before = signed_areas(np.array(x), np.array(y), faces)
    after = signed_areas(np.array(x), np.array(y), anticlockwise(np.array(x), np.array(y), faces))
    assert np.allclose(np.abs(before), after)
    assert (after > 0).all()


def test_faces_without_nodes_have_no_area():
    faces = faces_of(np.array([[0, 1, 4], [-1, -1, -1], [3, 0, 4]]), np.array([[True] * 3, [False] * 3, [True] * 3]))
    assert signed_areas(NODE_X, NODE_Y, faces).tolist() == [0.5, 0.0, 0.5]
