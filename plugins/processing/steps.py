"""Which moment of a grid with time a tool works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.api import moment
from layers.errors import ParameterInvalid
from layers.raster_output import scalar_variables

if TYPE_CHECKING:
    from app.api import Job
    from layers.raster import RasterLayer


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
