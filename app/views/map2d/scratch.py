"""Scratch features: the features that live in the workspace → columnar blocks, as a source would give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import FilterInvalid
from layers.filters.reading import parse
from layers.filters.terms import columns as asked_columns
from layers.geometry import EMPTY, LINE, POINT, POLYGON, Geometry
from layers.sources.asking import filtered
from layers.sources.source import FeatureBlock, FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.edits import Feature

KINDS = {
    "Point": POINT,
    "MultiPoint": POINT,
    "LineString": LINE,
    "MultiLineString": LINE,
    "Polygon": POLYGON,
    "MultiPolygon": POLYGON,
}


def block_of(features: Mapping[int, Feature], columns: tuple[str, ...]) -> FeatureBlock:
    """Give features as a block.

    Parameters
    ----------
    features : mapping of id to Feature
        GeoJSON-like geometries; those of other kinds come out empty.
    columns : tuple of str
        Which properties.
    """
    shapes = [feature.get("geometry") for feature in features.values()]
    ids = np.fromiter(features, np.int64, len(features))
    values = {name: [f.get("properties", {}).get(name) for f in features.values()] for name in columns}
    return FeatureBlock(ids, geometry_of(shapes), values)


def scratch_block(features: Mapping[int, Feature], columns: tuple[str, ...], where: str = "") -> FeatureBlock:
    """Give features as a block, only those that a filter keeps; all where the filter cannot be asked of them.

    Parameters
    ----------
    features : mapping of id to Feature
    columns : tuple of str
        Which properties.
    where : str
        CQL2 text; empty keeps everything.
    """
    if not where:
        return block_of(features, columns)
    try:
        term = parse(where)
        whole = block_of(features, tuple(dict.fromkeys((*columns, *asked_columns(term)))))
        return filtered(whole, term, FeatureRequest("", columns=columns))
    except FilterInvalid:
        return block_of(features, columns)


def geometry_of(shapes: list[dict[str, Any] | None]) -> Geometry:
    """Give GeoJSON-like geometries in columns."""
    xy: list[Any] = []
    rings, parts, ends, types = [0], [0], [0], []
    for shape in shapes:
        kind = KINDS.get(shape.get("type", ""), EMPTY) if shape else EMPTY
        types.append(kind)
        for part in _parts(shape) if shape and kind != EMPTY else []:
            for ring in part:
                xy.extend(point[:2] for point in ring)
                rings.append(len(xy))
            parts.append(len(rings) - 1)
        ends.append(len(parts) - 1)
    return Geometry(
        np.array(xy, np.float64).reshape(-1, 2),
        np.array(rings, np.int64),
        np.array(parts, np.int64),
        np.array(ends, np.int64),
        np.array(types, np.uint8),
    )


def _parts(shape: dict[str, Any]) -> list[list[list[Any]]]:
    """Give the parts of a geometry, each a list of rings."""
    kind, c = shape["type"], shape.get("coordinates") or []
    if not c:
        return []
    wrapped = {
        "Point": lambda: [[[c]]],
        "MultiPoint": lambda: [[[point]] for point in c],
        "LineString": lambda: [[c]],
        "MultiLineString": lambda: [[line] for line in c],
        "Polygon": lambda: [c],
        "MultiPolygon": lambda: list(c),
    }
    return wrapped[kind]()
