"""GeoParquet: features in Arrow columns, with the place of the geometry in the file's metadata."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers import crs
from layers.errors import CrsMissing, DataError, SourceUnavailable
from layers.extent import Extent
from layers.geometry import feature_boxes
from layers.sources import formats, guard
from layers.sources.columns import arrow_type, to_column, to_flat_column
from layers.sources.features import chosen, column_statistics, from_arrow, read_warnings
from layers.sources.place import place_warnings
from layers.sources.source import (
    Column,
    Description,
    FeatureBlock,
    FeatureRequest,
    LayerDescription,
    StatisticsRequest,
    Warned,
)

if TYPE_CHECKING:
    from pathlib import Path

    from layers.geometry import Geometry
    from layers.sources.source import Block, Request
    from layers.wkb import Found

MAX_BYTES = 4 << 30
"""Uncompressed size from which a file is refused: it would be held in memory whole."""
LOOKED_AT = 2_000


def sniff(path: Path, head: bytes) -> bool:
    """Tell whether the file is Parquet."""
    return formats.identify(path, head).reader == formats.PARQUET


def open(path: str) -> ParquetFile:  # noqa: A001  the form every reader has
    """Open a GeoParquet file; only its metadata are read.

    Raises
    ------
    SourceUnavailable
        The file is damaged.
    DataError
        It holds no geometry, or more than memory should hold.
    """
    return ParquetFile(path)


class ParquetFile:
    """A GeoParquet file as a ``DataSource``; its one layer has the key ``""``; ids count the rows from 0."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = guard.local_path(path)
        self._metadata = self._header()
        self._schema = self._metadata.schema.to_arrow_schema()
        self._geo = self._geo_metadata()
        self._name = str(self._geo["primary_column"])
        self._about = cast("dict[str, Any]", self._geo["columns"][self._name])
        self._shapes: tuple[Geometry, Found] | None = None
        self._described: Description | None = None

    def describe(self) -> Description:
        """Tell what the metadata say; the bounds come from the geometry where they are not stated."""
        if self._described is None:
            self._described = Description(self.path, "vector", "Parquet", (self._layer(),))
        return self._described

    def read(self, request: Request) -> Block:
        """Read features, or the range of a column.

        Raises
        ------
        DataError
            The file is damaged, a column is not there, or the kind of request is not for features.
        """
        if isinstance(request, FeatureRequest):
            return self._features(request)
        if isinstance(request, StatisticsRequest):
            asked = FeatureRequest(request.layer, columns=(request.variable,), geometry=False)
            return column_statistics(self._features(asked), request.variable, self.path)
        raise DataError(
            "A vector file has no answer to a request of kind {kind}.", where=self.path, kind=type(request).__name__
        )

    def close(self) -> None:
        """Let go of what was kept."""
        self._shapes = None

    # ------------------------------------------------------------------ opening

    def _header(self) -> Any:
        pa = guard.pyarrow()
        try:
            metadata = guard.parquet().read_metadata(self._file)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged(error) from error
        size = sum(int(metadata.row_group(i).total_byte_size) for i in range(metadata.num_row_groups))
        if size > MAX_BYTES:
            raise DataError(
                "The file holds {size} MB unpacked; Parquet is read whole and limited to {limit} MB.",
                where=self.path,
                remedy="Convert it to FlatGeobuf or GeoPackage.",
                size=size >> 20,
                limit=MAX_BYTES >> 20,
            )
        return metadata

    def _geo_metadata(self) -> dict[str, Any]:
        raw = cast("dict[bytes, bytes]", self._schema.metadata or {}).get(b"geo")
        try:
            geo = cast("dict[str, Any]", json.loads(raw or b"null"))
            column = geo["columns"][geo["primary_column"]]
            known = column["encoding"] == "WKB" and geo["primary_column"] in self._schema.names
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                "This Parquet file names no column of geometry (GeoParquet).",
                where=self.path,
                remedy="Write it as GeoParquet 1.0 or later, or as GeoPackage.",
            ) from error
        if not known:
            raise DataError(
                "The geometry of this GeoParquet file is stored as {encoding}, which is not read.",
                where=self.path,
                remedy="Write it with the encoding WKB.",
                encoding=str(column["encoding"]),
            )
        return geo

    def _damaged(self, error: Exception) -> SourceUnavailable:
        return SourceUnavailable(
            "The file cannot be read: {reason}.",
            where=self.path,
            remedy="It is damaged or not complete; copy it again from where it comes.",
            reason=" ".join(str(error).split())[:200].rstrip("."),
        )

    # ------------------------------------------------------------------ description

    def _layer(self) -> LayerDescription:
        system, notes = self._system()
        bounds = self._bounds()
        kinds = cast("list[str]", self._about.get("geometry_types") or [])
        named = kinds[0] if len(kinds) == 1 else "Unknown"
        if 0 < self._metadata.num_rows <= LOOKED_AT:
            geometry, found = self._geometry()
            looked, more = read_warnings(FeatureBlock(np.arange(len(geometry)), geometry, {}), found)
            named, notes = (looked or named) if named == "Unknown" else named, notes + more
        return LayerDescription(
            key="",
            kind="vector",
            title=self._file.stem,
            crs=system,
            bounds=bounds,
            counts={"features": int(self._metadata.num_rows)},
            columns=tuple(Column(field.name, arrow_type(field.type)) for field in self._fields()),
            geometry=named,
            encoding="UTF-8",
            warnings=notes + place_warnings(system, bounds),
        )

    def _system(self) -> tuple[str | None, tuple[Warned, ...]]:
        # The standard: no member "crs" means longitude and latitude on WGS 84, null means not known.
        given = self._about.get("crs", "OGC:CRS84")
        try:
            return crs.normalise(given if isinstance(given, str) else json.dumps(given) if given else None), ()
        except CrsMissing:
            return None, (
                Warned(
                    "crs_unknown",
                    "The reference system that the file names is not known here.",
                    "Set the reference system in the properties of the layer.",
                ),
            )

    def _bounds(self) -> Extent | None:
        stated = self._about.get("bbox")
        if isinstance(stated, list) and len(cast("list[Any]", stated)) in (4, 6):
            box = [float(value) for value in cast("list[Any]", stated)]
            half = len(box) // 2
            found = [box[0], box[1], box[half], box[half + 1]]
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # no feature has a place
                boxes = feature_boxes(self._geometry()[0])
                low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
            found = [*low.tolist(), *high.tolist()]
        return Extent(*found) if np.isfinite(found).all() else None

    def _fields(self) -> list[Any]:
        return [field for field in self._schema if field.name not in self._geo["columns"]]

    # ------------------------------------------------------------------ reading

    def _columns(self, names: list[str]) -> Any:
        pa = guard.pyarrow()
        try:
            return guard.parquet().read_table(self._file, columns=names, use_threads=False, memory_map=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged(error) from error

    def _geometry(self) -> tuple[Geometry, Found]:
        if self._shapes is None:
            self._shapes = from_arrow(self._columns([self._name]).column(0))
        return self._shapes

    def _features(self, request: FeatureRequest) -> FeatureBlock:
        names = [field.name for field in self._fields()]
        missing = [name for name in request.columns or () if name not in names]
        if missing:
            raise DataError(
                "The layer has no column {name}.",
                where=self.path,
                remedy="Its columns are: {names}.",
                name=missing[0],
                names=", ".join(names[:30]),
            )
        wanted = names if request.columns is None else list(request.columns)
        table = self._columns(wanted)
        formed = to_flat_column if request.flat else to_column
        columns = {name: formed(table.column(name)) for name in wanted}
        needed = request.geometry or request.box is not None
        geometry = self._geometry()[0] if needed else None
        return chosen(FeatureBlock(np.arange(int(self._metadata.num_rows)), geometry, columns), request)
