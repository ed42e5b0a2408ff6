"""Declared tools that make features of features."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Ge, Job, Label, Le, Unit, tool
from layers.vector import VectorLayer
from plugins.processing import joining, overlay, shapes
from plugins.processing.inputs import Features, LayerA, LayerB, Points


@tool(id="data.buffer", title=N_("Buffer"), version="1")
def buffer(
    source: Features,
    distance: Annotated[float | None, Unit("m"), Label(N_("Distance"))] = None,
    field: Annotated[str, Label(N_("Column of distances"))] = "",
    segments: Annotated[int, Ge(1), Le(90), Label(N_("Segments of a quarter circle"))] = 16,
    dissolve: Annotated[bool, Label(N_("Join all buffers"))] = False,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give what lies within a distance of features.

    Parameters
    ----------
    source : VectorLayer
        Features in a projected system; all their columns are kept.
    distance : float
        How far the buffer reaches; a negative one shrinks polygons.
    field : str
        Column with a distance (m) for each feature, instead of one for all.
    segments : int
        Straight pieces that make a quarter of a round corner.
    dissolve : bool
        Join all buffers to one feature; columns then give way to their count.

    Returns
    -------
    VectorLayer
        Polygons.

    Raises
    ------
    ParameterInvalid
        Neither or both of distance and field are given.
    DataError
        The layer is in degrees.
    """
    return shapes.buffered(source, distance, field.strip(), segments, joined=dissolve, job=job)


@tool(id="data.intersect", title=N_("Intersection"), version="1")
def intersect(
    a: LayerA,
    b: LayerB,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give what two layers have in common, with the columns of both.

    Parameters
    ----------
    a : VectorLayer
        Features that are cut.
    b : VectorLayer
        Features to cut with; brought to the system of A where theirs is another.

    Returns
    -------
    VectorLayer
        One feature for each pair that meets; a column name of B that A has too gets a number.

    Raises
    ------
    DataError
        The layers do not meet.
    """
    return overlay.intersected(a, b, job)


@tool(id="data.union", title=N_("Union"), version="1")
def union(
    a: LayerA,
    b: LayerB,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give all parts of two layers: what they have in common, and what only one of them has.

    Parameters
    ----------
    a : VectorLayer
        First layer.
    b : VectorLayer
        Second layer; brought to the system of A where theirs is another.

    Returns
    -------
    VectorLayer
        Columns of both, empty where a part belongs to one layer only.
    """
    return overlay.united(a, b, job)


@tool(id="data.difference", title=N_("Difference"), version="1")
def difference(
    a: LayerA,
    b: LayerB,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give what of one layer lies outside another.

    Parameters
    ----------
    a : VectorLayer
        Features that are cut.
    b : VectorLayer
        What is taken away; brought to the system of A where theirs is another.

    Returns
    -------
    VectorLayer
        Columns of A.

    Raises
    ------
    DataError
        Nothing is left.
    """
    return overlay.differing(a, b, job)


@tool(id="data.dissolve", title=N_("Dissolve"), version="1")
def dissolve(
    source: Features,
    by: Annotated[str, Label(N_("Columns of groups"))] = "",
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Join features that have the same values to one.

    Parameters
    ----------
    source : VectorLayer
        Features to join.
    by : str
        Columns whose values must agree, parted by commas; left out, all features become one.

    Returns
    -------
    VectorLayer
        All columns: a value stays where the whole group has it, else it is empty; and count, the features joined.

    Raises
    ------
    ParameterInvalid
        There is no such column.
    """
    return shapes.dissolved(source, [name.strip() for name in by.split(",") if name.strip()], job)


@tool(id="data.join", title=N_("Join columns"), version="1")
def join(
    a: LayerA,
    b: LayerB,
    by: Annotated[
        Literal["key", "intersects", "within", "contains", "nearest"], Label(N_("What makes partners"))
    ] = "key",
    a_key: Annotated[str, Label(N_("Key of A"))] = "",
    b_key: Annotated[str, Label(N_("Key of B"))] = "",
    several: Annotated[bool, Label(N_("All partners"))] = False,
    matched: Annotated[bool, Label(N_("Only features with a partner"))] = False,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Bring the columns of one layer to another, by a common key or by place.

    Parameters
    ----------
    a : VectorLayer
        Features that get columns.
    b : VectorLayer
        Features, or a table, whose columns they get.
    by : str
        A common key, or how a feature of A lies to its partner in B; nearest adds the distance in map units.
    a_key : str
        Column of A that holds the key.
    b_key : str
        Column of B with the same key; left out, it has the same name.
    several : bool
        Repeat a feature for each of its partners; else the first one counts.
    matched : bool
        Leave out features without a partner; else their new columns are empty.

    Returns
    -------
    VectorLayer
        Features of A with the columns of both.

    Raises
    ------
    ParameterInvalid
        No key is named, or a column is not there.
    """
    if by == "key":
        return joining.joined_by_key(a, b, a_key, b_key, several=several, inner=matched, job=job)
    return joining.joined_by_place(a, b, by, several=several, inner=matched, job=job)


@tool(id="data.simplify", title=N_("Simplify"), version="1")
def simplify(
    source: Features,
    tolerance: Annotated[float, Unit("m"), Ge(0), Label(N_("Tolerance"))],
    shared: Annotated[bool, Label(N_("Keep common edges"))] = False,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give features with fewer vertices.

    Parameters
    ----------
    source : VectorLayer
        Features in a projected system; all their columns are kept.
    tolerance : float
        How far an outline may move.
    shared : bool
        Polygons that touch go on touching: no gaps and no overlaps between neighbours.

    Returns
    -------
    VectorLayer
        As many features as before.

    Raises
    ------
    DataError
        The layer is in degrees, or common edges are wanted of what are no polygons.
    """
    return shapes.simplified(source, tolerance, shared=shared, job=job)


@tool(id="data.voronoi", title=N_("Nearest areas (Voronoi)"), version="1")
def voronoi(
    source: Points,
    margin: Annotated[float, Ge(0), Le(10), Label(N_("Margin"))] = 0.1,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give the area around each point that is nearer to it than to any other.

    Parameters
    ----------
    source : VectorLayer
        Points, such as rain gauges; all their columns are kept.
    margin : float
        How far the areas reach beyond the points: a share of the size of all, without unit.

    Returns
    -------
    VectorLayer
        Polygons that fill a box around the points (Thiessen polygons).

    Raises
    ------
    DataError
        The layer does not hold single points, or fewer than two.
    """
    return shapes.nearest_areas(source, margin, job)
