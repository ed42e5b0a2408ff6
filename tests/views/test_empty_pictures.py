"""Pictures of what cannot be read, holds nothing, or is coloured by ranges that come late."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from app.__main__ import main
from app.shell.grid_style import RasterRows
from tests.realdata import real_data
from tests.views.windows import opened

SAMPLE = Path(__file__).parents[2] / "resources" / "sample"


def _shot(path: Path, out: Path, view: str) -> int:
    return main(["shot", str(path), "--view", view, "--size", "900x600", "--lang", "en", "--json", "--out", str(out)])


def _raster(path: Path, values: np.ndarray) -> Path:
    height, width = values.shape
    shape = {"width": width, "height": height, "count": 1, "dtype": "float32", "nodata": -9999.0}
    place = Affine(10, 0, 500000, 0, -10, 3500000)
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:32651", transform=place, **shape) as made:
        made.write(values.astype("float32"), 1)
    return path


@pytest.mark.parametrize("view", ["map", "window"])
def test_a_grid_without_any_value_is_drawn_and_said_to_be_empty(view: str, tmp_path: Path, capsys) -> None:
    grid = _raster(tmp_path / "void.tif", np.full((20, 30), -9999.0))
    assert _shot(grid, tmp_path / "out.png", view) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == ["void: no values here"]


@pytest.mark.parametrize("view", ["map", "window"])
def test_a_file_that_cannot_be_read_when_drawn_leaves_no_picture(view: str, tmp_path: Path) -> None:
    grid = real_data("broken/raster/corrupt.tif")
    assert _shot(grid, tmp_path / "out.png", view) == 3
    assert not (tmp_path / "out.png").exists()


def test_a_picture_is_the_same_with_and_without_ranges_from_before(tmp_path: Path, monkeypatch) -> None:
    made = []
    for number, home in enumerate(("first", "second", "second")):
        monkeypatch.setenv("HAITANG_HOME", str(tmp_path / home))
        out = tmp_path / f"{number}.png"
        assert _shot(SAMPLE / "flood.nc", out, "window") == 0
        made.append(out.read_bytes())
    assert made[0] == made[1] == made[2]


def test_the_style_of_an_image_has_room_in_its_panel_in_both_languages(tmp_path: Path) -> None:
    image = tmp_path / "image.tif"
    shape = {"width": 8, "height": 6, "count": 3, "dtype": "uint8"}
    place = Affine(10, 0, 500000, 0, -10, 3500000)
    with rasterio.open(image, "w", driver="GTiff", crs="EPSG:32651", transform=place, **shape) as made:
        made.write(np.full((3, 6, 8), 90, np.uint8))
    for language in ("zh", "en"):
        with opened(image, language=language) as window:
            panel = window.findChildren(RasterRows)[0]
            assert panel.minimumSizeHint().width() <= 300
