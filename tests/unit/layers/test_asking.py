"""Sources of features keep what a filter keeps and give texts flat, whatever their format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from layers.errors import DataError, FilterInvalid
from layers.shapes import to_geometry
from layers.sources.asking import answered, joined
from layers.sources.memory import vector_source
from layers.sources.open import open_source
from layers.sources.source import Column, FeatureBlock, FeatureRequest
from layers.texts import Texts
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (Column("name", "text"), Column("depth", "float"))


def block() -> FeatureBlock:
    """Six points on a line."""
    geometry = to_geometry(shapely.points(np.arange(6.0), np.zeros(6)))
    names = ["甲", "乙", None, "丁", "", "己"]
    return FeatureBlock(np.arange(6), geometry, {"name": names, "depth": np.array([1.0, 2, np.nan, 4, 5, 6])})


def files(folder: Path) -> list[str]:
    """The six points in three formats, of which each is read in its own way."""
    import json

    import pyarrow as pa
    import pyarrow.parquet
    import pyogrio

    points = shapely.points(np.arange(6.0), np.zeros(6))
    held = block()
    made = []
    for name in ("a.gpkg", "b.shp"):
        pyogrio.raw.write(
            folder / name,
            shapely.to_wkb(points),
            [np.array(held.columns["name"], object), held.columns["depth"]],
            ["name", "depth"],
            geometry_type="Point",
            crs="EPSG:4549",
            encoding="UTF-8",
        )
        made.append(str(folder / name))
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    table = pa.table(
        {"name": held.columns["name"], "depth": held.columns["depth"], "geometry": shapely.to_wkb(points).tolist()}
    ).replace_schema_metadata(
        {"geo": json.dumps({**geo, "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}}})}
    )
    pa.parquet.write_table(table, folder / "c.parquet")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(i), 0.0]},
            "properties": {"name": n, "depth": None if np.isnan(d) else d},
        }
        for i, (n, d) in enumerate(zip(held.columns["name"], held.columns["depth"].tolist(), strict=True))
    ]
    (folder / "d.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return [*made, str(folder / "c.parquet"), str(folder / "d.geojson")]


def test_every_format_keeps_the_same_features_and_gives_texts_both_ways(tmp_path: Path):
    for path in files(tmp_path):
        source = open_source(path)
        request = FeatureRequest(source.describe().layers[0].key, where="depth > 1.5 AND name LIKE '%'")
        plain = answered(source, request)
        assert [n or "" for n in plain.columns["name"]] == (
            ["乙", "丁", "", "己"] if "shp" not in path else ["乙", "丁", "己"]
        ), path
        flat = answered(source, replace(request, flat=True))
        assert isinstance(flat.columns["name"], Texts)
        assert list(flat.columns["name"]) == plain.columns["name"]
        assert np.array_equal(flat.ids, plain.ids)
        assert np.array_equal(plain.geometry.xy[:, 0], [1, 3, 4, 5] if "shp" not in path else [1, 3, 5])
        source.close()


def test_only_the_columns_asked_for_come_back_though_the_filter_needs_others():
    source = vector_source(block(), COLUMNS, crs=None)
    found = answered(
        source, FeatureRequest("", columns=(), geometry=False, where="S_INTERSECTS(geometry, BBOX(1,-1,3,1))")
    )
    assert found.ids.tolist() == [1, 2, 3]
    assert found.columns == {}
    assert found.geometry is None


def test_the_limit_counts_what_the_filter_keeps():
    source = vector_source(block(), COLUMNS, crs=None)
    assert answered(source, FeatureRequest("", where="depth > 3", limit=2)).ids.tolist() == [3, 4]


def test_a_layer_reads_what_its_own_filter_keeps_and_joins_it_to_another():
    layer = VectorLayer(source="x", filter="depth > 1")
    source = vector_source(block(), COLUMNS, crs=None)
    layer.attach(source, source.describe().layers[0])
    assert layer.read(FeatureRequest("")).ids.tolist() == [1, 3, 4, 5]
    assert layer.read(FeatureRequest("", where="name = '丁' OR name = '甲'")).ids.tolist() == [3]
    assert joined("a = 1 OR b = 2", "", "c = 3") == "(a = 1 OR b = 2) AND c = 3"


def test_a_filter_on_a_column_that_is_not_there_is_refused():
    source = vector_source(block(), COLUMNS, crs=None)
    for where in ("宽 > 1", "depth ="):
        with pytest.raises((DataError, FilterInvalid)):
            answered(source, FeatureRequest("", where=where))
