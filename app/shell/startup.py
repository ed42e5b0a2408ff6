"""Start: application, window, then in slices what can wait."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from app.core.language import language, set_language, tr, translated
from app.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from app.shell.window import MainWindow
    from app.views.view import Frame

MEASURE = "HAITANG_MEASURE"
"""Variable that makes the program measure its own start, write the answer and end."""
PICTURE_MS = 3000
"""How long panels, tools and pinyin wait at most for the first picture, where there is one to come."""
OFFER_MS = 200
"""When sessions that ended badly are looked for, after the window is on screen."""


def choose_platform() -> None:
    """Choose where Qt draws, before the application exists: in memory where there is no display."""
    if sys.platform == "linux" and "QT_QPA_PLATFORM" not in os.environ:
        display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
        if not display:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # The offscreen platform looks for fonts of its own; it uses those of the system anyway.
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts.warning=false;qt.qpa.plugin.info=false")


def application() -> QApplication:
    """Give the application, made at the first call."""
    choose_platform()
    _load_qt()
    from PySide6.QtWidgets import QApplication

    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        _hush()
    QApplication.setApplicationName("Haitang Workbench")
    QApplication.setDesktopFileName("haitang-workbench")
    return QApplication([sys.argv[0] if sys.argv else "haitang"])


def _load_qt() -> None:
    """Load Qt, its Python part from kept code, and leave Python's own import in place.

    Qt puts another there, for names in snake case, which nobody asks for here. It reads the source of every module
    that is loaded after it: a third of the time that the window's modules take.
    """
    import builtins

    from app import kept_code

    plain = builtins.__import__
    with kept_code.for_everybody():
        importlib.import_module("PySide6.QtCore")
    builtins.__import__ = plain


def _hush() -> None:
    """Keep what Qt says of every window drawn in memory off the error stream: what such a window cannot do."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    def handle(_kind: QtMsgType, _context: object, text: str) -> None:
        if not text.startswith("This plugin does not support"):
            sys.stderr.write(f"{text}\n")

    qInstallMessageHandler(handle)


def start(
    paths: Sequence[str] = (),
    settings: Settings | None = None,
    *,
    size: tuple[int, int] | None = None,
    keep_session: bool = True,
) -> MainWindow:
    """Build the window and show it; what can wait is done when it is on screen.

    Parameters
    ----------
    paths : sequence of str
        Sources, or a workspace.
    settings : Settings, optional
        Those of the user where absent.
    size : (int, int), optional
        Size of the window, px; the last one, else a large part of the screen.
    keep_session : bool
        Whether to journal the session and to offer sessions that ended badly.
    """
    gc.disable()
    settings = settings if settings is not None else Settings.load()
    if settings.language:
        set_language(settings.language)
    window = _build(settings, expects=bool(paths))
    _place(window, size)
    window.show()
    application().processEvents()
    window.setProperty("shown-at", time.time())
    _begin_session(window, list(paths), keep_session=keep_session)
    window.desk.relay.later(_collect_again)
    return window


def _build(settings: Settings, *, expects: bool) -> MainWindow:
    """Make the window; the first reader starts meanwhile."""
    from app.core.readers import ReaderPool

    pool = ReaderPool(memory_mb=settings.memory_mb, known=True)
    pool.warm()
    app = application()
    from app.shell.desk import make_desk
    from app.shell.qt_words import speak
    from app.shell.window import MainWindow
    from app.widgets import icons, theme

    theme.apply(app, settings.theme)
    speak(language())
    desk = make_desk(settings, pool)
    window = MainWindow(desk, expects=expects)
    app.setWindowIcon(icons.brand(64))
    return window


def _collect_again() -> None:
    """Let the collector work again; what the start has made stays for good and is not looked at any more."""
    gc.freeze()
    gc.enable()


def _place(window: MainWindow, size: tuple[int, int] | None) -> None:
    from PySide6.QtGui import QGuiApplication

    if size is not None:
        window.resize(*size)
        return
    room = QGuiApplication.primaryScreen().availableGeometry()
    width, height = round(room.width() * 0.92), round(room.height() * 0.92)
    known = window.desk.settings.window.get("size")
    if isinstance(known, list) and len(known) == 2 and all(isinstance(v, int) and v > 400 for v in known):
        width, height = known
    window.resize(min(width, room.width()), min(height, room.height()))
    window.move(room.left() + (room.width() - window.width()) // 2, room.top() + (room.height() - window.height()) // 2)


def _begin_session(window: MainWindow, paths: list[str], *, keep_session: bool) -> None:
    from PySide6.QtCore import QTimer

    from app.shell.crash import CrashGuard

    desk = window.desk
    desk.hold()
    guard = CrashGuard(desk.notices, desk.relay)
    guard.install()
    window.destroyed.connect(guard.remove)
    if keep_session:
        desk.relay.later(lambda: _journal(window))
    if paths:
        window.open_paths(paths)
    window.docks.begin()
    threading.Thread(target=load_slow_parts, name="warm-up", daemon=True).start()
    desk.when_calm(window.tools.begin)
    desk.when_calm(lambda: threading.Thread(target=spell_titles, name="spelling", daemon=True).start())
    # A picture is complete, too, while all its layers are still being opened, and until they have been asked for.
    window.canvas.painted.connect(lambda frame: _after_picture(window, frame))
    QTimer.singleShot(PICTURE_MS if paths else 0, window, desk.release)
    if keep_session:
        QTimer.singleShot(OFFER_MS, window, lambda: offer_sessions(window))


def _journal(window: MainWindow) -> None:
    """Begin to write down the acts of this session."""
    from app.core.journal import begin_session

    desk = window.desk
    if desk.journal is not None:
        return
    try:
        desk.journal = begin_session(desk.document)
    except OSError as error:
        text = tr("The session cannot be written down: {reason}. Save your work often.", reason=error.strerror or error)
        desk.notices.warning(text)
        return
    desk.journal.failed.connect(lambda _: desk.relay(lambda: _tell_disk(window)))


def _tell_disk(window: MainWindow) -> None:

    text = tr("The disk refuses to take the safety copy of this session. Free some space, or save your work elsewhere.")
    window.desk.notices.warning(text)


def load_slow_parts() -> None:
    """Load PROJ and the compiled kernels, which the first picture needs; called in a thread."""
    importlib.import_module("pyproj")
    importlib.import_module("app.views.map2d.kernels").warm_up()


def _after_picture(window: MainWindow, frame: Frame) -> None:
    """Let go what waits for the first whole picture; later ones cost nothing here."""
    if not window.desk.is_calm and frame.complete and window.files.all_is_open and window.canvas.scene.is_idle:
        window.desk.release()


def spell_titles() -> None:
    """Have all titles of the palette written in pinyin, so that the first letter typed finds them; in a thread."""
    from app.core.jobs import program_command
    from app.shell.actions import ACTS
    from app.widgets.match import spell

    spell([translated(one.title, "zh").rstrip("…") for one in ACTS], program_command())


def offer_sessions(window: MainWindow) -> None:
    """Offer to bring back sessions that ended without a goodbye."""
    from app.core.copies import sweep
    from app.core.journal import recoverable

    desk = window.desk

    def found(sessions: Any) -> None:
        desk.background(sweep, lambda _: None)
        if sessions:
            _ask_recovery(window, sessions)

    desk.background(recoverable, found)


def _ask_recovery(window: MainWindow, sessions: list[Any]) -> None:
    from app.shell.recover_dialog import RecoverDialog

    dialog = RecoverDialog(window, sessions, window.desk.settings.utc_offset_hours)
    dialog.chosen.connect(lambda session: bring_back(window, session))
    dialog.refused.connect(lambda refused: [session.discard() for session in refused])
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def bring_back(window: MainWindow, session: Any) -> None:
    """Put the content of an ended session into the window."""
    from app.core.journal import recover
    from layers.errors import HaitangError

    desk = window.desk

    def recovered(answer: Any) -> None:
        if isinstance(answer, HaitangError):
            desk.notices.error(answer)
            return
        content = answer.to_dict()
        answer.copies.close()
        desk.document.replace(content, answer.path, saved=not answer.dirty)
        desk.focus.take(desk.document.layers[0] if desk.document.layers else None)
        if session.lost:
            desk.notices.warning(tr("{count} acts could not be brought back.", count=session.lost))
        else:
            desk.notices.info(tr("Your work is back as it was."))
        session.discard()

    desk.background(lambda: recover(session), recovered)


def main(paths: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed; the exit code."""
    if os.environ.get(MEASURE):
        return int(importlib.import_module("app.shell.benches").measured(list(paths)))
    window = start(paths)
    app = application()
    code = app.exec() if window.isVisible() else 0
    _remember_size(window)
    window.close()
    window.deleteLater()
    del window
    app.processEvents()
    return code


def _remember_size(window: MainWindow) -> None:
    settings = window.desk.settings
    settings.window = {**settings.window, "size": [window.width(), window.height()]}
    try:
        settings.save()
    except OSError:
        return  # the size is a comfort; the user has nothing to do about it
