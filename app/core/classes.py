"""Class tables: ours as shipped, the user's in place of them, and who confirmed which."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

import resources
from app.core import durable
from app.core.audit import AuditLog
from app.core.kinds import fault
from app.core.language import language, reason, tr
from app.core.settings import folder
from layers.errors import DataError, SourceUnavailable
from layers.style import ClassTable

if TYPE_CHECKING:
    from pathlib import Path

CONFIRMATIONS = "confirmations.json"


def tables() -> dict[str, ClassTable]:
    """Give all class tables by id: the shipped ones, the user's in place of those with the same id.

    A table whose content a named person has confirmed carries the name and the time. A file of the user
    that cannot be read is left out; ``broken_tables`` names it.
    """
    found = {**_shipped(), **_own()[0]}
    confirmed = _confirmations()
    return {key: _with_confirmation(table, confirmed) for key, table in found.items()}


def table(table_id: str) -> ClassTable:
    """Give one class table.

    Raises
    ------
    DataError
        There is no table with this id.
    """
    found = tables().get(table_id)
    if found is None:
        raise DataError(
            "There is no class table {id}.",
            remedy="Choose one of: {known}.",
            id=table_id,
            known=", ".join(sorted(tables())),
        )
    return found


def broken_tables() -> list[DataError]:
    """Give what is wrong with the user's own files of class tables."""
    return _own()[1]


def shipped(table_id: str) -> ClassTable | None:
    """Give a table as it came with the program; None where it is the user's own."""
    return _shipped().get(table_id)


def save(changed: ClassTable) -> ClassTable:
    """Keep a table of the user below ``home()``.

    A table that differs from the one in force gets the next version and stands unconfirmed.

    Raises
    ------
    DataError
        The id is no plain name, the classes overlap, or the table in force must not be changed.
    SourceUnavailable
        The file cannot be written.
    """
    if not changed.id.isidentifier():
        raise DataError("The id of a class table is made of letters, digits and _.", where=changed.id)
    check(changed)
    before = tables().get(changed.id)
    if before is not None and not before.editable:
        raise DataError("The class table {id} cannot be changed.", id=changed.id)
    bare = changed.model_copy(update={"confirmed_by": "", "confirmed_at": ""})
    if before is not None and _content(bare) == _content(before):
        return before
    version = _next_version(before.version) if before is not None else bare.version
    kept = bare.model_copy(update={"version": version})
    _write(folder("class_tables") / f"{kept.id}.json", kept.model_dump(mode="json"))
    return kept


def restore(table_id: str) -> ClassTable | None:
    """Take back the user's changes: the shipped table is in force again; None where there is none."""
    (folder("class_tables") / f"{table_id}.json").unlink(missing_ok=True)
    return tables().get(table_id)


def confirm(checked: ClassTable, person: str) -> ClassTable:
    """Note that a named person has compared a table with its source; the audit log names him too.

    Raises
    ------
    DataError
        No name is given, or the table is not the one in force.
    """
    name = person.strip()
    if not name:
        raise DataError("A class table is confirmed by a named person.", remedy="Enter your name.", where=checked.id)
    in_force = table(checked.id)
    if _content(in_force) != _content(checked):
        raise DataError("The class table {id} was changed; save it before confirming it.", id=checked.id)
    noted = _confirmations()
    noted[checked.id] = {
        "sha256": _digest(in_force),
        "version": in_force.version,
        "person": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    _write(folder("class_tables") / CONFIRMATIONS, noted)
    AuditLog().record("confirm class table", f"{in_force.id} {in_force.version}", _digest(in_force), person=name)
    return table(checked.id)


def is_pending(checked: ClassTable) -> bool:
    """Whether 待核 is shown: the source was not read in a public text, and nobody has confirmed the table."""
    return checked.mark != "source" and not checked.confirmed_by


def title(shown: ClassTable) -> str:
    """Give the title in the language on screen, with 待核 where it is pending."""
    words = shown.title_zh if language() == "zh" else shown.title_en
    return tr("{title} (to be confirmed)", title=words) if is_pending(shown) else words


def source_text(shown: ClassTable) -> str:
    """Give where the table comes from, in the language on screen where it is written in both."""
    own = (shown.model_extra or {}).get("source_zh")
    return own if language() == "zh" and isinstance(own, str) else shown.source


def check(checked: ClassTable) -> None:
    """See that the classes rise and do not overlap.

    Raises
    ------
    DataError
        There are no classes, one is empty, or two overlap.
    """
    if not checked.classes:
        raise DataError("The class table {id} has no classes.", id=checked.id)
    end = float("-inf")
    for number, part in enumerate(checked.classes, 1):
        low = float("-inf") if part.minimum is None else part.minimum
        high = float("inf") if part.maximum is None else part.maximum
        if low >= high or low < end:
            raise DataError("Class {number} of {id} is empty or overlaps the one before.", id=checked.id, number=number)
        end = high


# ------------------------------------------------------------------------ files
@cache
def _shipped() -> dict[str, ClassTable]:
    return {read.id: read for read in map(_read, sorted(resources.path("class_tables").glob("*.json")))}


def _own() -> tuple[dict[str, ClassTable], list[DataError]]:
    found: dict[str, ClassTable] = {}
    wrong: list[DataError] = []
    for file in sorted(folder("class_tables").glob("*.json")):
        if file.name == CONFIRMATIONS:
            continue
        try:
            read = _read(file)
            check(read)
            found[read.id] = read
        except DataError as error:
            wrong.append(error)
    return found, wrong


def _read(file: Path) -> ClassTable:
    try:
        return ClassTable.model_validate(json.loads(file.read_text("utf-8")))
    except ValidationError as error:
        raise fault(error, str(file)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("The class table cannot be read.", where=str(file)) from error


def _write(file: Path, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    try:
        durable.replace(file, [text.encode()])
    except OSError as error:
        raise SourceUnavailable(
            "The file cannot be written: {reason}", where=str(file), reason=reason(error)
        ) from error


def _confirmations() -> dict[str, dict[str, str]]:
    """Read who confirmed what; a broken file confirms nothing."""
    file = folder("class_tables") / CONFIRMATIONS
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    entries = cast("dict[str, Any]", data).items()
    return {key: cast("dict[str, str]", entry) for key, entry in entries if isinstance(entry, dict)}


def _with_confirmation(shown: ClassTable, confirmed: dict[str, dict[str, str]]) -> ClassTable:
    note = confirmed.get(shown.id)
    fits = note is not None and note.get("sha256") == _digest(shown)
    person, at = (str(note.get("person", "")), str(note.get("at", ""))) if note and fits else ("", "")
    return shown.model_copy(update={"confirmed_by": person, "confirmed_at": at})


def _content(shown: ClassTable) -> dict[str, Any]:
    return shown.model_dump(mode="json", exclude={"version", "confirmed_by", "confirmed_at"})


def _digest(shown: ClassTable) -> str:
    """Give the hash of what a person confirms: everything but the version and the confirmation itself."""
    text = json.dumps(_content(shown), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _next_version(version: str) -> str:
    """Give the version after one: ``1`` → ``1.user1`` → ``1.user2``."""
    base, _, number = version.partition(".user")
    return f"{base}.user{int(number) + 1 if number.isdigit() else 1}"
