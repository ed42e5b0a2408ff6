"""Quantities: what counts as the depth of water, and what a tool made a quantity of."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, cast

ATTRIBUTE = "haitang_made"
"""Attribute of a variable or band that holds the text of `Made`."""

DRY_BELOW = 0.01
"""Depth below which a place counts as dry where nothing else is said, m."""

_DEPTH = re.compile(r"water_?depth|(^|_)depth(_|$)|^h$|水深", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Made:
    """What a quantity was made of; written beside its values and read back with them.

    Parameters
    ----------
    by : str
        Id of the tool.
    kind : str
        How the steps were reduced: ``max``, ``min``, ``time_of_max``, ``arrival`` or ``duration``.
    of, standard_name : str
        Title or name, and CF name, of the quantity it was made of.
    units : str or None
        Unit of that quantity, of ``threshold`` and of ``dry_below``; None = not known.
    threshold : float or None
    dry_below : float or None
        Below it the quantity is dry ground; None = it is no depth of water.
    since : str
        Moment that hours are counted from, ISO 8601; empty where the run has no date or nothing is counted.
    zone : str
        ``utc``, ``unzoned`` (the model does not say) or ``elapsed`` (no date), as the axis of the run.
    source : str
        Name of the file or layer, without its folder.
    """

    by: str
    kind: str
    of: str
    standard_name: str = ""
    units: str | None = None
    threshold: float | None = None
    dry_below: float | None = None
    since: str = ""
    zone: str = ""
    source: str = ""

    @property
    def is_value(self) -> bool:
        """Whether it is still in the unit of the quantity, not in hours."""
        return self.kind in ("max", "min")


def is_depth(name: str, standard_name: str = "") -> bool:
    """Tell whether a variable is named as a depth of water."""
    if "surface_height" in standard_name:
        return False  # TUFLOW calls the water level h
    return bool(_DEPTH.search(name)) or "depth" in standard_name


def made_text(made: Made) -> str:
    """Give the text that a file keeps."""
    return json.dumps(asdict(made), ensure_ascii=False, sort_keys=True)


def made_from(text: str) -> Made | None:
    """Read the text of a file; None where there is none, or where it is not ours.

    Examples
    --------
    >>> made_from(made_text(Made("playback.envelope", "max", "depth"))).kind
    'max'
    >>> made_from("{}") is None
    True
    """
    try:
        found: Any = json.loads(text) if text else None
        if not isinstance(found, dict):
            return None
        known = {key: value for key, value in cast("dict[str, Any]", found).items() if key in Made.__slots__}
        made = Made(**known)
    except (ValueError, TypeError):
        return None
    return made if _is_sound(made) else None


def _is_sound(made: Made) -> bool:
    """Tell whether every part is of its kind: a file may say anything."""
    parts: dict[str, Any] = asdict(made)
    numbers = {"threshold", "dry_below"}
    return all(
        (value is None and (name in numbers or name == "units"))
        or isinstance(value, int | float if name in numbers else str)
        for name, value in parts.items()
    )
