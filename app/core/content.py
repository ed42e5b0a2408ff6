"""Content of a document: layers, camera, clock and words, and the bare changes that commands make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from psygnal import EmitLoopError, Signal, SignalInstance
from pydantic import ValidationError

from app.core.camera import Camera
from app.core.clock import Clock
from app.core.comparing import OFF, Comparison, comparison_from
from app.core.copies import Copies, Logged
from app.core.kinds import fault, layer_from_dict, layer_to_dict
from app.core.snapshot import Snapshot, frozen_copy
from layers.errors import DataError, EditError, SourceUnavailable
from layers.layer import Layer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from app.core.parts import Parts
    from layers.edits import Edit
    from layers.evented import Evented
    from layers.times import TimeAxis

Json = dict[str, Any]
FIXED = {"id", "kind", "unknown", "features"}
"""Fields of a layer that no ``SetField`` changes."""


class Content:
    """What a document holds.

    The signals are told when a command is done as a whole; a group tells its parts in their order.
    A listener that fails does not undo the command: its error is raised after the command is kept.
    """

    layer_added: ClassVar[Signal] = Signal(Layer, int)
    layer_removed: ClassVar[Signal] = Signal(Layer, int)
    layer_moved: ClassVar[Signal] = Signal(Layer, int, int)
    layer_changed: ClassVar[Signal] = Signal(Layer, str)
    edited: ClassVar[Signal] = Signal(Layer, list)
    camera_changed: ClassVar[Signal] = Signal()
    words_changed: ClassVar[Signal] = Signal(str)
    page_changed: ClassVar[Signal] = Signal(str)
    replaced: ClassVar[Signal] = Signal()

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.camera = Camera()
        self.clock = Clock()
        self.title = ""
        self.notes = ""
        self.themes: dict[str, Json] = {}
        self.comparison: Comparison = OFF
        self.bookmarks: dict[str, Json] = {}
        self.pages: dict[str, Json] = {}
        self.unknown: Json = {}
        self.copies = Copies()
        self._shelf: dict[str, Layer] = {}
        self._told: list[tuple[SignalInstance, tuple[Any, ...]]] = []
        self._faults: list[EmitLoopError] = []

    # ------------------------------------------------------------------ asking
    def layer(self, layer_id: str) -> Layer:
        """Find a layer by id.

        Raises
        ------
        EditError
            There is no such layer.
        """
        for layer in self.layers:
            if layer.id == layer_id:
                return layer
        raise EditError("There is no layer {id} in this workspace.", id=layer_id)

    def index(self, layer_id: str) -> int:
        """Give the place of a layer in the order; 0 is the top."""
        return self.layers.index(self.layer(layer_id))

    # ------------------------------------------------------------------ bare changes
    def assign(self, target: str, name: str, value: Any) -> None:
        """Set a field of a layer, the camera, the clock or the document from its JSON value.

        Raises
        ------
        EditError
            There is no such layer or field.
        DataError
            The value does not fit.
        """
        if target.startswith("layer:"):
            self._assign_layer(self.layer(target[6:]), name, value)
        elif target == "camera":
            self._assign_camera(value if name == "pose" else {name: value})
        elif target == "clock" and name in {"now", "rate", "loop", "step_s", "leader"}:
            self._set(self.clock, name, value, "clock")
        elif target == "document" and name in {"title", "notes", "themes", "comparison", "bookmarks"}:
            self._assign_words(name, value)
        else:
            raise EditError("There is no field {field} to set.", where=target, field=name)

    def _assign_layer(self, layer: Layer, name: str, value: Any) -> None:
        if name in FIXED or name not in type(layer).model_fields:
            raise EditError("There is no field {field} to set.", where=layer.name, field=name)
        self._set(layer, name, value, layer.name)
        if name == "time_shift_h":
            self.refresh_times()
        if name == "working":
            self._work_on(layer)
            self.announce(self.edited, layer, [])
        self.announce(self.layer_changed, layer, name)

    def _assign_camera(self, values: Json) -> None:
        strange = set(values) - set(Camera.model_fields)
        if strange:
            raise EditError("There is no field {field} to set.", where="camera", field=min(strange))
        try:
            checked = Camera.model_validate({**self.camera.to_dict(), **values})
        except ValidationError as error:
            raise fault(error, "camera") from error
        for name in values:
            self._set(self.camera, name, getattr(checked, name), "camera")
        self.announce(self.camera_changed)

    def _assign_words(self, name: str, value: Any) -> None:
        if not isinstance(value, dict if name in {"themes", "comparison", "bookmarks"} else str):
            raise DataError("The field {field} has a value that cannot be used: {value}", field=name, value=value)
        setattr(self, name, comparison_from(value) if name == "comparison" else value)
        self.announce(self.words_changed, name)

    def _set(self, model: Evented, name: str, value: Any, where: str) -> None:
        try:
            setattr(model, name, value)
        except ValidationError as error:
            raise fault(error, where) from error
        except EmitLoopError as error:
            self._faults.append(error)

    def insert(self, index: int, data: Json) -> None:
        """Put in a layer from its JSON form; one that was here before comes back with its open data."""
        kept = self._shelf.pop(str(data.get("id")), None)
        layer = kept if kept is not None and layer_to_dict(kept) == data else layer_from_dict(data)
        if any(other.id == layer.id for other in self.layers):
            raise EditError("The layer {id} is in this workspace already.", where=layer.name, id=layer.id)
        self._work_on(layer)
        index = min(max(index, 0), len(self.layers))
        self.layers.insert(index, layer)
        self.refresh_times()
        self.announce(self.layer_added, layer, index)

    def take_out(self, layer_id: str) -> None:
        """Take out a layer; it waits on a shelf in case the act is undone."""
        index = self.index(layer_id)
        layer = self.layers.pop(index)
        self._shelf[layer_id] = layer
        self.refresh_times()
        self.announce(self.layer_removed, layer, index)

    def shift(self, layer_id: str, index: int) -> None:
        """Move a layer in the order."""
        old = self.index(layer_id)
        layer = self.layers.pop(old)
        index = min(max(index, 0), len(self.layers))
        self.layers.insert(index, layer)
        self.announce(self.layer_moved, layer, old, index)

    def set_page(self, page_id: str, data: Json | None) -> None:
        """Set a page from its JSON form, or take it out (None); `SetPage` calls this."""
        others = {key: page for key, page in self.pages.items() if data is not None or key != page_id}
        self.pages = others if data is None else {**others, page_id: data}
        self.announce(self.page_changed, page_id)

    def edit(self, layer_id: str, change: Edit | bytes | Logged) -> None:
        """Edit the features of a layer: a scratch layer's by an Edit, a working copy's by a changeset or log entry.

        An edit of a working copy is durable when this returns.

        Raises
        ------
        EditError
            The layer's features do not live in the workspace, or it is not being edited.
        EditConflict
            The features are not in the state that the edit starts from.
        SourceUnavailable
            The disk refuses.
        """
        layer = self.layer(layer_id)
        if isinstance(change, bytes | Logged):
            self._edit_copy(layer, change)
        else:
            self._edit_scratch(layer, change)

    def _edit_scratch(self, layer: Layer, change: Edit) -> None:
        if not isinstance(layer, VectorLayer) or not layer.is_scratch:
            raise EditError(
                "The features of {layer} cannot be edited here.",
                where=layer.source,
                remedy="Copy the features into a scratch layer first.",
                layer=layer.name,
            )
        if not all(part.new is None or _is_feature(part.new) for part in change.changes.values()):
            raise EditError("A feature needs a geometry and attributes.", where=layer.name)
        try:
            layer.apply(change)
        except EmitLoopError as error:
            self._faults.append(error)
        self.announce(self.edited, layer, sorted(change.changes))

    def _edit_copy(self, layer: Layer, change: bytes | Logged) -> None:
        if not isinstance(layer, VectorLayer) or layer.copy_at_work is None:
            raise EditError(
                "The layer {layer} is not being edited.",
                where=layer.source,
                remedy="Begin to edit it first.",
                layer=layer.name,
            )
        self.copies.apply(layer.working, change)
        ids: list[int] = []
        if isinstance(change, bytes):
            from layers.changesets import changed_ids

            ids = changed_ids(change)
            if not self.copies.is_replaying:
                layer.renew(ids)
        elif not self.copies.is_replaying:
            layer.work_on(layer.copy_at_work)
        self.announce(self.edited, layer, ids)

    def _work_on(self, layer: Layer) -> None:
        """Bind a layer to the working copy that it names; raises as ``Copies.open`` does."""
        if not isinstance(layer, VectorLayer):
            return
        copy = self.copies.open(layer.working) if layer.working else None
        if copy is not layer.copy_at_work:
            layer.work_on(copy)

    # ------------------------------------------------------------------ times
    def refresh_times(self) -> None:
        """Tell the clock the time axes of the layers; call it when a layer was opened or its times changed."""
        axes: dict[str, tuple[TimeAxis, float]] = {}
        for layer in self.layers:
            axis = layer.description.time if layer.description else None
            if axis is not None and len(axis):
                axes[layer.id] = (axis, layer.shift_h)
        complete = all(la.description is not None or la.source == "memory:" for la in self.layers)
        try:
            self.clock.set_axes(axes, settle=complete)
        except EmitLoopError as error:
            self._faults.append(error)

    # ------------------------------------------------------------------ signals
    def announce(self, signal: SignalInstance, *values: Any) -> None:
        """Keep a signal until the command is done."""
        self._told.append((signal, values))

    def forget_told(self) -> None:
        """Drop the signals of a command that failed."""
        self._told.clear()

    def speak(self) -> None:
        """Send the kept signals; the first error of a listener is raised when all are sent."""
        while self._told:
            signal, values = self._told.pop(0)
            try:
                signal.emit(*values)
            except EmitLoopError as error:
                self._faults.append(error)
        if self._faults:
            first, self._faults = self._faults[0], []
            raise first

    # ------------------------------------------------------------------ whole
    def to_dict(self) -> Json:
        """Give the JSON form of everything that is kept."""
        return self.snapshot().to_dict()

    def snapshot(self) -> Snapshot:
        """Give a picture of the content that another thread may write while this one goes on."""
        words: Json = {"title": self.title, "notes": self.notes, "themes": self.themes}
        more: Json = {
            "comparison": self.comparison.to_json(),
            "bookmarks": self.bookmarks,
            "pages": self.pages,
            "copies": self.copies.positions,
        }
        return Snapshot(
            words | {name: part for name, part in more.items() if part},
            self.camera.to_dict(),
            self.clock.to_dict(),
            tuple(frozen_copy(layer) for layer in self.layers),
            self.unknown,
        )

    def take_over(self, parts: Parts) -> None:
        """Put new content in the place of the old; signals are not told."""
        self.layers[:] = parts.layers
        if self.copies.is_replaying:
            self.copies.begin(parts.copies)
        self.copies.keep(layer.working for layer in parts.layers if isinstance(layer, VectorLayer))
        for layer in parts.layers:
            try:
                self._work_on(layer)
            except SourceUnavailable:
                # The file itself is there, as it was saved last; the acts that follow are counted as lost.
                vars(layer)["working"] = ""
        self.title, self.notes, self.themes = parts.title, parts.notes, parts.themes
        self.comparison, self.bookmarks = parts.comparison, parts.bookmarks
        self.pages, self.unknown = parts.pages, parts.unknown
        self._shelf.clear()
        for model, fresh in ((self.camera, parts.camera), (self.clock, parts.clock)):
            model.unknown = fresh.unknown
            for name, info in type(model).model_fields.items():
                if not info.exclude:
                    self._set(model, name, getattr(fresh, name), "")
        self.refresh_times()


def _is_feature(value: Any) -> bool:
    if not isinstance(value, dict) or "geometry" not in value:
        return False
    return isinstance(cast("Json", value).get("properties"), dict)
