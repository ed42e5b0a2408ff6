"""Editor of how classes are made: method, number, colours, or a table of classes from a standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QSpinBox

from app.core.language import N_
from app.shell.scale_editor import Rows, line_of, scale_title
from app.shell.swatch import offered_scales, scale_icon
from app.shell.titled_choice import TitledChoice
from app.widgets import controls

if TYPE_CHECKING:
    from layers.style import ClassTable, Grading

METHODS = [
    ("quantile", N_("Equally many each")), ("equal", N_("Equally wide")), ("jenks", N_("Natural breaks (Jenks)")),
    ("deviation", N_("Standard deviation")), ("pretty", N_("Round limits")), ("table", N_("A table of classes")),
]  # fmt: skip


class GradingRows(Rows):
    """Shows a grading; ``changed`` tells the new one and, for a table of classes, the table."""

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._grading: Grading | None = None
        self.method = TitledChoice(METHODS)
        self.count = QSpinBox()
        self.count.setRange(2, 24)
        self.count.setKeyboardTracking(False)
        controls.roomy(self.count)
        self.colours = controls.tight(controls.Choice())
        self.colours.setIconSize(QSize(64, 14))
        self.reverse = controls.IconButton("swap", N_("Turn the colours round"), self._on_reverse, checkable=True)
        self.table = controls.tight(controls.Choice())
        self._colour_line, self._count_line = line_of(self.colours, self.reverse), line_of(self.count)
        self.add(N_("Classes by"), self.method)
        self.add(N_("How many"), self._count_line)
        self.add(N_("Colours"), self._colour_line)
        self.add(N_("Table"), self.table)
        self.method.chosen.connect(self._on_method)
        self.count.valueChanged.connect(lambda value: self._tell(count=value))
        self.colours.activated.connect(lambda _: self._tell(colours=self.colours.currentData()))
        self.table.activated.connect(lambda _: self._on_table())

    def show_grading(self, grading: Grading, classes: ClassTable | None) -> None:
        """Show a grading and the table that it led to."""
        from app.core.classes import tables, title

        self._grading = None
        self.method.choose(grading.method)
        self.count.setValue(grading.count)
        if not self.colours.count():
            for name in offered_scales():
                self.colours.addItem(scale_icon(name, width=64), scale_title(name), name)
        if self.colours.findData(grading.colours) < 0:
            self.colours.addItem(scale_icon(grading.colours, width=64), scale_title(grading.colours), grading.colours)
        self.colours.setCurrentIndex(self.colours.findData(grading.colours))
        self.reverse.setChecked(grading.reverse)
        self.table.clear()
        for one in tables().values():
            self.table.addItem(title(one), one.id)
        self.table.setCurrentIndex(max(self.table.findData(classes.id if classes is not None else ""), 0))
        by_table = grading.method == "table"
        self.show_row(self._count_line, shown=not by_table)
        self.show_row(self._colour_line, shown=not by_table)
        self.show_row(self.table, shown=by_table)
        self._grading = grading

    def _on_method(self, method: str) -> None:
        if method == "table":
            self._on_table()
        else:
            self._tell(method=method)

    def _on_table(self) -> None:
        from app.core.classes import tables

        found = tables().get(str(self.table.currentData()))
        if self._grading is not None and found is not None:
            self._grading = self._grading.model_copy(update={"method": "table"})
            self.changed.emit(self._grading, found)

    def _on_reverse(self) -> None:
        self._tell(reverse=self.reverse.isChecked())

    def _tell(self, **changes: Any) -> None:
        if self._grading is not None:
            self._grading = self._grading.model_copy(update=changes)
            self.changed.emit(self._grading, None)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.colours.clear()
        super().changeEvent(event)
