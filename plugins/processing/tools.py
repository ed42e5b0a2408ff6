"""The general tools on grids and features."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Crs, Ge, Job, Label, moment, tool, tr
from layers.errors import ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.raster_output import scalar_variables
from layers.vector import VectorLayer
from plugins.processing.clip import clipped_features, clipped_grid, cutter
from plugins.processing.reproject import reprojected_features, reprojected_grid, wanted_crs


@tool(id="data.reproject", title=N_("Change reference system"), version="1")
def reproject(
    source: RasterLayer | VectorLayer,
    crs: Annotated[Crs, Label(N_("Target reference system"))],
    resolution: Annotated[float | None, Ge(1e-9), Label(N_("Cell size"))] = None,
    method: Annotated[Literal["nearest", "bilinear", "cubic", "average"], Label(N_("Resampling"))] = "nearest",
    time: Annotated[str, Label(N_("Time"))] = "",
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
    time: Annotated[str, Label(N_("Time"))] = "",
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


def chosen_step(source: RasterLayer, time: str, job: Job) -> int:
    """Give the step of a grid that is worked on, and tell what else is left behind.

    Raises
    ------
    ParameterInvalid
        The grid has no such moment or step.
    """
    variables = scalar_variables(source.described())
    if any(v.levels > 1 for v in variables):
        job.warn("The source has several levels; the first is used.")
    axis = source.described().time
    count = max((v.steps for v in variables), default=1) if axis is not None else 1
    if not time:
        if count > 1:
            job.warn("The source has {count} steps; the first is used.", count=count)
        return 0
    step = int(time) if time.isdecimal() else _step_at(source, time)
    if axis is None or step is None or step >= count:
        info = axis.to_info() if axis is not None and len(axis) else {}
        span = f"{info.get('start', '-')} … {info.get('end', '-')}"
        raise ParameterInvalid(
            "There is no step at {time}.",
            where="--time",
            remedy="The source has {count} steps: {span}.",
            time=time,
            count=count,
            span=span,
        )
    return step


def _step_at(source: RasterLayer, time: str) -> int | None:
    axis = source.described().time
    try:
        wanted = moment(time)
    except ValueError:
        return None
    return axis.step_at(wanted) if axis is not None and len(axis) and wanted is not None else None
