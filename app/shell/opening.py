"""Opening: from paths to layers in the document, without anyone waiting."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from app.core.commands import AddLayer, Command, Group, plain
from app.core.kinds import layer_to_dict
from app.core.language import N_, tr
from app.core.notices import Notice
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.shell.desk import Desk
    from layers.layer import Layer
    from layers.sources.source import Description

DATA = {
    ".tif", ".tiff", ".asc", ".img", ".vrt", ".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet",
    ".nc", ".nc4", ".cdf", ".csv", ".txt",
}  # fmt: skip
"""Suffixes of what a folder is searched for."""
FOLDER_LIMIT = 200
WORKSPACE = ".haitang"
REVIEWED = ("encoding_",)
MOST_TOLD = 2
"""Remarks on a file that are shown of themselves; a notice leads to the others."""
"""Warnings whose files are shown before they are taken."""


def data_in(folder: Path, limit: int = FOLDER_LIMIT) -> list[Path]:
    """List the data files below a folder, nearest first; hidden folders are passed over."""
    found: list[Path] = []
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(base) / name for name in sorted(files) if Path(name).suffix.lower() in DATA]
        if len(found) >= limit:
            break
    return found[:limit]


def add_command(layers: Sequence[Layer]) -> Command:
    """Give the one command that puts layers on top of the order, first one highest."""
    parts = tuple(AddLayer(number, plain(layer_to_dict(layer))) for number, layer in enumerate(layers))
    return parts[0] if len(parts) == 1 else Group(N_("Open the layers of a file"), parts)


class Opener:
    """Opens files into the document of a desk.

    Parameters
    ----------
    desk : Desk
    view_size : callable
        Gives the size of the map in px, for the first view.
    review : callable, optional
        Shows a description with doubts to the user and calls back when he accepts; None accepts all.
    """

    settled = Signal()
    """Every file asked for is open, or its failure was told."""
    busy_changed = Signal(int)
    home_wanted = Signal()
    """The first layer that has a place is open: the map shall show it whole."""

    def __init__(
        self,
        desk: Desk,
        view_size: Callable[[], tuple[int, int]],
        review: Callable[[Description, Callable[[], object]], object] | None = None,
    ) -> None:
        self._desk, self._view_size, self._review = desk, view_size, review
        self._busy = 0
        self._fresh: set[str] = set()
        desk.reading.opened.connect(self._on_opened)
        desk.reading.failed.connect(self._on_failed)

    def open(self, paths: Sequence[str]) -> None:
        """Open files and folders as layers; each tells its own failure."""
        for path in paths:
            if Path(path).is_dir() and not _is_data_folder(Path(path)):
                self._begin()
                self._desk.background(lambda p=path: data_in(Path(p)), lambda found, p=path: self._on_folder(p, found))
            else:
                self._open_file(str(Path(path).absolute()) if "://" not in path else path)

    @property
    def is_busy(self) -> bool:
        """Whether files are being looked at."""
        return self._busy > 0

    def _begin(self) -> None:
        self._busy += 1
        self.busy_changed.emit(self._busy)

    def _end(self) -> None:
        self._busy -= 1
        self.busy_changed.emit(self._busy)
        if not self._busy:
            self._look_first()
            self.settled.emit()

    def _on_folder(self, path: str, found: Any) -> None:
        if not found:
            text = tr("The folder holds no file that can be opened.")
            self._desk.notices.warning(text, path)
        for file in found:
            self._open_file(str(file))
        self._end()

    def _open_file(self, path: str) -> None:
        self._begin()
        self._desk.reading.add(path, lambda answer: self._on_described(path, answer))

    def _on_described(self, path: str, answer: Description | HaitangError) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            self._end()
            return
        doubtful = [w for w in all_warnings(answer) if w.code.startswith(REVIEWED)]
        if doubtful and self._review is not None:
            self._review(answer, lambda: self._take(path, answer))
            self._end()
            return
        self._take(path, answer)
        self._end()

    def _take(self, path: str, description: Description) -> None:
        from app.core.defaults import layers_from

        layers = layers_from(description)
        if not layers:
            text = tr("The file holds nothing that can be shown.")
            self._desk.notices.warning(text, path)
            return
        self._fresh.update(layer.id for layer in layers)
        self._desk.document.run(add_command(layers))
        self._desk.focus.take(self._desk.document.layer(layers[0].id))
        self._remember(path)
        self._tell_warnings(description, layers[0].id)

    def _tell_warnings(self, description: Description, layer_id: str) -> None:
        told = [w for w in all_warnings(description) if not w.code.startswith(REVIEWED)]
        for warned in told[:MOST_TOLD]:
            remedy = tr(warned.remedy, **warned.fields) if warned.remedy else ""
            text = f"{tr(warned.what, **warned.fields)} {remedy}".strip()
            choose = ((tr("Set the coordinate system"), f"layers.choose_crs:{layer_id}"),)
            acts = choose if warned.code == "crs_missing" else ()
            self._desk.notices.post(Notice("warning", text, Path(description.path).name, acts))
        if len(told) > MOST_TOLD:
            text = tr("{count} more remarks on this file", count=len(told) - MOST_TOLD)
            acts = ((tr("Show all remarks"), f"troubles.remarks:{layer_id}"),)
            self._desk.notices.post(Notice("warning", text, Path(description.path).name, acts))

    def _remember(self, path: str) -> None:
        settings = self._desk.settings
        settings.remember(path)
        self._desk.background(settings.save, self._on_saved)

    def _on_saved(self, answer: Any) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)

    def _on_opened(self, layer: Layer) -> None:
        if layer.id not in self._fresh:
            return
        self._fresh.discard(layer.id)
        self._look_first()

    def _look_first(self) -> None:
        """Look at what was opened when all of it is there and nobody has looked anywhere yet."""
        camera, layers = self._desk.document.camera, self._desk.document.layers
        if self._fresh or self._busy:
            return
        placed = [la for la in layers if la.description is not None and la.description.bounds is not None]
        strange = camera.crs is None and any(la.crs is not None for la in placed)
        if placed and (camera.width == 0 or strange):
            self.home_wanted.emit()

    def look_home(self, layers: list[Layer] | None = None) -> None:
        """Show layers whole; all visible ones where none are named."""
        from app.views.home import home_pose

        width, height = self._view_size()
        try:
            document = self._desk.document
            document.look(home_pose(document, width, height, layers), first=not document.camera.width)
        except HaitangError as error:
            self._desk.notices.error(error)

    def _on_failed(self, layer: Layer, error: HaitangError) -> None:
        self._desk.relay(lambda: self._tell_failed(layer, error))

    def _tell_failed(self, layer: Layer, error: HaitangError) -> None:
        self._fresh.discard(layer.id)
        self._look_first()
        acts = (("Reopen", "layers.reopen_id"), ("Find the file again…", "troubles.relink"))
        self._desk.notices.error(error, tuple((tr(title), f"{call}:{layer.id}") for title, call in acts))


def all_warnings(description: Description) -> list[Any]:
    """List the warnings of a description and of its layers, each once."""
    found: dict[tuple[str, str], Any] = {}
    for warned in [*description.warnings, *(w for layer in description.layers for w in layer.warnings)]:
        found.setdefault((warned.code, str(warned.fields)), warned)
    return list(found.values())


def _is_data_folder(path: Path) -> bool:
    """Tell whether a folder is itself one data set."""
    return path.suffix.lower() in (".gdb", ".zarr")
