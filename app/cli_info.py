"""The page of ``haitang info`` for people: what a file holds, on one screen."""

from __future__ import annotations

import math
import shutil
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from app.core.language import N_, tr
from app.views.wording import QUANTITIES, datum_text, unit_text

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 10
"""Rows of a table; the rest is counted."""
NARROWEST, WIDEST = 60, 110
KINDS = {
    "raster": N_("raster"),
    "vector": N_("vector"),
    "mesh": N_("Mesh"),
    "series": N_("series"),
    "workspace": N_("workspace"),
}
COUNTS = {
    "features": N_("{count} features"),
    "faces": N_("{count} faces"),
    "nodes": N_("{count} nodes"),
    "edges": N_("{count} edges"),
    "stations": N_("{count} stations"),
    "bands": N_("{count} bands"),
    "layers": N_("{count} layers"),
    "themes": N_("{count} map themes"),
}
ONE = {
    "features": N_("1 feature"),
    "faces": N_("1 face"),
    "nodes": N_("1 node"),
    "edges": N_("1 edge"),
    "stations": N_("1 station"),
    "bands": N_("1 band"),
    "layers": N_("1 layer"),
    "themes": N_("1 map theme"),
}
LOCATIONS = {
    "node": N_("at nodes"),
    "face": N_("on faces"),
    "edge": N_("on edges"),
    "cell": N_("in cells"),
    "station": N_("at stations"),
}


def page(answer: dict[str, Any], warnings: Sequence[str] = ()) -> str:
    """Give the page of an answer of ``haitang info``.

    Parameters
    ----------
    answer : dict
        In the info schema.
    warnings : sequence of str
        What the user should know, in his language.
    """
    width = min(max(shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    lines = [cut(str(answer["path"]), width), cut(_kind(answer), width), ""]
    lines += _facts(answer, width)
    layers = answer.get("layers") or []
    if len(layers) > 1:
        lines += _table(tr("Layers"), [_layer_row(la) for la in layers], width)
    elif answer.get("variables"):
        lines += _table(tr("Variables"), [_variable_row(v) for v in answer["variables"]], width)
    elif answer.get("columns"):
        names = ", ".join(c["name"] for c in answer["columns"])
        lines += ["", *_fact(N_("Columns"), f"{len(answer['columns'])}: {names}", width)]
    if warnings:
        lines += ["", tr("To be known")]
        lines += [part for text in list(dict.fromkeys(warnings))[:5] for part in _note(text, width)]
    return "\n".join([*lines, "", tr("All of it, for programs: add --json.")]) + "\n"


def _kind(answer: dict[str, Any]) -> str:
    words = [_kind_word(answer["kind"]), str(answer["driver"])]
    geometry = answer.get("geometry")
    return " · ".join([*words, geometry] if geometry else words)


def _kind_word(kind: str) -> str:
    known = KINDS.get(kind)
    return tr(known) if known is not None else kind


def _facts(answer: dict[str, Any], width: int) -> list[str]:
    system = answer.get("crs")
    datum = answer.get("vdatum")
    title = str(answer.get("title") or "")
    facts = [
        (N_("Title"), title if title != PurePath(str(answer["path"])).stem else ""),
        (N_("Counts"), _counts(answer.get("counts") or {})),
        (N_("Coordinate system"), crs_words(system) if system else _mixed(answer, "crs")),
        (N_("Vertical datum"), datum_text(datum) if datum else _mixed(answer, "vdatum")),
        (N_("Extent"), _box(answer.get("bounds"))),
        (N_("Time"), _time(answer.get("time"))),
    ]
    return [line for title, words in facts if words for line in _fact(title, words, width)]


def _mixed(answer: dict[str, Any], fact: str) -> str:
    """Say that a fact is unknown, or that the layers differ."""
    known = {la.get(fact) for la in answer.get("layers") or []} - {None}
    return tr("differs between the layers") if known else tr("unknown")


def _fact(title: str, words: str, width: int) -> list[str]:
    head = pad(tr(title), 20)
    return [head + cut(words, width - 20)]


def crs_words(code: str) -> str:
    """Give code and name of a reference system; the name alone where it has no code."""
    from layers.crs import title
    from layers.errors import HaitangError

    try:
        name = title(code)
    except HaitangError:
        return code
    return f"{code}  {name}" if len(code) < 16 and name and name != code else name or code


def _counts(counts: dict[str, int]) -> str:
    parts = [tr(ONE[k]) if n == 1 else tr(COUNTS[k], count=f"{n:,}") for k, n in counts.items() if k in COUNTS]
    if counts.get("width") and counts.get("height"):
        parts.insert(0, tr("{width} × {height} cells", width=f"{counts['width']:,}", height=f"{counts['height']:,}"))
    return " · ".join(parts)


def _box(bounds: list[float] | None) -> str:
    if not bounds or any(v is None for v in bounds):
        return ""
    span = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    places = min(max(0, 3 - math.floor(math.log10(span))), 8) if span > 0 else 3
    x0, y0, x1, y1 = (f"{v:,.{places}f}" for v in bounds)
    return f"x {x0} – {x1}   y {y0} – {y1}"


def _time(time: dict[str, Any] | None) -> str:
    if not time:
        return ""
    zone = time.get("zone")
    dated = str(time.get("start", ""))[:1].isdigit()
    words = "UTC" if zone == "UTC" else tr("time zone unknown") if dated else ""
    start, end = (str(time[k]).replace("T", " ").rstrip("Z") for k in ("start", "end"))
    span = start if start == end else f"{start} – {end}"
    return f"{_steps(time['steps'])} · {span} {words}".rstrip()


def _steps(count: int) -> str:
    return tr("1 step") if count == 1 else tr("{count} steps", count=count)


def _variable_row(variable: dict[str, Any]) -> tuple[str, ...]:
    name, title = variable["name"], variable.get("title", "")
    known = QUANTITIES.get(variable.get("standard_name", "")) or QUANTITIES.get(name)
    units = variable.get("units")
    steps = variable.get("steps", 1)
    return (
        name,
        tr(known) if known else title if title != name else "",
        tr("unit unknown") if units is None else unit_text(units) or "–",
        tr(LOCATIONS[variable["location"]]) if variable.get("location") in LOCATIONS else "",
        tr("{count} steps", count=steps) if steps > 1 else "",
    )


def _layer_row(layer: dict[str, Any]) -> tuple[str, ...]:
    name = layer.get("title") or layer.get("key") or layer.get("name") or ""
    kind = layer.get("geometry") or _kind_word(layer["kind"])
    return name, kind, _counts(layer.get("counts") or {}), str(layer.get("crs") or "")[:16]


def _table(title: str, rows: list[tuple[str, ...]], width: int) -> list[str]:
    shown = rows if len(rows) <= ROWS else rows[: ROWS - 1]
    share = max(width // 3, 16)
    wide = [min(max(cells(row[n]) for row in shown), share) for n in range(len(shown[0]))]
    lines = ["", f"{title} ({len(rows)})"]
    for row in shown:
        parts = [pad(cut(cell, w), w) for cell, w in zip(row, wide, strict=True) if w]
        lines.append(cut("  " + "  ".join(parts).rstrip(), width))
    if len(shown) < len(rows):
        lines.append("  " + tr("and {count} more", count=len(rows) - len(shown)))
    return lines


def _note(text: str, width: int) -> list[str]:
    """Break a sentence into lines of a width, with a mark before the first."""
    lines, line = [], "! "
    for part in pieces(text):
        if cells(line + part.rstrip()) > width:
            lines.append(line.rstrip())
            line = "  "
        line += part.lstrip() if line == "  " else part
    return [*lines, line.rstrip()]


def pieces(text: str) -> list[str]:
    """Give the parts between which a line may break: words with their blank, and single Chinese characters."""
    found: list[str] = []
    for sign in text:
        closes = unicodedata.category(sign) in ("Po", "Pe", "Pf")
        wide = unicodedata.east_asian_width(sign) in "WF"
        if not found or (not closes and (wide or found[-1].endswith(" ") or cells(found[-1][-1]) > 1)):
            found.append(sign)
        else:
            found[-1] += sign
    return found


def cells(text: str) -> int:
    """Give the columns of a terminal that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def pad(text: str, width: int) -> str:
    """Fill a text with blanks to a width."""
    return text + " " * max(width - cells(text), 0)


def cut(text: str, width: int) -> str:
    """Cut a text to a width; it then ends in …."""
    if cells(text) <= width:
        return text
    kept = ""
    for sign in text:
        if cells(kept + sign) > width - 1:
            break
        kept += sign
    return kept.rstrip() + "…"
