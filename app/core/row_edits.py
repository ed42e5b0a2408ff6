"""EditRows: a change of features in a working copy, as a command; EditLogged: one of many features, kept in its log."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.core.command import Command, Json
from app.core.copies import Logged
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


@dataclass(frozen=True, slots=True)
class EditLogged(Command):
    """Change features of a layer in its working copy as an entry of its log did, or take that back.

    For acts on many features: neither journal nor history holds the changeset a second time.
    """

    type: ClassVar[str] = "EditLogged"
    layer_id: str
    number: int
    back: bool = False
    words: str = ""
    count: int = 1

    def apply(self, doc: Content) -> None:
        """Apply the changeset of the entry, or its inverse."""
        doc.edit(self.layer_id, Logged(self.number, self.back))

    def inverse(self) -> EditLogged:
        """Take it back, or do it again."""
        return EditLogged(self.layer_id, self.number, not self.back, self.words, self.count)

    def title(self) -> str:
        """Words of the history list."""
        return tr(self.words or N_("Edit {count} features"), count=self.count)

    def parts(self) -> Json:
        """JSON form without the type."""
        own = {"layer_id": self.layer_id, "number": self.number, "back": self.back}
        return {**own, "words": self.words, "count": self.count}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        number, back = int(data["number"]), bool(data["back"])
        return cls(data["layer_id"], number, back, data.get("words", ""), int(data.get("count", 1)))
