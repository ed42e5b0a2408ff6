"""Reference systems offered to the user, with names that say where they fit."""

from __future__ import annotations

from app.core.language import N_, tr

SYSTEMS: dict[str, str] = {
    "EPSG:4549": N_("CGCS2000, 3° zone, central meridian 120°E (west of 121.5°E)"),
    "EPSG:4550": N_("CGCS2000, 3° zone, central meridian 123°E (east of 121.5°E)"),
    "EPSG:4528": N_("CGCS2000, 3° zone 40 with zone prefix"),
    "EPSG:4529": N_("CGCS2000, 3° zone 41 with zone prefix"),
    "EPSG:4510": N_("CGCS2000, 6° zone, central meridian 123°E"),
    "EPSG:4490": N_("CGCS2000, longitude and latitude"),
    "EPSG:4326": N_("WGS 84, longitude and latitude"),
    "EPSG:3857": N_("Web Mercator, for base maps"),
    "EPSG:32651": N_("WGS 84, UTM zone 51N"),
    "EPSG:2385": N_("Xian 1980, 3° zone, central meridian 120°E"),
    "EPSG:2437": N_("Beijing 1954, 3° zone, central meridian 120°E"),
}
"""Frequent systems: code → English title."""


def offered() -> list[tuple[str, str]]:
    """List code and translated title of the frequent systems."""
    return [(code, tr(title)) for code, title in SYSTEMS.items()]


def long_name(code: str | None) -> str:
    """Give the full name of a system."""
    if not code:
        return tr("not known")
    if code in SYSTEMS:
        return tr(SYSTEMS[code])
    from layers.crs import title

    return title(code)
