"""Again: a record of an export is run once more, and every output compared to the byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.core.hashes import file_hash
from app.core.language import set_language
from app.core.pages.model import page_from_dict
from app.core.records import Difference
from app.views.sheet.export import Exporter
from app.views.sheet.kept import Kept, hash_of
from app.views.sheet.order import Order
from layers.errors import DataError

if TYPE_CHECKING:
    from app.core.document import Document
    from app.core.jobs import Job
    from app.core.reading import Reading


def content_of(record: dict[str, Any], where: str) -> dict[str, Any]:
    """Give the document that a record holds.

    Raises
    ------
    DataError
        It holds none, or an input has changed since.
    """
    content = record["arguments"].get("document")
    if not isinstance(content, dict):
        raise DataError("The file is not a record of this program.", where=where)
    wanted: dict[str, set[str | None]] = {}
    for entry in record["inputs"]:
        wanted.setdefault(entry["name"], set()).add(entry["sha256"])
    for layer in content.get("layers", []):
        source = str(layer.get("source", ""))
        known = wanted.get(Path(source).name, {None})
        if None not in known and hash_of(source) not in known:
            raise DataError(
                "The input has changed since the record was made.",
                where=source,
                remedy="Bring back the file of that day, or run the tool anew.",
            )
    return content


def differences(record: dict[str, Any], where: str, document: Document, reading: Reading, job: Job) -> list[Difference]:
    """Draw every page of a record anew, and give the outputs that are not the same.

    Raises
    ------
    HaitangError
        The page or its data cannot be read.
    """
    told = record["arguments"]
    set_language(str(told.get("lang") or "en"))
    wanted = {str(output["path"]): str(output["sha256"]) for output in record["outputs"]}
    with TemporaryDirectory(prefix="haitang-replay-") as folder:
        out = Path(folder) / str(told["out"])
        page = page_from_dict(told["page"], where)
        order = Order(page, out, str(told["pages"]), str(told["date"]), int(told["dpi"]))
        made = Exporter(order, document, reading, job, Kept(Path(folder) / "kept")).run()
        found = {path.name: file_hash(path) for path in made.outputs}
    return [
        Difference(name, wanted.get(name, ""), found.get(name, ""))
        for name in dict.fromkeys([*wanted, *found])
        if wanted.get(name) != found.get(name)
    ]
