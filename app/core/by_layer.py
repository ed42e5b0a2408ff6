"""Selecting the features of one layer by those of another: what touches, lies inside, or holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.jobs import QUIET
from app.core.language import N_
from layers.geometry import taken_geometry
from layers.shapes import to_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.jobs import Job
    from layers.geometry import Geometry

RELATIONS: tuple[tuple[str, str], ...] = (
    ("intersects", N_("Touch or overlap them")),
    ("within", N_("Lie inside one of them")),
    ("contains", N_("Hold one of them whole")),
    ("disjoint", N_("Keep off all of them")),
)
"""Relation and English title."""
PORTION = 20_000
"""Features asked about at once; a job is heard in between."""


def related(target: Geometry, other: Geometry, relation: str, job: Job = QUIET) -> NDArray[np.bool_]:
    """Tell which features stand in a relation to any feature of another layer.

    Parameters
    ----------
    target, other : Geometry
        In the same system; features without geometry stand in no relation.
    relation : {"intersects", "within", "contains", "disjoint"}
    job : Job
        Hears of progress, and can be cancelled between portions.

    Raises
    ------
    Cancelled
        The job was cancelled.
    """
    import shapely

    library = cast("Any", shapely)
    shapes = to_shapes(other)
    tree = library.STRtree(shapes[other.types > 0])
    asked = "intersects" if relation == "disjoint" else relation
    found = np.zeros(len(target), np.bool_)
    full = np.flatnonzero(target.types > 0)
    for start in range(0, len(full), PORTION):
        job.check()
        rows = full[start : start + PORTION]
        hits = tree.query(to_shapes(taken_geometry(target, rows)), predicate=asked)[0]
        found[rows[np.unique(hits)]] = True
        job.progress(min((start + PORTION) / len(full), 1.0))
    if relation == "disjoint":
        found[full] = ~found[full]
    return found
