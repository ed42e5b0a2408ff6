"""TELEMAC results, held against the bytes read with struct and numpy."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.sources.source import SeriesRequest, StatisticsRequest, TopologyRequest
from tests.realdata import real_data
from tests.unit.layers.model_files import hurt, opened, refused, same, selafin, values

if TYPE_CHECKING:
    from pathlib import Path


def records(path: Path) -> list[bytes]:
    """All Fortran records of a big-endian file."""
    content, at, found = path.read_bytes(), 0, []
    while at < len(content):
        (length,) = struct.unpack_from(">i", content, at)
        found.append(content[at + 4 : at + 4 + length])
        at += length + 8
    return found


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "steps", "start", "end", "variables"),
    [
        ("example.slf", 1, "PT0S", "PT0S", [("BOTTOM", None)]),
        (
            "example_res_fr.slf",
            2,
            "1900-01-01T00:00:00",
            "1900-01-01T01:06:40",
            [("VITESSE U", "m/s"), ("VITESSE V", "m/s"), ("HAUTEUR D'EAU", "m"), ("SURFACE LIBRE", "m"), ("FOND", "m")],
        ),
    ],
)
def test_a_telemac_result_opens_with_its_facts_and_every_value_of_every_step(
    name: str, steps: int, start: str, end: str, variables: list[tuple[str, str | None]]
):
    path = real_data(f"mesh/selafin/{name}")
    source, layer = opened(path)
    assert layer.counts == {"nodes": 13541, "faces": 26000}
    assert layer.bounds is not None
    np.testing.assert_allclose(layer.bounds.to_list(), [536.472, -2343.54, 17763.07, 6837.79], rtol=1e-5)
    assert layer.time is not None
    facts = layer.time.to_info()
    assert (facts["steps"], facts["start"], facts["end"], facts["zone"]) == (steps, start, end, None)
    assert [(v.name, v.units) for v in layer.variables if not v.vector] == variables
    found = records(path)
    head = len(found) - steps * (1 + len(variables))
    for step in range(steps):
        for number, (variable, _) in enumerate(variables):
            same(
                values(source, variable, step),
                np.frombuffer(found[head + step * (1 + len(variables)) + 1 + number], ">f4"),
            )
    source.close()


@pytest.mark.real_data
def test_speed_of_the_malpasset_flood_is_a_vector_and_its_depth_is_known_as_depth():
    source, layer = opened(real_data("mesh/selafin/example_res_fr.slf"))
    vector = layer.variable("VITESSE")
    assert vector is not None
    assert (vector.vector, vector.components) == (True, ("VITESSE U", "VITESSE V"))
    same(values(source, "VITESSE", 1)[:, 1], values(source, "VITESSE V", 1))
    assert "date_default" in {w.code for w in layer.warnings}
    series: Any = source.read(SeriesRequest("mesh", "HAUTEUR D'EAU", (100, 7000)))
    same(series.values, [values(source, "HAUTEUR D'EAU", step)[[100, 7000]] for step in (0, 1)])
    said: Any = source.read(StatisticsRequest("mesh", "HAUTEUR D'EAU"))
    assert said.maximum == pytest.approx(max(values(source, "HAUTEUR D'EAU", s).max() for s in (0, 1)))


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("real", ["f4", "f8"])
def test_precision_and_byte_order_make_no_difference(tmp_path: Path, order: str, real: str):
    held = selafin(tmp_path / "a.slf", order=order, real=real, date=(2024, 8, 29, 12, 30, 0))
    source, layer = opened(tmp_path / "a.slf")
    assert layer.time is not None
    assert layer.time.kind == "unzoned"
    assert [str(moment)[:21] for moment in layer.time.values] == [
        "2024-08-29T12:30:00.0", "2024-08-29T12:40:00.1", "2024-08-29T12:50:00.2",
    ]  # fmt: skip
    for step in range(3):
        same(values(source, "WATER DEPTH", step), held["values"][step, 2])
    mesh: Any = source.read(TopologyRequest("mesh"))
    np.testing.assert_array_equal(mesh.node_x, held["x"])
    np.testing.assert_array_equal(mesh.node_y, held["y"])
    assert len(mesh.face_offsets) == 9


def test_quadrilaterals_and_layers_open_as_what_they_are(tmp_path: Path):
    selafin(tmp_path / "q.slf", corners=4)
    source, layer = opened(tmp_path / "q.slf")
    mesh: Any = source.read(TopologyRequest("mesh"))
    assert layer.counts["faces"] == 4
    assert np.diff(mesh.face_offsets).tolist() == [4] * 4
    held = selafin(tmp_path / "v.slf", planes=4)
    source, layer = opened(tmp_path / "v.slf")
    assert layer.counts == {"nodes": 9, "faces": 8, "layers": 4}
    depth = layer.variable("WATER DEPTH")
    assert depth is not None
    assert depth.levels == 4
    same(values(source, "WATER DEPTH", 2, 3), held["values"][2, 2, 27:])
    series: Any = source.read(SeriesRequest("mesh", "WATER DEPTH", (4,), level=2))
    same(series.values[:, 0], held["values"][:, 2, 18 + 4])


def test_a_last_step_that_is_not_whole_is_left_out_and_said(tmp_path: Path):
    selafin(tmp_path / "a.slf")
    path = tmp_path / "a.slf"
    path.write_bytes(path.read_bytes()[:-20])
    _, layer = opened(path)
    assert layer.time is not None
    assert len(layer.time) == 2
    assert "steps_unfinished" in {w.code for w in layer.warnings}


@pytest.mark.parametrize("order", [">", "<"])
def test_damaged_copies_are_one_sentence_or_open(tmp_path: Path, order: str):
    selafin(tmp_path / "a.slf", order=order)
    said = [refused(path) for path in hurt(tmp_path, tmp_path / "a.slf")]
    assert all(said[:3])
    assert "SELAFIN" in said[1]


@pytest.mark.parametrize("lie", [2**31 - 1, -1, 0, 2**30])
def test_counts_that_lie_are_refused_before_anything_is_read(tmp_path: Path, lie: int):
    selafin(tmp_path / "a.slf")
    content = (tmp_path / "a.slf").read_bytes()
    at = content.index(struct.pack(">iiiii", 16, 8, 9, 3, 1))
    for number in range(1, 4):
        hurt_copy = tmp_path / f"{number}.slf"
        hurt_copy.write_bytes(content[: at + 4 * number] + struct.pack(">i", lie) + content[at + 4 * number + 4 :])
        assert "NELEM" in refused(hurt_copy) or "IKLE" in refused(hurt_copy)
