from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from layers.errors import DataError, SourceUnavailable
from layers.extent import Extent
from layers.sources import parquet_file
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest, StatisticsRequest, TopologyRequest
from tests.unit.layers.vector_files import NAMES, SQUARES

if TYPE_CHECKING:
    from pathlib import Path

CRS = pyproj.CRS.from_epsg(4490).to_json_dict()
BOX = Extent(600_000, 3_400_000, 600_090, 3_400_010)


def made(path: Path, about: dict[str, Any] | None = None, geo: Any = "", shapes: Any = None, **options: Any) -> Path:
    """A GeoParquet file; ``about`` adds to the description of its geometry, ``geo`` replaces all of it."""
    blobs = shapely.to_wkb(np.array(SQUARES if shapes is None else shapes, object))
    table = pa.table({
        "name": pa.array(NAMES),
        "value": pa.array(np.arange(5.0)),
        "kind": pa.array(["a", "b", "a", None, "b"]).dictionary_encode(),
        "day": pa.array([19_000, None, 19_001, 19_002, 19_003], pa.date32()),
        "geometry": pa.array(blobs, pa.binary()),
    })  # fmt: skip
    column = {"encoding": "WKB", "geometry_types": ["Polygon"], "crs": "EPSG:4549", **(about or {})}
    text = json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})
    metadata = {"geo": text if geo == "" else geo} if geo is not None else {}
    pq.write_table(table.replace_schema_metadata(metadata), path, row_group_size=2, **options)
    return path


def layer_of(path: Path) -> Any:
    source = open_source(str(path))
    layer = source.describe().layers[0]
    source.close()
    return layer


def test_a_layer_says_what_the_metadata_say(tmp_path: Path):
    layer = layer_of(made(tmp_path / "建筑.parquet", {"bbox": BOX.to_list()}))
    assert (layer.crs, layer.bounds, layer.counts, layer.geometry) == ("EPSG:4549", BOX, {"features": 5}, "Polygon")
    assert [(c.name, c.type) for c in layer.columns] == [
        ("name", "text"), ("value", "float"), ("kind", "text"), ("day", "date")]  # fmt: skip
    assert layer.title == "建筑"


def test_bounds_that_are_not_stated_come_from_the_geometry(tmp_path: Path):
    assert layer_of(made(tmp_path / "a.parquet")).bounds == BOX
    assert layer_of(made(tmp_path / "b.parquet", shapes=[None] * 5)).bounds is None


@pytest.mark.parametrize(
    ("about", "system"), [({"crs": None}, None), ({"crs": CRS}, "EPSG:4490"), ({"crs": {"type": "nonsense"}}, None)]
)
def test_the_system_is_the_one_stated(tmp_path: Path, about: dict[str, Any], system: str | None):
    layer = layer_of(made(tmp_path / "a.parquet", about))
    assert layer.crs == system
    assert bool({"crs_missing", "crs_unknown"} & {note.code for note in layer.warnings}) == (system is None)


def test_no_statement_means_degrees(tmp_path: Path):
    geo = json.dumps({"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}})
    assert layer_of(made(tmp_path / "a.parquet", geo=geo)).crs == "EPSG:4326"


def test_features_are_chosen_by_box_number_limit_and_column(tmp_path: Path):
    source = open_source(str(made(tmp_path / "a.parquet")))
    block = source.read(FeatureRequest(""))
    assert block.columns["name"] == NAMES
    assert block.columns["kind"] == ["a", "b", "a", None, "b"]
    assert np.isnat(block.columns["day"]).tolist() == [False, True, False, False, False]
    assert len(block.geometry.xy) == 25
    near = source.read(FeatureRequest("", Extent(600_015, 3_400_000, 600_045, 3_400_005), ("value",), geometry=False))
    assert (near.columns["value"].tolist(), near.geometry, near.ids.tolist()) == ([1.0, 2.0], None, [1, 2])
    assert source.read(FeatureRequest("", None, (), (4, 0), 1)).ids.tolist() == [0]
    assert source.read(StatisticsRequest("", "value")).maximum == 4.0
    with pytest.raises(DataError, match="no column x"):
        source.read(FeatureRequest("", None, ("x",)))
    with pytest.raises(DataError, match="TopologyRequest"):
        source.read(TopologyRequest(""))
    source.close()


@pytest.mark.parametrize("geo", [None, "no json", "{}", '{"primary_column": "x", "columns": {}}', "[]"])
def test_a_table_without_a_column_of_geometry_is_refused(tmp_path: Path, geo: str | None):
    with pytest.raises(DataError, match="no column of geometry"):
        open_source(str(made(tmp_path / "a.parquet", geo=geo)))


def test_another_encoding_of_geometry_is_named(tmp_path: Path):
    with pytest.raises(DataError, match="stored as point"):
        open_source(str(made(tmp_path / "a.parquet", {"encoding": "point"})))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.95])
def test_a_file_cut_off_is_one_sentence(tmp_path: Path, keep: float):
    path = made(tmp_path / "a.parquet")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(SourceUnavailable) as caught:
        open_source(str(path))
    assert "\n" not in str(caught.value)


def test_a_file_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet_file, "MAX_BYTES", 100)
    with pytest.raises(DataError, match="unpacked"):
        open_source(str(made(tmp_path / "a.parquet")))


def test_large_offsets_and_chunks_are_read(tmp_path: Path):
    table = pq.read_table(made(tmp_path / "a.parquet"))
    wide = table.set_column(4, "geometry", table.column("geometry").cast(pa.large_binary()))
    pq.write_table(wide, tmp_path / "b.parquet", row_group_size=1)
    source = open_source(str(tmp_path / "b.parquet"))
    assert len(source.read(FeatureRequest("")).geometry.xy) == 25
    source.close()
