"""Base of observable models: validated fields that tell when they change."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from psygnal import EventedModel
from pydantic import ConfigDict, Field


class Evented(EventedModel):
    """A pydantic model whose ``events.<field>`` signals fire on change.

    Fields of a newer version are kept in ``unknown`` by ``from_dict`` and written back by ``to_dict``,
    so that a newer program's workspace survives an older one.
    """

    model_config: ClassVar[Any] = ConfigDict(extra="ignore", validate_assignment=True)
    unknown: dict[str, Any] = Field(default_factory=dict, exclude=True)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read the JSON form; fields this version does not know are kept aside."""
        strange = {k: v for k, v in data.items() if k not in cls.model_fields}
        return cls.model_validate({**data, "unknown": strange})

    def to_dict(self) -> dict[str, Any]:
        """Give a JSON form, with the fields that this version does not know."""
        return {**self.unknown, **self.model_dump(mode="json")}
