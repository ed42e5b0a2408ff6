"""Beside: the other side of a comparison in the same map, behind a divider, in a lens, or in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainterPath, QPen

from app.core.comparing import Side
from app.core.sides import SideDocument, compare
from app.views.frame import DARK_GROUND, LIGHT_GROUND, Scene2D
from app.views.map2d.framing import Shown
from app.views.map2d.overlays import FOOT, Options, Overlays
from app.views.map2d.side_words import side_note

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from app.core.camera import View
    from app.core.comparing import Comparison
    from app.core.document import Document
    from app.core.reading import Reading
    from app.views.view import Frame

GRIP = 7.0
"""How near the divider the pointer takes it, px."""
STEP, JUMP_PX, FACTOR = 0.02, 24.0, 1.15
"""What one key moves: the divider as a share, the lens in px, its radius and the rate by a factor."""
CARD = 376.0
"""Width of the region in which the cards of a lens stand, px."""
IN_MAP = ("swipe", "lens", "blink")


class Beside(QObject):
    """The side that a map shows beside itself while the document compares by swipe, lens or blink.

    Parameters
    ----------
    canvas : QWidget
        The map: its size, its pointer and its keys.
    document : Document
    reading : Reading
    """

    def __init__(self, canvas: QWidget, document: Document, reading: Reading) -> None:
        super().__init__(canvas)
        self._canvas, self._document, self._reading = canvas, document, reading
        self.side = SideDocument(document, Side())
        self.scene: Scene2D | None = None
        self.shown = Shown()
        self._old: list[Scene2D] = []
        self._view: View | None = None
        self._theme = "light"
        self._lens: QPointF | None = None
        self._turn = self._dragging = False
        whole = cast("Document", self.side)
        self._overlays = {"whole": Overlays(document), "map": Overlays(document), "side": Overlays(whole)}
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._on_blink)
        self._links = [(document.words_changed, self._follow), (document.replaced, self._follow)]
        for signal, slot in self._links:
            signal.connect(slot)
        canvas.installEventFilter(self)
        self._follow()

    # ------------------------------------------------------------------ outside
    @property
    def comparison(self) -> Comparison:
        """How the document compares now."""
        return self._document.comparison

    @property
    def is_on(self) -> bool:
        """Whether this map shows another side."""
        return self.comparison.mode in IN_MAP

    @property
    def is_idle(self) -> bool:
        """Whether the side shows everything it was asked for."""
        return self.scene is None or (self.scene.is_idle and self.shown.frame is not None)

    def show(self, view: View) -> None:
        """Ask for a view."""
        self._view = view
        if self.scene is not None:
            self.scene.show(view)

    def set_theme(self, theme: str) -> None:
        """Choose ``light`` or ``dark``."""
        self._theme = theme
        if self.scene is not None:
            self.scene.set_background(DARK_GROUND if theme == "dark" else LIGHT_GROUND)

    def close(self) -> None:
        """Stop drawing and listening; waits for what is under way."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._blink.stop()
        self._rest()
        for scene in self._old:
            scene.close()
        self._old.clear()
        self.side.close()

    def frame_at(self, place: QPointF) -> Frame | None:
        """Give the frame of the side where it covers a place of the map; None where the map itself is seen."""
        return self.shown.frame if self.is_on and self._clip().contains(place) else None

    # ------------------------------------------------------------------ following
    def _follow(self, *_: object) -> None:
        """Begin, change or end with the document's comparison."""
        comparison = self.comparison
        self.side.show(comparison.sides[0])
        if not self.is_on:
            self._rest()
        elif self.scene is None:
            self._begin()
        else:
            self.scene.refresh(compose=True)
        blinking = comparison.mode == "blink"
        self._turn = self._turn and blinking
        self._blink.setInterval(round(comparison.blink_s * 1000))
        if blinking != self._blink.isActive():
            self._blink.start() if blinking else self._blink.stop()
        self._canvas.update()

    def _begin(self) -> None:
        self.scene = Scene2D(cast("Document", self.side), self._reading, self)
        self.scene.frame_ready.connect(self._on_frame)
        self.set_theme(self._theme)
        if self._view is not None:
            self.scene.show(self._view)

    def _rest(self) -> None:
        """Stop drawing at once; what a worker still does is waited for when the map closes."""
        if self.scene is not None:
            self.scene.frame_ready.disconnect(self._on_frame)
            self.scene.close(wait=False)
            self._old.append(self.scene)
        self.scene, self.shown = None, Shown()

    def _on_frame(self, frame: Frame) -> None:
        self.shown.take(frame)
        self._canvas.update()

    def _on_blink(self) -> None:
        self._turn = not self._turn
        self._canvas.update()

    # ------------------------------------------------------------------ drawing
    def _size(self) -> tuple[float, float]:
        return float(self._canvas.width()), float(self._canvas.height())

    def _halves(self) -> tuple[QRectF, QRectF]:
        """Give the regions of map and side at the divider."""
        wide, high = self._size()
        share = self.comparison.divider
        if self.comparison.upright:
            return QRectF(0, 0, wide * share, high), QRectF(wide * share, 0, wide * (1 - share), high)
        return QRectF(0, 0, wide, high * share), QRectF(0, high * share, wide, high * (1 - share))

    def _centre(self) -> QPointF:
        wide, high = self._size()
        return self._lens if self._lens is not None else QPointF(wide / 2, high / 2)

    def _clip(self) -> QPainterPath:
        """Give the shape in which the side is seen."""
        path, mode = QPainterPath(), self.comparison.mode
        if mode == "swipe":
            path.addRect(self._halves()[1])
        elif mode == "lens":
            path.addEllipse(self._centre(), self.comparison.radius, self.comparison.radius)
        elif self._turn:
            path.addRect(QRectF(0, 0, *self._size()))
        return path

    def draw(self, painter: QPainter, view: View) -> None:
        """Draw the side over the map."""
        ground = DARK_GROUND if self._theme == "dark" else LIGHT_GROUND
        painter.save()
        painter.setClipPath(self._clip())
        self.shown.draw(painter, view, ground)
        painter.restore()

    def draw_over(self, painter: QPainter, view: View, frame: Frame | None, options: Options) -> None:
        """Draw the edge between the sides, and legend and moment of each where it is seen."""
        mode, side = self.comparison.mode, self.shown.frame
        bare = {"graticule": False, "scale": False, "north": False, "credits": False, "focus": "", "tight": True}
        one = options.with_(note=side_note(self._document, 0), **bare)
        other = one.with_(note=side_note(self._document, 1, self.comparison.sides[0]))
        both = frame if frame is None or side is None else replace(frame, pictures=(*frame.pictures, *side.pictures))
        self._overlays["whole"].draw(painter, view, both, options.with_(legend=False, time=False))
        self._edge(painter)
        wide, high = self._size()
        all_of_it = QRectF(0, 0, wide, high - FOOT)
        if mode == "swipe":
            halves = [half.intersected(all_of_it) for half in self._halves()]
            crowded = self.comparison.upright and halves[1].width() < CARD + 60
            halves[1].setHeight(halves[1].height() - (56 if crowded else 0))
            self._part("map", painter, halves[0], view, frame, one)
            self._part("side", painter, halves[1], view, side, other)
        elif mode == "lens":
            cards = QRectF(wide - CARD, 0, CARD, high - FOOT - 56)
            self._part("map", painter, all_of_it, view, frame, one)
            self._part("side", painter, cards, view, side, other.with_(legend=options.legend and wide >= 640))
        else:
            name, seen, words = ("side", side, other) if self._turn else ("map", frame, one)
            self._part(name, painter, all_of_it, view, seen, words)

    def _part(
        self, name: str, painter: QPainter, box: QRectF, view: View, frame: Frame | None, options: Options
    ) -> None:
        """Draw the cards of one side in its region."""
        if box.width() < 120 or box.height() < 90:
            return
        ratio = view.pixel_ratio
        part = replace(view, width=round(box.width() * ratio), height=round(box.height() * ratio))
        painter.save()
        painter.setClipRect(box)
        painter.translate(round(box.x()), round(box.y()))
        self._overlays[name].draw(painter, part, frame, options)
        painter.restore()

    def _edge(self, painter: QPainter) -> None:
        mode = self.comparison.mode
        if mode == "blink":
            return
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines = [(QColor(20, 32, 40, 150), 4.0), (QColor(255, 255, 255), 2.0)]
        for tone, width in lines:
            painter.setPen(QPen(tone, width))
            if mode == "lens":
                painter.drawEllipse(self._centre(), self.comparison.radius, self.comparison.radius)
            else:
                painter.drawLine(*self._line())
        if mode == "swipe":
            self._handle(painter)
        painter.restore()

    def _line(self) -> tuple[QPointF, QPointF]:
        half = self._halves()[1]
        foot = QPointF(half.x(), half.bottom() - FOOT)
        return half.topLeft(), foot if self.comparison.upright else half.topRight()

    def _handle(self, painter: QPainter) -> None:
        start, end = self._line()
        middle = (start + end) / 2
        painter.setPen(QPen(QColor(20, 32, 40, 150), 1.0))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(middle, 12.0, 12.0)
        painter.setPen(QPen(QColor(11, 114, 133), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for way in (-1.0, 1.0):
            tip = QPointF(7.0 * way, 0.0)
            for wing in (-3.5, 3.5):
                points = [tip, QPointF(3.0 * way, wing)]
                turned = points if self.comparison.upright else [QPointF(p.y(), p.x()) for p in points]
                painter.drawLine(middle + turned[0], middle + turned[1])

    # ------------------------------------------------------------------ pointer and keys
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take the divider, move the lens; what is left is the map's."""
        if not self.is_on:
            return False
        acts: dict[QEvent.Type, Any] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.Wheel: self._wheel,
            QEvent.Type.KeyPress: self._key,
        }
        act = acts.get(event.type())
        return bool(act(event)) if act is not None else False

    def _is_near(self, place: QPointF) -> bool:
        if self.comparison.mode != "swipe":
            return False
        edge = self._halves()[1]
        away = place.x() - edge.x() if self.comparison.upright else place.y() - edge.y()
        return abs(away) <= GRIP

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or not self._is_near(event.position()):
            return False
        self._dragging = True
        self._document.history.begin()
        return True

    def _move(self, event: QMouseEvent) -> bool:
        if self._dragging:
            wide, high = self._size()
            place = event.position()
            share = place.x() / max(wide, 1.0) if self.comparison.upright else place.y() / max(high, 1.0)
            compare(self._document, self.comparison.with_(divider=share))
            return True
        if self.comparison.mode == "lens":
            self._lens = event.position()
            self._canvas.update()
        if self.comparison.mode == "swipe" and not event.buttons():
            upright = Qt.CursorShape.SplitHCursor if self.comparison.upright else Qt.CursorShape.SplitVCursor
            self._canvas.setCursor(upright if self._is_near(event.position()) else Qt.CursorShape.CrossCursor)
        return False

    def _release(self, _event: QMouseEvent) -> bool:
        if not self._dragging:
            return False
        self._dragging = False
        self._document.history.end()
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        """Turn the wheel with Shift over a lens: larger or smaller."""
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120.0
        if self.comparison.mode != "lens" or not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not turns:
            return False
        compare(self._document, self.comparison.with_(radius=self.comparison.radius * FACTOR**turns))
        return True

    def _key(self, event: QKeyEvent) -> bool:
        """Move divider or lens with Shift and the arrows; change radius or rate with the brackets."""
        ways = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        key, comparison = Qt.Key(event.key()), self.comparison
        sizes = {Qt.Key.Key_BracketLeft: 1 / FACTOR, Qt.Key.Key_BracketRight: FACTOR}
        if key in sizes and comparison.mode == "lens":
            compare(self._document, comparison.with_(radius=comparison.radius * sizes[key]))
        elif key in sizes and comparison.mode == "blink":
            compare(self._document, comparison.with_(blink_s=comparison.blink_s * sizes[key]))
        elif key not in ways or not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return False
        elif comparison.mode == "swipe":
            step = ways[key][0 if comparison.upright else 1] * STEP
            compare(self._document, comparison.with_(divider=comparison.divider + step))
        elif comparison.mode == "lens":
            self._lens = self._centre() + QPointF(*ways[key]) * JUMP_PX
            self._canvas.update()
        return True
