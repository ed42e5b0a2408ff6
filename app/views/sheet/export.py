"""Export: a page, or an atlas of it, written to files with their record; what is unchanged is not drawn again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from app.core import durable
from app.core.inputs import spare
from app.core.language import language, reason, set_language, tr
from app.core.pages.model import loose_ends
from app.views.sheet.atlas import chosen, leaves
from app.views.sheet.gather import Leaf, matter_of
from app.views.sheet.kept import Fingerprint, Kept
from app.views.sheet.maps import Maps
from app.views.sheet.order import Order, Written
from app.views.sheet.pdf import Info, PdfPage, assembled
from app.views.sheet.press import printed
from app.views.sheet.record import record_of, record_place
from app.views.sheet.words import facts_of, program_text, today
from layers.errors import SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.document import Document
    from app.core.jobs import Job
    from app.core.reading import Reading
    from app.views.sheet.press import Printed

FORBIDDEN = set('\\/:*?"<>|\n\r\t')
"""Signs that no file name has."""


class Exporter:
    """Writes the pages of one order.

    Parameters
    ----------
    order : Order
    document : Document
        Its layers are open.
    reading : Reading
    job : Job
        Hears of the progress; stops the work when cancelled.
    store : Kept, optional
        Where pages drawn before are found; the cache of this user where left out.
    """

    def __init__(self, order: Order, document: Document, reading: Reading, job: Job, store: Kept | None = None) -> None:
        self.order, self.document, self.reading, self.job = order, document, reading, job
        self.page = order.page
        self.date = order.date or today(self.page.utc_offset_hours)
        self.dpi = order.dpi or self.page.dpi
        if self.page.lang and self.page.lang != language():
            set_language(self.page.lang)
        self.maps = Maps(document, reading)
        self.leaves = self._leaves()
        self.prints = Fingerprint(document, self.maps, self.page, self.date, order.kind, self.dpi)
        self.store = store or Kept()

    def _leaves(self) -> list[Leaf]:
        atlas = self.page.atlas
        if atlas is None or not atlas.layer:
            return [Leaf(name="")]
        every = leaves(atlas, self.document, self.reading)
        wished = chosen(self.order.pages, len(every))
        return [every[number - 1] for number in wished]

    # ------------------------------------------------------------------ one page
    def print_page(self, leaf: Leaf) -> tuple[Printed, bool]:
        """Give a page as bytes, and whether it was there already."""
        key = self.prints.of(leaf)
        found = self.store.find(key) if self.prints.is_sure else None
        if found is not None:
            return found, True
        whole = leaf if self.page.atlas is not None and self.page.atlas.layer else None
        matter = matter_of(
            self.page, self.document, self.reading, self.maps,
            leaf=whole, date=self.date, dpi=self.dpi, check=self.job.check,
        )  # fmt: skip
        matter.facts = matter.facts.with_(record=self.prints.id)
        made = printed(matter, self.order.kind, self.dpi, self.job.check)
        if self.prints.is_sure:
            self.store.keep(key, made)
        return made, False

    def estimate(self) -> dict[str, Any]:
        """Give the number of pages and about how large the files will be, from the page in the middle."""
        made, _ = self.print_page(self.leaves[len(self.leaves) // 2])
        return {"pages": len(self.leaves), "bytes": len(made.data) * len(self.leaves), "files": len(self._targets())}

    # ---------------------------------------------------------------- all pages
    def run(self) -> Written:
        """Draw all pages and write the files and their record.

        Raises
        ------
        Cancelled
            The pages drawn so far are kept, so that the next run goes on there.
        HaitangError
            Something cannot be read or written; no output is half written.
        """
        started = time.perf_counter()
        self._check_places()
        done = Written(pages=len(self.leaves), record_id=self.prints.id, warnings=loose_ends(self.page))
        made: list[Printed] = []
        for number, leaf in enumerate(self.leaves):
            words = tr("Page {number} of {count}", number=number + 1, count=len(self.leaves))
            self.job.progress(0.02 + 0.93 * number / len(self.leaves), words)
            one, was_there = self.print_page(leaf)
            made.append(one)
            done.kept += was_there
            done.drawn += not was_there
        done.warnings += dict.fromkeys(text for one in made for text in one.missing)
        self.job.progress(0.95, tr("Writing"))
        self._write(made, done)
        done.seconds = time.perf_counter() - started
        self.store.trim()
        told = record_of(self.order, self.document, self.date, self.dpi, self.prints.inputs, done)
        done.record = put(record_place(self.order.out), [told])
        return done

    def _check_places(self) -> None:
        """Refuse places that cannot be written before a page is drawn, and those of inputs."""
        if not self.order.out.parent.is_dir():
            raise SourceUnavailable(
                "The file cannot be written: {reason}",
                where=str(self.order.out),
                remedy="Choose another place, or make the folder.",
                reason=tr("the folder does not exist"),
            )
        for path, _ in self._targets():
            spare(path, self.prints.inputs)
        spare(record_place(self.order.out), self.prints.inputs)

    def _targets(self) -> list[tuple[Path, list[int]]]:
        """Give the files to write, each with the numbers of its pages in the list of leaves."""
        out, atlas = self.order.out, self.page.atlas
        alone = len(self.leaves) == 1 and (atlas is None or not atlas.separate)
        if alone or (self.order.kind == "pdf" and (atlas is None or not atlas.separate)):
            return [(out, list(range(len(self.leaves))))]
        targets: list[tuple[Path, list[int]]] = []
        taken: set[str] = set()
        for at, leaf in enumerate(self.leaves):
            name = file_name(leaf.name) or str(leaf.number)
            name = f"{name}_{leaf.number}" if name.casefold() in taken else name
            taken.add(name.casefold())
            targets.append((out.with_name(f"{out.stem}_{name}{out.suffix}"), [at]))
        return targets

    def _write(self, made: list[Printed], done: Written) -> None:
        for path, numbers in self._targets():
            self.job.check()
            if self.order.kind == "pdf":
                sheets = [PdfPage(made[n].data, self.leaves[n].name, made[n].viewports) for n in numbers]
                pieces = assembled(sheets, self._info())
            else:
                pieces = [made[numbers[0]].data]
            done.outputs.append(put(path, pieces))

    def _info(self) -> Info:
        facts = facts_of(self.document, self.page, None, self.date)
        title = facts.value("title") or self.page.name
        return Info(title, self.page.words.get("unit", ""), self.page.name, program_text(), language())


def put(path: Path, pieces: list[bytes]) -> Path:
    """Write a file whole or not at all; gives its path.

    Raises
    ------
    SourceUnavailable
        The disk is full, the folder cannot be written, and the like; an old file is untouched.
    """
    try:
        durable.replace(path, pieces)
    except OSError as error:
        raise SourceUnavailable(
            "The file cannot be written: {reason}",
            where=str(path),
            remedy="Choose another place, or close the program that has it open.",
            reason=reason(error),
        ) from error
    return path


def file_name(text: str) -> str:
    """Give a name as a file can have it."""
    plain = "".join("_" if sign in FORBIDDEN else sign for sign in text).strip(" .")
    return plain[:80]
