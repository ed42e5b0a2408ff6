"""Figures of one column of a table: counts, ends, sum, mean, spread, the commonest values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from app.core.language import N_, tr
from app.shell.dialog import Frame
from app.widgets import controls
from app.widgets.table import cell_text

if TYPE_CHECKING:
    from app.core.table import Figures, TableColumn


class FiguresDialog(Frame):
    """Shows the figures of a column; they can be copied."""

    def __init__(self, parent: QWidget, column: TableColumn, figures: Figures) -> None:
        super().__init__(parent, N_("Figures of a column"), "table")
        self.lines = lines(figures)
        box = controls.column(16, 8)
        box.addWidget(controls.Elided(column.title or column.name, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(self.lines):
            head = QLabel(name)
            head.setProperty("role", "muted")
            words = QLabel(value)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, at, 0)
            grid.addWidget(words, at, 1)
        box.addLayout(grid)
        box.addStretch(1)
        self.body.setLayout(box)
        self.foot.addWidget(controls.Button("Copy", icon="copy", call=self.copy))
        self.add_close()
        self.resize(380, 380)

    def copy(self) -> None:
        """Put the figures into the clipboard, one a line."""
        QApplication.clipboard().setText("\n".join(f"{name}\t{value}" for name, value in self.lines) + "\n")


def lines(figures: Figures) -> list[tuple[str, str]]:
    """Give the figures as translated names and texts; those there are none of are left out."""
    found = [
        (tr("Values"), f"{figures.count:,}"),
        (tr("Missing values"), f"{figures.missing:,}"),
        (tr("Different values"), f"{figures.different:,}"),
        (tr("Smallest"), cell_text(figures.minimum)),
        (tr("Largest"), cell_text(figures.maximum)),
        (tr("Sum"), cell_text(figures.total)),
        (tr("Mean"), cell_text(figures.mean)),
        (tr("Median"), cell_text(figures.median)),
        (tr("Standard deviation"), cell_text(figures.deviation)),
    ]
    common = [(tr("Commonest"), f"{cell_text(value)}  ×{count:,}") for value, count in figures.commonest]
    return [(name, value) for name, value in [*found, *common] if value]
