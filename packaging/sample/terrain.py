"""Ground heights of the made-up polder on a 5 m grid, in m above the WUSONG_SH zero.

`bare` is the ground without dykes, embankments and lesser roads: the flow model knows the
dykes and embankments as walls on its edges. `ground` has them all: the survey's picture.
Rows run from north to south, as in a GeoTIFF.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from rasterio.features import rasterize
from rasterio.transform import Affine, from_origin
from scipy.ndimage import distance_transform_edt, gaussian_filter, sobel
from scipy.spatial import cKDTree
from shapely import LineString, MultiLineString, get_parts, unary_union

import country
import fields
import place

CELL = 5.0
POND_LEVEL = 3.4
"""Water in the fish ponds (m, WUSONG_SH); a survey from the air sees it as ground, and so does the model."""
BED_STEP = 1.0 / 128.0
"""Heights are rounded to this (m), a power of two: float32 holds them exactly and they pack well."""
SHAPE = (int(place.SIZE[1] / CELL), int(place.SIZE[0] / CELL))


def transform(origin: tuple[float, float] = (0.0, 0.0)) -> Affine:
    """Affine of the grid, its south-west corner at `origin`."""
    return from_origin(origin[0], origin[1] + place.SIZE[1], CELL, CELL)


@cache
def _xy() -> tuple[np.ndarray, np.ndarray]:
    x = (np.arange(SHAPE[1]) + 0.5) * CELL
    y = place.SIZE[1] - (np.arange(SHAPE[0]) + 0.5) * CELL
    return tuple(np.meshgrid(x, y))


def _mask(shape) -> np.ndarray:  # noqa: ANN001 - any shapely area
    if shape.is_empty:
        return np.zeros(SHAPE, dtype=bool)
    return rasterize([shape], out_shape=SHAPE, transform=transform(), dtype="uint8").astype(bool)


def _near(line: LineString | MultiLineString, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each cell to `line` (inf beyond `reach`) and the chainage of its foot (m)."""
    feet, along = [], []
    for part in get_parts(line):
        at = np.arange(0.0, part.length, 1.0)
        feet.append(np.array([p.coords[0] for p in part.interpolate(at)]))
        along.append(at)
    window = _window(line.bounds, reach)
    x, y = (axis[window] for axis in _xy())
    found, foot = cKDTree(np.vstack(feet)).query(np.c_[x.ravel(), y.ravel()], distance_upper_bound=reach)
    far, chain = np.full(SHAPE, np.inf), np.full(SHAPE, np.nan)
    far[window] = found.reshape(x.shape)
    chain[window] = np.r_[np.concatenate(along), np.nan][foot].reshape(x.shape)
    return far, chain


def _window(bounds: tuple[float, float, float, float], reach: float) -> tuple[slice, slice]:
    west, south, east, north = bounds
    rows = sorted(
        int(np.clip((place.SIZE[1] - v) / CELL, 0, SHAPE[0])) for v in (north + reach + CELL, south - reach - CELL)
    )
    columns = sorted(int(np.clip(v / CELL, 0, SHAPE[1])) for v in (west - reach - CELL, east + reach + CELL))
    return slice(*rows), slice(*columns)


def _rough(seed: int, sigma: float, swing: float) -> np.ndarray:
    field = gaussian_filter(np.random.default_rng(place.SEED + seed).standard_normal(SHAPE), sigma, mode="wrap")
    return field * (swing / field.std())


def _step(value: np.ndarray, start: float, end: float) -> np.ndarray:
    """A smooth 0 to 1 between `start` and `end`."""
    t = np.clip((value - start) / (end - start), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def _plain() -> np.ndarray:
    """The land before ditch and house: low in the west, higher where it was reclaimed last."""
    x, y = _xy()
    z = 3.02 + 0.66 * _step(x, 4300, 5000) + 0.12 * _step(x, 5000, 6900)
    for cx, cy, wide, deep in (
        (1500, 1500, 900, 0.42),
        (1500, 3000, 700, 0.25),
        (3400, 1350, 600, 0.3),
        (2600, 3900, 650, 0.18),
    ):
        z -= deep * np.exp(-(((x - cx) / wide) ** 2) - ((y - cy) / (0.7 * wide)) ** 2)
    return z + _rough(11, 36, 0.11) + _rough(12, 5, 0.025)


def _parcel_relief(z: np.ndarray) -> np.ndarray:
    """Each field on its own level between low ridges; ponds flat, villages and town raised."""
    random = np.random.default_rng(place.SEED + 5)
    lots = fields.parcels()
    ids = rasterize(
        [(p.shape, i + 1) for i, p in enumerate(lots)], out_shape=SHAPE, transform=transform(), dtype="int32"
    )
    own = np.r_[0.0, random.uniform(-0.09, 0.09, len(lots))]
    code = np.r_[["0"], [p.code for p in lots]]
    farm = np.isin(code, [fields.PADDY[0], fields.DRY[0], fields.ORCHARD[0], fields.WOOD[0], fields.SHED[0]])
    z = z + np.where(farm[ids], own[ids], 0.0)
    edge = (np.hypot(sobel(ids.astype(float), 0), sobel(ids.astype(float), 1)) > 0) & farm[ids]
    z = z + 0.14 * edge
    inside = distance_transform_edt(code[ids] == fields.POND[0]) * CELL
    z = np.where(inside > 0, np.where(inside > 8, POND_LEVEL, z + 0.3), z)
    for kinds, rise, soft in (
        ((fields.VILLAGE[0],), 0.42, 3.0),
        ((fields.TOWN[0],), 0.72, 6.0),
        ((fields.FACTORY[0],), 0.75, 4.0),
    ):
        z = z + rise * gaussian_filter(np.isin(code[ids], kinds).astype(float), soft)
    return z


def _river_bed() -> np.ndarray:
    """Bed of the river channel: deeper on the outside of its bends, levelling out to sea."""
    x, y = _xy()
    axis = place.river_axis()
    far, chain = _near(axis, 1500.0)
    line = np.asarray(axis.coords)
    at = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    heading = np.unwrap(np.arctan2(*np.gradient(line, axis=0).T[::-1]))
    bend = np.gradient(gaussian_filter(heading, 8), at) * 800.0
    foot_x, foot_y = np.interp(chain, at, line[:, 0]), np.interp(chain, at, line[:, 1])
    dir_x, dir_y = np.interp(chain, at, np.cos(heading)), np.interp(chain, at, np.sin(heading))
    left = np.sign(dir_x * (y - foot_y) - dir_y * (x - foot_x))
    half = place.river_width(foot_x) / 2
    offset = np.where(np.isfinite(far), far, 1e4) * left / half + 0.38 * np.clip(np.interp(chain, at, bend), -1, 1)
    deep = -4.6 - 1.4 * _step(foot_x, 3000, 7000) + 0.7 * np.sin(chain / 410.0) * (foot_x < 6800)
    profile = deep + (1.3 - deep) * np.abs(offset) ** 2.3
    return np.where(np.isfinite(far), profile, 99.0)


def _outside() -> np.ndarray:
    """Bed of sea and river outside the dykes: marsh at the toe, flats, channel, two shoals."""
    x, y = _xy()
    shore = unary_union([place.south_dyke(), place.north_dyke()])
    far, _ = _near(shore, 4000.0)
    far = np.where(np.isfinite(far), far, 4000.0)
    flat = 3.05 - 1.0 * _step(far, 50, 150) - np.maximum(far - 110, 0) / 340.0
    river = _river_bed()
    soft = 0.35
    bed = -soft * np.log(np.exp(-flat / soft) + np.exp(-np.clip(river, -20, 20) / soft))
    for cx, cy, long, wide, high in ((7950, 5620, 560, 170, 2.6), (7750, 3860, 480, 150, 2.2)):
        u, v = (x - cx) * 0.97 + (y - cy) * 0.24, (y - cy) * 0.97 - (x - cx) * 0.24
        bed = bed + high * np.exp(-((u / long) ** 2) - (v / wide) ** 2)
    return bed + _rough(13, 14, 0.10) + _rough(14, 3, 0.03)


def _dig(z: np.ndarray, creeks: tuple[place.Creek, ...]) -> np.ndarray:
    """Cut trapezoidal creek beds, side slope 1 in 2 below the bank tops."""
    for creek in creeks:
        far, _ = _near(creek.axis, creek.width)
        bed = creek.bed + np.maximum(far - (creek.width / 2 - 6.5), 0.0) / 2.0
        z = np.where(far < creek.width / 2, np.minimum(z, bed), z)
    return z


@cache
def bare() -> np.ndarray:
    """Ground without dykes, embankments and roads, (rows, columns), m."""
    outside = _mask(place.outer_water(modelled=False))
    x, _ = _xy()
    sea = outside | ((x > 6700) & ~_mask(place.polder()) & _mask(fields.seaward()))
    z = _parcel_relief(_plain())
    z = np.where(sea, _outside(), z)
    return _dig(_dig(z, country.small_creeks()), place.creeks())


CREST = (
    (0, 6.05), (900, 6.10), (1900, 5.95), (3000, 6.00), (3900, 6.05), (5100, 6.00), (5560, 5.85),
    (5680, 5.18), (5920, 5.15), (6040, 5.85), (6500, 6.20), (6900, 7.60), (7200, 8.00), (12000, 8.10),
)  # fmt: skip
"""Crest of the outer dyke by chainage (m, m): settled near 5.8 km, a sea dyke from 6.9 km."""


def crest(chain: np.ndarray | float) -> np.ndarray:
    """Crest level of the polder's outer dyke at a distance along it (m)."""
    return np.interp(chain, *zip(*CREST, strict=True))


def _raise(z: np.ndarray, far: np.ndarray, top: np.ndarray | float, half: float, slope: float) -> np.ndarray:
    body = top - np.maximum(far - half, 0.0) / slope
    return np.where(np.isfinite(far), np.fmax(z, body), z)


@cache
def ground() -> np.ndarray:
    """Ground with dykes, embankments and roads, (rows, columns), float32, rounded to 2^-7 m."""
    z = bare().copy()
    kept = _mask(place.creek_water())
    for road in country.roads():
        far, _ = _near(road.axis, road.width / 2 + 8)
        level = _smooth() + road.rise
        z = _raise(z, far, level, road.width / 2, 1.6)
    far, _ = _near(place.old_dyke(), 16.0)
    z = _raise(z, far, place.OLD_DYKE_TOP, 3.0, 2.0)
    z = np.where(kept, np.minimum(z, bare()), z)
    far, _ = _near(place.border(), 30.0)
    z = _raise(z, far, place.BORDER_TOP, 3.0, 2.5)
    far, chain = _near(place.south_dyke(), 45.0)
    z = _raise(z, far, crest(chain), 3.5, 2.6)
    far, _ = _near(place.north_dyke(), 40.0)
    z = _raise(z, far, 6.3, 3.5, 2.6)
    return (np.round(z / BED_STEP) * BED_STEP).astype("float32")


def mean_bed(nodes: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Mean of `bare` over each triangle (m), from 28 points in it."""
    steps = [(i + 1 / 3, j + 1 / 3) for i in range(7) for j in range(7 - i)]
    a, b, c = np.moveaxis(nodes[faces], 1, 0)
    total = np.zeros(len(faces))
    for i, j in steps:
        u, v = i / 7, j / 7
        total += sampled(a + (b - a) * u + (c - a) * v)
    return total / len(steps)


def soft(xy: np.ndarray) -> np.ndarray:
    """The ground smoothed over about 100 m at (n, 2) local metres: what embankments stand on."""
    return _at(_smooth(), xy)


@cache
def _smooth() -> np.ndarray:
    return gaussian_filter(bare(), 12)


def sampled(xy: np.ndarray) -> np.ndarray:
    """`bare` in the cell that holds each point of (n, 2) local metres."""
    return _at(bare(), xy)


def _at(grid: np.ndarray, xy: np.ndarray) -> np.ndarray:
    column = np.clip((xy[:, 0] / CELL).astype(int), 0, SHAPE[1] - 1)
    row = np.clip(((place.SIZE[1] - xy[:, 1]) / CELL).astype(int), 0, SHAPE[0] - 1)
    return grid[row, column]
