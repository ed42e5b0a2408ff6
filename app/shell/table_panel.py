"""The attribute table of a layer of features: sort, filter, select on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QTimer
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from app.core.language import tr
from app.core.selection import Ids
from app.widgets import controls, icons
from app.widgets.table import TableColumn, TableData, TableModel, TableView
from layers.errors import HaitangError
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from layers.layer import Layer

SELECT_LIMIT = 20_000
"""Rows that are marked one by one when the selection comes from the map."""


def table_of(block: FeatureBlock, layer: Layer) -> TableData:
    """Give the attributes of features as a table; the first column is the feature's number."""
    import numpy as np

    titles = {c.name: c.title or c.name for c in layer.description.columns} if layer.description is not None else {}
    columns = [TableColumn("fid", "", np.asarray(block.ids))]
    columns += [TableColumn(name, titles.get(name, name), values) for name, values in block.columns.items()]
    return TableData(columns, np.asarray(block.ids))


class TablePanel(QWidget):
    """Shows the attributes of one layer; the rows selected are selected on the map too."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._layer: Layer | None = None
        self._taking = False
        self.model = TableModel()
        self.view = TableView(self.model)
        self.filter = QLineEdit()
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(icons.icon("filter", "text-muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._count = controls.Words("", "small")
        self._name = controls.Elided("", "section")
        head = controls.row(0, 12)
        head.setContentsMargins(12, 6, 12, 6)
        head.addWidget(self._name, 1)
        head.addWidget(self._count)
        head.addWidget(self.filter, 2)
        self._nothing = controls.Words("Choose a layer of features to see its attributes.", "muted", wrap=True)
        self._nothing.setContentsMargins(24, 24, 24, 24)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.view)
        box = controls.column(0, 0)
        box.addLayout(head)
        box.addWidget(controls.rule())
        box.addWidget(self._stack, 1)
        self.setLayout(box)
        self.setProperty("help", "table")
        self._typing = QTimer(self, singleShot=True, interval=250)
        self._typing.timeout.connect(lambda: self.model.filter(self.filter.text()))
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self.model.arranged.connect(self._on_arranged)
        self.view.selectionModel().selectionChanged.connect(self._on_rows)
        desk.focus.layer_changed.connect(self._on_focus)
        desk.document.selection.changed.connect(self._on_selection)
        desk.document.edited.connect(self._on_edited)
        self.retranslate()
        self.show_layer(desk.focus.layer)

    def close_table(self) -> None:
        """End the worker."""
        self.model.close()

    def show_layer(self, layer: Layer | None) -> None:
        """Show the attributes of a layer of features; nothing for other layers."""
        self._layer = layer if isinstance(layer, VectorLayer) else None
        self._stack.setCurrentIndex(0)
        self.filter.clear()
        self._count.say("")
        self._name.setText(self._layer.name if self._layer is not None else "")
        if isinstance(layer, VectorLayer) and layer.is_scratch:
            self._take(_scratch_block(layer), layer)
        elif self._layer is not None and self._desk.reading.state(self._layer.id) == "ok":
            self._nothing.say("Reading the attributes…")
            self._read(self._layer)
        else:
            self._nothing.say("Choose a layer of features to see its attributes.")

    def _read(self, layer: Layer) -> None:
        def arrived(answer: Any) -> None:
            if self._layer is not layer:
                return
            if isinstance(answer, HaitangError):
                self._desk.notices.error(answer)
                self._nothing.say("The attributes cannot be read.")
            else:
                self._take(answer, layer)

        request = FeatureRequest(layer.key, geometry=False)
        self._desk.reading.read(layer, request, lambda answer: self._desk.relay.later(lambda: arrived(answer)))

    def _take(self, block: FeatureBlock, layer: Layer) -> None:
        self.model.show(table_of(block, layer))
        self.view.horizontalHeader().setSortIndicatorShown(False)
        self.view.setColumnWidth(0, 72)
        self._stack.setCurrentWidget(self.view)

    def _on_arranged(self, shown: int) -> None:
        if shown == self.model.total:
            self._count.say("{count} features", count=f"{shown:,}")
        else:
            self._count.say("{shown} of {count} features", shown=f"{shown:,}", count=f"{self.model.total:,}")
        self._on_selection(self._layer.id if self._layer is not None else "")

    def _on_rows(self, *_: Any) -> None:
        if self._taking or self._layer is None:
            return
        rows = self.view.selectionModel().selectedRows()
        ids = frozenset(self.model.row_id(index.row()) for index in rows)
        self._taking = True
        if ids:
            self._desk.document.selection.set(self._layer.id, Ids(ids))
        else:
            self._desk.document.selection.set(self._layer.id, None)
        self._taking = False

    def _on_selection(self, layer_id: str) -> None:
        if self._taking or self._layer is None or layer_id != self._layer.id:
            return
        predicate = self._desk.document.selection.predicates.get(layer_id)
        rows = self.model.rows_of(set(predicate.ids)) if isinstance(predicate, Ids) else []
        chosen = QItemSelection()
        for row in rows[:SELECT_LIMIT]:
            chosen.select(self.model.index(row, 0), self.model.index(row, self.model.columnCount() - 1))
        self._taking = True
        self.view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            self.view.scrollTo(self.model.index(rows[0], 0))
        self._taking = False

    def _on_focus(self) -> None:
        if self.isVisible() and self._desk.focus.layer is not self._layer:
            self.show_layer(self._desk.focus.layer)

    def showEvent(self, event: Any) -> None:
        """Show the layer in focus when the panel is seen."""
        self._on_focus_shown()
        super().showEvent(event)

    def _on_focus_shown(self) -> None:
        layer = self._desk.focus.layer
        if isinstance(layer, VectorLayer) and layer is not self._layer:
            self.show_layer(layer)

    def _on_edited(self, layer: Layer, _ids: Any) -> None:
        if layer is self._layer:
            self.show_layer(layer)

    def retranslate(self) -> None:
        """Show everything in the current language."""
        self.filter.setPlaceholderText(tr("Filter: text, or a condition such as depth > 0.5"))
        self.filter.setToolTip(tr("Conditions use = ≠ < > ≤ ≥; several are joined by ;"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _scratch_block(layer: VectorLayer) -> FeatureBlock:
    import numpy as np

    features = list(layer.features.values())
    names = list(dict.fromkeys(name for feature in features for name in feature.get("properties", {})))
    columns = {name: [feature["properties"].get(name) for feature in features] for name in names}
    return FeatureBlock(np.fromiter(layer.features, np.int64, len(features)), None, columns)
