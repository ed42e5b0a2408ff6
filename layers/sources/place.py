"""Whether a layer lies where its reference system says; what the user should know about that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers import crs
from layers.extent import Extent
from layers.sources.source import Warned

if TYPE_CHECKING:
    from layers.crs import ZonePrefix


def place_warnings(system: str | None, bounds: Extent | None) -> tuple[Warned, ...]:
    """Give the warnings about a layer's place.

    Parameters
    ----------
    system : str or None
        ``EPSG:n`` or WKT, as ``crs.normalise`` gives it.
    bounds : Extent or None
        (east, north) in ``system``.
    """
    zone = crs.zone_prefix(bounds.centre[0]) if bounds is not None else None
    if system is None:
        return (_missing(zone),)
    if bounds is None or crs.is_engineering(system):
        return ()
    given = crs.zone_easting(system)
    if given is not None and (zone is not None) != (crs.zone_prefix(given) is not None):
        return (_prefix(system, zone, given),)
    if not crs.is_outside(bounds, system):
        return ()
    turned = Extent(bounds.y0, bounds.x0, bounds.y1, bounds.x1)
    if not crs.is_outside(turned, system):
        return (
            Warned(
                "axes_swapped",
                "East and north look swapped: the layer lies in the area of {crs} only the other way round.",
                "Swap the two coordinates where the file was made; Chinese tables write X for north.",
                {"crs": system},
            ),
        )
    return (
        Warned(
            "outside_area",
            "The layer lies outside the area of use of {crs} ({title}).",
            "Check the reference system; lengths and areas may be wrong by far.",
            {"crs": system if len(system) < 20 else crs.title(system), "title": crs.title(system)},
        ),
    )


def _missing(zone: ZonePrefix | None) -> Warned:
    if zone is None:
        return Warned(
            "crs_missing",
            "The file does not say its reference system.",
            "Set the reference system in the properties of the layer.",
        )
    return Warned(
        "crs_missing",
        "The file does not say its reference system; its eastings carry zone number {zone}.",
        "If it is CGCS2000, the right system is {right}; set it in the properties of the layer.",
        {"zone": zone.zone, "right": zone.with_prefix},
    )


def _prefix(system: str, zone: ZonePrefix | None, given: float) -> Warned:
    if zone is not None:
        return Warned(
            "zone_prefix",
            "The eastings carry zone number {zone}, but {crs} has eastings without one.",
            "If it is CGCS2000, the right system is {right}; set it in the properties of the layer.",
            {"zone": zone.zone, "crs": system, "right": zone.with_prefix},
        )
    wanted = crs.zone_prefix(given)
    return Warned(
        "zone_prefix",
        "{crs} has eastings that carry zone number {zone}, but those of the file carry none.",
        "If it is CGCS2000, the right system is {right}; set it in the properties of the layer.",
        {"zone": wanted.zone if wanted else 0, "crs": system, "right": wanted.without if wanted else ""},
    )
