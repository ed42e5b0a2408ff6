"""What the names mean that models give their quantities.

References
----------
TELEMAC-2D User Manual, list of output variables (EDF R&D); TUFLOW Classic/HPC User Manual, map output data types;
HYDRO_AS-2D handbook.
"""

from __future__ import annotations

LEVEL = "water_surface_height_above_reference_datum"
DEPTH = "water_depth"
GROUND = "altitude"
SPEED = "sea_water_speed"
VELOCITY = "sea_water_velocity"
EAST = "sea_water_x_velocity"
NORTH = "sea_water_y_velocity"

TELEMAC = {
    **dict.fromkeys(("VELOCITY U", "VITESSE U"), EAST),
    **dict.fromkeys(("VELOCITY V", "VITESSE V"), NORTH),
    **dict.fromkeys(("WATER DEPTH", "HAUTEUR D'EAU"), DEPTH),
    **dict.fromkeys(("FREE SURFACE", "SURFACE LIBRE"), LEVEL),
    **dict.fromkeys(("BOTTOM", "FOND"), GROUND),
    **dict.fromkeys(("SCALAR VELOCITY", "VITESSE SCALAIRE"), SPEED),
}
"""Names of TELEMAC in English and French."""

SMS = {
    **dict.fromkeys(("d", "depth", "water depth", "dep", "ft", "ftmax", "max_d"), DEPTH),
    **dict.fromkeys(("h", "water level", "water surface elevation", "wse", "wspl", "water surface", "max_h"), LEVEL),
    **dict.fromkeys(("v", "velocity", "vector velocity", "veloc"), VELOCITY),
    **dict.fromkeys(("v_magnitude", "veloc_magnitude", "velocity magnitude", "velocmax", "max_v"), SPEED),
    **dict.fromkeys(("zb", "bed elevation"), GROUND),
}
"""Names of TUFLOW, SRH-2D and HYDRO_AS-2D, in small letters."""
BASEMENT = {
    "water_surface": LEVEL,
    "water_depth": DEPTH,
    "flow_velocity": VELOCITY,
    "flow_velocity_abs": SPEED,
    "bottom_elevation": GROUND,
}
"""Names of BASEMENT, in small letters."""
SHORT = {"dep": DEPTH, "vel": VELOCITY, "wse": LEVEL}
"""First words of names of older TUFLOW and SMS."""


def sms_word(name: str) -> str:
    """Give the CF name of a dataset of SMS; empty where its name says nothing certain.

    Examples
    --------
    >>> sms_word("Dep  dat_format"), sms_word("V_magnitude"), sms_word("SAL")
    ('water_depth', 'sea_water_speed', '')
    """
    word = name.lower().replace("hydro_as-2d", "").strip("_ ").split("/")[0]
    return SMS.get(word) or SHORT.get(word.split(" ")[0], "")


def xdmf_word(name: str) -> str:
    """Give the CF name of a quantity of BASEMENT; empty where its name says nothing certain."""
    return BASEMENT.get(name.lower(), "")
