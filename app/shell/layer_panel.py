"""The layer panel: the tree, and below it the style of the chosen layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QSplitter, QToolButton, QWidget

from app.core.commands import Command, Group, MoveLayer, SetField
from app.core.language import N_
from app.shell.layer_tree import LayerTree
from app.shell.style_panel import StylePanel
from app.widgets import controls, icons

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from app.shell.desk import Desk
    from layers.layer import Layer

MENU = (
    "zoom-layer", "layer-visible", "layer-only", "", "layer-table", "layer-reopen", "layer-relink", "",
    "layer-remarks", "layer-rename", "layer-group", "layer-crs", "layer-datum", "layer-shift", "layer-lead", "",
    "style-copy", "style-paste", "style-read", "style-write", "", "layer-remove",
)  # fmt: skip
REDRAW_MS = 200
"""How often the tree is redrawn at most while the clock runs."""


class LayerPanel(QWidget):
    """Layers and style of a document.

    Parameters
    ----------
    desk : Desk
    actions : dict
        The window's actions by id.
    themes : QMenu
        Menu of the map themes.
    """

    edit_tables = Signal()

    def __init__(self, desk: Desk, actions: dict[str, QAction], themes: QMenu) -> None:
        super().__init__()
        self._desk, self._actions = desk, actions
        self.tree = LayerTree(desk)
        self.tree.setProperty("help", "layers")
        for name in ("layer-remove", "layer-rename", "layer-up", "layer-down"):
            self.tree.addAction(actions[name])
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.style_panel = StylePanel(desk)
        self.style_panel.edit_tables.connect(self.edit_tables)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        area = controls.scroller(self.style_panel)
        area.setMinimumHeight(120)
        split.addWidget(area)
        split.setStretchFactor(0, 11)
        split.setStretchFactor(1, 9)
        split.setSizes([1100, 900])
        box = controls.column(0, 0)
        box.addWidget(self._head(themes))
        box.addWidget(split, 1)
        self.setLayout(box)
        self._redraw = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._redraw.timeout.connect(self._on_redraw)
        self._connect()
        self.tree.rebuild()

    def _head(self, themes: QMenu) -> QWidget:
        line = QWidget()
        box = controls.row(0, 0)
        box.setContentsMargins(8, 4, 8, 4)
        for name in ("open", "zoom-layer", "layer-up", "layer-down"):
            box.addWidget(self._button(name))
        menu = QToolButton()
        menu.setIcon(icons.icon("bookmark"))
        menu.setMenu(themes)
        menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu.setAutoRaise(True)
        self._theme_button = menu
        box.addWidget(menu)
        box.addStretch(1)
        box.addWidget(self._button("layer-remove"))
        line.setLayout(box)
        return line

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAutoRaise(True)
        return button

    def _connect(self) -> None:
        document, reading = self._desk.document, self._desk.reading
        for signal in (document.layer_added, document.layer_removed, document.layer_moved, document.replaced):
            signal.connect(self._on_structure)
        document.layer_changed.connect(self._on_layer_changed)
        reading.state_changed.connect(self._on_state)
        document.clock.events.now.connect(self._on_clock)
        self._desk.focus.layer_changed.connect(self._on_focus)
        self.tree.chosen.connect(self._desk.focus.take)
        self.tree.eye_clicked.connect(self._on_eye)
        self.tree.reopen_clicked.connect(self._desk.reading.reopen)
        self.tree.renamed.connect(self._on_renamed)
        self.tree.dropped.connect(self._on_dropped)

    def chosen_layers(self) -> list[Layer]:
        """Give the chosen layers, top first."""
        return self.tree.chosen_layers()

    # -- slots -----------------------------------------------------------------------
    def _on_structure(self, *_: Any) -> None:
        document, focus = self._desk.document, self._desk.focus
        if focus.layer is not None and focus.layer not in document.layers:
            focus.take(None)
        if focus.layer is None and document.layers:
            focus.take(document.layers[0])
        self.tree.rebuild()

    def _on_focus(self) -> None:
        layer = self._desk.focus.layer
        if layer is not None and layer not in self.tree.chosen_layers():
            self.tree.choose({layer.id})

    def _on_layer_changed(self, _layer: Layer, field: str) -> None:
        if field in ("group", "name"):
            self.tree.rebuild()
        self.tree.viewport().update()

    def _on_state(self, _layer_id: str) -> None:
        self._desk.relay(self.tree.redraw)

    def _on_clock(self, *_: Any) -> None:
        if not self._redraw.isActive():
            self._redraw.start()

    def _on_redraw(self) -> None:
        self.tree.viewport().update()

    def _on_eye(self, index: Any) -> None:
        layers = self.tree.layers_of(index)
        shown = not any(layer.visible for layer in layers)
        parts = tuple(
            SetField(f"layer:{la.id}", "visible", la.visible, shown, la.name) for la in layers if la.visible != shown
        )
        self._desk.document.run(parts[0] if len(parts) == 1 else Group(N_("Show or hide a group"), parts))

    def _on_renamed(self, index: Any, name: str) -> None:
        layer = self.tree.layer_of(index)
        if layer is not None:
            self._desk.document.set(layer, "name", name)
            return
        parts = tuple(SetField(f"layer:{la.id}", "group", la.group, name, la.name) for la in self.tree.layers_of(index))
        self._desk.document.run(Group(N_("Rename a group"), parts))

    def _on_dropped(self, ids: list[str], place: int, group: str) -> None:
        self._desk.document.run(drop_command(self._desk.document.layers, ids, place, group))

    def _open_menu(self, at: Any) -> None:
        menu = QMenu(self)
        for name in MENU:
            if not name:
                menu.addSeparator()
            elif self._actions[name].isEnabled():
                menu.addAction(self._actions[name])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(at))


def drop_command(layers: list[Layer], ids: list[str], place: int, group: str) -> Command:
    """Give the one command that moves layers before the place ``place`` of the order, into a group.

    Parameters
    ----------
    layers : list of Layer
        The order now, top first.
    ids : list of str
        The layers that move; they keep their order among themselves.
    place : int
        Index in the order now; the end = its length.
    group : str
        Group they get; empty = none.
    """
    order = [layer.id for layer in layers]
    before = order[place] if place < len(order) else None
    while before in ids:
        place += 1
        before = order[place] if place < len(order) else None
    parts: list[Command] = []
    by_id = {layer.id: layer for layer in layers}
    moving = [one for one in order if one in ids]
    parts += [
        SetField(f"layer:{one}", "group", by_id[one].group, group, by_id[one].name)
        for one in moving
        if by_id[one].group != group
    ]
    for one in moving:
        old = order.index(one)
        order.pop(old)
        new = order.index(before) if before is not None else len(order)
        order.insert(new, one)
        if new != old:
            parts.append(MoveLayer(one, old, new, by_id[one].name))
    return parts[0] if len(parts) == 1 else Group(N_("Move layers"), tuple(parts))
