"""Editable: the features of a layer as gestures and forms change them, wherever they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from app.core.commands import EditFeatures, plain
from app.core.language import N_
from app.core.row_edits import EditRows
from layers.edits import Change, Edit
from layers.errors import EditError
from layers.figure import Figure, from_geojson, places_of, read_figure, to_geojson, to_wkb, with_z
from layers.reshaping import many, parts_of, single
from layers.rows import NewRow, Row
from layers.sources.source import Column
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.core.command import Command
    from app.core.content import Content
    from app.core.copies import Copies
    from layers.changesets import WorkingCopy
    from layers.edits import Feature
    from layers.rules import Rule

Box = tuple[float, float, float, float]
Wanted = dict[int, NewRow | None]
_DIMENSIONS = {"point": 0, "line": 1, "polygon": 2, "curvepolygon": 2, "curve": 1, "surface": 2, "circular": 1,
               "compound": 1}  # fmt: skip
_ONLY = (N_("{layer} holds points only."), N_("{layer} holds lines only."), N_("{layer} holds areas only."))


class Editable(Protocol):
    """The features of one layer that can be changed."""

    @property
    def layer(self) -> VectorLayer:
        """The layer."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """The attributes."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the attributes must keep to."""
        ...

    def rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Give features by number."""
        ...

    def ids_in(self, box: Box) -> list[int]:
        """Give the features whose boxes touch a box."""
        ...

    def next_id(self) -> int:
        """Give a number that no feature has."""
        ...

    def command(self, wanted: Wanted, words: str) -> Command:
        """Give the command that makes features what they shall be; nothing has changed yet."""
        ...


def editable(document: Content, layer_id: str) -> Editable:
    """Give the features of a layer as something that can be changed.

    Raises
    ------
    EditError
        The layer is not being edited.
    """
    layer = document.layer(layer_id)
    if isinstance(layer, VectorLayer) and layer.is_scratch:
        return ScratchTable(layer)
    if isinstance(layer, VectorLayer) and layer.copy_at_work is not None:
        return CopyTable(layer, layer.copy_at_work, document.copies)
    raise EditError(
        "The layer {layer} is not being edited.",
        where=layer.source,
        remedy="Begin to edit it first.",
        layer=layer.name,
    )


@dataclass(frozen=True, slots=True)
class CopyTable:
    """Features of a file, in its working copy."""

    layer: VectorLayer
    copy: WorkingCopy
    copies: Copies | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The attributes."""
        return self.copy.meta.columns

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the file says of its attributes."""
        return self.copy.meta.rules

    def rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Give features by number."""
        return self.copy.rows(ids)

    def ids_in(self, box: Box) -> list[int]:
        """Give the features whose boxes touch a box."""
        return self.copy.ids_in(box)

    def next_id(self) -> int:
        """Give a number that no feature has."""
        return self.copy.next_id()

    def command(self, wanted: Wanted, words: str) -> Command:
        """Give the command for a changeset; EditError while a job is changing the copy."""
        if self.copies is not None:
            self.copies.check(self.layer.working)
        return EditRows(self.layer.id, self.copy.changeset(wanted), words, len(wanted))


@dataclass(frozen=True, slots=True)
class ScratchTable:
    """Features of the workspace."""

    layer: VectorLayer

    @property
    def columns(self) -> tuple[Column, ...]:
        """The attributes that the features have, with the kind of their first value."""
        found: dict[str, str] = {}
        for feature in self.layer.features.values():
            for name, value in feature.get("properties", {}).items():
                if found.get(name) is None:
                    found[name] = _kind(value)
        return tuple(Column(name, kind or "text") for name, kind in found.items())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """A scratch layer has none."""
        return ()

    def rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Give features by number."""
        found = self.layer.features
        return {number: _row(found[number]) for number in ids if number in found}

    def ids_in(self, box: Box) -> list[int]:
        """Give the features whose boxes touch a box."""
        x0, y0, x1, y1 = box
        found: list[int] = []
        for number, feature in self.layer.features.items():
            xy = places_of(from_geojson(feature["geometry"])) if feature.get("geometry") else np.zeros((0, 2))
            if not len(xy):
                continue
            low, high = xy.min(0), xy.max(0)
            if low[0] <= x1 and high[0] >= x0 and low[1] <= y1 and high[1] >= y0:
                found.append(number)
        return found

    def next_id(self) -> int:
        """Give a number that no feature has."""
        return max(self.layer.features, default=0) + 1

    def command(self, wanted: Wanted, words: str) -> Command:
        """Give the command for an edit of the workspace's features."""
        changes: dict[int, Change] = {}
        names = [column.name for column in self.columns]
        for number, row in wanted.items():
            old = self.layer.features.get(number)
            if row is None:
                changes[number] = Change(old, None)
                continue
            kept: dict[str, Any] = old["properties"] if old else {}
            values: dict[str, Any] = {**dict.fromkeys(names), **kept, **row.values}
            geometry = old["geometry"] if old and not row.moves else None
            if row.moves and row.geometry is not None:
                geometry = to_geojson(read_figure(row.geometry))
            new: Feature = plain({"geometry": geometry, "properties": values})
            changes[number] = Change(old, new)
        return EditFeatures(self.layer.id, Edit(changes), words)


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "float" if isinstance(value, float) else "text"


def _row(feature: Feature) -> Row:
    geometry = feature.get("geometry")
    return Row(to_wkb(from_geojson(geometry)) if geometry else None, dict(feature.get("properties", {})))


def dimension_of(layer: VectorLayer) -> int | None:
    """Give what a layer holds: 0 points, 1 lines, 2 areas; None where it is mixed, empty or not known."""
    if layer.is_scratch:
        kinds = {from_geojson(f["geometry"]).dimension for f in layer.features.values() if f.get("geometry")}
        return kinds.pop() if len(kinds) == 1 else None
    name = ((layer.description.geometry if layer.description else None) or "").lower().removeprefix("multi")
    return next((number for word, number in _DIMENSIONS.items() if name.startswith(word)), None)


def fitted(table: Editable, figure: Figure) -> Figure:
    """Give a figure in the form that its layer declares: single or several parts, with or without heights.

    Raises
    ------
    EditError
        The layer holds other kinds of features.
    """
    layer = table.layer
    wanted = dimension_of(layer)
    if wanted is not None and not layer.is_scratch and figure.dimension not in (wanted, -1):
        remedy = N_("Draw into a layer of the right kind.")
        raise EditError(_ONLY[wanted], where=layer.name, remedy=remedy, layer=layer.name)
    if layer.is_scratch or layer.description is None:
        return figure
    name = layer.description.geometry or ""
    if name.endswith((" Z", " ZM", "25D")) and not figure.has_z:
        figure = with_z(figure)
    if name.lower().startswith("multi"):
        return many(figure)
    strict = isinstance(table, CopyTable) and table.copy.meta.driver == "GPKG" and name[:3] not in ("", "Geo", "Unk")
    if strict and len(list(parts_of(figure))) > 1:
        raise EditError(
            "{layer} holds features of one part only, and this would have several.",
            where=layer.name,
            remedy="Choose features that touch, or save the layer in a form for several parts.",
            layer=layer.name,
        )
    return single(figure) if strict else figure


def figures(rows: Mapping[int, Row]) -> dict[int, Figure]:
    """Read the geometries of features; those without are left out."""
    return {number: read_figure(row.geometry) for number, row in rows.items() if row.geometry is not None}
