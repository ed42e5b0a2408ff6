"""Pictures of the whole window, and the command ``shot``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.settings import Settings
from layers.errors import DataError, ParameterInvalid, SourceUnavailable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from app.shell.window import MainWindow

LONGEST_S = 120.0
STATISTICS_S = 30.0
"""How long a picture waits for the ranges of what it shows."""
QUIET_LOOKS = 6
"""Turns of the event loop in which nothing may be left to do before a window counts as settled."""
LOOK_MS = 4
"""How often it is looked whether what is waited for has come."""


def shot(parsed: argparse.Namespace) -> int:
    """Draw what the command line asks for; the exit code."""
    from app.views import shot as view_shot

    texts = ("view", "size", "time", "variable", "extent", "crs", "style", "lang", "theme")
    wish = view_shot.Wish(**{name: getattr(parsed, name, None) or "" for name in texts})
    if getattr(parsed, "tool", None) and wish.view != "window":
        raise ParameterInvalid(
            "A form is shown only in a picture of the window.",
            where="--tool",
            remedy="Add --view window, or leave --tool out.",
        )
    if wish.view == "window":
        answer = shoot_window(parsed.paths, parsed.out, wish, getattr(parsed, "tool", None) or "")
    else:
        answer = view_shot.shot(parsed.paths, parsed.out, wish)
    if parsed.json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stderr.writelines(f"{remark}\n" for remark in answer["warnings"])
    return 0


def shoot_window(paths: Sequence[str], out: Path, wish: Any, tool: str = "") -> dict[str, Any]:
    """Draw the window with what is named open in it.

    Parameters
    ----------
    paths : sequence of str
        Sources, or a workspace; empty gives the empty window.
    out : Path
        PNG, written whole or not at all.
    wish : app.views.shot.Wish
        Size, language, look, moment, variable, extent, style.
    tool : str
        Id of a tool whose form is open; empty = none.

    Raises
    ------
    HaitangError
        Something cannot be opened, or the wish does not fit.
    """
    from app.core.inputs import spare
    from app.core.workspace_facts import is_workspace, require_sources
    from app.views.shot import inputs_of, size_of, write_png

    for path in filter(is_workspace, paths):
        require_sources(Path(path))
    size = size_of(wish.size)
    window = open_window(wish.lang, wish.theme, size, passing=True)
    try:
        remarks = fill_window(window, paths, wish)
        spare(out, inputs_of(window.desk.document, paths, wish))
        if tool:
            show_tool(window, tool)
        remarks += drawn_remarks(window)
        write_png(picture(window), out)
    finally:
        end(window)
    return {"out": str(out), "view": "window", "size": list(size), "warnings": remarks}


class PassingSettings(Settings):
    """Settings of a window that is only pictured: what is wished for a picture is not the user's choice."""

    def save(self) -> None:
        """Keep nothing."""


def open_window(language: str, theme: str, size: tuple[int, int], *, passing: bool = False) -> MainWindow:
    """Give a window of a size that asks nothing and keeps no session.

    Parameters
    ----------
    language, theme : str
        ``zh`` or ``en``, empty = the user's; ``light`` or ``dark``.
    size : (int, int)
        px.
    passing : bool
        Whether its settings are those of one picture, which are not kept.
    """
    from app.core.language import set_language
    from app.shell.startup import start

    own = Settings.load()
    wished = {"theme": theme or "light", "language": language or own.language}
    settings = own.model_copy(update=wished)
    if passing:
        settings = PassingSettings.model_validate(settings.model_dump())
    if language:
        set_language(language)
    window = start([], settings, size=size, keep_session=False)
    window.ask_nothing()
    window.resize(*size)
    settle(window)
    return window


def fill_window(window: MainWindow, paths: Sequence[str], wish: Any = None) -> list[str]:
    """Open paths in a window, do as wished, wait until all is painted; give what the user should know of it.

    Raises
    ------
    HaitangError
        The first failure.
    """
    from app.views.shot import apply, extent_from, look_at

    failures = _failures(window)
    if paths:
        window.open_paths(list(paths))
        wait_for(window, lambda: is_open(window) or bool(failures))
    if failures:
        raise failures[0]
    document, remarks = window.desk.document, list[str]()
    if wish is not None and document.layers:
        remarks = apply(document, wish, paths)
        extent = extent_from(wish.extent)
        if extent is not None:
            width, height = window.canvas.width(), window.canvas.height()
            look_at(document, document.camera.pose, extent, (width, height), wish.crs)
    settle(window)
    return remarks


def _failures(window: MainWindow) -> list[Any]:
    found: list[Any] = []

    def on_notice(notice: Any) -> None:
        if notice.severity == "error":
            # The words of a notice name their place already.
            found.append(DataError(notice.text, where="" if notice.where in notice.text else notice.where))

    window.desk.notices.posted.connect(on_notice)
    return found


def drawn_remarks(window: MainWindow) -> list[str]:
    """Give what the user should know of what the map shows.

    Raises
    ------
    HaitangError
        A visible layer could not be read when it was drawn.
    """
    from app.core.language import tr
    from app.views.shot import void_remarks

    scene = window.canvas.scene
    for layer in window.desk.document.layers:
        track = scene.track(layer.id)
        if layer.visible and track is not None and track.error is not None:
            raise track.error
    remarks = void_remarks(scene.frame)
    if window.desk.reading.is_gathering:
        remarks.append(tr("The range of the values was not known in time; colours follow what is seen."))
    return remarks


def show_tool(window: MainWindow, tool: str) -> None:
    """Open the form of a tool.

    Raises
    ------
    ParameterInvalid
        There is no such tool.
    """
    window.open_tool(tool)
    wait_for(window, lambda: bool(window.tools.known))
    if tool not in window.tools.known:
        raise ParameterInvalid(
            "There is no tool {tool}.",
            where="--tool",
            remedy="Tools here: {tools}.",
            tool=tool,
            tools=", ".join(window.tools.known),
        )
    settle(window)


def is_open(window: MainWindow) -> bool:
    """Tell whether something is open and nothing is being opened any more."""
    return window.files.all_is_open


def is_painted(window: MainWindow) -> bool:
    """Tell whether map and chart show everything they were asked for."""
    chart: Any = window.docks["chart"].content
    if not window.desk.document.layers:
        return True
    scene = window.canvas.scene
    shown = scene.is_idle and scene.frame is not None and scene.frame.view == window.canvas.view()
    return shown and window.compare.panes.is_idle and (chart is None or chart.is_idle)


def wait_for(window: MainWindow, done: Callable[[], bool], seconds: float = LONGEST_S) -> None:
    """Let the window live until something is so.

    Raises
    ------
    SourceUnavailable
        It takes too long.
    """
    from PySide6.QtCore import QEventLoop, QTimer

    last = time.monotonic() + seconds
    loop, look = QEventLoop(), QTimer(interval=LOOK_MS)
    look.timeout.connect(loop.quit)
    look.start()
    while not done():
        if time.monotonic() > last:
            raise SourceUnavailable("The window did not come to rest in time.", where=window.windowTitle())
        loop.exec()


def settle(window: MainWindow, quiet_s: float = 0.15) -> None:
    """Let the window live until everything is painted, ranges known, and nothing comes after it for a while."""
    began = since = time.monotonic()
    looks = 0  # a pause that the main thread itself was away for is none

    def rests() -> bool:
        nonlocal since, looks
        looks += 1
        waiting = not window.desk.is_calm or (window.docks["tools"].is_seen and not window.tools.known)
        gathering = window.desk.reading.is_gathering and time.monotonic() - began < STATISTICS_S
        if waiting or gathering or not is_painted(window):
            since, looks = time.monotonic(), 0
        return looks >= QUIET_LOOKS and time.monotonic() - since > quiet_s

    wait_for(window, rests)


def picture(window: MainWindow) -> Any:
    """Give the window as a picture, px for px."""
    return window.grab().toImage()


def end(window: MainWindow) -> None:
    """Close a window and let go of it."""
    from PySide6.QtCore import QCoreApplication, QEvent

    window.ask_nothing()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
