"""Album: pictures of the window, with what stands over it, checked before they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.core.language import tr
from app.shell.tour import inspection
from app.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

BAR = 36
"""Height of the title that is drawn over a dialog: off the screen there is no window manager to do it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture that was kept.

    Parameters
    ----------
    file : str
        Its name in the folder of the tour.
    part : str
        What of the step it shows.
    language, theme : str
    size : (int, int)
        px.
    """

    file: str
    part: str
    language: str
    theme: str
    size: tuple[int, int]


def picture(window: QWidget, over: Sequence[QWidget] = ()) -> QImage:
    """Give a window as it is on screen, with dialogs and menus where they lie over it."""
    image = window.grab().toImage()
    if over:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part in over:
            _lay(painter, window, part)
        painter.end()
    return image


def _lay(painter: QPainter, window: QWidget, part: QWidget) -> None:
    titled = bool(part.windowTitle()) and part.windowType() not in (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
    bar = BAR if titled else 0
    place = _place(window, part, bar)
    box = QRectF(place.x(), place.y() - bar, part.width(), part.height() + bar)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in range(12, 0, -2):
        painter.setBrush(theme.colour("text"))
        painter.setOpacity(0.016)
        painter.drawRoundedRect(box.adjusted(-spread, 4 - spread, spread, spread + 4), 8, 8)
    painter.setOpacity(1.0)
    if bar:
        painter.setBrush(theme.colour("window"))
        painter.drawRect(QRectF(box.left(), box.top(), box.width(), bar))
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(bold=True))
        words = QRectF(box.left() + 16, box.top(), box.width() - 32, bar)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, part.windowTitle())
    painter.drawPixmap(place, part.grab())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("border"), 1))
    painter.drawRect(box)


def _place(window: QWidget, part: QWidget, bar: int) -> QPoint:
    """Give where a dialog lies: popups where they opened, dialogs in the middle."""
    if part.windowType() is Qt.WindowType.Popup:
        return part.pos() - window.mapToGlobal(QPoint(0, 0))
    return QPoint((window.width() - part.width()) // 2, (window.height() - part.height() + bar) // 2)


def findings(image: QImage, shown: Sequence[QWidget], name: str) -> list[str]:
    """List what is wrong with a picture and the widgets it shows, in the language on screen; ``name`` is that one."""
    found = [tr("The picture is empty.")] if inspection.is_blank(image) else []
    for widget in shown:
        foreign = inspection.foreign_words(widget, name)
        found += [tr("Words of the other language: {words}", words=text) for text in foreign]
        found += [tr("Words are cut off: {words}", words=text) for text in inspection.cut_words(widget)]
        found += [tr("Words lie over each other: {words}", words=text) for text in inspection.overlaps(widget)]
    return found


def keep(image: QImage, path: Path) -> None:
    """Write a picture as PNG, whole or not at all.

    Raises
    ------
    SourceUnavailable
        The folder cannot be written.
    """
    from app.views.shot import write_png

    write_png(image, path)
