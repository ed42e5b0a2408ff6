"""Layer: data on the earth with a style and a time axis; it can read itself, it cannot draw."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import uuid4

import numpy as np
from pydantic import Field, PrivateAttr

from layers.errors import SourceUnavailable
from layers.evented import Evented
from layers.sources.source import Block, DataSource, LayerDescription, Request, Variable
from layers.style import Blend
from layers.times import in_ns


class Layer(Evented):
    """What every layer kind shares.

    Parameters
    ----------
    id : str
        Stable name within a document.
    name : str
        What the user reads.
    source : str
        Path or address of the data; ``memory:`` for data that lives in the workspace.
    key : str
        Which layer of a container, ``LayerDescription.key``.
    crs : str or None
        ``EPSG:n``, WKT, or None = not known. Set by the user only where the file says nothing.
    vdatum : str or None
        Vertical datum of the heights, or None = not known.
    time_shift_h : float
        Hours added to the layer's own axis, for axes without a date or zone.
    """

    kind: ClassVar[str] = "layer"
    id: str = Field(default_factory=lambda: uuid4().hex[:12])
    name: str = ""
    source: str = ""
    key: str = ""
    crs: str | None = None
    vdatum: str | None = None
    visible: bool = True
    opacity: float = Field(default=1.0, ge=0.0, le=1.0)
    blend: Blend = "normal"
    group: str = ""
    time_shift_h: float = 0.0
    _data: DataSource | None = PrivateAttr(default=None)
    _description: LayerDescription | None = PrivateAttr(default=None)

    @property
    def description(self) -> LayerDescription | None:
        """What the source said of this layer; None until it was opened."""
        return self._description

    def described(self) -> LayerDescription:
        """Give what the source said of this layer.

        Raises
        ------
        SourceUnavailable
            The layer was never opened.
        """
        if self._description is None:
            raise SourceUnavailable("The layer {name} is not open.", where=self.source, name=self.name)
        return self._description

    @property
    def reads_from(self) -> str:
        """Path or address of what the data are read from."""
        return self.source

    def current(self, request: Request, block: Block) -> Block:
        """Give what was read with the edits that are not in the file yet."""
        del request
        return block

    @property
    def is_open(self) -> bool:
        """Whether data can be read now."""
        return self._data is not None

    def attach(self, data: DataSource, description: LayerDescription) -> Self:
        """Bind the layer to its opened data; CRS and datum are taken over where the user set none."""
        self._data, self._description = data, description
        if self.crs is None and description.crs is not None:
            self.crs = description.crs
        if self.vdatum is None and description.vdatum is not None:
            self.vdatum = description.vdatum
        return self

    @property
    def data(self) -> DataSource:
        """The opened source.

        Raises
        ------
        SourceUnavailable
            The layer is not open.
        """
        if self._data is None:
            raise SourceUnavailable("The layer {name} is not open.", where=self.source, name=self.name)
        return self._data

    def detach(self) -> None:
        """Let go of the data; the description stays."""
        self._data = None

    def read(self, request: Request) -> Block:
        """Read from the source.

        Raises
        ------
        SourceUnavailable
            The layer is not open, or its file cannot be read.
        """
        return self.data.read(request)

    def step_at(self, moment: np.datetime64 | None) -> int | None:
        """Give the step that shows a moment; 0 where the layer has no time, None outside its span."""
        axis = self._description.time if self._description else None
        if axis is None or not len(axis):
            return 0
        return axis.step_at(self.own_time(moment)) if moment is not None else 0

    @property
    def shift_h(self) -> float:
        """Hours from the layer's own axis to the shared clock: the user's shift, and that of times without a zone."""
        axis = self._description.time if self._description else None
        return self.time_shift_h + (axis.offset_h if axis is not None else 0.0)

    def own_time(self, moment: np.datetime64) -> np.datetime64:
        """Shift a moment of the shared clock to the layer's own axis."""
        return in_ns(moment) - np.timedelta64(round(self.shift_h * 3.6e12), "ns")

    def variable(self, name: str) -> Variable | None:
        """Find a variable of the source by name."""
        return self._description.variable(name) if self._description else None
