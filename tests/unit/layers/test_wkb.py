from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.arcs import along_arc
from layers.geometry import EMPTY, LINE, POINT, POLYGON, Geometry
from layers.wkb import ROUNDS, Found, from_wkb

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXTS = [
    "POINT (1 2)",
    "POINT EMPTY",
    "MULTIPOINT ((1 1), (2 2), (3 3))",
    "LINESTRING (0 0, 1 1, 2 0)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
    "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))",
    "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 8 8, 7 9, 9 9), (8 9, 8.1 9, 8 9.1, 8 9)))",
    "POLYGON EMPTY",
    "MULTIPOLYGON EMPTY",
    "POINT Z (1 2 3)",
    "LINESTRING Z (0 0 5, 1 1 6)",
    "POLYGON Z ((0 0 1, 4 0 2, 4 4 3, 0 0 1))",
    None,
]
SHAPES = {"POINT": POINT, "MULTIPOINT": POINT, "LINESTRING": LINE, "MULTILINESTRING": LINE}


def read(blobs: list[bytes | None]) -> tuple[Geometry, Found]:
    sizes = np.array([len(blob or b"") for blob in blobs], np.int64)
    ends = np.cumsum(sizes)
    return from_wkb(np.frombuffer(b"".join(blob or b"" for blob in blobs), np.uint8), ends - sizes, ends)


def wkb(text: str | None, **how: Any) -> bytes | None:
    return None if text is None else shapely.to_wkb(shapely.from_wkt(text), **how)


def nested(geometry: Geometry, feature: int) -> list[list[list[tuple[float, ...]]]]:
    """Parts, rings and vertices of one feature."""
    xyz = geometry.xy if geometry.z is None else np.column_stack([geometry.xy, geometry.z])
    parts = range(*geometry.features[feature : feature + 2])
    return [
        [[tuple(v) for v in xyz[slice(*geometry.rings[r : r + 2])].tolist()] for r in range(*geometry.parts[p : p + 2])]
        for p in parts
    ]


@pytest.mark.parametrize("how", [{}, {"flavor": "iso"}, {"byte_order": 0}, {"flavor": "iso", "byte_order": 0}])
def test_all_kinds_in_one_layer_have_the_coordinates_that_shapely_reads(how: dict[str, Any]):
    geometry, found = read([wkb(text, **how) for text in TEXTS])
    shapes = [None if text is None else shapely.from_wkt(text) for text in TEXTS]
    assert found == Found()
    assert len(geometry) == len(TEXTS)
    for i, shape in enumerate(shapes):
        empty = shape is None or shape.is_empty
        assert geometry.types[i] == (EMPTY if empty else SHAPES.get(shape.geom_type.upper(), POLYGON))
        span = slice(*geometry.rings[geometry.parts[geometry.features[i : i + 2]]])
        expected = [] if empty else shapely.get_coordinates(shape).tolist()
        assert geometry.xy[span].tolist() == expected
        assert geometry.z is not None
        assert np.isfinite(geometry.z[span]).all() == (empty or bool(shape.has_z))


def test_holes_go_with_their_shell_and_parts_stay_apart():
    geometry, _ = read([wkb(TEXTS[6]), wkb(TEXTS[5]), wkb(TEXTS[4]), wkb(TEXTS[2])])
    assert [len(part) for part in nested(geometry, 0)] == [1, 2]
    assert [len(part) for part in nested(geometry, 1)] == [2]
    assert [len(part) for part in nested(geometry, 2)] == [1, 1]
    assert nested(geometry, 3) == [[[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]]]
    assert geometry.z is None


def test_a_feature_with_very_many_parts_is_read_among_others():
    squares = shapely.box(np.arange(500) * 2, 0, np.arange(500) * 2 + 1, 1)
    blobs = [wkb("POINT (1 2)"), shapely.to_wkb(shapely.multipolygons(squares)), wkb(TEXTS[5])]
    assert len(squares) > ROUNDS
    geometry, found = read(blobs)
    assert np.diff(geometry.features).tolist() == [1, 500, 1]
    assert np.array_equal(geometry.xy[1:-8], shapely.get_coordinates(squares))
    assert found == Found()


def test_members_without_vertices_are_passed_over():
    blob = wkb("MULTIPOLYGON (EMPTY, ((0 0, 4 0, 4 4, 0 0)), EMPTY, ((9 9, 8 8, 7 9, 9 9)))")
    geometry, _ = read([blob, wkb("MULTILINESTRING (EMPTY, (1 1, 2 2))")])
    assert np.diff(geometry.features).tolist() == [2, 1]
    assert len(geometry.xy) == 10


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (1 1, 2 2))", LINE, 1),
        ("GEOMETRYCOLLECTION (POINT (0 0), POINT (1 1))", POINT, 0),
        ("GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POLYGON ((0 0, 4 0, 4 4, 0 0)), POINT (0 0)))", POLYGON, 1),
        ("GEOMETRYCOLLECTION EMPTY", EMPTY, 0),
    ],
)
def test_of_a_collection_the_highest_dimension_stays_and_is_counted(text: str, kind: int, count: int):
    geometry, found = read([wkb(text), wkb("POINT (5 5)")])
    assert geometry.types.tolist() == [kind, POINT]
    assert found.collections == count


def test_measures_are_left_out_and_counted():
    line = struct.pack("<BII9d", 1, 2002, 3, 0, 0, 10, 1, 1, 20, 2, 0, 30)
    both = struct.pack("<BII8d", 1, 3002, 2, 0, 0, 5, 10, 1, 1, 6, 20)
    geometry, found = read([line, both])
    assert geometry.xy.tolist() == [[0, 0], [1, 1], [2, 0], [0, 0], [1, 1]]
    assert geometry.z is not None
    assert np.isnan(geometry.z[:3]).all()
    assert geometry.z[3:].tolist() == [5, 6]
    assert found.measured == 2


def circular(*places: tuple[float, float], code: int = 8) -> bytes:
    return struct.pack(f"<BII{2 * len(places)}d", 1, code, len(places), *(v for place in places for v in place))


def test_an_arc_becomes_segments_that_stay_on_its_circle():
    geometry, found = read([circular((10, 0), (0, 10), (-10, 0)), wkb("LINESTRING (0 0, 1 1)")])
    assert found.arcs == 1
    vertices = geometry.xy[: geometry.rings[1]]
    assert np.allclose(np.hypot(*vertices.T), 10.0)
    assert (vertices[0].tolist(), vertices[-1].tolist()) == ([10, 0], [-10, 0])
    assert len(vertices) == 91
    assert (vertices[:, 1] >= -1e-9).all()


def test_curves_inside_polygons_and_compounds_are_followed():
    ring = struct.pack("<BII", 1, 9, 2) + circular((0, 0), (5, 5), (10, 0)) + circular((10, 0), (0, 0), code=2)
    surface = struct.pack("<BII", 1, 10, 1) + ring
    several = struct.pack("<BII", 1, 12, 1) + surface
    geometry, found = read([surface, several])
    assert (geometry.types.tolist(), found.arcs) == ([POLYGON, POLYGON], 2)
    area = shapely.area(shapely.polygons(geometry.xy[: geometry.rings[1]]))
    assert area == pytest.approx(math.pi * 25 / 2, rel=1e-3)


@given(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    st.floats(0.5, 5e3),
    st.floats(0, 6.28),
    st.floats(0.05, 6.2),
    st.booleans(),
)
def test_arcs_keep_their_ends_their_circle_and_their_direction(
    centre: tuple[float, float], radius: float, start: float, sweep: float, back: bool
):
    turn = -sweep if back else sweep
    angles = start + turn * np.array([0, 0.5, 1])
    places = np.column_stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles), angles])
    out = along_arc(places)
    assert np.array_equal(out[0], places[0])
    assert np.array_equal(out[-1], places[2])
    assert np.allclose(np.hypot(out[:, 0] - centre[0], out[:, 1] - centre[1]), radius, rtol=1e-4)
    steps = np.diff(np.unwrap(np.arctan2(out[:, 1] - centre[1], out[:, 0] - centre[0])))
    assert steps.sum() == pytest.approx(turn, abs=1e-3)
    assert np.abs(steps).max() <= math.radians(2.001) + 1e-6


def test_three_places_in_a_line_stay_as_they_are_and_a_closed_arc_is_a_circle():
    straight = np.array([[0.0, 0, 0], [1, 1, 1], [2, 2, 2]])
    assert np.array_equal(along_arc(straight), straight)
    closed = along_arc(np.array([[10.0, 0, 0], [-10, 0, 0], [10, 0, 0]]))
    assert np.allclose(np.hypot(closed[:, 0], closed[:, 1]), 10)
    assert len(closed) == 181


GOOD = shapely.to_wkb(shapely.from_wkt(TEXTS[6]))


@pytest.mark.parametrize("size", range(1, len(GOOD)))
def test_a_cut_geometry_is_broken_and_its_neighbours_are_not(size: int):
    geometry, found = read([wkb("POINT (1 2)"), GOOD[:size], wkb("POINT (3 4)")])
    assert found.broken == 1
    assert geometry.types.tolist() == [POINT, EMPTY, POINT]
    assert geometry.xy.tolist() == [[1, 2], [3, 4]]


@given(st.lists(st.binary(max_size=80), max_size=5), st.data())
def test_random_bytes_never_read_outside_and_never_raise(blobs: list[bytes], data: st.DataObject):
    spoiled = bytearray(GOOD)
    for _ in range(data.draw(st.integers(0, 4))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    geometry, _ = read([*blobs, bytes(spoiled)])
    assert len(geometry) == len(blobs) + 1
    assert offsets_fit(geometry)


def offsets_fit(geometry: Geometry) -> bool:
    chain: list[tuple[NDArray[np.int64], int]] = [
        (geometry.features, len(geometry.parts) - 1),
        (geometry.parts, len(geometry.rings) - 1),
        (geometry.rings, len(geometry.xy)),
    ]
    return all(o[0] == 0 and o[-1] == size and (np.diff(o) >= 0).all() for o, size in chain)


@given(st.lists(st.sampled_from(TEXTS), max_size=12))
def test_offsets_always_chain(texts: list[str | None]):
    geometry, _ = read([wkb(text) for text in texts])
    assert offsets_fit(geometry)
    assert len(geometry) == len(texts)


def test_nothing_at_all_is_an_empty_layer():
    geometry, found = read([])
    assert (len(geometry), len(geometry.xy), found) == (0, 0, Found())
    assert offsets_fit(geometry)
