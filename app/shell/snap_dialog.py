"""The dialog of snapping: what the pointer is drawn to while features are drawn and changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QWidget

from app.core.language import N_, tr
from app.core.snapping import KINDS, SnapSettings
from app.shell.dialog import Frame
from app.widgets import controls

if TYPE_CHECKING:
    from app.core.settings import Settings
    from app.core.snapping import Snapper
    from app.shell.desk import Desk

KEY = "snapping"
TITLES = {
    "vertex": N_("Vertices (square)"),
    "crossing": N_("Crossings of edges (cross)"),
    "middle": N_("Middles of edges (triangle)"),
    "foot": N_("Feet of perpendiculars (right angle)"),
    "edge": N_("Edges (hourglass)"),
}


def settings_from(settings: Settings) -> SnapSettings:
    """Give the settings as the user left them; what does not fit is as at the start."""
    found: dict[str, Any] = settings.snapping
    plain = SnapSettings()
    try:
        kinds: Any = tuple(kind for kind in KINDS if kind in found.get("kinds", KINDS))
        tolerance = min(max(float(found.get("tolerance_px", plain.tolerance_px)), 2.0), 50.0)
    except (TypeError, ValueError):
        return plain
    flags = {name: bool(found.get(name, getattr(plain, name))) for name in ("on", "own_layer", "shared")}
    return SnapSettings(tolerance_px=tolerance, kinds=kinds, **flags)


class SnapDialog(Frame):
    """Settings of snapping; they act at once and are kept."""

    def __init__(self, parent: QWidget, snapper: Snapper, desk: Desk) -> None:
        super().__init__(parent, N_("Snapping"), "editing")
        self._snapper, self._desk = snapper, desk
        now = snapper.settings
        self._checks: dict[str, QCheckBox] = {}
        box = controls.column(24, 10)
        self._add(box, "on", N_("Draw the pointer to what is near (Control lets it go)"), now.on)
        for kind in KINDS:
            self._add(box, kind, TITLES[kind], kind in now.kinds)
        self._add(box, "own_layer", N_("Only to the layer that is edited"), now.own_layer)
        self._add(box, "shared", N_("Vertices and edges that features share change together"), now.shared)
        line = controls.row(0, 8)
        line.addWidget(controls.Words("Reach"))
        self.reach = QDoubleSpinBox()
        self.reach.setRange(2, 50)
        self.reach.setDecimals(0)
        self.reach.setSuffix(" px")
        self.reach.setValue(now.tolerance_px)
        controls.roomy(self.reach)
        self.reach.valueChanged.connect(lambda _: self._keep())
        line.addWidget(self.reach)
        line.addStretch(1)
        box.addLayout(line)
        box.addStretch(1)
        self.body.setLayout(box)
        self.add_close()
        self.resize(440, 400)

    def _add(self, box: Any, name: str, title: str, checked: bool) -> None:
        made = QCheckBox(tr(title))
        made.setChecked(checked)
        made.toggled.connect(lambda _: self._keep())
        self._checks[name] = made
        box.addWidget(made)

    def _keep(self) -> None:
        on = {name: check.isChecked() for name, check in self._checks.items()}
        kinds: Any = tuple(kind for kind in KINDS if on[kind])
        flags = {name: on[name] for name in ("on", "own_layer", "shared")}
        self._snapper.settings = SnapSettings(tolerance_px=self.reach.value(), kinds=kinds, **flags)
        self._desk.settings.snapping = asdict(self._snapper.settings)
        self._desk.background(self._desk.settings.save, lambda _: None)
