"""Small meshes for tests: triangles, quadrangles, hexagons, mixed."""

from __future__ import annotations

import numpy as np


def triangles(columns=6, rows=4, step=10.0, jitter=0.0, seed=1):
    """Squares cut in two, with moved inner nodes; node numbers of one half of the faces run the other way."""
    x, y = np.meshgrid(np.arange(columns + 1) * step, np.arange(rows + 1) * step)
    xy = np.stack([x.ravel(), y.ravel()], -1)
    inner = (xy[:, 0] > 0) & (xy[:, 0] < columns * step) & (xy[:, 1] > 0) & (xy[:, 1] < rows * step)
    xy[inner] += np.random.default_rng(seed).uniform(-jitter, jitter, (inner.sum(), 2))
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    lower = np.stack([first, first + 1, first + columns + 2], -1)
    upper = np.stack([first, first + columns + 1, first + columns + 2], -1)
    return xy, np.concatenate([lower, upper])


def hexagons(columns=5, rows=4, radius=8.0):
    """Regular hexagons that share nodes and edges; also the padded form of the faces."""
    corners, faces = {}, []
    for row in range(rows):
        for column in range(columns):
            cx = (column + 0.5 * (row % 2)) * np.sqrt(3) * radius + 12.0
            cy = row * 1.5 * radius + 11.0
            face = []
            for corner in range(6):
                angle = np.pi / 6 + corner * np.pi / 3
                at = (round(cx + radius * np.cos(angle), 6), round(cy + radius * np.sin(angle), 6))
                face.append(corners.setdefault(at, len(corners)))
            faces.append(face)
    return np.array(list(corners), float), np.array(faces)


def mixed():
    """A triangle, a square, a pentagon with a dent and a hexagon, padded with -1; all meet along common edges."""
    xy = np.array(
        [(5, 5), (25, 5), (25, 25), (5, 25), (45, 15), (45, 35), (35, 22), (25, 45), (5, 45), (0, 35), (15, 55)], float
    )
    faces = np.full((4, 6), -1)
    faces[0, :4] = (0, 1, 2, 3)
    faces[1, :3] = (1, 4, 2)
    faces[2, :5] = (2, 4, 6, 5, 7)
    faces[3] = (3, 2, 7, 10, 8, 9)
    return xy, faces
