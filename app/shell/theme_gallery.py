"""ThemeGallery: the map themes as small pictures of the place on the map; a click chooses one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from app.core.comparing import Side
from app.core.sides import SideDocument
from app.views.frame import DARK_GROUND, LIGHT_GROUND, Scene2D
from app.views.map2d.framing import image_of
from app.widgets import controls, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent

    from app.core.camera import View
    from app.core.document import Document
    from app.shell.desk import Desk
    from app.views.view import Frame

WIDE, HIGH = 192, 120
LOOK_MS = 20
FINE = 2
"""Pictures are drawn so many times larger, so that their texts are small."""


class ThemeGallery(QFrame):
    """Pictures of all themes, drawn one after the other in workers; ``chosen`` tells the name of one.

    It floats over its parent, and goes with Escape, or when the focus goes elsewhere.

    Parameters
    ----------
    parent : QWidget
    desk : Desk
    view : View
        What the map shows; the pictures show its middle.
    """

    chosen = Signal(str)
    drawn = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, view: View) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._view = small_view(view)
        self._left = list(desk.document.themes)
        self.side = SideDocument(desk.document, Side())
        self.scene = Scene2D(cast("Document", self.side), desk.reading, self)
        self.scene.set_background(DARK_GROUND if theme.current().name == "dark" else LIGHT_GROUND)
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._take)
        self.list = self._list()
        self.list.installEventFilter(self)
        nothing = controls.Words("No theme is kept yet: Layer → Save as map theme.", "muted", wrap=True)
        nothing.setVisible(not self._left)
        self.list.setVisible(bool(self._left))
        box = controls.column(8, 0)
        box.addWidget(self.list)
        box.addWidget(nothing)
        self.setLayout(box)
        columns = min(max(len(self._left), 1), 3)
        rows = min(-(-max(len(self._left), 1) // 3), 3)
        self.setFixedSize(columns * (WIDE + 24) + 32, rows * (HIGH + 48) + 28 if self._left else 72)
        self._next()

    def _list(self) -> QListWidget:
        found = QListWidget()
        found.setViewMode(QListWidget.ViewMode.IconMode)
        found.setIconSize(QSize(WIDE, HIGH))
        found.setGridSize(QSize(WIDE + 20, HIGH + 40))
        found.setMovement(QListWidget.Movement.Static)
        found.setResizeMode(QListWidget.ResizeMode.Adjust)
        found.setWordWrap(False)
        found.setTextElideMode(Qt.TextElideMode.ElideRight)
        blank = QPixmap(WIDE, HIGH)
        blank.fill(theme.colour("surface-alt"))
        for name in self._left:
            item = QListWidgetItem(QIcon(blank), name, found)
            item.setToolTip(name)
        found.itemClicked.connect(self._on_clicked)
        found.itemActivated.connect(self._on_clicked)
        return found

    def open_below(self, widget: QWidget | None) -> None:
        """Show it below a widget; in the middle of its parent where there is none."""
        parent = self.parentWidget()
        if widget is not None:
            place = widget.mapTo(parent, QPoint(0, widget.height() + 2)) if parent is not None else QPoint()
        elif parent is not None:
            place = QPoint((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 3)
        else:
            place = QPoint()
        if parent is not None:
            place.setX(max(min(place.x(), parent.width() - self.width() - 8), 0))
        self.move(place)
        self.show()
        self.raise_()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def is_complete(self) -> bool:
        """Whether every theme has its picture."""
        return not self._left

    def _next(self) -> None:
        if self._left:
            self.side.show(Side(theme=self._left[0]))
            self.scene.show(self._view)
            self.scene.refresh(compose=True)
            self._looking.start()
        else:
            self._looking.stop()

    def _take(self) -> None:
        """Take the picture once the scene rests; its last frame may come while it still looks for news."""
        frame = self.scene.frame
        if frame is None or not frame.complete or not self._left or not self.scene.is_idle:
            return
        name = self._left.pop(0)
        found = self.list.findItems(name, Qt.MatchFlag.MatchExactly)
        if found:
            found[0].setIcon(QIcon(picture_of(frame)))
        self.drawn.emit(name)
        self._next()

    def _on_clicked(self, item: Any) -> None:
        name = item.text()
        self.close()
        self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go away with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go away when another part of the window takes the focus."""
        if watched is self.list and event.type() == QEvent.Type.FocusOut and self.window().isActiveWindow():
            QTimer.singleShot(0, self, self.close)
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop drawing."""
        self._left = []
        self._looking.stop()
        self.scene.close()
        self.side.close()
        super().closeEvent(event)


def small_view(view: View) -> View:
    """Give a view in the size of a picture, with what lies around it where the shapes differ."""
    width, height = max(view.width, 1), max(view.height, 1)
    times = max(width / (WIDE * FINE), height / (HIGH * FINE))
    x, y = view.extent.centre
    half_x = WIDE * FINE * times * view.extent.width / width / 2
    half_y = HIGH * FINE * times * view.extent.height / height / 2
    extent = replace(view.extent, x0=x - half_x, y0=y - half_y, x1=x + half_x, y1=y + half_y)
    return replace(view, extent=extent, width=WIDE * FINE, height=HIGH * FINE, pixel_ratio=1.0)


def picture_of(frame: Frame) -> QPixmap:
    """Give a frame in the size of a picture."""
    smooth = Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(image_of(frame).scaled(WIDE, HIGH, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
