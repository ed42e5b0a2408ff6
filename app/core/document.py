"""Document: layers, clock, camera, selection, history; the only truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from pydantic import BaseModel

from app.core.commands import AddLayer, Command, MoveLayer, RemoveLayer, SetField, plain
from app.core.content import Content, parts_from_dict
from app.core.history import History
from app.core.kinds import layer_to_dict
from app.core.moments import to_json
from app.core.selection import Selection
from layers.errors import HaitangError
from layers.layer import Layer

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.camera import Pose
    from layers.sources.source import DataSource, LayerDescription

Json = dict[str, Any]


class Recorder(Protocol):
    """Where acknowledged acts are written; ``app.core.journal.Journal`` is one."""

    def append(self, act: Json) -> None:
        """Write one act; when this returns it survives the end of the process."""
        ...


class Document(Content):
    """Everything open; each lasting change of it is a command that goes through ``run``.

    Attributes
    ----------
    layers : list of Layer
        Index 0 is the top of the tree and is drawn last.
    selection : Selection
        What is selected now; it is not kept in files.
    history : History
    path : pathlib.Path or None
        The workspace file, where there is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.selection = Selection()
        self.history = History(self._perform)
        self.path: Path | None = None
        self._journal: Recorder | None = None
        self._busy = False
        self._noted: dict[str, Any] = self.clock.to_dict()
        for name in ("now", "rate", "loop", "step_s", "leader", "playing"):
            getattr(self.clock.events, name).connect(self._on_clock)

    # ------------------------------------------------------------------ commands
    def run(self, command: Command) -> None:
        """Apply a command, write it into the journal and keep it in the history.

        When this returns, the command is acknowledged: it survives a kill of the program.

        Raises
        ------
        HaitangError
            The command cannot be applied; the document is as it was.
        """
        if command.is_nothing:
            return
        self._apply(command)
        self.history.push(command)
        self.speak()

    def _perform(self, command: Command) -> None:
        """Apply and journal without keeping it in the history: undo and redo."""
        self._apply(command)
        self.speak()

    def _apply(self, command: Command) -> None:
        act = plain(command.to_dict())
        before, self._busy = self._busy, True
        try:
            command.apply(self)
        except HaitangError:
            self.forget_told()
            raise
        finally:
            self._busy = before
        self._record(act)
        self._noted = self.clock.to_dict()

    def _record(self, act: Json) -> None:
        if self._journal is not None:
            self._journal.append(act)

    def keep(self, journal: Recorder | None) -> None:
        """Write all further acts into a journal; None stops it."""
        self._journal = journal

    def set(self, target: Layer | str, field: str, value: Any) -> None:
        """Set one field as a command.

        Parameters
        ----------
        target : Layer or str
            A layer, or ``"camera"``, ``"clock"``, ``"document"``, ``"layer:<id>"``.
        field : str
        value : object
            A JSON value or a style.
        """
        name = f"layer:{target.id}" if isinstance(target, Layer) else target
        title = ""
        if name.startswith("layer:"):
            layer = self.layer(name[6:])
            old, title = getattr(layer, field, None), layer.name
        else:
            old = getattr({"camera": self.camera, "clock": self.clock}.get(name, self), field, None)
        self.run(SetField(name, field, _json(old), _json(value), title))

    def add(self, layer: Layer, index: int = 0) -> Layer:
        """Add a layer as a command; 0 is the top."""
        self._shelf[layer.id] = layer
        data = plain(layer_to_dict(layer))
        self.run(AddLayer(min(max(index, 0), len(self.layers)), data))
        return self.layer(layer.id)

    def remove(self, layer: Layer | str) -> None:
        """Remove a layer as a command."""
        index = self.index(layer.id if isinstance(layer, Layer) else layer)
        self.run(RemoveLayer(index, plain(layer_to_dict(self.layers[index]))))

    def move(self, layer: Layer | str, index: int) -> None:
        """Move a layer to an index of the order, as a command."""
        old = self.index(layer.id if isinstance(layer, Layer) else layer)
        moved = self.layers[old]
        self.run(MoveLayer(moved.id, old, min(max(index, 0), len(self.layers) - 1), moved.name))

    def look(self, pose: Pose) -> None:
        """Move the camera, as a command; quick moves are one act."""
        self.run(SetField("camera", "pose", self.camera.pose.to_dict(), pose.to_dict()))

    def undo(self) -> bool:
        """Take back the last act; False where there is none."""
        return self.history.undo()

    def redo(self) -> bool:
        """Do the next undone act again; False where there is none."""
        return self.history.redo()

    # ------------------------------------------------------------------ beside the history
    def attach(self, layer: Layer, data: DataSource, description: LayerDescription) -> None:
        """Bind a layer to its opened data, take over what the file says, and tell the clock its times."""
        before = (layer.crs, layer.vdatum)
        layer.attach(data, description)
        for field, old, new in (("crs", before[0], layer.crs), ("vdatum", before[1], layer.vdatum)):
            if old != new:
                self._record(SetField(f"layer:{layer.id}", field, old, new, layer.name).to_dict())
        self.refresh_times()
        self.tell(self.layer_changed, layer, "description")
        self.speak()

    def _on_clock(self, _value: Any = None) -> None:
        """Write where the clock was set to; what passes while it plays is not an act."""
        if self._busy or self.clock.playing:
            return
        now = self.clock.to_dict()
        for field, value in now.items():
            if value != self._noted.get(field):
                self._record(SetField("clock", field, self._noted.get(field), value).to_dict())
        self._noted = now

    # ------------------------------------------------------------------ whole
    @property
    def dirty(self) -> bool:
        """Whether there are acts that the workspace file does not hold; looking around does not count."""
        return not self.history.is_saved

    def mark_saved(self, path: Path) -> None:
        """Remember that the present state is in a file."""
        self.path = path
        self.history.mark_saved()
        self._record({"type": "Saved", "path": str(path)})

    def replace(self, data: Json, path: Path | None = None, *, saved: bool = True) -> None:
        """Put other content in the place of all, as after opening a workspace or starting a new one.

        Parameters
        ----------
        data : dict
            As ``to_dict`` gives it; ``{}`` is an empty workspace.
        path : pathlib.Path or None
            The workspace file it came from.
        saved : bool
            Whether the content is that of the file.

        Raises
        ------
        DataError
            The content cannot be used; the document is as it was.
        """
        parts = parts_from_dict(data, str(path or ""))
        before, self._busy = self._busy, True
        try:
            self.clock.playing = False
            self.take_over(parts)
        finally:
            self._busy = before
        self.path = path
        self.selection.clear()
        self.history.clear(saved=saved)
        self._noted = self.clock.to_dict()
        if self._journal is not None:
            whole = {"type": "Replaced", "document": self.to_dict(), "path": str(path or ""), "saved": saved}
            self._record(whole)
        self.tell(self.replaced)
        self.speak()

    @classmethod
    def from_dict(cls, data: Json, path: Path | None = None) -> Self:
        """Build a document from its JSON form.

        Raises
        ------
        DataError
            The content cannot be used.
        """
        made = cls()
        made.replace(data, path)
        return made


def _json(value: Any) -> Any:
    """Give a field's value as JSON has it."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(mode="json"))
    if hasattr(value, "dtype"):
        return to_json(value)
    return plain(value)
