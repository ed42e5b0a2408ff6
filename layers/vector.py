"""VectorLayer: features with attributes; scratch layers keep theirs in the workspace, edited ones in a working copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from psygnal import Signal
from pydantic import Field, PrivateAttr

from layers.edits import Edit, Feature
from layers.layer import Layer
from layers.sources.asking import answered, joined
from layers.sources.source import Block, FeatureBlock, FeatureRequest, Request
from layers.style import VectorStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.changesets import WorkingCopy
    from layers.patch import Patch


class VectorLayer(Layer):
    """Features from a file, or of the workspace itself (``source == "memory:"``, a scratch layer).

    Parameters
    ----------
    filter : str
        CQL2 text; only what it keeps is drawn, listed and handed to tools. Empty keeps everything.
    working : str
        Name of the working copy while the layer is being edited; empty = it is not.
    """

    kind: ClassVar[str] = "vector"
    edited: ClassVar[Signal] = Signal(list)
    style: VectorStyle = VectorStyle()
    filter: str = ""
    features: dict[int, Feature] = Field(default_factory=dict[int, Feature])
    working: str = ""
    _copy: Any = PrivateAttr(default=None)
    _patch: Any = PrivateAttr(default=None)
    _base: str = PrivateAttr(default="")

    @property
    def is_scratch(self) -> bool:
        """Whether the features live in the workspace."""
        return self.source == "memory:"

    def read(self, request: Request) -> Block:
        """Read from the source what the layer's filter keeps.

        Raises
        ------
        SourceUnavailable
            The layer is not open, or its file cannot be read.
        FilterInvalid
            The filter cannot be read, or does not fit the columns.
        """
        if self._data is None:
            return super().read(request)
        return answered(self._data, self.asked(request))

    def asked(self, request: Request) -> Request:
        """Give a request as it goes to the source: the layer's filter joined to its own."""
        if not self.filter or not isinstance(request, FeatureRequest):
            return request
        return replace(request, where=joined(self.filter, request.where))

    @property
    def copy_at_work(self) -> WorkingCopy | None:
        """The working copy, None while the layer is not being edited."""
        return self._copy

    @property
    def patch(self) -> Patch | None:
        """What the working copy holds otherwise than ``reads_from``; None where nothing was touched."""
        return self._patch

    @property
    def is_editable(self) -> bool:
        """Whether its features can be changed now."""
        return self.is_scratch or self._copy is not None

    @property
    def reads_from(self) -> str:
        """Path of what the features are read from: while they are edited, the last base of the working copy."""
        return self.source if self._copy is None else self._base

    def current(self, request: Request, block: Block) -> Block:
        """Give what was read from ``reads_from`` with the features as they are edited now."""
        if self._patch is None or not isinstance(request, FeatureRequest) or not isinstance(block, FeatureBlock):
            return block
        return self._patch.applied(block, request)

    def work_on(self, copy: WorkingCopy | None) -> None:
        """Take up a working copy as it is now, with its last base, or let go of it."""
        self._copy, self._patch = copy, None
        if copy is not None:
            from layers.bases import newest_base
            from layers.changesets import changed_ids

            base, start = newest_base(copy.folder, copy.log, copy.applied)
            self._base = str(base)
            self.renew(changed_ids(copy.joined(start)))

    def renew(self, ids: Sequence[int]) -> None:
        """Take over features as the working copy has them now, and tell which (``edited``)."""
        if self._copy is None:
            return
        if ids:
            from layers.patch import Patch

            self._patch = Patch.of(self._copy, ids, self._patch)
        self.edited.emit(list(ids))

    def apply(self, edit: Edit) -> None:
        """Apply an edit to a scratch layer and tell which ids changed (``edited``).

        Raises
        ------
        EditConflict
            The features are not in the state that the edit starts from.
        """
        after = edit.applied(self.features)
        # Not set as a field: that would check and compare every feature again, 1.5 ms per thousand.
        vars(self)["features"] = after
        self.events.features.emit(after)
        self.edited.emit(sorted(edit.changes))
