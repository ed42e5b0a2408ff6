"""Order: what is to be written, and what was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.pages.model import Page
    from app.views.sheet.press import Kind

KINDS = ("pdf", "png", "svg")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written.

    Parameters
    ----------
    page : Page
    out : Path
        PDF, PNG or SVG; several pages that are no PDF, and separate ones, get their names before the suffix.
    pages : str
        Which pages of an atlas, e.g. ``1-3,7``; empty = all.
    date : str
        What ``{date}`` says; empty = today.
    dpi : int
        0 = that of the page.
    """

    page: Page
    out: Path
    pages: str = ""
    date: str = ""
    dpi: int = 0

    @property
    def kind(self) -> Kind:
        """Kind of the files, by the suffix.

        Raises
        ------
        ParameterInvalid
            The suffix is none of those known.
        """
        suffix = self.out.suffix.lower().lstrip(".")
        if suffix not in KINDS:
            raise ParameterInvalid(
                "Pages are written as PDF, PNG or SVG.",
                where=str(self.out),
                remedy="Give the file one of these suffixes: .pdf, .png, .svg.",
            )
        return cast("Kind", suffix)


@dataclass(slots=True)
class Written:
    """What was written: files, how many pages were drawn and how many were kept from before."""

    outputs: list[Path] = field(default_factory=list)
    record: Path | None = None
    record_id: str = ""
    pages: int = 0
    drawn: int = 0
    kept: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)
