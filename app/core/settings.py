"""Settings: versioned, saved whole, and kind to the fields of a newer program."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core import durable

VERSION = 1
RECENT_LIMIT = 12


def home() -> Path:
    """Give the folder of settings, sessions, caches and records: ``$HAITANG_HOME`` or the user's data folder."""
    named = os.environ.get("HAITANG_HOME")
    if named:
        folder = Path(named)
    else:
        from platformdirs import user_data_path

        folder = user_data_path("Haitang Workbench", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder(name: Literal["sessions", "cache", "class_tables", "audit", "edits"]) -> Path:
    """Give a folder below ``home()``, made if it was not there."""
    path = home() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


class Settings(BaseModel):
    """What one user prefers; unknown fields survive a round trip.

    Parameters
    ----------
    language : {"", "zh", "en"}
        Empty = the language of the operating system.
    theme : {"system", "light", "dark"}
    person : str
        Name that confirms class tables and offsets and that the audit log names.
    recent : list of str
        Files last opened, newest first.
    utc_offset_hours : float
        Offset of the local time on screen; 8 = Beijing time.
    memory_mb : int
        Memory that a reader process may take.
    cache_mb : int
        Memory for blocks kept in the window's process.
    autosave_minutes : float
        Time between two checkpoints of the session.
    trusted : list of str
        Folders of plugins that the user has allowed.
    """

    model_config: ClassVar[Any] = ConfigDict(extra="allow", validate_assignment=True)

    version: int = VERSION
    language: Literal["", "zh", "en"] = ""
    theme: Literal["system", "light", "dark"] = "system"
    person: str = ""
    recent: list[str] = Field(default_factory=list)
    utc_offset_hours: float = Field(default=8.0, ge=-14, le=14)
    memory_mb: int = Field(default=2048, ge=256)
    cache_mb: int = Field(default=512, ge=32)
    autosave_minutes: float = Field(default=5.0, gt=0)
    trusted: list[str] = Field(default_factory=list)
    window: dict[str, Any] = Field(default_factory=dict)
    snapping: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def load(cls) -> Self:
        """Read ``home()/settings.json``; a field that is wrong gets its default.

        A file that is no JSON object is kept aside as ``settings.broken.json``.
        """
        path = home() / "settings.json"
        try:
            data = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            with suppress(OSError):
                path.replace(path.with_name("settings.broken.json"))
            return cls()
        return cls._tolerant(cast("dict[str, Any]", data))

    @classmethod
    def _tolerant(cls, data: dict[str, Any]) -> Self:
        """Read fields one by one in need: a field that is wrong gets its default, the others stay."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
        return cls.model_validate({k: v for k, v in data.items() if k not in wrong})

    def save(self) -> None:
        """Write the settings whole.

        Raises
        ------
        OSError
            The folder cannot be written.
        """
        path = home() / "settings.json"
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        durable.replace(path, [text.encode()])

    def remember(self, path: str) -> None:
        """Put a file at the head of the recent ones."""
        self.recent = [path, *(p for p in self.recent if p != path)][:RECENT_LIMIT]

    def forget(self, path: str) -> None:
        """Take a file off the recent ones."""
        self.recent = [p for p in self.recent if p != path]
