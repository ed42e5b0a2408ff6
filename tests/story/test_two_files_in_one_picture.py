"""Pictures of several files: one meaning of a step, and nothing placed whose system is unknown."""

from __future__ import annotations

import numpy as np
import pytest

from app.shell import shots
from app.views.shot import shot
from app.views.wishes import Wish
from layers.sources.mesh_writer import write_mesh
from tests.views import maps

STATIONS = """time,station,x,y,level (m)
2026-07-31T23:30:00Z,Far,1748735,5427916,1
2026-08-01T01:30:00Z,Far,1748735,5427916,2
"""


@pytest.fixture
def files(tmp_path):
    """A flood in a known system, and stations that name none, half an hour aside."""
    flood, stations = tmp_path / "flood.nc", tmp_path / "stations.csv"
    depths = np.array([[0.5, 1.0], [1.0, 2.0], [2.0, 3.0]])
    write_mesh(flood, maps.topology(), {"depth": (depths, "face", "m", {})}, maps.TIMES, "EPSG:4550")
    stations.write_text(STATIONS)
    return [str(flood), str(stations)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_step_is_one_of_the_first_file_named_on_the_map_and_in_the_window(files, tmp_path, order, qapp):
    named = files[::order]
    wish = Wish(time="1")
    told = shot(named, tmp_path / "map.png", wish)
    window = shots.open_window("en", "light", (1366, 768), passing=True)
    try:
        shots.fill_window(window, named, wish)
        now = window.desk.document.clock.now
    finally:
        shots.end(window)
    assert now == (maps.TIMES.values[1] if order == 1 else np.datetime64("2026-08-01T01:30", "ns"))
    assert told["layers"] == [{"layer": "flood", "time": "2026-08-01T01:00:00Z"}]


def test_stations_of_an_unknown_system_are_not_placed_at_any_moment(files, qapp):
    window = shots.open_window("en", "light", (1366, 768), passing=True)
    try:
        shots.fill_window(window, files)
        scene, clock = window.canvas.scene, window.desk.document.clock
        for moment in (maps.TIMES.values[0], np.datetime64("2026-07-31T23:30", "ns"), maps.TIMES.values[2]):
            clock.go(moment)
            shots.settle(window)
            reasons = {look.name: look.empty_reason for look in scene.looks()}
            assert reasons["stations"] == "no_crs"
    finally:
        shots.end(window)
