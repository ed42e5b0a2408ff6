"""Document: layers, clock, camera, selection, history; the only truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from pydantic import BaseModel

from app.core.commands import AddLayer, Command, MoveLayer, RemoveLayer, SetField, command_from_dict, plain
from app.core.content import Content
from app.core.copies import unsaved
from app.core.history import History
from app.core.kinds import layer_to_dict
from app.core.moments import to_json
from app.core.parts import parts_from_dict
from app.core.selection import Selection
from layers.layer import Layer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.camera import Pose
    from app.core.parts import Parts
    from layers.sources.source import DataSource, LayerDescription

Json = dict[str, Any]


class Recorder(Protocol):
    """Where acknowledged acts are written; ``app.core.journal.Journal`` is one."""

    def append(self, act: Json) -> None:
        """Write one act; when this returns it survives the end of the process."""
        ...

    def settle(self) -> None:
        """Tidy up between two acts."""
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
    brought_back : bool
        Whether it is what a session left that was killed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.selection = Selection()
        self.history = History(self._perform)
        self.path: Path | None = None
        self.brought_back = False
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
        # What is applied and kept is what is written: tuples of a drawing tool, say, are lists from here on.
        written = command_from_dict(plain(command.to_dict()))
        self._apply(written)
        self.history.push(written)
        self._settle()

    def _perform(self, command: Command) -> None:
        """Apply and journal without keeping it in the history: undo and redo."""
        self._apply(command)
        self._settle()

    def _apply(self, command: Command) -> None:
        self._quietly(lambda: command.apply(self))
        self._record(command.to_dict(), *self._clock_changes(told=command))

    def _quietly(self, change: Callable[[], None]) -> None:
        """Make a change whose clock moves are written together with it; nothing is told of one that fails."""
        before, self._busy = self._busy, True
        try:
            change()
        except Exception:
            self.forget_told()
            raise
        finally:
            self._busy = before

    def _record(self, *acts: Json) -> None:
        """Write acts as one line, so that all or none survive."""
        if self._journal is None or not acts:
            return
        one = acts[0] if len(acts) == 1 else {"type": "Group", "name": "", "commands": list(acts)}
        self._journal.append(one)

    def _settle(self) -> None:
        if self._journal is not None:
            self._journal.settle()
        self.speak()

    def _clock_changes(self, told: Command | None = None) -> list[Json]:
        """Give what the clock does differently since it was last written, as acts."""
        before, self._noted = self._noted, self.clock.to_dict()
        if isinstance(told, SetField) and told.target == "clock":
            return []
        return [
            SetField("clock", field, before.get(field), value).to_dict()
            for field, value in self._noted.items()
            if value != before.get(field)
        ]

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
        data = plain(layer_to_dict(layer))
        if isinstance(layer, VectorLayer) and layer.features:
            layer.features = {int(number): feature for number, feature in data["features"].items()}
        self._shelf[layer.id] = layer
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

    def look(self, pose: Pose, *, first: bool = False) -> None:
        """Move the camera, as a command; quick moves are one act.

        The ``first`` look comes with what was opened: it is written down, but there is no view before it to go back to.
        """
        act = SetField("camera", "pose", self.camera.pose.to_dict(), pose.to_dict())
        if not first:
            self.run(act)
            return
        self._quietly(lambda: act.apply(self))
        self._record(act.to_dict(), *self._clock_changes())
        self._settle()

    def undo(self) -> bool:
        """Take back the last act; False where there is none."""
        return self.history.undo()

    def redo(self) -> bool:
        """Do the next undone act again; False where there is none."""
        return self.history.redo()

    # ------------------------------------------------------------------ beside the history
    def attach(self, layer: Layer, data: DataSource, description: LayerDescription) -> None:
        """Bind a layer to its opened data, take over what the file says, and tell the clock its times."""
        before = {"crs": layer.crs, "vdatum": layer.vdatum}
        self._quietly(lambda: self._bind(layer, data, description))
        acts = [
            SetField(f"layer:{layer.id}", field, old, getattr(layer, field), layer.name).to_dict()
            for field, old in before.items()
            if getattr(layer, field) != old and any(layer is other for other in self.layers)
        ]
        self._record(*acts, *self._clock_changes())
        self.announce(self.layer_changed, layer, "description")
        self._settle()

    def _bind(self, layer: Layer, data: DataSource, description: LayerDescription) -> None:
        layer.attach(data, description)
        self.refresh_times()

    def _on_clock(self, _value: Any = None) -> None:
        """Write where the clock was set to; what passes while it plays is not an act."""
        if not self._busy and not self.clock.playing:
            self._record(*self._clock_changes())
            if self._journal is not None:
                self._journal.settle()

    # ------------------------------------------------------------------ whole
    @property
    def dirty(self) -> bool:
        """Whether there are acts that the workspace file does not hold; looking around does not count."""
        return not self.history.is_saved or bool(unsaved(self.layers))

    def mark_saved(self, path: Path, state: int | None = None) -> None:
        """Remember what a file holds.

        Parameters
        ----------
        path : pathlib.Path
            The workspace file from now on.
        state : int, optional
            ``history.state`` when the snapshot was taken that was written; the present state where it is not given.
        """
        self.path = path
        self.history.mark_saved(state)
        self._record({"type": "Saved", "path": str(path), "whole": self.history.is_saved})
        self._settle()

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
        self._restore(data, str(path or ""), saved=saved)
        if self._journal is not None:
            state = {"path": str(path or ""), "saved": saved}
            self._record({"type": "Replaced", "document": plain(self.to_dict()), **state})
        self.announce(self.replaced)
        self._settle()

    def _restore(self, data: Json, path: str = "", *, saved: bool = True) -> None:
        """Take over content without journalling or telling it; raises as ``replace`` does."""
        parts = parts_from_dict(data, path)
        self._quietly(lambda: self._swap(parts))
        self.path = Path(path) if path else None
        self.selection.clear()
        self.history.clear(saved=saved)
        self._clock_changes()

    def _swap(self, parts: Parts) -> None:
        self.clock.playing = False
        self.take_over(parts)

    def replay(self, act: Json) -> None:
        """Do an act of a journal again, without history; recovery uses it.

        Raises
        ------
        HaitangError
            It cannot be done; the document is as it was.
        """
        if act.get("type") == "Saved":
            self.path = Path(str(act.get("path")))
            self.history.clear(saved=bool(act.get("whole", True)))
        elif act.get("type") == "Replaced":
            self._restore(act.get("document", {}), str(act.get("path", "")), saved=bool(act.get("saved")))
        else:
            command = command_from_dict(act)
            self._quietly(lambda: command.apply(self))
            self.forget_told()
            self._clock_changes()
            if not command.is_view:
                self.history.clear(saved=False)

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
