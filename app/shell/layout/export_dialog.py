"""Export: where a page goes, how many pages there will be, and about how large; the work is a job of its own."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit, QSpinBox

from app.core.jobs import ProcessJob
from app.core.language import N_, error_text, tr
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.pages.model import Page
    from app.shell.desk import Desk


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
        self._files: list[Path] = []
        self.setWindowTitle(tr("Export the page"))
        self.setMinimumWidth(520)
        self.path = QLineEdit(str(self._proposal()))
        self.pages = QLineEdit()
        self.pages.setPlaceholderText(tr("all pages; or 1-3,7"))
        self.dpi = QSpinBox()
        self.dpi.setRange(72, 1200)
        self.dpi.setValue(page.dpi)
        controls.roomy(self.dpi)
        self.about = QLabel(tr("Counting the pages …"))
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self._build()
        self._estimate()

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
        if self._page.atlas is not None and self._page.atlas.layer:
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
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export the page"), self.path.text(), "PDF (*.pdf);;PNG (*.png);;SVG (*.svg)"
        )
        if path:
            self.path.setText(path)

    def _estimate(self) -> None:
        words = [*self._words(Path("estimate.pdf")), "--estimate"]
        self._estimating = ProcessJob(tr("Counting the pages …"), words)
        self._estimating.changed.connect(lambda: self._desk.relay.later(self._on_estimate))
        self._estimating.start()

    def _on_estimate(self) -> None:
        job = self._estimating
        if job is None or job.state in ("waiting", "running"):
            return
        if job.error is not None:
            self.about.setText(error_text(job.error))
        elif "pages" in job.answer:
            size = f"{job.answer['bytes'] / 1e6:.1f}"
            self.about.setText(tr("{pages} pages, about {size} MB", pages=job.answer["pages"], size=size))

    def _words(self, out: Path) -> list[str]:
        self._files.append(written(self._desk))
        return ["page", str(self._files[-1]), "--page", self._page_id, "--out", str(out)]

    def accept(self) -> None:
        """Start the export."""
        out = Path(self.path.text().strip()).expanduser()
        if out.suffix.lower() not in (".pdf", ".png", ".svg"):
            self.about.setText(tr("Give the file one of these suffixes: .pdf, .png, .svg."))
            return
        words = [*self._words(out), "--dpi", str(self.dpi.value())]
        if self.pages.text().strip():
            words += ["--pages", self.pages.text().strip()]
        title = tr("Export of {page}", page=self._page.name)
        self._desk.jobs.start(ProcessJob(title, words), self._ended)
        self._started()
        super().accept()

    def _ended(self, job: ProcessJob) -> None:
        for file in self._files:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        notices = self._desk.notices
        if job.state == "done":
            made = job.answer.get("outputs", [])
            notices.info(tr("{pages} pages written.", pages=job.answer.get("pages", 0)), made[0] if made else "")
        elif job.error is not None:
            notices.error(job.error)

    def done(self, result: int) -> None:
        """End the count with the dialog."""
        if self._estimating is not None:
            self._estimating.cancel()
        if not result:
            for file in self._files:
                with suppress(OSError):
                    file.unlink(missing_ok=True)
        super().done(result)


def written(desk: Desk) -> Path:
    """Write the document as it is now into a workspace of its own, for the process that exports it.

    The user's file is not touched; sources are written with their full paths.
    """
    from app.core import durable
    from app.core.workspace import FORMAT, VERSION

    folder = Path(tempfile.gettempdir()) / f"haitang-export-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex[:8]}.haitang"
    origin = str(desk.document.path or "")
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION, **desk.document.to_dict(), "origin": origin}
    durable.replace(path, [json.dumps(data, ensure_ascii=False).encode()])
    return path
