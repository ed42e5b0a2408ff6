"""Offsets between vertical datums as this user keeps them, in ``home()/offsets.json``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.audit import AuditLog
from app.core.language import reason
from app.core.settings import home
from layers.errors import DataError, SourceUnavailable
from layers.heights import OffsetRecord, load_records, save_records

if TYPE_CHECKING:
    from collections.abc import Sequence


def records() -> list[OffsetRecord]:
    """Give all offset records, approved and not.

    Raises
    ------
    DataError
        The file is broken.
    """
    return load_records(home() / "offsets.json")


def save(kept: Sequence[OffsetRecord]) -> None:
    """Keep offset records; the file appears whole or not at all.

    Raises
    ------
    SourceUnavailable
        The file cannot be written.
    """
    try:
        save_records(home() / "offsets.json", kept)
    except OSError as error:
        raise SourceUnavailable(
            "The file cannot be written: {reason}",
            where=str(home() / "offsets.json"),
            reason=reason(error),
        ) from error


def approve(record: OffsetRecord, person: str) -> OffsetRecord:
    """Note that a named person stands for a record that is kept; the audit log names him too.

    Raises
    ------
    DataError
        No name is given, the record states no source, or it is not kept.
    """
    name = person.strip()
    if not name:
        raise DataError("An offset is approved by a named person.", remedy="Enter your name.")
    if not record.source.strip():
        raise DataError("An offset without a source cannot be approved.", remedy="Enter the document it comes from.")
    kept = records()
    if record not in kept:
        raise DataError("The offset was changed; save it before approving it.")
    approved = replace(record, approved_by=name)
    save([approved if other == record else other for other in kept])
    words = f"{record.origin} → {record.target} {record.value:+g} m"
    AuditLog().record("approve vertical offset", words, record.source, person=name)
    return approved
