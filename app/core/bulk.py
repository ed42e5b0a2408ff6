"""Bulk: acts on many features of a working copy, done in a process of their own, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core import feature_acts as acts
from app.core.edit_checks import faults_of
from app.core.edit_process import CHANGESET
from app.core.editable import CopyTable
from layers import bases
from layers.changesets import WORK, WorkingCopy, inverted
from layers.crs import transform_points
from layers.errors import EditError
from layers.saving import snapshot
from layers.sources.open import open_source
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from app.core.command import Command
    from app.core.editable import Editable
    from app.core.row_edits import EditRows

    Numbers = NDArray[np.float64]
    Told = Callable[[float], None]

Json = dict[str, Any]
MANY = 500
"""Acts on more features are done in a process of their own: 1000 take the main thread about 60 ms."""


@dataclass(frozen=True)
class Bulk:
    """An act on features of a layer as data: another process can do it.

    Parameters
    ----------
    layer_id : str
    act : str
        One of ``ACTS``.
    ids : frozenset of int
    options : dict
        What the act needs besides; JSON.
    """

    layer_id: str
    act: str
    ids: frozenset[int]
    options: Json = field(default_factory=Json)

    @property
    def is_many(self) -> bool:
        """Whether it is too much for the main thread."""
        return len(self.ids) > MANY

    def command(self, table: Editable) -> Command:
        """Give the command that does it; raises as the act itself does."""
        return ACTS[self.act](table, self.ids, **self.options)


def across(xy: Numbers, source: str | None, target: str | None) -> Numbers:
    """Bring places (n, 2) from one CRS into another; raises EditError where one has no coordinates there."""
    if source is None or target is None or source == target:
        return xy
    made = transform_points(xy, source, target)
    if not np.isfinite(made).all():
        raise EditError("This place has no coordinates in the reference system of the layer.", where=target)
    return made


def shifted(xy: Numbers, dx: float, dy: float, crs: str | None, map_crs: str | None) -> Numbers:
    """Shift places of a layer by a way on the map, in its units."""
    return across(across(xy, crs, map_crs) + np.array([dx, dy]), map_crs, crs)


def _move(table: Editable, ids: Iterable[int], dx: float, dy: float, map_crs: str | None) -> Command:
    way = partial(shifted, dx=dx, dy=dy, crs=table.layer.crs, map_crs=map_crs)
    return acts.move_features(table, ids, way)


ACTS: dict[str, Callable[..., Command]] = {
    "set": acts.set_values,
    "delete": acts.delete_features,
    "move": _move,
    "merge": acts.merge_features,
    "explode": acts.explode_features,
    "offset": acts.offset_features,
}


# ------------------------------------------------------------------------ in the process of its own
def do_act(folder: Path, wish: Bulk, layer: Json, told: Told) -> Json:
    """Do an act in a working copy and leave a base with what came of it.

    Parameters
    ----------
    folder : pathlib.Path
        Of the working copy, which nobody else changes meanwhile.
    layer : dict
        ``name``, ``crs`` and ``geometry`` of the layer.
    told : callable
        Hears the share that is done; may raise to stop.

    Returns
    -------
    dict
        ``number`` of the entry in the log (-1 where nothing changed), ``saved`` (whether a file holds everything),
        ``words`` and ``count`` of the act, ``left`` (those of the features that are still there; None = all).
    """
    copy = WorkingCopy(folder)
    source = open_source(str(folder / "base.gpkg"))
    try:
        own = VectorLayer(id=wish.layer_id, name=layer["name"], source=copy.source, key=copy.meta.key, crs=layer["crs"])
        own.attach(source, replace(source.describe().layers[0], geometry=layer["geometry"]))
        told(0.05)
        command = cast("EditRows", wish.command(CopyTable(own, copy)))
        told(0.5)
        number = _applied(copy, command.changeset, told)
        left = copy.rows(wish.ids) if wish.act in ("delete", "merge") else wish.ids
        whole = len(left) == len(wish.ids)
        told_of = {"words": command.words, "count": len(wish.ids), "left": None if whole else [*left]}
        return {"number": number, "saved": copy.is_saved, **told_of}
    finally:
        source.close()
        copy.close()


def do_again(folder: Path, number: int, back: bool, told: Told) -> Json:
    """Do an entry of the log again, or take it back; -1 takes back all that the file does not hold."""
    from layers.changesets import changed_ids

    copy = WorkingCopy(folder)
    try:
        payload = copy.pending() if number < 0 else copy.log.entries[number].payload
        told(0.2)
        made = inverted(payload) if back else payload
        count = len(changed_ids(payload)) if number < 0 else 0
        return {"number": _applied(copy, made, told), "saved": copy.is_saved, "count": count}
    finally:
        copy.close()


def do_review(folder: Path) -> Json:
    """Leave what is to be saved for the process that saves; ``told`` lists what is wrong with it."""
    copy = WorkingCopy(folder)
    try:
        pending = copy.pending()
        (folder / CHANGESET).write_bytes(pending)
        return {"told": faults_of(copy, pending)}
    finally:
        copy.close()


def _applied(copy: WorkingCopy, changeset: bytes, told: Told) -> int:
    if not changeset:
        return -1
    copy.apply(changeset)
    told(0.8)
    place = copy.folder / bases.base_name(copy.log, copy.applied)
    snapshot(copy.folder / WORK, place)
    bases.tidy(copy.folder)
    told(1.0)
    return copy.applied - 1
