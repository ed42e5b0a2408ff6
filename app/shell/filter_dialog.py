"""Dialogs that ask for a condition in CQL2 text: the filter of a layer, and selecting by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.core.language import N_, error_text, tr
from app.core.selecting import WAYS
from app.shell.dialog import Frame
from app.views.map2d.scratch import block_of
from app.widgets import controls
from app.widgets.filter_field import FilterField
from app.widgets.table import cell_text
from layers.errors import HaitangError
from layers.filters.known import parse_for
from layers.filters.terms import columns as asked_columns
from layers.filters.writing import quoted_name, quoted_text
from layers.sources.asking import filtered
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.selecting import How
    from app.shell.desk import Desk
    from app.shell.selector import Selector
    from layers.sources.source import FeatureBlock
    from layers.vector import VectorLayer

SAMPLE = 5_000
"""Features whose values are offered."""
MOST_VALUES = 200
EXAMPLES = (
    "depth > 0.5 AND name LIKE 'A%'",
    "kind IN ('A', 'B') OR name IS NULL",
    "S_INTERSECTS(geometry, BBOX(1, 2, 3, 4))",
    "T_AFTER(day, DATE('2024-07-01'))",
)


TYPES = {
    "int": N_("whole number"),
    "float": N_("number"),
    "text": N_("text"),
    "date": N_("day"),
    "time": N_("moment"),
    "bool": N_("yes or no"),
}
"""What columns hold: type and English word."""


class Condition(QWidget):
    """A field for a condition on a layer, with its columns, their values, and how many features fit.

    Parameters
    ----------
    desk : Desk
    layer : VectorLayer
    own : bool
        Whether only features that the layer's own filter keeps are counted.
    """

    def __init__(self, desk: Desk, layer: VectorLayer, *, own: bool) -> None:
        super().__init__()
        self._desk, self._layer, self._own = desk, layer, own
        self._generation = 0
        self.types = self._types()
        self.field = FilterField(N_("A condition, such as depth > 0.5 AND name LIKE 'A%'"))
        self.field.know(self.types)
        self.columns, self.values = QListWidget(), QListWidget()
        self.count = controls.Words("", "small")
        self.fault = controls.Words("", "error", wrap=True)
        self._build()
        self._typing = QTimer(self, singleShot=True, interval=300)
        self._typing.timeout.connect(self.ask)
        self.field.textChanged.connect(lambda _: self._typing.start())
        self.columns.itemDoubleClicked.connect(lambda item: self._put(quoted_name(item.data(Qt.ItemDataRole.UserRole))))
        self.values.itemDoubleClicked.connect(lambda item: self._put(item.data(Qt.ItemDataRole.UserRole)))
        self.columns.currentItemChanged.connect(lambda *_: self._show_values())

    def _types(self) -> dict[str, str]:
        layer = self._layer
        if layer.description is not None:
            return {c.name: c.type for c in layer.description.columns}
        return {n: "" for f in layer.features.values() for n in f.get("properties", {})}

    def _build(self) -> None:
        for one in (self.columns, self.values):
            one.setProperty("role", "framed")
        for name, kind in self.types.items():
            item = QListWidgetItem(f"{name}  ·  {tr(TYPES[kind])}" if kind in TYPES else name, self.columns)
            item.setData(Qt.ItemDataRole.UserRole, name)
        lists = controls.row(0, 12)
        for title, one in ((N_("Columns"), self.columns), (N_("Values seen"), self.values)):
            part = controls.column(0, 4)
            part.addWidget(controls.Words(title, "small"))
            part.addWidget(one)
            lists.addLayout(part, 1)
        hint = controls.Words("A double click puts a column or a value into the condition.", "muted", wrap=True)
        example = controls.Words("", "muted", wrap=True)
        example.setText("\n".join(EXAMPLES))
        example.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = controls.column(0, 8)
        box.addWidget(self.field)
        box.addWidget(self.count)
        box.addWidget(self.fault)
        box.addLayout(lists, 1)
        box.addWidget(hint)
        box.addWidget(example)
        self.fault.hide()
        self.setLayout(box)

    def _put(self, text: str) -> None:
        at = self.field.cursorPosition()
        before = self.field.text()[:at]
        gap = "" if not before or before[-1] in " (" else " "
        self.field.insert(f"{gap}{text} ")
        self.field.setFocus()

    def _show_values(self) -> None:
        item = self.columns.currentItem()
        if item is None:
            return
        name, layer = str(item.data(Qt.ItemDataRole.UserRole)), self._layer

        def read() -> list[Any]:
            if layer.is_scratch:
                block = block_of(layer.features, (name,))
            else:
                request = FeatureRequest(layer.key, columns=(name,), geometry=False, limit=SAMPLE)
                block = cast("FeatureBlock", self._desk.reading.read_now(layer, request))
            seen = block.columns[name]
            found = seen.tolist() if isinstance(seen, np.ndarray) and seen.dtype.kind != "M" else list(seen)
            return [v for v in dict.fromkeys(found) if v is not None and v == v and v != ""][:MOST_VALUES]

        self._desk.background(read, lambda found: self._list(name, found))

    def _list(self, name: str, found: Any) -> None:
        if isinstance(found, HaitangError):
            return
        self.values.clear()
        for value in sorted(found, key=lambda v: (str(type(v)), v)):
            shown = cell_text(value)
            written = shown if isinstance(value, int | float) else quoted_text(shown)
            item = QListWidgetItem(shown, self.values)
            item.setData(Qt.ItemDataRole.UserRole, str(value).upper() if isinstance(value, bool) else written)
        self.field.learn(name, [v for v in found if isinstance(v, str)])

    # -- asking ----------------------------------------------------------------------
    @property
    def text(self) -> str:
        """The condition."""
        return self.field.text().strip()

    def ask(self) -> None:
        """Count what fits, and show it, or what is wrong."""
        self._generation += 1
        generation, text = self._generation, self.text
        if not text:
            self._answer(generation, None)
            return
        self._desk.background(lambda: len(self.fitting(text)), lambda found: self._answer(generation, found))

    def fitting(self, text: str) -> Any:
        """Give the ids of the features that fit; in a worker.

        Raises
        ------
        HaitangError
            The condition is wrong, or the features cannot be read.
        """
        layer = self._layer
        term = parse_for(text, self.types, layer.name)
        if layer.is_scratch:
            return filtered(block_of(layer.features, asked_columns(term)), term).ids
        request = FeatureRequest(layer.key, columns=(), geometry=False, where=text)
        if self._own:
            return cast("FeatureBlock", self._desk.reading.read_now(layer, request)).ids
        return cast("FeatureBlock", self._desk.pool.ask(layer.source, request)).ids

    def _answer(self, generation: int, found: Any) -> None:
        if generation != self._generation:
            return
        wrong = found if isinstance(found, HaitangError) else None
        self.field.show_fault(wrong)
        self.fault.setVisible(wrong is not None)
        if wrong is not None:
            self.fault.setText(error_text(wrong))
            self.count.say("")
        elif found is None:
            self.count.say("")
        else:
            self.count.say("{count} features fit", count=f"{found:,}")


class _ConditionFrame(Frame):
    """A dialog with a condition and buttons."""

    def __init__(self, parent: QWidget, title: str, condition: Condition, layer: VectorLayer) -> None:
        super().__init__(parent, title, "finding")
        self.condition = condition
        box = controls.column(16, 8)
        box.addWidget(controls.Elided(layer.name, "section"))
        box.addWidget(condition, 1)
        self.body.setLayout(box)
        self.resize(640, 520)

    def add_buttons(self, *buttons: tuple[str, str, Callable[[], object]]) -> None:
        """Put buttons (English title, role, call) at the foot, and one that closes."""
        self.foot.addWidget(controls.Button("Close", call=self.close))
        self.foot.addStretch(1)
        for title, role, call in buttons:
            self.foot.addWidget(controls.Button(title, role, call=call))


class FilterDialog(_ConditionFrame):
    """Asks for the filter of a layer; map, table and tools then have only what it keeps."""

    def __init__(self, desk: Desk, parent: QWidget, layer: VectorLayer) -> None:
        super().__init__(parent, N_("Filter of the layer"), Condition(desk, layer, own=False), layer)
        self._desk, self._layer = desk, layer
        self.condition.field.setText(layer.filter)
        self.add_buttons((N_("No filter"), "", self.clear), (N_("Filter"), "primary", self.accept_filter))

    def clear(self) -> None:
        """Take the filter away."""
        if self._layer.filter:
            self._desk.document.set(self._layer, "filter", "")
        self.accept()

    def accept_filter(self) -> None:
        """Take the condition as filter, if it can be asked of the layer."""
        text = self.condition.text
        if not text:
            self.clear()
            return

        def done(found: Any) -> None:
            if isinstance(found, HaitangError):
                self.condition.ask()
                return
            if text != self._layer.filter:
                self._desk.document.set(self._layer, "filter", text)
            self.accept()

        self._desk.background(lambda: self.condition.fitting(text), done)


class ConditionDialog(_ConditionFrame):
    """Asks for a condition and selects what fits; stays open for the next one."""

    def __init__(self, desk: Desk, parent: QWidget, layer: VectorLayer, finding: Selector) -> None:
        super().__init__(parent, N_("Select by condition"), Condition(desk, layer, own=True), layer)
        self._desk, self._layer, self._finding = desk, layer, finding
        self.how = controls.Choice()
        for value, title in WAYS:
            self.how.addItem(tr(title), value)
        self.foot.addWidget(self.how)
        self.add_buttons((N_("Select"), "primary", self.select))

    def select(self) -> None:
        """Select what fits."""
        text, how = self.condition.text, cast("How", self.how.currentData())

        def done(found: Any) -> None:
            if isinstance(found, HaitangError):
                self.condition.ask()
            else:
                self._finding.select_ids(self._layer, found, how)

        if text:
            self._desk.background(lambda: self.condition.fitting(text), done)
