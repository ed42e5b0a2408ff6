"""Checks of edits before they are saved: shapes that cross themselves, attributes that break the rules of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import error_text, tr

if TYPE_CHECKING:
    from layers.changesets import WorkingCopy

NAMED = 5


def faults_of(copy: WorkingCopy, pending: bytes) -> list[str]:
    """List what is wrong with the features that a changeset is about to save, in the language of the screen."""
    from layers.changesets import changed_ids
    from layers.cutting import fault_of
    from layers.figure import read_figure
    from layers.rules import faults

    shapes: list[str] = []
    values: list[str] = []
    for number, row in copy.rows(changed_ids(pending)).items():
        fault = fault_of(read_figure(row.geometry)) if row.geometry is not None else None
        if fault is not None:
            place = f" ({fault[1][0]:.3f}, {fault[1][1]:.3f})" if fault[1] is not None else ""
            shapes.append(f"fid {number}{place}")
        values += [f"fid {number}: {error_text(e)}" for e in faults(row.values, copy.meta.columns, copy.meta.rules)]
    told: list[str] = []
    if shapes:
        listed = "; ".join(shapes[:NAMED])
        told.append(tr("{count} features cross or touch themselves: {listed}", count=len(shapes), listed=listed))
    if values:
        listed = "; ".join(values[:NAMED])
        told.append(tr("{count} attributes break the rules of the file: {listed}", count=len(values), listed=listed))
    return told
