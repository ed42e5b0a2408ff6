"""Steps of the tour: pictures that the command line makes, without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app.core.jobs import ProcessJob
from app.core.language import N_
from app.shell.file_acts import sample_path
from app.shell.tour import inspection
from app.shell.tour.album import Shot
from app.shell.tour.working import finished

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide

SHEETS = (
    ("map", "zh", "light", (1600, 1000)),
    ("map", "en", "dark", (1600, 1000)),
    ("chart", "zh", "light", (1600, 800)),
    ("chart", "en", "dark", (1600, 800)),
)


def command_line(guide: Guide) -> None:
    """The same map and chart from ``haitang shot``, for a script at night."""
    path = sample_path()
    for view, name, look, (width, height) in SHEETS:
        file = f"{guide.step}-{view}-{name}-{look}.png"
        out = guide.folder / file
        words = ["shot", str(path), "--out", str(out), "--view", view, "--lang", name, "--theme", look]
        job = finished(
            guide,
            ProcessJob(N_("Picture from the command line"), [*words, "--size", f"{width}x{height}", "--time", "21"]),
        )
        image = QImage(str(out))
        guide.check(
            N_("haitang shot --view {view} --lang {language}: {width} by {height} px in {seconds} s."),
            (image.width(), image.height()) == (width, height) and not inspection.is_blank(image),
            view=view,
            language=name,
            width=image.width(),
            height=image.height(),
            seconds=f"{job.seconds:.1f}",
        )
        guide.shots.append(Shot(file, view, name, look, (width, height)))
