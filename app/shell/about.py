"""About: what the program is, its version, and the licences of its parts."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QTableWidget, QTableWidgetItem

from app.core.language import N_, tr
from app.shell.dialog import Frame
from app.widgets import controls, icons

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

PARTS: tuple[tuple[str, str, str], ...] = (
    ("Qt, PySide6", "pyside6", "LGPL-3.0"),
    ("NumPy", "numpy", "BSD-3-Clause"),
    ("Numba, llvmlite", "numba", "BSD-2-Clause"),
    ("GDAL, Rasterio", "rasterio", "MIT, BSD-3-Clause"),
    ("pyogrio", "pyogrio", "MIT"),
    ("PROJ, pyproj", "pyproj", "MIT"),
    ("GEOS, Shapely", "shapely", "LGPL-2.1, BSD-3-Clause"),
    ("netCDF4, HDF5, h5py", "netcdf4", "MIT, BSD-3-Clause"),
    ("Apache Arrow", "pyarrow", "Apache-2.0"),
    ("SQLite, APSW", "apsw", "Public domain, any OSI"),
    ("pydantic", "pydantic", "MIT"),
    ("psygnal", "psygnal", "BSD-3-Clause"),
    ("cmap", "cmap", "BSD-3-Clause"),
    ("pypinyin", "pypinyin", "MIT"),
    ("openpyxl", "openpyxl", "MIT"),
    ("psutil", "psutil", "BSD-3-Clause"),
    ("platformdirs", "platformdirs", "MIT"),
)
"""Parts of the program: name, distribution, licence."""


def version_of(name: str) -> str:
    """Give the version of an installed distribution; a dash where it is not known."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return "–"


class AboutDialog(Frame):
    """Name, version, licence, and the parts with their licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, N_("About Haitang Workbench"), "index")
        box = controls.column(20, 12)
        box.addLayout(self._head())
        box.addWidget(
            controls.Words("Free software under the Apache License 2.0. It stands on these parts:", "muted", wrap=True)
        )
        self.parts = self._table()
        box.addWidget(self.parts, 1)
        box.addWidget(
            controls.Words(
                "Qt is used under the LGPL; its libraries can be replaced by your own build.", "small", wrap=True
            )
        )
        box.addWidget(
            controls.Words(
                "The icons were drawn for this program and are in the public domain (CC0).", "small", wrap=True
            )
        )
        self.body.setLayout(box)
        self.add_close()
        self.retranslate()
        self.resize(560, 600)

    def _head(self) -> QHBoxLayout:
        sign = QLabel()
        sign.setPixmap(icons.brand(56, self.devicePixelRatioF()))
        words = controls.column(0, 2)
        words.addWidget(controls.Words("Haitang Workbench", "title"))
        versions: dict[str, Any] = {
            "version": version_of("haitang-workbench"),
            "python": platform.python_version(),
            "qt": qVersion(),
        }
        line = controls.Words("Version {version} · Python {python} · Qt {qt}", "muted", **versions)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(line)
        head = controls.row(0, 16)
        head.addWidget(sign)
        head.addLayout(words, 1)
        return head

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(PARTS), 3)
        table.setProperty("role", "framed")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        heads = table.horizontalHeader()
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        heads.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        heads.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for line, (name, package, licence) in enumerate(PARTS):
            for column, text in enumerate((name, version_of(package), licence)):
                table.setItem(line, column, QTableWidgetItem(text))
        return table

    def retranslate(self) -> None:
        """Show everything in the current language."""
        super().retranslate()
        if hasattr(self, "parts"):
            self.parts.setHorizontalHeaderLabels([tr("Part"), tr("Version"), tr("Licence")])
