"""How far colours reach on a mesh that is fine where the water is shallow."""

from __future__ import annotations

import numpy as np

from layers.sources.open import open_source
from layers.sources.source import StatisticsRequest, Topology
from layers.sources.statistics import area_quantiles, place_areas
from tests.realdata import real_data

PAIR = Topology(
    np.array([0.0, 1, 1, 0, 4, 4]),
    np.array([0.0, 0, 1, 1, 0, 1]),
    np.array([0, 4, 8]),
    np.array([0, 1, 2, 3, 1, 4, 5, 2], np.int32),
)


def test_a_place_counts_by_its_area():
    assert place_areas(PAIR, "face").tolist() == [1.0, 3.0]
    assert place_areas(PAIR, "node").tolist() == [0.25, 1.0, 1.0, 0.25, 0.75, 0.75]
    values = np.array([1.0, 50.0], np.float32)
    assert area_quantiles(values, np.array([95.0, 5.0]), 0.1) == (1.0, 1.0)
    assert area_quantiles(values, np.array([50.0, 50.0]), 0.1) == (1.0, 50.0)


def test_the_sea_off_san_diego_is_not_all_one_colour():
    path = real_data("mesh/adh_sandiego/ADH_SanDiego.nc")
    source = open_source(str(path))
    (mesh,) = source.describe().layers
    found = source.read(StatisticsRequest(mesh.key, "depth", 2))
    source.close()
    assert found.p98 > 80
    assert found.maximum > 200
