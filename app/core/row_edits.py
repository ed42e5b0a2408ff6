"""EditRows: a change of features in a working copy, as a command."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.core.command import Command, Json
from app.core.language import N_, tr

if TYPE_CHECKING:
    from app.core.content import Content


@dataclass(frozen=True, slots=True)
class EditRows(Command):
    """Change features of a layer in its working copy: one SQLite changeset, written as base64."""

    type: ClassVar[str] = "EditRows"
    layer_id: str
    changeset: bytes
    words: str = ""
    count: int = 1

    def apply(self, doc: Content) -> None:
        """Apply the changeset."""
        doc.edit(self.layer_id, self.changeset)

    def inverse(self) -> EditRows:
        """Give the inverse changeset."""
        from layers.changesets import inverted

        return EditRows(self.layer_id, inverted(self.changeset), self.words, self.count)

    def title(self) -> str:
        """Words of the history list."""
        return tr(self.words or N_("Edit {count} features"), count=self.count)

    def parts(self) -> Json:
        """JSON form without the type."""
        text = b64encode(self.changeset).decode()
        return {"layer_id": self.layer_id, "changeset": text, "words": self.words, "count": self.count}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        changeset = b64decode(data["changeset"], validate=True)
        return cls(data["layer_id"], changeset, data.get("words", ""), int(data.get("count", 1)))

    @property
    def is_nothing(self) -> bool:
        """Whether no feature changes."""
        return not self.changeset
