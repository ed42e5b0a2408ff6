"""CompareView: the maps in the middle of the window, and the strip over them while they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.shell.compare_acts import Compare
from app.views.map2d.panes import MapPanes
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.shell.desk import Desk
    from app.views.map2d.canvas import MapCanvas


class CompareView(QWidget):
    """Holds the maps; the strip is made when it is first needed.

    Parameters
    ----------
    desk : Desk
    canvas : MapCanvas
        The map of the document.
    """

    def __init__(self, desk: Desk, canvas: MapCanvas) -> None:
        super().__init__()
        self._desk = desk
        self.acts = Compare(desk, self.pick_theme)
        self.panes = MapPanes(canvas, desk.document, desk.reading)
        self.bar: QWidget | None = None
        self._box = controls.column(0, 0)
        self._box.addWidget(self.panes, 1)
        self.setLayout(self._box)
        for signal in (desk.document.words_changed, desk.document.replaced):
            signal.connect(self._follow)

    def _follow(self, *_: object) -> None:
        if self.bar is None and self._desk.document.comparison.is_on:
            from app.shell.compare_bar import CompareBar

            self.bar = CompareBar(self._desk, self.acts, self.pick_theme)
            self._box.insertWidget(0, self.bar)

    def pick_theme(self, below: QWidget | None, chosen: Callable[[str], object]) -> Any:
        """Show the map themes as pictures; ``chosen`` gets the name of the one that is clicked."""
        from app.shell.theme_gallery import ThemeGallery

        gallery = ThemeGallery(self.window(), self._desk, self.panes.canvas.view())
        gallery.chosen.connect(chosen)
        gallery.open_below(below)
        return gallery
