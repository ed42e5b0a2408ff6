"""The time bar: play, step, rate, loop, jump to a moment."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QStackedWidget, QToolButton, QVBoxLayout

from app.core.language import N_, tr
from app.core.moments import has_zone, moment
from app.widgets import controls, icons, theme
from app.widgets.time_track import SECOND, TimeState, TimeTrack

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

RATES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
STEP = re.compile(r"^#\s*(\d+)$")
ELAPSED = re.compile(r"^T?\+?(\d+):(\d{1,2})(?::(\d{1,2}))?$", re.IGNORECASE)


def read_moment(text: str, state: TimeState) -> int:
    """Read what a person typed as a moment, ns UTC.

    Parameters
    ----------
    text : str
        ``2026-08-01 14:20`` (as moments are written), ISO 8601 with a zone where one is known, ``14:20`` (same
        day), ``#37`` (step number from 1), or hours ``26:05`` where no layer has a date.
    state : TimeState
        Gives local time, steps and day.

    Raises
    ------
    ValueError
        The text is none of these, or there is no such step.
    """
    word = text.strip()
    step = STEP.match(word)
    if step:
        index = int(step.group(1)) - 1
        if not 0 <= index < len(state.moments):
            raise ValueError(f"no moment: {text!r}")
        return int(state.moments[index])
    clock = ELAPSED.match(word)
    offset = state.local.shift
    if clock:
        seconds = int(clock.group(1)) * 3600 + int(clock.group(2)) * 60 + int(clock.group(3) or 0)
        if state.local.elapsed:
            return seconds * SECOND
        base = state.now if state.now is not None else state.start or 0
        day = (base + offset) // (86400 * SECOND) * 86400 * SECOND
        return day + seconds * SECOND - offset
    try:
        found = moment(word)
    except ValueError as error:
        raise ValueError(f"no moment: {text!r}") from error
    if found is None:
        raise ValueError(f"no moment: {text!r}")
    at = int(found.astype(np.int64))
    zoned = has_zone(word)
    if zoned and state.local.kind == "unzoned":
        raise ValueError(f"no moment: {text!r}")
    return at if zoned else at - offset


class _JumpField(QLineEdit):
    """The field of the moment asked for; escape leaves it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class TimeBar(controls.Surface):
    """Play, step, rate, loop and jump; knows nothing of the document."""

    moved = Signal(object)
    """int, ns UTC: go there."""
    stepped = Signal(int)
    played = Signal()
    """Play or pause was pressed."""
    rate_chosen = Signal(float)
    loop_chosen = Signal(bool)
    grabbed = Signal()
    released = Signal()

    def __init__(self) -> None:
        super().__init__("time-bar")
        self._state = TimeState()
        self._playing = False
        self.track = TimeTrack(self.text_of)
        self._build_buttons()
        self._build_moment()
        self._build_rate()
        self._arrange()
        self._connect()
        self.retranslate()
        self.show_state(TimeState(), playing=False, rate=4.0, loop=False)

    def _build_buttons(self) -> None:
        self._to_start = controls.IconButton("to-start", N_("Go to the first step"), lambda: self._to_end(first=True))
        self._back = controls.IconButton("step-back", N_("One step back"), lambda: self.stepped.emit(-1))
        self._play = QToolButton()
        self._play.setObjectName("play")
        self._play.setFixedSize(34, 34)
        self._play.setIconSize(QSize(18, 18))
        self._forward = controls.IconButton("step-forward", N_("One step forward"), lambda: self.stepped.emit(1))
        self._to_stop = controls.IconButton("to-end", N_("Go to the last step"), lambda: self._to_end(first=False))
        self._loop = controls.IconButton("loop", N_("Start again at the end"), checkable=True)

    def _build_moment(self) -> None:
        self._moment = QPushButton()
        self._moment.setProperty("role", "moment")
        self._moment.setCursor(Qt.CursorShape.PointingHandCursor)
        self._zone = QLabel()
        self._zone.setProperty("role", "small")
        self._zone.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._jump = _JumpField()
        self._jump.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._moment)
        self._stack.addWidget(self._jump)
        self._stack.setFixedHeight(30)

    def _build_rate(self) -> None:
        self._rate = QComboBox()
        self._rate.setProperty("role", "quiet")
        for rate in RATES:
            self._rate.addItem("", rate)

    def _arrange(self) -> None:
        moment_box = QVBoxLayout()
        moment_box.setContentsMargins(0, 0, 0, 0)
        moment_box.setSpacing(0)
        moment_box.addStretch(1)
        moment_box.addWidget(self._stack)
        moment_box.addWidget(self._zone)
        moment_box.addStretch(1)
        box = controls.row(0, 2)
        box.setContentsMargins(12, 0, 12, 0)
        for button in (self._to_start, self._back, self._play, self._forward, self._to_stop):
            box.addWidget(button)
        box.addSpacing(4)
        box.addWidget(self.track, 1)
        box.addSpacing(4)
        box.addLayout(moment_box)
        box.addSpacing(8)
        box.addWidget(self._rate)
        box.addWidget(self._loop)
        self.setLayout(box)
        self.setFixedHeight(64)

    def _connect(self) -> None:
        self.track.moved.connect(self.moved)
        self.track.stepped.connect(self.stepped)
        self.track.toggled.connect(self.played)
        self.track.grabbed.connect(self.grabbed)
        self.track.released.connect(self.released)
        self._play.clicked.connect(self.played)
        self._loop.clicked.connect(self.loop_chosen)
        self._rate.activated.connect(lambda index: self.rate_chosen.emit(float(self._rate.itemData(index))))
        self._moment.clicked.connect(self.ask_moment)
        self._jump.returnPressed.connect(self._accept_jump)
        self._jump.left.connect(self._leave_jump)
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self.played.emit, context=Qt.ShortcutContext.WidgetShortcut)

    # -- state -----------------------------------------------------------------------
    def show_state(self, state: TimeState, *, playing: bool, rate: float, loop: bool) -> None:
        """Show a state of the clock."""
        self._state, self._playing = state, playing
        self.track.show_state(state)
        has_time = state.start is not None
        many = len(state.moments) > 1
        for button in (self._to_start, self._back, self._forward, self._to_stop, self._play, self._loop, self._rate):
            button.setEnabled(has_time and many)
        self._moment.setEnabled(has_time)
        self._loop.setChecked(loop)
        near = min(range(len(RATES)), key=lambda i: abs(RATES[i] - rate))
        self._rate.setCurrentIndex(near)
        self._show_play()
        self._show_moment()

    def show_now(self, now: int | None) -> None:
        """Show another moment and nothing else; cheap, for playing."""
        self._state = replace(self._state, now=now)
        self.track.show_state(self._state)
        self._show_moment()

    def text_of(self, at: int) -> str:
        """Write a moment for people, with its zone."""
        return self._state.local.text(np.datetime64(at, "ns"))

    def _zone_text(self) -> str:
        return tr("since the start of the run") if self._state.local.elapsed else self._state.local.zone()

    def _show_play(self) -> None:
        self._play.setIcon(icons.icon("pause" if self._playing else "play", "on-accent", on="on-accent"))
        self._play.setToolTip(tr("Pause") if self._playing else tr("Play"))
        self._play.setAccessibleName(self._play.toolTip())

    def _show_moment(self) -> None:
        state = self._state
        if state.now is None:
            self._moment.setText("—")
            self._zone.setText(tr("No layer with time"))
        else:
            self._moment.setText(state.local.clock(np.datetime64(state.now, "ns")))
            self._zone.setText(f"{self._zone_text()} · {self._step_text()}")
        width = self._moment.fontMetrics().horizontalAdvance(self._moment.text()) + 28
        self._stack.setMinimumWidth(max(width, 168, self._stack.minimumWidth()))

    def _step_text(self) -> str:
        steps, now = self._state.moments, self._state.now
        if not len(steps) or now is None:
            return ""
        index = int(np.searchsorted(steps, now + 1_000_000, side="right"))
        return f"{max(index, 1)}/{len(steps)}"

    # -- acts ------------------------------------------------------------------------
    def ask_moment(self) -> None:
        """Let the user type a moment."""
        if self._state.now is None:
            return
        self._jump.setText(self._moment.text())
        theme.set_role(self._jump, "", "state")
        self._stack.setCurrentWidget(self._jump)
        self._jump.selectAll()
        self._jump.setFocus(Qt.FocusReason.OtherFocusReason)

    def _accept_jump(self) -> None:
        try:
            at = read_moment(self._jump.text(), self._state)
        except ValueError:
            theme.set_role(self._jump, "error", "state")
            self._jump.setToolTip(tr("Write a moment like 2026-08-01 14:20, a time like 14:20, or a step like #37."))
            return
        self._leave_jump()
        self.moved.emit(at)

    def _leave_jump(self) -> None:
        self._stack.setCurrentWidget(self._moment)
        self.track.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_end(self, *, first: bool) -> None:
        if len(self._state.moments):
            self.moved.emit(int(self._state.moments[0 if first else -1]))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Show all words in the current language."""
        for index, rate in enumerate(RATES):
            self._rate.setItemText(index, tr("{rate} steps/s", rate=f"{rate:g}"))
        self._rate.setToolTip(tr("Speed of playing, steps per second"))
        self._moment.setToolTip(tr("Jump to a moment"))
        self._jump.setToolTip(tr("Write a moment like 2026-08-01 14:20, a time like 14:20, or a step like #37."))
        self._show_play()
        self._show_moment()
