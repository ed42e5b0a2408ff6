"""The NetCDF library, loaded so that files open for reading are not locked.

A lock would keep a running model from writing on into the file that is being watched; HDF5 asks for the setting
once, when it is loaded.
"""

from __future__ import annotations

import os

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import netCDF4

__all__ = ["netCDF4"]
