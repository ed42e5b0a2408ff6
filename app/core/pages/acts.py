"""Acts on pages: one command for everything, and what a document says of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from app.core.commands import Command, plain
from app.core.language import N_, tr
from app.core.pages.items import new_id
from app.core.pages.model import Page, page_from_dict
from layers.errors import EditError

if TYPE_CHECKING:
    from app.core.content import Content
    from app.core.document import Document

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetPage(Command):
    """Put a page (its JSON form) in the place of what it was; None = no such page.

    ``words`` are the title in the history; an English template with ``{page}``.
    """

    type: ClassVar[str] = "SetPage"
    page_id: str
    old: Json | None
    new: Json | None
    words: str = ""

    def apply(self, doc: Content) -> None:
        """Set the new state of the page."""
        if self.new is not None:
            page_from_dict(self.new)
        doc.set_page(self.page_id, self.new)

    def inverse(self) -> SetPage:
        """Set the old state."""
        return SetPage(self.page_id, self.new, self.old, self.words)

    def title(self) -> str:
        """Words of the history list."""
        page = str((self.new or self.old or {}).get("name", ""))
        if self.words:
            return tr(self.words, page=page)
        if self.old is None:
            return tr("Add the page {page}", page=page)
        return tr("Remove the page {page}", page=page) if self.new is None else tr("Change the page {page}", page=page)

    def parts(self) -> Json:
        """JSON form without the type."""
        return {"page_id": self.page_id, "old": self.old, "new": self.new, "words": self.words}

    @classmethod
    def from_dict(cls, data: Json) -> Self:
        """Read the JSON form."""
        return cls(data["page_id"], data["old"], data["new"], data.get("words", ""))

    def merged(self, later: Command, *, dragging: bool = False) -> Command | None:
        """Changes of one drag are one, and so are quick changes of the same kind."""
        if not isinstance(later, SetPage) or later.page_id != self.page_id:
            return None
        if None in (self.old, self.new, later.new) or not (dragging or (self.words == later.words == TYPED)):
            return None
        return SetPage(self.page_id, self.old, later.new, later.words)

    @property
    def is_nothing(self) -> bool:
        """Whether it changes nothing."""
        return self.old == self.new


TYPED = N_("Properties on the page {page}")
"""Words of the changes that join into one act when they follow each other quickly."""


def page(document: Content, page_id: str) -> Page:
    """Give a page of a document.

    Raises
    ------
    EditError
        There is no such page.
    DataError
        It has faults.
    """
    if page_id not in document.pages:
        raise EditError("There is no page {id} in this workspace.", id=page_id)
    return page_from_dict(document.pages[page_id])


def find(document: Content, word: str) -> str:
    """Give the id of the page with an id or a name.

    Raises
    ------
    EditError
        There is no such page.
    """
    for page_id, data in document.pages.items():
        if word in (page_id, data.get("name")):
            return page_id
    names = ", ".join(str(data.get("name", "")) for data in document.pages.values())
    remedy = "Pages here: {names}." if names else "Make one in the window, or name a template."
    raise EditError("There is no page {id} in this workspace.", remedy=remedy, id=word, names=names)


def put(document: Document, page_id: str, changed: Page, words: str = "") -> None:
    """Set a page as a command; a new id adds it."""
    old = document.pages.get(page_id)
    document.run(SetPage(page_id, old, plain(changed.to_dict()), words))


def add(document: Document, fresh: Page) -> str:
    """Add a page as a command, under a name that no other page has; gives its id."""
    names = {str(data.get("name")) for data in document.pages.values()}
    name, number = fresh.name or tr("Page"), 2
    while name in names:
        name, number = f"{fresh.name or tr('Page')} {number}", number + 1
    page_id = new_id()
    put(document, page_id, fresh.model_copy(update={"name": name}))
    return page_id


def remove(document: Document, page_id: str) -> None:
    """Remove a page as a command."""
    document.run(SetPage(page_id, document.pages.get(page_id), None))
