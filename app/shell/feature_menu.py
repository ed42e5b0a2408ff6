"""Acts on the selected features of the layer in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import tr
from app.core.selection import Ids
from layers.errors import EditError, HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.command import Command
    from app.core.editable import Editable
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
        from app.core.feature_acts import merge_features

        self._run(merge_features)

    def explode(self) -> None:
        """Make a feature of each part."""
        from app.core.feature_acts import explode_features

        self._run(explode_features)

    def delete(self) -> None:
        """Delete the selected features."""
        from app.core.feature_acts import delete_features

        self._run(delete_features)

    def offset(self) -> None:
        """Add parallels of the selected lines, or areas made wider, at a distance that is asked for."""
        from app.core.feature_acts import offset_features
        from app.shell import questions

        words = tr("Left of a line and outside of an area is positive. The result is a new feature.")
        unit = "°" if self._is_geographic() else "m"
        distance = questions.number(self._window, tr("Offset"), words, 10.0, unit)
        if distance:
            self._run(lambda table, ids: offset_features(table, ids, distance))

    def _is_geographic(self) -> bool:
        from layers.crs import is_geographic

        layer = self._desk.focus.layer
        return layer is not None and layer.crs is not None and is_geographic(layer.crs)

    def form(self) -> None:
        """Show the form of the attributes."""
        self._docks["form"].bring()

    def _run(self, act: Callable[[Editable, frozenset[int]], Command]) -> None:
        from app.core.editable import editable

        layer, document = self._desk.focus.layer, self._desk.document
        if layer is None:
            return
        predicate = document.selection.predicates.get(layer.id)
        try:
            if not isinstance(predicate, Ids):
                raise EditError("No feature is selected.", remedy="Select features on the map or in the table first.")
            table = editable(document, layer.id)
            document.run(act(table, predicate.ids))
            there = frozenset(table.rows(predicate.ids))
            document.selection.set(layer.id, Ids(there) if there else None)
        except HaitangError as error:
            self._desk.notices.error(error)
