"""What a small window leaves to the map, and what panels forget with the document."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt

from app.shell import shots
from app.shell.docks import Panel
from tests.views import windows

pytestmark = pytest.mark.usefixtures("qapp")


def test_panels_begin_slimmer_and_lower_in_a_small_window():
    panel = Panel(
        "chart", "Chart", Qt.DockWidgetArea.BottomDockWidgetArea, lambda: None, "chart", width=300, height=220
    )
    assert panel.size_in(QSize(1920, 1080)) == QSize(300, 220)
    small = panel.size_in(QSize(1366, 768))
    assert small.width() < 280
    assert small.height() < 180


def test_the_values_of_a_place_go_with_the_document(tmp_path):
    with windows.opened(windows.districts(tmp_path)) as window:
        canvas, panel = window.canvas, window.docks["identify"].bring()
        x, y = window.desk.document.camera.x, window.desk.document.camera.y
        canvas.clicked.emit(x, y)
        canvas.identified.emit(canvas.identify(x, y))
        assert panel._place == (x, y)
        assert any(layer.name == "districts" for layer in window.desk.document.layers)
        window.desk.document.replace({})
        shots.settle(window)
        assert panel._place is None
        assert window.desk.focus.place is None
        assert "districts" not in " ".join(text for _, text in windows.words_of(panel))
