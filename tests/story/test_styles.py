"""A map is drawn by rules and labels, kept in a workspace, and its style carried to another program and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import workspace
from app.core.document import Document
from app.shell import shots
from tests.views.windows import districts, opened

if TYPE_CHECKING:
    from pathlib import Path


def test_a_map_by_classes_and_labels_survives_its_workspace_and_its_style_goes_out_and_back(qapp, tmp_path: Path):
    with opened(districts(tmp_path), districts(tmp_path, "other.geojson")) as window:
        first, second = layers = window.desk.document.layers
        window.desk.focus.take(first)
        shots.settle(window)
        rows: Any = window.docks["layers"].fill().style_panel._editors["vector"]
        rows.mode.take("graduated")
        shots.wait_for(window, lambda: layers[0].style.kind == "graduated")
        shots.settle(window)
        rows.labels.expression.setText("name || line() || fixed(depth, 1) || ' m'")
        rows.labels.expression.editingFinished.emit()
        shots.settle(window)
        painted = next(p for p in window.canvas.scene.frame.pictures if p.look.layer == first.id)
        assert sorted(text.split("\n")[1] for text in painted.labels[0].texts) == ["0.5 m", "1.5 m", "2.5 m", "3.5 m"]
        assert painted.look.counts.numbers[-1] == 0
        window.acts["styles"].write(first, str(tmp_path / "depth.sld"))
        window.acts["styles"].read(second, str(tmp_path / "depth.sld"))
        shots.wait_for(window, lambda: layers[1].style.kind == "rules")
        shots.settle(window)
        drawn = {p.look.layer: p.look.counts for p in window.canvas.scene.frame.pictures}
        assert drawn[second.id].numbers[: len(first.style.classes.classes)] == drawn[first.id].numbers[:-1]
        workspace.save(window.desk.document, tmp_path / "a.haitang")
        kept = [layer.style for layer in layers]
    copy = Document()
    workspace.open_into(copy, tmp_path / "a.haitang")
    assert [layer.style for layer in copy.layers] == kept
