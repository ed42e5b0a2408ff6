"""Acts of comparing: by swiping, through a lens, by blinking, in linked maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.comparing import Comparison, Mode, Side
from app.core.sides import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk

    PickTheme = Callable[[QWidget | None, Callable[[str], object]], object]
    """Opens the themes as pictures below a widget; calls back with the name of the one chosen."""


def kind_of(comparison: Comparison) -> str:
    """Give ``off``, ``swipe``, ``lens``, ``blink``, or ``views2`` to ``views4``."""
    return f"views{len(comparison.sides) + 1}" if comparison.mode == "views" else comparison.mode


class Compare:
    """What the menu Map does to compare; the same act again ends it.

    Parameters
    ----------
    desk : Desk
    pick_theme : callable
    """

    def __init__(self, desk: Desk, pick_theme: PickTheme) -> None:
        self._desk, self._pick_theme = desk, pick_theme

    def swipe(self) -> None:
        """Show the other side behind a divider."""
        self._turn("swipe")

    def lens(self) -> None:
        """Show the other side in a lens."""
        self._turn("lens")

    def blink(self) -> None:
        """Show both sides in turn."""
        self._turn("blink")

    def two(self) -> None:
        """Show two linked maps."""
        self._turn("views2")

    def three(self) -> None:
        """Show three linked maps."""
        self._turn("views3")

    def four(self) -> None:
        """Show four linked maps."""
        self._turn("views4")

    def end(self) -> None:
        """Show the map alone; the sides are kept for the next time."""
        compare(self._desk.document, self._desk.document.comparison.with_(mode="off"))

    def theme_pictures(self) -> None:
        """Show the map themes as pictures; the one that is clicked is applied."""
        from app.core import themes

        self._pick_theme(None, lambda name: themes.apply(self._desk.document, name))

    def _turn(self, kind: str) -> None:
        if kind_of(self._desk.document.comparison) == kind:
            self.end()
        else:
            compare(self._desk.document, self._wanted(kind))

    def _wanted(self, kind: str) -> Comparison:
        """Give the comparison of a kind: the sides as they were, or new ones that differ from the map."""
        now = self._desk.document.comparison
        count = int(kind[5:]) - 1 if kind.startswith("views") else len(now.sides)
        mode: Mode = "views" if kind.startswith("views") else kind  # pyright: ignore[reportAssignmentType]
        sides = [*now.sides[:count]]
        if sides == [Side()]:
            sides = [self._fresh(0)]
        sides += [self._fresh(number) for number in range(len(sides), count)]
        return now.model_copy(update={"mode": mode, "sides": tuple(sides)})

    def _fresh(self, number: int) -> Side:
        """Give a side that shows something else: the next theme, else a later moment, else the same."""
        names = list(self._desk.document.themes)
        if number < len(names):
            return Side(theme=names[number])
        clock = self._desk.document.clock
        timed = len(clock.moments) > 1
        return Side(offset_h=float(number + 1 - len(names))) if timed else Side()
