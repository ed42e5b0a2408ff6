"""Toasts: notices on screen that never take the focus and keep to a corner of the map."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QLabel, QPushButton, QVBoxLayout, QWidget

from app.core.language import N_
from app.widgets import controls, icons, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QEnterEvent

    Acts = Sequence[tuple[str, Callable[[], object]]]

WIDTH, WIDEST, NARROWEST = 300, 420, 200
"""Width of a toast, px: the usual one, that over a wide map, and what it keeps where there is little room."""
SHARE = 0.3
"""Share of a wide map that a toast takes."""
SIDE, FOOT = 272, 96
"""Room that the toasts leave free at the left (the legend) and at the foot (scale bar, credits), px."""
EDGES = 70
"""Width of sign, button and margins, px."""
LIMIT = 3
LINES = 8
"""Lines of words that an open toast shows at most; all of them under the pointer."""
STAY_MS = {"info": 4_000, "warning": 8_000, "error": 12_000}
"""How long a toast stays open; an error is then folded to one line, the others go."""
SIGNS = {"info": ("info", "accent"), "warning": ("warning", "warning"), "error": ("error", "error")}


class Toast(QFrame):
    """One notice with its acts, which are always seen: one line of words when folded, all of them when new."""

    changed = Signal()

    def __init__(self, severity: str, text: str, where: str, acts: Acts) -> None:
        super().__init__()
        self.setObjectName("toast")
        self.setProperty("severity", severity)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName(text)
        self.text = text
        file = PurePath(where.replace("\\", "/")).name if "." in where and "\n" not in where else ""
        self._words_shown = f"{file} — {text}" if file and file not in text else text
        self._severity = severity
        self._folded = self._read = False
        sign = QLabel()
        name, token = SIGNS[severity]
        sign.setPixmap(icons.pixmap(name, 16, token, self.devicePixelRatioF()))
        close = controls.IconButton("close", N_("Close this notice"), self.dismiss, size=12)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setFixedSize(20, 20)
        box = controls.row(0, 8)
        box.setContentsMargins(8, 6, 6, 6)
        box.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(self._words(where, acts), 1)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(box)
        self._timer = QTimer(self, singleShot=True, interval=STAY_MS[severity])
        self._timer.timeout.connect(self._on_time)
        self._timer.start()
        self._shade()

    def _words(self, where: str, acts: Acts) -> QVBoxLayout:
        box = controls.column(0, 2)
        self._label = QLabel()
        self._label.setObjectName("words")
        box.addWidget(self._label)
        self._more: list[QWidget] = []
        if where and where not in self.text:
            self._more.append(controls.Elided(where, "small", Qt.TextElideMode.ElideMiddle))
            box.addWidget(self._more[-1])
        self._links = QWidget(self)
        self._buttons = [self._link(title, call) for title, call in acts]
        line = controls.row(0, 12)
        for button in self._buttons:
            line.addWidget(button)
        line.addStretch(1)
        self._links.setLayout(line)
        box.addWidget(self._links)
        return box

    def _link(self, title: str, call: Callable[[], object]) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda _=False: (self.dismiss(), call()))
        return button

    def _shade(self) -> None:
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(16)
        shadow.setOffset(0, 2)
        shadow.setColor(QColor(0, 0, 0, 50))
        self.setGraphicsEffect(shadow)

    @property
    def is_folded(self) -> bool:
        """Whether one line is shown."""
        return self._folded and not self._read

    def fold(self) -> None:
        """Show one line until the pointer is here."""
        self._folded = True

    def fit(self, width: int) -> int:
        """Lay the words out in a width, px; gives the height."""
        self.setFixedWidth(width)
        for part in self._more:
            part.setVisible(self._read)
        self._links.setVisible(bool(self._buttons))
        self._label.ensurePolished()
        lines = 99 if self._read else 1 if self._folded else LINES
        shown = first_lines(self._words_shown, self._label.fontMetrics(), width - EDGES, lines)
        self._label.setText(shown)
        height = self._label.fontMetrics().lineSpacing() * (shown.count("\n") + 1) + 2
        self._label.setFixedHeight(height)
        if self._read:
            height += sum(part.sizeHint().height() + 2 for part in self._more)
        height += max((button.sizeHint().height() + 2 for button in self._buttons), default=0)
        return height + 12

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show all of it, and stay while someone reads."""
        self._timer.stop()
        self._show_all(read=True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Count anew."""
        self._timer.start()
        self._show_all(read=False)
        super().leaveEvent(event)

    def _show_all(self, *, read: bool) -> None:
        self._read = read
        self.changed.emit()

    def _on_time(self) -> None:
        if self._severity == "error":
            self.fold()
            self.changed.emit()
        else:
            self.dismiss()

    def dismiss(self) -> None:
        """Go away."""
        self._timer.stop()
        self.hide()
        self.deleteLater()


def first_lines(text: str, metrics: QFontMetrics, width: float, count: int) -> str:
    """Break a text into at most so many lines of a width, px; the last one ends in … where there is more."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    laid = QTextLayout(text.replace("\n", " "))
    laid.setTextOption(option)
    laid.beginLayout()
    found: list[str] = []
    line = laid.createLine()
    while line.isValid():
        line.setLineWidth(width)
        start = line.textStart()
        if len(found) == count - 1:
            found.append(metrics.elidedText(laid.text()[start:].strip(), Qt.TextElideMode.ElideRight, int(width)))
            break
        found.append(laid.text()[start : start + line.textLength()].strip())
        line = laid.createLine()
    laid.endLayout()
    return "\n".join(found)


class Toaster(QObject):
    """Stacks toasts at the right side of a widget, above its foot; only the newest is open.

    Parameters
    ----------
    over : QWidget
        The widget they float over.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._toasts: list[Toast] = []
        over.installEventFilter(self)

    def show(self, severity: str, text: str, where: str = "", acts: Acts = ()) -> Toast:
        """Show a notice; a notice that is on screen already is not shown twice."""
        same = next((t for t in self._toasts if t.text == text), None)
        if same is not None:
            return same
        for older in self._toasts:
            older.fold()
        toast = Toast(severity, text, where, acts)
        toast.setParent(self._over)
        toast.installEventFilter(self)
        toast.changed.connect(self.arrange)
        self._toasts.append(toast)
        while len(self._toasts) > LIMIT:
            self._toasts.pop(0).dismiss()
        self.arrange()
        toast.show()
        toast.raise_()
        return toast

    def toasts(self) -> list[Toast]:
        """List the toasts on screen, oldest first."""
        return list(self._toasts)

    def arrange(self) -> None:
        """Stack the toasts, newest lowest, beside the legend and above scale bar and credits."""
        gap = 2 * theme.GRID
        usual = min(max(round(self._over.width() * SHARE), WIDTH), WIDEST)
        width = min(max(self._over.width() - SIDE - gap, NARROWEST), usual)
        bottom = self._over.height() - FOOT
        for toast in reversed(self._toasts):
            height = toast.fit(width)
            toast.resize(width, height)
            toast.move(self._over.width() - width - gap, bottom - height)
            bottom -= height + theme.GRID // 2

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the widget below; close ranks when a toast goes."""
        kind = event.type()
        if watched is self._over and kind == QEvent.Type.Resize:
            self.arrange()
        elif isinstance(watched, Toast) and kind == QEvent.Type.Hide:
            self._toasts = [t for t in self._toasts if t is not watched]
            self.arrange()
        return False
