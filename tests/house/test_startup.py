"""What may be loaded before the first window is drawn, and what must wait until it is asked for."""

from __future__ import annotations

import json

import pytest

from tests.house.sources import place, python_files, run_python

HEAVY = {
    "anuga", "dask", "distributed", "geopandas", "h5py", "ifcopenshell", "matplotlib", "mikeio", "netCDF4", "numba",
    "openpyxl", "pandas", "pyarrow", "pyogrio", "pyvista", "pyvistaqt", "rasterio", "scipy", "vtk", "vtkmodules",
    "xarray",
}  # fmt: skip
STARTING = ("app.__main__", "app.cli", "app.api", "app.shell.startup", "app.shell.window")
MANIFESTS = [place(file)[: -len(".py")].replace("/", ".") for file in python_files("plugins") if file.stem == "plugin"]


def loaded_by(*modules: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after importing some modules."""
    imports = "".join(f"import {name}\n" for name in modules)
    code = f"{imports}import sys, json\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    return set(json.loads(run_python(code)))


@pytest.mark.parametrize("module", STARTING)
def test_starting_loads_nothing_heavy(module: str):
    assert not loaded_by(module) & HEAVY


def test_the_command_line_loads_no_window():
    assert "PySide6" not in loaded_by("app.cli")


@pytest.mark.parametrize("module", MANIFESTS)
def test_a_manifest_loads_neither_its_plugin_nor_a_library(module: str):
    found = loaded_by(module)
    assert not found & HEAVY
    assert "PySide6" not in found


def test_a_heavy_library_is_seen():
    assert "h5py" in loaded_by("h5py")
