"""Windows for tests: opened, filled, looked at, and closed again."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QScrollArea, QWidget

from app.core.settings import home
from app.shell import shots
from app.widgets.controls import Elided

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.shell.window import MainWindow


@contextmanager
def opened(
    *paths: Path | str, language: str = "en", theme: str = "light", size: tuple[int, int] = (1366, 768)
) -> Iterator[MainWindow]:
    """A window with files in it; what nobody caught while it lived fails the test."""
    window = shots.open_window(language, theme, size)
    try:
        if paths:
            shots.fill_window(window, [str(path) for path in paths])
        yield window
    finally:
        shots.end(window)
    reports = [path.read_text("utf-8") for path in sorted((home() / "reports").glob("*.txt"))]
    assert not reports, reports[0]


def districts(folder: Path, name: str = "districts.geojson") -> Path:
    """A file of four squares with names, a class and a number."""
    squares = []
    for number, (title, kind, depth) in enumerate(
        [("崇明", "island", 0.5), ("浦东", "land", 1.5), ("奉贤", "land", 2.5), ("长兴", "island", 3.5)]
    ):
        x, y = 121.0 + number % 2 * 0.5, 31.0 + number // 2 * 0.5
        ring = [[x, y], [x + 0.5, y], [x + 0.5, y + 0.5], [x, y + 0.5], [x, y]]
        squares.append({
            "type": "Feature", "id": number,
            "properties": {"name": title, "kind": kind, "depth": depth},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        })  # fmt: skip
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": squares}, ensure_ascii=False), "utf-8")
    return path


def gauges(folder: Path) -> Path:
    """A file with one water level, hour by hour for two days, with a gap."""
    lines = ["time,level [m]"]
    hours = [hour for hour in range(48) if not 20 <= hour < 26]
    lines += [f"2026-08-{1 + h // 24:02d}T{h % 24:02d}:00:00Z,{2 + h % 12 / 6:.2f}" for h in hours]
    path = folder / "gauge.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def seen(root: QWidget) -> Iterator[QWidget]:
    """All widgets below one that are on screen."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisibleTo(root) and not widget.visibleRegion().isEmpty():
            yield widget


def words_of(root: QWidget) -> Iterator[tuple[str, str]]:
    """Everything that can be read below a widget: kind and words, tips and placeholders among them."""
    for widget in seen(root):
        for name in ("text", "toolTip", "placeholderText", "windowTitle", "title", "accessibleName", "currentText"):
            call: Any = getattr(widget, name, None)
            value = call() if callable(call) else ""
            if isinstance(value, str) and value.strip():
                yield f"{type(widget).__name__}.{name}", value
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((f"{type(widget).__name__} row", text) for text in rows_of(widget.model()))


def rows_of(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    """Words of the first rows of a list or tree, and of its heads."""
    above = parent if parent is not None else QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(above)
    for column in range(min(columns, 8)):
        head = model.headerData(column, Qt.Orientation.Horizontal)
        if parent is None and isinstance(head, str) and not head.isdecimal():
            yield head
        for row in range(min(model.rowCount(above), 40)):
            index = model.index(row, column, above)
            yield from (text for text in [index.data()] if isinstance(text, str) and text)
            if column == 0:
                yield from rows_of(model, index)


def is_too_wide(widget: QWidget) -> bool:
    """Whether a part that scrolls up and down only reaches out of its sides."""
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    return inner is not None and inner.width() > widget.viewport().width()


def cut_off(root: QWidget) -> list[str]:
    """Labels and buttons that show less than their words; names of files and layers may be shortened."""
    found = [f"{type(widget).__name__} is wider than its room" for widget in seen(root) if is_too_wide(widget)]
    for widget in seen(root):
        plain = isinstance(widget, QLabel) and not isinstance(widget, Elided) and not widget.wordWrap()
        if not (plain or isinstance(widget, QAbstractButton)) or not widget.text():
            continue
        needed = widget.sizeHint() if plain else widget.minimumSizeHint()
        if needed.width() > widget.width() + 1 or needed.height() > widget.height() + 2:
            found.append(f"{type(widget).__name__} {widget.text()!r}: {widget.size()} of {needed}")
    return found
