"""Declared tools that sum up: figures of grids under zones and points, figures by category."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Job, Label, tool, tr
from layers.errors import ParameterInvalid
from layers.raster import RasterLayer
from layers.raster_output import scalar_variables
from layers.table import Table
from layers.vector import VectorLayer
from plugins.processing import mosaic, sampling
from plugins.processing import zonal as science
from plugins.processing.grids import band_of
from plugins.processing.inputs import Beginning, Features, Grid, Moment, Points
from plugins.processing.steps import chosen_step


@tool(id="data.zonal", title=N_("Zonal statistics"), version="1")
def zonal(
    raster: Grid,
    zones: Annotated[VectorLayer, Label(N_("Zones"))],
    stats: Annotated[str, Label(N_("Figures"))] = "count,mean,min,max",
    band: Annotated[str, Label(N_("Band"))] = "",
    prefix: Beginning = "",
    time: Moment = "",
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Sum up a grid under polygons; each cell counts by the share of it that a polygon covers.

    Parameters
    ----------
    raster : RasterLayer
        Grid whose cells are summed up.
    zones : VectorLayer
        Polygons, in any known reference system; all their columns are kept.
    stats : str
        Figures parted by commas: count, sum, mean, min, max, stdev, majority, variety.
    band : str
        Name or number of the band; left out, the first.
    prefix : str
        Put before the names of the new columns, such as depth_.
    time : str
        Of a grid with time: moment (ISO 8601) or number of the step from 0; left out, the first.

    Returns
    -------
    VectorLayer
        The zones with one column per figure, in the unit of the grid; count is in cells. Empty where a zone covers
        no cell with data.

    Raises
    ------
    DataError
        The zones are no polygons, or do not meet the grid.
    """
    wanted = science.wanted_stats([stats])
    return science.zonal(band_of(raster, band, chosen_step(raster, time, job)), zones, wanted, prefix.strip(), job)


@tool(id="data.sample", title=N_("Values at points"), version="1")
def sample(
    raster: Grid,
    points: Points,
    method: Annotated[Literal["nearest", "bilinear"], Label(N_("Resampling"))] = "nearest",
    prefix: Beginning = "",
    time: Moment = "",
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Give points the values of a grid.

    Parameters
    ----------
    raster : RasterLayer
        Grid whose values are read; each band becomes a column.
    points : VectorLayer
        Single points, in any known reference system; all their columns are kept.
    method : str
        The cell that the point lies in, or the four nearest weighed by distance.
    prefix : str
        Put before the names of the new columns, such as depth_.
    time : str
        Of a grid with time: moment (ISO 8601) or number of the step from 0; left out, the first.

    Returns
    -------
    VectorLayer
        The points, in the unit of the grid; empty outside it.

    Raises
    ------
    DataError
        The layer does not hold single points, or none lies in the grid.
    """
    step = chosen_step(raster, time, job)
    bands = [band_of(raster, v.name, step) for v in scalar_variables(raster.described())]
    return sampling.sampled(bands, points, method, prefix.strip(), job)


@tool(id="data.statistics", title=N_("Statistics by category"), version="1")
def statistics(
    source: Features,
    column: Annotated[str, Label(N_("Column of numbers"))],
    by: Annotated[str, Label(N_("Columns of groups"))] = "",
    *,
    job: Job = QUIET,
) -> Table:
    """Sum up a column of numbers for each group of features with the same values.

    Parameters
    ----------
    source : VectorLayer
        Features or a table.
    column : str
        Column that is summed up.
    by : str
        Columns that make the groups, parted by commas; left out, all rows are one group.

    Returns
    -------
    Table
        One row per group: rows, count of numbers, sum, mean, min, max, stdev (of all rows), median.

    Raises
    ------
    ParameterInvalid
        There is no such column, or it holds no numbers.
    """
    names = [name.strip() for name in by.split(",") if name.strip()]
    return sampling.by_category(source, names, column.strip(), job)


@tool(id="data.merge", title=N_("Merge layers"), version="1")
def merge(
    a: Annotated[RasterLayer | VectorLayer, Label(N_("Layer A"))],
    b: Annotated[RasterLayer | VectorLayer, Label(N_("Layer B"))],
    more: Annotated[list[RasterLayer | VectorLayer] | None, Label(N_("Further layer"))] = None,
    *,
    job: Job = QUIET,
) -> RasterLayer | VectorLayer:
    """Make one layer of several of the same kind.

    Parameters
    ----------
    a : RasterLayer or VectorLayer
        First layer; its reference system is that of the result.
    b : RasterLayer or VectorLayer
        Second layer.
    more : RasterLayer or VectorLayer
        Further layers; on the command line as many as there are.

    Returns
    -------
    RasterLayer or VectorLayer
        Grids side by side, the first with data on top; or all features with all columns.

    Raises
    ------
    ParameterInvalid
        Grids and features are mixed.
    DataError
        The cells of the grids do not lie in one grid.
    """
    layers = [a, b, *(more or [])]
    job.progress(0.0, tr("Reading"))
    grids = [layer for layer in layers if isinstance(layer, RasterLayer)]
    if len(grids) == len(layers):
        return mosaic.merged_grids(grids)
    features = [layer for layer in layers if isinstance(layer, VectorLayer)]
    if len(features) != len(layers):
        raise ParameterInvalid(
            "Grids and features cannot be merged.", where="--a, --b", remedy="Choose layers of the same kind."
        )
    return mosaic.merged_features(features, job)
