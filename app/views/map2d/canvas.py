"""MapCanvas: the map widget; it shows whole frames, moves the camera, tells where the pointer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.core.gestures import Pointer
from app.core.language import language_changed
from app.views.frame import DARK_GROUND, LIGHT_GROUND, Scene2D
from app.views.ink import ink
from app.views.map2d.beside import Beside
from app.views.map2d.framing import Shown
from app.views.map2d.overlays import Options, Overlays
from app.views.map2d.pointing import Pointing, draw_ghost, draw_marks
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.core.camera import Pose, View
    from app.core.document import Document
    from app.core.gestures import Gesture
    from app.core.reading import Reading
    from app.views.map2d.features import Features
    from app.views.view import Frame, Hit

HOVER_MS, HOVER_PLAYING_MS = 30, 200
"""How soon what stands under the pointer is told, after it moved or another picture came; while playing, less often."""
WHEEL_STEP = 1.25
"""Zoom of one notch of the wheel."""

KEY_STEP = 0.2
"""Share of the view that an arrow key moves."""


class MapCanvas(QWidget):
    """The map of a document.

    Parameters
    ----------
    document : Document
    reading : Reading
    compares : bool
        Whether it shows the other side of a comparison; a map that is itself a side does not.

    Notes
    -----
    ``hovered`` carries map coordinates and a text (value, unit, variable, time, source) or an empty one;
    ``pointed`` the map coordinates of every move; ``clicked`` those of a click that was no drag; ``identified`` the
    hits of a click; ``painted`` comes after a new frame was drawn on the widget; ``refused`` carries the error of a
    gesture whose command cannot be done.
    """

    hovered = Signal(float, float, str)
    clicked = Signal(float, float)
    identified = Signal(list)
    painted = Signal(object)
    refused = Signal(object)
    wished = Signal(object)
    left = Signal()
    pointed = Signal(float, float)

    def __init__(
        self, document: Document, reading: Reading, parent: QWidget | None = None, *, compares: bool = True
    ) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self.document, self.reading = document, reading
        self.options = Options()
        self.scene = Scene2D(document, reading, self)
        self.overlays = Overlays(document)
        self._shown = Shown()
        self._ghost: tuple[float, float] | None = None
        self._fresh = False
        self._press: QPointF | None = None
        self._drag: Pose | None = None
        self._dragging = False
        self._hover = QTimer(self, singleShot=True)
        self._hover.timeout.connect(self._tell_hover)
        self._pointer: QPointF | None = None
        self._pointing = Pointing(document, self.wished.emit)
        self._marks: tuple[Any, ...] = ()
        self._marked_crs: str | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.scene.frame_ready.connect(self._on_frame)
        self.beside = Beside(self, document, reading) if compares else None
        self._links = [
            (document.camera_changed, self._on_camera),
            (document.replaced, self._on_replaced),
            (language_changed, self._on_words),
        ]
        for signal, slot in self._links:
            signal.connect(slot)

    # ------------------------------------------------------------------ outside
    def sizeHint(self) -> QSize:
        """Give a size that shows something."""
        return QSize(960, 640)

    def minimumSizeHint(self) -> QSize:
        """Give the smallest useful size."""
        return QSize(240, 180)

    def view(self) -> View:
        """Give the picture that the widget should show now."""
        return self.document.camera.view(self.width(), self.height(), self.devicePixelRatioF())

    def set_theme(self, theme: str) -> None:
        """Choose ``light`` or ``dark``."""
        self.options = self.options.with_(theme=theme)
        self.scene.set_background(DARK_GROUND if theme == "dark" else LIGHT_GROUND)
        if self.beside is not None:
            self.beside.set_theme(theme)
        self.update()

    def set_options(self, **changes: object) -> None:
        """Change what lies over the map, e.g. ``legend=False`` or ``utc_offset_hours=0.0``."""
        self.options = self.options.with_(**changes)
        self.update()

    def set_gesture(self, gesture: Gesture | None) -> None:
        """Let the pointer draw or measure; None gives it back to moving the map."""
        self._pointing.take(gesture)
        self.update()

    @property
    def gesture(self) -> Gesture | None:
        """What the pointer does; None = it moves the map."""
        return self._pointing.gesture

    def set_marks(self, places: Sequence[Any]) -> None:
        """Show pins at places, e.g. those of the chart; each has ``x``, ``y`` in map units and a ``number``."""
        self._marks, self._marked_crs = tuple(places), self.document.camera.crs
        self.update()

    def set_ghost(self, place: tuple[float, float] | None) -> None:
        """Show where the pointer is on a linked map, in map units; None = nowhere."""
        if place != self._ghost:
            self._ghost = place
            self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in by a factor around a place of the widget; None = its middle."""
        self.document.look(self.document.camera.zoomed(factor, None if at is None else self.to_map(at)))

    def to_map(self, at: QPointF) -> tuple[float, float]:
        """Give the map coordinates under a place of the widget."""
        return self.document.camera.to_map(at.x(), at.y(), self.width(), self.height())

    def identify(self, x: float, y: float) -> list[Hit]:
        """Tell what the picture shows at a place, top layer first.

        Parameters
        ----------
        x, y : float
            Map coordinates.
        """
        beside = self.beside.frame_at(QPointF(*self._to_pixel(x, y))) if self.beside is not None else None
        frame = beside or self._shown.frame
        if frame is None:
            return []
        hits = []
        for picture in reversed(frame.pictures):
            view = picture.look.view
            if picture.probe is None:
                continue
            px = (x - view.extent.x0) / view.extent.width * view.width
            py = (view.extent.y1 - y) / view.extent.height * view.height
            hit = picture.probe.at(px, py)
            if hit is not None:
                hits.append(hit)
        return hits

    def features_of(self, layer_id: str) -> Features | None:
        """Give the features of a layer that the picture was made of, in the map's system; None where there are none."""
        frame = self._shown.frame
        for picture in frame.pictures if frame is not None else ():
            probe: Any = picture.probe
            found = getattr(getattr(probe, "single", probe), "features", None)
            if picture.look.layer == layer_id and found is not None and picture.look.view.crs == self.view().crs:
                return found
        return None

    def rest(self) -> None:
        """Stop drawing and listening at once; close it later, when what is under way may be waited for."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        self.scene.close(wait=False)

    def close_view(self) -> None:
        """Stop drawing and listening; call before the document goes."""
        self.rest()
        if self.beside is not None:
            self.beside.close()
        self.scene.close()

    # ------------------------------------------------------------------- events
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the last good frame where it belongs now, and what lies over it."""
        view = self.view()
        painter = QPainter(self)
        beside = self.beside if self.beside is not None and self.beside.is_on else None
        self._shown.draw(painter, view, self.scene.background)
        if beside is not None:
            beside.draw(painter, view)
        draw_marks(painter, self._marks, self._to_pixel, self.options.theme)
        self._pointing.draw(painter, self._to_pixel, ink(self.options.theme), QRectF(self.rect()))
        if beside is not None:
            beside.draw_over(painter, view, self._shown.frame, self.options)
        else:
            self.overlays.draw(painter, view, self._shown.frame, self.options)
        self.scene.keep_clear(self.overlays.covered if beside is None else ())
        if self._ghost is not None:
            draw_ghost(painter, QPointF(*self._to_pixel(*self._ghost)))
        painter.end()
        if self._fresh:
            self._fresh = False
            self.painted.emit(self._shown.frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a picture of the new size."""
        super().resizeEvent(event)
        self._ask()

    def _ask(self) -> None:
        """Ask for the picture that the widget should show now."""
        view = self.view()
        self.scene.show(view)
        if self.beside is not None:
            self.beside.show(view)

    def _to_pixel(self, x: float, y: float) -> tuple[float, float]:
        return self.document.camera.to_pixel(x, y, self.width(), self.height())

    def _gestured(self, event: QMouseEvent, act: Callable[..., None], *, double: bool = False) -> bool:
        """Give an event to the gesture; tell whether there is one."""
        if self._pointing.gesture is None or event.buttons() & Qt.MouseButton.MiddleButton or self._press is not None:
            return False
        try:
            act(self._pointing.pointer(event, self.to_map(event.position()), double=double), event.position())
        except HaitangError as error:
            self.refused.emit(error)
        self.update()
        return True

    def _keyed(self, event: QKeyEvent) -> bool:
        """Give a key to the gesture; tell whether it took it."""
        try:
            return self._pointing.key(event)
        except HaitangError as error:
            self.refused.emit(error)
            return True

    def press_at(self, x: float, y: float) -> None:
        """Press and let go at a place of the map, as typed; a gesture answers it."""
        pointer, place = Pointer(x, y), QPointF(*self._to_pixel(x, y))
        try:
            self._pointing.press(pointer, place)
            self._pointing.release(pointer, place)
        except HaitangError as error:
            self.refused.emit(error)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag; a gesture takes all but the middle button."""
        if self._gestured(event, self._pointing.press):
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press, self._drag = event.position(), self.document.camera.pose

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the map, or tell what is under the pointer."""
        self._pointer = event.position()
        self.pointed.emit(*self.to_map(event.position()))
        if self._gestured(event, self._pointing.move):
            return
        if self._press is not None and self._drag is not None:
            way = event.position() - self._press
            if not self._dragging and way.manhattanLength() > 3:
                self._dragging = True
                self.document.history.begin()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            if self._dragging:
                self._drag_to(way)
            return
        self._hover_soon(HOVER_MS)

    def _hover_soon(self, ms: int) -> None:
        if not self._hover.isActive():
            self._hover.start(ms)

    def _drag_to(self, way: QPointF) -> None:
        camera, start = self.document.camera, self._drag
        if start is not None:
            away = camera.moved(way.x(), way.y())
            self.document.look(camera.centred(start.x + away.x - camera.x, start.y + away.y - camera.y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or tell of a click."""
        if self._gestured(event, self._pointing.release):
            return
        dragged, pressed = self._dragging, self._press
        self._press, self._drag, self._dragging = None, None, False
        if dragged:
            self.document.history.end()
            self.setCursor(Qt.CursorShape.CrossCursor)
        if pressed is None or dragged or event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = self.to_map(event.position())
        self.clicked.emit(x, y)
        self.identified.emit(self.identify(x, y))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom in around the pointer, unless a gesture wants the double click."""
        if not self._gestured(event, self._pointing.press, double=True):
            self.zoom(2.0, event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        notches = event.angleDelta().y() / 120.0
        if notches:
            self.zoom(WHEEL_STEP**notches, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, zoom with + and -; a gesture has Enter, Escape and Backspace."""
        if self._keyed(event):
            self.update()
            return
        camera, key = self.document.camera, Qt.Key(event.key())
        ways = {
            Qt.Key.Key_Left: (KEY_STEP, 0.0),
            Qt.Key.Key_Right: (-KEY_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, KEY_STEP),
            Qt.Key.Key_Down: (0.0, -KEY_STEP),
        }
        if key in ways:
            dx, dy = ways[key]
            self.document.look(camera.moved(dx * self.width(), dy * self.height()))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(WHEEL_STEP**2)
        elif key == Qt.Key.Key_Minus:
            self.zoom(WHEEL_STEP**-2)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, _event: object) -> None:
        """Tell that the pointer left the map."""
        self._pointer = None
        self._hover.stop()
        self.left.emit()

    # -------------------------------------------------------------------- slots
    def _on_frame(self, frame: Frame) -> None:
        self._shown.take(frame)
        self._fresh = True
        self.update()
        if self._pointer is not None and self._press is None:
            self._hover_soon(HOVER_PLAYING_MS if self.document.clock.playing else HOVER_MS)

    def _on_replaced(self) -> None:
        self.set_marks(())
        self.set_gesture(None)
        self._on_camera()

    def _on_camera(self, *_: object) -> None:
        if self._marks and self.document.camera.crs != self._marked_crs:
            self.set_marks(())
        self._ask()
        self.update()

    def _on_words(self, *_: object) -> None:
        self.update()

    def _tell_hover(self) -> None:
        from app.views.map2d.hover import hover_text

        if self._pointer is None:
            return
        x, y = self.to_map(self._pointer)
        self.hovered.emit(x, y, hover_text(self.identify(x, y), self.document, self.options.utc_offset_hours))
