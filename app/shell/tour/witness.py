"""Witness: holds that sentences are true of a window, and takes its pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core.language import N_, language
from app.shell import shots
from app.shell.tour import album
from app.shell.tour.album import Shot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.core.notices import Notice
    from app.shell.window import MainWindow

WIDE, SMALL = (1920, 1080), (1366, 768)
LANGUAGES = ("zh", "en")
SWITCH = {"zh": "chinese", "en": "english"}


class StepFailed(Exception):
    """Something is not as a step of the tour says.

    Parameters
    ----------
    sentence : str
        English sentence that does not hold, with ``{fields}``.
    **fields : object
    """

    def __init__(self, sentence: str, **fields: object) -> None:
        super().__init__(sentence.format(**fields) if fields else sentence)
        self.sentence, self.fields = sentence, fields


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that was checked and holds."""

    sentence: str
    fields: dict[str, object] = field(default_factory=dict)


class Witness:
    """Holds that sentences are true of a window, and takes its pictures.

    Parameters
    ----------
    window : MainWindow
    folder : Path
        Where pictures go; what tools make goes to ``products`` below it.

    Attributes
    ----------
    kept : dict
        What one step leaves for another.
    facts : list of Fact
        What was checked in this step and holds.
    """

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder = window, folder
        self.products = folder / "products"
        self.desk = window.desk
        self.document = window.desk.document
        self.canvas = window.canvas
        self.kept: dict[str, Any] = {}
        self.facts: list[Fact] = []
        self.shots: list[Shot] = []
        self.faults: list[str] = []
        self.notices: list[Notice] = []
        self.step = ""
        self.desk.notices.posted.connect(self.notices.append)

    def begin(self, step: str) -> None:
        """Start a step: nothing is checked, told or pictured yet."""
        self.step = step
        self.facts, self.shots, self.faults = [], [], []
        self.notices.clear()
        self.clear_toasts()

    def do(self, act: str) -> None:
        """Do an act of the menus, and wait for what follows from it.

        Raises
        ------
        StepFailed
            It cannot be done now.
        """
        self.window.menus.refresh_now()
        action = self.window.menus.actions[act]
        if not action.isEnabled():
            raise StepFailed(N_("The act {act} cannot be done now."), act=act)
        action.trigger()
        self.settle()

    def settle(self) -> None:
        """Wait until map and chart show everything they were asked for."""
        shots.settle(self.window)

    # -- saying ----------------------------------------------------------------------
    def check(self, sentence: str, holds: object, **fields: object) -> None:
        """Hold that a sentence is true; it goes onto the page.

        Raises
        ------
        StepFailed
            It is not.
        """
        if not holds:
            raise StepFailed(sentence, **fields)
        self.facts.append(Fact(sentence, fields))

    def forgive(self) -> None:
        """Take the notices so far as expected."""
        self.notices.clear()

    def end(self) -> None:
        """End a step: nothing went wrong that it did not expect.

        Raises
        ------
        StepFailed
            The window told of an error, or a picture has faults.
        """
        wrong = [notice for notice in self.notices if notice.severity == "error"]
        if wrong:
            raise StepFailed(N_("The window told of an error: {text}"), text=f"{wrong[0].text} {wrong[0].where}")
        if self.faults:
            raise StepFailed(N_("Pictures have faults: {faults}"), faults="; ".join(self.faults))

    # -- picturing -------------------------------------------------------------------
    def speak(self, name: str) -> None:
        """Switch the window to a language."""
        if language() != name:
            self.do(SWITCH[name])

    def dress(self, name: str) -> None:
        """Switch the window to ``light`` or ``dark``."""
        if self.desk.settings.theme != name:
            self.do(f"theme-{name}")

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size, px."""
        if (self.window.width(), self.window.height()) != size:
            self.window.resize(*size)
            self.settle()

    def clear_toasts(self) -> None:
        """Close the notices on screen."""
        for toast in self.window.toaster.toasts():
            toast.dismiss()

    def shoot(
        self,
        part: str = "",
        *,
        of: QWidget | None = None,
        over: Sequence[QWidget] = (),
        languages: Sequence[str] = LANGUAGES,
    ) -> None:
        """Take the picture of the window in some languages; ``end`` fails where anything is wrong with it.

        Parameters
        ----------
        part : str
            What of the step it shows.
        of : QWidget, optional
            The part of the window that is pictured; all of it where absent.
        over : sequence of QWidget
            Dialogs and menus that lie over the window.
        languages : sequence of str
            The window is switched to each, live, and back.
        """
        before = language()
        for name in sorted(languages, key=lambda one: one != before):
            self.speak(name)
            self._keep(part, of or self.window, over, name)
        self.speak(before)

    def keep_dialog(self, part: str, dialog: QWidget) -> None:
        """Take the picture of a question that waits for its answer, in the language on screen."""
        self._picture(part, self.window, [dialog], language())

    def _keep(self, part: str, shown: QWidget, over: Sequence[QWidget], name: str) -> None:
        self.settle()
        self._picture(part, shown, over, name)

    def _picture(self, part: str, shown: QWidget, over: Sequence[QWidget], name: str) -> None:
        image = album.picture(shown, over)
        size, look = (image.width(), image.height()), self.desk.settings.theme
        words = [self.step, part, name, look, *([f"{size[0]}x{size[1]}"] if shown is self.window else [])]
        file = "-".join(word for word in words if word) + ".png"
        album.keep(image, self.folder / file)
        self.shots.append(Shot(file, part, name, look, size))
        self.faults += [f"{file}: {one}" for one in album.findings(image, [shown, *over], name)]
