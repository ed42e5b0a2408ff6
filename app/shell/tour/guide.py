"""Guide: leads through a window as a person does, and looks at what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QPointF

from app.core.language import N_
from app.shell import shots
from app.shell.tour import hands
from app.shell.tour.witness import StepFailed, Witness
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from app.core.looks import Look
    from app.views.view import Hit
    from layers.layer import Layer
    from layers.sources.source import FeatureBlock

LONGEST_S = 45.0


class Guide(Witness):
    """Leads through one window."""

    # -- doing -----------------------------------------------------------------------
    def panel(self, name: str) -> Any:
        """Bring a panel to the front and give its content."""
        content = self.window.docks[name].bring()
        self.settle()
        return content

    def wait_for(self, done: Callable[[], object], seconds: float = LONGEST_S) -> None:
        """Let the window live until something is so."""
        shots.wait_for(self.window, lambda: bool(done()), seconds)

    def wait(self, done: Callable[[], object], seconds: float = LONGEST_S) -> None:
        """Let the window live until something is so, then until it rests."""
        self.wait_for(done, seconds)
        self.settle()

    def click_map(self, x: float, y: float) -> None:
        """Click the map at a place, map units."""
        hands.click(self.canvas, self.pixel(x, y))
        hands.leave(self.canvas)
        self.settle()

    def choose_layer(self, layer_id: str) -> Layer:
        """Click a layer in the tree, and give it."""
        tree = self.panel("layers").tree
        layer = self.document.layer(layer_id)
        index = next(i for i in tree.indexes() if tree.layer_of(i) is layer)
        tree.scrollTo(index)
        box = tree.visualRect(index)
        hands.click(tree.viewport(), QPointF(box.left() + 120, box.center().y()))
        self.settle()
        return layer

    def features(self, layer: Layer) -> FeatureBlock:
        """Read all features of a layer, without their shapes; waits."""
        return cast("FeatureBlock", self.desk.reading.read_now(layer, FeatureRequest(layer.key, geometry=False)))

    # -- looking ---------------------------------------------------------------------
    def pixel(self, x: float, y: float) -> QPointF:
        """Give where a place of the map is on the widget."""
        canvas = self.canvas
        return QPointF(*self.document.camera.to_pixel(x, y, canvas.width(), canvas.height()))

    def look(self, layer_id: str) -> Look | None:
        """Give how the picture on screen shows a layer; None where it does not."""
        frame = self.canvas.scene.frame
        found = frame.pictures if frame is not None else ()
        return next((p.look for p in found if p.look.layer == layer_id), None)

    def hit(self, layer_id: str, x: float, y: float) -> Hit | None:
        """Give what the picture says of a layer at a place."""
        return next((hit for hit in self.canvas.identify(x, y) if hit.layer == layer_id), None)

    def pixels(self) -> NDArray[np.uint32]:
        """Give the map that is on screen, without what lies over it; ``0xffRRGGBB``."""
        frame = self.canvas.scene.frame
        if frame is None:
            raise StepFailed(N_("The map shows no picture."))
        return frame.pixels
