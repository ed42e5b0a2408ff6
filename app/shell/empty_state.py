"""What the map area shows while nothing is open: open, sample, recent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.core.language import N_, tr
from app.widgets import controls, icons, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

RECENT = 5
WIDTH = 560


class _Card(QPushButton):
    """A large button with an icon, a title and a line below."""

    def __init__(self, icon: str, title: str, words: str) -> None:
        super().__init__()
        self._title, self._words = title, words
        self.setProperty("role", "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        sign = QLabel()
        sign.setPixmap(icons.pixmap(icon, 28, "accent", self.devicePixelRatioF()))
        self._sign, self._icon = sign, icon
        self._head = controls.Words(title, "section")
        self._line = controls.Words(words, "small", wrap=True)
        for part in (sign, self._head, self._line):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        text = controls.column(0, 2)
        text.addWidget(self._head)
        text.addWidget(self._line)
        box = controls.row(0, 14)
        box.setContentsMargins(16, 12, 16, 12)
        box.addWidget(sign)
        box.addLayout(text, 1)
        self.setLayout(box)
        self.retranslate()

    def retranslate(self) -> None:
        """Give the words to those who cannot see the labels."""
        self.setAccessibleName(tr(self._title))
        self.setAccessibleDescription(tr(self._words))

    def sizeHint(self) -> QSize:
        """Ask for the room of the content."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow language and theme."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.PaletteChange:
            self._sign.setPixmap(icons.pixmap(self._icon, 28, "accent", self.devicePixelRatioF()))
        super().changeEvent(event)


class EmptyState(QWidget):
    """Invites to open something; stands where the map will be."""

    open_clicked = Signal()
    sample_clicked = Signal()
    recent_clicked = Signal(str)

    def __init__(self, recent: list[str], *, has_sample: bool) -> None:
        super().__init__()
        self.setObjectName("empty")
        self.setProperty("help", "index")
        self.setAcceptDrops(True)
        self._recent_box = controls.column(0, 0)
        self._recent_head = controls.Words("Recently opened", "section")
        box = QVBoxLayout()
        box.setContentsMargins(24, 24, 24, 24)
        box.addStretch(3)
        self._has_recent = False
        self._page_box = self._page(has_sample=has_sample)
        box.addWidget(self._page_box, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(4)
        self.setLayout(box)
        self.show_recent(recent)

    def _page(self, *, has_sample: bool) -> QWidget:
        page = QWidget()
        box = controls.column(0, 12)
        box.addLayout(self._head())
        box.addSpacing(8)
        opened = _Card("open", N_("Open data"), N_("Model results, rasters, features, time series or a workspace"))
        opened.clicked.connect(self.open_clicked)
        box.addWidget(opened)
        if has_sample:
            sample = _Card(
                "wave",
                N_("Open the sample workspace"),
                N_("A made-up polder at a tidal river mouth, with a computed flood"),
            )
            sample.clicked.connect(self.sample_clicked)
            box.addWidget(sample)
        hint = controls.Words("You can also drop files and folders anywhere in this window.", "muted", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(hint)
        frame = QFrame()
        frame.setObjectName("card")
        inner = controls.column(8, 0)
        head = controls.row(0, 0)
        head.setContentsMargins(8, 4, 8, 4)
        head.addWidget(self._recent_head)
        inner.addLayout(head)
        inner.addLayout(self._recent_box)
        frame.setLayout(inner)
        self._recent = frame
        box.addWidget(frame)
        page.setLayout(box)
        return page

    def _head(self) -> QVBoxLayout:
        box = controls.column(0, 4)
        sign = QLabel()
        sign.setPixmap(icons.brand(56, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title = controls.Words("Haitang Workbench", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        line = controls.Words("Water and sea in one map, on one clock", "muted")
        line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for part in (sign, title, line):
            box.addWidget(part)
        box.insertSpacing(1, 8)
        return box

    def show_recent(self, recent: list[str]) -> None:
        """Offer the files opened last."""
        controls.clear(self._recent_box)
        for path in recent[:RECENT]:
            line = QPushButton()
            line.setProperty("role", "flat")
            line.setCursor(Qt.CursorShape.PointingHandCursor)
            line.setIcon(icons.icon("wave" if path.endswith(".haitang") else "file", "text-muted"))
            name, folder = Path(path).name, str(Path(path).parent)
            shown = line.fontMetrics().elidedText(folder, Qt.TextElideMode.ElideMiddle, 280)
            line.setText(f"{name}    {shown}")
            line.setToolTip(path)
            line.clicked.connect(lambda _=False, path=path: self.recent_clicked.emit(path))
            self._recent_box.addWidget(line)
        self._has_recent = bool(recent)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Be content with little: the window must fit small screens."""
        return QSize(360, 280)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the recent files out where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._page_box.setFixedWidth(min(WIDTH, self.width() - 48))
        self._recent.setVisible(self._has_recent)
        needed = self._page_box.sizeHint().height() + 48
        if self._has_recent and needed > self.height():
            self._recent.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint quiet water below the invitation."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("map"))
        for number in range(3):
            self._paint_wave(painter, number)
        painter.end()

    def _paint_wave(self, painter: QPainter, number: int) -> None:
        width, height = float(self.width()), float(self.height())
        base = height * (0.80 + 0.075 * number)
        length = 260.0 + 70 * number
        path = QPainterPath(QPointF(-length, base))
        x = -length + 40 * number
        while x < width + length:
            path.cubicTo(
                QPointF(x + length * 0.25, base - 14),
                QPointF(x + length * 0.25, base - 14),
                QPointF(x + length * 0.5, base),
            )
            path.cubicTo(
                QPointF(x + length * 0.75, base + 14), QPointF(x + length * 0.75, base + 14), QPointF(x + length, base)
            )
            x += length
        path.lineTo(width + length, height + 20)
        path.lineTo(-length, height + 20)
        path.closeSubpath()
        colour = theme.colour("accent")
        fade = QLinearGradient(0, base - 20, 0, height)
        colour.setAlphaF(0.10 + 0.03 * number)
        fade.setColorAt(0, colour)
        colour.setAlphaF(0.03)
        fade.setColorAt(1, colour)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(fade)
        painter.drawPath(path)
