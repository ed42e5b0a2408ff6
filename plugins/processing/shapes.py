"""New shapes of old ones: buffers, simpler outlines, joined features, nearest areas of points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from app.api import tr
from layers.crs import is_geographic, unit_metres
from layers.errors import DataError, ParameterInvalid
from layers.geometry import POINT
from layers.sources.columns import picked
from layers.sources.source import Column
from plugins.processing.groups import agreed, groups_of
from plugins.processing.names import added
from plugins.processing.overlay import made, taken
from plugins.processing.pairs import GEOS, Features, each, features_of
from plugins.processing.repair import same_dimension
from plugins.processing.reproject import known_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.vector import VectorLayer

END = 0.8


def map_units(layer: VectorLayer, where: str) -> float:
    """Give map units per metre.

    Raises
    ------
    CrsMissing
        The layer names no reference system.
    DataError
        It is in degrees, where a distance in metres is not the same in all directions.
    """
    crs = known_crs(layer)
    if is_geographic(crs):
        raise DataError(
            "The layer {name} is in degrees; distances in metres need a projected system.",
            where=where,
            remedy="Bring it to one first, for example: data.reproject --crs EPSG:4549.",
            name=layer.name,
        )
    return 1.0 / unit_metres(crs)


def numbers(features: Features, name: str, where: str) -> NDArray[np.float64]:
    """Give a column of numbers; NaN = none.

    Raises
    ------
    ParameterInvalid
        There is no such column, or it holds no numbers.
    """
    values = column(features, name, where)
    try:
        plain = [np.nan if value is None or value == "" else float(value) for value in values]
    except (TypeError, ValueError) as error:
        raise ParameterInvalid(
            "The column {name} holds no numbers.", where=where, remedy="Choose another column.", name=name
        ) from error
    return np.array(plain, np.float64)


def column(features: Features, name: str, where: str) -> Any:
    """Give a column by its name.

    Raises
    ------
    ParameterInvalid
        There is none.
    """
    if name not in features.block.columns:
        raise ParameterInvalid(
            "The layer has no column {name}.",
            where=where,
            remedy="Its columns are: {names}.",
            name=name,
            names=", ".join(list(features.block.columns)[:30]) or "-",
        )
    return features.block.columns[name]


def buffered(
    layer: VectorLayer, distance: float | None, field: str, segments: int, *, joined: bool, job: Job
) -> VectorLayer:
    """Give what lies within a distance (m) of features; negative ones shrink polygons."""
    if (distance is None) == (not field):
        raise ParameterInvalid(
            "Give either a distance or a column of distances.",
            where="--distance, --field",
            remedy="Name one of the two.",
        )
    job.progress(0.0, tr("Reading"))
    factor = map_units(layer, "--distance" if distance is not None else "--field")
    features = features_of(layer, job)
    far = numbers(features, field, "--field") if field else np.full(len(features.shapes), distance)
    missing = ~np.isfinite(far)
    if missing.any():
        job.warn("{count} features have no distance and are left out.", count=int(missing.sum()))
    far = np.where(missing, 0.0, far) * factor
    places = np.arange(len(far))
    grown = each(lambda part: GEOS.buffer(features.shapes[part], far[part], quad_segs=segments), places, job, END)
    rows = np.flatnonzero(~missing & ~GEOS.is_empty(grown))
    lost = int((~missing).sum()) - len(rows)
    if lost:
        job.warn("{count} features vanish at this distance.", count=lost)
    if not joined or not len(rows):
        return made(features, grown[rows], taken(features, rows), features.columns)
    whole = np.array([GEOS.union_all(grown[rows])], object)
    return made(features, whole, {"count": np.array([len(rows)])}, (Column("count", "int"),))


def simplified(layer: VectorLayer, tolerance: float, *, shared: bool, job: Job) -> VectorLayer:
    """Give features with fewer vertices; no point of an outline moves by more than about the tolerance (m)."""
    job.progress(0.0, tr("Reading"))
    factor = map_units(layer, "--tolerance")
    features = features_of(layer, job)
    if shared:
        shapes = _coverage(features, tolerance * factor)
        job.progress(END)
    else:
        shapes = each(lambda part: GEOS.simplify(part, tolerance * factor), features.shapes, job, END)
    before, after = int(GEOS.get_num_coordinates(features.shapes).sum()), int(GEOS.get_num_coordinates(shapes).sum())
    job.warn("{before} vertices became {after}.", before=before, after=after)
    return made(features, shapes, taken(features, np.arange(len(shapes))), features.columns)


def _coverage(features: Features, tolerance: float) -> NDArray[Any]:
    """Simplify polygons so that common edges stay common."""
    if (GEOS.get_dimensions(features.shapes) != 2).any():
        raise DataError(
            "Common edges can only be kept between polygons.",
            where=features.layer.source,
            remedy="Choose a polygon layer, or simplify each feature by itself.",
        )
    # Visvalingam and Whyatt: the area of the triangle at a vertex; its square root is compared.
    return np.asarray(GEOS.coverage_simplify(features.shapes, tolerance))


def dissolved(layer: VectorLayer, names: list[str], job: Job) -> VectorLayer:
    """Give one feature for each group of features with the same values; other columns stay where a group agrees."""
    job.progress(0.0, tr("Reading"))
    features = features_of(layer, job)
    keys = [column(features, name, "--by") for name in names]
    owner, first = groups_of(keys, len(features.shapes))
    order = np.argsort(owner, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(owner[order])) + 1, len(order))
    starts = np.concatenate([[0], ends[:-1]])
    joined = np.full(len(first), shapely.Point(), object)
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        joined[i] = GEOS.union_all(features.shapes[order[start:end]])
        job.progress(END * (i + 1) / len(first))
    joined = same_dimension(joined, np.maximum.reduceat(GEOS.get_dimensions(features.shapes)[order], starts))
    columns = {name: picked(values, first) for name, values in features.block.columns.items() if name in names}
    rest = {n: agreed(v, owner, first) for n, v in features.block.columns.items() if n not in names}
    merged = {name: (columns | rest)[name] for name in features.block.columns}
    count = np.bincount(owner, minlength=len(first))
    columns, described = added(merged, features.columns, {"count": count}, (Column("count", "int"),))
    kept = np.flatnonzero(~GEOS.is_empty(joined))
    return made(features, joined[kept], {n: picked(v, kept) for n, v in columns.items()}, described)


def nearest_areas(layer: VectorLayer, margin: float, job: Job) -> VectorLayer:
    """Give the area around each point that is nearer to it than to any other (Voronoi).

    Parameters
    ----------
    margin : float
        How far the areas reach beyond the outermost points, as a share of the size of all.
    """
    job.progress(0.0, tr("Reading"))
    features = features_of(layer, job)
    geometry = features.block.geometry
    if (
        geometry is None
        or not (geometry.types == POINT).all()
        or (GEOS.get_num_coordinates(features.shapes) != 1).any()
    ):
        raise DataError("The layer must hold single points.", where=layer.source, remedy="Choose a layer of points.")
    xy = GEOS.get_coordinates(features.shapes)
    _, first, owner = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    if len(first) < 2:
        raise DataError("At least two different points are needed.", where=layer.source, remedy="Add points.")
    if len(first) < len(xy):
        job.warn("{count} points lie on others and share their area.", count=len(xy) - len(first))
    x0, y0, x1, y1 = (float(v) for v in GEOS.total_bounds(features.shapes))
    step = max(x1 - x0, y1 - y0) * margin
    frame = GEOS.box(x0 - step, y0 - step, x1 + step, y1 + step)
    cells = GEOS.get_parts(GEOS.voronoi_polygons(GEOS.multipoints(xy[first]), extend_to=frame, ordered=True))
    job.progress(0.5)
    shapes = GEOS.intersection(cells, frame)[np.ravel(owner)]
    job.progress(END)
    return made(features, shapes, taken(features, np.arange(len(shapes))), features.columns)
