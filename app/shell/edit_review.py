"""What is said before edits are saved: what is invalid, what the format cannot hold, what someone else has done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.language import tr
from layers.errors import HaitangError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from layers.changesets import WorkingCopy
    from layers.vector import VectorLayer


def losses_of(layer: VectorLayer, target: str) -> list[str]:
    """List what the format of a file cannot hold of a layer."""
    from layers.saving import losses
    from layers.sources.vector_writer import DRIVERS

    copy, driver = layer.copy_at_work, DRIVERS.get(Path(target).suffix.lower(), "")
    if copy is None:
        return []
    return [f"{tr(w.what, **w.fields)} {tr(w.remedy)}" for w in losses(copy.meta, driver)]


def ask_changed(parent: QWidget, layer: VectorLayer) -> str:
    """Ask about a file that someone else has changed: ``merge``, ``save-as``, ``overwrite``, or empty."""
    from app.shell.questions import Question

    source = layer.copy_at_work.source if layer.copy_at_work is not None else layer.source
    name = Path(source).name
    words = tr("Nothing was written. Features that only one side changed can be brought together in a GeoPackage.")
    made = Question(parent, tr("{name} was changed by someone else meanwhile.", name=name), words)
    made.add_button("Cancel", "")
    made.add_button("Write over it", "overwrite", role="danger")
    merges = name.lower().endswith(".gpkg")
    made.add_button("Save as…", "save-as", main=not merges)
    if merges:
        made.add_button("Bring together", "merge", main=True)
    return made.ask()


def note_save(desk: Desk, copy: WorkingCopy) -> None:
    """Write into the audit log which edits went into which file."""
    from app.core.audit import AuditLog

    person, source, chain = desk.settings.person, copy.source, copy.log.chain

    def heard(answer: object) -> None:
        if isinstance(answer, HaitangError):
            desk.notices.error(answer)

    desk.background(lambda: AuditLog().record("edits.save", source, f"chain {chain}", person), heard)
