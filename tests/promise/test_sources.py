"""What every DataSource must keep: cheap and equal descriptions, whole answers, our errors, an untouched folder."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.errors import DataError
from layers.extent import Extent
from layers.heights import DATUMS
from layers.sources import wire
from layers.sources.facts import to_info
from layers.sources.source import (
    DataSource,
    FeatureBlock,
    FeatureRequest,
    RasterBlock,
    RasterRequest,
    SeriesBlock,
    SeriesRequest,
    Statistics,
    StatisticsRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
)
from tests.promise.makers import MAKERS
from tests.unit.layers.raster_files import state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.sources.source import LayerDescription, Request

ANSWERS: dict[type, type] = {
    RasterRequest: RasterBlock,
    FeatureRequest: FeatureBlock,
    TopologyRequest: Topology,
    ValuesRequest: Values,
    SeriesRequest: SeriesBlock,
    StatisticsRequest: Statistics,
}
FAR = Extent(9e8, 9e8, 9.1e8, 9.1e8)


@pytest.fixture(params=MAKERS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataSource]:
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


def requests_of(layer: LayerDescription) -> list[Request]:
    """One request of every kind the layer should answer."""
    names = [v.name for v in layer.variables if not v.vector and v.location is not None]
    if layer.kind == "vector":
        return [FeatureRequest(layer.key), FeatureRequest(layer.key, geometry=False, limit=1)]
    if layer.kind == "raster":
        found: list[Request] = [
            RasterRequest(layer.key, (names[0],)),
            RasterRequest(layer.key, (names[0],), 0, None, 2, 2),
        ]
    elif layer.kind == "mesh":
        found = [TopologyRequest(layer.key), ValuesRequest(layer.key, names[0])]
    else:
        found = []
    return [*found, SeriesRequest(layer.key, names[0], (0,)), StatisticsRequest(layer.key, names[0])]


def same(a: Any, b: Any) -> bool:
    """Whether two answers hold the same."""
    if isinstance(a, np.ndarray):
        nan = a.dtype.kind in "fcmM"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=nan)
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if f.init)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return a == b or (a != a and b != b)


def test_it_is_a_source_with_a_path(source: DataSource):
    assert isinstance(source, DataSource)
    assert source.path


def test_describing_twice_gives_the_same(source: DataSource):
    first = source.describe()
    assert same(source.describe(), first)
    assert first.layers
    assert len({layer.key for layer in first.layers}) == len(first.layers)


def test_the_description_uses_the_terms_of_the_contract(source: DataSource):
    for layer in source.describe().layers:
        assert layer.crs is None or layer.crs.startswith("EPSG:") or "[" in layer.crs
        assert layer.vdatum is None or layer.vdatum in DATUMS or layer.vdatum
        assert layer.bounds is None or (layer.bounds.x0 <= layer.bounds.x1 and layer.bounds.y0 <= layer.bounds.y1)
        assert all(isinstance(count, int) and count >= 0 for count in layer.counts.values())
        assert len({variable.name for variable in layer.variables}) == len(layer.variables)
        for note in (*layer.warnings, *source.describe().warnings):
            assert note.code.isidentifier()
            assert note.what.format(**note.fields)
            assert "{" not in note.what.format(**note.fields) + note.remedy.format(**note.fields)


def test_the_facts_are_plain_json(source: DataSource):
    facts = to_info(source.describe())
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    named = {"path", "kind", "driver", "crs", "vdatum", "bounds", "time", "counts", "variables", "layers", "warnings"}
    assert named <= set(facts)


def test_the_description_crosses_to_another_process(source: DataSource):
    sent = source.describe()
    assert same(wire.decode(wire.encode(sent)), sent)


def test_every_request_has_the_answer_of_its_kind_and_it_crosses_whole(source: DataSource):
    for layer in source.describe().layers:
        for request in requests_of(layer):
            assert wire.decode(wire.encode(request)) == request
            answer = source.read(request)
            assert type(answer) is ANSWERS[type(request)]
            assert same(wire.decode(wire.encode(answer)), answer)


def test_reading_twice_gives_the_same(source: DataSource):
    for layer in source.describe().layers:
        for request in requests_of(layer):
            assert same(source.read(request), source.read(request))


def test_answers_have_the_shapes_and_kinds_that_are_promised(source: DataSource):
    for layer in source.describe().layers:
        for request in requests_of(layer):
            answer = source.read(request)
            if isinstance(answer, RasterBlock):
                assert answer.values.dtype == np.float32
                assert answer.values.shape[0] == 1
                assert layer.bounds is not None
                assert answer.box.x0 >= layer.bounds.x0 - 1e-6
            elif isinstance(answer, FeatureBlock):
                assert answer.ids.dtype == np.int64
                assert all(len(column) == len(answer.ids) for column in answer.columns.values())
                assert answer.geometry is None or len(answer.geometry) == len(answer.ids)
            elif isinstance(answer, SeriesBlock):
                assert answer.times.dtype == np.dtype("datetime64[ns]")
                assert answer.values.shape == (len(answer.times), 1)
            elif isinstance(answer, Topology):
                assert answer.face_nodes.dtype == np.int32
                assert answer.face_offsets[-1] == len(answer.face_nodes)
            elif isinstance(answer, Values):
                assert answer.values.dtype == np.float32


def test_a_request_it_cannot_answer_is_a_data_error(source: DataSource):
    for layer in source.describe().layers:
        wrong: list[Request] = (
            [FeatureRequest(layer.key)]
            if layer.kind != "vector"
            else [RasterRequest(layer.key, ("1",)), TopologyRequest("")]
        )
        for request in wrong:
            with pytest.raises(DataError):
                source.read(request)


def test_an_unknown_variable_is_a_data_error_that_names_it(source: DataSource):
    for layer in source.describe().layers:
        if layer.kind != "vector":
            with pytest.raises(DataError, match="no such thing"):
                source.read(StatisticsRequest(layer.key, "no such thing"))


def test_a_box_far_away_is_not_an_error(source: DataSource):
    for layer in source.describe().layers:
        for request in requests_of(layer):
            if isinstance(request, FeatureRequest):
                assert len(source.read(replace(request, box=FAR)).ids) == 0
            elif isinstance(request, RasterRequest):
                assert isinstance(source.read(replace(request, box=FAR)), RasterBlock)


def test_closing_twice_is_closing_once(source: DataSource):
    source.describe()
    source.close()
    source.close()


@pytest.mark.parametrize("name", [name for name in MAKERS if not name.startswith(("memory", "computed"))])
def test_the_folder_is_as_it_was_after_opening_reading_and_closing(tmp_path: Path, name: str):
    MAKERS[name](tmp_path).close()
    before = state(tmp_path)
    # Made once, opened again: the second opening must find and leave the same bytes.
    path = next(p for p in sorted(tmp_path.iterdir()) if p.suffix not in (".cpg", ".dbf", ".prj", ".shx"))
    from layers.sources.open import open_source

    again = open_source(str(path))
    for layer in again.describe().layers:
        for request in requests_of(layer):
            again.read(request)
    assert state(tmp_path) == before
    again.close()
    assert state(tmp_path) == before
