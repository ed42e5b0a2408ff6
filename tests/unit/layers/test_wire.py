from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import errors
from layers.errors import DataError, HaitangError, SourceUnavailable
from layers.extent import Extent
from layers.geometry import Geometry
from layers.sources import wire
from layers.sources.source import (
    Column,
    Description,
    FeatureBlock,
    FeatureRequest,
    LayerDescription,
    RasterBlock,
    RasterRequest,
    Variable,
    Warned,
)
from layers.times import TimeAxis

NUMBERS = st.one_of(
    st.integers(-(2**80), 2**80), st.floats(allow_nan=False), st.booleans(), st.none(), st.text(), st.binary()
)
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=20,
)
DTYPES = ["<f4", "<f8", ">f8", "<i8", "<i4", "u1", "?", "<c16", "<M8[ns]", "<M8[D]", "<m8[s]"]


def there_and_back(value: Any) -> Any:
    """What arrives, after the buffers were copied as a pipe does."""
    return wire.decode([memoryview(bytearray(part)) for part in wire.encode(value)])


@given(VALUES)
def test_plain_values_arrive_with_their_types(value: Any):
    arrived = there_and_back(value)
    assert repr(arrived) == repr(value)


@given(st.sampled_from(DTYPES), st.lists(st.integers(0, 5), max_size=3), st.integers(0, 2**32 - 1))
def test_arrays_arrive_bit_for_bit(dtype: str, shape: list[int], seed: int):
    raw = np.random.default_rng(seed).bytes(math.prod(shape) * np.dtype(dtype).itemsize)
    array = np.frombuffer(raw, dtype).reshape(shape) if raw else np.empty(shape, dtype)
    arrived = there_and_back(array)
    assert (arrived.dtype, arrived.shape, arrived.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_large_arrays_travel_as_views_and_small_ones_share_a_buffer():
    large = np.arange(10_000, dtype=np.float64)
    small = [np.arange(n, dtype=np.float32) for n in range(1, 50)]
    parts = wire.encode({"large": large, "small": small})
    assert len(parts) == 3
    assert np.shares_memory(np.frombuffer(parts[2], np.float64), large)
    arrived = wire.decode(parts)
    assert all(np.array_equal(a, b) for a, b in zip(arrived["small"], small, strict=True))


def test_a_part_of_an_array_arrives_as_that_part():
    array = np.arange(24).reshape(4, 6)[::2, ::-1]
    assert np.array_equal(there_and_back(array), array)


def test_layers_that_share_a_box_and_an_axis_share_them_afterwards():
    box = Extent(0.0, 1.0, 2.0, 3.0)
    axis = TimeAxis(np.array(["2020-01-01", "2020-01-02"], "datetime64[ns]"), "unzoned", "noleap")
    layer = LayerDescription("a", "raster", bounds=box, time=axis, counts={"bands": 1}, variables=(Variable("h"),))
    other = replace(layer, key="b", bounds=Extent(0.0, 1.0, 2.0, 3.0))
    sent = Description("p", "raster", "GTiff", (layer, replace(layer, key="c"), other), extra={"state": "1:2"})
    arrived = there_and_back(sent)
    assert arrived == sent
    assert arrived.layers[0].time is arrived.layers[1].time
    assert arrived.layers[0].bounds is arrived.layers[1].bounds
    assert arrived.layers[0].bounds is not arrived.layers[2].bounds


def test_a_description_arrives_with_its_warnings_columns_and_odd_numbers():
    warned = Warned("cut", "{n} rows", "Look.", {"n": 3})
    layer = LayerDescription(
        "k", "vector", columns=(Column("区名", "text"),), warnings=(warned,), nodata=float("nan"), extra={"x": (1, 2.5)}
    )
    arrived = there_and_back(layer)
    assert math.isnan(arrived.nodata)
    assert replace(arrived, nodata=0.0) == replace(layer, nodata=0.0)


def test_features_arrive_with_texts_gaps_and_geometry():
    geometry = Geometry(
        np.array([[1.0, 2.0]]), np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), np.array([1], np.uint8)
    )
    columns = {"name": ["黄浦区", None], "area": np.array([1.5, np.nan]), "raw": [b"\0\1", None], "ok": [True, None]}
    arrived = there_and_back(FeatureBlock(np.array([1, 2]), geometry, columns))
    assert arrived.columns["name"] == columns["name"]
    assert (arrived.columns["raw"], arrived.columns["ok"]) == (columns["raw"], columns["ok"])
    assert np.array_equal(arrived.columns["area"], columns["area"], equal_nan=True)
    assert np.array_equal(arrived.geometry.xy, geometry.xy)
    assert arrived.geometry.z is None


def test_requests_and_moments_arrive_equal():
    for request in (
        RasterRequest("", ("1", "2"), 3, Extent(0.0, 0.0, 1.0, 1.0), 10, 20, 1),
        FeatureRequest("层", None, (), (1, 2**40), 5, geometry=False),
    ):
        assert there_and_back(request) == request
    moment = np.datetime64("2024-07-25T15:05:00.123456789", "ns")
    assert there_and_back([moment, np.timedelta64(5, "h")]) == [moment, np.timedelta64(5, "h")]


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)])
def test_errors_of_the_family_arrive_with_what_where_and_remedy(kind: type[HaitangError]):
    if not issubclass(kind, HaitangError):
        pytest.skip("not of the family")
    error = kind("Row {row} of {file} is broken.", where="a {b}.csv", remedy="Mend row {row}.", row=3, file="a.csv")
    arrived = there_and_back(error)
    assert type(arrived) is kind
    assert arrived.to_dict() == error.to_dict()
    assert arrived.fields == error.fields


def test_an_error_keeps_its_template_for_the_translation():
    error = SourceUnavailable("The file {name} is gone.", where="x", name=Extent(0, 0, 1, 1))
    arrived = there_and_back(error)
    assert arrived.template == "The file {name} is gone."
    assert str(Extent(0, 0, 1, 1)) in arrived.what


@dataclass(frozen=True)
class Stranger:
    value: int


@pytest.mark.parametrize("value", [{1, 2}, object(), Stranger(1), np.array([object()]), [1j], lambda: None])
def test_what_is_not_registered_does_not_leave(value: Any):
    with pytest.raises(DataError):
        wire.encode(value)


def message(root: Any, *buffers: bytes, version: int = wire.VERSION) -> list[bytes]:
    return [json.dumps({"v": version, "root": root}).encode(), *(buffers or (b"",))]


@pytest.mark.parametrize(
    "parts",
    [
        [b"", b""],
        [b"not json", b""],
        message(None, version=99),
        message({"c": "Popen", "v": {"args": "ls"}}),
        message({"c": "Extent", "v": {"x0": 1}}),
        message({"c": "Extent", "v": {"x0": 1, "y0": 1, "x1": 1, "y1": 1, "z": 1}}),
        message({"a": [0, 0, 8], "t": "<f8", "n": [1]}),
        message({"a": [0, 0, 8], "t": "|O", "n": [1]}, b"12345678"),
        message({"a": [0, 0, 8], "t": "<f8", "n": [2]}, b"12345678"),
        message({"a": [0, -8, 8], "t": "<f8", "n": [1]}, b"12345678"),
        message({"a": [7, 0, 8], "t": "<f8", "n": [1]}, b"12345678"),
        message({"a": [0, 0, 8], "t": "<f8", "n": [-1, -1]}, b"12345678"),
        message({"m": ["|O", 1]}),
        message({"r": 5}),
        message({"e": "SystemExit", "x": ["a", "b", "c"], "d": {"d": []}}),
        message({"e": "DataError", "x": ["{gap}", "b", "c"], "d": {"d": [["other", 1]]}}),
        message({"q": 1}),
        message({"l": [1], "t": [2]}),
    ],
)
def test_a_damaged_or_hostile_message_is_a_data_error(parts: list[bytes]):
    with pytest.raises(DataError):
        wire.decode(parts)


def test_a_raster_block_arrives_equal():
    block = RasterBlock(np.full((2, 300, 200), np.nan, np.float32), Extent(0, 0, 1, 1))
    arrived = there_and_back(block)
    assert arrived.box == block.box
    assert np.array_equal(arrived.values, block.values, equal_nan=True)


def test_only_dataclasses_can_be_registered_and_no_name_twice():
    with pytest.raises(TypeError, match="Stranger"):
        wire.register(type("Stranger", (), {}))
    with pytest.raises(TypeError, match="Extent"):
        wire.register(dataclass(type("Extent", (), {})))
