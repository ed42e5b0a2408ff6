"""Templates: pages that an office can change, as JSON files; words stand there in both languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import resources
from app.core import durable
from app.core.language import language, reason
from app.core.pages.items import new_id
from app.core.pages.model import Page, page_from_dict
from app.core.settings import home
from layers.errors import DataError, HaitangError, ParameterInvalid, SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
FORMAT = "haitang-page-template"
VERSION = 1
LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class Template:
    """A template: where it lies, its titles, and whether it is the office's own."""

    id: str
    title_zh: str
    title_en: str
    path: Path
    own: bool = False

    @property
    def title(self) -> str:
        """Title in the language of the screen."""
        return (self.title_zh if language() == "zh" else self.title_en) or self.title_zh or self.title_en or self.id


def own_folder() -> Path:
    """Give the folder of the office's own templates; made if it was not there."""
    folder = home() / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def templates() -> tuple[list[Template], list[HaitangError]]:
    """Give all templates, the office's own first, and what is wrong with those that cannot be read."""
    found: dict[str, Template] = {}
    faults: list[HaitangError] = []
    for folder, own in ((own_folder(), True), (resources.path("templates"), False)):
        for file in sorted(folder.glob("*.json")):
            try:
                data = _read(file)
            except HaitangError as error:
                faults.append(error)
                continue
            name = str(data.get("id") or file.stem)
            titles = str(data.get("title_zh", "")), str(data.get("title_en", ""))
            found.setdefault(name, Template(name, *titles, file, own))
    return list(found.values()), faults


def template(word: str) -> Template:
    """Find a template by its id or title, or by the path of its file.

    Raises
    ------
    ParameterInvalid
        There is none.
    """
    from pathlib import Path

    known, faults = templates()
    for one in known:
        if word in (one.id, one.title_zh, one.title_en):
            return one
    if Path(word).is_file():
        data = _read(Path(word))
        return Template(str(data.get("id") or word), str(data.get("title_zh", "")), "", Path(word), own=True)
    broken = next((fault for fault in faults if word and word in fault.where), None)
    if broken is not None:
        raise broken
    raise ParameterInvalid(
        "There is no template {name}.",
        where="--template",
        remedy="Templates here: {names}.",
        name=word,
        names=", ".join(one.id for one in known),
    )


def _read(file: Path) -> Json:
    where = str(file)
    try:
        with file.open("rb") as stream:
            raw = stream.read(LIMIT)
    except OSError as error:
        raise SourceUnavailable("The file cannot be read: {reason}", where=where, reason=reason(error)) from error
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        at = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "0"
        raise DataError(
            "The template is broken at {at}.", where=where, remedy="Correct it there, or delete it.", at=at
        ) from error
    if not isinstance(data, dict) or cast("Json", data).get("format") != FORMAT:
        raise DataError(
            "The file is no page template.", where=where, remedy='It must say "format": "{format}".', format=FORMAT
        )
    return cast("Json", data)


def page_of(one: Template, lang: str = "") -> Page:
    """Give a fresh page from a template, with its words in one language.

    Raises
    ------
    DataError
        The template has faults; all are named.
    """
    data = _read(one.path)
    chosen = lang or language()
    told = spoken(data.get("page"), chosen)
    if isinstance(told, dict):
        _name_items(cast("Json", told).get("items"))
    page = page_from_dict(told, str(one.path))
    return page.model_copy(update={"lang": page.lang or lang, "name": page.name or one.title})


def _name_items(items: Any) -> None:
    """Give items without an id one by their place, so that a template makes the same page each time."""
    for number, item in enumerate(cast("list[Any]", items) if isinstance(items, list) else []):
        if isinstance(item, dict):
            cast("Json", item).setdefault("id", f"item-{number}")


def spoken(value: Any, lang: str) -> Any:
    """Give a JSON value with the words of one language where it has both: ``{"zh": …, "en": …}``."""
    if isinstance(value, dict):
        data = cast("Json", value)
        if set(data) == {"zh", "en"}:
            return data[lang if lang in data else "en"]
        return {key: spoken(part, lang) for key, part in data.items()}
    if isinstance(value, list):
        return [spoken(part, lang) for part in cast("list[Any]", value)]
    return value


def place_of(title: str) -> Path:
    """Give the file that holds the office's own template of a title."""
    name = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in title.strip())
    return own_folder() / f"{name or new_id()}.json"


def save(page: Page, title: str) -> Path:
    """Keep a page as a template of the office; what belongs to one map alone is left out.

    Raises
    ------
    SourceUnavailable
        The folder cannot be written.
    """
    file = place_of(title)
    data = page.to_dict()
    for item in data["items"]:
        if item["kind"] == "map":
            item.update(extent=None, theme="", layers=[], moment="", crs=None)
    data["atlas"] = None
    document = {
        "format": FORMAT,
        "version": VERSION,
        "id": file.stem,
        "title_zh": title,
        "title_en": title,
        "page": data,
    }
    try:
        durable.replace(file, [json.dumps(document, ensure_ascii=False, indent=1).encode()])
    except OSError as error:
        raise SourceUnavailable(
            "The template cannot be written: {reason}", where=str(file), reason=reason(error)
        ) from error
    return file
