"""The command ``page``: a page or an atlas written to files, without a window."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.language import set_language, tr
from layers.errors import DataError, ParameterInvalid

if TYPE_CHECKING:
    import argparse

    from app.core.document import Document
    from app.core.jobs import Job
    from app.core.pages.model import Page
    from app.core.reading import Reading
    from app.views.sheet.order import Order


def page(parsed: argparse.Namespace) -> int:
    """Write what the command line asks for; the exit code."""
    from app.core.jobs import Job, stderr_progress

    job = Job(on_progress=stderr_progress())
    if getattr(parsed, "record", None) is not None:
        return _again(parsed, job)
    job.progress(0.0, tr("Opening"))
    if parsed.lang:
        set_language(parsed.lang)
    with_out = parsed.estimate or parsed.out is not None
    if not with_out:
        raise ParameterInvalid("The command needs: {names}.", where="haitang page", remedy="See {prog} --help.",
                               names="--out", prog="haitang page")  # fmt: skip
    with Opened(parsed.paths) as (document, reading):
        order = ordered(parsed, document)
        from app.views.sheet.export import Exporter
        from app.views.wishes import zone_remarks

        exporter = Exporter(order, document, reading, job)
        if parsed.estimate:
            _say(exporter.estimate(), as_json=parsed.json)
            return 0
        done = exporter.run()
        remarks = [*done.warnings, *zone_remarks(document, parsed.time or "")]
    answer = {
        "outputs": [str(path) for path in done.outputs],
        "pages": done.pages,
        "drawn": done.drawn,
        "kept": done.kept,
        "record": str(done.record),
        "record_id": done.record_id,
        "warnings": remarks,
        "seconds": round(done.seconds, 3),
    }
    _say(answer, as_json=parsed.json)
    return 0


def _again(parsed: argparse.Namespace, job: Job) -> int:
    """Run the record of an export again; leaves what differs in ``parsed.differences``."""
    from app.core.records import read_record
    from app.views.sheet.again import content_of, differences

    record = read_record(parsed.record)
    with Opened([], content_of(record, str(parsed.record))) as (document, reading):
        parsed.differences = differences(record, str(parsed.record), document, reading, job)
    return 0


def _say(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    sys.stderr.writelines(f"{remark}\n" for remark in answer.get("warnings", ()))
    for path in answer.get("outputs", ()):
        sys.stdout.write(tr("Written: {path}", path=path) + "\n")
    for warning in answer.get("warnings", ()):
        sys.stderr.write(warning + "\n")
    if "bytes" in answer:
        size = f"{answer['bytes'] / 1e6:.1f}"
        sys.stdout.write(tr("{pages} pages, about {size} MB", pages=answer["pages"], size=size) + "\n")
    else:
        sys.stdout.write(
            tr(
                "{pages} pages, {drawn} of them drawn now, {seconds} s",
                pages=answer["pages"],
                drawn=answer["drawn"],
                seconds=f"{answer['seconds']:.2f}",
            )
            + "\n"
        )


class Opened:
    """Files, a workspace, or what a record holds, open without a window."""

    def __init__(self, paths: list[str], content: dict[str, Any] | None = None) -> None:
        self._paths, self._content = paths, content

    def __enter__(self) -> tuple[Document, Reading]:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtWidgets import QApplication

        from app.core.document import Document
        from app.core.readers import ReaderPool
        from app.core.reading import Reading
        from app.views.shot import open_paths

        self._application = QGuiApplication.instance() or QApplication([])
        self._pool = ReaderPool(max_processes=2)
        document = Document()
        try:
            reading = Reading(document, self._pool)
            if self._content is not None:
                document.replace(self._content)
            open_paths(document, reading, self._paths)
        except BaseException:
            self._pool.close()
            raise
        return document, reading

    def __exit__(self, *_: object) -> None:
        self._pool.close()


def ordered(parsed: argparse.Namespace, document: Document) -> Order:
    """Give what is to be written, from the words of the command line.

    Raises
    ------
    HaitangError
        There is no such page or template, or a word does not fit.
    """
    from app.views.sheet.order import Order

    made = _with_words(_page(parsed, document), parsed.set)
    made = _with_map(made, parsed, document)
    made = _with_atlas(made, parsed)
    if parsed.dpi:
        made = _checked(made, {"dpi": parsed.dpi}, "--dpi")
    return Order(made, parsed.out or Path("page.pdf"), parsed.pages, parsed.date or "", 0)


def _page(parsed: argparse.Namespace, document: Document) -> Page:
    from app.core.pages import acts, templates
    from app.core.pages.model import page_from_dict

    if parsed.page and parsed.template:
        raise ParameterInvalid("Name a page or a template, not both.", where="haitang page")
    if parsed.page:
        found = page_from_dict(document.pages[acts.find(document, parsed.page)], parsed.page)
        return found.model_copy(update={"lang": parsed.lang or found.lang})
    return templates.page_of(templates.template(parsed.template or "a3_map"), parsed.lang or "")


def _with_words(made: Page, given: list[str]) -> Page:
    words = dict(made.words)
    for word in given:
        name, sign, text = word.partition("=")
        if not sign or not name.strip():
            raise ParameterInvalid(
                "{value} does not fit here.", where="--set", remedy="Write it as unit=…, project=….", value=word
            )
        words[name.strip()] = text.replace("\\n", "\n")
    return made.model_copy(update={"words": words})


def _with_map(made: Page, parsed: argparse.Namespace, document: Document) -> Page:
    from app.views.wishes import extent_from, moment_of

    main = made.map_of("")
    changes: dict[str, Any] = {}
    extent = extent_from(parsed.extent or "")
    if extent is not None:
        changes["extent"] = tuple(extent.to_list())
    if parsed.scale:
        changes["scale"] = parsed.scale
    if parsed.crs:
        changes["crs"] = parsed.crs
    if parsed.map_theme:
        changes["theme"] = parsed.map_theme
    if parsed.time:
        changes["moment"] = str(moment_of(document, parsed.time)) + "Z"
    if not changes:
        return made
    if main is None:
        raise DataError(
            "The page has no map.", where=made.name, remedy="Take a page with a map, or leave out what is about it."
        )
    for item in made.maps():
        shared = {name: value for name, value in changes.items() if name in ("moment", "crs") or item.id == main.id}
        data = {**item.model_dump(mode="json"), **shared}
        made = made.with_item(_validated(type(item), data, "haitang page"))
    return made


def _with_atlas(made: Page, parsed: argparse.Namespace) -> Page:
    given = {"layer": parsed.atlas, "name": parsed.name, "where": parsed.where, "sort": parsed.sort,
             "margin": parsed.margin, "scale": parsed.scale if parsed.atlas else None}  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if parsed.separate:
        changes["separate"] = True
    if not changes:
        return made
    base = made.atlas.model_dump(mode="json") if made.atlas is not None else {}
    return _checked(made, {"atlas": {**base, **changes}}, "--atlas")


def _checked(made: Page, changes: dict[str, Any], where: str) -> Page:
    from app.core.pages.model import page_from_dict

    return page_from_dict({**made.to_dict(), **changes}, where)


def _validated(kind: Any, data: dict[str, Any], where: str) -> Any:
    from pydantic import ValidationError

    from app.core.kinds import fault

    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise fault(error, where) from error
