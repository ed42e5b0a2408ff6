"""Framing: the last good frame of a map, drawn where it belongs now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.views.composition import shift

if TYPE_CHECKING:
    from app.core.camera import View
    from app.views.view import Frame

LARGEST = 1e5
"""Px that a scaled picture may have on a side."""


def image_of(frame: Frame) -> QImage:
    """Give the frame as a picture that shares its memory; keep the frame as long as the picture."""
    height, width = frame.pixels.shape
    image = QImage(frame.pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.view.pixel_ratio)
    return image


@dataclass
class Shown:
    """A frame and its picture, together as long as one of them lives."""

    frame: Frame | None = None
    image: QImage | None = None

    def take(self, frame: Frame) -> None:
        """Show another frame."""
        self.frame, self.image = frame, image_of(frame)

    def draw(self, painter: QPainter, view: View, background: int) -> None:
        """Draw it in a view: as it is, or moved and scaled from the view it was made for."""
        frame, image = self.frame, self.image
        if frame is not None and image is not None and frame.view == view:
            painter.drawImage(0, 0, image)
            return
        ratio = view.pixel_ratio
        painter.fillRect(QRectF(0, 0, view.width / ratio, view.height / ratio), QColor.fromRgba(background))
        moved = shift(frame.view, view) if frame is not None else None
        if frame is None or image is None or moved is None:
            return
        dx, dy, scale = moved[0] / ratio, moved[1] / ratio, moved[2]
        width = frame.view.width / frame.view.pixel_ratio * scale
        height = frame.view.height / frame.view.pixel_ratio * scale
        if width < LARGEST and height < LARGEST:
            painter.drawImage(QRectF(dx, dy, width, height), image)
