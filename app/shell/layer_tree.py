"""The layer tree: order by drag, visibility, groups, and why a layer shows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from app.core.language import tr
from app.shell.layer_words import has_failed, is_shown_now, subtitle
from app.shell.swatch import draw_swatch
from app.widgets import icons, theme
from app.widgets.toast import first_lines

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent, QResizeEvent

    from app.shell.desk import Desk
    from layers.layer import Layer

LAYER_ROLE = int(Qt.ItemDataRole.UserRole)
GROUP_ROLE = LAYER_ROLE + 1
ROW, GROUP_ROW = 44, 30
REASON_LINE, REASON_LINES = 16, 9
"""Height of a line of a reason, px, and how many of them a row shows."""
Index = QModelIndex | QPersistentModelIndex


class _Line(QStyledItemDelegate):
    """Draws one layer: eye, swatch, name, what it shows; and a group's name."""

    def __init__(self, tree: LayerTree, desk: Desk) -> None:
        super().__init__(tree)
        self._tree, self._desk = tree, desk

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        if not index.data(LAYER_ROLE):
            return QSize(120, GROUP_ROW)
        layer = self._tree.layer_of(index)
        if layer is None or not has_failed(layer, self._desk):
            return QSize(120, ROW)
        depth = self._tree.indentation() * (2 if index.parent().isValid() else 1)
        lines = self._lines(layer, self._tree.viewport().width() - depth - 68 - 34)
        return QSize(120, ROW + (len(lines) - 1) * REASON_LINE)

    def _lines(self, layer: Layer, width: float) -> list[str]:
        """Give the second line of a row; the reason why a layer has failed takes several, its remedy with it."""
        text = subtitle(layer, self._desk)[0]
        measure = QFontMetrics(theme.font(12))
        if not has_failed(layer, self._desk):
            return [measure.elidedText(text, Qt.TextElideMode.ElideRight, int(width))]
        return first_lines(text, measure, max(width, 40.0), REASON_LINES).split("\n")

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        self._paint_ground(painter, box, option.state)
        layer = self._tree.layer_of(index)
        if layer is None:
            self._paint_group(painter, box, index)
        else:
            self._paint_layer(painter, box, layer)
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRectF, state: QStyle.StateFlag) -> None:
        token = ""
        if state & QStyle.StateFlag.State_Selected:
            token = "selection"
        elif state & QStyle.StateFlag.State_MouseOver:
            token = "hover"
        if token:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(token))
            painter.drawRoundedRect(box.adjusted(2, 1, -4, -1), 5, 5)

    def _paint_group(self, painter: QPainter, box: QRectF, index: Index) -> None:
        eyes = self._tree.group_visible(index)
        icons.draw(painter, "eye" if eyes else "eye-off", eye_box(box), "icon" if eyes else "icon-disabled")
        painter.setFont(theme.font(bold=True))
        painter.setPen(theme.colour("text"))
        words = box.adjusted(34, 0, -8, 0)
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, _cut(painter, name, words.width()))

    def _paint_layer(self, painter: QPainter, box: QRectF, layer: Layer) -> None:
        failed = has_failed(layer, self._desk)
        is_read = not failed and self._desk.reading.state(layer.id) == "ok"
        seen = layer.visible and is_read and is_shown_now(layer, self._desk)
        icons.draw(
            painter, "eye" if layer.visible else "eye-off", eye_box(box), "icon" if layer.visible else "icon-disabled"
        )
        painter.setOpacity(1.0 if seen else 0.4)
        draw_swatch(painter, layer, QRectF(box.left() + 36, box.center().y() - 11, 22, 22))
        painter.setOpacity(1.0)
        left = box.left() + 68
        right = box.right() - (34 if failed else 10)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text" if seen else "text-faint"))
        painter.drawText(QPointF(left, box.top() + 19), _cut(painter, layer.name, right - left))
        token = subtitle(layer, self._desk)[1]
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour(token))
        for number, line in enumerate(self._lines(layer, right - left)):
            painter.drawText(QPointF(left, box.top() + 36 + number * REASON_LINE), line)
        if failed:
            icons.draw(painter, "reload", reopen_box(box), "accent")

    def helpEvent(self, event: Any, view: Any, option: Any, index: Index) -> bool:
        """Say in full what the row may have to cut off."""
        layer = self._tree.layer_of(index)
        if layer is None:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), f"{layer.name}\n{subtitle(layer, self._desk)[0]}", view)
        return True

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: Any, index: Index) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            box, at = QRectF(option.rect), event.position()
            if eye_box(box).adjusted(-6, -8, 6, 8).contains(at):
                self._tree.eye_clicked.emit(index)
                return True
            layer = self._tree.layer_of(index)
            failed = layer is not None and has_failed(layer, self._desk)
            if failed and reopen_box(box).adjusted(-6, -8, 6, 8).contains(at):
                self._tree.reopen_clicked.emit(layer)
                return True
        return super().editorEvent(event, model, option, index)

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: Index) -> None:
        box = QRect(option.rect)
        left = 66 if index.data(LAYER_ROLE) else 30
        editor.setGeometry(box.adjusted(left, (box.height() - 28) // 2, -6, -(box.height() - 28) // 2))

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:
        name = str(cast("Any", editor).text()).strip()
        if name:
            self._tree.renamed.emit(index, name)


def eye_box(box: QRectF) -> QRectF:
    """Give the place of the eye in a row."""
    return QRectF(box.left() + 9, box.center().y() - 9, 18, 18)


def reopen_box(box: QRectF) -> QRectF:
    """Give the place of the reopen sign in a row."""
    return QRectF(box.right() - 28, box.center().y() - 8, 16, 16)


def _cut(painter: QPainter, text: str, width: float) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width))


class LayerTree(QTreeView):
    """Shows the layers of a document, top first.

    Signals
    -------
    chosen (Layer or None), eye_clicked (index), reopen_clicked (Layer), renamed (index, name),
    dropped (list of layer ids, index in the order, group)
    """

    chosen = Signal(object)
    eye_clicked = Signal(object)
    reopen_clicked = Signal(object)
    renamed = Signal(object, str)
    dropped = Signal(list, int, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("layers")
        self._folded: set[str] = set()
        self._rebuilding = False
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Line(self, desk))
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setUniformRowHeights(False)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragEnabled(True)
        self.setDropIndicatorShown(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(lambda *_: self._tell_chosen())
        self.collapsed.connect(lambda index: self._folded.add(str(index.data(GROUP_ROLE))))
        self.expanded.connect(lambda index: self._folded.discard(str(index.data(GROUP_ROLE))))

    def redraw(self) -> None:
        """Show what became of the layers; rows with a reason are as high as its words."""
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break reasons for the new width."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    # -- content ---------------------------------------------------------------------
    def rebuild(self) -> None:
        """Show the layers as they are now; what was chosen stays chosen."""
        kept = {layer.id for layer in self.chosen_layers()}
        if self._desk.focus.layer is not None:
            kept.add(self._desk.focus.layer.id)
        self._rebuilding = True
        self._model.clear()
        groups: dict[str, QStandardItem] = {}
        for layer in self._desk.document.layers:
            parent = self._group_item(layer.group, groups) if layer.group else self._model.invisibleRootItem()
            parent.appendRow(_item(layer.name, LAYER_ROLE, layer.id))
        for name, item in groups.items():
            self.setExpanded(item.index(), name not in self._folded)
        self._rebuilding = False
        self.choose(kept)

    def _group_item(self, name: str, groups: dict[str, QStandardItem]) -> QStandardItem:
        if name not in groups:
            groups[name] = _item(name, GROUP_ROLE, name)
            self._model.invisibleRootItem().appendRow(groups[name])
        return groups[name]

    def indexes(self) -> list[QModelIndex]:
        """List the rows of all layers, as shown."""
        found: list[QModelIndex] = []
        for row in range(self._model.rowCount()):
            top = self._model.index(row, 0)
            if top.data(LAYER_ROLE):
                found.append(top)
            found.extend(self._model.index(child, 0, top) for child in range(self._model.rowCount(top)))
        return found

    def layer_of(self, index: Index) -> Layer | None:
        """Give the layer of a row, None for a group."""
        wanted = index.data(LAYER_ROLE)
        return next((la for la in self._desk.document.layers if la.id == wanted), None) if wanted else None

    def layers_of(self, index: Index) -> list[Layer]:
        """Give the layer of a row, or all layers of a group."""
        layer = self.layer_of(index)
        if layer is not None:
            return [layer]
        name = index.data(GROUP_ROLE)
        return [la for la in self._desk.document.layers if la.group == name]

    def group_visible(self, index: Index) -> bool:
        """Tell whether any layer of a group is visible."""
        return any(layer.visible for layer in self.layers_of(index))

    # -- choosing --------------------------------------------------------------------
    def chosen_layers(self) -> list[Layer]:
        """Give the chosen layers, top first."""
        wanted = {i.data(LAYER_ROLE) for i in self.selectionModel().selectedIndexes()}
        return [la for la in self._desk.document.layers if la.id in wanted]

    def choose(self, ids: set[str]) -> None:
        """Choose layers by id; the first becomes the current one."""
        fitting = [i for i in self.indexes() if i.data(LAYER_ROLE) in ids]
        model = self.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        if not fitting:
            model.clear()
            self._tell_chosen()
        for number, index in enumerate(fitting):
            model.setCurrentIndex(index, flags.NoUpdate) if number == 0 else None
            model.select(index, flags.ClearAndSelect if number == 0 else flags.Select)

    def _tell_chosen(self) -> None:
        if not self._rebuilding:
            layers = self.chosen_layers()
            self.chosen.emit(layers[0] if layers else None)

    def edit_chosen(self) -> None:
        """Let the user rename the current row."""
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    # -- dropping --------------------------------------------------------------------
    def dropEvent(self, event: QDropEvent) -> None:
        """Move layers in the order, or into a group; the document decides, the tree follows."""
        if event.source() is not self:
            event.ignore()
            return
        ids = [la.id for i in self.selectionModel().selectedIndexes() for la in self.layers_of(i)]
        index = self.indexAt(event.position().toPoint())
        place, group = self._place(index, self.dropIndicatorPosition())
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.dropped.emit(list(dict.fromkeys(ids)), place, group)

    def _place(self, index: QModelIndex, position: QAbstractItemView.DropIndicatorPosition) -> tuple[int, str]:
        """Give where in the order a drop goes, and into which group."""
        layers = self._desk.document.layers
        spots = QAbstractItemView.DropIndicatorPosition
        if not index.isValid() or position is spots.OnViewport:
            return len(layers), ""
        inside = self.layers_of(index)
        first = layers.index(inside[0]) if inside else len(layers)
        if self.layer_of(index) is None:
            if position is spots.OnItem:
                return first, str(index.data(GROUP_ROLE))
            return (first if position is spots.AboveItem else first + len(inside)), ""
        group = inside[0].group
        return (first if position is spots.AboveItem else first + 1), group

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Draw the fold sign of a group; layers have none."""
        if index.data(GROUP_ROLE) is not None:
            super().drawBranches(painter, rect, index)

    def paintEvent(self, event: Any) -> None:
        """Say what to do where there is no layer."""
        super().paintEvent(event)
        if self._model.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(theme.colour("text-faint")))
        box = self.viewport().rect().adjusted(24, 24, -24, -24)
        words = tr("No layers yet. Drop files here, or press Ctrl+O.")
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
        painter.end()


def _item(text: str, role: int, value: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(value, role)
    flags = Qt.ItemFlag
    item.setFlags(
        flags.ItemIsEnabled
        | flags.ItemIsSelectable
        | flags.ItemIsEditable
        | flags.ItemIsDragEnabled
        | flags.ItemIsDropEnabled
    )
    return item
