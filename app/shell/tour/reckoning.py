"""Steps of the tour: a grid summed up under polygons, held against their own areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.language import N_
from app.shell.tour import hands
from app.shell.tour.working import fill, run
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.shell.tour.guide import Guide
    from layers.geometry import Geometry

ZONAL = "data.zonal"
FIGURES = "count,mean,min,max"


def zonal(guide: Guide) -> None:
    """Ground heights under the villages: the cells that count add up to the area of each village."""
    out = guide.products / "ground-of-the-villages.gpkg"
    ground, villages = guide.document.layer("sample-ground"), guide.document.layer("sample-villages")
    page = fill(guide, ZONAL, out, raster=ground.source, zones=f"{villages.source}#{villages.key}")
    hands.write(page.form.field("stats").edit, FIGURES)
    guide.shoot("form")
    _, made = run(guide)
    before: Any = guide.desk.reading.read_now(villages, FeatureRequest(villages.key))
    after = guide.features(made)
    guide.check(
        N_("All {count} zones came back with all their columns and {figures}."),
        len(after.ids) == len(before.ids) and list(after.columns) == [*before.columns, *FIGURES.split(",")],
        count=len(after.ids),
        figures=FIGURES,
    )
    cell = ground.description.resolution if ground.description is not None else None
    shares = np.asarray(after.columns["count"], np.float64) * (cell[0] * cell[1] if cell else 0.0)
    sizes = areas(before.geometry) if before.geometry is not None else np.zeros(0)
    off = float(np.max(np.abs(shares / sizes - 1.0))) if len(sizes) == len(shares) else np.inf
    guide.check(
        N_("The shares of the cells add up to the area of each zone; the largest difference is {share} of it."),
        off < 1e-6,
        share=f"{off:.0e}",
    )
    low, mean, high = (np.asarray(after.columns[name], np.float64) for name in ("min", "mean", "max"))
    guide.check(
        N_("The ground lies at {mean} m on the mean, between {low} and {high} m."),
        bool(((low <= mean) & (mean <= high)).all()),
        mean=f"{np.average(mean, weights=shares):.2f}",
        low=f"{low.min():.2f}",
        high=f"{high.max():.2f}",
    )
    guide.clear_toasts()
    guide.shoot("result")
    guide.do("undo")


def areas(geometry: Geometry) -> NDArray[np.float64]:
    """Give the plane area of polygons by their corners: shells less holes."""
    x, y = geometry.xy[:, 0] - geometry.xy[0, 0], geometry.xy[:, 1] - geometry.xy[0, 1]
    cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    cross[geometry.rings[1:-1] - 1] = 0.0
    rings = np.abs(np.add.reduceat(cross, geometry.rings[:-1])) / 2
    hole = np.ones(len(rings), np.bool_)
    hole[geometry.parts[:-1]] = False
    return np.add.reduceat(np.where(hole, -rings, rings), geometry.parts[geometry.features[:-1]])
