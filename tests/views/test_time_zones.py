"""Honest time zones: what a file does not say is not said on the screen, in the chart or in a picture."""

from __future__ import annotations

import re

import numpy as np
import pytest

from app.core.language import catalogue, set_language
from app.core.moments import BEIJING
from app.core.tools import Assumed, open_layer
from app.shell.shots import settle, wait_for
from app.views.frame import render
from app.views.map2d.hover import hit_text
from app.views.map2d.legend import entries
from app.views.view import Hit
from app.views.wishes import moment_of, zone_remarks
from layers.errors import ParameterInvalid
from layers.sources.mesh_writer import write_mesh
from layers.sources.source import SeriesRequest
from layers.times import TimeAxis
from tests.realdata import real_data
from tests.views import maps
from tests.views.windows import opened

T = maps.TIMES.values


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


def gauge(folder, name, *times):
    path = folder / f"{name}.csv"
    path.write_text("time,level [m]\n" + "".join(f"{at},{n}\n" for n, at in enumerate(times)), "utf-8")
    return path


def bar_words(window):
    return window.time_bar._moment.text(), window.time_bar._zone.text()


def unzoned():
    return maps.mesh(time=TimeAxis(T.copy(), kind="unzoned"))


@pytest.mark.real_data
def test_observations_without_a_zone_stand_everywhere_as_they_are_written():
    with opened(real_data("broken/csv/water_level_gbk.csv")) as window:
        chart = window.docks["chart"].fill()
        wait_for(window, lambda: bool(chart.lines) and chart.is_idle, 20)
        assert bar_words(window) == ("2021-07-25 23:00", "Time zone unknown · 1/3")
        content, document = chart.content(), window.desk.document
        assert content.local.zone() == "Time zone unknown"
        assert content.local.clock(np.datetime64(content.first, "ns")) == "2021-07-25 23:00"
        hit = Hit(layer=document.layers[0].id, name="a", source="a.csv", moment=document.clock.now)
        assert hit_text(hit, document, 0.0) == "a · 2021-07-25 23:00 (time zone unknown) · a.csv"
        settle(window)


def test_beside_a_known_zone_times_without_one_are_beijing_time_on_one_clock(tmp_path):
    known = gauge(tmp_path, "known", "2026-08-01T00:00Z", "2026-08-01T01:00Z")
    bare = gauge(tmp_path, "bare", "2026-08-01 08:00", "2026-08-01 09:00")
    with opened(known, bare) as window:
        document = window.desk.document
        wait_for(window, lambda: len(document.layers) == 2 and document.clock.start is not None, 20)
        settle(window)
        assert len(document.clock.moments) == 2
        assert bar_words(window) == ("2026-08-01 08:00", "Beijing time (UTC+8) · 1/2")


def test_the_legend_says_as_what_times_without_a_zone_were_taken():
    document, reading = maps.opened(unzoned(), maps.mesh())
    frame = render(document, reading, maps.VIEW)
    notes = [one.notes[-1:] for one in entries(frame.pictures, frame.now, document.clock.local())]
    assert ("Time zone unknown, taken as Beijing time (UTC+8)",) in notes


def test_a_moment_without_a_zone_is_utc_and_a_warning_says_what_that_is():
    document, _ = maps.opened(maps.mesh())
    assert moment_of(document, "2026-08-01T01:00") == T[1]
    assert "2026-08-01 09:00 Beijing time (UTC+8)" in zone_remarks(document, "2026-08-01T01:00")[0]
    assert [zone_remarks(document, word) for word in ("1", "2026-08-01T09:00+08:00")] == [[], []]


def test_a_moment_with_a_zone_is_refused_where_nobody_knows_that_of_the_data():
    document, _ = maps.opened(unzoned())
    assert moment_of(document, "2026-08-01T01:00") == T[1] - np.timedelta64(8, "h")
    assert zone_remarks(document, "2026-08-01T01:00") == []
    with pytest.raises(ParameterInvalid, match="do not say the zone"):
        moment_of(document, "2026-08-01T01:00Z")


def test_the_zone_said_for_a_tool_is_that_of_times_without_one_alone(tmp_path):
    bare = gauge(tmp_path, "bare", "2026-08-01 08:00", "2026-08-01 09:00")
    known = gauge(tmp_path, "known", "2026-08-01T00:00Z", "2026-08-01T01:00Z")
    for path in (bare, known):
        held = []
        layer = open_layer(str(path), ("series",), held)
        Assumed(tz="+08:00").apply(layer)
        axis, block = layer.described().time, layer.read(SeriesRequest("", "level", (0,)))
        assert (axis.kind, str(axis.values[0])[:16], str(block.times[0])[:16]) == (
            "utc", "2026-08-01T00:00", "2026-08-01T00:00",
        )  # fmt: skip
        with pytest.raises(ParameterInvalid, match="no time zone"):
            Assumed(tz="Shanghai").apply(layer)
        held[0].close()


def test_every_option_that_a_sentence_names_exists():
    from app.cli_help import build
    from app.core.tools import registry

    known = {"--name", "--help"} | {"--" + name.replace("_", "-") for name in ("vdatum", "source_crs", "tz", "memory")}
    known |= {"--out", "--cluster", "--json", "--lang", "--setup-only"}
    known |= {p.flag for tool in registry().values() for p in tool.parameters}
    own = dict.fromkeys(("info", "tools", "run", "replay", "batch", "audit"), print)
    parser = build(own, dict.fromkeys(("shot", "tour", "bench", "page"), print))
    sub = next(a for a in parser._actions if isinstance(a.choices, dict))
    known |= {flag for one in sub.choices.values() for a in one._actions for flag in a.option_strings}
    named = {word for text in catalogue("zh") for word in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}
    assert named - known == set()


def test_the_range_of_one_step_is_not_named_where_there_are_no_steps():
    document, reading = maps.opened(maps.raster())
    frame = render(document, reading, maps.VIEW)
    words = [note for one in entries(frame.pictures, None, BEIJING) for note in one.notes]
    assert not [note for note in words if note.startswith("This step")]
    assert [note for note in words if note.startswith(("Data", "In view"))]


def test_while_it_plays_the_bar_tells_the_moment_of_the_picture_on_the_map(tmp_path):
    path, values = tmp_path / "mesh.nc", np.arange(3)[:, None] + np.array([[0.0, 1.0]])
    write_mesh(path, maps.topology(), {"depth": (values, "face", "m", {})}, maps.TIMES, "EPSG:4549")
    with opened(path) as window:
        document, seen = window.desk.document, []
        window.canvas.painted.connect(lambda frame: seen.append((frame.now, window.time_bar._state.now)))
        document.clock.rate, document.clock.loop = 100.0, True
        document.clock.play()
        wait_for(window, lambda: len({str(now) for now, _ in seen}) > 1 and len(seen) > 6, 20)
        document.clock.pause()
        assert all(int(now.astype("datetime64[ns]").astype(np.int64)) == told for now, told in seen)
        settle(window)
