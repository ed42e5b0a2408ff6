"""Troubles: what cannot be read is told, stands grey in the tree, and can be led to another file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.commands import Group, SetField
from app.core.language import N_, tr
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from layers.layer import Layer
    from layers.sources.source import Description


class Troubles:
    """Follows readers and drawing, and says what became of a file.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        Where questions are asked.
    refresh : callable
        Shows the layers as they are now.
    """

    def __init__(self, desk: Desk, parent: QWidget, refresh: Callable[[], object]) -> None:
        self._desk, self._parent, self._refresh = desk, parent, refresh
        desk.pool.died.connect(self._on_reader_died)

    def on_drawn(self, layer_id: str, error: HaitangError | None) -> None:
        """Remember why a layer could not be drawn, None = it was; may be called in a worker."""
        self._desk.relay(lambda: self._note(layer_id, error))

    def _note(self, layer_id: str, error: HaitangError | None) -> None:
        if error is None:
            self._desk.unread.pop(layer_id, None)
        else:
            self._desk.unread[layer_id] = error
        self._refresh()

    def _on_reader_died(self, paths: list[str], spared: bool) -> None:
        """Say that files are read anew; one that is given up tells its own failure."""
        if not spared:
            return
        name = Path(paths[0]).name
        if len(paths) == 1:
            words = tr("The reader of this file ended and was started again; its layer is grey until it is read anew.")
        else:
            words = tr(
                "The reader of {count} files ended and was started again; their layers are grey until they are read "
                "anew.",
                count=len(paths),
            )
        self._desk.relay(lambda: self._desk.notices.warning(words, name if len(paths) == 1 else f"{name} …"))

    def remarks(self, layer_id: str = "") -> None:
        """Show all remarks on the file of a layer; of the one in focus where none is named."""
        layer = next((la for la in self._desk.document.layers if la.id == layer_id), self._desk.focus.layer)
        if layer is not None:
            self._desk.reading.add(layer.source, lambda answer: self._show_remarks(layer.source, answer))

    def _show_remarks(self, path: str, answer: Description | HaitangError) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            return
        from app.shell.opening import all_warnings
        from app.shell.remark_list import RemarkList

        dialog = RemarkList(self._parent, path, all_warnings(answer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def relink(self, layer_id: str = "") -> None:
        """Let the user say where the file of a layer is now; of the one in focus where none is named."""
        layer = next((la for la in self._desk.document.layers if la.id == layer_id), self._desk.focus.layer)
        if layer is None:
            return
        from app.shell import questions

        title = tr("Where is the file of {layer}?", layer=layer.name)
        chosen = questions.file_to_find(self._parent, title, str(Path(layer.source).parent))
        if chosen:
            self.lead(layer, chosen)

    def lead(self, layer: Layer, path: str) -> None:
        """Lead all layers of a layer's file to another file, as one act."""
        of_file: list[Any] = [la for la in self._desk.document.layers if la.source == layer.source]
        parts = tuple(SetField(f"layer:{la.id}", "source", la.source, path, la.name) for la in of_file)
        whole = Group(N_("Find a file again"), parts)
        self._desk.document.run(parts[0] if len(parts) == 1 else whole)
