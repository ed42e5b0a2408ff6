"""Well-known binary geometry to and from columns, without an object per feature.

All features are read in step: one round handles the next ring of every feature that still has one. The few
features with very many rings, and rare kinds (arcs, collections, foreign byte order), are walked one by one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.arcs import along_arc
from layers.geometry import EMPTY, LINE, POINT, POLYGON, Geometry

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

ROUNDS = 48
"""Rounds in step before the features that are left are walked one by one."""

# Kinds of ISO 13249-3, without the thousands that tell Z and M.
_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(1, 8)
_ARC, _COMPOUND, _CURVEPOLYGON, _MULTICURVE, _MULTISURFACE = range(8, 13)
_SURFACE, _TIN, _TRIANGLE = 15, 16, 17
_SHAPE = {
    **dict.fromkeys((_POINT, _MULTIPOINT), POINT),
    **dict.fromkeys((_LINE, _MULTILINE, _ARC, _COMPOUND, _MULTICURVE), LINE),
    **dict.fromkeys((_POLYGON, _MULTIPOLYGON, _CURVEPOLYGON, _MULTISURFACE, _SURFACE, _TIN, _TRIANGLE), POLYGON),
}
_STEPPED = (_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Found:
    """What was met while reading: features with arcs, with M, broken ones, and collections cut to one kind."""

    arcs: int = 0
    measured: int = 0
    broken: int = 0
    collections: int = 0


def from_wkb(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Geometry, Found]:
    """Give the columns of well-known binary geometries.

    Parameters
    ----------
    data : ndarray, uint8
        All geometries in one buffer.
    starts, ends : ndarray, int64, (features,)
        Where each lies; an empty range is a missing geometry.

    Returns
    -------
    Geometry
        Rings closed as in the data. Missing, empty and broken geometries have the type ``EMPTY``. Arcs are
        chains of short segments, M is left out, of a collection the parts of the highest dimension stay.
    Found
        How many features that concerned.
    """
    reader = _Reader(data, starts, ends)
    return reader.geometry(), reader.found()


class _Reader:
    """The state of one reading.

    Runs of vertices are kept as int64 columns: feature, 1 where it opens a part, start, count, step (bytes).
    A negative start counts into the vertices that were made by walking.
    """

    def __init__(self, data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self.data = data if len(data) >= 16 else np.concatenate([data, np.zeros(16, np.uint8)])
        self.starts, self.ends = starts.astype(np.int64), ends.astype(np.int64)
        self.runs: list[NDArray[np.int64]] = []
        self.made: list[NDArray[np.float64]] = []
        self.made_size = 0
        self.types = np.zeros(len(starts), np.uint8)
        self.broken = np.zeros(len(starts), np.bool_)
        self.arcs = self.collections = 0
        odd = self._headers()
        stepped = np.isin(self.kind, _STEPPED)
        self._in_step(np.flatnonzero(stepped))
        self._one_by_one(np.flatnonzero(odd | ((self.kind > 0) & ~stepped)))

    def found(self) -> Found:
        return Found(self.arcs, int(self.measured.sum()), int(self.broken.sum()), self.collections)

    def _word(self, at: Ints) -> Ints:
        words = np.ndarray((len(self.data) - 3,), "<u4", cast("Any", self.data), 0, (1,))
        return words[np.clip(at, 0, len(words) - 1)].astype(np.int64)

    def _headers(self) -> NDArray[np.bool_]:
        """Find kind and dimensions of each; give which must be walked (big endian, EWKB)."""
        there = self.ends - self.starts >= 9
        self.broken |= (self.ends > self.starts) & ~there
        self.code = np.where(there, self._word(self.starts + 1), 0)
        little = self.data[np.clip(self.starts, 0, len(self.data) - 1)] == 1
        odd = there & (~little | (self.code >= 4000))
        extras = np.where(odd, 0, self.code // 1000)
        self.wide: Ints = np.array([16, 24, 24, 32], np.int64)[extras]
        self.measured = there & (extras >= 2)
        self.has_z = there & (odd | (extras % 2 == 1))
        self.kind = np.where(there & ~odd, self.code % 1000, 0)
        return odd

    # ------------------------------------------------------------------ in step

    def _in_step(self, rows: Ints) -> None:
        kind = self.kind[rows]
        self.types[rows] = np.array([0, 1, 2, 3, 1, 2, 3], np.uint8)[kind]
        at, wide = self.starts[rows] + 5, self.wide[rows]
        for chosen, far, between, count in (
            (kind == _POINT, 0, 0, np.ones(len(rows), np.int64)),
            (kind == _MULTIPOINT, 9, 5, self._word(at)),
        ):
            self._take(rows[chosen], True, (at + far)[chosen], count[chosen], (wide + between)[chosen])
        keep = (kind != _POINT) & (kind != _MULTIPOINT)
        self._shapes(rows[keep], at[keep], kind[keep])

    def _shapes(self, rows: Ints, at: Ints, kind: Ints) -> None:
        many = (kind == _MULTILINE) | (kind == _MULTIPOLYGON)
        parts = np.where(many, self._word(at), 1)
        at = np.where(many, at + 4, at)
        some = parts > 0
        rows, at, kind, parts, many = rows[some], at[some], kind[some], parts[some], many[some]
        foreign = many & ~self._member(rows, at)
        at = np.where(many, at + 5, at)
        polygon = (kind == _POLYGON) | (kind == _MULTIPOLYGON)
        rings = np.where(polygon, self._word(at), 1)
        at = np.where(polygon, at + 4, at)
        self._one_by_one(rows[foreign])
        state = np.stack([rows, at, parts, rings, polygon.astype(np.int64), np.ones_like(rows)])
        self._rings(state[:, ~foreign])

    def _member(self, rows: Ints, at: Ints) -> NDArray[np.bool_]:
        """Tell whether the member that starts here has the byte order, kind and dimensions of its feature."""
        little = self.data[np.clip(at, 0, len(self.data) - 1)] == 1
        return little & (self._word(at + 1) == self.code[rows] - 3)

    def _take(self, rows: Ints, opens: Any, start: Ints, count: Ints, step: Ints) -> NDArray[np.bool_]:
        """Keep runs of vertices; give which lie inside their feature."""
        behind = start + np.maximum(count - 1, 0) * step + np.where(count > 0, self.wide[rows], 0)
        fits = behind <= self.ends[rows]
        self.broken[rows[~fits]] = True
        use = fits & (count > 0)
        opens = np.broadcast_to(np.asarray(opens, np.int64), rows.shape)
        self.runs.append(np.stack([rows, opens, start, count, step])[:, use])
        return fits

    def _rings(self, state: Ints) -> None:
        """Read ring after ring of features given as rows of feature, at, parts, rings, polygon, opens."""
        for _ in range(ROUNDS):
            rows, at, parts, rings, polygon, opens = state
            ring = rings > 0  # parts without rings are passed over
            count = _choose(ring, self._word(at), 0)
            wide = self.wide[rows]
            good = ~ring
            good[ring] = self._take(rows[ring], opens[ring], at[ring] + 4, count[ring], wide[ring])
            at = _choose(ring, at + 4 + count * wide, at)
            rings = rings - ring
            parts = parts - (rings <= 0)
            good &= at <= self.ends[rows]
            self.broken[rows[~good]] = True
            fresh = (rings <= 0) & (parts > 0) & good
            foreign = fresh & ~self._member(rows, at)
            rings = _choose(fresh, _choose(polygon > 0, self._word(at + 5), 1), rings)
            at = _choose(fresh, at + _choose(polygon > 0, 9, 5), at)
            opens = _choose(fresh, 1, _choose(count > 0, 0, opens))
            self._leave(rows[foreign])
            live = good & (parts > 0) & ~foreign
            state = np.stack([rows, at, parts, rings, polygon, opens])[:, live]
            if not state.size:
                return
        self._leave(state[0])

    def _leave(self, rows: Ints) -> None:
        """Take back what was read of these features in step, and walk them."""
        if len(rows):
            self.runs = [runs[:, ~np.isin(runs[0], rows)] for runs in self.runs]
            self._one_by_one(rows)

    # ------------------------------------------------------------------ one by one

    def _one_by_one(self, rows: Ints) -> None:
        raw = memoryview(cast("Any", self.data))
        for row in rows.tolist():
            walk = _Walk(raw[int(self.starts[row]) : int(self.ends[row])])
            try:
                runs = list(walk.geometry())
            except (struct.error, ValueError, IndexError):
                self.broken[row] = True
                continue
            self.arcs += walk.arcs
            self.measured[row] = walk.measured
            self._keep(row, runs)

    def _keep(self, row: int, runs: list[tuple[int, bool, NDArray[np.float64]]]) -> None:
        shapes = {shape for shape, _, _ in runs}
        self.collections += len(shapes) > 1
        self.types[row] = max(shapes, default=EMPTY)
        for shape, opens, xyz in runs:
            if shape == self.types[row] and len(xyz):
                run = (row, int(opens), -1 - self.made_size, len(xyz), -1)
                self.runs.append(np.array(run, np.int64).reshape(5, 1))
                self.made.append(xyz)
                self.made_size += len(xyz)

    # ------------------------------------------------------------------ columns

    def geometry(self) -> Geometry:
        """Put the runs in order and give the columns."""
        runs = np.concatenate([np.zeros((5, 0), np.int64), *self.runs], axis=1)
        runs = runs[:, np.argsort(runs[0], kind="stable")]
        runs = runs[:, ~self.broken[runs[0]]]
        xyz = self._vertices(runs)
        part = np.cumsum(runs[1])
        count = runs[3]
        gone = np.asarray(~np.isfinite(xyz[:, :2]).all(axis=1), np.bool_)
        senseless = np.unique(np.repeat(runs[0], count)[gone]) if gone.any() else np.zeros(0, np.int64)
        senseless = senseless[self.types[senseless] != POINT]
        if len(senseless):  # without some of its vertices a line or polygon would be another one
            self.broken[senseless] = True
            keep = ~self.broken[runs[0]]
            spared = np.repeat(keep, count)
            runs, part, count = runs[:, keep], part[keep], count[keep]
            xyz, gone = xyz[spared], gone[spared]
        if gone.any():
            count = np.add.reduceat((~gone).astype(np.int64), _offsets(count)[:-1])
            runs, part, count, xyz = runs[:, count > 0], part[count > 0], count[count > 0], xyz[~gone]
        return self._columns(runs[0], part, count, xyz)

    def _columns(self, feature: Ints, part: Ints, count: Ints, xyz: NDArray[np.float64]) -> Geometry:
        types = np.zeros_like(self.types)
        types[feature] = self.types[feature]
        # Every ring of a line or group of points is a part; a polygon's holes go with their shell.
        opens = (np.diff(feature, prepend=-1) != 0) | (np.diff(part, prepend=-1) != 0) | (types[feature] != POLYGON)
        return Geometry(
            xy=np.ascontiguousarray(xyz[:, :2]),
            rings=_offsets(count),
            parts=np.append(np.flatnonzero(opens), len(feature)).astype(np.int64),
            features=np.searchsorted(feature[opens], np.arange(len(types) + 1)).astype(np.int64),
            types=types,
            z=np.ascontiguousarray(xyz[:, 2]) if xyz.shape[1] > 2 and np.isfinite(xyz[:, 2]).any() else None,
        )

    def _vertices(self, runs: Ints) -> NDArray[np.float64]:
        feature, _, _, count, _ = runs
        place = _places(runs)
        made = place < 0 if self.made else None
        deep = bool(self.has_z.any())
        out = np.full((len(place), 3), np.nan) if deep else np.empty((len(place), 2))
        if made is not None:
            out[made] = np.concatenate(self.made)[-1 - place[made]][:, : out.shape[1]]
        here = slice(None) if made is None else np.flatnonzero(~made)
        # Items of two numbers that begin at any byte: one gather, whatever the features are made of.
        pairs = np.ndarray((len(self.data) - 15,), "V16", cast("Any", self.data), 0, (1,))
        at = place[here]
        out[here, :2] = pairs[at].view("<f8").reshape(-1, 2)
        if deep:
            up = np.repeat(self.has_z[feature], count)[here]
            thirds = np.ndarray((len(self.data) - 7,), "V8", cast("Any", self.data), 0, (1,))
            heights = np.full(len(at), np.nan)
            heights[up] = thirds[at[up] + 16].view("<f8")
            out[here, 2] = heights
        return out


def _places(runs: Ints) -> Ints:
    """Give where each vertex lies: every run counts on from its start by its step."""
    _, _, start, count, step = runs
    if not runs.size:
        return np.zeros(0, np.int64)
    ahead = np.repeat(step, count) if (step != step[0]).any() else np.full(int(count.sum()), step[0])
    last = start + (count - 1) * step
    ahead[_offsets(count)[:-1]] = start - np.concatenate([[0], last[:-1]])
    return np.cumsum(ahead)


def _choose(where: Any, a: Any, b: Any) -> Ints:
    return np.asarray(np.where(where, a, b), np.int64)


def _offsets(count: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


class _Walk:
    """One geometry read value by value: any byte order, EWKB, arcs, collections."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0
        self.arcs = 0
        self.measured = False

    def geometry(self, depth: int = 0) -> Generator[tuple[int, bool, NDArray[np.float64]]]:
        """Give (shape, opens a part, xyz) for each run."""
        if depth > 32:
            raise ValueError("nested too deep")
        order, kind, dims = self._header()
        if kind == _POINT:
            yield POINT, True, self._vertices(order, dims, 1)
        elif kind in (_LINE, _ARC, _COMPOUND):
            yield LINE, True, self._curve(order, kind, dims, depth)
        elif kind in (_POLYGON, _TRIANGLE):
            for i in range(self._count(order)):
                yield POLYGON, i == 0, self._vertices(order, dims, self._count(order))
        elif kind == _CURVEPOLYGON:
            for i in range(self._count(order)):
                yield POLYGON, i == 0, self._curve(*self._header(), depth + 1)
        elif kind in _SHAPE or kind == _COLLECTION:
            yield from self._members(order, kind, depth)
        else:
            raise ValueError(f"kind {kind}")

    def _members(self, order: str, kind: int, depth: int) -> Generator[tuple[int, bool, NDArray[np.float64]]]:
        if kind != _MULTIPOINT:
            for _ in range(self._count(order)):
                yield from self.geometry(depth + 1)
            return
        points = [xyz for _ in range(self._count(order)) for _, _, xyz in self.geometry(depth + 1)]
        yield POINT, True, np.concatenate(points) if points else np.empty((0, 3))

    def _curve(self, order: str, kind: int, dims: tuple[int, bool, bool], depth: int) -> NDArray[np.float64]:
        if kind == _COMPOUND:
            if depth > 32:
                raise ValueError("nested too deep")
            pieces = [self._curve(*self._header(), depth + 1) for _ in range(self._count(order))]
            pieces = [piece if i == 0 else piece[1:] for i, piece in enumerate(pieces)]
            return np.concatenate(pieces) if pieces else np.empty((0, 3))
        vertices = self._vertices(order, dims, self._count(order))
        if kind == _LINE:
            return vertices
        if kind != _ARC:
            raise ValueError(f"curve of kind {kind}")
        self.arcs = 1
        return along_arc(vertices)

    def _header(self) -> tuple[str, int, tuple[int, bool, bool]]:
        order = "<" if self.data[self.at] == 1 else ">"
        (code,) = struct.unpack_from(order + "I", self.data, self.at + 1)
        self.at += 9 if code & 0x20000000 else 5
        z, m = bool(code & 0x80000000), bool(code & 0x40000000)
        code &= 0x1FFFFFFF
        extras = code // 1000
        z, m = z or extras in (1, 3), m or extras in (2, 3)
        self.measured |= m
        return order, code % 1000, (2 + z + m, z, m)

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(order + "I", self.data, self.at)
        self.at += 4
        if count > len(self.data):
            raise ValueError("count")
        return count

    def _vertices(self, order: str, dims: tuple[int, bool, bool], count: int) -> NDArray[np.float64]:
        wide, z, _ = dims
        values = np.frombuffer(self.data, order + "f8", wide * count, self.at).reshape(count, wide)
        self.at += values.nbytes
        out = np.full((count, 3), np.nan)
        out[:, :2] = values[:, :2]
        if z:
            out[:, 2] = values[:, 2]
        return out
