"""Acts on styles: copied to other layers in one step, read from and written to files of other programs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.commands import Command, Group, SetField, plain
from app.core.language import N_, error_text, reason, tr
from layers.errors import HaitangError, SourceUnavailable
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from layers.layer import Layer

MOST_TOLD = 6
"""Parts without a counterpart that a notice names."""


class Styles:
    """What the menu Layer does with styles.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        Where questions are asked.
    chosen : callable
        Gives the chosen layers.
    """

    def __init__(self, desk: Desk, parent: QWidget, chosen: Callable[[], list[Layer]]) -> None:
        self._desk, self._parent, self._chosen = desk, parent, chosen
        self._held: tuple[str, str, Any] | None = None

    def copy(self) -> None:
        """Keep the style of the layer in focus for other layers."""
        layer: Any = self._desk.focus.layer
        if layer is not None and getattr(layer, "style", None) is not None:
            self._held = (layer.kind, layer.name, layer.style)
            self._desk.notices.info(tr("The style of {layer} is copied; paste it onto other layers.", layer=layer.name))

    def paste(self) -> None:
        """Give the kept style to all chosen layers of its kind, as one act."""
        if self._held is None:
            self._desk.notices.info(tr("No style is copied yet: choose a layer and copy its style first."))
            return
        kind, name, style = self._held
        layers: list[Any] = self._chosen()
        fit = [layer for layer in layers if layer.kind == kind and layer.style != style]
        if not fit:
            words = tr("No chosen layer can take the style of {layer}: it is of another kind or has it.", layer=name)
            self._desk.notices.info(words)
            return
        new = plain(style.model_dump(mode="json"))
        parts: list[Command] = [
            SetField(f"layer:{la.id}", "style", plain(la.style.model_dump(mode="json")), new, la.name) for la in fit
        ]
        self._desk.document.run(parts[0] if len(parts) == 1 else Group(N_("Paste a style"), tuple(parts)))

    def load(self) -> None:
        """Ask for a QML or SLD file and give the layer in focus its style."""
        layer = self._desk.focus.layer
        if not isinstance(layer, VectorLayer):
            return
        from app.shell import questions

        folder = str(Path(layer.source).parent) if layer.source != "memory:" else ""
        path = questions.file_to_find(self._parent, tr("Read a style (QML, SLD)"), folder)
        if path:
            self.read(layer, path)

    def read(self, layer: VectorLayer, path: str) -> None:
        """Give a layer the style of a file; what has no counterpart is told. The file is read in a worker."""
        columns = layer.description.columns if layer.description is not None else ()
        texts = frozenset(c.name for c in columns if c.type == "text")

        def work() -> None:
            from layers.styles.files import read_style

            try:
                answer: Any = read_style(path, texts)
            except HaitangError as error:
                answer = error
            self._desk.relay(lambda: self._arrived(layer, path, answer))

        threading.Thread(target=work, name="style", daemon=True).start()

    def _arrived(self, layer: VectorLayer, path: str, answer: Any) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            return
        if layer not in self._desk.document.layers:
            return
        self._desk.document.set(layer, "style", answer.style)
        if answer.lost:
            self._tell_lost(N_("The style was read; {count} parts have no counterpart: {parts}"), answer.lost, path)

    def _tell_lost(self, words: str, lost: list[HaitangError], path: str) -> None:
        told = [error_text(error) for error in lost[:MOST_TOLD]] + (["…"] if len(lost) > MOST_TOLD else [])
        self._desk.notices.warning(tr(words, count=len(lost), parts=" ".join(told)), Path(path).name)

    def save(self) -> None:
        """Ask for a place and write the style of the layer in focus as SLD."""
        layer = self._desk.focus.layer
        if not isinstance(layer, VectorLayer):
            return
        from app.shell import questions

        path = questions.file_to_save(self._parent, tr("Save the style as SLD"), f"{layer.name}.sld", "SLD (*.sld)")
        if path:
            self.write(layer, path)

    def write(self, layer: VectorLayer, path: str) -> None:
        """Write the style of a layer as SLD; what has no form in it is told."""
        from app.core import durable
        from app.shell.swatch import geometry_of
        from layers.styles.sld_writing import sld_text

        try:
            text, lost = sld_text(layer.style, layer.name, geometry_of(layer))
            durable.replace(Path(path), [text.encode("utf-8")])
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        except OSError as error:
            fault = SourceUnavailable(
                "The style cannot be written: {reason}",
                where=path,
                remedy="Save it in another folder.",
                reason=reason(error),
            )
            self._desk.notices.error(fault)
            return
        if lost:
            self._tell_lost(N_("The style was written; {count} parts have no form in SLD: {parts}"), list(lost), path)
