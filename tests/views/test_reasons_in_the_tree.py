"""The reason why a layer is grey stands in its row as a whole, with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import error_text
from app.shell import shots
from app.shell.layer_tree import ROW
from tests.views.windows import districts, opened

if TYPE_CHECKING:
    from pathlib import Path


def test_the_row_of_a_layer_whose_file_is_gone_shows_the_whole_sentence(qapp, tmp_path: Path):
    here = districts(tmp_path)
    with opened(here) as window:
        layer = window.desk.document.layers[0]
        tree = window.docks["layers"].content.tree
        assert tree.visualRect(tree.model().index(0, 0)).height() == ROW
        window.desk.document.set(layer, "source", str(tmp_path / "a" / "long" / "way" / "off" / "gone.geojson"))
        shots.wait_for(window, lambda: window.desk.reading.state(layer.id) == "failed")
        shots.settle(window)
        row = tree.visualRect(tree.model().index(0, 0))
        lines = tree.itemDelegate()._lines(layer, row.width() - 68 - 34)
        told = error_text(window.desk.reading.error(layer.id))
        assert "".join(lines).replace(" ", "") == told.replace(" ", "")
        assert row.height() > ROW
