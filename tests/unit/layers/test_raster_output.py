"""What kind of cells a result is written in, and that it is written piece by piece."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio

from layers.errors import Cancelled
from layers.extent import Extent
from layers.output import write_layer
from layers.raster import RasterLayer
from layers.sources import computed, memory
from layers.sources.raster_writer import RasterWriter

if TYPE_CHECKING:
    from pathlib import Path

BOX = Extent(600_000, 3_400_000, 600_040, 3_400_030)
CLASSES = np.arange(12, dtype=np.float32).reshape(3, 4)


def layer(cells: Any, dtype: str = "float32", nodata: float | None = None, **extra: Any) -> RasterLayer:
    """A layer in memory whose source had cells of some kind."""
    cells = {"v": cells} if isinstance(cells, np.ndarray) else cells
    held = memory.raster_source(cells, BOX, crs="EPSG:4549", units=dict.fromkeys(cells, "m"))
    variables = tuple(replace(v, dtype=dtype) for v in held.layer.variables)
    held.layer = replace(held.layer, variables=variables, nodata=nodata, extra=extra)
    return RasterLayer(source="memory:").attach(held, held.layer)


def kind(path: Path) -> tuple[str, float | None]:
    with rasterio.open(path) as data:
        return data.dtypes[0], data.nodata


def with_gap(cells: Any = CLASSES) -> Any:
    cells = cells.copy()
    cells[1, 1] = np.nan
    return cells


@pytest.mark.parametrize(
    ("cells", "dtype", "nodata", "expected"),
    [
        (CLASSES, "uint8", None, ("uint8", None)),
        (CLASSES, "uint8", 255.0, ("uint8", None)),
        (with_gap(), "uint8", 255.0, ("uint8", 255.0)),
        (with_gap(), "uint8", None, ("float32", np.nan)),
        (with_gap(), "uint8", 3.0, ("float32", np.nan)),
        (with_gap(), "uint8", -1.0, ("float32", np.nan)),
        (CLASSES + 0.5, "int16", None, ("float32", np.nan)),
        (CLASSES * 1000, "uint8", None, ("float32", np.nan)),
        (CLASSES, "int64", None, ("int32", None)),
        (with_gap(), "int32", -99.0, ("int32", -99.0)),
        (CLASSES, "float64", None, ("float32", np.nan)),
    ],
    ids=[
        "whole", "nodata unused", "gap with nodata", "gap without", "nodata is a value", "nodata out of range",
        "scaled", "too large", "long", "classes of 32 bits", "double",
    ],
)  # fmt: skip
def test_whole_numbers_stay_whole_only_where_nothing_is_lost(
    tmp_path: Path, cells: Any, dtype: str, nodata: float | None, expected: tuple[str, float | None]
):
    out = tmp_path / "a.tif"
    written = write_layer(layer(cells, dtype, nodata), out, "")
    found = kind(out)
    assert found[0] == expected[0]
    assert found[1] == expected[1] or (np.isnan(found[1]) and np.isnan(expected[1]))
    with rasterio.open(out) as data:
        back = data.read(1, masked=True).astype(np.float32).filled(np.nan)
    assert np.array_equal(back, cells.astype(np.float32), equal_nan=True)
    assert written.stats["v"]["count"] == int(np.isfinite(cells).sum())
    assert written.warnings == ()


def test_what_is_transparent_stays_a_picture(tmp_path: Path):
    bands = {name: with_gap(CLASSES) for name in ("r", "g", "b", "a")}
    out = tmp_path / "a.tif"
    write_layer(layer(bands, "uint8", interpretation=["red", "green", "blue", "alpha"]), out, "")
    with rasterio.open(out) as data:
        assert data.dtypes[0] == "uint8"
        assert data.read()[:, 1, 1].tolist() == [0, 0, 0, 0]
        assert [c.name for c in data.colorinterp] == ["red", "green", "blue", "alpha"]


def test_classes_keep_their_colours(tmp_path: Path):
    out = tmp_path / "a.tif"
    write_layer(layer(CLASSES, "uint8", palette={3: [10, 20, 30, 255]}), out, "")
    with rasterio.open(out) as data:
        assert data.colormap(1)[3] == (10, 20, 30, 255)


def test_large_whole_numbers_that_were_rounded_are_told(tmp_path: Path):
    written = write_layer(layer(CLASSES + 20_000_000, "int32"), tmp_path / "a.tif", "")
    assert [w.code for w in written.warnings] == ["rounded"]


def test_a_result_without_any_value_is_told(tmp_path: Path):
    written = write_layer(layer(np.full((3, 4), np.nan, np.float32)), tmp_path / "a.tif", "")
    assert [w.code for w in written.warnings] == ["empty"]
    assert written.stats["v"] == {"min": None, "max": None, "mean": None, "count": 0}


def test_a_raster_goes_to_disk_in_pieces_and_is_the_same_as_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cells = np.random.default_rng(1).random((700, 900)).astype(np.float32)
    write_layer(layer(cells), tmp_path / "one.tif", "")
    sizes: list[tuple[int, ...]] = []
    pack = RasterWriter.pack

    def noted(self: RasterWriter, values: Any, row: int = 0, column: int = 0) -> Any:
        sizes.append(values.shape)
        return pack(self, values, row, column)

    monkeypatch.setattr(RasterWriter, "pack", noted)
    monkeypatch.setattr(computed, "ROWS", 128)
    monkeypatch.setattr(computed, "PIECE", 128 * 256)
    shares: list[float] = []
    written = write_layer(layer(cells), tmp_path / "many.tif", "", shares.append)
    assert len(sizes) == 24
    assert max(bands * rows * columns for bands, rows, columns in sizes) <= 128 * 256
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert (tmp_path / "many.tif").read_bytes() == (tmp_path / "one.tif").read_bytes()
    assert written.stats["v"]["mean"] == pytest.approx(cells.mean(dtype=np.float64), rel=1e-12)


def test_stopped_while_writing_nothing_is_left(tmp_path: Path):
    def stop(_share: float) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        write_layer(layer(CLASSES), tmp_path / "a.tif", "", stop)
    assert list(tmp_path.iterdir()) == []
