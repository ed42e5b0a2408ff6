"""What dialogs need of whoever selects features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from app.core.selecting import How
    from layers.geometry import Geometry
    from layers.vector import VectorLayer


class Selector(Protocol):
    """Selects features of layers; ``app.shell.finding.Finding`` is one."""

    def target(self) -> VectorLayer | None:
        """Give the layer that is selected in."""
        ...

    def shapes(self, layer: VectorLayer) -> tuple[Any, Geometry]:
        """Give ids and shapes of a layer's features in the map's system; in a worker."""
        ...

    def select_ids(self, layer: VectorLayer, found: Any, how: How) -> None:
        """Join what was found to what is selected."""
        ...
