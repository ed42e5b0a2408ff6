"""Export: where a page goes, how many pages there will be, and about how large; the work is a job of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QSpinBox

from app.core.jobs import ProcessJob
from app.core.language import N_, error_text, reason, tr
from app.shell.questions import file_to_save, sure
from app.widgets import controls
from layers.errors import HaitangError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.pages.model import Page
    from app.core.snapshot import Snapshot
    from app.shell.desk import Desk

SUFFIXES = (".pdf", ".png", ".svg")


class ExportDialog(QDialog):
    """Asks for the file and the pages, and starts the export.

    Parameters
    ----------
    desk : Desk
    page_id : str
    page : Page
    started : callable
        Told when the job runs.
    """

    def __init__(self, parent: QWidget, desk: Desk, page_id: str, page: Page, started: Callable[[], object]) -> None:
        super().__init__(parent)
        self._desk, self._page_id, self._page, self._started = desk, page_id, page, started
        self._estimating: ProcessJob | None = None
        self._workspace: Path | None = None
        self._agreed: Path | None = None
        self._is_over = False
        self.setWindowTitle(tr("Export the page"))
        self.setMinimumWidth(520)
        self.path = QLineEdit(str(self._proposal()))
        self.pages = QLineEdit(self)
        self.pages.setVisible(page.atlas is not None and bool(page.atlas.layer))
        self.pages.setPlaceholderText(tr("all pages; or 1-3,7"))
        self.dpi = QSpinBox()
        self.dpi.setRange(72, 1200)
        self.dpi.setValue(page.dpi)
        controls.roomy(self.dpi)
        self.about = QLabel(tr("Counting the pages …"))
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self._build()
        self.go.setEnabled(False)
        snapshot, origin = desk.document.snapshot(), str(desk.document.path or "")
        desk.background(lambda: written(snapshot, origin), self._on_written)

    def _build(self) -> None:
        body = controls.Surface()
        box = controls.column(24, 10)
        box.addWidget(
            controls.Words(
                N_("PDF with vectors, fonts and its place on earth; PNG or SVG by the suffix."), "muted", wrap=True
            )
        )
        line = controls.row(0, 8)
        line.addWidget(self.path, 1)
        line.addWidget(controls.IconButton("folder", N_("Choose a file"), self._browse))
        box.addWidget(controls.Words(N_("File"), "small"))
        box.addLayout(line)
        if not self.pages.isHidden():
            box.addWidget(controls.Words(N_("Pages of the atlas"), "small"))
            box.addWidget(self.pages)
        box.addWidget(controls.Words(N_("Dots per inch of grids, meshes and pictures"), "small"))
        box.addWidget(self.dpi)
        box.addWidget(self.about)
        body.setLayout(box)
        foot = controls.row(0, 8)
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addStretch(1)
        foot.addWidget(controls.Button(N_("Cancel"), call=self.reject))
        self.go = controls.Button(N_("Export"), "primary", call=self.accept)
        self.go.setDefault(True)
        foot.addWidget(self.go)
        whole = controls.column(0, 0)
        whole.addWidget(body, 1)
        whole.addWidget(controls.rule())
        whole.addLayout(foot)
        self.setLayout(whole)

    def _proposal(self) -> Path:
        from app.views.sheet.export import file_name

        path = self._desk.document.path
        folder = path.parent if path is not None and path.parent.is_dir() else Path.home()
        return folder / f"{file_name(self._page.name) or 'page'}.pdf"

    def _browse(self) -> None:
        kinds = "PDF (*.pdf);;PNG (*.png);;SVG (*.svg)"
        path = file_to_save(self, tr("Export the page"), self.path.text(), kinds)
        if path:
            self.path.setText(path)
            self._agreed = Path(path)

    def _on_written(self, result: Path | HaitangError) -> None:
        """Count the pages of the workspace that was written; where it was not, say why."""
        self._workspace = None if isinstance(result, HaitangError) else result
        if self._is_over:
            self._clean()
            return
        if isinstance(result, HaitangError):
            self.about.setText(error_text(result))
            return
        self.go.setEnabled(True)
        words = [*self._words(Path("estimate.pdf")), "--estimate"]
        self._estimating = ProcessJob(tr("Counting the pages …"), words)
        self._estimating.changed.connect(lambda: self._desk.relay.later(self._on_estimate))
        self._estimating.start()

    def _on_estimate(self) -> None:
        job = self._estimating
        if job is None or self._is_over or job.state in ("waiting", "running"):
            return
        if job.error is not None:
            self.about.setText(error_text(job.error))
        elif "pages" in job.answer:
            size = f"{job.answer['bytes'] / 1e6:.1f}"
            self.about.setText(tr("{pages} pages, about {size} MB", pages=job.answer["pages"], size=size))

    def _words(self, out: Path) -> list[str]:
        return ["page", str(self._workspace), "--page", self._page_id, "--out", str(out)]

    def accept(self) -> None:
        """Start the export."""
        out = Path(self.path.text().strip()).expanduser()
        if out.suffix.lower() not in SUFFIXES:
            self.about.setText(tr("Give the file one of these suffixes: .pdf, .png, .svg."))
            return
        agreed = out == self._agreed or not out.exists()
        if not agreed and not sure(self, tr("Replace {name}?", name=out.name), str(out.parent), N_("Replace")):
            return
        words = [*self._words(out), "--dpi", str(self.dpi.value())]
        if self.pages.text().strip():
            words += ["--pages", self.pages.text().strip()]
        title = tr("Export of {page}", page=self._page.name)
        self._desk.jobs.start(ProcessJob(title, words), self._ended)
        self._started()
        super().accept()

    def _ended(self, job: ProcessJob) -> None:
        self._clean()
        notices = self._desk.notices
        if job.state == "done":
            made = job.answer.get("outputs", [])
            for warning in job.answer.get("warnings", ()):
                notices.warning(str(warning))
            notices.info(tr("{pages} pages written.", pages=job.answer.get("pages", 0)), made[0] if made else "")
        elif job.error is not None:
            notices.error(job.error)

    def _clean(self) -> None:
        if self._workspace is not None:
            shutil.rmtree(self._workspace.parent, ignore_errors=True)

    def done(self, result: int) -> None:
        """End the count with the dialog."""
        if self._estimating is not None:
            self._estimating.cancel()
        self._is_over = True
        if not result:
            self._clean()
        super().done(result)


def written(snapshot: Snapshot, origin: str) -> Path:
    """Write a document into a workspace in a folder of its own, for the process that exports it; in a thread.

    The user's file is not touched; sources are written with their full paths.

    Raises
    ------
    SourceUnavailable
        The folder for what is temporary cannot be written.
    """
    from app.core import durable
    from app.core.workspace import FORMAT, VERSION

    header: dict[str, Any] = {"format": FORMAT, "version": VERSION, "origin": origin}
    path = Path(tempfile.gettempdir())
    try:
        path = Path(tempfile.mkdtemp(prefix="haitang-export-")) / "export.haitang"
        durable.replace(path, snapshot.chunks(header))
    except OSError as error:
        if path.suffix:
            shutil.rmtree(path.parent, ignore_errors=True)
        raise SourceUnavailable(
            "The file cannot be written: {reason}",
            where=str(path),
            remedy="Choose another place, or close the program that has it open.",
            reason=reason(error),
        ) from error
    return path
