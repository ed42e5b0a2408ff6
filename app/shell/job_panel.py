"""The job panel: what runs, how far it is, and a cancel that acts at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from app.core.language import N_, error_text, tr
from app.widgets import controls, icons, theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.jobs import ProcessJob
    from app.shell.desk import Desk

STATES = {
    "waiting": N_("waiting"), "running": N_("running"), "done": N_("done"), "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}  # fmt: skip
SIGNS = {"done": ("ok", "ok"), "failed": ("error", "error"), "cancelled": ("stop", "text-faint")}


class _JobCard(QFrame):
    """One job: title, progress, what it says, cancel; when done its result."""

    def __init__(self, job: ProcessJob, add_result: Callable[[str], object]) -> None:
        super().__init__()
        self.job = job
        self.setObjectName("card")
        self._add_result = add_result
        self._sign = QLabel()
        self._title = controls.Elided("", "section")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._words = QLabel()
        self._words.setProperty("role", "small")
        self._words.setWordWrap(True)
        self._cancel = controls.IconButton("close", N_("Cancel this job"), job.cancel, size=14)
        self._open = controls.Button("Add the result to the map", "link", call=self._on_open)
        head = controls.row(0, 8)
        head.addWidget(self._sign)
        head.addWidget(self._title, 1)
        head.addWidget(self._cancel)
        box = controls.column(12, 6)
        box.addLayout(head)
        box.addWidget(self._bar)
        box.addWidget(self._words)
        box.addWidget(self._open)
        self.setLayout(box)
        self.refresh()

    def refresh(self) -> None:
        """Show the state as it is now."""
        job = self.job
        running = job.state in ("waiting", "running")
        self._title.setText(tr(job.title, **job.fields))
        name, token = SIGNS.get(job.state, ("jobs", "accent"))
        self._sign.setPixmap(icons.pixmap(name, 18, token, self.devicePixelRatioF()))
        self._bar.setVisible(running)
        self._cancel.setVisible(running)
        if job.share > 0:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(job.share * 1000))
        else:
            self._bar.setRange(0, 0 if running else 1000)
        self._words.setText(self._text())
        theme.set_role(self._words, "error" if job.state == "failed" else "small")
        self._open.setVisible(job.state == "done" and bool(outputs(job)))

    def _text(self) -> str:
        job = self.job
        if job.state == "failed" and job.error is not None:
            return error_text(job.error)
        seconds = time.monotonic() - job.started if job.state == "running" else job.seconds
        parts = [tr(STATES[job.state]), tr("{seconds} s", seconds=f"{seconds:.1f}")]
        if job.state == "running":
            parts[0] = f"{job.share:.0%}" if job.share else parts[0]
            parts += [tr(job.text)] if job.text else []
        if job.state == "done":
            parts += [Path(path).name for path in outputs(job)]
        return " · ".join(parts)

    def _on_open(self) -> None:
        for path in outputs(self.job):
            self._add_result(path)


def outputs(job: ProcessJob) -> list[str]:
    """List the files that a job has made."""
    return [str(out["path"] if isinstance(out, dict) else out) for out in job.answer.get("outputs", [])]


class JobPanel(QWidget):
    """Lists the jobs of this run, newest first.

    Parameters
    ----------
    desk : Desk
    add_result : callable
        Takes a path and opens it on the map.
    """

    def __init__(self, desk: Desk, add_result: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self._add_result = desk, add_result
        self._cards: list[_JobCard] = []
        self._nothing = controls.Words(
            "No jobs yet. Tools that run appear here with their progress.", "muted", wrap=True
        )
        self._nothing.setContentsMargins(24, 24, 24, 24)
        self._box = controls.column(12, 8)
        self._box.addWidget(self._nothing)
        self._box.addStretch(1)
        body = controls.Surface()
        body.setLayout(self._box)
        whole = controls.column(0, 0)
        whole.addWidget(controls.scroller(body))
        self.setLayout(whole)
        self.setProperty("help", "jobs")
        self._timer = QTimer(self, interval=200)
        self._timer.timeout.connect(self._tick)
        desk.jobs.changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: Any) -> None:
        """Show the jobs as they are now."""
        known = {id(card.job): card for card in self._cards}
        self._cards = []
        for number, job in enumerate(self._desk.jobs.all):
            card = known.pop(id(job), None)
            if card is None:
                card = _JobCard(job, self._add_result)
                self._box.insertWidget(number, card)
            self._cards.append(card)
            card.refresh()
        for gone in known.values():
            gone.hide()
            gone.deleteLater()
        self._nothing.setVisible(not self._cards)
        if self._desk.jobs.running():
            self._timer.start()

    def _tick(self) -> None:
        for card in self._cards:
            card.refresh()
        if not self._desk.jobs.running():
            self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._tick()
        super().changeEvent(event)
