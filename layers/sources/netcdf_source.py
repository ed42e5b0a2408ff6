"""An open NetCDF file and the layers found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import SourceUnavailable
from layers.sources.cf_curvilinear import centres_of, curvilinear_parts, is_turned
from layers.sources.cf_grid import GridPart, grid_parts, plane_of
from layers.sources.cf_mesh import MeshPart
from layers.sources.cf_scan import Scope
from layers.sources.cf_series import SeriesPart, series_parts
from layers.sources.cf_values import text
from layers.sources.lookup import layer_named
from layers.sources.model_netcdf import reader_of
from layers.sources.model_part import ModelPart
from layers.sources.model_source import damage_in_words
from layers.sources.netcdf_bytes import check_whole
from layers.sources.netcdf_library import netCDF4
from layers.sources.netcdf_models import nothing_found, refuse_model
from layers.sources.source import Block, Description, Request, Warned
from layers.sources.ugrid import mesh_parts, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = GridPart | MeshPart | SeriesPart | ModelPart
Found = tuple[dict[str, Part], tuple[Warned, ...], list[str]]


class NetcdfSource:
    """A NetCDF file as a ``DataSource``.

    Raises
    ------
    SourceUnavailable, DataError
        See ``layers.sources.netcdf.open``.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        check_whole(path)
        self._dataset = opened(path)
        try:
            reader = reader_of(self._dataset)
            self._driver = reader[0] if reader else "NetCDF"
            if reader is None:
                refuse_model(self._dataset, path)
            with quiet(), damage_in_words(path):
                self._parts, self._warned, self._left_out = (
                    model_parts(reader[1], self._dataset, path) if reader else found_parts(self._dataset, path)
                )
            if not self._parts:
                raise nothing_found(self._dataset, path)
        except BaseException:
            self.close()
            raise

    def describe(self) -> Description:
        """Tell what is inside."""
        with quiet():
            layers = tuple(part.describe() for part in self._parts.values())
        return Description(
            path=self.path,
            kind=layers[0].kind,
            driver=self._driver,
            layers=layers,
            warnings=self._warned,
            extra={
                "format": str(self._dataset.data_model),
                "title": text(self._dataset, "title"),
                "conventions": text(self._dataset, "Conventions"),
                "left_out": self._left_out,
            },
        )

    def read(self, request: Request) -> Block:
        """Read what is asked for.

        Raises
        ------
        DataError
            The layer, variable, step or level does not exist, or the file is damaged there.
        """
        part = layer_named(self._parts, request.layer, self.path)
        with quiet(), damage_in_words(self.path):
            return part.read(request)

    def close(self) -> None:
        """Let go of the file."""
        if self._dataset.isopen():
            self._dataset.close()


def quiet() -> np.errstate:
    """Let numbers out of all bounds, as damaged files hold them, become inf and NaN without a word."""
    return np.errstate(all="ignore")


def opened(path: str) -> netCDF4.Dataset:
    """Open with the library; stored numbers are handed out as they are."""
    try:
        dataset = netCDF4.Dataset(path, "r")
    except (OSError, RuntimeError, UnicodeError) as fault:
        raise SourceUnavailable(
            "The NetCDF library cannot open the file: {reason}.",
            where=path,
            remedy="It may be damaged or no NetCDF file; copy it again from its origin.",
            reason=str(fault),
        ) from fault
    dataset.set_auto_maskandscale(False)
    dataset.set_auto_chartostring(False)
    return dataset


def groups(root: Any, prefix: str = "") -> Iterator[tuple[Any, str]]:
    """Walk the groups of a file, the root first."""
    yield root, prefix
    for name, group in root.groups.items():
        yield from groups(group, f"{prefix}{name}/")


def model_parts(reader: Any, dataset: netCDF4.Dataset, path: str) -> Found:
    """Let the reader of a model make the layers of its file."""
    found: list[Part] = reader.parts(Scope(dataset, path))
    return {part.key: part for part in found}, (), []


def found_parts(dataset: netCDF4.Dataset, path: str) -> Found:
    """Find all layers of a file.

    Returns
    -------
    parts : dict of str to Part
        By key: meshes first, then grids, curvilinear grids and series.
    warnings : tuple of Warned
    left_out : list of str
        Names of numeric variables that no layer shows.
    """
    parts: dict[str, Part] = {}
    warned: list[Warned] = []
    left_out: list[str] = []
    for group, prefix in groups(dataset):
        scope = Scope(group, path, prefix)
        warned += skipped(scope)
        found, more = parts_of(scope)
        warned += more
        shown = {name for part in found for name in part.names}
        left_out += [f"{prefix}{one.name}" for one in scope.data() if str(one.name) not in shown]
        parts.update((part.key, part) for part in found)
    return parts, tuple(warned), left_out


def parts_of(scope: Scope) -> tuple[list[GridPart | MeshPart | SeriesPart], list[Warned]]:
    """Find the layers of one group, and what keeps others from being shown."""
    data = scope.data()
    meshes, used = mesh_parts(scope, data)
    rest = [one for one in data if str(one.name) not in used]
    flat: list[Any] = []
    turned: list[Any] = []
    left: list[Any] = []
    for one in rest:
        plane, centres = plane_of(scope.group, one.dimensions), centres_of(scope.group, one)
        if centres is not None and is_turned(scope, one, plane):
            turned.append((one, centres))
        else:
            (left if plane is None or is_single(one, plane) else flat).append(one)
    grids, warned = grid_parts(scope, flat)
    maps: list[GridPart | MeshPart | SeriesPart] = [*meshes, *grids, *curvilinear_parts(scope, turned)]
    # A number per moment beside a map (the model's own time step) is no station.
    return [*maps, *series_parts(scope, left, stations_only=bool(maps))], warned


def is_single(variable: Any, plane: tuple[str, str]) -> bool:
    """Whether a quantity has one cell only: then it is a station."""
    return all(variable.shape[variable.dimensions.index(name)] == 1 for name in plane)
