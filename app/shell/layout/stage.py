"""Stage: what the parts of the layout window know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox

    from app.core.pages.model import Page
    from app.shell.desk import Desk
    from app.shell.layout.canvas import Canvas
    from app.views.sheet.page import Matter


class Stage(Protocol):
    """The window, as its tool bar and its acts see it; it is a widget too."""

    desk: Desk
    page_id: str
    canvas: Canvas
    choice: QComboBox
    matter: Matter | None
    acts: Any

    def page(self) -> Page | None:
        """Give the page that is shown."""
        ...

    def refresh(self) -> None:
        """Bring everything in line with the document."""
        ...

    def say(self, text: str) -> None:
        """Show a sentence at the foot."""
        ...
