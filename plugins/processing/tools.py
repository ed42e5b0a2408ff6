"""The general tools on grids and features."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Crs, Ge, Job, Label, tool, tr
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.vector import VectorLayer
from plugins.processing.clip import clipped_features, clipped_grid, cutter
from plugins.processing.inputs import Moment
from plugins.processing.reproject import reprojected_features, reprojected_grid, wanted_crs
from plugins.processing.steps import chosen_step


@tool(id="data.reproject", title=N_("Change reference system"), version="1")
def reproject(
    source: RasterLayer | VectorLayer,
    crs: Annotated[Crs, Label(N_("Target reference system"))],
    resolution: Annotated[float | None, Ge(1e-9), Label(N_("Cell size"))] = None,
    method: Annotated[Literal["nearest", "bilinear", "cubic", "average"], Label(N_("Resampling"))] = "nearest",
    time: Moment = "",
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
    time : str
        Of a grid with time: moment (ISO 8601) or number of the step from 0; left out, the first.

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
    job.progress(0.0, tr("Reading"))
    if isinstance(source, RasterLayer):
        return reprojected_grid(source, target, resolution, method, chosen_step(source, time, job))
    return reprojected_features(source, target)


@tool(id="data.clip", title=N_("Clip"), version="1")
def clip(
    source: RasterLayer | VectorLayer,
    mask: Annotated[VectorLayer | None, Label(N_("Mask polygons"))] = None,
    extent: Annotated[Extent | None, Label(N_("Extent"))] = None,
    time: Moment = "",
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
    time : str
        Of a grid with time: moment (ISO 8601) or number of the step from 0; left out, the first.

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
    job.progress(0.0, tr("Reading"))
    if isinstance(source, RasterLayer):
        return clipped_grid(source, shape, is_box=extent is not None, step=chosen_step(source, time, job))
    return clipped_features(source, shape)
