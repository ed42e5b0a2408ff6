"""Steps of the tour: a map sheet from its template to a PDF whose fonts, vectors and words are counted."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from app.core.jobs import ProcessJob
from app.core.language import N_, language
from app.core.pages import acts
from app.shell.file_acts import sample_path
from app.shell.tour.working import finished

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide

UNIT = "虚构设计院 Made-up office"


def map_sheet(guide: Guide) -> None:
    """A page from the template, its title block filled in, then taken back."""
    position = guide.document.history.position
    guide.do("pages")
    guide.wait(lambda: guide.window.acts["pages"].window is not None)
    window: Any = guide.window.acts["pages"].window
    window.resize(1366, 768)
    window.acts.new_page("a3_map")
    page = window.page()
    acts.put(guide.document, window.page_id, page.model_copy(update={"words": {**page.words, "unit": UNIT}}))
    _rest(guide, window)
    drawn = window.matter.maps["map"]
    guide.check(
        N_("The page has {items} items; its map stands at 1:{scale}, a round scale."),
        drawn.scale is not None and abs(drawn.scale / 500 - round(drawn.scale / 500)) < 1e-3,
        items=len(page.items),
        scale=round(drawn.scale or 0),
    )
    guide.check(
        N_("Nothing on the page is missing: {count} layers are in its legend."),
        not window.matter.faults and len(drawn.pictures) > 5,
        count=len(drawn.pictures),
    )
    before = language()
    for name in ("zh", "en"):
        guide.speak(name)
        _rest(guide, window)
        guide.shoot("window", of=window, languages=(name,))
    guide.speak(before)
    guide.window.acts["pages"].close_all()
    guide.document.history.go(position)
    guide.check(N_("Taken back, there is no page."), not guide.document.pages)
    guide.settle()


def sheet_pdf(guide: Guide) -> None:
    """The sheet as a PDF, and an atlas of the villages, from the command line."""
    out = guide.folder / f"{guide.step}-sheet.pdf"
    answer = _printed(guide, ["--template", "a3_map", "--out", str(out), "--lang", "zh", "--set", f"unit={UNIT}"])
    raw = out.read_bytes()
    fonts, pages = raw.count(b"/FontFile2"), raw.count(b"/Type /Page\n")
    guide.check(
        N_("One A3 page, {fonts} fonts embedded, {lines} line segments as vectors, {size} MB."),
        pages == 1 and fonts >= 2 and segments(raw) > 5000,
        fonts=fonts,
        lines=segments(raw),
        size=f"{len(raw) / 1e6:.1f}",
    )
    guide.check(N_("The map says where on earth it lies: EPSG:4550."), b"/Subtype /GEO" in raw and b"/EPSG 4550" in raw)
    guide.check(N_("Its id {id} stands on the sheet and in the record."), answer["record_id"], id=answer["record_id"])
    atlas = guide.folder / f"{guide.step}-atlas.pdf"
    words = ["--template", "a4_figure", "--out", str(atlas), "--lang", "en", "--atlas", "villages", "--name", "name"]
    first = _printed(guide, [*words, "--pages", "1-2", "--dpi", "100"])
    again = _printed(guide, [*words, "--pages", "1-3", "--dpi", "100"])
    guide.check(
        N_("An atlas of villages: {first} pages, then {count}, of which only {drawn} was drawn anew."),
        (first["pages"], again["pages"], again["drawn"]) == (2, 3, 1),
        first=first["pages"],
        count=again["pages"],
        drawn=again["drawn"],
    )


def _rest(guide: Guide, window: Any) -> None:
    guide.wait(lambda: window.matter is not None and window.is_idle)


def _printed(guide: Guide, words: list[str]) -> dict[str, Any]:
    job: Any = finished(guide, ProcessJob(N_("Page from the command line"), ["page", str(sample_path()), *words]))
    return job.answer


def segments(raw: bytes) -> int:
    """Count the line segments that the pages of a PDF draw."""
    total = 0
    for one in re.finditer(rb"/Filter /FlateDecode\n>>\nstream\n", raw):
        try:
            text = zlib.decompressobj().decompress(raw[one.end() :])
        except zlib.error:
            continue
        total += text.count(b" l\n") if b" cm\n" in text else 0
    return total
