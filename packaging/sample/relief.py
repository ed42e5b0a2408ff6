"""The ground of the made-up polder as a cloud-optimised GeoTIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rasterio
from rasterio.shutil import copy

import place
import terrain

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path) -> None:
    """Write heights (float32, m, WUSONG_SH as the tag VDATUM) with overviews."""
    heights = terrain.ground()
    profile = {
        "driver": "GTiff",
        "width": heights.shape[1],
        "height": heights.shape[0],
        "count": 1,
        "dtype": "float32",
        "crs": place.CRS,
        "transform": terrain.transform(place.ORIGIN),
    }
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(heights, 1)
            raster.set_band_description(1, "ground")
            raster.set_band_unit(1, "m")
            raster.update_tags(
                VDATUM=place.VDATUM, AREA_OR_POINT="Area", TIFFTAG_IMAGEDESCRIPTION="虚构地点 made-up place"
            )
        part = path.with_suffix(".part.tif")
        with memory.open() as raster:
            copy(
                raster,
                part,
                driver="COG",
                COMPRESS="DEFLATE",
                LEVEL="9",
                PREDICTOR="YES",
                BLOCKSIZE="256",
                OVERVIEW_RESAMPLING="AVERAGE",
            )
    part.replace(path)
