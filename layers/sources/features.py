"""Blocks of features: made from an Arrow table, cut to what was asked for, looked over for faults."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import DataError
from layers.geometry import EMPTY, POLYGON, feature_boxes, geometry_name, taken_geometry
from layers.shapes import to_shapes
from layers.sources.columns import picked
from layers.sources.packs import NoRoom, PackWriter, find
from layers.sources.source import FeatureBlock, Statistics, Warned
from layers.sources.statistics import statistics
from layers.wkb import Found, from_wkb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.geometry import Geometry
    from layers.sources.packs import Pack
    from layers.sources.source import FeatureRequest

VALIDATED_VERTICES = 200_000


def decoded(table: Any, geometry_name: str | None, to_column: Callable[[Any], Any]) -> tuple[FeatureBlock, Found]:
    """Give the features of an Arrow table whose first column holds their numbers.

    Parameters
    ----------
    table : pyarrow.Table
    geometry_name : str or None
        The column of well-known binary, None where geometry was not asked for.
    to_column : callable
        Makes an array or list of an Arrow column.
    """
    names = [str(name) for name in table.schema.names]
    ids = np.asarray(table.column(0).to_numpy(), np.int64)
    place = len(names) - 1 - names[::-1].index(geometry_name) if geometry_name in names[1:] else None
    geometry, found = (None, Found()) if place is None else from_arrow(table.column(place))
    columns = {name: to_column(table.column(i)) for i, name in enumerate(names) if i not in (0, place)}
    return FeatureBlock(ids, geometry, columns), found


def from_arrow(column: Any) -> tuple[Geometry, Found]:
    """Give the geometry of an Arrow column of well-known binary; its buffers are read where they lie."""
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    pieces = whole.chunks if hasattr(whole, "chunks") else [whole]
    blobs, starts, ends, at = [np.zeros(0, np.uint8)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for piece in pieces:
        data, offsets = _binary(piece)
        blobs.append(data)
        starts.append(offsets[:-1] + at)
        ends.append(np.where(_valid(piece), offsets[1:], offsets[:-1]) + at)
        at += len(data)
    data = blobs[1] if len(blobs) == 2 else np.concatenate(blobs)
    return from_wkb(data, np.concatenate(starts), np.concatenate(ends))


def pack_layer(key: str, opened: Any) -> Pack:
    """Write the pack of a layer from an open stream of batches, the next batch read while one is decoded.

    Parameters
    ----------
    key : str
        From `packs.key_of`.
    opened : context manager
        Gives what is known of the layer, and its batches: feature numbers first, well-known binary last.

    Raises
    ------
    NoRoom
        The cache cannot be written.
    """
    try:
        writer = PackWriter(key)
        try:
            with opened as (_, batches), ThreadPoolExecutor(1) as ahead:
                broken = 0
                coming = ahead.submit(next, batches, None)
                while (batch := coming.result()) is not None:
                    coming = ahead.submit(next, batches, None)
                    ids = np.asarray(batch.column(0).to_numpy(), np.int64)
                    geometry, found = from_arrow(batch.column(batch.num_columns - 1))
                    broken += found.broken
                    writer.add(ids, geometry)
            writer.finish(broken)
        except BaseException:
            writer.drop()
            raise
    except OSError as error:
        raise NoRoom from error
    made = find(key)
    if made is None:
        raise NoRoom
    return made


def _binary(piece: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    _, places, data = piece.buffers()
    width = np.int64 if str(piece.type) == "large_binary" else np.int32
    if places is None or not len(piece):
        return np.zeros(0, np.uint8), np.zeros(len(piece) + 1, np.int64)
    offsets = np.frombuffer(places, width)[piece.offset : piece.offset + len(piece) + 1].astype(np.int64)
    values = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return values, offsets


def _valid(piece: Any) -> NDArray[np.bool_]:
    return np.asarray(piece.is_valid().to_numpy(zero_copy_only=False), np.bool_)


def chosen(block: FeatureBlock, request: FeatureRequest) -> FeatureBlock:
    """Cut a block of all features to what a request asks for; a box counts by the boxes of the features."""
    keep = np.ones(len(block.ids), np.bool_)
    if request.ids is not None:
        keep &= np.isin(block.ids, np.array(request.ids, np.int64))
    if request.box is not None and block.geometry is not None:
        keep &= touching(block.geometry, request.box.to_list())
    rows = np.flatnonzero(keep)[: request.limit]
    names = block.columns if request.columns is None else request.columns
    whole = len(rows) == len(block.ids)
    geometry = block.geometry if request.geometry else None
    return FeatureBlock(
        block.ids[rows],
        geometry if geometry is None or whole else taken_geometry(geometry, rows),
        {name: block.columns[name] if whole else picked(block.columns[name], rows) for name in names},
    )


def touching(geometry: Geometry, box: list[float]) -> NDArray[np.bool_]:
    """Tell which features' boxes touch a box."""
    found = feature_boxes(geometry)
    with np.errstate(invalid="ignore"):
        west_south = (found[:, 0] <= box[2]) & (found[:, 1] <= box[3])
        return west_south & (found[:, 2] >= box[0]) & (found[:, 3] >= box[1])


def read_warnings(block: FeatureBlock, found: Found) -> tuple[str | None, tuple[Warned, ...]]:
    """Give the kind of geometry that is there, and what the user should know about it."""
    geometry = block.geometry
    if geometry is None:
        return None, ()
    notes = list(found_warnings(found))
    types = np.unique(geometry.types[geometry.types != EMPTY])
    empty = int((geometry.types == EMPTY).sum()) - found.broken
    if empty > 0:
        notes.append(
            Warned(
                "geometry_missing",
                "Features without geometry: {count}.",
                "They are listed in the table and not drawn.",
                {"count": empty},
            )
        )
    invalid = _invalid(geometry)
    if invalid:
        notes.append(
            Warned(
                "geometry_invalid",
                "Polygons that cross themselves or are otherwise invalid: {count}.",
                "Repair them before areas are computed or overlaid.",
                {"count": invalid},
            )
        )
    return geometry_name(geometry) if len(types) else None, tuple(notes)


def found_warnings(found: Found) -> tuple[Warned, ...]:
    """Say what decoding had to change."""
    notes = (
        Warned(
            "arcs",
            "Features with arcs, which are shown as short segments (2°): {count}.",
            "Lengths and areas of them are those of the segments.",
            {"count": found.arcs},
        ),
        Warned(
            "measures_left_out",
            "Features with measures (M), which are left out: {count}.",
            "Heights and places are not concerned.",
            {"count": found.measured},
        ),
        Warned(
            "geometry_broken",
            "Features whose geometry is damaged and left out: {count}.",
            "Ask for the file again, or repair it where it was made.",
            {"count": found.broken},
        ),
        Warned(
            "collection_cut",
            "Features that mix points, lines and polygons, shown by their highest dimension only: {count}.",
            "Split them where the file was made.",
            {"count": found.collections},
        ),
    )
    return tuple(note for note in notes if note.fields["count"])


def _invalid(geometry: Geometry) -> int:
    if len(geometry.xy) > VALIDATED_VERTICES or not (geometry.types == POLYGON).any():
        return 0
    import shapely

    try:
        shapes = to_shapes(taken_geometry(geometry, np.flatnonzero(geometry.types == POLYGON)))
    except (shapely.GEOSException, ValueError):
        return 0
    return int((~np.asarray(shapely.is_valid(shapes), np.bool_)).sum())


def column_statistics(block: FeatureBlock, name: str, path: str) -> Statistics:
    """Give the range of a column of numbers.

    Raises
    ------
    DataError
        The column holds no numbers.
    """
    column: Any = block.columns[name]
    if not isinstance(column, np.ndarray) or cast("NDArray[Any]", column).dtype.kind not in "iufb":
        raise DataError("The column {name} holds no numbers.", where=path, remedy="Choose another column.", name=name)
    return statistics([cast("NDArray[Any]", column).astype(np.float64)])
