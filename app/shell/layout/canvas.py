"""Canvas: the page on its desk, with rulers, handles and guides; drags end in one act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.core.pages import arrange
from app.shell.layout.rulers import RULER, draw_rulers
from app.views.sheet.paper import PX
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.core.pages.items import Item
    from app.core.pages.model import Page

HANDLE = 7.0
SNAP_PX = 6.0
NUDGE = 0.5
"""mm that an arrow key moves; ten times with Shift."""

HANDLES = {"nw": (0, 0), "n": (0.5, 0), "ne": (1, 0), "e": (1, 0.5), "se": (1, 1), "s": (0.5, 1), "sw": (0, 1),
           "w": (0, 0.5)}  # fmt: skip
CURSORS = {
    "nw": Qt.CursorShape.SizeFDiagCursor, "se": Qt.CursorShape.SizeFDiagCursor, "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor, "n": Qt.CursorShape.SizeVerCursor, "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor, "w": Qt.CursorShape.SizeHorCursor,
}  # fmt: skip


class Canvas(QWidget):
    """Shows a page and lets its items be moved and resized.

    ``chosen_changed`` carries the ids chosen. ``arranged`` carries a changed page. ``content_moved`` carries the id
    of a map and how far its content was dragged (mm), ``content_zoomed`` the id and a factor. ``zoomed`` tells that
    the picture should be drawn in another size.
    """

    chosen_changed = Signal(list)
    arranged = Signal(object)
    content_moved = Signal(str, float, float)
    content_zoomed = Signal(str, float)
    zoomed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        self.page: Page | None = None
        self.chosen: list[str] = []
        self.inside = ""
        self._image = QImage()
        self._zoom = 1.0
        self._fits = True
        self._offset = QPointF(0, 0)
        self._drag: dict[str, Any] = {}
        self._guides: tuple[tuple[str, float], ...] = ()

    # ------------------------------------------------------------------ outside
    def show_page(self, page: Page | None) -> None:
        """Show another state of the page; its picture follows."""
        fresh = page is not None and (self.page is None or self.page.size != page.size)
        self.page = page
        known = {item.id for item in page.items} if page is not None else set()
        self.choose([one for one in self.chosen if one in known])
        if fresh or self._fits:
            self.fit()
        self.update()

    def show_image(self, image: QImage) -> None:
        """Show the picture of the page."""
        self._image = image
        self.update()

    def choose(self, ids: list[str]) -> None:
        """Choose items and tell, where they are others than before."""
        if ids != self.chosen:
            self.chosen = ids
            self.inside = self.inside if self.inside in ids else ""
            self.chosen_changed.emit(ids)
        self.update()

    @property
    def ratio(self) -> float:
        """Device pixels in a px at 96 dpi."""
        return self._zoom * self.devicePixelRatioF()

    def fit(self) -> None:
        """Show the whole page."""
        self._fits = True
        if self.page is None:
            return
        wide, high = (side * PX for side in self.page.size)
        room = max(self.width() - RULER - 40, 50), max(self.height() - RULER - 40, 50)
        self._zoom = min(room[0] / wide, room[1] / high)
        free_x, free_y = self.width() - RULER - wide * self._zoom, self.height() - RULER - high * self._zoom
        self._offset = QPointF(RULER + free_x / 2, RULER + free_y / 2)
        self.zoomed.emit()
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by a factor around a place of the widget; the middle where none is given."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        new = min(max(self._zoom * factor, 0.08), 8.0)
        share = new / self._zoom
        self._offset = at + (self._offset - at) * share
        self._zoom, self._fits = new, False
        self.zoomed.emit()
        self.update()

    # ------------------------------------------------------------------- places
    def to_mm(self, at: QPointF) -> QPointF:
        """Give the place on the paper under a place of the widget, mm."""
        return (at - self._offset) / (self._zoom * PX)

    def box_of(self, box: tuple[float, float, float, float]) -> QRectF:
        """Give a box in mm as one of the widget."""
        scale = self._zoom * PX
        return QRectF(
            self._offset.x() + box[0] * scale, self._offset.y() + box[1] * scale, box[2] * scale, box[3] * scale
        )

    def item_at(self, at: QPointF) -> Item | None:
        """Give the topmost item under a place; thin ones are met from a little aside, held ones not at all."""
        if self.page is None:
            return None
        for item in reversed(self.page.items):
            box = self.box_of(item.box)
            if item.visible and not item.locked and box.adjusted(-2, -2, 2, 2).contains(at):
                return item
        return None

    def _alone(self) -> Item | None:
        if self.page is None or len(self.chosen) != 1:
            return None
        return self.page.item(self.chosen[0])

    def _handle_at(self, at: QPointF) -> str:
        item = self._alone()
        if item is None or item.locked:
            return ""
        box = self.box_of(item.box)
        for name, (fx, fy) in HANDLES.items():
            place = QPointF(box.left() + fx * box.width(), box.top() + fy * box.height())
            if abs(place.x() - at.x()) <= HANDLE and abs(place.y() - at.y()) <= HANDLE:
                return name
        return ""

    # ------------------------------------------------------------------- painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw desk, paper, picture, handles, guides, rulers."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("window"))
        if self.page is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paper = self.box_of((0, 0, *self.page.size))
        shade = QColor(theme.colour("shadow"))
        shade.setAlpha(40)
        painter.fillRect(paper.translated(3, 3), shade)
        painter.fillRect(paper, QColor("#ffffff"))
        if not self._image.isNull():
            painter.drawImage(paper, self._image)
            self._draw_content(painter, paper)
        painter.setPen(QPen(theme.colour("border-strong"), 1.0))
        painter.drawRect(paper)
        self._draw_chosen(painter)
        self._draw_guides(painter, paper)
        draw_rulers(painter, self.width(), self.height(), self._offset, self._zoom * PX, self.page.size)
        painter.end()

    def _draw_chosen(self, painter: QPainter) -> None:
        assert self.page is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = theme.colour("blossom" if self.inside else "accent")
        moving = self._drag.get("boxes", {})
        for one in self.chosen:
            item = self.page.item(one)
            if item is None:
                continue
            box = self.box_of(moving.get(one, item.box))
            if one in moving and not self._image.isNull():
                self._draw_lifted(painter, item, box)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1.5))
            painter.drawRect(box)
            if len(self.chosen) == 1 and not item.locked:
                painter.setBrush(QColor("#ffffff"))
                for fx, fy in HANDLES.values():
                    place = QPointF(box.left() + fx * box.width(), box.top() + fy * box.height())
                    painter.drawRect(QRectF(place.x() - 3.5, place.y() - 3.5, 7, 7))

    def _draw_lifted(self, painter: QPainter, item: Item, box: QRectF) -> None:
        """Draw the picture of an item where it is dragged to."""
        assert self.page is not None
        old, paper = self.box_of(item.box), self.box_of((0, 0, *self.page.size))
        scale = self._image.width() / max(paper.width(), 1)
        corner = (old.topLeft() - paper.topLeft()) * scale
        painter.setOpacity(0.7)
        painter.drawImage(box, self._image, QRectF(corner, old.size() * scale))
        painter.setOpacity(1.0)

    def _draw_content(self, painter: QPainter, paper: QRectF) -> None:
        """Draw the content of a map where it is dragged to."""
        item = self._alone()
        if self._drag.get("kind") != "content" or item is None:
            return
        box = self.box_of(item.box)
        scale = self._image.width() / max(paper.width(), 1)
        painter.save()
        painter.setClipRect(box)
        painter.fillRect(box, QColor("#ffffff"))
        moved = box.translated(self._drag["at"] - self._drag["start"])
        painter.drawImage(moved, self._image, QRectF((box.topLeft() - paper.topLeft()) * scale, box.size() * scale))
        painter.restore()

    def _draw_guides(self, painter: QPainter, paper: QRectF) -> None:
        painter.setPen(QPen(theme.colour("blossom"), 1.0, Qt.PenStyle.DashLine))
        for axis, at in self._guides:
            place = self.box_of((at, at, 0, 0)).topLeft()
            if axis == "x":
                painter.drawLine(QPointF(place.x(), paper.top() - 12), QPointF(place.x(), paper.bottom() + 12))
            else:
                painter.drawLine(QPointF(paper.left() - 12, place.y()), QPointF(paper.right() + 12, place.y()))

    # -------------------------------------------------------------------- pointer
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose, or begin a drag."""
        at = event.position()
        if self.page is None:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self._drag = {"kind": "pan", "at": at}
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        handle = self._handle_at(at)
        if handle:
            self._drag = {"kind": "resize", "handle": handle, "at": at, "boxes": {}}
            return
        item = self.item_at(at)
        if self.inside and item is not None and item.id == self.inside:
            self._drag = {"kind": "content", "at": at, "start": at}
            return
        if item is None:
            self.choose([])
            self._drag = {"kind": "pan", "at": at}
            return
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            rest = [one for one in self.chosen if one != item.id]
            self.choose(rest if item.id in self.chosen else [*rest, item.id])
        elif item.id not in self.chosen:
            self.choose([item.id])
        self._drag = {"kind": "move", "at": at, "boxes": {}}

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or show what would be dragged."""
        at = event.position()
        kind = self._drag.get("kind")
        if kind is None:
            self._point(at)
        elif kind == "pan":
            self._offset += at - self._drag["at"]
            self._drag["at"], self._fits = at, False
            self.update()
        elif kind == "content":
            self._drag["at"] = at
            self.update()
        else:
            self._dragged(at, free=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def _point(self, at: QPointF) -> None:
        handle = self._handle_at(at)
        item = None if handle else self.item_at(at)
        shape = CURSORS.get(handle, Qt.CursorShape.ArrowCursor)
        if item is not None:
            inside = item.id == self.inside
            shape = Qt.CursorShape.OpenHandCursor if inside else Qt.CursorShape.SizeAllCursor
        self.setCursor(QCursor(shape))

    def _dragged(self, at: QPointF, *, free: bool) -> None:
        assert self.page is not None
        by = (at - self._drag["at"]) / (self._zoom * PX)
        reach = 0.0 if free else SNAP_PX / (self._zoom * PX)
        items = [item for one in self.chosen if (item := self.page.item(one)) is not None and not item.locked]
        if not items:
            return
        if self._drag["kind"] == "resize":
            snap = arrange.resized(self.page, items[0], self._drag["handle"], by.x(), by.y(), reach)
            self._drag["boxes"] = {items[0].id: snap.box}
        else:
            x, y, wide, high = arrange.around(items)
            snap = arrange.moved(self.page, self.chosen, (x + by.x(), y + by.y(), wide, high), reach)
            dx, dy = snap.box[0] - x, snap.box[1] - y
            self._drag["boxes"] = {item.id: (item.x + dx, item.y + dy, item.width, item.height) for item in items}
        self._guides = snap.guides
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag: one act."""
        drag, self._drag, self._guides = self._drag, {}, ()
        if drag.get("kind") == "content":
            by = (event.position() - drag["start"]) / (self._zoom * PX)
            if by.manhattanLength() > 0.2:
                self.content_moved.emit(self.inside, by.x(), by.y())
        elif drag.get("boxes") and self.page is not None:
            self.arranged.emit(with_boxes(self.page, drag["boxes"]))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go into a map: its content is dragged from now on."""
        item = self.item_at(event.position())
        if item is not None and getattr(item, "kind", "") == "map":
            self.choose([item.id])
            self.inside = item.id
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the page, or the content of the map that was gone into."""
        factor = 1.15 ** (event.angleDelta().y() / 120)
        item = self.item_at(event.position())
        if self.inside and item is not None and item.id == self.inside:
            self.content_zoomed.emit(self.inside, factor)
        else:
            self.zoom(factor, event.position())

    # ------------------------------------------------------------------- keyboard
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nudge with the arrows, leave a map with Escape."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in steps and self.page is not None and self.chosen:
            far = NUDGE * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            dx, dy = steps[key]
            self.arranged.emit(arrange.shifted(self.page, self.chosen, dx * far, dy * far))
        elif key == Qt.Key.Key_Escape:
            self.inside = ""
            if not self._drag:
                self.choose([])
            self._drag, self._guides = {}, ()
            self.update()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole page in view where it was."""
        super().resizeEvent(event)
        if self._fits:
            self.fit()


def with_boxes(page: Page, boxes: dict[str, tuple[float, float, float, float]]) -> Page:
    """Give the page with items in other places."""
    for one, (x, y, wide, high) in boxes.items():
        item = page.item(one)
        if item is not None:
            place = {"x": round(x, 3), "y": round(y, 3), "width": round(wide, 3), "height": round(high, 3)}
            page = page.with_item(item.model_copy(update=place))
    return page
