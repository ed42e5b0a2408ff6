"""Where the attribute table takes its values from: the reader process, the workspace, and what is in view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.core.table import CONDITION
from app.views import projection
from app.views.map2d.scratch import block_of, scratch_block
from layers.errors import HaitangError
from layers.filters.known import parse_for
from layers.filters.terms import asks_for_place
from layers.geometry import feature_boxes
from layers.sources.features import touching
from layers.sources.source import FeatureRequest
from layers.texts import Texts, from_list

if TYPE_CHECKING:
    from app.core.table import TableData
    from app.shell.desk import Desk
    from app.widgets.table import TableModel
    from layers.sources.source import FeatureBlock
    from layers.vector import VectorLayer

WHOLE_CELLS = 24_000_000
"""Tables of up to so many cells are read whole; of larger ones the columns that are looked at."""
MOST_COLUMNS = 12
"""Columns kept of a table that is not read whole; those looked at longest ago go."""
VALUES_SEEN = 200


class TableSource(QObject):
    """Reads for a table.

    ``arrived`` carries a FeatureBlock (some columns may be missing), ``failed`` an error, ``values_seen`` the name of
    a column and texts in it.
    """

    arrived = Signal(object)
    failed = Signal(object)
    values_seen = Signal(str, list)

    def __init__(self, desk: Desk, model: TableModel) -> None:
        super().__init__()
        self._desk, self._model = desk, model
        self._layer: VectorLayer | None = None
        self._generation = 0
        self._names: list[str] = []
        self._only: dict[str, Any] = {}
        self._wanted: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._read_columns)
        model.wanted.connect(self._on_wanted)
        model.edited.connect(self._on_edited)

    def read(self, layer: VectorLayer) -> None:
        """Read a layer anew."""
        if layer is not self._layer:
            self._only.clear()
        self._layer, self._names, self._wanted = layer, [], []
        self._generation += 1
        if layer.is_scratch:
            self.arrived.emit(_scratch(layer))
            return
        rows = layer.described().counts.get("features", 0)
        whole = rows * max(len(layer.described().columns), 1) <= WHOLE_CELLS
        self._ask(
            FeatureRequest(layer.key, columns=None if whole else (), geometry=False, flat=True), self.arrived.emit
        )

    def _ask(self, request: FeatureRequest, done: Any) -> None:
        layer, generation = self._layer, self._generation
        if layer is None:
            return

        def on_main(answer: Any) -> None:
            if generation != self._generation:
                return
            if isinstance(answer, HaitangError):
                self.failed.emit(answer)
            else:
                done(answer)

        self._desk.reading.read(layer, request, lambda answer: self._desk.relay.later(lambda: on_main(answer)))

    # -- columns of large tables -----------------------------------------------------
    def _on_wanted(self, names: tuple[str, ...]) -> None:
        self._wanted += [name for name in names if name not in self._wanted]
        self._soon.start()

    def _read_columns(self) -> None:
        names, self._wanted = tuple(self._wanted), []
        if self._layer is None or not names:
            return
        request = FeatureRequest(self._layer.key, columns=names, geometry=False, flat=True)
        self._ask(request, lambda block: self._take(block, names))

    def _take(self, block: FeatureBlock, names: tuple[str, ...]) -> None:
        self._names += names
        while len(self._names) > max(MOST_COLUMNS, 2 * len(names)):
            gone = self._names.pop(0)
            at = next((n for n, c in enumerate(self._model.table.columns) if c.name == gone), None)
            if at is not None and gone not in names:
                self._model.table.drop(at)
        self._model.fill(block.columns)

    # -- which rows ------------------------------------------------------------------
    def filter(self, query: str) -> None:
        """Show the rows that fit; conditions on place are asked of the file."""
        names = [column.name for column in self._model.table.columns]
        try:
            spatial = bool(query and CONDITION.search(query)) and asks_for_place(parse_for(query, names))
        except HaitangError as error:
            self._model.refused.emit(error)
            return
        layer = self._layer
        if not spatial or layer is None:
            self._only.pop("place", None)
            self._arrange(query)
        elif layer.is_scratch:
            self.only("place", scratch_block(layer.features, (), query).ids, query="")
        else:
            request = FeatureRequest(layer.key, columns=(), geometry=False, where=query)
            self._ask(request, lambda block: self.only("place", block.ids, query=""))

    def only(self, why: str, ids: Any, query: str | None = None) -> None:
        """Show only rows of these ids, for one reason beside others; None takes the reason away."""
        if ids is None:
            self._only.pop(why, None)
        else:
            self._only[why] = ids
        self._arrange(self._model.wish.query if query is None else query)

    def _arrange(self, query: str) -> None:
        self._model.arrange(replace(self._model.wish, query=query, only=tuple(self._only.values())))

    def only_in_view(self, *, on: bool) -> None:
        """Show only what the map shows now."""
        layer = self._layer
        if layer is None or not on:
            self.only("view", None)
            return
        camera = self._desk.document.camera
        size = self._desk.view_size()
        box = projection.transformed_extent(camera.view(*size, 1.0).extent, camera.crs, layer.crs)
        if layer.is_scratch:
            block = block_of(layer.features, ())
            inside = np.ones(len(block.ids), np.bool_)
            if box is not None and block.geometry is not None and len(feature_boxes(block.geometry)):
                inside = touching(block.geometry, box.to_list())
            self.only("view", block.ids[inside])
            return
        request = FeatureRequest(layer.key, box=box, columns=(), geometry=False)
        self._ask(request, lambda block: self.only("view", block.ids))

    # -- values ----------------------------------------------------------------------
    def look_at_values(self, data: TableData) -> None:
        """Tell which texts stand in the first rows, for those who type a filter."""
        for column in data.columns:
            values = column.values
            if isinstance(values, Texts | list):
                seen = dict.fromkeys(values[row] for row in range(min(len(values), 5_000)))
                texts = [text for text in seen if isinstance(text, str) and text][:VALUES_SEEN]
                self.values_seen.emit(column.name, texts)

    def _on_edited(self, number: int, name: str, value: Any) -> None:
        """Change one value of a feature that can be edited, as an act that can be taken back."""
        from app.core.bulk import Bulk

        layer = self._layer
        if layer is None:
            return
        kinds = {column.name: column.type for column in self._model.table.columns}
        if kinds.get(name) == "time" and value is not None and not layer.is_scratch:
            value = f"{value}Z"  # the table shows and takes moments in UTC
        try:
            self._desk.change(Bulk(layer.id, "set", frozenset([number]), {"values": {name: value}}))
        except HaitangError as error:
            self._desk.notices.error(error)


def _scratch(layer: VectorLayer) -> FeatureBlock:
    """Give the attributes of a scratch layer, numbers as numbers."""
    names = tuple(dict.fromkeys(n for f in layer.features.values() for n in f.get("properties", {})))
    block = scratch_block(layer.features, names, layer.filter)
    return replace(block, columns={name: _column(values) for name, values in block.columns.items()})


def _column(values: list[Any]) -> Any:
    some = [v for v in values if v is not None]
    if some and all(isinstance(v, bool) for v in some) and len(some) == len(values):
        return np.array(values, np.bool_)
    if some and all(isinstance(v, int | float) and not isinstance(v, bool) for v in some):
        if len(some) == len(values) and all(isinstance(v, int) and abs(v) < 1 << 62 for v in some):
            return np.array(values, np.int64)
        return np.array([np.nan if v is None else v for v in values], np.float64)
    return from_list(values)
