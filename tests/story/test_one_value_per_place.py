"""One number for one place: the map's values, the chart and the tools agree on grids of every kind."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.camera import View
from app.core.defaults import layers_from
from app.core.document import Document
from app.views.charts.places import ask, line_of, wishes_at
from app.views.direct import DirectReading
from app.views.frame import render
from layers.crs import transform_points
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources.open import open_source
from layers.sources.raster_writer import write_raster
from layers.sources.source import Variable
from plugins.playback.probe import series_at
from tests.realdata import real_data

COUNT = 60
GRIDS = [
    ("series/currents/cmems_global_phy_001_024.nc", 0),
    ("series/currents/cmems_mod_bal_phy_anfc_P1D.nc", 0),
    ("series/wind/gfs_wind.nc", 1),
    ("terrain/gebco_oresund.nc", 0),
    ("reference/terrain_qgis/dem.tif", 0),
]
"""Grids and a step: rows that run north and south, with time and without, degrees and metres."""


class Shown:
    """The first grid of a file on a map."""

    def __init__(self, path, *, box=None, crs=None, step=0):
        self.document = Document()
        source = open_source(str(path))
        self.layer = next(one for one in layers_from(source.describe()) if isinstance(one, RasterLayer))
        self.document.add(self.layer)
        self.reading = DirectReading(self.document)
        self.reading.take(self.layer, source)
        self.step = step
        if self.layer.description.time is not None:
            self.document.clock.go(self.layer.description.time.values[step])
        box = box or self.layer.description.bounds
        self.view = View(crs or self.layer.crs, box, 640, 480)
        self.picture = render(self.document, self.reading, self.view).pictures[0]

    def hit(self, x, y):
        e, v = self.view.extent, self.view
        return self.picture.probe.at((x - e.x0) / e.width * v.width, (e.y1 - y) / e.height * v.height)

    def exact(self, hit):
        """The value that the panel shows: of the picture where it is of one cell, else read."""
        if hit is None or hit.exact is None:
            return np.nan if hit is None else hit.value
        read = [self.reading.read_now(self.layer, one).values[0, 0] for one in hit.exact.requests]
        return hit.exact.join(np.array(read, np.float64))

    def charted(self, x, y):
        """The value of the chart at this step; None where there is no chart."""
        wishes = wishes_at([self.layer], self.reading, x, y, self.view.crs, 0.0)
        if not wishes:
            return None
        return float(line_of(wishes[0], ask(self.reading, wishes[0]), 0).values[self.step])

    def tool(self, x, y):
        """What the tool for values at places gives."""
        variable = self.layer.variable(self.layer.style.variable)
        level = self.layer.style.level
        names = variable.components or (variable.name,)
        parts = [
            series_at(self.layer, self.layer.variable(n), np.array([x]), np.array([y]), level)[self.step] for n in names
        ]
        return float(parts[0][0] if len(parts) == 1 else np.hypot(*parts)[0])


def places(box, seed=5):
    random = np.random.default_rng(seed)
    return zip(random.uniform(box.x0, box.x1, COUNT), random.uniform(box.y0, box.y1, COUNT), strict=True)


@pytest.mark.real_data
@pytest.mark.parametrize(("path", "step"), GRIDS)
def test_values_chart_and_tool_give_one_number_at_every_place(path, step):
    shown = Shown(real_data(path), step=step)
    known = 0
    for x, y in places(shown.layer.description.bounds):
        value, expected = shown.exact(shown.hit(x, y)), shown.tool(x, y)
        chart = shown.charted(x, y)
        assert chart is None or np.array_equal(np.float32(chart), np.float32(expected), equal_nan=True)
        assert np.array_equal(np.float32(value), np.float32(expected), equal_nan=True)
        known += np.isfinite(value)
    assert known > 5


def test_a_place_far_out_tells_how_many_cells_are_drawn_as_one_and_reads_the_one_there(tmp_path):
    box = Extent(500_000.0, 3_400_000.0, 532_000.0, 3_432_000.0)
    cells = np.random.default_rng(1).random((3200, 3200)).astype(np.float32)
    path = tmp_path / "ground.tif"
    write_raster(path, cells[None], box, "EPSG:4549", variables=(Variable("elevation", "m", "cell"),))
    shown = Shown(path)
    for x, y in places(box):
        hit = shown.hit(x, y)
        row, column = int((box.y1 - y) / 10), int((x - box.x0) / 10)
        assert "×" in hit.how
        assert shown.exact(hit) == pytest.approx(float(cells[row, column]), abs=0)
    near = Extent(510_000.0, 3_410_000.0, 511_000.0, 3_410_750.0)
    shown = Shown(path, box=near)
    for x, y in places(near):
        hit = shown.hit(x, y)
        assert hit.exact is None
        assert not hit.how
        assert hit.value == float(cells[int((box.y1 - y) / 10), int((x - box.x0) / 10)])


def test_a_place_on_a_map_in_another_system_has_the_value_of_the_cell_it_lies_in(tmp_path):
    box = Extent(500_000.0, 3_400_000.0, 501_000.0, 3_401_000.0)
    cells = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    path = tmp_path / "ground.tif"
    write_raster(path, cells[None], box, "EPSG:4549", variables=(Variable("elevation", "m", "cell"),))
    x, y = (np.array(c) for c in zip(*places(box), strict=True))
    lon, lat = transform_points(np.column_stack([x, y]), "EPSG:4549", "EPSG:4490").T
    shown = Shown(path, box=Extent(lon.min(), lat.min(), lon.max(), lat.max()), crs="EPSG:4490")
    found = [shown.hit(a, b).value for a, b in zip(lon, lat, strict=True)]
    expected = cells[((box.y1 - y) / 10).astype(int), ((x - box.x0) / 10).astype(int)]
    # Places nearer to a cell's edge than the transform's round trip may fall on either side.
    inside = (np.abs((x - box.x0) / 10 % 1 - 0.5) < 0.49) & (np.abs((box.y1 - y) / 10 % 1 - 0.5) < 0.49)
    np.testing.assert_array_equal(np.array(found)[inside], expected[inside])
