"""Overlays, joins and new shapes: areas that are known, columns that are kept, invalid shapes that are repaired."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.core.jobs import Job
from layers.crs import transform_points
from layers.errors import Cancelled, CrsMissing, DataError, ParameterInvalid
from layers.shapes import to_geometry, to_shapes
from layers.sources import memory
from layers.sources.open import open_source
from layers.sources.source import Column, FeatureBlock, FeatureRequest
from layers.vector import VectorLayer
from plugins.processing import joining, overlay, pairs, shapes
from tests.realdata import real_data

E, N = 500_000.0, 3_400_000.0
BOW = shapely.Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
"""A polygon that crosses itself: two triangles of 25 each."""


def square(x: float, y: float, size: float = 10.0) -> Any:
    return shapely.box(E + x, N + y, E + x + size, N + y + size)


def layer(geometry: list[Any], crs: str | None = "EPSG:4549", **columns: Any) -> VectorLayer:
    count = len(geometry)
    given_ = columns or {"n": np.arange(count), "名": [f"a{i}" for i in range(count)]}
    block = FeatureBlock(np.arange(count), to_geometry(np.array(geometry, object)), given_)
    kinds = {"i": "int", "f": "float", "M": "time"}
    about = tuple(Column(n, kinds[v.dtype.kind] if isinstance(v, np.ndarray) else "text") for n, v in given_.items())
    held = memory.vector_source(block, about, crs=crs)
    return VectorLayer(name="l", source="memory:").attach(held, held.layer)


def read(made: VectorLayer) -> tuple[Any, dict[str, Any]]:
    block = made.read(FeatureRequest(made.key))
    assert isinstance(block, FeatureBlock)
    assert block.geometry is not None
    return to_shapes(block.geometry), {n: list(v) for n, v in block.columns.items()}


def area(made: VectorLayer) -> float:
    return float(shapely.area(read(made)[0]).sum())


def test_an_intersection_has_the_columns_of_both_and_a_clash_gets_a_number():
    made = overlay.intersected(layer([square(0, 0), square(20, 0)]), layer([square(5, 5), square(50, 0)]), Job())
    found, columns = read(made)
    assert shapely.area(found).tolist() == [25.0]
    assert columns == {"n": [0], "名": ["a0"], "n_2": [0], "名_2": ["a0"]}
    assert made.crs == "EPSG:4549"


def test_a_shape_wholly_inside_comes_back_as_it_is_and_touching_ones_do_not_meet():
    inner = square(2, 2, 3)
    found, _ = read(overlay.intersected(layer([inner, square(10, 0)]), layer([square(0, 0)]), Job()))
    assert shapely.equals_exact(found, np.array([inner], object), 0).tolist() == [True]
    with pytest.raises(DataError, match="no features"):
        overlay.intersected(layer([square(10, 0)]), layer([square(0, 0)]), Job())


def test_lines_cut_by_polygons_stay_lines_and_points_stay_points():
    line, point = shapely.LineString([(E - 5, N + 5), (E + 5, N + 5)]), shapely.Point(E + 1, N + 1)
    found, _ = read(overlay.intersected(layer([line]), layer([square(0, 0)]), Job()))
    assert shapely.length(found).tolist() == [5.0]
    assert read(overlay.intersected(layer([point]), layer([square(0, 0)]), Job()))[0].tolist() == [point]


def test_a_union_holds_each_part_once_with_empty_columns_where_a_layer_is_missing():
    made = overlay.united(layer([square(0, 0)]), layer([square(5, 0)]), Job())
    found, columns = read(made)
    assert sorted(shapely.area(found).tolist()) == [50.0, 50.0, 50.0]
    assert [columns["名"], columns["名_2"]] == [["a0", "a0", None], ["a0", None, "a0"]]


def test_a_difference_takes_all_partners_away_and_keeps_what_meets_none():
    made = overlay.differing(layer([square(0, 0), square(50, 0)]), layer([square(5, 0), square(0, 5)]), Job())
    found, columns = read(made)
    assert shapely.area(found).tolist() == [25.0, 100.0]
    assert columns["n"] == [0, 1]


boxes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 25)), min_size=1, max_size=6)


@given(boxes, boxes)
def test_areas_of_overlays_add_up(first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]):
    a, b = ([square(*part) for part in some] for some in (first, second))
    both = shapely.union_all(b)
    # Parts of one layer may overlap, so that each is held against the union of the other.
    wanted = sum(shapely.difference(one, both).area for one in a)
    try:
        made = area(overlay.differing(layer(a), layer(b), Job()))
    except DataError:
        made = 0.0
    assert made == pytest.approx(wanted, abs=1e-6)
    pairs_wanted = sum(shapely.intersection(one, other).area for one in a for other in b)
    try:
        made = area(overlay.intersected(layer(a), layer(b), Job()))
    except DataError:
        made = 0.0
    assert made == pytest.approx(pairs_wanted, abs=1e-6)


def test_another_system_is_brought_to_that_of_a_and_told():
    degrees = layer([square(5, 5)])
    block = degrees.read(FeatureRequest(""))
    assert isinstance(block, FeatureBlock)
    assert block.geometry is not None
    xy = transform_points(block.geometry.xy, "EPSG:4549", "EPSG:4490")
    other = layer([shapely.Polygon(xy)], "EPSG:4490")
    job = Job()
    assert area(overlay.intersected(layer([square(0, 0)]), other, job)) == pytest.approx(25, rel=1e-4)
    assert "from EPSG:4490 to EPSG:4549" in job.remarks[0].english
    with pytest.raises(CrsMissing):
        overlay.intersected(layer([square(0, 0)]), layer([square(5, 5)], None), Job())


def test_invalid_polygons_are_repaired_and_counted():
    job = Job()
    assert area(overlay.intersected(layer([BOW]), layer([square(0, 0)]), job)) == pytest.approx(50)
    assert [r.english for r in job.remarks] == ["1 invalid shapes were repaired."]


@pytest.mark.real_data
def test_the_broken_geometry_of_the_collection_is_buffered_after_repair_or_refused_with_a_sentence():
    source = open_source(str(real_data("broken/geometry/invalidgeometries.gml")))
    about = source.describe().layers[0]
    broken = VectorLayer(name="broken", source="gml", key=about.key).attach(source, about)
    with pytest.raises(DataError, match="is in degrees"):
        shapes.buffered(broken, 1.0, "", 8, joined=False, job=Job())
    job = Job()
    made = shapes.dissolved(broken, [], job)
    assert "invalid shapes were repaired" in job.remarks[0].english
    assert shapely.is_valid(read(made)[0]).all()
    source.close()


def test_a_buffer_of_a_point_is_a_circle_and_a_negative_one_shrinks():
    points = layer([shapely.Point(E, N), shapely.Point(E + 100, N)], far=np.array([3.0, np.nan]))
    job = Job()
    made = shapes.buffered(points, None, "far", 64, joined=False, job=job)
    assert area(made) == pytest.approx(np.pi * 9, rel=1e-3)
    assert "no distance" in job.remarks[0].english
    job = Job()
    shrunk = shapes.buffered(layer([square(0, 0), square(20, 0, 2)]), -2, "", 8, joined=False, job=job)
    assert area(shrunk) == pytest.approx(36)
    assert job.remarks[0].english == "1 features vanish at this distance."
    joined = shapes.buffered(layer([square(0, 0), square(10, 0)]), 1, "", 1, joined=True, job=Job())
    assert read(joined)[1] == {"count": [2]}


@pytest.mark.parametrize(("distance", "field"), [(None, ""), (1.0, "n"), (None, "nothing"), (None, "名")])
def test_a_buffer_without_one_clear_distance_is_refused(distance: float | None, field: str):
    with pytest.raises(ParameterInvalid):
        shapes.buffered(layer([square(0, 0)]), distance, field, 8, joined=False, job=Job())


def test_dissolving_keeps_what_a_group_agrees_on():
    columns = {"g": ["a", "b", "a", None], "same": np.array([1, 2, 1, 3]), "own": np.array([0.5, 1.5, 2.5, 3.5])}
    whole = layer([square(0, 0), square(100, 0), square(10, 0), square(200, 0)], **columns)
    made = shapes.dissolved(whole, ["g"], Job())
    found, columns = read(made)
    rows = {
        g: (a, s, o, c)
        for g, a, s, o, c in zip(
            columns["g"], shapely.area(found), columns["same"], columns["own"], columns["count"], strict=True
        )
    }
    assert rows["a"][0] == 200
    assert np.isnan(rows["a"][2])
    assert [rows["a"][i] for i in (1, 3)] == [1, 2]
    assert rows["b"] == (100, 2, 1.5, 1)
    assert rows[None] == (100, 3, 3.5, 1)


def test_common_edges_stay_common_when_simplified():
    wave = [(E + x, N + 5 + 0.3 * (x % 2)) for x in range(11)]
    lower = shapely.Polygon([(E, N), *wave, (E + 10, N)])
    upper = shapely.Polygon([(E, N + 10), *wave, (E + 10, N + 10)])
    found, _ = read(shapes.simplified(layer([lower, upper]), 1.0, shared=True, job=Job()))
    assert shapely.get_num_coordinates(found).sum() < 20
    assert shapely.union_all(found).area == pytest.approx(100)
    assert shapely.area(found).sum() == pytest.approx(100)


def test_nearest_areas_hold_their_own_point_and_fill_the_frame():
    rng = np.random.default_rng(5)
    xy = rng.random((40, 2)) * 100 + (E, N)
    found, columns = read(shapes.nearest_areas(layer(list(shapely.points(xy))), 0.1, Job()))
    assert shapely.contains_xy(found, xy[:, 0], xy[:, 1]).all()
    x0, y0, x1, y1 = shapely.total_bounds(shapely.points(xy))
    step = max(x1 - x0, y1 - y0) * 0.1
    assert shapely.area(found).sum() == pytest.approx((x1 - x0 + 2 * step) * (y1 - y0 + 2 * step))
    assert columns["n"] == list(range(40))


def test_a_join_by_key_takes_numbers_and_their_text_for_the_same():
    a = layer([square(0, 0), square(20, 0), square(40, 0)], code=np.array([1, 2, 3]))
    b = layer([square(0, 0), square(0, 0), square(0, 0)], code=["2", "1", "2 "], name=["x", "y", "z"])
    job = Job()
    made = joining.joined_by_key(a, b, "code", "", several=False, inner=False, job=job)
    assert read(made)[1] == {"code": [1, 2, 3], "code_2": ["1", "2", None], "name": ["y", "x", None]}
    assert len(job.remarks) == 2
    every = joining.joined_by_key(a, b, "code", "code", several=True, inner=True, job=Job())
    assert read(every)[1]["name"] == ["y", "x", "z"]
    with pytest.raises(ParameterInvalid, match="no column nothing"):
        joining.joined_by_key(a, b, "code", "nothing", several=True, inner=True, job=Job())


def test_a_join_by_place_finds_the_nearest_and_its_distance():
    a = layer([shapely.Point(E, N), shapely.Point(E + 5, N + 5)], id=np.array([1, 2]))
    b = layer([square(3, 3), square(100, 0)], name=["near", "far"])
    columns = read(joining.joined_by_place(a, b, "nearest", several=False, inner=False, job=Job()))[1]
    assert columns["name"] == ["near", "near"]
    assert columns["distance"] == pytest.approx([18**0.5, 0])
    inside = read(joining.joined_by_place(a, b, "within", several=False, inner=True, job=Job()))[1]
    assert inside == {"id": [2], "name": ["near"]}


def test_work_in_groups_and_threads_gives_the_same_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch):
    some = [square(7 * i, 3 * (i % 5)) for i in range(60)]
    other = [square(5 * i, 2 * (i % 7), 6) for i in range(80)]
    whole = area(overlay.intersected(layer(some), layer(other), Job()))
    monkeypatch.setattr(pairs, "ASKED", 7)
    monkeypatch.setattr(pairs, "CUT", 5)
    shares: list[float] = []
    again = overlay.intersected(layer(some), layer(other), Job(on_progress=lambda share, _: shares.append(share)))
    assert area(again) == pytest.approx(whole, rel=1e-12)
    assert shares == sorted(shares)
    job = Job()
    job.on_progress = lambda share, _: job.cancel() if share > 0.4 else None
    with pytest.raises(Cancelled):
        overlay.intersected(layer(some), layer(other), job)
