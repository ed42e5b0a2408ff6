"""The form of one tool: fields, where the result goes, run, progress."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QProgressBar, QWidget

from app.core.jobs import ProcessJob
from app.core.language import N_, error_text, tr
from app.core.parameters import to_plain
from app.core.settings import home
from app.shell.job_panel import outputs
from app.widgets import controls, theme
from app.widgets.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.tools import Tool
    from app.shell.desk import Desk
    from app.widgets.map_fields import LayerChoice, Surroundings

SUFFIXES = {"raster": ".tif", "vector": ".gpkg", "mesh": ".nc", "series": ".csv", "table": ".csv"}
"""File type that a result gets where the user names none."""


def arguments_of(
    tool: Tool, values: dict[str, Any], out: str, vdatum: str = "", source_crs: str = "", tz: str = ""
) -> list[str]:
    """Give the command line that runs a tool with the values of its form.

    Parameters
    ----------
    vdatum, source_crs, tz : str
        What the user has said of layers whose files do not; empty = nothing.
    """
    words = ["run", tool.id]
    for name, value in values.items():
        flag = tool.parameter(name).flag
        many = value if isinstance(value, list | tuple) else [value]
        for one in many:
            plain = to_plain(one)
            words += [flag, str(plain).lower() if isinstance(plain, bool) else str(plain)]
    words += ["--out", out] if out else []
    for flag, said in (("--vdatum", vdatum), ("--source-crs", source_crs), ("--tz", tz)):
        words += [flag, said] if said else []
    return words


class ToolPage(QWidget):
    """One tool: its form, the file of its result, run and cancel."""

    left = Signal()

    def __init__(self, desk: Desk, tool: Tool, around: Surroundings, add_result: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self.tool, self._around, self._add_result = desk, tool, around, add_result
        self._job: ProcessJob | None = None
        self.form = Form(tool.parameters, around)
        self.form.changed.connect(self._propose)
        self.zone = QLineEdit()
        self.zone.setPlaceholderText("+08:00")
        self.out = QLineEdit()
        self._named = False
        self.out.textEdited.connect(self._on_out_edited)
        box = controls.column(0, 0)
        box.addLayout(self._head())
        box.addWidget(controls.rule())
        box.addWidget(controls.scroller(self._body()), 1)
        box.addWidget(controls.rule())
        box.addWidget(self._foot())
        self.setLayout(box)
        self.setProperty("help", tool.id.replace(".", "-"))

    def _head(self) -> Any:
        box = controls.row(0, 4)
        box.setContentsMargins(6, 6, 12, 6)
        box.addWidget(controls.IconButton("chevron-left", N_("Back to the list of tools"), self.left.emit))
        box.addWidget(controls.Elided(tr(self.tool.title), "heading"), 1)
        return box

    def _body(self) -> QWidget:
        body = controls.Surface()
        box = controls.column(12, 12)
        if self.tool.summary:
            words = QLabel(tr(self.tool.summary))
            words.setProperty("role", "muted")
            words.setWordWrap(True)
            box.addWidget(words)
        box.addWidget(self.form)
        box.addWidget(self._zone_line())
        if self.suffix:
            box.addWidget(controls.rule())
            box.addWidget(controls.Words("Save the result as", "section"))
            line = controls.row(0, 4)
            line.addWidget(self.out, 1)
            line.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))
            box.addLayout(line)
        box.addStretch(1)
        body.setLayout(box)
        return body

    def _zone_line(self) -> QWidget:
        self._zone_box = QWidget()
        box = controls.column(0, 4)
        box.addWidget(controls.Words("Time zone of the data", "section"))
        box.addWidget(self.zone)
        hint = "The times of the chosen data name no zone. Say which one their clock kept, such as +08:00."
        box.addWidget(controls.Words(N_(hint), "muted", wrap=True))
        self._zone_box.setLayout(box)
        self._zone_box.hide()
        return self._zone_box

    def _foot(self) -> QWidget:
        foot = QWidget()
        self._run = controls.Button("Run", "primary", "play", self.start)
        self._cancel = controls.Button("Cancel", call=self.cancel)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setProperty("role", "small")
        line = controls.row(0, 8)
        line.addWidget(self._run)
        line.addWidget(self._cancel)
        line.addStretch(1)
        box = controls.column(12, 8)
        box.addWidget(self._bar)
        box.addWidget(self._words)
        box.addLayout(line)
        foot.setLayout(box)
        for part in (self._bar, self._words, self._cancel):
            part.hide()
        return foot

    @property
    def suffix(self) -> str:
        """File type of the result; empty where the tool only reports. A tool of many kinds gives that of its source."""
        kinds = self.tool.returns.split("|")
        source = self.form.source_kind()
        return SUFFIXES.get(source if source in kinds else kinds[0], "")

    @property
    def is_running(self) -> bool:
        """Whether a run of this form is under way."""
        return self._job is not None

    def named_result(self) -> str:
        """Give the file that the user has named for the result; empty where the form proposes one."""
        return self.out.text().strip() if self._named else ""

    def name_result(self, path: str) -> None:
        """Take a file for the result as if the user had named it."""
        self.out.setText(path)
        self._named = True

    def refresh(self) -> None:
        """Offer the layers that are open now."""
        self.form.refresh()
        self._propose()

    def _propose(self) -> None:
        self._zone_box.setVisible(any(choice.unzoned for choice in self._chosen()))
        if self._named or not self.suffix:
            return
        base = self._desk.document.path
        folder = base.parent / "results" if base is not None else home() / "results"
        self.out.setText(str(free_name(folder, self.tool.id.replace(".", "_"), self.suffix)))
        self.out.setToolTip(self.out.text())

    def _on_out_edited(self, text: str) -> None:
        self._named = bool(text.strip())

    def _browse(self) -> None:
        path = QFileDialog.getSaveFileName(self, tr("Save the result as"), self.out.text())[0]
        if path:
            self.out.setText(path if Path(path).suffix else path + self.suffix)
            self._named = True

    # -- running ---------------------------------------------------------------------
    def start(self) -> None:
        """Check the form and run the tool in a child process."""
        if not self.form.check() or self._job is not None:
            return
        out = self.out.text().strip() if self.suffix else ""
        if out:
            Path(out).parent.mkdir(parents=True, exist_ok=True)
        zone = "" if self._zone_box.isHidden() else self.zone.text().strip()
        words = arguments_of(self.tool, self.form.values(), out, self._said("vdatum"), self._said("crs"), zone)
        job = ProcessJob(self.tool.title, words)
        job.changed.connect(self._on_changed)
        self._job = job
        self._show_running(running=True)
        self._desk.jobs.start(job, self._on_ended)

    def cancel(self) -> None:
        """Cancel the run."""
        if self._job is not None:
            self._job.cancel()

    def _said(self, fact: str) -> str:
        """Give the ``vdatum`` or ``crs`` that the user has set on a chosen layer whose file names none."""
        return next((value for choice in self._chosen() if (value := getattr(choice, fact))), "")

    def _chosen(self) -> list[LayerChoice]:
        """Give the layers that stand in the form."""
        words = [value for value in self.form.values().values() if isinstance(value, str)]
        return [c for c in self._around.layers(("raster", "vector", "mesh", "series")) if c.word in words]

    def _on_changed(self) -> None:
        self._desk.relay.later(self._show_progress)

    def _show_progress(self) -> None:
        job = self._job
        if job is None:
            return
        if job.share > 0:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(job.share * 1000))
        self._words.setText(tr(job.text) if job.text else tr("Running…"))

    def _show_running(self, *, running: bool) -> None:
        self._run.setEnabled(not running)
        self._cancel.setVisible(running)
        self._bar.setVisible(running)
        self._bar.setRange(0, 0)
        self._words.setVisible(True)
        theme.set_role(self._words, "small")
        self._words.setText(tr("Running…"))

    def _on_ended(self, job: ProcessJob) -> None:
        self._job = None
        self._show_running(running=False)
        if job.state == "done":
            self._on_done(job)
        elif job.state == "cancelled":
            self._words.setText(tr("Cancelled. Nothing was written."))
        else:
            self._on_failed(job)
        self._propose()

    def _on_done(self, job: ProcessJob) -> None:
        theme.set_role(self._words, "ok")
        self._words.setText(tr("Done in {seconds} s.", seconds=f"{job.seconds:.1f}"))
        for warning in job.answer.get("warnings", []):
            self._desk.notices.warning(tr(str(warning)))
        stats = job.answer.get("stats") or {}
        if stats and not outputs(job):
            lines = [f"{tr(str(name))}: {value}" for name, value in stats.items()]
            self._words.setText("\n".join(lines))
        for path in outputs(job):
            self._add_result(path)
        self._named = False

    def _on_failed(self, job: ProcessJob) -> None:
        theme.set_role(self._words, "error")
        if job.error is None:
            self._words.setText(tr("The tool ended without an answer."))
            return
        text = error_text(job.error)
        at_field = self.form.show_fault(job.error.where, text)
        self._words.setText(tr("Please correct the field marked red.") if at_field else text)


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Give a path in a folder that does not exist yet: ``stem.tif``, then ``stem-2.tif`` and so on."""
    path = folder / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{suffix}"
        number += 1
    return path
