"""How the text of a Shapefile's attribute table is encoded: what is stated, and what the bytes say."""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.sources.source import Warned

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_BYTES = 2 << 20
MAX_TEXTS = 4000
CHINESE_SHARE = 0.8
"""Share of the characters beyond ASCII that must be common Chinese before GB18030 is believed without a statement."""

# Python's codec → GDAL's name. GBK and GB2312 are parts of GB18030.
_GDAL = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030",
    "gbk": "GB18030",
    "gb2312": "GB18030",
    "big5": "BIG5",
    "cp950": "CP950",
    "cp932": "CP932",
    "shift_jis": "CP932",
    "cp949": "CP949",
    "iso8859-1": "ISO-8859-1",
    "ascii": "ISO-8859-1",
}
_CODE_PAGES = {
    "936": "gb18030",
    "54936": "gb18030",
    "65001": "utf-8",
    "950": "cp950",
    "932": "cp932",
    "88591": "latin-1",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding to read with (GDAL's name), and the warnings that go with it."""

    name: str
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """Raw bytes of a name or value; ``cut`` = it fills its field, so that its last character may be cut off."""

    raw: bytes
    cut: bool


def encoding(dbf: Path | None, cpg: Path | None) -> Encoding:
    """Tell how the names and texts of a table are encoded.

    Parameters
    ----------
    dbf, cpg : Path or None
        The table and the file that states its encoding; None where absent.

    Returns
    -------
    Encoding
        What is stated, if the bytes agree. UTF-8 or GB18030 where nothing is stated or the statement is wrong and
        all texts decode strictly; ISO 8859-1 where nothing else fits. Everything but the first is a warning.
    """
    stated = _stated(cpg)
    texts = _texts(dbf) if dbf is not None else []
    if not texts:
        return Encoding(gdal_name(stated[0]) if stated else "UTF-8")
    fitting = {codec: decoded for codec in ("utf-8", "gb18030") if (decoded := _decoded(texts, codec)) is not None}
    if stated is not None:
        return _judged(stated, texts, fitting)
    if "utf-8" in fitting:
        return Encoding("UTF-8", (_guessed("UTF-8", fitting["utf-8"]),))
    if _chinese(fitting.get("gb18030", "")) >= CHINESE_SHARE:
        return Encoding("GB18030", (_guessed("GB18030", fitting["gb18030"]),))
    return Encoding("ISO-8859-1", (_guessed("ISO-8859-1", _decoded(texts, "latin-1") or ""),))


def _judged(stated: tuple[str, str], texts: list[_Text], fitting: dict[str, str]) -> Encoding:
    codec, word = stated
    given = _decoded(texts, codec)
    name = gdal_name(codec)
    other = {codec: text for codec, text in fitting.items() if gdal_name(codec) != name}
    if given is not None:
        better = [codec for codec, text in other.items() if _common(text) > _common(given) + 0.1]
        if not better or name not in ("UTF-8", "GB18030"):
            return Encoding(name)
        chosen = better[0]
    elif "utf-8" in other:
        chosen = "utf-8"
    elif _chinese(other.get("gb18030", "")) >= CHINESE_SHARE:
        chosen = "gb18030"
    else:
        return Encoding(name, (_undecodable(word),))
    return Encoding(gdal_name(chosen), (_contradicted(word, gdal_name(chosen), other[chosen]),))


def gdal_name(codec: str) -> str:
    """Give GDAL's name of a Python codec."""
    known = codecs.lookup(codec).name
    return _GDAL.get(known, known.upper().replace("ISO8859", "ISO-8859"))


def _stated(cpg: Path | None) -> tuple[str, str] | None:
    """Give Python's codec and the word of the file."""
    if cpg is None or cpg.stat().st_size > 256:
        return None
    word = cpg.read_bytes().decode("ascii", "ignore").strip().strip("\0")
    digits = "".join(c for c in word if c.isdigit())
    for name in (_CODE_PAGES.get(digits, ""), word, word.replace(" ", "").replace("ANSI", "cp"), f"cp{digits}"):
        try:
            return codecs.lookup(name).name, word
        except (LookupError, ValueError):
            continue
    return None


def _texts(dbf: Path) -> list[_Text]:
    """Give values and names with bytes beyond ASCII, from the start of the table."""
    with dbf.open("rb") as stream:
        data = stream.read(SAMPLE_BYTES)
    if len(data) < 33:
        return []
    count, head, size = struct.unpack_from("<IHH", data, 4)
    names: list[_Text] = []
    found: list[_Text] = []
    spans: list[tuple[int, int]] = []
    start = 1
    for at in range(32, min(head, len(data) - 32), 32):
        if data[at] == 0x0D:
            break
        name = data[at : at + 11].split(b"\0")[0]
        names.append(_Text(name, len(name) >= 10))
        if data[at + 11 : at + 12] == b"C":
            spans.append((start, start + data[at + 16]))
        start += data[at + 16]
    rows = min(count, (len(data) - head) // size) if size > 1 and len(data) > head else 0
    table = np.frombuffer(data, np.uint8, rows * size, head).reshape(rows, size) if rows else None
    for low, high in spans if table is not None else []:
        cells = np.ascontiguousarray(table[:, low:high]) if table is not None else np.zeros((0, 0), np.uint8)
        high_rows = np.flatnonzero((cells >= 0x80).any(axis=1))[: MAX_TEXTS // len(spans) + 1]
        found += [_Text(raw.rstrip(b" \0"), raw[-1:] not in b" \0") for raw in map(bytes, cells[high_rows])]
    return [text for text in found + names if any(byte >= 0x80 for byte in text.raw)]


def _decoded(texts: list[_Text], codec: str) -> str | None:
    """Decode all strictly; None where one does not. The last character of a full field may be cut."""
    parts: list[str] = []
    for text in texts:
        try:
            parts.append(codecs.getincrementaldecoder(codec)("strict").decode(text.raw, not text.cut))
        except UnicodeDecodeError:
            return None
    return " ".join(parts)


def _chinese(text: str) -> float:
    """Give the share of the characters beyond ASCII that GB 2312 knows."""
    return _share(text, 0xA1)


def _common(text: str) -> float:
    """Give the share of the characters beyond ASCII that are in the first level of GB 2312, the common ones."""
    return _share(text, 0xB0, 0xD7)


def _share(text: str, low: int, high: int = 0xF7) -> float:
    beyond = [c for c in text if ord(c) >= 0x80]
    coded = [c.encode("gb2312", "ignore") for c in beyond]
    return sum(bool(c) and low <= c[0] <= high for c in coded) / max(len(beyond), 1)


def _guessed(name: str, text: str) -> Warned:
    return Warned(
        "encoding_guessed",
        "The file does not say how its text is encoded; it is read as {encoding}, for example “{sample}”.",
        "If the text is not readable, ask for the file with a .cpg, or as GeoPackage.",
        {"encoding": name, "sample": _sample(text)},
    )


def _contradicted(stated: str, name: str, text: str) -> Warned:
    return Warned(
        "encoding_contradicts",
        "The .cpg file says {stated}, but the text is {encoding}; it is read as {encoding}, for example “{sample}”.",
        "Correct the .cpg file, or write the data as GeoPackage.",
        {"stated": stated, "encoding": name, "sample": _sample(text)},
    )


def _undecodable(name: str) -> Warned:
    return Warned(
        "encoding_undecodable",
        "The .cpg file says {stated}, but some text does not decode with it; those characters are lost.",
        "Ask for the file again as GeoPackage.",
        {"stated": name},
    )


def _sample(text: str) -> str:
    words = [word for word in text.split() if not word.isascii()]
    return " ".join(words[:3])[:40]
