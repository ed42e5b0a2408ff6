"""Shot: one picture of the map or the chart, from files to PNG, without a window."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.inputs import spare
from app.core.language import reason, set_language, tr
from app.views.wishes import Wish, apply, extent_from, look_at, size_of
from layers.errors import DataError, ParameterInvalid, SourceUnavailable
from layers.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QImage

    from app.core.camera import Pose
    from app.core.document import Document
    from app.core.looks import Look
    from app.core.reading import Reading
    from app.views.charts.series import ChartLine
    from app.views.view import Frame
    from layers.extent import Extent

MOST_OF_IT = 0.8
"""A saved view that shows this share of all layers counts as showing them all."""

LONGEST = 300.0
"""Seconds that opening may take in all."""


def shot(paths: Sequence[str], out: Path, wish: Wish) -> dict[str, Any]:
    """Draw files into a PNG and give what it shows.

    Parameters
    ----------
    paths : sequence of str
        Files, folders or workspaces; the first lies on top.
    out : Path
        Written whole or not at all.

    Raises
    ------
    ParameterInvalid
        A word of the wish does not fit: no such variable, a time where there is none.
    DataError, SourceUnavailable
        A file cannot be read, or nothing in it can be shown.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    from app.core.document import Document
    from app.core.readers import ReaderPool
    from app.core.reading import Reading

    application = QGuiApplication.instance() or QApplication([])
    if wish.lang:
        set_language(wish.lang)
    size = size_of(wish.size)
    pool = ReaderPool(max_processes=2)
    try:
        document = Document()
        reading = Reading(document, pool)
        open_paths(document, reading, paths)
        spare(out, inputs_of(document, paths, wish))
        remarks = apply(document, wish, paths)
        image, said = (_chart if wish.view == "chart" else _map)(document, reading, size, wish)
        write_png(image, out)
    finally:
        pool.close()
        del application
    remarks += said.pop("warnings", [])
    return {"out": str(out), "view": wish.view, "size": list(size), **said, "warnings": remarks}


def void_remarks(frame: Frame | None) -> list[str]:
    """Name the layers of a frame that were read and hold no data where it looks."""
    pictures = frame.pictures if frame is not None else ()
    return [tr("{layer}: no values here", layer=p.look.name) for p in pictures if p.look.empty_reason == "no_data"]


def inputs_of(document: Document, paths: Sequence[str], wish: Wish) -> list[str]:
    """List the files that a picture is made from: those named, those of a workspace, the style."""
    return [*paths, *([wish.style] if wish.style else []), *(layer.source for layer in document.layers)]


# ---------------------------------------------------------------------- opening
def open_paths(document: Document, reading: Reading, paths: Sequence[str]) -> None:
    """Open files, folders and workspaces into a document and wait until all is there; the last named lies on top.

    Raises
    ------
    HaitangError
        One of them cannot be opened.
    """
    from app.core import workspace, workspace_facts
    from app.core.defaults import layers_from

    for path in paths:
        if path.endswith(workspace.SUFFIX):
            workspace_facts.require_sources(Path(path))
            workspace.open_into(document, Path(path))
    for file in _files(paths):
        for place, layer in enumerate(layers_from(reading.pool.ask(file, None))):
            document.add(layer, place)
    reading.settle(LONGEST)
    for layer in document.layers:
        error = reading.error(layer.id)
        if error is not None:
            raise error
    if not document.layers:
        raise DataError(
            "Nothing in these files can be shown.",
            where=", ".join(paths),
            remedy="Look at what they hold with haitang info.",
        )


def _files(paths: Sequence[str]) -> Iterator[str]:
    from app.core import workspace
    from layers.sources.open import open_folder

    for path in paths:
        if path.endswith(workspace.SUFFIX):
            continue
        if Path(path).is_dir() and (found := open_folder(path)):
            yield from found
        else:
            yield path


# --------------------------------------------------------------------- pictures
def _map(document: Document, reading: Reading, size: tuple[int, int], wish: Wish) -> tuple[QImage, dict[str, Any]]:
    from PySide6.QtGui import QPainter

    from app.views.frame import DARK_GROUND, LIGHT_GROUND, render
    from app.views.map2d.framing import image_of
    from app.views.map2d.overlays import Options, Overlays

    look_at(document, _first_pose(document, size, wish), extent_from(wish.extent), size, wish.crs)
    view = document.camera.view(*size)
    overlays, options = Overlays(document), Options(theme=wish.theme)
    ground = DARK_GROUND if wish.theme == "dark" else LIGHT_GROUND
    frame = render(document, reading, view, None, ground, lambda drawn: overlays.boxes(view, drawn, options))
    shown = [p.look for p in frame.pictures if p.look.empty_reason in ("", "no_data")]
    if not shown:
        raise DataError(
            "Nothing in these files has a place on the map.",
            where=", ".join(dict.fromkeys(p.look.source for p in frame.pictures)),
            remedy="Series without positions are shown by --view chart.",
        )
    image = image_of(frame).copy()
    painter = QPainter(image)
    overlays.draw(painter, view, frame, options)
    painter.end()
    moments = [_own_moment(document, look) for look in shown]
    layers = [{"layer": look.name, "time": at} for look, at in zip(shown, moments, strict=True)]
    said = {"crs": view.crs, "extent": view.extent.to_list(), "layers": layers}
    return image, {**said, "warnings": void_remarks(frame)}


def _own_moment(document: Document, look: Look) -> str | None:
    """Give the moment of a look as ``info`` writes it: UTC with a Z, as in the file where that names no zone."""
    axis = look.description.time if look.description else None
    if look.moment is None or axis is None:
        return None
    if axis.kind == "utc":
        return iso(look.moment)
    return iso(document.layer(look.layer).own_time(look.moment), zone=False)


def _first_pose(document: Document, size: tuple[int, int], wish: Wish) -> Pose:
    """Give the view that a workspace was saved with, in this size; all layers where it has none or shows them all."""
    from app.views.home import extent_of, home_pose

    camera = document.camera
    if not (camera.width and camera.height) or wish.crs:
        return home_pose(document, *size)
    whole = extent_of([la for la in document.layers if la.visible], camera.crs)
    saved = camera.extent(camera.width, camera.height)
    seen = saved.intersection(whole) if whole is not None else None
    if whole is not None and seen is not None and seen.width * seen.height > MOST_OF_IT * whole.width * whole.height:
        return home_pose(document, *size)
    share = max(camera.width / size[0], camera.height / size[1])
    return replace(camera.pose, scale=camera.scale * share, width=size[0], height=size[1])


def _chart(document: Document, reading: Reading, size: tuple[int, int], wish: Wish) -> tuple[QImage, dict[str, Any]]:
    from app.core.moments import as_int
    from app.views.charts.canvas import render_chart
    from app.views.charts.picture import Content
    from app.views.charts.places import all_stations, read_lines
    from app.views.charts.series import time_span
    from app.views.home import home_pose
    from layers.series import SeriesLayer

    document.look(home_pose(document, *size))
    extent = extent_from(wish.extent)
    stations = [la for la in document.layers if isinstance(la, SeriesLayer)]
    wishes = all_stations(stations) if extent is None else []
    place = None
    if not wishes:
        wishes, place = _somewhere(document, reading, extent, size)
    lines, error = read_lines(reading, wishes)
    span = time_span(list(lines))
    if not lines or span is None:
        raise error or DataError(
            "There is no series to show in these files.",
            where=", ".join(dict.fromkeys(la.source for la in document.layers)),
            remedy="Name a place inside the data with --extent, or a variable that changes in time.",
        )
    clock = document.clock
    now = as_int(clock.now) if clock.now is not None else None
    title = chart_title(lines, place, document.camera.crs)
    content = Content(lines, *span, now, local=clock.local(), theme=wish.theme, title=title)
    said = [{"series": line.name, "unit": line.unit, "steps": len(line.times)} for line in lines]
    return render_chart(content, *size), {"series": said}


def chart_title(lines: Sequence[ChartLine], place: tuple[float, float] | None, crs: str | None) -> str:
    """Say where the lines of a chart are, in the system of the map, and from which files."""
    from app.views import projection
    from app.views.wording import degrees_text

    source = tr("Source: {names}", names=", ".join(dict.fromkeys(line.source for line in lines)))
    if place is None:
        return source
    x, y = place
    words = f"x {x:.2f}  y {y:.2f}"
    if crs is not None and projection.is_geographic(crs):
        words = f"{degrees_text(x, 'x', 1e-4)}  {degrees_text(y, 'y', 1e-4)}"
    return f"{words} ({crs or tr('Coordinate system not known')})   ·   {source}"


def _somewhere(
    document: Document, reading: Reading, extent: Extent | None, size: tuple[int, int]
) -> tuple[list[Any], tuple[float, float] | None]:
    """Give the series at the middle of a box, or at the place nearest to it that has one, and that place."""
    from app.views.charts.places import wishes_at

    box = extent or document.camera.extent(*size)
    crs, (x, y) = document.camera.crs, box.centre
    around = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 21), np.linspace(-0.5, 0.5, 21)), -1).reshape(-1, 2)
    order = np.argsort(np.hypot(*around.T), kind="stable")
    for dx, dy in [(0.0, 0.0), *around[order]]:
        px, py = x + dx * box.width, y + dy * box.height
        found = wishes_at(document.layers, reading, px, py, crs, max(box.width, box.height) / 2)
        if found:
            return found, (float(px), float(py))
    return [], None


def write_png(image: QImage, out: Path) -> None:
    """Write a picture as PNG, whole or not at all.

    Raises
    ------
    ParameterInvalid
        The suffix is not that of a PNG.
    SourceUnavailable
        The file cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise ParameterInvalid("Pictures are written as PNG.", where=str(out), remedy="Give the file the suffix .png.")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    from app.core import durable

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, cast("Any", "PNG"))
    try:
        durable.replace(out, [bytes(data.data())])
    except OSError as error:
        raise SourceUnavailable(
            "The picture cannot be written: {reason}",
            where=str(out),
            remedy="Choose another place.",
            reason=reason(error),
        ) from error
