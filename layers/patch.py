"""Patch: the features of a layer that its working copy holds otherwise than the file it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.geometry import Geometry, joined_geometry, spliced, taken_geometry
from layers.sources.asking import answered
from layers.sources.columns import picked
from layers.sources.features import chosen
from layers.sources.source import Description, FeatureBlock, FeatureRequest
from layers.texts import Texts, from_list, to_arrow
from layers.wkb import from_wkb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.changesets import WorkingCopy
    from layers.rows import Row
    from layers.sources.source import Block, Request


@dataclass
class _Own:
    """The features of a patch as a source, so that filters are answered as for any other."""

    block: FeatureBlock
    path: str = ""

    def describe(self) -> Description:
        """Tell of nothing: only ``read`` is asked."""
        return Description(self.path, "vector", "", ())

    def read(self, request: Request) -> Block:
        """Give what the request asks for but its filter."""
        return chosen(self.block, cast("FeatureRequest", request))

    def close(self) -> None:
        """Hold nothing open."""


FEW = 2_000
"""Up to so many touched features are put in between runs of the others, which are copied whole."""


@dataclass(frozen=True)
class Patch:
    """Features that were touched since the layer was copied.

    Parameters
    ----------
    rows : mapping of feature number to Row
        As they are now; None = there is no such feature any more.
    names : tuple of str
        Columns of the layer.
    """

    rows: Mapping[int, Row | None]
    names: tuple[str, ...]

    @classmethod
    def of(cls, copy: WorkingCopy, ids: Iterable[int], before: Patch | None = None) -> Patch:
        """Read features anew from the working copy, and keep the others."""
        wanted = list(ids)
        found = copy.rows(wanted)
        rows: dict[int, Row | None] = {**(before.rows if before is not None else {})}
        rows.update({number: found.get(number) for number in wanted})
        return cls(rows, tuple(copy.names))

    @cached_property
    def _ids(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.sort(np.fromiter(self.rows, np.int64, len(self.rows)))

    @cached_property
    def block(self) -> FeatureBlock:
        """The features that are there, as a source would give them."""
        there = {number: row for number, row in sorted(self.rows.items()) if row is not None}
        binary = [row.geometry or b"" for row in there.values()]
        ends = np.cumsum([len(one) for one in binary], dtype=np.int64)
        starts = ends - np.array([len(one) for one in binary], np.int64)
        data = np.frombuffer(b"".join(binary), np.uint8)
        columns = {name: [row.values[name] for row in there.values()] for name in self.names}
        return FeatureBlock(np.fromiter(there, np.int64, len(there)), from_wkb(data, starts, ends)[0], columns)

    def applied(self, block: FeatureBlock, request: FeatureRequest) -> FeatureBlock:
        """Give a block of the file with the features as they are now, in the order of their numbers.

        Parameters
        ----------
        block : FeatureBlock
            What the file answered.
        request : FeatureRequest
            What was asked for; its limit counts the file's own features.
        """
        asked = FeatureRequest(request.layer, request.box, None, request.ids, where=request.where)
        own = cast("FeatureBlock", answered(_Own(self.block), asked))
        if len(self._ids) <= FEW and len(block.ids) and bool((np.diff(block.ids) > 0).all()):
            return self._spliced(block, own)
        kept = np.flatnonzero(~np.isin(block.ids, self._ids))
        ids = np.concatenate([block.ids[kept], own.ids])
        order = np.argsort(ids, kind="stable")
        geometry = None
        if block.geometry is not None:
            parts = [taken_geometry(block.geometry, kept), cast("Geometry", own.geometry)]
            geometry = taken_geometry(joined_geometry(parts), order)
        columns = {
            name: picked(_joined(picked(values, kept), own.columns.get(name, [None] * len(own.ids))), order)
            for name, values in block.columns.items()
        }
        return FeatureBlock(ids[order], geometry, columns)

    def _spliced(self, block: FeatureBlock, own: FeatureBlock) -> FeatureBlock:
        """Put the features between runs of those that were not touched; both are in the order of their numbers."""
        at = np.searchsorted(block.ids, self._ids)
        hit = np.zeros(len(self._ids), np.bool_)
        inside = at < len(block.ids)
        hit[inside] = block.ids[at[inside]] == self._ids[inside]
        places = dict(zip(own.ids.tolist(), range(len(own.ids)), strict=True))
        runs: list[tuple[bool, int, int]] = []
        start = 0
        for number, place, there in zip(self._ids.tolist(), at.tolist(), hit.tolist(), strict=True):
            runs.append((True, start, place))
            start = place + there
            if number in places:
                runs.append((False, places[number], places[number] + 1))
        runs.append((True, start, len(block.ids)))
        runs = [run for run in runs if run[2] > run[1]] or [(True, 0, 0)]
        geometry = None
        if block.geometry is not None:
            both = (cast("Geometry", own.geometry), block.geometry)
            geometry = spliced([(both[theirs], a, b) for theirs, a, b in runs])
        ids = np.concatenate([(block.ids if theirs else own.ids)[a:b] for theirs, a, b in runs])
        columns = {
            name: _in_runs(values, own.columns.get(name, [None] * len(own.ids)), runs)
            for name, values in block.columns.items()
        }
        return FeatureBlock(ids, geometry, columns)


def _in_runs(values: Any, more: list[Any], runs: list[tuple[bool, int, int]]) -> Any:
    size = len(values)
    both = _joined(values, more)
    places = [slice(a, b) if theirs else slice(size + a, size + b) for theirs, a, b in runs]
    if isinstance(both, np.ndarray | Texts):
        rows = np.arange(len(cast("Any", both)))
        return picked(both, np.concatenate([rows[place] for place in places]))
    return [value for place in places for value in both[place]]


def _joined(values: Any, more: list[Any]) -> Any:
    """Put values of the working copy behind those of the file, in the file's form."""
    if isinstance(values, Texts):
        return from_list([*to_arrow(values).to_pylist(), *more])
    if not isinstance(values, np.ndarray):
        return [*values, *more]
    array = cast("np.ndarray[Any, Any]", values)
    missing = any(value is None for value in more)
    if array.dtype.kind == "M":
        own = np.array([_moment(value) for value in more], array.dtype)
    elif array.dtype.kind == "f" or (missing and array.dtype.kind in "iub"):
        own = np.array([np.nan if value is None else value for value in more], np.float64)
    else:
        own = np.array(more, array.dtype)
    return np.concatenate([array, own])


def _moment(value: Any) -> np.datetime64:
    try:
        return np.datetime64(str(value).removesuffix("Z")) if value is not None else np.datetime64("NaT")
    except ValueError:
        return np.datetime64("NaT")
