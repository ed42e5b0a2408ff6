"""NetCDF files of models that follow neither CF nor UGRID: recognised, so that they are refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import DataError
from layers.sources.cf_values import text
from layers.sources.model_netcdf import holds

if TYPE_CHECKING:
    from collections.abc import Callable


MODELS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("SFINCS (subgrid)", lambda d: holds(d, "z_zmin", "uv_zmin")),
    ("D-Flow FM (NetNode/NetLink)", lambda d: holds(d, "NetNode_x", "NetLink")),
    ("MIKE", lambda d: "mike" in text(d, "source").lower() and holds(d, "nElements")),
)


def refuse_model(dataset: Any, path: str) -> None:
    """Refuse the file of a known model in words.

    Raises
    ------
    DataError
        Names what the file looks like.
    """
    for name, is_it in MODELS:
        if is_it(dataset):
            raise DataError(
                "This looks like a file of {model} in the model's own form, which is not read.",
                where=path,
                remedy="Export the result as UGRID NetCDF or as a CF grid and open that.",
                model=name,
            )


def nothing_found(dataset: Any, path: str) -> DataError:
    """Give the error for a NetCDF file without anything this program shows; it lists what is inside."""
    shown = [
        f"{name}({', '.join(str(d) for d in one.dimensions)})" for name, one in list(dataset.variables.items())[:8]
    ]
    return DataError(
        "This NetCDF file holds no grid with coordinates, no mesh and no time series.",
        where=path,
        remedy="It holds: {names}. Coordinates need units, axis or standard_name as CF asks.",
        names=", ".join(shown) or "-",
    )
