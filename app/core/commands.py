"""Commands: acts on the document as data; each can be applied, taken back, joined, written and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from app.core.command import Command, Json
from app.core.language import N_, tr
from app.core.row_edits import EditLogged, EditRows
from layers.edits import Edit
from layers.errors import DataError, EditError

if TYPE_CHECKING:
    from app.core.content import Content

FIELD_TITLES = {
    "opacity": N_("Opacity of {layer}"),
    "blend": N_("Blending of {layer}"),
    "style": N_("Style of {layer}"),
    "crs": N_("Reference system of {layer}"),
    "vdatum": N_("Vertical datum of {layer}"),
    "time_shift_h": N_("Time shift of {layer}"),
    "group": N_("Group of {layer}"),
    "filter": N_("Filter of {layer}"),
    "source": N_("Source of {layer}"),
    "key": N_("Source of {layer}"),
}
OTHER_TITLES = {
    ("camera", "pose"): N_("Move the view"),
    ("document", "title"): N_("Title of the workspace"),
    ("document", "notes"): N_("Notes of the workspace"),
    ("document", "themes"): N_("Themes"),
    ("document", "comparison"): N_("Comparison"),
    ("document", "bookmarks"): N_("Bookmarks"),
    ("clock", "now"): N_("Moment of the clock"),
    ("clock", "rate"): N_("Speed of the clock"),
    ("clock", "loop"): N_("Loop of the clock"),
    ("clock", "step_s"): N_("Step of the clock"),
    ("clock", "leader"): N_("Layer that leads the clock"),
}
FLOWING = {"opacity", "style", "time_shift_h", "pose", "title", "notes", "rate", "now", "name"}
"""Fields whose quick changes are one act."""


@dataclass(frozen=True, slots=True)
class SetField(Command):
    """Set one field of a layer (``layer:<id>``), the ``camera``, the ``clock`` or the ``document``.

    ``old`` and ``new`` are JSON values; a style is its whole dictionary.
    """

    type: ClassVar[str] = "SetField"
    target: str
    field: str
    old: Any
    new: Any
    name: str = ""

    def apply(self, doc: Content) -> None:
        """Set the new value."""
        doc.assign(self.target, self.field, self.new)

    def inverse(self) -> SetField:
        """Set the old value."""
        return SetField(self.target, self.field, self.new, self.old, self.name)

    def title(self) -> str:
        """Words of the history list."""
        if self.target.startswith("layer:"):
            layer = self.name or self.target[6:]
            if self.field == "visible":
                return tr("Show {layer}", layer=layer) if self.new else tr("Hide {layer}", layer=layer)
            if self.field == "working":
                return tr("Edit {layer}", layer=layer) if self.new else tr("Stop editing {layer}", layer=layer)
            if self.field == "name":
                return tr("Rename {old} to {new}", old=self.old, new=self.new)
            return tr(FIELD_TITLES.get(self.field, N_("Property of {layer}")), layer=layer)
        return tr(OTHER_TITLES.get((self.target, self.field), N_("Property of the workspace")))

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"target": self.target, "field": self.field, "old": self.old, "new": self.new, "name": self.name}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["target"], data["field"], data["old"], data["new"], data.get("name", ""))

    def merged(self, later: Command, *, dragging: bool = False) -> Command | None:
        """Quick changes of the same field are one."""
        if not isinstance(later, SetField) or (later.target, later.field) != (self.target, self.field):
            return None
        if not dragging and self.field not in FLOWING:
            return None
        return SetField(self.target, self.field, self.old, later.new, later.name)

    @property
    def is_nothing(self) -> bool:
        """Whether old and new are the same."""
        return self.old == self.new

    @property
    def is_view(self) -> bool:
        """Whether only the camera or the moment moves."""
        return self.target == "camera" or (self.target, self.field) == ("clock", "now")


@dataclass(frozen=True, slots=True)
class AddLayer(Command):
    """Put a layer (its JSON form) at an index; 0 is the top."""

    type: ClassVar[str] = "AddLayer"
    index: int
    layer: Json

    def apply(self, doc: Content) -> None:
        """Add it."""
        doc.insert(self.index, self.layer)

    def inverse(self) -> RemoveLayer:
        """Remove it."""
        return RemoveLayer(self.index, self.layer)

    def title(self) -> str:
        """Words of the history list."""
        return tr("Add {layer}", layer=self.layer.get("name", ""))

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"index": self.index, "layer": self.layer}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["index"], data["layer"])


@dataclass(frozen=True, slots=True)
class RemoveLayer(Command):
    """Take out the layer (its JSON form, to bring it back) at an index."""

    type: ClassVar[str] = "RemoveLayer"
    index: int
    layer: Json

    def apply(self, doc: Content) -> None:
        """Remove it."""
        doc.take_out(str(self.layer["id"]))

    def inverse(self) -> AddLayer:
        """Add it again."""
        return AddLayer(self.index, self.layer)

    def title(self) -> str:
        """Words of the history list."""
        return tr("Remove {layer}", layer=self.layer.get("name", ""))

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"index": self.index, "layer": self.layer}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["index"], data["layer"])


@dataclass(frozen=True, slots=True)
class MoveLayer(Command):
    """Move a layer in the order, from index ``old`` to index ``new``."""

    type: ClassVar[str] = "MoveLayer"
    layer_id: str
    old: int
    new: int
    name: str = ""

    def apply(self, doc: Content) -> None:
        """Move it."""
        doc.shift(self.layer_id, self.new)

    def inverse(self) -> MoveLayer:
        """Move it back."""
        return MoveLayer(self.layer_id, self.new, self.old, self.name)

    def title(self) -> str:
        """Words of the history list."""
        return tr("Move {layer} in the order", layer=self.name or self.layer_id)

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"layer_id": self.layer_id, "old": self.old, "new": self.new, "name": self.name}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["layer_id"], data["old"], data["new"], data.get("name", ""))

    def merged(self, later: Command, *, dragging: bool = False) -> Command | None:
        """Moves of one drag are one."""
        if dragging and isinstance(later, MoveLayer) and later.layer_id == self.layer_id:
            return MoveLayer(self.layer_id, self.old, later.new, self.name)
        return None

    @property
    def is_nothing(self) -> bool:
        """Whether it stays where it is."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class EditFeatures(Command):
    """Change features of a scratch layer."""

    type: ClassVar[str] = "EditFeatures"
    layer_id: str
    edit: Edit
    words: str = ""

    def apply(self, doc: Content) -> None:
        """Apply the edit."""
        doc.edit(self.layer_id, self.edit)

    def inverse(self) -> EditFeatures:
        """Take the edit back."""
        return EditFeatures(self.layer_id, self.edit.inverted(), self.words)

    def title(self) -> str:
        """Words of the history list."""
        return tr(self.words or N_("Edit {count} features"), count=len(self.edit.changes))

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"layer_id": self.layer_id, "edit": self.edit.to_dict(), "words": self.words}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["layer_id"], Edit.from_dict(data["edit"]), data.get("words", ""))

    def merged(self, later: Command, *, dragging: bool = False) -> Command | None:
        """Edits of one drag are one."""
        if not dragging or not isinstance(later, EditFeatures) or later.layer_id != self.layer_id:
            return None
        return EditFeatures(self.layer_id, self.edit.then(later.edit), self.words)

    @property
    def is_nothing(self) -> bool:
        """Whether no feature changes."""
        return all(change.old == change.new for change in self.edit.changes.values())


@dataclass(frozen=True, slots=True)
class Group(Command):
    """Several commands as one act: all of them, or none."""

    type: ClassVar[str] = "Group"
    name: str
    commands: tuple[Command, ...] = field(default=())

    def apply(self, doc: Content) -> None:
        """Apply each; when one fails, those before are taken back."""
        done: list[Command] = []
        try:
            for command in self.commands:
                command.apply(doc)
                done.append(command)
        except Exception:
            for command in reversed(done):
                command.inverse().apply(doc)
            raise

    def inverse(self) -> Group:
        """Take back each, last first."""
        return Group(self.name, tuple(command.inverse() for command in reversed(self.commands)))

    def title(self) -> str:
        """Words of the history list."""
        return tr(self.name)

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"name": self.name, "commands": [command.to_dict() for command in self.commands]}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["name"], tuple(command_from_dict(part) for part in data["commands"]))

    @property
    def is_nothing(self) -> bool:
        """Whether no part changes anything."""
        return all(command.is_nothing for command in self.commands)

    @property
    def is_view(self) -> bool:
        """Whether all parts only look around."""
        return all(command.is_view for command in self.commands)


_TYPES: dict[str, type[Command]] = {
    cls.type: cls for cls in (SetField, AddLayer, RemoveLayer, MoveLayer, EditFeatures, EditRows, EditLogged, Group)
}
_ELSEWHERE = {"SetPage": "app.core.pages.acts"}
"""Commands of parts of the document that are loaded when they are first met: type → module."""


def command_from_dict(data: Json) -> Command:
    """Read a command from its JSON form.

    Raises
    ------
    DataError
        The type is not known, or a part is missing.
    """
    name = str(data.get("type"))
    cls = getattr(import_module(_ELSEWHERE[name]), name) if name in _ELSEWHERE else _TYPES.get(name)
    if cls is None:
        raise DataError("The command {type} is not known to this version.", type=name)
    try:
        return cls.from_dict(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError("The command {type} is not complete.", type=cls.type) from error


def plain(value: Any) -> Any:
    """Give a value as JSON has it: tuples become lists, keys text.

    Raises
    ------
    EditError
        The value has no JSON form, such as NaN.
    """
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in cast("list[Any]", value)]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and value - value == 0:
        return float(value)
    raise EditError("The value {value} cannot be kept in a workspace.", value=repr(value)[:60])
