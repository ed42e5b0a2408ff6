"""What a NetCDF file says of its horizontal reference system and its vertical datum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers import crs
from layers.errors import CrsMissing
from layers.heights import datum_name
from layers.sources.cf_units import parted
from layers.sources.cf_values import attribute, text
from layers.sources.place import place_warnings
from layers.sources.source import Warned

if TYPE_CHECKING:
    from collections.abc import Iterable

    import netCDF4

    from layers.extent import Extent

WKT_NAMES = ("crs_wkt", "spatial_ref", "esri_pe_string", "wkt", "WKT")
EPSG_NAMES = ("epsg_code", "EPSG_code", "epsg", "EPSG", "epsg_id")
PROJ_NAMES = ("proj4", "proj4_params", "proj4text", "proj4_string")
GLOBAL_NAMES = ("crs", "epsg", "EPSG", "epsg_code", "EPSG_code", "spatial_ref", "crs_wkt", "geospatial_bounds_crs")
DATUM_NAMES = ("VDATUM", "vdatum", "vertical_datum", "geopotential_datum_name", "geoid_name")


def mapping_of(
    scope: Any, variables: Iterable[netCDF4.Variable[Any]]
) -> tuple[netCDF4.Variable[Any] | None, list[Warned]]:
    """Find the grid mapping of some variables: the one they name, else the only one there is."""
    for variable in variables:
        named = text(variable, "grid_mapping")
        for word in re.split(r"[\s:]+", named):
            found = scope.variables.get(word)
            if found is not None and has_crs(found):
                return found, []
    found = [one for one in scope.variables.values() if one.size <= 1 and has_crs(one)]
    if len(found) <= 1:
        return (found[0] if found else None), []
    said = {name_of(one): one for one in found}
    if len(said) == 1:
        return found[0], []
    names = ", ".join(sorted(one.name for one in found))
    return None, [
        Warned(
            "crs_contradiction",
            "The file names several reference systems ({names}) and does not say which one holds.",
            "Set the reference system in the properties of the layer.",
            {"names": names},
        )
    ]


def has_crs(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable carries the attributes of a grid mapping."""
    names = set(variable.ncattrs())
    return bool(names & {*WKT_NAMES, *EPSG_NAMES, *PROJ_NAMES, "grid_mapping_name"})


def name_of(mapping: netCDF4.Variable[Any]) -> str | None:
    """Give the system of a grid mapping, None where it cannot be understood."""
    return mapping_crs(mapping)[0]


def mapping_crs(mapping: netCDF4.Variable[Any]) -> tuple[str | None, list[Warned]]:
    """Read a grid mapping: WKT first, then EPSG codes, PROJ text and at last CF parameters."""
    for name in WKT_NAMES:
        found = understood(text(mapping, name))
        if found:
            return found, []
    codes = [code for code in (epsg(attribute(mapping, name)) for name in EPSG_NAMES) if code]
    if len(set(codes)) > 1:
        said = ", ".join(f"EPSG:{code}" for code in dict.fromkeys(codes))
        return None, [
            Warned(
                "crs_contradiction",
                "The file contradicts itself about its reference system: {names}.",
                "Set the reference system in the properties of the layer.",
                {"names": said},
            )
        ]
    for said in (*(f"EPSG:{code}" for code in codes), *(text(mapping, name) for name in PROJ_NAMES)):
        found = understood(said)
        if found:
            return found, []
    return cf_parameters(mapping), []


def epsg(value: Any) -> int | None:
    """Give the code in ``28992``, ``'EPSG:28992'`` or a misspelt ``'EPGS:28992'``; None where there is none."""
    found = re.search(r"(?<!\d)(\d{4,6})(?!\d)", str(np.ravel(np.asarray(value))[0])) if value is not None else None
    return int(found[1]) if found else None


def understood(said: str) -> str | None:
    """Normalise what a file says; None where PROJ cannot read it."""
    if not said:
        return None
    try:
        return crs.normalise(f"EPSG:{said}" if re.fullmatch(r"\d{4,6}", said) else said)
    except CrsMissing:
        return None


def cf_parameters(mapping: netCDF4.Variable[Any]) -> str | None:
    """Build the system out of the CF parameters of a grid mapping; None where they do not suffice."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    parameters: dict[str, Any] = {}
    for name in mapping.ncattrs():
        value = attribute(mapping, name)
        if name not in WKT_NAMES and value is not None and not (isinstance(value, str) and not value):
            parameters[name] = value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value
    if not parameters.get("grid_mapping_name"):
        return None
    try:
        return crs.normalise(cast("Any", CRS).from_cf(parameters).to_wkt())
    except (CRSError, CrsMissing, KeyError, TypeError, ValueError):
        return None


def file_crs(
    scope: Any, variables: Iterable[netCDF4.Variable[Any]]
) -> tuple[str | None, netCDF4.Variable[Any] | None, list[Warned]]:
    """Give the system of some variables: from their grid mapping, else from the file's own attributes.

    Returns
    -------
    crs : str or None
        ``EPSG:n`` or WKT.
    mapping : netCDF4.Variable or None
        The grid mapping it came from.
    warnings : list of Warned
    """
    mapping, warnings = mapping_of(scope, variables)
    if mapping is not None:
        found, more = mapping_crs(mapping)
        return found, mapping, more
    if warnings:
        return None, None, warnings
    for place in (scope, scope.group() if hasattr(scope, "group") and callable(scope.group) else None):
        for name in GLOBAL_NAMES if place is not None else ():
            value = attribute(place, name)
            found = understood(str(value).strip()) if value is not None else None
            if found:
                return found, None, []
    return None, None, []


def crs_warnings(system: str | None, box: Extent | None, said: list[Warned], *, geographic: bool) -> list[Warned]:
    """Give what the user should know about a layer's place.

    Parameters
    ----------
    system : str or None
        ``EPSG:n``, WKT or None.
    box : Extent or None
        In ``system``.
    said : list of Warned
        What was found wrong while the system was read; then a missing one is not told again.
    geographic : bool
        Coordinates are degrees of longitude and latitude by their own attributes.
    """
    if said:
        return said
    if system is None and geographic:
        return [
            Warned(
                "crs_missing",
                "Coordinates are longitude and latitude in degrees, but no geodetic datum is named.",
                "Set the reference system of the layer, for example EPSG:4326 (WGS 84) or EPSG:4490 (CGCS2000).",
            )
        ]
    return list(place_warnings(system, box))


def vertical_datum(
    scope: Any, mapping: netCDF4.Variable[Any] | None, variables: Iterable[netCDF4.Variable[Any]]
) -> str | None:
    """Give the vertical datum: of the variables, the grid mapping, the file, or the one written into a unit."""
    named = list(variables)
    for place in (*named, mapping, scope):
        for name in DATUM_NAMES if place is not None else ():
            said = text(place, name)
            if said:
                return datum_name(said)
    if mapping is not None:
        for name in WKT_NAMES:
            said = text(mapping, name)
            if said and understood(said):
                found = crs.vertical(said)
                if found:
                    return found
    words = {datum for datum in (units_of(variable)[1] for variable in named) if datum}
    return datum_name(words.pop()) if len(words) == 1 else None


def units_of(variable: netCDF4.Variable[Any]) -> tuple[str | None, str | None]:
    """Give the unit of a variable and the vertical datum written with it (``m NAP``), None where not given."""
    said = text(variable, "units") or text(variable, "unit")
    if not said:
        found = re.search(r"\[([^\[\]]+)\]\s*$", text(variable, "long_name"))
        said = found[1].strip() if found else ""
    return parted(said)
