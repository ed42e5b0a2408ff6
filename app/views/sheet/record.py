"""Record of an export: what was written, from which inputs; it can be run again and must give the same bytes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.hashes import file_hash
from app.core.language import language
from app.core.records import FORMAT, VERSION, program_versions
from app.views.sheet.words import origin_of

if TYPE_CHECKING:
    from app.core.document import Document
    from app.views.sheet.order import Order, Written

TOOL, TOOL_VERSION = "page", "1"


def record_place(out: Path) -> Path:
    """Give where the record of an output lies."""
    return out.with_name(out.stem + ".record.json")


def record_of(
    order: Order, document: Document, date: str, dpi: int, inputs: dict[str, str | None], done: Written
) -> bytes:
    """Give the record of an export as the bytes of its file."""
    arguments = {
        "sources": [_place(path, order.out.parent) for path in _sources(document)],
        "document": {**document.to_dict(), "origin": str(origin_of(document) or "")},
        "page": order.page.to_dict(),
        "pages": order.pages,
        "date": date,
        "dpi": dpi,
        "lang": language(),
        "out": order.out.name,
    }
    text = {
        "format": FORMAT,
        "version": VERSION,
        "id": done.record_id,
        "tool": TOOL,
        "tool_version": TOOL_VERSION,
        "title": document.title,
        "parameters": {"page": order.page.name, "pages": order.pages, "date": date, "dpi": dpi},
        "arguments": arguments,
        "options": {},
        "inputs": [
            {"parameter": "sources", "name": Path(source).name, "sha256": found} for source, found in inputs.items()
        ],
        "outputs": [{"path": p.name, "sha256": file_hash(p), "bytes": p.stat().st_size} for p in done.outputs],
        "stats": {"pages": done.pages, "drawn": done.drawn, "kept": done.kept},
        "warnings": done.warnings,
        "program": program_versions(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 3),
    }
    return json.dumps(text, ensure_ascii=False, indent=1).encode()


def _sources(document: Document) -> list[str]:
    """Give what to open to have the same document: the workspace, else the files themselves."""
    path = origin_of(document)
    if path is not None:
        return [str(path)]
    return list(dict.fromkeys(la.source for la in document.layers if la.source != "memory:"))


def _place(word: str, folder: Path) -> dict[str, Any]:
    full = Path(word).resolve()
    try:
        near = os.path.relpath(full, folder.resolve())
    except ValueError:  # another drive of Windows
        near = str(full)
    return {"path": full.as_posix(), "from_record": Path(near).as_posix()}
