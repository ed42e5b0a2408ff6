"""Results of models on meshes: the facts of the catalogue, values against another library, damage in one sentence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import netCDF4
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
    Facts(
        "mesh/sww/cairns.sww", "", "ANUGA SWW", None, {"faces": 4962, "nodes": 2579},
        (368725.719, 8128526.5, 369706.063, 8129547.0), (51, "PT0S", "PT500S"),
        {"depth": "m", "stage": "m", "z": "m"}, ("time_reference_missing", "crs_missing"),
    ),
    Facts(
        "mesh/tuflowfv/Cone_003.nc", "", "TUFLOW FV", None, {"faces": 2866, "nodes": 1497},
        (-0.589919, -0.54773, 200.59371, 200.610904), (16, "PT0S", "PT900S"),
        {"D": "m", "H": "m", "V": "m s^-1", "max_H": "m", "maxtime_H": "hours"}, ("time_reference_missing",),
    ),
    Facts(
        "mesh/3di/results_3di_16cells7steps.nc", "Mesh2D", "3Di", "EPSG:28992", {"faces": 16, "nodes": 25},
        (0.0, 0.0, 24.0, 24.0), (7, "2014-01-01T00:00:00Z", "2014-01-01T00:01:00Z"),
        {"Mesh2D_s1": "m", "sea_water_velocity": "m s-1", "Mesh2D_vol": "m3"}, ("lines_left_out",), "UTC",
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


@pytest.mark.parametrize(
    ("file", "layer", "name", "step", "place"),
    [
        ("mesh/sww/cairns.sww", "", "stage", 50, 2000),
        ("mesh/sww/cairns.sww", "", "stage", 13, 7),
        ("mesh/tuflowfv/Cone_003.nc", "", "D", 15, 1433),
        ("mesh/tuflowfv/Cone_003.nc", "", "V_x", 9, 2800),
        ("mesh/tuflowfv/Cone_003.nc", "", "H", 0, 3),
        ("mesh/3di/results_3di_16cells7steps.nc", "Mesh2D", "Mesh2D_s1", 6, 5),
        ("mesh/3di/results_3di_16cells7steps.nc", "Mesh2D", "Mesh2D_ucx", 3, 9),
    ],
)
def test_stored_values_of_other_models_are_those_that_the_netcdf_library_reads(
    file: str, layer: str, name: str, step: int, place: int
):
    with netCDF4.Dataset(str(real_data(file))) as held:
        expected = float(np.ma.filled(held[name][step, place], np.nan))
    assert one(file, layer, name, step, place) == pytest.approx(expected, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize(("step", "place"), [(0, 100), (25, 1300), (50, 2578)])
def test_the_depth_of_anuga_is_stage_less_bed(step: int, place: int):
    with netCDF4.Dataset(str(real_data("mesh/sww/cairns.sww"))) as held:
        expected = max(float(held["stage"][step, place]) - float(held["z"][place]), 0.0)
    assert one("mesh/sww/cairns.sww", "", "depth", step, place) == pytest.approx(expected, abs=1e-6)


def test_the_recorded_maxima_of_tuflow_fv_are_those_of_its_steps_or_above():
    source = open_source(str(real_data("mesh/tuflowfv/Cone_003.nc")))
    for most, name in (("max_H", "H"), ("max_D", "D")):
        recorded: Any = source.read(ValuesRequest("", most))
        steps: Any = [source.read(ValuesRequest("", name, step)) for step in range(16)]
        seen = np.max([step.values for step in steps], axis=0)
        known = np.isfinite(recorded.values)
        assert known.mean() > 0.99
        assert (recorded.values[known] >= seen[known] - 1e-4).all()
    source.close()


def test_nodes_of_the_network_of_3di_are_stations_beside_its_cells():
    path = real_data("mesh/3di/results_3di_16cells7steps.nc")
    source = open_source(str(path))
    stations = source.describe().layers[1]
    series: Any = source.read(SeriesRequest(stations.key, "Mesh1D_s1", (2,)))
    source.close()
    assert (stations.kind, stations.counts["stations"]) == ("series", 7)
    with netCDF4.Dataset(str(path)) as held:
        assert series.values[:, 0] == pytest.approx(np.ma.filled(held["Mesh1D_s1"][:, 2], np.nan), nan_ok=True)


def sww(path: Path, **attributes: Any) -> Path:
    """A file of two triangles with momenta, as ANUGA writes it: the left one 2 m deep, the right one dry."""
    with netCDF4.Dataset(str(path), "w", format="NETCDF3_CLASSIC") as made:
        sizes = {"number_of_volumes": 2, "number_of_vertices": 3, "number_of_points": 4, "number_of_timesteps": 2}
        for name, size in sizes.items():
            made.createDimension(name, size)
        made.setncatts({"xllcorner": 500000.0, "yllcorner": 8000000.0} | attributes)
        place, moving = ("number_of_points",), ("number_of_timesteps", "number_of_points")
        given: dict[str, tuple[tuple[str, ...], Any]] = {
            "x": (place, [0, 10, 0, 10]),
            "y": (place, [0, 0, 10, 10]),
            "elevation": (place, [-1, -1, -1, 3]),
            "time": (moving[:1], [0, 60]),
            "stage": (moving, [[1, 1, 1, 3], [1, 1, 1, 3]]),
            "xmomentum": (moving, [[0, 0, 0, 0], [1, 2, 3, 4]]),
            "ymomentum": (moving, [[0, 0, 0, 0], [0, 0, 4, 4]]),
        }
        for name, (dimensions, values) in given.items():
            made.createVariable(name, "f4", dimensions)[:] = values
        made.createVariable("volumes", "i4", ("number_of_volumes", "number_of_vertices"))[:] = [[0, 1, 2], [1, 3, 2]]
    return path


def test_the_speed_of_anuga_is_momentum_by_depth_and_unknown_where_it_is_dry(tmp_path: Path):
    source = open_source(str(sww(tmp_path / "two.sww")))
    speed: Any = source.read(ValuesRequest("", "speed", 1))
    velocity: Any = source.read(ValuesRequest("", "velocity", 1))
    layer = source.describe().layers[0]
    source.close()
    assert speed.values == pytest.approx([0.5, 1.0, 2.5, np.nan], nan_ok=True)
    assert velocity.values[2] == pytest.approx((1.5, 2.0))
    assert layer.bounds is not None
    assert layer.bounds.to_list() == [500000.0, 8000000.0, 500010.0, 8000010.0]


UTM = {"projection": "UTM", "datum": "wgs84", "false_northing": 10000000.0}


@pytest.mark.parametrize(
    ("attributes", "crs"),
    [
        ({**UTM, "zone": 55}, "EPSG:32755"),
        ({**UTM, "zone": 51, "false_northing": 0.0}, "EPSG:32651"),
        ({**UTM, "zone": -1}, None),
        ({"zone": 55}, None),
        ({**UTM, "zone": 55, "datum": "nad27"}, None),
    ],
)
def test_the_system_of_anuga_is_known_only_where_zone_half_and_datum_are(
    tmp_path: Path, attributes: dict[str, Any], crs: str | None
):
    source = open_source(str(sww(tmp_path / "two.sww", **attributes)))
    layer = source.describe().layers[0]
    source.close()
    assert layer.crs == crs


def test_a_start_time_of_anuga_dates_its_steps(tmp_path: Path):
    source = open_source(str(sww(tmp_path / "two.sww", starttime=1.6e9, timezone="UTC")))
    axis = source.describe().layers[0].time
    source.close()
    assert axis is not None
    assert axis.to_info()["start"] == "2020-09-13T12:26:40Z"


def test_a_layer_of_tuflow_fv_is_counted_from_the_surface_and_missing_where_a_cell_has_fewer(tmp_path: Path):
    path = tmp_path / "layers.nc"
    with netCDF4.Dataset(str(path), "w") as made:
        for name, size in {"NumCells2D": 2, "NumCells3D": 3, "NumVert2D": 4, "MaxNumCellVert": 4, "Time": 1}.items():
            made.createDimension(name, size)
        for name, kind, dimensions, values in (
            ("ResTime", "f8", ("Time",), [1.0]),
            ("cell_Nvert", "i4", ("NumCells2D",), [3, 3]),
            ("cell_node", "i4", ("NumCells2D", "MaxNumCellVert"), [[1, 2, 3, 0], [2, 4, 3, 0]]),
            ("NL", "i4", ("NumCells2D",), [2, 1]),
            ("idx3", "i4", ("NumCells2D",), [1, 3]),
            ("node_X", "f8", ("NumVert2D",), [0, 1, 0, 1]),
            ("node_Y", "f8", ("NumVert2D",), [0, 0, 1, 1]),
            ("TEMP", "f4", ("Time", "NumCells3D"), [[20.0, 18.0, 21.0]]),
        ):
            made.createVariable(name, kind, dimensions)[:] = values
        made["ResTime"].units = "hours since 1990-01-01 00:00:00"
    source = open_source(str(path))
    layer = source.describe().layers[0]
    upper, lower = (source.read(ValuesRequest("", "TEMP", 0, level)) for level in (0, 1))
    source.close()
    assert layer.variables[0].levels == 2
    assert upper.values == pytest.approx([20.0, 21.0])
    assert lower.values == pytest.approx([18.0, np.nan], nan_ok=True)
    assert layer.time is not None
    assert str(layer.time.values[0])[:19] == "1990-01-01T01:00:00"


@pytest.mark.parametrize(
    ("name", "counts", "bounds", "bed", "units", "said"),
    [
        ("kalundborg_coarse", (6286, 3532), (10.6024, 55.4026, 11.10336, 55.845), (-55.6998, 6.26921), "m", "degrees"),
        (
            "odense_rough",
            (654, 399),
            (211068.501, 6153077.668, 224171.617, 6164499.428),
            (-11.3593, -0.2),
            None,
            "UTM-33",
        ),
    ],
)
def test_a_mesh_of_mike_opens_with_the_facts_of_the_catalogue(
    name: str, counts: Any, bounds: Any, bed: Any, units: str | None, said: str
):
    path = real_data(f"mesh/mike/{name}.mesh")
    source = open_source(str(path))
    found = to_info(source.describe())
    mesh: Any = source.read(TopologyRequest(""))
    ground: Any = source.read(ValuesRequest("", "z"))
    source.close()
    assert (found["driver"], found["kind"], found["crs"], found["time"]) == ("MIKE mesh", "mesh", None, None)
    assert (found["counts"]["faces"], found["counts"]["nodes"]) == counts
    assert found["bounds"] == pytest.approx(bounds, rel=1e-6)
    assert (ground.values.min(), ground.values.max()) == pytest.approx(bed, rel=1e-5)
    assert found["variables"][0]["units"] == units
    assert any(said in one["what"] for one in found["warnings"])
    lines = path.read_text(encoding="ascii").splitlines()
    assert (mesh.node_x[41], mesh.node_y[41], mesh.node_z[41]) == tuple(float(word) for word in lines[42].split()[1:4])
    last = [int(word) - 1 for word in lines[-1].split()[1:]]
    assert sorted(mesh.face_nodes[mesh.face_offsets[-2] :]) == sorted(last)


def read_whole(path: Path) -> str:
    """Open, describe and read all there is; what is wrong as one text, empty where nothing is."""
    try:
        source = open_source(str(path))
        try:
            for layer in source.describe().layers:
                if layer.kind == "mesh":
                    source.read(TopologyRequest(layer.key))
                for variable in layer.variables:
                    source.read(SeriesRequest(layer.key, variable.name, (0,)))
                    if layer.kind == "mesh":
                        source.read(ValuesRequest(layer.key, variable.name, max(variable.steps - 1, 0)))
        finally:
            source.close()
    except DataError as error:
        return str(error)
    return ""


DAMAGED = [
    RAS + "test.p01.hdf",
    "mesh/sww/cairns.sww",
    "mesh/tuflowfv/Cone_003.nc",
    "mesh/3di/results_3di_16cells7steps.nc",
    "mesh/mike/odense_rough.mesh",
]


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


@pytest.mark.parametrize("seed", range(4))
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


@pytest.mark.parametrize("name", ["truncated.p01.hdf", "truncated_netcdf3_cairns.sww"])
def test_the_truncated_results_of_the_collection_say_how_much_is_missing(name: str):
    with pytest.raises(DataError, match="cut off"):
        open_source(str(real_data(f"broken/truncated/{name}")))
