"""Command: an act on the document as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from app.core.content import Content

Json = dict[str, Any]


class Command(ABC):
    """An act. Frozen, JSON in and out, and no more than data: it holds no layer and no window."""

    type: ClassVar[str]

    @abstractmethod
    def apply(self, doc: Content) -> None:
        """Do it. When this raises, the document is as it was.

        Raises
        ------
        HaitangError
            It cannot be done.
        """

    @abstractmethod
    def inverse(self) -> Command:
        """Give the command that takes this one back."""

    @abstractmethod
    def title(self) -> str:
        """Give the translated words of the history list."""

    @abstractmethod
    def parts(self) -> Json:
        """Give the JSON form without the type."""

    def to_dict(self) -> Json:
        """Give the JSON form; ``command_from_dict`` reads it."""
        return {"type": self.type, **self.parts()}

    @classmethod
    @abstractmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""

    def merged(self, later: Command, *, dragging: bool = False) -> Command | None:
        """Give one command for this and a later one, or None where they stay two.

        ``dragging`` is true between ``History.begin()`` and ``end()``.
        """
        return None

    @property
    def is_nothing(self) -> bool:
        """Whether it changes nothing."""
        return False

    @property
    def is_view(self) -> bool:
        """Whether it only looks around: the workspace need not be saved for it."""
        return False
