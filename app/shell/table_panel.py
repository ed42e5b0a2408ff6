"""The attribute table of a layer of features: sort, filter, type into cells, select on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.language import N_, error_text
from app.core.selecting import combined
from app.core.selection import known_ids, of_ids
from app.core.table import TableColumn, TableData, type_of
from app.shell.table_menu import TableMenu
from app.shell.table_source import TableSource
from app.widgets import controls
from app.widgets.filter_field import FilterField
from app.widgets.table import TableModel
from app.widgets.table_view import TableView
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from app.core.selecting import How
    from app.shell.desk import Desk
    from layers.errors import HaitangError
    from layers.layer import Layer
    from layers.sources.source import FeatureBlock


def table_of(block: FeatureBlock, layer: Layer) -> TableData:
    """Give the attributes of features as a table; the first column is the feature's number.

    Columns of the layer that the block does not hold are there without values.
    """
    described = layer.description.columns if layer.description is not None else ()
    columns = [TableColumn("fid", "", np.asarray(block.ids))]
    known = {c.name: c for c in described}
    for name in dict.fromkeys((*known, *block.columns)):
        values = block.columns.get(name)
        title, kind = (known[name].title or name, known[name].type) if name in known else (name, type_of(values))
        columns.append(TableColumn(name, title, values, kind))
    return TableData(columns, np.asarray(block.ids))


class TablePanel(QWidget):
    """Shows the attributes of one layer; the rows selected are selected on the map too.

    Parameters
    ----------
    desk : Desk
    actions : dict of str to QAction, optional
        Those of the window, for the table's own menu.
    """

    def __init__(self, desk: Desk, actions: dict[str, QAction] | None = None) -> None:
        super().__init__()
        self._desk = desk
        self.actions_of_window = actions or {}
        self._layer: VectorLayer | None = None
        self.model = TableModel()
        self.view = TableView(self.model)
        self.source = TableSource(desk, self.model)
        self.filter = FilterField(N_("Filter: a word, or a condition such as depth > 0.5 AND name LIKE 'A%'"))
        self._count = controls.Words("", "small")
        self._name = controls.Elided("", "section")
        self._stack = QStackedWidget()
        self._nothing = controls.Words("Choose a layer of features to see its attributes.", "muted", wrap=True)
        self._fault = controls.Words("", "error", wrap=True)
        self._build()
        self._typing = QTimer(self, singleShot=True, interval=250)
        self._typing.timeout.connect(self._filter)
        self._moving = QTimer(self, singleShot=True, interval=200)
        self._moving.timeout.connect(self._refresh_view)
        self._connect()
        self.show_layer(desk.focus.layer)

    def _build(self) -> None:
        self.menu = TableMenu(self._desk, self)
        self.only_view = controls.IconButton("zoom-all", N_("Only features in the view"), checkable=True)
        self.only_selected = controls.IconButton("check", N_("Only selected features"), checkable=True)
        self.more = controls.IconButton("more", N_("Columns, copy, figures"), self._show_menu)
        head = controls.row(0, 8)
        head.setContentsMargins(12, 6, 8, 6)
        head.addWidget(self._name, 2)
        head.addWidget(self._count)
        head.addWidget(self.filter, 5)
        for button in (self.only_view, self.only_selected, self.more):
            head.addWidget(button)
        self._fault.setContentsMargins(12, 0, 12, 6)
        self._fault.hide()
        self._nothing.setContentsMargins(24, 24, 24, 24)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.view)
        box = controls.column(0, 0)
        box.addLayout(head)
        box.addWidget(self._fault)
        box.addWidget(controls.rule())
        box.addWidget(self._stack, 1)
        self.setLayout(box)
        self.setProperty("help", "table")

    def _connect(self) -> None:
        desk = self._desk
        heads = self.view.horizontalHeader()
        heads.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        heads.customContextMenuRequested.connect(self._on_head_menu)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(lambda at: self.menu.open(self.view.viewport().mapToGlobal(at)))
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self.only_view.toggled.connect(lambda _: self._refresh_view())
        self.only_selected.toggled.connect(lambda _: self._arrange_selected())
        self.model.arranged.connect(self._on_arranged)
        self.model.refused.connect(self._on_refused)
        self.view.chosen.connect(self._on_chosen)
        self.view.copied.connect(self.menu.copy)
        self.source.arrived.connect(self._on_arrived)
        self.source.failed.connect(self._on_failed)
        self.source.values_seen.connect(self.filter.learn)
        desk.focus.layer_changed.connect(self._on_focus)
        desk.document.selection.changed.connect(self._on_selection)
        desk.document.edited.connect(self._on_edited)
        desk.document.layer_changed.connect(self._on_layer_changed)
        desk.document.camera_changed.connect(self._on_camera)

    def close_table(self) -> None:
        """End the worker."""
        self.model.close()

    @property
    def layer(self) -> VectorLayer | None:
        """The layer whose attributes are shown."""
        return self._layer

    # -- showing ---------------------------------------------------------------------
    def show_layer(self, layer: Layer | None) -> None:
        """Show the attributes of a layer of features; nothing for other layers."""
        self._layer = layer if isinstance(layer, VectorLayer) else None
        self._stack.setCurrentIndex(0)
        self.filter.clear()
        self.only_view.setChecked(False)
        self.only_selected.setChecked(False)
        self._count.say("")
        self._show_fault(None)
        self._name.setText(self._layer.name if self._layer is not None else "")
        self._read()

    def _read(self) -> None:
        layer = self._layer
        if layer is not None and (layer.is_scratch or self._desk.reading.state(layer.id) == "ok"):
            self._nothing.say("Reading the attributes…")
            self.source.read(layer)
        else:
            self._nothing.say("Choose a layer of features to see its attributes.")

    def _on_arrived(self, block: FeatureBlock) -> None:
        layer = self._layer
        if layer is None:
            return
        again = self._stack.currentWidget() is self.view
        data = table_of(block, layer)
        self.model.editable = layer.is_editable
        self.model.show(data, keep=again)
        if not again:
            self.view.horizontalHeader().setSortIndicatorShown(False)
            self.view.setColumnWidth(0, 72)
            self.menu.restore(layer)
        self.filter.know({c.name: c.type for c in data.columns[1:]})
        self.source.look_at_values(data)
        self._stack.setCurrentWidget(self.view)
        self._on_selection(layer.id)

    def _on_failed(self, error: HaitangError) -> None:
        self._desk.notices.error(error)
        self._stack.setCurrentIndex(0)
        self._nothing.say("The attributes cannot be read.")

    def _on_arranged(self, shown: int) -> None:
        self._show_fault(None)
        total, chosen = self.model.total, self._selected()
        fields: dict[str, Any] = {"shown": f"{shown:,}", "count": f"{total:,}"}
        if chosen is not None and len(chosen):
            fields["chosen"] = f"{len(chosen):,}"
            if shown == total:
                self._count.say("{count} features, {chosen} selected", **fields)
            else:
                self._count.say("{shown} of {count} features, {chosen} selected", **fields)
        elif shown == total:
            self._count.say("{count} features", count=f"{shown:,}")
        else:
            self._count.say("{shown} of {count} features", **fields)

    # -- arranging -------------------------------------------------------------------
    def _filter(self) -> None:
        self.source.filter(self.filter.text().strip())

    def _on_refused(self, error: HaitangError) -> None:
        self._show_fault(error)

    def _show_fault(self, error: HaitangError | None) -> None:
        self.filter.show_fault(error)
        self._fault.setVisible(error is not None)
        if error is not None:
            self._fault.setText(error_text(error))

    def _refresh_view(self) -> None:
        if self._layer is not None:
            self.source.only_in_view(on=self.only_view.isChecked())

    def _arrange_selected(self) -> None:
        self.source.only("selected", self._selected() if self.only_selected.isChecked() else None)

    def _on_camera(self, *_: Any) -> None:
        if self.only_view.isChecked():
            self._moving.start()

    # -- selection -------------------------------------------------------------------
    def _selected(self) -> Any:
        if self._layer is None:
            return None
        return known_ids(self._desk.document.selection.predicates.get(self._layer.id))

    def _on_chosen(self, ids: Any, how: How) -> None:
        if self._layer is None:
            return
        before = self._selected()
        found = combined(before if before is not None else np.empty(0, np.int64), ids, how)
        self._desk.document.selection.set(self._layer.id, of_ids(found))

    def _on_selection(self, layer_id: str) -> None:
        if self._layer is None or layer_id != self._layer.id:
            return
        self.model.choose(self._selected())
        if self.only_selected.isChecked():
            self._arrange_selected()
        self._on_arranged(self.model.rowCount())
        marked = self.model.marked
        if marked.any() and not self.view.hasFocus():
            self.view.scrollTo(self.model.index(int(marked.argmax()), 0))

    # -- following the document ------------------------------------------------------
    def _on_focus(self) -> None:
        if self.isVisible() and self._desk.focus.layer is not self._layer:
            self.show_layer(self._desk.focus.layer)

    def showEvent(self, event: Any) -> None:
        """Show the layer in focus when the panel is seen."""
        layer = self._desk.focus.layer
        if isinstance(layer, VectorLayer) and layer is not self._layer:
            self.show_layer(layer)
        super().showEvent(event)

    def _on_edited(self, layer: Layer, _ids: Any) -> None:
        if layer is self._layer:
            self._read()

    def _on_layer_changed(self, layer: Layer, field: str) -> None:
        if layer is self._layer and field == "filter":
            self._read()

    # -- menus -----------------------------------------------------------------------
    def _show_menu(self) -> None:
        self.menu.open(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _on_head_menu(self, at: QPoint) -> None:
        heads = self.view.horizontalHeader()
        self.menu.open(heads.mapToGlobal(at), heads.logicalIndexAt(at))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._fault.isVisible() and self.filter.fault is not None:
            self._fault.setText(error_text(self.filter.fault))
        super().changeEvent(event)
