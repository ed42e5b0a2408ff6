"""Run: the benches of the views by name, as the command line calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views.wishes import size_of
from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ("vector", "playback", "raster", "tick", "edit")


def vector(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure features; ``size`` is ``1920x1080``."""
    return bench("vector", paths, size)


def playback(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure a mesh that is played."""
    return bench("playback", paths, size)


def raster(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure a large grid."""
    return bench("raster", paths, size)


def tick(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure a step of the clock with many layers."""
    return bench("tick", paths, size)


def edit(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure a vertex dragged among many parcels."""
    return bench("edit", paths, size)


def bench(name: str, paths: Sequence[str], size: str = "") -> dict[str, Any]:
    """Run one bench and give its answer, in the form of the command line's contract.

    Raises
    ------
    ParameterInvalid
        There is no such bench, or the size is none.
    HaitangError
        A file cannot be read or drawn.
    """
    if name not in NAMES:
        raise ParameterInvalid(
            "There is no bench {name}.", where=name, remedy="There are: {names}.", name=name, names=", ".join(NAMES)
        )
    from app.views.bench import edit as edited
    from app.views.bench import playback as played
    from app.views.bench import raster as grids
    from app.views.bench import tick as ticked
    from app.views.bench import vector as features

    known = {
        "vector": features.vector,
        "playback": played.playback,
        "raster": grids.raster,
        "tick": ticked.tick,
        "edit": edited.edit,
    }
    return known[name](paths, size_of(size))
