"""Rows of a working copy, and what the copy was made of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from layers.errors import DataError
from layers.rules import Rule
from layers.sources.source import Column

if TYPE_CHECKING:
    from pathlib import Path

META, BASE = "meta.json", "base.gpkg"
"""Files of a working copy: what it was made of, and the features as they were then, which never change."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The state of a file: its size, time of change (ns) and SHA-256."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CopyMeta:
    """What a working copy was made of.

    Parameters
    ----------
    source, key : str
        File and layer; ``driver`` is GDAL's name of its format.
    table, fid, geom : str
        Names in the working copy; those of the file where it is a GeoPackage. ``geom`` is empty without geometry.
    columns : tuple of Column
    rules : tuple of Rule
        What the file itself says of its columns.
    srs_id : int
    crs, vdatum : str or None
    fingerprint : Fingerprint
        The file when it was copied.
    notes : tuple of str
        Codes of what the file holds and the copy does not (``measures_left_out``, ``arcs``).
    """

    source: str
    key: str
    driver: str
    table: str
    fid: str
    geom: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    srs_id: int
    crs: str | None
    vdatum: str | None
    fingerprint: Fingerprint
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Give the text of ``meta.json``."""
        return json.dumps({"version": VERSION, **asdict(self)}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> CopyMeta:
        """Read ``meta.json``."""
        data: dict[str, Any] = json.loads(text)
        data.pop("version")
        parts: dict[str, Any] = {
            **data,
            "columns": tuple(Column(**c) for c in data["columns"]),
            "rules": tuple(_rule(r) for r in data["rules"]),
            "fingerprint": Fingerprint(**data["fingerprint"]),
            "notes": tuple(data["notes"]),
        }
        return cls(**parts)


def _rule(data: dict[str, Any]) -> Rule:
    allowed: tuple[str, ...] = tuple(data.pop("allowed"))
    return Rule(allowed=allowed, **data)


@dataclass(frozen=True, slots=True)
class Row:
    """One feature: well-known binary in the layer's CRS (None = none) and its attributes."""

    geometry: bytes | None
    values: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class NewRow:
    """What a feature shall be: the attributes named change, the others stay; the geometry stays unless ``moves``."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    geometry: bytes | None = None
    moves: bool = False


def read_meta(folder: Path) -> CopyMeta:
    """Read what a working copy was made of, without opening it.

    Raises
    ------
    DataError
        The folder holds no working copy.
    """
    try:
        return CopyMeta.from_json((folder / META).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("This folder holds no working copy.", where=str(folder)) from error
