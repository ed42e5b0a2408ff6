"""History: one stack of commands for layers, styles, view and features."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from psygnal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.commands import Command

QUICK_S = 1.0
"""Changes of one field that follow each other faster than this (s) are one act."""
LIMIT = 1000
"""Acts that can be undone."""


class History:
    """The acts of a session, oldest first.

    Parameters
    ----------
    perform : callable
        Applies a command to the document and writes it into the journal; raises when it cannot be done.
    now : callable
        Seconds of a clock that never goes back; tests give their own.

    Attributes
    ----------
    entries : list of Command
        Everything that can be undone or redone.
    position : int
        Entries before it are done, entries from it on are undone.
    """

    changed: ClassVar[Signal] = Signal()

    def __init__(self, perform: Callable[[Command], None], now: Callable[[], float] = time.monotonic) -> None:
        self._perform, self.now = perform, now
        self._numbers = count(1)
        self.clear()

    def clear(self, *, saved: bool = True) -> None:
        """Forget all acts; ``saved`` tells whether the present state is that of the file."""
        self.entries: list[Command] = []
        self._states: list[int] = []
        self._base = next(self._numbers)
        self._saved = self._base if saved else 0
        self.position = 0
        self._last_push: float | None = None
        self._dragging = 0
        self.changed.emit()

    # ------------------------------------------------------------------ state
    @property
    def is_saved(self) -> bool:
        """Whether the present state is the one last saved; looking around does not count."""
        return self.state == self._saved

    def mark_saved(self, state: int | None = None) -> None:
        """Remember the present state, or an earlier one, as saved."""
        self._saved = self.state if state is None else state
        self._last_push = None
        self.changed.emit()

    @property
    def state(self) -> int:
        """A number for the present state; an act gives a new one, undo brings back the one before."""
        return self._states[self.position - 1] if self.position else self._base

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to take back."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an act to do again."""
        return self.position < len(self.entries)

    # ------------------------------------------------------------------ growing
    def begin(self) -> None:
        """Start a drag: until ``end()`` the changes of one thing are one act."""
        self._dragging += 1
        self._last_push = None

    def end(self) -> None:
        """End a drag."""
        self._dragging = max(self._dragging - 1, 0)
        self._last_push = None

    def push(self, command: Command) -> None:
        """Keep a command that was done; quick changes of one thing join into one act.

        Looking around while acts are undone keeps them redoable and is not listed.
        """
        if command.is_view and self.can_redo:
            return
        del self.entries[self.position :], self._states[self.position :]
        if not self._join(command):
            state = self.state if command.is_view else next(self._numbers)
            self.entries.append(command)
            self._states.append(state)
        if len(self.entries) > LIMIT:
            self.entries.pop(0)
            self._base = self._states.pop(0)
        self.position = len(self.entries)
        self._last_push = self.now()
        self.changed.emit()

    def _join(self, command: Command) -> bool:
        if self._last_push is None or not self.entries:
            return False
        if not self._dragging and self.now() - self._last_push > QUICK_S:
            return False
        joined = self.entries[-1].merged(command, dragging=self._dragging > 0)
        if joined is None:
            return False
        if joined.is_nothing:
            self.entries.pop()
            self._states.pop()
        else:
            self.entries[-1] = joined
            if not joined.is_view:
                self._states[-1] = next(self._numbers)
        return True

    # ------------------------------------------------------------------ moving
    def undo(self) -> bool:
        """Take back the last act; False where there is none.

        Raises
        ------
        HaitangError
            It cannot be taken back; nothing has changed.
        """
        if not self.can_undo:
            return False
        self._perform(self.entries[self.position - 1].inverse())
        return self._moved(-1)

    def redo(self) -> bool:
        """Do the next undone act again; False where there is none."""
        if not self.can_redo:
            return False
        self._perform(self.entries[self.position])
        return self._moved(1)

    def _moved(self, by: int) -> bool:
        self.position += by
        self._last_push = None
        self.changed.emit()
        return True

    def go(self, position: int) -> None:
        """Undo or redo until ``position`` acts are done."""
        position = min(max(position, 0), len(self.entries))
        while self.position > position:
            self.undo()
        while self.position < position:
            self.redo()
