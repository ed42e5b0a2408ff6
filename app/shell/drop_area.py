"""The frame that shows where dropped files go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.core.language import tr
from app.widgets import icons, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class DropArea(QWidget):
    """Lies over the map while files hover above the window."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def begin(self) -> None:
        """Show the frame."""
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame and what happens to the files."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), 2, Qt.PenStyle.DashLine))
        fill = theme.colour("accent-soft")
        fill.setAlphaF(0.85)
        painter.setBrush(fill)
        box = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        painter.drawRoundedRect(box, 10, 10)
        middle = box.center()
        icons.draw(painter, "restore", QRectF(middle.x() - 20, middle.y() - 48, 40, 40), "accent")
        painter.setFont(theme.font(16, bold=True))
        painter.setPen(theme.colour("accent"))
        words = QRectF(box.left(), middle.y(), box.width(), 40)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, tr("Drop to open"))
        painter.end()
