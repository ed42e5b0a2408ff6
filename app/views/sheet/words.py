"""Words: what the fields of a page's texts stand for; unknown is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.language import N_, tr
from app.views import projection
from app.views.map2d.overlays import map_note, source_name
from app.views.sheet.marks import scale_text
from app.views.wording import datum_text, number_text

if TYPE_CHECKING:
    import numpy as np

    from app.core.document import Document
    from app.core.pages.model import Page
    from app.views.sheet.maps import DrawnMap

FIELD = re.compile(r"\{([^{}\n]{1,60})\}")

FIELDS = {
    "title": N_("Title of the workspace, or the word “title” of the page"),
    "workspace": N_("Name of the workspace file"),
    "date": N_("Date of the export"),
    "scale": N_("Scale of the map"),
    "crs": N_("Coordinate system of the map"),
    "vdatum": N_("Vertical datum of its layers"),
    "time": N_("Moment of the map, with the offset of its clock"),
    "source": N_("Files that the map shows"),
    "note": N_("Remark of the workspace, such as that a place is made up"),
    "page": N_("Number of the page"),
    "pages": N_("Number of pages"),
    "record": N_("Id of the record of the export"),
    "program": N_("Name and version of the program"),
    "atlas.name": N_("Name of the page of an atlas"),
}
"""Fields that the program fills in, and what they stand for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What texts of one page may say.

    Parameters
    ----------
    words : dict
        Of the page itself: ``unit``, ``drawn`` …
    known : dict
        What the program knows: ``title``, ``date`` …
    atlas : dict
        Columns of the feature that the page is about.
    """

    words: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    atlas: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """Give what a field stands for; None where nobody knows it."""
        if name.startswith("atlas."):
            found = self.atlas.get(name[6:])
            return None if name[6:] not in self.atlas else cell_text(found)
        return self.words.get(name) or self.known.get(name)

    def filled(self, text: str) -> str:
        """Fill the fields of a text; those that nobody knows become empty where the page has a word of that name."""

        def one(found: re.Match[str]) -> str:
            name = found[1].strip()
            value = self.value(name)
            if value is not None:
                return value
            return "" if name in self.words or name in self.known or name.startswith("atlas.") else found[0]

        return FIELD.sub(one, text)

    def unknown(self, text: str) -> list[str]:
        """Name the fields of a text that nobody knows."""
        names = [name.strip() for name in FIELD.findall(text)]
        return [n for n in names if self.value(n) is None and n not in self.words and n not in self.known]

    def with_(self, **known: str) -> Facts:
        """Give the facts with more that the program knows."""
        return replace(self, known={**self.known, **known})


def cell_text(value: Any) -> str:
    """Write a value of a column for a page."""
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def program_text() -> str:
    """Give name and version of the program."""
    return f"{tr('Haitang Workbench')} {version('haitang-workbench')}"


def origin_of(document: Document) -> Path | None:
    """Give the workspace file that a document comes from: its own, or that of the window that lets it be drawn."""
    named = str(document.unknown.get("origin", ""))
    if "origin" in document.unknown:
        return Path(named) if named else None
    return document.path


def folder_of(document: Document) -> Path | None:
    """Give the folder that paths of pictures start from; None where the workspace is not saved."""
    path = origin_of(document)
    return path.parent if path is not None else None


def file_of(path: str, folder: Path | None) -> Path:
    """Give the file that a path of a page means."""
    return Path(path) if Path(path).is_absolute() or folder is None else folder / path


def today(offset_hours: float) -> str:
    """Give the date of today by a local time, ISO 8601."""
    return (datetime.now(UTC) + timedelta(hours=offset_hours)).date().isoformat()


def facts_of(document: Document, page: Page, drawn: DrawnMap | None, date: str) -> Facts:
    """Give what the texts of a page may say, from its first map and the document."""
    path = origin_of(document)
    known = {
        "title": document.title or (path.stem if path else ""),
        "workspace": path.name if path else tr("not saved"),
        "date": date,
        "note": map_note(document.notes),
        "program": program_text(),
        "page": "1",
        "pages": "1",
        "record": "",
    }
    if drawn is not None:
        known |= map_facts(document, page, drawn)
    return Facts(dict(page.words), known)


def map_facts(document: Document, page: Page, drawn: DrawnMap) -> dict[str, str]:
    """Give scale, systems, moment and sources of a map, as words."""
    view = drawn.view
    shown = [p.look for p in drawn.pictures if not p.look.empty_reason]
    datums = list(dict.fromkeys(look.vdatum for look in shown if look.vdatum))
    names = dict.fromkeys(source_name(look.source) for look in reversed(shown) if look.source != "memory:")
    return {
        "scale": scale_text(drawn),
        "crs": tr("unknown") if view.crs is None else projection.system_name(view.crs),
        "vdatum": ", ".join(datum_text(name) for name in datums) if datums else tr("unknown"),
        "time": moment_text(document, drawn.now, page.utc_offset_hours),
        "source": ", ".join(names),
    }


def moment_text(document: Document, now: np.datetime64 | None, offset_hours: float) -> str:
    """Write a moment with the offset of its clock; durations where no date is known, empty where there is no time."""
    return document.clock.local(offset_hours).text(now)
