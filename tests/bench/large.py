"""Large made-up inputs for measuring tools beside other programs: small by default, sizes by environment variable.

``python -m tests.bench.large FOLDER`` writes them. HAITANG_CELLS is the side of the grids (20 000 at full size),
HAITANG_ZONES the number of zones (200 000), HAITANG_PARCELS and HAITANG_BUFFERS those of the overlay (100 000, 5 000).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.windows
import shapely

from layers.shapes import to_geometry
from layers.sources.source import FeatureBlock
from layers.sources.vector_writer import write_features

ORIGIN = (600_000.0, 3_400_000.0)
CRS = "EPSG:4549"


def size(name: str, small: int) -> int:
    """Give a size: that of the environment, else a small one."""
    return int(os.environ.get(f"HAITANG_{name}", small))


def grid(path: Path, side: int, seed: int) -> Path:
    """Heights in tiles: hills, and noise of a centimetre's grain."""
    noise = np.random.default_rng(seed)
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": CRS, "nodata": np.nan,
        "transform": rasterio.Affine(1.0, 0.0, ORIGIN[0], 0.0, -1.0, ORIGIN[1] + side), "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "zstd", "zstd_level": 1, "predictor": 3,
        "bigtiff": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(path, "w", num_threads=2, **profile) as data:
        data.update_tags(VDATUM="WUSONG_SH")
        for row in range(0, side, 512):
            count = min(512, side - row)
            y, x = np.mgrid[row : row + count, 0:side].astype(np.float32)
            cells = 50 * np.sin(x / 700 + seed) * np.cos(y / 900) + noise.random((count, side), np.float32)
            window = rasterio.windows.Window(0, row, side, count)
            data.write(np.round(cells, 2).astype(np.float32), 1, window=window)
    return path


def zones(count: int, side: float, seed: int = 7) -> Any:
    """Give polygons of eight corners that lie side by side and share no edge."""
    noise = np.random.default_rng(seed)
    across = round(np.sqrt(count))
    step = side / across
    row, column = np.divmod(np.arange(count), across)
    middle = np.column_stack([column, row]) * step + step / 2 + np.array(ORIGIN)
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    radius = step * noise.uniform(0.3, 0.5, (count, 8, 1))
    rings = middle[:, None, :] + radius * np.stack([np.cos(angle), np.sin(angle)], -1)
    return shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))


def buffers(count: int, side: float, seed: int = 8) -> Any:
    """Give river buffers: wandering lines with a width."""
    noise = np.random.default_rng(seed)
    start = noise.random((count, 1, 2)) * side + np.array(ORIGIN)
    steps = noise.normal(0, side / 400, (count, 11, 2)) + noise.normal(0, side / 300, (count, 1, 2))
    lines = shapely.linestrings(np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1))
    return shapely.buffer(lines, side / 2000)


def layer(path: Path, shapes: Any, name: str) -> Path:
    """Write shapes with a number and a word each."""
    count = len(shapes)
    words = [f"{name}{i % 97}" for i in range(count)]
    block = FeatureBlock(np.arange(count), to_geometry(shapes), {f"{name}_id": np.arange(count), "kind": words})
    write_features(path, block, crs=CRS)
    return path


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    side = size("CELLS", 512)
    for name, seed in (("a", 1), ("b", 2)):
        grid(folder / f"{name}.tif", side, seed)
    layer(folder / "zones.gpkg", zones(size("ZONES", 200), side), "zone")
    layer(folder / "parcels.gpkg", zones(size("PARCELS", 400), 50_000.0, 9), "parcel")
    layer(folder / "buffers.gpkg", buffers(size("BUFFERS", 20), 50_000.0), "buffer")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
