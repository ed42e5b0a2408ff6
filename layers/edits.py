"""Edit: what changed in named features, old and new; inverts, joins, squashes, conflicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from layers.errors import EditConflict, EditError

Feature = dict[str, Any]
"""``{"geometry": GeoJSON-like dict or None, "properties": {column: value}}``; (east, north) in the layer's CRS."""


@dataclass(frozen=True, slots=True)
class Change:
    """One feature: ``old`` None = added, ``new`` None = deleted."""

    old: Feature | None
    new: Feature | None

    def inverted(self) -> Change:
        """Give the change that takes this one back."""
        return Change(self.new, self.old)


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes of one layer by feature id."""

    changes: dict[int, Change] = field(default_factory=dict[int, Change])

    def inverted(self) -> Edit:
        """Give the edit that takes this one back."""
        return Edit({fid: change.inverted() for fid, change in self.changes.items()})

    def then(self, later: Edit) -> Edit:
        """Squash this edit and a later one into one.

        Raises
        ------
        EditError
            The later edit does not start where this one ended.
        """
        joined = dict(self.changes)
        for fid, change in later.changes.items():
            before = joined.get(fid)
            if before is None:
                joined[fid] = change
                continue
            if before.new != change.old:
                raise EditError("The edits of feature {fid} do not follow each other.", fid=fid)
            joined[fid] = Change(before.old, change.new)
        return Edit({fid: c for fid, c in joined.items() if c.old != c.new})

    def conflicts(self, other: Edit) -> list[int]:
        """List the features that both edits change to different ends."""
        return [
            fid for fid, change in self.changes.items() if fid in other.changes and other.changes[fid].new != change.new
        ]

    def applied(self, features: dict[int, Feature]) -> dict[int, Feature]:
        """Give the features after this edit; the input is left alone.

        Raises
        ------
        EditConflict
            A feature is not in the state that the edit starts from.
        """
        result = dict(features)
        for fid, change in self.changes.items():
            if result.get(fid) != change.old:
                raise EditConflict(
                    "Feature {fid} was changed by someone else.",
                    remedy="Reload the layer and edit it again.",
                    fid=fid,
                )
            if change.new is None:
                result.pop(fid, None)
            else:
                result[fid] = change.new
        return result

    def to_dict(self) -> dict[str, Any]:
        """Give a JSON form."""
        return {str(fid): [c.old, c.new] for fid, c in self.changes.items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Edit:
        """Read the JSON form."""
        return cls({int(fid): Change(pair[0], pair[1]) for fid, pair in data.items()})
