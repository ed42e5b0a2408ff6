"""Offset lines: a line moved to its right by a distance, corners kept, stretches that turn back left out."""

from __future__ import annotations

from app.views.map2d.compiled import inner

SHARPEST = 0.25
"""Corners whose moved tip would lie more than twice the offset away become two vertices: 1 / (1 + dot) limit."""


@inner
def _put(out, count, x, y):
    out.x[count], out.y[count] = x, y
    return count + 1


@inner
def _without_turns(track, out, made):
    """Leave out moved vertices whose stretch runs against the segment it belongs to."""
    kept = 0
    for i in range(made):
        if kept > 0 and out.length[i] >= 0:
            k = int(out.length[i])
            along = (out.x[i] - out.x[kept - 1]) * track.ux[k] + (out.y[i] - out.y[kept - 1]) * track.uy[k]
            if along < 0.0 and i < made - 1:
                continue
            while along < 0.0 and kept > 1:
                kept -= 1
                along = (out.x[i] - out.x[kept - 1]) * track.ux[k] + (out.y[i] - out.y[kept - 1]) * track.uy[k]
        out.x[kept], out.y[kept] = out.x[i], out.y[i]
        kept += 1
    return kept


@inner
def moved_aside(track, out, count, closed, offset):
    """Move a measured line in px by an offset, in place; give its vertices.

    ``out`` is scratch with room for twice as many vertices; segments hold in ``out.length`` what they belong to.
    """
    made, last = 0, count - 1
    for i in range(count):
        k = i - 1 if i > 0 else (last if closed else 0)
        j = i if i < last or closed else max(last - 1, 0)
        nx, ny, mx, my = -track.uy[k], track.ux[k], -track.uy[j], track.ux[j]
        dot = nx * mx + ny * my
        owner = float(k) if i > 0 else -1.0
        if 1.0 + dot > SHARPEST:
            share = offset / (1.0 + dot)
            out.length[made] = owner
            made = _put(out, made, track.x[i] + (nx + mx) * share, track.y[i] + (ny + my) * share)
        else:
            out.length[made] = owner
            made = _put(out, made, track.x[i] + nx * offset, track.y[i] + ny * offset)
            out.length[made] = -1.0
            made = _put(out, made, track.x[i] + mx * offset, track.y[i] + my * offset)
    kept = _without_turns(track, out, made)
    for i in range(kept):
        track.x[i], track.y[i] = out.x[i], out.y[i]
    return max(kept, 1)
