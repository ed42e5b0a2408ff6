"""Declared tools that make grids of grids."""

from __future__ import annotations

from typing import Annotated, Literal

from app.api import N_, QUIET, Ge, Job, Label, Le, Unit, tool, tr
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.vector import VectorLayer
from plugins.processing import contours as lines
from plugins.processing import conversion, mosaic, terrain
from plugins.processing.calculate import calculated
from plugins.processing.grids import band_of
from plugins.processing.inputs import Features, Grid, HeightFactor, Heights, Moment
from plugins.processing.steps import chosen_step


@tool(id="data.calculate", title=N_("Raster calculator"), version="1")
def calculate(
    expression: Annotated[str, Label(N_("Formula"))],
    a: Annotated[RasterLayer, Label(N_("Grid A"))],
    b: Annotated[RasterLayer | None, Label(N_("Grid B"))] = None,
    c: Annotated[RasterLayer | None, Label(N_("Grid C"))] = None,
    d: Annotated[RasterLayer | None, Label(N_("Grid D"))] = None,
    e: Annotated[RasterLayer | None, Label(N_("Grid E"))] = None,
    f: Annotated[RasterLayer | None, Label(N_("Grid F"))] = None,
    bands: Annotated[str, Label(N_("Bands"))] = "",
    units: Annotated[str, Label(N_("Unit of the result"))] = "",
    time: Moment = "",
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Work out a formula over grids, cell by cell.

    Parameters
    ----------
    expression : str
        Formula with A to F, such as A*(B+0.5) or where(A>0, A, B); a cell that is empty in one of them stays empty.
    a, b, c, d, e, f : RasterLayer
        Grids that the formula names; all must lie cell on cell.
    bands : str
        Band of each grid by name or number, parted by commas in the order A, B, C; left out, the first.
    units : str
        Unit of the result; left out, that of the grids where the formula keeps it.
    time : str
        Of grids with time: moment (ISO 8601) or number of the step from 0; left out, the first.

    Returns
    -------
    RasterLayer
        float32 on the grid of A; NaN where an input has no data or the result is not finite. The vertical datum
        stays where the result is still a height.

    Raises
    ------
    ParameterInvalid
        The formula cannot be used.
    DataError
        The grids do not lie cell on cell.
    """
    grids = {n: g for n, g in zip("ABCDEF", (a, b, c, d, e, f), strict=True) if g is not None}
    job.progress(0.0, tr("Reading"))
    steps = {
        name: chosen_step(grid, time if grid.described().time is not None else "", job) for name, grid in grids.items()
    }
    named = [word.strip() for word in bands.split(",")] if bands.strip() else []
    return calculated(expression, grids, named, steps, units.strip(), job)


@tool(id="data.slope", title=N_("Slope"), version="1")
def slope(
    dem: Heights,
    units: Annotated[Literal["degree", "percent"], Label(N_("Unit of the result"))] = "degree",
    z_factor: HeightFactor = 1.0,
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Give the steepest slope of the ground by Horn's 3 by 3 cells.

    Parameters
    ----------
    dem : RasterLayer
        Heights; a grid in degrees is taken with true metres at each latitude.
    units : str
        Degree from the horizontal, or per cent.
    z_factor : float
        Metres per unit of the heights.

    Returns
    -------
    RasterLayer
        degree or %; NaN where there is no height.

    Raises
    ------
    CrsMissing
        The grid names no reference system.
    """
    job.progress(0.0, tr("Reading"))
    return terrain.slope(terrain.surface(band_of(dem), z_factor, job), units)


@tool(id="data.aspect", title=N_("Aspect"), version="1")
def aspect(
    dem: Heights,
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Give the direction that the ground faces, by Horn's 3 by 3 cells.

    Parameters
    ----------
    dem : RasterLayer
        Heights; a grid in degrees is taken with true metres at each latitude.

    Returns
    -------
    RasterLayer
        degree clockwise from north; NaN where the ground is flat or there is no height.

    Raises
    ------
    CrsMissing
        The grid names no reference system.
    """
    job.progress(0.0, tr("Reading"))
    return terrain.aspect(terrain.surface(band_of(dem), 1.0, job))


@tool(id="data.hillshade", title=N_("Hillshade"), version="1")
def hillshade(
    dem: Heights,
    azimuth: Annotated[float, Unit("degree"), Ge(0), Le(360), Label(N_("Direction of the light"))] = 315.0,
    altitude: Annotated[float, Unit("degree"), Ge(0), Le(90), Label(N_("Height of the light"))] = 45.0,
    z_factor: HeightFactor = 1.0,
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Give the light that falls on the ground, for a picture of its relief.

    Parameters
    ----------
    dem : RasterLayer
        Heights; a grid in degrees is taken with true metres at each latitude.
    azimuth : float
        Where the light comes from, clockwise from north.
    altitude : float
        Angle of the light above the horizon.
    z_factor : float
        Metres per unit of the heights; larger than 1 makes the relief stronger.

    Returns
    -------
    RasterLayer
        1 (dark) to 255 (bright), whole numbers; no data where there is no height.

    Raises
    ------
    CrsMissing
        The grid names no reference system.
    """
    job.progress(0.0, tr("Reading"))
    return terrain.hillshade(terrain.surface(band_of(dem), z_factor, job), azimuth, altitude)


@tool(id="data.resample", title=N_("Resample"), version="1")
def resample(
    source: Grid,
    resolution: Annotated[float | None, Ge(1e-9), Label(N_("Cell size"))] = None,
    like: Annotated[RasterLayer | None, Label(N_("Grid to follow"))] = None,
    method: Annotated[Literal["nearest", "bilinear", "cubic", "average"], Label(N_("Resampling"))] = "nearest",
    time: Moment = "",
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Bring a grid to cells of another size, or to the cells of another grid.

    Parameters
    ----------
    source : RasterLayer
        Grid that is brought to other cells.
    resolution : float
        New cell size in units of its reference system.
    like : RasterLayer
        Grid whose cells and reference system the result gets, instead of a cell size.
    method : str
        How cells are resampled; nearest keeps class values.
    time : str
        Of a grid with time: moment (ISO 8601) or number of the step from 0; left out, the first.

    Returns
    -------
    RasterLayer
        All bands; vertical datum and units as before.

    Raises
    ------
    ParameterInvalid
        Neither or both of cell size and grid to follow are given.
    """
    job.progress(0.0, tr("Reading"))
    return mosaic.resampled(source, resolution, like, method, chosen_step(source, time, job))


@tool(id="data.contours", title=N_("Contour lines"), version="1")
def contours(
    dem: Heights,
    interval: Annotated[float, Ge(1e-6), Label(N_("Interval"))],
    base: Annotated[float, Label(N_("First height"))] = 0.0,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Draw lines of equal height through a grid.

    Parameters
    ----------
    dem : RasterLayer
        Heights; lines run between the centres of the cells.
    interval : float
        Step from line to line, in the unit of the grid.
    base : float
        A height that lines are counted from, in the unit of the grid.

    Returns
    -------
    VectorLayer
        Lines with their height; higher ground lies on the same side of each.

    Raises
    ------
    ParameterInvalid
        The interval gives too many lines.
    """
    return lines.contours(band_of(dem), interval, base, job)


@tool(id="data.polygonise", title=N_("Grid to polygons"), version="1")
def polygonise(
    source: Grid,
    band: Annotated[str, Label(N_("Band"))] = "",
    corners: Annotated[bool, Label(N_("Join over corners"))] = False,
    *,
    job: Job = QUIET,
) -> VectorLayer:
    """Make polygons of neighbouring cells with the same value.

    Parameters
    ----------
    source : RasterLayer
        Grid of classes.
    band : str
        Name or number of the band; left out, the first.
    corners : bool
        Cells that only touch at a corner are neighbours too.

    Returns
    -------
    VectorLayer
        Polygons with value and number of cells; cells without data have none.

    Raises
    ------
    DataError
        The grid is too large to be traced at once.
    """
    return conversion.polygonised(band_of(source, band), corners=corners, job=job)


@tool(id="data.rasterise", title=N_("Features to grid"), version="1")
def rasterise(
    source: Features,
    field: Annotated[str, Label(N_("Column of values"))] = "",
    like: Annotated[RasterLayer | None, Label(N_("Grid to follow"))] = None,
    resolution: Annotated[float | None, Ge(1e-9), Label(N_("Cell size"))] = None,
    extent: Annotated[Extent | None, Label(N_("Extent"))] = None,
    touched: Annotated[bool, Label(N_("All cells that are touched"))] = False,
    *,
    job: Job = QUIET,
) -> RasterLayer:
    """Burn features into the cells of a grid.

    Parameters
    ----------
    source : VectorLayer
        Polygons, lines or points; where several cover a cell, the last one counts.
    field : str
        Column of numbers that the cells get; left out, 1.
    like : RasterLayer
        Grid whose cells and reference system the result gets, instead of a cell size.
    resolution : float
        Cell size in units of the layer's reference system.
    extent : Extent
        Box x0,y0,x1,y1 that is filled; left out, that of the features.
    touched : bool
        Burn every cell that is touched, not only those whose centre is covered.

    Returns
    -------
    RasterLayer
        Empty where no feature is.

    Raises
    ------
    ParameterInvalid
        Neither or both of cell size and grid to follow are given, or the column holds no numbers.
    """
    followed = band_of(like) if like is not None else None
    return conversion.rasterised(source, field.strip(), followed, resolution, extent, touched=touched, job=job)
