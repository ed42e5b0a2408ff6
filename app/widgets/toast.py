"""Toasts: notices on screen that never take the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QLabel, QPushButton, QVBoxLayout, QWidget

from app.core.language import N_
from app.widgets import controls, icons, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QEnterEvent

WIDTH = 360
LIMIT = 3
STAY_MS = {"info": 5_000, "warning": 12_000, "error": 0}
"""How long a toast stays; 0 = until the user closes it."""
SIGNS = {"info": ("info", "accent"), "warning": ("warning", "warning"), "error": ("error", "error")}


class Toast(QFrame):
    """One notice with its actions."""

    def __init__(self, severity: str, text: str, where: str, acts: Sequence[tuple[str, Callable[[], object]]]) -> None:
        super().__init__()
        self.setObjectName("toast")
        self.setProperty("severity", severity)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(text)
        sign = QLabel()
        name, token = SIGNS[severity]
        sign.setPixmap(icons.pixmap(name, 20, token, self.devicePixelRatioF()))
        close = controls.IconButton("close", N_("Close this notice"), self.dismiss, size=14)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box = controls.row(0, 10)
        box.setContentsMargins(12, 10, 8, 10)
        box.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(self._words(text, where, acts), 1)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(box)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._stay = STAY_MS[severity]
        self._restart()
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(QColor(0, 0, 0, 60))
        self.setGraphicsEffect(shadow)

    def _words(self, text: str, where: str, acts: Sequence[tuple[str, Callable[[], object]]]) -> QVBoxLayout:
        box = controls.column(0, 4)
        words = QLabel(text)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.addWidget(words)
        if where and where not in text:
            place = controls.Elided(where, "small", Qt.TextElideMode.ElideMiddle)
            box.addWidget(place)
        if acts:
            line = controls.row(0, 12)
            for title, call in acts:
                button = QPushButton(title)
                button.setProperty("role", "link")
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.setCursor(Qt.CursorShape.PointingHandCursor)
                button.clicked.connect(lambda _=False, call=call: (self.dismiss(), call()))
                line.addWidget(button)
            line.addStretch(1)
            box.addLayout(line)
        return box

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while someone reads."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Count anew."""
        self._restart()
        super().leaveEvent(event)

    def _restart(self) -> None:
        if self._stay:
            self._timer.start(self._stay)

    def dismiss(self) -> None:
        """Go away."""
        self._timer.stop()
        self.hide()
        self.deleteLater()


class Toaster(QObject):
    """Stacks toasts in the lower right corner of a widget.

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

    def show(
        self, severity: str, text: str, where: str = "", acts: Sequence[tuple[str, Callable[[], object]]] = ()
    ) -> Toast:
        """Show a notice; a notice that is on screen already is not shown twice."""
        same = next((t for t in self._toasts if t.accessibleName() == text), None)
        if same is not None:
            return same
        toast = Toast(severity, text, where, acts)
        toast.setParent(self._over)
        toast.installEventFilter(self)
        self._toasts.append(toast)
        while len(self._toasts) > LIMIT:
            self._toasts.pop(0).dismiss()
        toast.show()
        toast.raise_()
        self.arrange()
        return toast

    def toasts(self) -> list[Toast]:
        """List the toasts on screen, oldest first."""
        return list(self._toasts)

    def arrange(self) -> None:
        """Put the toasts into the corner, newest lowest."""
        bottom = self._over.height() - 2 * theme.GRID
        for toast in reversed(self._toasts):
            toast.adjustSize()
            height = toast.heightForWidth(WIDTH) if toast.hasHeightForWidth() else toast.sizeHint().height()
            toast.resize(WIDTH, height)
            toast.move(self._over.width() - WIDTH - 2 * theme.GRID, bottom - height)
            bottom -= height + theme.GRID

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the widget below; close ranks when a toast goes."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.arrange()
        elif event.type() == QEvent.Type.Hide and isinstance(watched, Toast):
            self._toasts = [t for t in self._toasts if t is not watched]
            self.arrange()
        return False
