"""Stations in the chart: a layer of stations without places shows them when it is chosen; a list chooses among many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QToolButton, QWidget

from app.core.language import N_, tr
from app.views.wording import quantity_text
from app.widgets import controls, icons
from layers.series import SeriesLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.shell.desk import Desk
    from app.shell.docks import Docks
    from layers.layer import Layer

MOST_LINES = 8
"""Lines that a chart holds."""
SHOWN = 9
ROW = 26
"""Rows of the list seen at once, and the height of one, px."""


def has_places(layer: SeriesLayer) -> bool:
    """Tell whether a click on the map can find a station of a layer."""
    from app.views.map2d.stations import places_of

    return any(x == x and y == y for x, y in places_of(layer.description).xy)


@dataclass(frozen=True, slots=True)
class Choice:
    """One series that a layer offers: its name, its station, and its variable where stations are not what differs."""

    name: str
    station: int
    variable: str = ""

    @property
    def key(self) -> tuple[int, str]:
        """What the chart is asked for."""
        return self.station, self.variable


def choices_of(layer: SeriesLayer) -> list[Choice]:
    """Give the series of a layer: one a station, or one a variable where there is but one station."""
    from app.views.map2d.stations import places_of

    d = layer.description
    named = places_of(d).names
    count = max(d.counts.get("stations", len(named)) if d is not None else 0, 1)
    moving = [v for v in d.variables if v.steps > 1] if d is not None else []
    if count == 1 and len(moving) > 1:
        return [Choice(quantity_text(v), 0, v.name) for v in moving]
    return [Choice((named[n] if n < len(named) else "") or str(n + 1), n) for n in range(count)]


class StationList(QFrame):
    """A small list over the window: what is ticked is in the chart."""

    ticked = Signal(list)

    def __init__(self, parent: QWidget, names: Sequence[str], chosen: Sequence[int]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a series"))
        self.search.setClearButtonEnabled(True)
        self.search.setVisible(len(names) > SHOWN)
        self.search.textChanged.connect(self._filter)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        for number, name in enumerate(names):
            item = QListWidgetItem(name, self.list)
            item.setData(Qt.ItemDataRole.UserRole, number)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if number in chosen else Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(200, ROW))
        self.list.itemChanged.connect(self._on_ticked)
        self.list.itemActivated.connect(_turn)
        self.words = QLabel(tr("At most {count} series are shown at once.", count=MOST_LINES))
        self.words.setProperty("role", "small")
        self.words.setVisible(len(names) > MOST_LINES)
        box = controls.column(8, 6)
        box.addWidget(self.search)
        box.addWidget(self.list)
        box.addWidget(self.words)
        self.setLayout(box)
        self.list.setFixedHeight(min(len(names), SHOWN) * ROW + 4)
        self.setFixedWidth(280)

    def chosen(self) -> list[int]:
        """Give the numbers of the lines ticked."""
        items = (self.list.item(n) for n in range(self.list.count()))
        return [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked]

    def _filter(self, text: str) -> None:
        for n in range(self.list.count()):
            item = self.list.item(n)
            item.setHidden(text.strip().lower() not in item.text().lower())

    def _on_ticked(self, item: QListWidgetItem) -> None:
        """Tell what is ticked; one tick too many is taken back."""
        if len(self.chosen()) > MOST_LINES:
            item.setCheckState(Qt.CheckState.Unchecked)
            return
        self.ticked.emit(self.chosen())


def _turn(item: QListWidgetItem) -> None:
    ticked = item.checkState() == Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)


class StationLinks(QObject):
    """Shows the stations of the layer in focus in the chart, and a button over the chart to choose among them.

    Parameters
    ----------
    desk : Desk
    docks : Docks
    parent : QObject
    """

    def __init__(self, desk: Desk, docks: Docks, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._dock = desk, docks["chart"]
        self.button: QToolButton | None = None
        self._chosen: dict[str, list[tuple[int, str]]] = {}
        self._shown = ""
        desk.focus.layer_changed.connect(self.refresh)
        desk.reading.opened.connect(self._on_opened)
        self._dock.visibilityChanged.connect(lambda _: self.refresh())

    def layer(self) -> SeriesLayer | None:
        """Give the layer of stations in focus, once it is open."""
        layer = self._desk.focus.layer
        is_open = isinstance(layer, SeriesLayer) and layer.description is not None
        return layer if is_open and isinstance(layer, SeriesLayer) else None

    def refresh(self, *_: object) -> None:
        """Bring button and chart in line with the layer in focus."""
        layer = self.layer()
        self._place_button(layer)
        if layer is None:
            self._shown = ""
        elif self._dock.isVisible() and layer.id != self._shown and not has_places(layer):
            offered = [choice.key for choice in choices_of(layer)]
            self.plot(layer, self._chosen.get(layer.id) or offered[:MOST_LINES])

    def plot(self, layer: SeriesLayer, chosen: list[tuple[int, str]]) -> None:
        """Show series of a layer in the chart."""
        self._chosen[layer.id], self._shown = chosen, layer.id
        chart: Any = self._dock.fill()
        chart.show_series(layer, chosen)

    def open_list(self) -> StationList | None:
        """Open the list of the stations of the layer in focus."""
        layer = self.layer()
        if layer is None or self.button is None:
            return None
        offered = choices_of(layer)
        before = self._chosen.get(layer.id, [])
        ticked = [n for n, choice in enumerate(offered) if choice.key in before]
        made = StationList(self.button, [choice.name for choice in offered], ticked)
        made.ticked.connect(lambda numbers: self.plot(layer, [offered[n].key for n in numbers]))
        made.adjustSize()
        corner = self.button.mapToGlobal(QPoint(self.button.width() - made.width(), self.button.height() + 2))
        made.move(corner)
        made.show()
        return made

    def _on_opened(self, layer: Layer) -> None:
        if layer is self._desk.focus.layer:
            self._desk.relay.later(self._show_opened)

    def _show_opened(self) -> None:
        """Show a layer just opened, unless the chart shows the places that the user has clicked."""
        chart: Any = self._dock.content
        layer = self.layer()
        if layer is not None and chart is not None and chart.places:
            self._shown = layer.id
        self.refresh()

    def _place_button(self, layer: SeriesLayer | None) -> None:
        chart: Any = self._dock.content
        offered = choices_of(layer) if layer is not None else []
        many = len(offered) > 1
        if chart is None or (not many and self.button is None):
            return
        if self.button is None:
            self.button = QToolButton(chart)
            self.button.setObjectName("stations")
            self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.button.setIcon(icons.icon("series"))
            self.button.setIconSize(QSize(14, 14))
            self.button.clicked.connect(lambda _=False: self.open_list())
            chart.installEventFilter(self)
        if many:
            words = N_("{count} series") if offered[0].variable else N_("{count} stations")
            self.button.setText(tr(words, count=len(offered)))
            self.button.setToolTip(tr("Choose the series shown in the chart"))
            self.button.adjustSize()
        self.button.setVisible(many)
        chart.set_spare(self.button.width() if many else 0.0)
        self._move_button()

    def _move_button(self) -> None:
        chart = self._dock.content
        if self.button is not None and chart is not None:
            self.button.move(chart.width() - self.button.width() - 8, 4)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the button in its corner and in the language on screen."""
        if event.type() == QEvent.Type.Resize:
            self._move_button()
        elif event.type() == QEvent.Type.LanguageChange:
            self._place_button(self.layer())
        return False
