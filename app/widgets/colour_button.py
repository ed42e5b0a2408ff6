"""A button that shows a colour, and colours as text."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QPushButton


class ColourButton(QPushButton):
    """Shows a colour and lets the user choose another one; ``chosen`` tells ``#rrggbb`` or ``#rrggbbaa``."""

    chosen = Signal(str)

    def __init__(self, colour: str = "#808080") -> None:
        super().__init__()
        self.setFixedSize(44, 28)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._ask)
        self.set_colour(colour)

    def colour(self) -> str:
        """Give the colour shown."""
        return self._colour

    def set_colour(self, colour: str) -> None:
        """Show a colour."""
        self._colour = colour
        shown = to_colour(colour).name(QColor.NameFormat.HexArgb)
        self.setStyleSheet(f"QPushButton {{ background: {shown}; min-height: 0; padding: 0; }}")
        self.setAccessibleName(colour)
        self.setToolTip(colour)

    def _ask(self) -> None:
        dialog = QColorDialog(to_colour(self._colour), self.window())
        dialog.setOption(QColorDialog.ColorDialogOption.ShowAlphaChannel)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        if dialog.exec():
            self.set_colour(from_colour(dialog.currentColor()))
            self.chosen.emit(self._colour)
        dialog.deleteLater()


def to_colour(text: str) -> QColor:
    """Read ``#rrggbb`` or ``#rrggbbaa`` (alpha last, as in styles)."""
    colour = QColor(text[:7])
    if len(text) == 9:
        colour.setAlpha(int(text[7:], 16))
    return colour


def from_colour(colour: QColor) -> str:
    """Write a colour as ``#rrggbb``, with alpha last where it is not opaque."""
    return colour.name() + (f"{colour.alpha():02x}" if colour.alpha() < 255 else "")
