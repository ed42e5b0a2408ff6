"""Vector layers from files: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, KML, GML, GPX and DXF."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers import crs
from layers.errors import CrsMissing, DataError, SourceUnavailable
from layers.extent import Extent
from layers.heights import UNKNOWN, datum_name
from layers.sources import formats, geopackage, guard, packs, shapefile
from layers.sources.columns import columns_of, to_column, to_flat_column
from layers.sources.features import chosen, column_statistics, decoded, pack_layer, read_warnings
from layers.sources.place import place_warnings
from layers.sources.source import (
    Description,
    FeatureBlock,
    FeatureRequest,
    LayerDescription,
    StatisticsRequest,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from layers.sources.source import Block, Request
    from layers.wkb import Found

INDEXED = {"GPKG", "FlatGeobuf", "ESRI Shapefile"}
"""Formats that find features in a box or by number; the others are read once, whole, and kept."""
PACKED_FROM = 50_000
"""Features from which a layer read whole is kept as a pack."""
BATCH = 65_536
LOOKED_AT = 2_000
LOOKED_AT_BYTES = 8 << 20
IDS_AT_ONCE = 2_000
RECORD = "HAITANG_RECORD"
_AWKWARD = set("!;?#%*")


def sniff(path: Path, head: bytes) -> bool:
    """Tell whether the file is one of the vector formats."""
    return formats.identify(path, head).reader == formats.VECTOR


def open(path: str) -> VectorFile:  # noqa: A001  the form every reader has
    """Open a vector file.

    Raises
    ------
    SourceUnavailable
        The file is damaged or of another kind.
    """
    return VectorFile(path)


@dataclass(slots=True)
class _Opened:
    """What GDAL opens: the file or a private copy, with the options and warnings that go with it."""

    path: Path
    layers: tuple[str, ...] | None = None
    options: dict[str, str] = field(default_factory=lambda: {})
    encoding: str | None = None
    warnings: tuple[Warned, ...] = ()
    copy: guard.PrivateCopy | None = None


class VectorFile:
    """A vector file as a ``DataSource``; layers are keyed by their names in the file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = guard.local_path(path)
        kind = formats.identify(self._file, guard.head_of(self._file))
        if kind.reader != formats.VECTOR:
            raise SourceUnavailable(
                "This is not a vector file.", where=path, remedy="Open a GeoPackage or another vector file."
            )
        self._driver = kind.driver
        self._whole: dict[str, tuple[FeatureBlock, Found]] = {}
        self._opened = self._prepared()
        self._infos: dict[str, dict[str, Any]] = {}
        self._inner: dict[str, str] = {}
        try:
            self._names = self._opened.layers or self._listed()
            if not self._names:
                raise SourceUnavailable(
                    "The file holds no layers; it is empty or damaged.",
                    where=path,
                    remedy="Copy it again from where it comes, or write it again.",
                )
        except BaseException:
            self.close()
            raise
        self._described: Description | None = None

    def describe(self) -> Description:
        """Tell what the layers hold; features are looked at only where there are few."""
        if self._described is None:
            layers = [self._layer(name) for name in self._names]
            filled = [layer for layer in layers if layer.counts["features"] > 0] or layers[:1]
            kept = filled if self._driver in ("GPX", "DXF", "KML") else layers
            self._described = Description(self.path, "vector", self._driver, tuple(kept), self._opened.warnings)
        return self._described

    def recall(self, description: Description) -> None:
        """Take what this file was found to hold before, instead of looking at it again."""
        self._described = description
        for layer in description.layers:
            names, count = np.array([column.name for column in layer.columns], object), layer.counts["features"]
            self._infos[layer.key] = {"fields": names, "geometry_type": layer.geometry, "features": count}

    def read(self, request: Request) -> Block:
        """Read features, or the range of a column.

        Raises
        ------
        DataError
            The file is damaged, or the layer or column is not there, or the kind of request is not for features.
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
        """Let go of the file, and delete a private copy."""
        self._whole.clear()
        if self._opened.copy is not None:
            self._opened.copy.close()

    # ------------------------------------------------------------------ opening

    def _prepared(self) -> _Opened:
        if self._driver == "GPKG":
            pack = geopackage.prepared(self._file)
            opened = _Opened(pack.path, pack.tables, {"IMMUTABLE": "YES"}, None, pack.warnings, pack.copy)
        elif self._driver == "ESRI Shapefile":
            shape = shapefile.prepared(self._file)
            notes = shape.encoding.warnings + shape.warnings
            opened = _Opened(shape.path, None, {}, shape.encoding.name, notes, shape.copy)
        else:
            if self._driver not in INDEXED:
                guard.check_parsed(self._file)
            opened = _Opened(self._file)
        # GML writes a schema beside the file; signs with a meaning to pyogrio must not stand in the path.
        if opened.copy is None and (self._driver == "GML" or _AWKWARD & set(str(opened.path))):
            names = [self._file, *(self._file.with_suffix(s) for s in (".shx", ".dbf", ".prj", ".cpg"))]
            opened.copy = guard.PrivateCopy(names if self._driver == "ESRI Shapefile" else names[:1])
            opened.path = opened.copy.folder / f"{guard.COPY_NAME}{self._file.suffix.lower()}"
        return opened

    def _listed(self) -> tuple[str, ...]:
        found = self._called(lambda library: library.list_layers(self._opened.path))
        copied = self._opened.copy is not None
        # A private copy has a name of its own; the layer keeps the name of the file.
        inner = [str(name) for name, _ in found]
        self._inner = {self._file.stem if copied and name == guard.COPY_NAME else name: name for name in inner}
        return tuple(self._inner)

    def _called(self, act: Callable[[Any], Any]) -> Any:
        """Call GDAL; what it refuses becomes one sentence, its warnings are ours to give."""
        library = guard.pyogrio()
        refusals = (RuntimeError, ValueError, OSError, TypeError, guard.pyarrow().ArrowException)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return act(library)
            except refusals as error:
                if isinstance(error, DataError):
                    raise
                raise SourceUnavailable(
                    "The file cannot be read: {reason}.",
                    where=self.path,
                    remedy="It is damaged or not complete; copy it again from where it comes.",
                    reason=" ".join(str(error).replace(str(self._opened.path), self._file.name).split())[:200].rstrip(
                        "."
                    ),
                ) from error

    # ------------------------------------------------------------------ description

    def _info(self, name: str) -> dict[str, Any]:
        if name not in self._names:
            raise DataError(
                "There is no layer {name}.",
                where=self.path,
                remedy="The layers are: {names}.",
                name=name,
                names=", ".join(self._names[:20]),
            )
        if name not in self._infos:
            opened = self._opened
            self._infos[name] = self._called(
                lambda library: library.read_info(
                    opened.path,
                    layer=self._inner.get(name, name),
                    encoding=opened.encoding,
                    force_feature_count=True,
                    force_total_bounds=True,
                    **opened.options,
                )
            )
        return self._infos[name]

    def _layer(self, name: str) -> LayerDescription:
        info = self._info(name)
        spatial = info["geometry_type"] is not None
        system, notes = self._system(info) if spatial else (None, ())
        bounds = _bounds(info["total_bounds"]) if spatial else None
        if spatial and (bounds is not None or system is not None):
            notes += place_warnings(system, bounds)
        vdatum, about_datum = self._vdatum(name, info)
        metadata = cast("dict[str, str]", info.get("layer_metadata") or info.get("dataset_metadata") or {})
        layer = LayerDescription(
            key=name,
            kind="vector",
            title=self._file.stem if len(self._names) == 1 and self._driver != "GPKG" else name,
            crs=system,
            vdatum=vdatum,
            bounds=bounds,
            counts={"features": int(info["features"])},
            columns=columns_of(info),
            geometry=str(info["geometry_type"]) if spatial else None,
            encoding=self._opened.encoding or str(info["encoding"] or "") or None,
            warnings=notes + about_datum,
            extra=({"record": metadata[RECORD]} if RECORD in metadata else {}) | self._packable(info),
        )
        return self._looked_at(layer) if spatial else layer

    def _system(self, info: dict[str, Any]) -> tuple[str | None, tuple[Warned, ...]]:
        try:
            return crs.normalise(cast("str | None", info["crs"])), ()
        except CrsMissing:
            return None, (
                Warned(
                    "crs_unknown",
                    "The reference system that the file names is not known here.",
                    "Set the reference system in the properties of the layer.",
                ),
            )

    def _vdatum(self, name: str, info: dict[str, Any]) -> tuple[str | None, tuple[Warned, ...]]:
        names = [field for field in info["fields"].tolist() if field.lower() == "vdatum"]
        if not names or not info["features"]:
            return crs.vertical(info["crs"]) if info["crs"] and "VERT" in str(info["crs"]) else None, ()
        block = self._features(FeatureRequest(name, columns=(names[0],), geometry=False))
        found = sorted({datum_name(str(word)) for word in block.columns[names[0]] if word})
        if len(found) == 1:
            return (None if found[0] == UNKNOWN else found[0]), ()
        mixed = Warned(
            "vdatum_mixed",
            "The features stand on different vertical datums: {names}.",
            "Split the layer by its column {column} before heights are used.",
            {"names": ", ".join(found), "column": names[0]},
        )
        return None, (mixed,) if found else ()

    def _looked_at(self, layer: LayerDescription) -> LayerDescription:
        """Add what only the features themselves tell, where they are few."""
        count, size = layer.counts["features"], self._file.stat().st_size
        if not count or count > LOOKED_AT or size > LOOKED_AT_BYTES:
            return layer
        block, found = self._decoded(FeatureRequest(layer.key, columns=()))
        kind, notes = read_warnings(block, found)
        named = kind if layer.geometry in ("Unknown", "None") and kind else layer.geometry
        return replace(layer, geometry=named, warnings=layer.warnings + notes)

    # ------------------------------------------------------------------ reading

    def _features(self, request: FeatureRequest) -> FeatureBlock:
        return self._packed(request) or self._decoded(request)[0]

    def _packed(self, request: FeatureRequest) -> FeatureBlock | None:
        """Give a large layer whole from its pack, which is made at the first time."""
        info = self._info(request.layer)
        if not request.is_whole or not self._packable(info):
            return None
        self._check_columns(request, info)
        key = packs.key_of(self._file, request.layer)
        pack = packs.find(key) or self._pack(key, request.layer)
        if pack is None:
            return None
        columns: dict[str, Any] = {}
        if request.columns != ():
            rest = replace(request, geometry=False)
            table = self._decoded(rest)[0]
            if not np.array_equal(table.ids, pack.ids):
                return None
            columns = table.columns
        return FeatureBlock(pack.ids, pack.geometry, columns, pack.measured)

    def _packable(self, info: dict[str, Any]) -> dict[str, Any]:
        """Say in a description that a layer is kept as a pack once it was read whole."""
        local = packs.folder() is not None and self._opened.copy is None and self._driver in INDEXED
        large = info["geometry_type"] is not None and info["features"] >= PACKED_FROM
        return {"packed": True} if local and large else {}

    def _pack(self, key: str, layer: str) -> packs.Pack | None:
        """Make the pack of a layer; None where the disk does not take it."""
        try:
            return self._called(lambda library: pack_layer(key, self._opened_batches(library, layer)))
        except packs.NoRoom:
            return None

    def _opened_batches(self, library: Any, layer: str) -> Any:
        opened = self._opened
        return library.raw.open_arrow(
            opened.path,
            layer=self._inner.get(layer, layer),
            encoding=opened.encoding,
            columns=[],
            return_fids=True,
            batch_size=BATCH,
            use_pyarrow=True,
            **opened.options,
        )

    def _decoded(self, request: FeatureRequest) -> tuple[FeatureBlock, Found]:
        info = self._info(request.layer)
        self._check_columns(request, info)
        if self._driver in INDEXED:
            return self._fetched(request)
        if request.layer not in self._whole:
            self._whole[request.layer] = self._fetched(FeatureRequest(request.layer))
        block, found = self._whole[request.layer]
        return chosen(block, request), found

    def _check_columns(self, request: FeatureRequest, info: dict[str, Any]) -> None:
        missing = [name for name in request.columns or () if name not in info["fields"]]
        if missing:
            raise DataError(
                "The layer has no column {name}.",
                where=self.path,
                remedy="Its columns are: {names}.",
                name=missing[0],
                names=", ".join(info["fields"].tolist()[:30]),
            )

    def _fetched(self, request: FeatureRequest) -> tuple[FeatureBlock, Found]:
        if request.ids is None:
            table, geometry_name = self._table(request, None)
            table = table if request.limit is None else table.slice(0, request.limit)
            return decoded(table, geometry_name, to_flat_column if request.flat else to_column)
        groups = [request.ids[i : i + IDS_AT_ONCE] for i in range(0, len(request.ids), IDS_AT_ONCE)] or [()]
        tables = [self._table(request, group) for group in groups]
        whole = guard.pyarrow().concat_tables([table for table, _ in tables])
        block, found = decoded(whole, tables[0][1], to_flat_column if request.flat else to_column)
        # Not the box: it was asked for by number; the limit counts in the order of the file.
        return chosen(block, FeatureRequest(request.layer, request.box, request.columns, None, request.limit)), found

    def _table(self, request: FeatureRequest, ids: tuple[int, ...] | None) -> tuple[Any, str | None]:
        opened, info = self._opened, self._info(request.layer)
        spatial = request.geometry and info["geometry_type"] is not None
        box = request.box if ids is None and info["geometry_type"] is not None else None
        asked: dict[str, Any] = {
            "layer": self._inner.get(request.layer, request.layer),
            "encoding": opened.encoding,
            "columns": None if request.columns is None else list(request.columns),
            "read_geometry": spatial,
            "bbox": tuple(box.to_list()) if box is not None else None,
            "fids": np.array(ids or (-1,), np.int64) if ids is not None else None,
            "max_features": max(request.limit, 1) if ids is None and request.limit is not None else None,
            "return_fids": True,
            **opened.options,
        }
        read = _read_or_nothing if self._driver == "FlatGeobuf" and ids is None else _read
        meta, table = self._called(lambda library: read(library.raw, opened.path, asked))
        return table, (str(meta["geometry_name"] or "wkb_geometry") if spatial else None)


def _read(raw: Any, path: Path, asked: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    return raw.read_arrow(path, **asked)


def _read_or_nothing(raw: Any, path: Path, asked: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Read, but never nothing: GDAL 3.12 gives 65 536 rows of leftovers where no feature of a FlatGeobuf fits."""
    probe: dict[str, Any] = {**asked, "columns": [], "read_geometry": False, "max_features": 1}
    if len(raw.read(path, **probe)[1]):
        return _read(raw, path, asked)
    with raw.open_arrow(path, use_pyarrow=True, **{k: v for k, v in asked.items() if k != "max_features"}) as opened:
        meta, reader = opened
        return meta, reader.schema.empty_table()


def _bounds(found: Any) -> Extent | None:
    values = [float(v) for v in found] if found is not None else []
    return Extent(*values) if len(values) == 4 and np.isfinite(values).all() else None
