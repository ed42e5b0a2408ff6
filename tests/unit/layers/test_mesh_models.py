"""Results of models on meshes: the facts of the catalogue, values against another library, damage in one sentence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from layers.errors import DataError
from layers.sources.connectivity import Faces, signed_areas
from layers.sources.facts import to_info
from layers.sources.open import open_source
from layers.sources.source import SeriesRequest, StatisticsRequest, TopologyRequest, ValuesRequest
from tests.realdata import real_data

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real_data

BASE = "Results/Unsteady/Output/Output Blocks/Base Output/"
STEPS = BASE + "Unsteady Time Series/2D Flow Areas/"
RAS = "mesh/hecras/"


@dataclass(frozen=True)
class Facts:
    """What the catalogue says of one layer: counts, bounds, times, units by variable."""

    file: str
    layer: str
    driver: str
    crs: str | None
    counts: dict[str, int]
    bounds: tuple[float, float, float, float]
    time: tuple[int, str, str]
    units: dict[str, str | None]
    warned: tuple[str, ...] = ()
    zone: str | None = None


FACTS = [
    Facts(
        RAS + "Muncie2DOnly_SI.p01.hdf", "Muncie2D", "HEC-RAS", None, {"faces": 3224, "nodes": 3805, "edges": 6776},
        (123176.371, 548596.398, 126476.217, 551440.66), (49, "1900-01-02T00:00:00", "1900-01-02T04:00:00"),
        {"Depth": "m", "Water Surface": "m", "velocity": "m/s", "Maximum Water Surface": "m"},
        ("zone_missing", "rebuilt", "crs_missing"),
    ),
    Facts(
        RAS + "baldeagle_multi2d.hdf", "lower", "HEC-RAS", "EPSG:2271", {"faces": 461, "nodes": 521, "edges": 914},
        (2006613.517, 320821.689, 2011888.872, 326374.403), (7, "1999-01-01T12:00:00", "1999-01-04T12:00:00"),
        {"Depth": "ft", "Water Surface": "ft", "velocity": "ft/s", "Face Shear Stress": "lbf/ft2"},
        ("zone_missing",),
    ),
    Facts(
        RAS + "baldeagle_multi2d.hdf", "upper", "HEC-RAS", "EPSG:2271", {"faces": 264, "nodes": 262, "edges": 484},
        (2003943.826, 317795.724, 2007954.399, 322000.041), (7, "1999-01-01T12:00:00", "1999-01-04T12:00:00"),
        {"Depth": "ft", "Maximum Depth": "ft"},
    ),
    Facts(
        RAS + "test.p01.hdf", "1", "HEC-RAS", None, {"faces": 851, "nodes": 773, "edges": 1468},
        (0.0, 0.0, 700.0, 99.9622), (41, "1899-12-30T00:00:00", "1899-12-30T20:00:00"),
        {"Depth": "m", "Face Shear Stress": "N/m2"},
    ),
]  # fmt: skip


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: f"{facts.file}:{facts.layer}")
def test_a_model_result_opens_with_the_facts_of_the_catalogue(facts: Facts):
    source = open_source(str(real_data(facts.file)))
    found = to_info(source.describe())
    topology: Any = source.read(TopologyRequest(facts.layer))
    source.close()
    layer = next(one for one in found["layers"] if one["key"] == facts.layer)
    assert (found["driver"], layer["kind"], layer["crs"], layer["vdatum"]) == (facts.driver, "mesh", facts.crs, None)
    assert {name: layer["counts"].get(name) for name in facts.counts} == facts.counts
    assert layer["bounds"] == pytest.approx(facts.bounds, rel=1e-5, abs=1e-4)
    assert (layer["time"]["steps"], layer["time"]["start"], layer["time"]["end"]) == facts.time
    assert layer["time"]["zone"] == facts.zone
    units = {one["name"]: one["units"] for one in layer["variables"]}
    assert {name: units.get(name, "absent") for name in facts.units} == facts.units
    assert {one["code"] for one in layer["warnings"]} >= set(facts.warned)
    assert (len(topology.face_offsets) - 1, len(topology.node_x)) == (facts.counts["faces"], facts.counts["nodes"])
    assert (
        signed_areas(topology.node_x, topology.node_y, Faces(topology.face_offsets, topology.face_nodes)) >= 0
    ).all()


def one(path: str, layer: str, name: str, step: int, place: int, level: int = 0) -> np.ndarray:
    """One value as the reader gives it."""
    source = open_source(str(real_data(path)))
    found: Any = source.read(ValuesRequest(layer, name, step, level))
    series: Any = source.read(SeriesRequest(layer, name, (place,), level=level))
    source.close()
    value = found.values[place]
    at = min(step, len(series.values) - 1)
    assert series.values[at, 0] == pytest.approx(np.hypot(*value) if value.shape else value, rel=1e-5, nan_ok=True)
    return value


@pytest.mark.parametrize(
    ("file", "area", "name", "table", "step", "place"),
    [
        ("Muncie2DOnly_SI.p01.hdf", "Muncie2D", "Water Surface", "Water Surface", 7, 1200),
        ("Muncie2DOnly_SI.p01.hdf", "Muncie2D", "Face Velocity", "Face Velocity", 48, 3000),
        ("baldeagle_multi2d.hdf", "lower", "Depth", "Depth", 6, 100),
        ("baldeagle_multi2d.hdf", "upper", "Water Surface", "Water Surface", 3, 222),
        ("test.p01.hdf", "1", "Depth", "Depth", 20, 5),
        ("test.p01.hdf", "1", "Face Shear Stress", "Face Shear Stress", 40, 700),
    ],
)
def test_stored_values_of_hecras_are_those_that_h5py_reads(
    file: str, area: str, name: str, table: str, step: int, place: int
):
    with h5py.File(real_data(RAS + file)) as held:
        expected = held[f"{STEPS}{area}/{table}"][step, place]
    assert one(RAS + file, area, name, step, place) == expected


@pytest.mark.parametrize(("step", "place"), [(0, 10), (24, 2000), (48, 1234), (48, 2971)])
def test_a_rebuilt_depth_is_the_water_over_the_lowest_ground_of_the_cell(step: int, place: int):
    with h5py.File(real_data(RAS + "Muncie2DOnly_SI.p01.hdf")) as held:
        surface = held[f"{STEPS}Muncie2D/Water Surface"][step, place]
        ground = held["Geometry/2D Flow Areas/Muncie2D/Cells Minimum Elevation"][place]
    found = one(RAS + "Muncie2DOnly_SI.p01.hdf", "Muncie2D", "Depth", step, place)
    assert found == pytest.approx(max(surface - ground, 0.0), abs=1e-6)


@pytest.mark.parametrize(
    ("file", "area", "step", "cell"),
    [("Muncie2DOnly_SI.p01.hdf", "Muncie2D", 48, 1234), ("baldeagle_multi2d.hdf", "lower", 6, 100),
     ("test.p01.hdf", "1", 15, 300)],
)  # fmt: skip
def test_a_rebuilt_velocity_is_the_least_squares_fit_over_the_sides_of_the_cell(
    file: str, area: str, step: int, cell: int
):
    with h5py.File(real_data(RAS + file)) as held:
        group = held[f"Geometry/2D Flow Areas/{area}"]
        start, count = group["Cells Face and Orientation Info"][cell]
        sides = group["Cells Face and Orientation Values"][start : start + count, 0]
        east, north, length = group["Faces NormalUnitVector and Length"][:][sides].T.astype("f8")
        along = held[f"{STEPS}{area}/Face Velocity"][step][sides].astype("f8")
    weight = np.sqrt(length)
    fitted = np.linalg.lstsq(np.stack((east, north), 1) * weight[:, None], along * weight, rcond=None)[0]
    assert one(RAS + file, area, "velocity", step, cell) == pytest.approx(fitted, abs=1e-5)


def test_a_uniform_current_is_rebuilt_exactly_from_its_parts_normal_to_the_sides(tmp_path: Path):
    path = tmp_path / "uniform.p01.hdf"
    shutil.copy(real_data(RAS + "Muncie2DOnly_SI.p01.hdf"), path)
    path.chmod(0o644)
    with h5py.File(path, "r+") as held:
        normal = held["Geometry/2D Flow Areas/Muncie2D/Faces NormalUnitVector and Length"][:]
        held[f"{STEPS}Muncie2D/Face Velocity"][3] = normal[:, 0] * 0.75 - normal[:, 1] * 1.25
    source = open_source(str(path))
    found: Any = source.read(ValuesRequest("Muncie2D", "velocity", 3))
    source.close()
    inside = np.isfinite(found.values[:, 0])
    assert inside.sum() == 2972
    assert found.values[inside] == pytest.approx(np.tile((0.75, -1.25), (2972, 1)), abs=1e-4)


def test_the_recorded_maxima_of_hecras_are_at_least_what_the_steps_show():
    for name, areas in (("baldeagle_multi2d.hdf", ("lower", "upper")), ("test.p01.hdf", ("1",))):
        source = open_source(str(real_data(RAS + name)))
        for area in areas:
            most: Any = source.read(ValuesRequest(area, "Maximum Water Surface"))
            steps = source.describe().layer(area).time
            assert steps is not None
            seen = [source.read(ValuesRequest(area, "Water Surface", i)).values for i in range(len(steps))]
            inside = np.isfinite(most.values)
            assert (most.values[inside] >= np.max(seen, axis=0)[inside]).all()
        source.close()


def test_cells_of_the_boundary_have_no_value_and_do_not_widen_the_range():
    source = open_source(str(real_data(RAS + "test.p01.hdf")))
    figures: Any = source.read(StatisticsRequest("1", "Water Surface"))
    values: Any = source.read(ValuesRequest("1", "Water Surface", 0))
    source.close()
    assert figures.minimum == pytest.approx(9.7)
    assert np.isnan(values.values).sum() == 155


def read_whole(path: Path) -> str:
    """Open, describe and read all there is; what is wrong as one text, empty where nothing is."""
    try:
        source = open_source(str(path))
        try:
            for layer in source.describe().layers:
                source.read(TopologyRequest(layer.key))
                for variable in layer.variables:
                    source.read(ValuesRequest(layer.key, variable.name, max(variable.steps - 1, 0)))
        finally:
            source.close()
    except DataError as error:
        return str(error)
    return ""


DAMAGED = [RAS + "test.p01.hdf"]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("file", DAMAGED)
def test_a_file_that_is_cut_off_is_refused_in_one_sentence(tmp_path: Path, file: str, share: float):
    whole = real_data(file).read_bytes()
    path = tmp_path / file.rsplit("/", 1)[-1]
    path.write_bytes(whole[: int(len(whole) * share)])
    said = read_whole(path)
    assert said
    assert "\n" not in said
    assert str(path) in said


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("file", DAMAGED)
def test_a_file_with_wrong_bytes_opens_or_says_so_in_one_sentence(tmp_path: Path, file: str, seed: int):
    content = bytearray(real_data(file).read_bytes())
    dice = np.random.default_rng(seed)
    for at in dice.integers(64, len(content) - 64, 40):
        content[at : at + 16] = dice.bytes(16)
    path = tmp_path / file.rsplit("/", 1)[-1]
    path.write_bytes(content)
    said = read_whole(path)
    assert "\n" not in said
    assert "Traceback" not in said


def test_the_truncated_result_of_the_collection_says_how_much_is_missing():
    with pytest.raises(DataError, match="cut off"):
        open_source(str(real_data("broken/truncated/truncated.p01.hdf")))
