"""Series without places: chosen in the tree, they stand in the chart, and a list chooses among them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.shell.shots import settle, wait_for
from app.shell.tool_page import arguments_of
from tests.views.windows import opened


def many(folder, columns=10):
    """Water levels of several gauges, one column each, with no place and no unit."""
    lines = ["time," + ",".join(f"gauge {n}" for n in range(columns))]
    lines += [f"2026-08-01T{h:02d}:00:00Z," + ",".join(f"{h + n}" for n in range(columns)) for h in range(24)]
    path = folder / "many.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def chart_of(window):
    chart = window.docks["chart"].fill()
    wait_for(window, lambda: bool(chart.lines) and chart.is_idle, 20)
    return chart


def test_choosing_a_layer_without_places_shows_its_series_and_a_list_for_the_others(tmp_path):
    with opened(many(tmp_path)) as window:
        chart = chart_of(window)
        assert [line.name for line in chart.lines] == [f"many · gauge {n}" for n in range(8)]
        links = window.links.stations
        assert links.button.isVisible()
        assert "10" in links.button.text()
        found = links.open_list()
        assert found.chosen() == list(range(8))
        for row in range(1, 8):
            found.list.item(row).setCheckState(Qt.CheckState.Unchecked)
        found.list.item(9).setCheckState(Qt.CheckState.Checked)
        found.close()
        wait_for(window, lambda: chart.is_idle and len(chart.lines) == 2, 20)
        assert [line.name for line in chart.lines] == ["many · gauge 0", "many · gauge 9"]
        settle(window)


def test_a_ninth_line_is_not_taken(tmp_path):
    with opened(many(tmp_path)) as window:
        chart_of(window)
        found = window.links.stations.open_list()
        found.list.item(9).setCheckState(Qt.CheckState.Checked)
        assert found.chosen() == list(range(8))
        found.close()


def test_a_layer_of_one_series_stands_in_the_chart_without_a_list(tmp_path):
    with opened(many(tmp_path, 1)) as window:
        assert [line.name for line in chart_of(window).lines] == ["many"]
        button = window.links.stations.button
        assert button is None or not button.isVisible()


def test_the_form_hands_on_what_the_user_said_of_a_file_that_says_nothing():
    from app.core.tools import registry

    words = arguments_of(registry()["data.reproject"], {"crs": "EPSG:4326"}, "r.tif", "WUSONG_SH", "EPSG:4549")
    assert words[-4:] == ["--vdatum", "WUSONG_SH", "--source-crs", "EPSG:4549"]


def test_a_system_set_on_a_layer_reaches_the_form_only_where_the_file_names_none(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text(
        "time,station,x,y,level [m]\n2026-08-01T00:00:00Z,A,500000,3400000,1\n2026-08-01T01:00:00Z,A,500000,3400000,2\n"
    )
    with opened(path) as window:
        layer = window.desk.document.layers[0]
        offered = window.surroundings.layers(("series",))
        assert [choice.crs for choice in offered] == [""]
        window.desk.document.set(layer, "crs", "EPSG:4549")
        assert [choice.crs for choice in window.surroundings.layers(("series",))] == ["EPSG:4549"]


def test_the_form_asks_for_the_zone_of_times_that_name_none_and_hands_it_on(tmp_path):
    from app.core.tools import registry

    blind, zoned = tmp_path / "blind.csv", tmp_path / "zoned.csv"
    row = "{t},A,500000,3400000,1\n"
    blind.write_text(
        "time,station,x,y,level [m]\n" + row.format(t="2026-08-01 00:00") + row.format(t="2026-08-01 01:00")
    )
    zoned.write_text(blind.read_text().replace(":00,A", ":00Z,A"))
    words = arguments_of(registry()["playback.sample"], {}, "s.csv", tz="+08:00")
    assert words[-2:] == ["--tz", "+08:00"]
    with opened(blind, zoned) as window:
        by_name = {layer.name: layer for layer in window.desk.document.layers}
        window.open_tool("playback.sample")
        settle(window)
        wait_for(window, lambda: window.docks["tools"].content.current_page() is not None, 20)
        page = window.docks["tools"].content.current_page()
        for name, asks in (("zoned", False), ("blind", True)):
            source = next(c.word for c in window.surroundings.layers(("series",)) if c.name == by_name[name].name)
            page.form.set_values({"source": source})
            page.refresh()
            settle(window)
            assert page.zone.isVisibleTo(page) is asks
