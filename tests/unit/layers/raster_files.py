"""Small rasters for tests, with every oddity that scanners and satellites write."""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning

if TYPE_CHECKING:
    from pathlib import Path

NORTH_UP = Affine(10.0, 0.0, 600_000.0, 0.0, -10.0, 3_456_000.0)


def raster(path: Path, values: Any, transform: Any = NORTH_UP, crs: str | None = "EPSG:4549", **more: Any) -> Path:
    """A GeoTIFF of (bands, rows, columns); `tags`, `mask`, `scales`, `names`, `palette` go where they belong."""
    array = np.atleast_3d(np.asarray(values))
    if np.ndim(values) == 2:
        array = np.asarray(values)[np.newaxis]
    later = {key: more.pop(key) for key in ("tags", "mask", "scales", "offsets", "names", "units", "palette", "ovr")
             if key in more}  # fmt: skip
    count, height, width = array.shape
    profile = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": array.dtype, **more}
    if transform is not None:
        profile["transform"] = transform
    with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        file = rasterio.open(path, "w", crs=crs, **profile)
    with file:
        file.write(array)
        file.update_tags(**later.get("tags", {}))
        for key in ("scales", "offsets", "units"):
            if key in later:
                setattr(file, key, later[key])
        for i, name in enumerate(later.get("names", ()), 1):
            file.set_band_description(i, name)
        if "palette" in later:
            file.write_colormap(1, later["palette"])
        if "mask" in later:
            file.write_mask(later["mask"])
    if "ovr" in later:
        with rasterio.open(path, "r+") as file:
            file.build_overviews(later["ovr"], rasterio.enums.Resampling.nearest)
    return path


def state(folder: Path) -> dict[str, Any]:
    """Names, times and hashes of everything in a folder: equal before and after means untouched."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        if path.is_file()
        else path.stat().st_mtime_ns
        for path in [folder, *sorted(folder.rglob("*"))]
    }
