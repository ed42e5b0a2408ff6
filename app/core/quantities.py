"""Quantities and units as people read them, and what a tool made of a quantity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.language import N_, tr

if TYPE_CHECKING:
    from layers.quantities import Made
    from layers.sources.source import Variable

QUANTITIES = {
    "sea_surface_height": N_("Water level"),
    "sea_surface_height_above_geoid": N_("Water level"),
    "sea_surface_height_above_mean_sea_level": N_("Water level"),
    "water_surface_height_above_reference_datum": N_("Water level"),
    "sea_floor_depth_below_sea_surface": N_("Water depth"),
    "sea_floor_depth_below_geoid": N_("Water depth"),
    "sea_floor_depth": N_("Water depth"),
    "water_depth": N_("Water depth"),
    "depth": N_("Depth"),
    "altitude": N_("Ground height"),
    "height_above_mean_sea_level": N_("Ground height"),
    "surface_altitude": N_("Ground height"),
    "sea_water_speed": N_("Flow speed"),
    "sea_water_velocity": N_("Flow velocity"),
    "eastward_sea_water_velocity": N_("Flow velocity, eastward"),
    "northward_sea_water_velocity": N_("Flow velocity, northward"),
    "sea_water_x_velocity": N_("Flow velocity, x"),
    "sea_water_y_velocity": N_("Flow velocity, y"),
    "sea_water_temperature": N_("Water temperature"),
    "sea_water_potential_temperature": N_("Water temperature"),
    "sea_water_salinity": N_("Salinity"),
    "precipitation_flux": N_("Precipitation"),
    "wind_speed": N_("Wind speed"),
    "material": N_("Material of the mesh"),
}
TITLES = {
    "Depth": N_("Depth"),
    "Depth, rebuilt": N_("Depth, rebuilt"),
    "Greatest depth, rebuilt": N_("Greatest depth, rebuilt"),
    "Flow velocity, rebuilt": N_("Flow velocity, rebuilt"),
    "Water level": N_("Water level"),
    "Water level, greatest recorded": N_("Water level, greatest recorded"),
    "Water level, least recorded": N_("Water level, least recorded"),
    "Velocity normal to the side": N_("Velocity normal to the side"),
    "Velocity normal to the side, greatest recorded": N_("Velocity normal to the side, greatest recorded"),
    "Velocity normal to the side, least recorded": N_("Velocity normal to the side, least recorded"),
    "Flow velocity": N_("Flow velocity"),
    "Flow velocity, x": N_("Flow velocity, x"),
    "Flow velocity, y": N_("Flow velocity, y"),
    "Flow velocity, greatest recorded": N_("Flow velocity, greatest recorded"),
    "Flow velocity, x, greatest recorded": N_("Flow velocity, x, greatest recorded"),
    "Flow velocity, y, greatest recorded": N_("Flow velocity, y, greatest recorded"),
    "Flow speed, rebuilt": N_("Flow speed, rebuilt"),
    "Water depth": N_("Water depth"),
    "Water depth, greatest recorded": N_("Water depth, greatest recorded"),
    "Ground height": N_("Ground height"),
    "Lowest ground of the cell": N_("Lowest ground of the cell"),
}
"""Titles that the readers of model results give, where the file has a name only its model's users know."""
_PART = re.compile(r"([A-Za-z%°µ/_²³]+?)(?:\^|\*\*)?(-?[1-4])?")
_PLAIN = {
    **dict.fromkeys(("degree_Celsius", "degrees_C", "degree_C", "degC", "Celsius", "deg_C"), "°C"),
    **dict.fromkeys(("meters", "meter", "metre", "metres"), "m"),
    **dict.fromkeys(("1", "-", "none"), ""),
    "ms-1": "m/s",
    "m3s-1": "m3 s-1",
}
_ENVELOPES = {
    "max": N_("{quantity}, largest"),
    "min": N_("{quantity}, smallest"),
    "time_of_max": N_("{quantity}, time of the largest"),
    "arrival": N_("{quantity}, arrival"),
    "duration": N_("{quantity}, duration"),
}
"""What the results of the tool of envelopes are called, by kind."""
_SUPER = str.maketrans("1234", "¹²³⁴")


def unit_text(units: str | None) -> str:
    """Give a unit for the screen: ``m3 s-1`` becomes ``m³/s``; an unknown form stays as the file writes it."""
    text = (units or "").strip()
    text = _PLAIN.get(text, text)
    text = re.sub(r"\bm([23])\b", lambda found: _raised("m", found[1]), text)
    parts = [_PART.fullmatch(part) for part in re.split(r"[ .]+", text)]
    if not text or not all(parts):
        return text
    above = [_raised(p[1], p[2]) for p in parts if p and not (p[2] or "").startswith("-")]
    below = [_raised(p[1], (p[2] or "").lstrip("-")) for p in parts if p and (p[2] or "").startswith("-")]
    return " ".join(above or ["1"]) + "".join(f"/{part}" for part in below)


def _raised(word: str, power: str | None) -> str:
    return word + (power.translate(_SUPER) if power and power != "1" else "")


def quantity_text(variable: Variable | None, name: str = "") -> str:
    """Give what a variable is, for people: the quantity where its standard name is known, else its title or name."""
    if variable is None:
        return name
    if variable.made is not None and variable.made.kind in _ENVELOPES:
        return made_words(variable.made)
    known = QUANTITIES.get(variable.standard_name) or TITLES.get(variable.title) or QUANTITIES.get(variable.name)
    return tr(known) if known is not None else variable.title or variable.name


def made_words(made: Made) -> str:
    """Give what a tool made of a quantity, e.g. ``Water depth, arrival ≥ 0.30 m``."""
    known = QUANTITIES.get(made.standard_name) or QUANTITIES.get(made.of.lower().replace(" ", "_"))
    words = tr(_ENVELOPES[made.kind], quantity=tr(known) if known else made.of)
    if made.threshold is None:
        return words
    number = f"{made.threshold:.2f}" if round(made.threshold, 2) == made.threshold else f"{made.threshold:.6g}"
    return f"{words} ≥ {number} {unit_text(made.units)}".rstrip()
