"""Acts that find: select on the map, by condition and by another layer; filters, places, bookmarks, measuring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.language import tr
from app.core.measure import Measure
from app.core.selecting import Select, combined, touching
from app.core.selection import known_ids, of_ids
from app.views import projection
from app.views.map2d.scratch import scratch_block
from layers.errors import HaitangError
from layers.extent import around_points
from layers.geometry import Geometry, taken_geometry
from layers.sources.source import FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.gestures import Point
    from app.core.selecting import How, Way
    from app.shell.desk import Desk
    from app.views.map2d.canvas import MapCanvas
    from layers.extent import Extent
    from layers.layer import Layer
    from layers.sources.source import FeatureBlock

Ids = np.ndarray[Any, np.dtype[np.int64]]


class Finding:
    """What the menu Find does.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        The window.
    canvas : MapCanvas
    """

    def __init__(self, desk: Desk, parent: QWidget, canvas: MapCanvas) -> None:
        self._desk, self._parent, self._canvas = desk, parent, canvas
        self._mode = ""

    # -- what the pointer does -------------------------------------------------------
    @property
    def mode(self) -> str:
        """What the pointer does: ``box``, ``lasso``, ``polygon``, ``line``, ``area``; empty = it moves the map."""
        return self._mode if self._canvas.gesture is not None and not self._desk.gesture else ""

    def select(self, way: str) -> None:
        """Let the pointer select by ``box``, ``lasso`` or ``polygon``; the same once more ends it."""
        self._point(way, lambda: Select(cast("Way", way), self.take, self.leave))

    def measure(self, kind: str) -> None:
        """Let the pointer measure a ``line`` or an ``area``; the same once more ends it."""
        camera = self._desk.document.camera
        self._point(kind, lambda: Measure(camera, "line" if kind == "line" else "polygon", self.leave))

    def _point(self, mode: str, make: Callable[[], Any]) -> None:
        if self.mode == mode:
            self.leave()
            return
        self._mode, self._desk.gesture = mode, ""
        self._canvas.set_gesture(make())
        self._canvas.setFocus()

    def leave(self) -> None:
        """Let the pointer move the map again."""
        self._mode = self._desk.gesture = ""
        self._canvas.set_gesture(None)

    # -- selecting -------------------------------------------------------------------
    def target(self) -> VectorLayer | None:
        """Give the layer that is selected in: the one in focus, else the topmost visible one of features."""
        layers: list[Layer] = [la for la in self._desk.document.layers if la.visible]
        if self._desk.focus.layer in self._desk.document.layers and self._desk.focus.layer is not None:
            layers.insert(0, self._desk.focus.layer)
        return next((la for la in layers if isinstance(la, VectorLayer)), None)

    def take(self, corners: list[Point], how: How) -> None:
        """Select what an outline touches, in the map's system."""
        layer = self.target()
        if layer is None:
            self._desk.notices.warning(tr("There is no layer of features to select in."))
            return
        self._desk.background(lambda: self._touched(layer, corners), lambda ids: self.select_ids(layer, ids, how))

    def _touched(self, layer: VectorLayer, corners: list[Point]) -> Ids:
        """Give the ids of the features that an outline touches; in a worker."""
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = around_points(np.array(xs), np.array(ys))
        held = self._canvas.features_of(layer.id)
        if held is not None and box is not None and held.covers(box) and held.block.geometry is not None:
            ids, geometry = held.block.ids, replace(held.block.geometry, xy=held.xy)
        else:
            ids, geometry = self.shapes(layer, box)
        return ids[touching(geometry, corners)]

    def shapes(self, layer: VectorLayer, box: Extent | None = None) -> tuple[Ids, Geometry]:
        """Give ids and shapes of a layer's features in the map's system; in a worker.

        Raises
        ------
        HaitangError
            They cannot be read.
        """
        crs = self._desk.document.camera.crs
        if layer.is_scratch:
            block = scratch_block(layer.features, (), layer.filter)
        else:
            own = None if box is None else projection.transformed_extent(box, crs, layer.crs)
            request = FeatureRequest(layer.key, box=own, columns=())
            block = cast("FeatureBlock", self._desk.reading.read_now(layer, request))
        shape = cast("Geometry", block.geometry)
        x, y = projection.transformed(shape.xy[:, 0], shape.xy[:, 1], layer.crs, crs)
        return block.ids, replace(shape, xy=np.column_stack([x, y]))

    def select_ids(self, layer: VectorLayer, found: Any, how: How) -> None:
        """Join what was found to what is selected; an error is told."""
        if isinstance(found, HaitangError):
            self._desk.notices.error(found)
            return
        selection = self._desk.document.selection
        before = known_ids(selection.predicates.get(layer.id))
        after = combined(before if before is not None else np.empty(0, np.int64), found, how)
        selection.set(layer.id, of_ids(after))

    def by_condition(self) -> None:
        """Ask for a condition, and select what fits."""
        layer = self.target()
        if layer is not None:
            from app.shell.filter_dialog import ConditionDialog

            _opened(ConditionDialog(self._desk, self._parent, layer, self))

    def by_layer(self) -> None:
        """Ask for another layer, and select by its features."""
        from app.shell.by_layer_dialog import ByLayerDialog

        _opened(ByLayerDialog(self._desk, self._parent, self))

    def invert(self) -> None:
        """Select what is not selected, and leave out what is."""
        layer = self.target()
        if layer is not None:
            self._desk.background(lambda: self.ids(layer), lambda found: self.select_ids(layer, found, "flip"))

    def all(self) -> None:
        """Select all features of the layer."""
        layer = self.target()
        if layer is not None:
            self._desk.background(lambda: self.ids(layer), lambda found: self.select_ids(layer, found, "set"))

    def ids(self, layer: VectorLayer, where: str = "") -> Ids:
        """Give the ids of a layer's features, or of those that fit a condition; in a worker.

        Raises
        ------
        HaitangError
            They cannot be read, or the condition does not fit.
        """
        if layer.is_scratch:
            from layers.filters.reading import parse
            from layers.filters.terms import columns
            from layers.sources.asking import filtered

            term = parse(where) if where else None
            block = scratch_block(layer.features, columns(term) if term is not None else (), layer.filter)
            return block.ids if term is None else filtered(block, term).ids
        request = FeatureRequest(layer.key, columns=(), geometry=False, where=where)
        return cast("FeatureBlock", self._desk.reading.read_now(layer, request)).ids

    def clear(self) -> None:
        """Select nothing anywhere."""
        self._desk.document.selection.clear()

    def zoom(self) -> None:
        """Show what is selected."""
        layer = self.target()
        chosen = known_ids(self._desk.document.selection.predicates.get(layer.id)) if layer is not None else None
        if layer is None or chosen is None or not len(chosen):
            return

        def box() -> Extent | None:
            ids, geometry = self.shapes(layer)
            part = taken_geometry(geometry, np.flatnonzero(np.isin(ids, chosen)))
            return around_points(part.xy[:, 0], part.xy[:, 1])

        self._desk.background(box, self._look)

    def _look(self, extent: Any) -> None:
        if isinstance(extent, HaitangError):
            self._desk.notices.error(extent)
        elif extent is not None:
            self._desk.document.look(self._desk.document.camera.fitted(extent, *self._desk.view_size()))


def _opened(dialog: Any) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class Whereabouts:
    """What the menu Find does beside selecting: filters of layers, places, bookmarks.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        The window.
    """

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        self._desk, self._parent = desk, parent

    def filter(self) -> None:
        """Ask for the filter of the layer in focus."""
        layer = self._desk.focus.layer
        if isinstance(layer, VectorLayer):
            from app.shell.filter_dialog import FilterDialog

            _opened(FilterDialog(self._desk, self._parent, layer))

    def unfilter(self) -> None:
        """Take the filter of the layer in focus away."""
        layer = self._desk.focus.layer
        if isinstance(layer, VectorLayer) and layer.filter:
            self._desk.document.set(layer, "filter", "")

    # -- places ----------------------------------------------------------------------
    def go_to(self) -> None:
        """Ask for a place, and show it."""
        from app.core.bookmarks import read_place
        from app.shell import questions

        camera = self._desk.document.camera
        words = tr("Degrees (121.5, 31.2 or 31°14′N 121°28′E), east and north of the map, or EPSG:4549 351000 3456000.")
        text = questions.text(self._parent, tr("Go to a place"), words)
        if text:
            try:
                x, y = read_place(text, camera.crs)
                self._desk.document.look(camera.centred(x, y))
                self._desk.focus.look_at(x, y)
            except HaitangError as error:
                self._desk.notices.error(error)

    def keep_bookmark(self) -> None:
        """Ask for a name, and keep what the map shows under it."""
        from app.core import bookmarks
        from app.shell import questions

        document = self._desk.document
        words = tr("The view is kept in the workspace, with its coordinate system. The same name replaces.")
        name = questions.text(self._parent, tr("Keep the view as a bookmark"), words, "", list(document.bookmarks))
        if name:
            try:
                bookmarks.keep(document, name, document.camera.view(*self._desk.view_size(), 1.0).extent)
            except HaitangError as error:
                self._desk.notices.error(error)

    def go_to_bookmark(self, name: str) -> None:
        """Show a bookmark in the system of the map."""
        from app.core import bookmarks

        camera = self._desk.document.camera
        try:
            extent, crs = bookmarks.find(self._desk.document, name)
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        shown = extent if crs == camera.crs else projection.transformed_extent(extent, crs, camera.crs)
        if shown is None:
            self._desk.notices.warning(tr("The bookmark {name} has no place in the system of the map.", name=name))
            return
        self._desk.document.look(camera.fitted(shown, *self._desk.view_size(), margin=0.0))


def acts(desk: Desk, parent: QWidget, canvas: MapCanvas) -> dict[str, Any]:
    """Give the acts of the menu Find, by group."""
    return {"finding": Finding(desk, parent, canvas), "places": Whereabouts(desk, parent)}
