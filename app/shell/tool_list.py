"""The tools that plugins bring, loaded in the background."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.core.language import translated
from app.widgets.match import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.tools import Tool


class Tools:
    """The registry, loaded in a thread of its own: plugins may bring slow imports."""

    def __init__(self, relay: Callable[[Callable[[], object]], None]) -> None:
        self._relay = relay
        self._waiting: list[Callable[[dict[str, Tool], dict[str, str]], object]] = []
        self._loaded: tuple[dict[str, Tool], dict[str, str]] | None = None
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    def begin(self) -> None:
        """Start to load them, unless that was begun before; from any thread."""
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="tools", daemon=True)
                self._thread.start()

    def ask(self, done: Callable[[dict[str, Tool], dict[str, str]], object]) -> None:
        """Hand over tools by id and group titles, at once or when they are loaded; on the main thread.

        Loading is begun by ``begin``.
        """
        if self._loaded is not None:
            done(*self._loaded)
            return
        self._waiting.append(done)

    @property
    def known(self) -> dict[str, Tool]:
        """The tools loaded so far."""
        return self._loaded[0] if self._loaded is not None else {}

    def _load(self) -> None:
        from app.core.plugins import group_titles
        from app.core.tools import registry

        loaded = (registry(), group_titles())
        self._relay(lambda: self._take(loaded))

    def _take(self, loaded: tuple[dict[str, Tool], dict[str, str]]) -> None:
        self._loaded = loaded
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(*loaded)


def tool_entry(tool: Tool, groups: dict[str, str]) -> Entry:
    """Give a tool as an entry that can be looked for."""
    return Entry(
        id=f"tool:{tool.id}",
        zh=translated(tool.title, "zh"),
        en=tool.title,
        group=groups.get(tool.group, tool.group),
        icon="tools",
    )
