"""Vector files of every awkward kind: they open, or say why."""

from __future__ import annotations

import json

import numpy as np
import pytest

from layers.errors import HaitangError
from layers.geometry import EMPTY, LINE, POINT, POLYGON
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest
from tests.realdata import real_data_folder

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
KNOT = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
SCRIPTS = ["上海市", "Сунжа", "نهر", "नदी", "แม่น้ำ", "강", "ποταμός", "河川", "🌊", "a'b\"c", "e\u0301", ""]
KINDS = {
    "no features": [],
    "invalid": [("Polygon", KNOT)],
    "missing and empty": [None, ("Polygon", []), ("Polygon", SQUARE)],
    "mixed": [
        ("Point", [1, 2]),
        ("LineString", [[0, 0], [1, 1]]),
        ("Polygon", SQUARE),
        ("MultiPoint", [[1, 2], [3, 4]]),
    ],
    "heights": [("LineString", [[0, 0, 5], [1, 1, 6]]), ("Point", [1, 2, 3])],
}
TYPES = {
    "no features": [],
    "invalid": [POLYGON],
    "missing and empty": [EMPTY, EMPTY, POLYGON],
    "mixed": [POINT, LINE, POLYGON, POINT],
    "heights": [LINE, POINT],
}


def written(path, shapes, properties=None):
    rows = [
        {
            "type": "Feature",
            "properties": (properties or {}),
            "geometry": shape and {"type": shape[0], "coordinates": shape[1]},
        }
        for shape in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), "utf-8")
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
def test_awkward_geometries_are_read_for_what_they_are(tmp_path, kind):
    source = open_source(written(tmp_path / "a.geojson", KINDS[kind]))
    layer = source.describe().layers[0]
    block = source.read(FeatureRequest(layer.key))
    assert block.geometry.types.tolist() == TYPES[kind]
    assert layer.counts["features"] == len(KINDS[kind])


def test_a_polygon_that_crosses_itself_and_missing_shapes_are_told(tmp_path):
    source = open_source(written(tmp_path / "a.geojson", [*KINDS["invalid"], *KINDS["missing and empty"]]))
    assert {w.code for w in source.describe().layers[0].warnings} >= {"geometry_invalid", "geometry_missing"}


def test_ten_thousand_columns_are_read_and_one_of_them_alone(tmp_path):
    wide = {f"c{n}": n for n in range(10_000)}
    source = open_source(written(tmp_path / "a.geojson", [("Point", [1, 2]), ("Point", [3, 4])], wide))
    layer = source.describe().layers[0]
    assert len(layer.columns) == 10_000
    assert source.read(FeatureRequest(layer.key, columns=("c9999",))).columns["c9999"].tolist() == [9999, 9999]


def test_names_in_every_script_come_back_as_they_were(tmp_path):
    for n, name in enumerate(SCRIPTS):
        file = tmp_path / f"{name.replace(chr(34), '') or 'empty'}{n}.geojson"
        source = open_source(written(file, [("Point", [1, 2])], {name or "x": name}))
        block = source.read(FeatureRequest(source.describe().layers[0].key))
        assert block.columns[name or "x"] == [name]


def places():
    root = real_data_folder()
    folders = ("vector", "broken/geometry", "broken/shapefile", "broken/shp_gbk_no_cpg", "broken/shp_gbk_with_cpg")
    found = [p for f in (*folders, "broken/shp_utf8_wrong_cpg", "broken/xml") for p in sorted((root / f).rglob("*"))]
    return [str(p.relative_to(root)) for p in found if p.is_file()] or ["absent"]


@pytest.mark.parametrize("name", places())
def test_every_vector_file_of_the_collection_opens_or_says_why(name):
    if name == "absent":
        pytest.skip(f"real data absent below {real_data_folder()}")
    said, layers = "", ()
    try:
        source = open_source(str(real_data_folder() / name))
        layers = source.describe().layers
        for layer in layers[:3]:
            if layer.kind == "vector" and layer.geometry is not None:
                block = source.read(FeatureRequest(layer.key, limit=2000))
                assert np.isfinite(block.geometry.xy).all()
    except HaitangError as error:
        said = error.what if error.where else ""
    assert layers or said
