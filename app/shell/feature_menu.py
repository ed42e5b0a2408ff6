"""Acts on the selected features of the layer in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import tr
from app.core.selection import Ids
from layers.errors import EditError, HaitangError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.docks import Docks


class FeatureActs:
    """What the menu Features does to selected features.

    Parameters
    ----------
    desk : Desk
    window : QWidget
    docks : Docks
    """

    def __init__(self, desk: Desk, window: QWidget, docks: Docks) -> None:
        self._desk, self._window, self._docks = desk, window, docks

    def merge(self) -> None:
        """Make one feature of the selected ones; the largest keeps its attributes."""
        self._on_selected("merge")

    def explode(self) -> None:
        """Make a feature of each part."""
        self._on_selected("explode")

    def delete(self) -> None:
        """Delete the selected features."""
        self._on_selected("delete")

    def offset(self) -> None:
        """Add parallels of the selected lines, or areas made wider, at a distance that is asked for."""
        from app.shell import questions

        words = tr("Left of a line and outside of an area is positive. The result is a new feature.")
        unit = "°" if self._is_geographic() else "m"
        distance = questions.number(self._window, tr("Offset"), words, 10.0, unit)
        if distance:
            self._on_selected("offset", distance=distance)

    def _is_geographic(self) -> bool:
        from layers.crs import is_geographic

        layer = self._desk.focus.layer
        return layer is not None and layer.crs is not None and is_geographic(layer.crs)

    def form(self) -> None:
        """Show the form of the attributes."""
        self._docks["form"].bring()

    def _on_selected(self, act: str, **options: Any) -> None:
        from app.core.bulk import Bulk

        layer, document = self._desk.focus.layer, self._desk.document
        if layer is None:
            return
        predicate = document.selection.predicates.get(layer.id)
        try:
            if not isinstance(predicate, Ids):
                raise EditError("No feature is selected.", remedy="Select features on the map or in the table first.")
            self._desk.change(Bulk(layer.id, act, predicate.ids, options))
        except HaitangError as error:
            self._desk.notices.error(error)
