"""Notices: short sentences to the user, with acts that he may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from psygnal import Signal

from app.core.language import error_text

if TYPE_CHECKING:
    from layers.errors import HaitangError

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, already in the user's language.

    ``actions`` are pairs of a translated title and the name of the callback in the table of actions.
    """

    severity: Severity
    text: str
    where: str = ""
    actions: tuple[tuple[str, str], ...] = ()


class Notices:
    """The notices of this run, newest last; ``posted`` fires for each new one."""

    posted: ClassVar[Signal] = Signal(Notice)
    limit: ClassVar[int] = 500

    def __init__(self) -> None:
        self.all: list[Notice] = []

    def post(self, notice: Notice) -> None:
        """Show a notice; one that repeats the last is shown but kept once."""
        if not self.all or self.all[-1] != notice:
            self.all.append(notice)
            del self.all[: -self.limit]
        self.posted.emit(notice)

    def info(self, text: str, where: str = "") -> None:
        """Show that something was done."""
        self.post(Notice("info", text, where))

    def warning(self, text: str, where: str = "") -> None:
        """Show that something needs a look."""
        self.post(Notice("warning", text, where))

    def error(self, fault: HaitangError, actions: tuple[tuple[str, str], ...] = ()) -> None:
        """Show an error of the house: what, where and the remedy."""
        self.post(Notice("error", error_text(fault), fault.where, actions))
