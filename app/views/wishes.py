"""Wishes: what a picture shall show, in the words of the command line, and how a document is brought to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from app.core.language import tr
from app.core.moments import has_zone, moment
from layers.errors import DataError, ParameterInvalid, SourceUnavailable
from layers.extent import Extent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.document import Document
    from layers.layer import Layer

DEFAULT_SIZE = (1920, 1080)
SMALLEST, LARGEST = 64, 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the picture shall show; texts as the command line gives them, empty = not said.

    Parameters
    ----------
    view : str
        ``map`` or ``chart``.
    size : str
        ``1920x1080``.
    time : str
        ISO 8601 with a zone (without one: UTC, or as the files write it where they name none), a duration
        (``PT1H``) for axes without a date, or the number of a step from 0.
    variable : str
        Name of the variable to show.
    extent : str
        ``x0,y0,x1,y1`` in the map's system; the middle is the place of the chart.
    crs : str
        System of the map.
    style : str
        JSON file with fields of a style, and ``kind`` where it is meant for one kind of layer.
    lang, theme : str
    """

    view: str = "map"
    size: str = ""
    time: str = ""
    variable: str = ""
    extent: str = ""
    crs: str = ""
    style: str = ""
    lang: str = ""
    theme: str = "light"


def size_of(text: str) -> tuple[int, int]:
    """Read ``1920x1080``; empty gives the default.

    Raises
    ------
    ParameterInvalid
        The text is no size, or one beyond reason.
    """
    if not text:
        return DEFAULT_SIZE
    found = re.fullmatch(r"(\d+)[xX×](\d+)", text.strip())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise ParameterInvalid(
            "The size {size} cannot be drawn.",
            where="--size",
            remedy="Give it as 1920x1080, each side from {low} to {high} px.",
            size=text,
            low=SMALLEST,
            high=LARGEST,
        )
    return size


def extent_from(text: str) -> Extent | None:
    """Read ``x0,y0,x1,y1``; empty gives None.

    Raises
    ------
    ParameterInvalid
        The text is no box.
    """
    if not text:
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError:
        x0, y0, x1, y1 = 0.0, 0.0, 0.0, 0.0
    if not (np.isfinite([x0, y0, x1, y1]).all() and x1 > x0 and y1 > y0):
        raise ParameterInvalid(
            "The extent {extent} is no box.",
            where="--extent",
            remedy="Give it as x0,y0,x1,y1 with x1 > x0 and y1 > y0, in the system of the map.",
            extent=text,
        )
    return Extent(x0, y0, x1, y1)


def apply(document: Document, wish: Wish, paths: Sequence[str] = ()) -> list[str]:
    """Set variable, style, system and moment of a document as wished; give what the user should know of it.

    Parameters
    ----------
    document : Document
        Of which the layers are open.
    wish : Wish
    paths : sequence of str
        Files as they were named: the first that has time is the one whose steps are counted.

    Raises
    ------
    ParameterInvalid
        One of them does not fit what is open.
    """
    if wish.variable:
        _take_variable(document, wish.variable)
    if wish.style:
        _take_style(document, Path(wish.style))
    if wish.crs:
        _take_system(document, wish.crs)
    if wish.time:
        document.clock.go(moment_of(document, wish.time, paths))
    return zone_remarks(document, wish.time)


def zone_remarks(document: Document, text: str) -> list[str]:
    """Say as what a moment without a zone was taken."""
    clock = document.clock
    if has_zone(text) or not re.match(r"\d{4}-", text) or clock.is_elapsed or clock.is_unzoned:
        return []
    words = "--time {time} names no zone; it is taken as UTC: {local}. Write {time}Z for UTC, {time}+08:00 for Beijing."
    day = text if "T" in text or " " in text else f"{text}T00:00"
    return [tr(words, time=day, local=clock.text(8.0, moment(text)))]


def _take_variable(document: Document, name: str) -> None:
    from app.core.defaults import scale_for

    able = [la for la in document.layers if hasattr(getattr(la, "style", None), "variable")]
    chosen = [la for la in able if la.variable(name) is not None]
    if not chosen:
        names = sorted({v.name for la in able for v in (la.description.variables if la.description else ())})
        raise ParameterInvalid(
            "No layer has the variable {name}.",
            where="--variable",
            remedy="There are: {names}." if names else "These files have no variables.",
            name=name,
            names=", ".join(names[:40]),
        )
    for layer in chosen:
        style: Any = layer.style  # type: ignore[attr-defined]
        variable: Any = layer.variable(name)
        changes: dict[str, Any] = {"variable": name}
        if hasattr(style, "scale") and style.variable != name:
            changes["scale"] = scale_for(variable)
        if hasattr(style, "mode"):
            relief = style.hillshade if changes.get("scale") is None else 0.0
            changes |= {"mode": "scale", "hillshade": relief}
        if hasattr(style, "smooth") and hasattr(style, "dry_below"):
            changes["smooth"] = variable.location == "node"
        document.set(layer, "style", style.model_copy(update=changes))


def _take_style(document: Document, file: Path) -> None:
    try:
        data = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SourceUnavailable("The style file cannot be read.", where=str(file)) from error
    except ValueError as error:
        raise DataError("The style file is no JSON.", where=str(file)) from error
    if not isinstance(data, dict):
        raise DataError("The style file is no JSON object.", where=str(file))
    kind = data.pop("kind", "")
    fitting = [la for la in document.layers if hasattr(la, "style") and (not kind or la.kind == kind)]
    chosen = fitting if kind else fitting[:1]
    if not chosen:
        raise ParameterInvalid("No layer is of the kind {kind}.", where="--style", kind=kind)
    for layer in chosen:
        style: Any = layer.style  # type: ignore[attr-defined]
        try:
            changed = type(style).model_validate({**style.model_dump(mode="json"), **data})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise ParameterInvalid(
                "The style file has a value that cannot be used: {field}.", where=str(file), field=field
            ) from error
        document.set(layer, "style", changed)


def _take_system(document: Document, crs: str) -> None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(crs)
    except CRSError as error:
        raise ParameterInvalid(
            "The coordinate system {crs} is not known.",
            where="--crs",
            remedy="Give it as EPSG:n, e.g. EPSG:4549.",
            crs=crs,
        ) from error
    document.look(replace(document.camera.pose, crs=crs))


def moment_of(document: Document, text: str, paths: Sequence[str] = ()) -> np.datetime64:
    """Give the moment that a text names: ISO 8601, a duration, or the number of a step.

    Steps are those of the first file named that has time; of a workspace, of its uppermost layer that has.

    Raises
    ------
    ParameterInvalid
        There is no time, no such step, or the moment lies outside.
    """
    named = {str(Path(path).absolute()): place for place, path in enumerate(paths)}
    moving = [la for la in document.layers if _steps(la) is not None]
    layer = min(moving, key=lambda la: named.get(str(Path(la.source).absolute()), len(named)), default=None)
    steps = None if layer is None else _steps(layer)
    if layer is None or steps is None or not len(steps):
        raise ParameterInvalid(
            "There is no time in these files, so {time} cannot be shown.",
            where="--time",
            remedy="Leave --time out.",
            time=text,
        )
    if re.fullmatch(r"\d+", text):
        if int(text) >= len(steps):
            raise ParameterInvalid(
                "There is no step {number}.",
                where="--time",
                remedy="The steps are 0 to {last}.",
                number=text,
                last=len(steps) - 1,
            )
        return steps[int(text)]
    found = _read_moment(document, text)
    first, last = document.clock.start, document.clock.stop
    slack = np.timedelta64(1, "ms")
    if found is None or first is None or last is None or not first - slack <= found <= last + slack:
        raise ParameterInvalid(
            "The time {time} lies outside the data." if found is not None else "{time} is no time.",
            where="--time",
            remedy="Give the number of a step (0 to {steps}), or ISO 8601 between {first} and {last}.",
            time=text,
            steps=len(steps) - 1,
            first=document.clock.text(0.0, first),
            last=document.clock.text(0.0, last),
        )
    return found


def _steps(layer: Layer) -> np.ndarray[Any, Any] | None:
    axis = layer.description.time if layer.description else None
    if axis is None or not len(axis):
        return None
    return axis.values + np.timedelta64(round(layer.shift_h * 3.6e12), "ns")


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def _read_moment(document: Document, text: str) -> np.datetime64 | None:
    if text.startswith("P") and (found := _DURATION.fullmatch(text)) is not None:
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return np.datetime64(0, "ns") + np.timedelta64(round(total * 1e9), "ns")
    try:
        found = moment(text)
    except ValueError:
        return None
    if found is None or not document.clock.is_unzoned:
        return found
    if has_zone(text):
        raise ParameterInvalid(
            "These files do not say the zone of their times, so {time} cannot be placed.",
            where="--time",
            remedy="Give the time as the file writes it, without a zone, or the number of a step.",
            time=text,
        )
    return found - np.timedelta64(document.clock.local().shift, "ns")


def look_at(document: Document, home: Any, extent: Extent | None, size: tuple[int, int], crs: str) -> None:
    """Set the camera: the extent wished, else all layers; the system wished, else that of the layers."""
    from app.views.home import aspect_of

    document.look(home)
    if extent is not None:
        system = crs or document.camera.crs
        aspect = aspect_of(extent, system) if document.camera.aspect == 1.0 else document.camera.aspect
        document.look(replace(document.camera.pose, aspect=aspect))
        document.look(document.camera.fitted(extent, *size, margin=0.0))
