"""Small parts used everywhere: words and buttons that follow the language, sections, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QStyleOptionComboBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.core.language import tr
from app.widgets import icons, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent


def alone(call: Callable[[], object]) -> Callable[..., None]:
    """Give a slot that calls without what the signal carries."""

    def slot(*_carried: object) -> None:
        call()

    return slot


class Words(QLabel):
    """A label that holds an English sentence and shows it in the current language.

    Parameters
    ----------
    text : str
        Key of the translation, with ``{fields}``.
    role : str
        Role of the style sheet: title, heading, section, muted, small, error …
    wrap : bool
        Whether long text takes several lines.
    """

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False, **fields: object) -> None:
        super().__init__()
        self._text, self._fields = text, fields
        self.setWordWrap(wrap)
        if role:
            self.setProperty("role", role)
        self.retranslate()

    def say(self, text: str, **fields: object) -> None:
        """Show another sentence."""
        self._text, self._fields = text, fields
        self.retranslate()

    def retranslate(self) -> None:
        """Show the sentence in the current language."""
        self.setText(tr(self._text, **self._fields) if self._text else "")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange and self._text:
            self.retranslate()
        super().changeEvent(event)


class Button(QPushButton):
    """A push button that follows the language; ``role`` is primary, link, flat, danger or empty."""

    def __init__(self, text: str, role: str = "", icon: str = "", call: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._text = text
        if role:
            self.setProperty("role", role)
        if icon:
            self.setIcon(icons.icon(icon, "on-accent" if role == "primary" else "icon"))
            self.setIconSize(QSize(16, 16))
        if role in {"link", "flat"}:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        if call is not None:
            self.clicked.connect(alone(call))
        self.retranslate()

    def say(self, text: str) -> None:
        """Show another sentence."""
        self._text = text
        self.retranslate()

    def retranslate(self) -> None:
        """Show the sentence in the current language."""
        self.setText(tr(self._text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class IconButton(QToolButton):
    """A button with a line icon and a translated tip; ``off`` is the icon while not checked."""

    def __init__(
        self,
        icon: str,
        tip: str,
        call: Callable[[], object] | None = None,
        *,
        size: int = 18,
        checkable: bool = False,
        token: str = "icon",
    ) -> None:
        super().__init__()
        self._tip, self._token = tip, token
        self.setIconSize(QSize(size, size))
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.set_icon(icon)
        if call is not None:
            self.clicked.connect(alone(call))
        self.retranslate()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self.setIcon(icons.icon(name, self._token))

    def say(self, tip: str) -> None:
        """Show another tip."""
        self._tip = tip
        self.retranslate()

    def retranslate(self) -> None:
        """Show the tip in the current language."""
        self.setToolTip(tr(self._tip))
        self.setAccessibleName(tr(self._tip))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class Elided(QLabel):
    """One line of text that ends in … where the room is short; the tip then shows all of it."""

    def __init__(self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._full, self._mode = text, mode
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fit()

    def setText(self, text: str) -> None:
        """Show another text."""
        self._full = text
        self._fit()

    def full_text(self) -> str:
        """Give the whole text."""
        return self._full

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Ask for the room of the whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Be content with a few characters."""
        return QSize(24, super().minimumSizeHint().height())

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(self.width(), 24))
        super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class Choice(QComboBox):
    """A list of choices whose chosen one ends in … where the room is short."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Cut the text to the room beside icon and arrow."""
        super().initStyleOption(option)
        shown: Any = option  # the fields of style options are missing in the stubs
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - 4
        room -= 0 if shown.currentIcon.isNull() else shown.iconSize.width() + 4
        shown.currentText = self.fontMetrics().elidedText(shown.currentText, Qt.TextElideMode.ElideRight, room)


class Surface(QWidget):
    """A plain widget that the style sheet paints; ``name`` is its object name."""

    def __init__(self, name: str = "surface") -> None:
        super().__init__()
        self.setObjectName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Let the style sheet paint the background."""
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)


class Section(QWidget):
    """A titled part of a panel that can be folded."""

    def __init__(self, title: str, body: QWidget, *, opened: bool = True) -> None:
        super().__init__()
        self._title = title
        self.body = body
        self._head = QPushButton()
        self._head.setProperty("role", "flat")
        self._head.setAutoDefault(False)
        self._head.setCheckable(True)
        self._head.setChecked(opened)
        self._head.toggled.connect(self._fold)
        box = column(0, 0)
        box.addWidget(self._head)
        box.addWidget(body)
        self.setLayout(box)
        self._fold(opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the title in the current language."""
        self._head.setText(tr(self._title))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _fold(self, opened: bool) -> None:
        self.body.setVisible(opened)
        self._head.setIcon(icons.icon("chevron-down" if opened else "chevron-right"))
        self._head.setIconSize(QSize(12, 12))


class Segments(QWidget):
    """A choice of a few, side by side; ``chosen`` tells the value.

    Parameters
    ----------
    choices : sequence of (value, title)
    plain : bool
        Whether titles are shown as they are, such as names of languages.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain
        box = row(0, 0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        self._titles = dict(choices)
        for number, (value, _title) in enumerate(choices):
            button = QPushButton()
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setAutoDefault(False)
            button.setProperty("end", number == len(choices) - 1)
            button.clicked.connect(lambda _=False, value=value: self.chosen.emit(value))
            if number == len(choices) - 1:
                button.setStyleSheet("border-right-width: 1px;")
            self._group.addButton(button)
            self._buttons[value] = button
            box.addWidget(button)
        box.addStretch(1)
        self.setLayout(box)
        self.retranslate()

    def choose(self, value: str) -> None:
        """Mark a choice without telling."""
        if value in self._buttons:
            self._buttons[value].setChecked(True)

    def show_only(self, values: Sequence[str]) -> None:
        """Offer only some of the choices."""
        for value, button in self._buttons.items():
            button.setVisible(value in values)

    def value(self) -> str:
        """Give the choice that is marked; empty where none is."""
        return next((value for value, button in self._buttons.items() if button.isChecked()), "")

    def retranslate(self) -> None:
        """Show the titles in the current language."""
        for value, button in self._buttons.items():
            button.setText(self._titles[value] if self._plain else tr(self._titles[value]))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def boxed(part: QWidget) -> QWidget:
    """Give a widget that holds a part and nothing else."""
    holder = QWidget()
    box = column(0, 0)
    box.addWidget(part)
    holder.setLayout(box)
    return holder


def roomy(field: QAbstractSpinBox) -> None:
    """Keep the number of a field off its edge; the style sheet's padding does not reach it."""
    line = field.lineEdit()
    if line is not None:
        line.setTextMargins(6, 0, 0, 0)


def tight(combo: QComboBox) -> QComboBox:
    """Let a list be narrower than its longest entry."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(4)
    combo.setMinimumWidth(72)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo


def column(margin: int = theme.GRID, spacing: int = theme.GRID) -> QVBoxLayout:
    """Give a vertical layout on the grid."""
    box = QVBoxLayout()
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(spacing)
    return box


def row(margin: int = 0, spacing: int = theme.GRID) -> QHBoxLayout:
    """Give a horizontal layout on the grid."""
    box = QHBoxLayout()
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(spacing)
    return box


def rule(*, vertical: bool = False) -> QFrame:
    """Give a hair line."""
    line = QFrame()
    line.setObjectName("rule-v" if vertical else "rule")
    return line


def scroller(body: QWidget) -> QScrollArea:
    """Put a widget into an area that scrolls up and down only."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(body)
    return area


def clear(box: QVBoxLayout | QHBoxLayout) -> None:
    """Remove and delete all that is in a layout."""
    while box.count():
        item = box.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
