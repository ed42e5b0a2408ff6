"""Run: the benches of the views by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def benches() -> dict[str, Callable[[Sequence[str], tuple[int, int]], dict[str, Any]]]:
    """Give the benches by name."""
    from app.views.bench.playback import playback
    from app.views.bench.raster import raster
    from app.views.bench.tick import tick
    from app.views.bench.vector import vector

    return {"vector": vector, "playback": playback, "raster": raster, "tick": tick}


def bench(name: str, paths: Sequence[str], size: tuple[int, int] = (1920, 1080)) -> dict[str, Any]:
    """Run one bench and give its answer, in the form of the command line's contract.

    Raises
    ------
    ParameterInvalid
        There is no such bench.
    HaitangError
        A file cannot be read or drawn.
    """
    known = benches()
    if name not in known:
        raise ParameterInvalid(
            "There is no bench {name}.", where=name, remedy="There are: {names}.", name=name, names=", ".join(known)
        )
    return known[name](paths, size)
