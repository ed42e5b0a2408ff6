"""Line icons drawn in the colours of the theme, at any size, when they are painted."""

from __future__ import annotations

import atexit
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources
from app.widgets import theme


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    """Read an icon in one colour."""
    text = resources.path(f"icons/{name}.svg").read_text("utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(text.encode()))


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: str, width: int, height: int) -> QPixmap:
    """Draw an icon in one colour and size (device px)."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    side = min(width, height)
    _renderer(name, colour).render(painter, QRectF((width - side) / 2, (height - side) / 2, side, side))
    painter.end()
    return QPixmap.fromImage(image)


@atexit.register
def forget() -> None:
    """Let go of all pictures; they must not outlive the application."""
    _pixmap.cache_clear()
    _renderer.cache_clear()


class LineIcon(QIconEngine):
    """An icon that takes its colour from the theme at the moment it is drawn."""

    def __init__(self, name: str, token: str = "icon", on: str = "accent") -> None:
        super().__init__()
        self._name, self._token, self._on = name, token, on

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode is QIcon.Mode.Disabled:
            token = "icon-disabled"
        elif state is QIcon.State.On:
            token = self._on
        else:
            token = self._token
        return theme.colour(token).name()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:  # noqa: D102
        return _pixmap(self._name, self._colour(mode, state), max(size.width(), 1), max(size.height(), 1))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: D102
        ratio = painter.device().devicePixelRatioF()
        pixmap = self.pixmap(rect.size() * ratio, mode, state)
        pixmap.setDevicePixelRatio(ratio)
        painter.drawPixmap(QPoint(rect.x(), rect.y()), pixmap)

    def clone(self) -> QIconEngine:  # noqa: D102
        return LineIcon(self._name, self._token, self._on)


def icon(name: str, token: str = "icon", *, on: str = "accent") -> QIcon:
    """Give the icon ``resources/icons/<name>.svg``.

    Parameters
    ----------
    name : str
        File name without suffix.
    token : str
        Colour of the theme.
    on : str
        Colour of the theme while checked.
    """
    return QIcon(LineIcon(name, token, on))


def pixmap(name: str, size: int, token: str = "icon", ratio: float = 1.0) -> QPixmap:
    """Give an icon as a picture of ``size`` px for a screen of the given pixel ratio."""
    side = max(round(size * ratio), 1)
    result = QPixmap(_pixmap(name, theme.colour(token).name(), side, side))
    result.setDevicePixelRatio(ratio)
    return result


def draw(painter: QPainter, name: str, box: QRectF, token: str = "icon") -> None:
    """Draw an icon into a box."""
    ratio = painter.device().devicePixelRatioF()
    side = max(round(min(box.width(), box.height()) * ratio), 1)
    picture = QPixmap(_pixmap(name, theme.colour(token).name(), side, side))
    picture.setDevicePixelRatio(ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(box.topLeft(), picture)


def brand(side: int, ratio: float = 1.0) -> QPixmap:
    """Give the program's own sign in its own colours."""
    px = max(round(side * ratio), 1)
    image = QImage(px, px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(resources.path("icons/haitang.svg"))).render(painter)
    painter.end()
    result = QPixmap.fromImage(image)
    result.setDevicePixelRatio(ratio)
    return result
