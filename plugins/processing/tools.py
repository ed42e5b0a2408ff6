"""The general tools on grids and features."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Crs, Ge, Job, Label, tool, tr
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.vector import VectorLayer
from plugins.processing.clip import clipped_features, clipped_grid, cutter
from plugins.processing.reproject import described, reprojected_features, reprojected_grid, wanted_crs


@tool(id="data.reproject", title=N_("Change reference system"), version="1")
def reproject(
    source: RasterLayer | VectorLayer,
    crs: Annotated[Crs, Label(N_("Target reference system"))],
    resolution: Annotated[float | None, Ge(1e-9), Label(N_("Cell size"))] = None,
    method: Annotated[Literal["nearest", "bilinear", "cubic", "average"], Label(N_("Resampling"))] = "nearest",
    *,
    job: Job = QUIET,
) -> RasterLayer | VectorLayer:
    """Bring a layer to another horizontal reference system; heights stay as they are.

    Parameters
    ----------
    source : RasterLayer or VectorLayer
        Its reference system must be known.
    crs : Crs
        EPSG code or WKT of the system wanted.
    resolution : float
        Cell size in units of the target; left out, about as many cells as before.
    method : str
        How cells are resampled; nearest keeps class values.

    Returns
    -------
    RasterLayer or VectorLayer
        In ``crs``; vertical datum and attributes as in the source.

    Raises
    ------
    CrsMissing
        The source names no reference system, or the target is none.
    """
    target = wanted_crs(crs)
    job.progress(0.1, tr("Reading"))
    _warn_of_time(source, job)
    if isinstance(source, RasterLayer):
        result: RasterLayer | VectorLayer = reprojected_grid(source, target, resolution, method)
    else:
        result = reprojected_features(source, target)
    job.progress(1.0)
    return result


@tool(id="data.clip", title=N_("Clip"), version="1")
def clip(
    source: RasterLayer | VectorLayer,
    mask: Annotated[VectorLayer | None, Label(N_("Mask polygons"))] = None,
    extent: Annotated[Extent | None, Label(N_("Extent"))] = None,
    *,
    job: Job = QUIET,
) -> RasterLayer | VectorLayer:
    """Cut a layer to polygons or to a box.

    Parameters
    ----------
    source : RasterLayer or VectorLayer
        What is cut; all attributes are kept.
    mask : VectorLayer
        Polygons to cut with, in any known reference system.
    extent : Extent
        Box x0,y0,x1,y1 in the reference system of the source.

    Returns
    -------
    RasterLayer or VectorLayer
        Features cut at the edge; cells whose centre lies outside the mask are empty (NaN).

    Raises
    ------
    ParameterInvalid
        Neither or both of mask and extent are given.
    DataError
        Nothing lies inside, or the mask has no polygons.
    """
    shape = cutter(source, mask, extent)
    job.progress(0.2, tr("Reading"))
    _warn_of_time(source, job)
    if isinstance(source, RasterLayer):
        result: RasterLayer | VectorLayer = clipped_grid(source, shape, is_box=extent is not None)
    else:
        result = clipped_features(source, shape)
    job.progress(1.0)
    return result


def _warn_of_time(source: RasterLayer | VectorLayer, job: Job) -> None:
    axis = described(source).time
    if isinstance(source, RasterLayer) and axis is not None and len(axis) > 1:
        job.warn(tr("The source has {count} steps; the first is used.", count=len(axis)))
