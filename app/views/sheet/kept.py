"""Kept: pages drawn before, by a fingerprint of everything that decides them."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core import durable
from app.core.hashes import file_hash
from app.core.kinds import layer_to_dict
from app.core.language import language
from app.core.pages.items import PictureItem
from app.core.settings import folder
from app.views.sheet.geopdf import Viewport
from app.views.sheet.press import Printed
from app.views.sheet.words import file_of, folder_of, program_text

if TYPE_CHECKING:
    from app.core.document import Document
    from app.core.pages.model import Page
    from app.views.sheet.gather import Leaf
    from app.views.sheet.maps import Maps

ROOM = 512 << 20
"""Bytes that kept pages may take in the cache."""

FORM = 9
"""Number of the way pages are drawn; a change of it draws all pages anew."""


class Fingerprint:
    """Names pages by what decides them: the page, the feature, the day, the layers and the bytes of their files.

    Attributes
    ----------
    id : str
        Of the whole order; it stands on the sheets and in the record.
    inputs : dict
        Hash of each file that the page shows, by its path; None for what is no file.
    is_sure : bool
        Whether all of them are files, so that a page drawn before shows them as they are now.
    """

    def __init__(self, document: Document, maps: Maps, page: Page, date: str, kind: str, dpi: int) -> None:
        shown = {layer.id: layer for item in page.maps() for layer in maps.layers(item)}
        named = {str(getattr(item, "layer", "")) for item in page.items}
        named.add(page.atlas.layer if page.atlas is not None else "")
        layers = [la for la in document.layers if la.id in shown or la.id in named or la.name in named]
        charts = any(getattr(item, "kind", "") == "chart" for item in page.items)
        layers = list(document.layers) if charts else layers
        self.inputs = {layer.source: hash_of(layer.source) for layer in layers if layer.source != "memory:"}
        for item in page.items:
            if isinstance(item, PictureItem) and item.path:
                path = str(file_of(item.path, folder_of(document)))
                self.inputs[path] = hash_of(path)
        self.is_sure = None not in self.inputs.values()
        now = document.clock.now
        text = _json({
            "form": FORM,
            "program": program_text(),
            "page": page.to_dict(),
            "date": date,
            "kind": kind,
            "dpi": dpi,
            "lang": language(),
            "title": document.title,
            "notes": document.notes,
            "camera": document.camera.crs,
            "now": None if now is None else str(now),
            "layers": [{**layer_to_dict(layer), "source": Path(layer.source).name} for layer in layers],
            "themes": {name: document.themes.get(name) for name in {item.theme for item in page.maps()} if name},
            "inputs": sorted([Path(source).name, found or ""] for source, found in self.inputs.items()),
        })  # fmt: skip
        # Files that are opened anew are layers with other ids; what they are and in which order decides, not the ids.
        for number, layer in enumerate(layers):
            text = text.replace(f'"{layer.id}"', f'"#{number}"')
        self._text = text
        self.id = hashlib.sha256(text.encode()).hexdigest()[:12]

    def of(self, leaf: Leaf) -> str:
        """Give the name of one page."""
        return hashlib.sha256((self._text + _json(asdict(leaf))).encode()).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def hash_of(source: str) -> str | None:
    """Give the SHA-256 of a file; None for an address or a folder."""
    path = Path(source)
    return file_hash(path) if path.is_file() else None


class Kept:
    """Pages on disk."""

    def __init__(self, place: Path | None = None) -> None:
        self._folder = place or folder("cache") / "pages"
        self._folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: str) -> Printed | None:
        """Give a page; None where it was never drawn, or its file is damaged."""
        data, about = self._folder / key, self._folder / f"{key}.json"
        try:
            told = json.loads(about.read_text("utf-8"))
            raw = data.read_bytes()
            if hashlib.sha256(raw).hexdigest() != told["sha256"]:
                return None
            ports = tuple(Viewport(**{**p, "box": tuple(p["box"]), "degrees": tuple(map(tuple, p["degrees"]))})
                          for p in told["viewports"])  # fmt: skip
            lost = tuple(str(text) for text in told["missing"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Printed(raw, ports, lost)

    def keep(self, key: str, made: Printed) -> None:
        """Keep a page; a full disk costs no more than drawing it again."""
        digest = hashlib.sha256(made.data).hexdigest()
        about = _json(
            {"sha256": digest, "viewports": [asdict(port) for port in made.viewports], "missing": made.missing}
        )
        with suppress(OSError):
            durable.replace(self._folder / key, [made.data])
            durable.replace(self._folder / f"{key}.json", [about.encode()])

    def trim(self) -> None:
        """Let the oldest pages go where all take more room than they may."""
        with suppress(OSError):
            files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)
            total = sum(file.stat().st_size for file in files)
            for file in files:
                if total <= ROOM:
                    return
                total -= file.stat().st_size
                file.unlink(missing_ok=True)
