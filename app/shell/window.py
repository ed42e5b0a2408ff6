"""MainWindow: the map in the middle, panels around it, one table of actions behind all menus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QMainWindow, QToolBar

from app.core.language import language, language_changed, tr
from app.shell import conditions, finding
from app.shell.centre import Centre
from app.shell.clock_link import ClockLink
from app.shell.compare_view import CompareView
from app.shell.docks import Docks
from app.shell.drop_area import DropArea
from app.shell.edit_acts import Edits, Help
from app.shell.editing import Editing
from app.shell.feature_menu import FeatureActs
from app.shell.file_acts import Files
from app.shell.layer_panel import LayerPanel
from app.shell.layout.opening import Pages
from app.shell.map_acts import Clock, Layers, Map
from app.shell.menus import Menus
from app.shell.opening import Opener
from app.shell.panel_acts import Panels, ToolActs
from app.shell.panels import Parts, panels
from app.shell.place_marks import MapLinks
from app.shell.status_bar import StatusBar
from app.shell.style_acts import Styles
from app.shell.submenus import Submenus
from app.shell.tool_list import Tools, tool_entry
from app.shell.troubles import Troubles
from app.views.map2d.canvas import MapCanvas
from app.widgets import controls, theme
from app.widgets.map_fields import Surroundings
from app.widgets.palette import Palette
from app.widgets.time_bar import TimeBar
from app.widgets.toast import Toaster

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from app.core.notices import Notice
    from app.shell.desk import Desk
    from layers.layer import Layer


class MainWindow(QMainWindow):
    """The window of one document, whose parts share a desk; ``expects`` says that something is opened at once."""

    def __init__(self, desk: Desk, *, expects: bool = False) -> None:
        super().__init__()
        self.desk, self._expects = desk, expects
        self._closing, self._asks = False, True
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.tools = Tools(desk.relay)
        self._build_centre()
        desk.view_size = lambda: self.compare.panes.size_for(self.centre.width(), self.centre.height())
        self.opener = Opener(desk, desk.view_size, self._review)
        self.acts: dict[str, Any] = {}
        self.menus = Menus(self, self.resolve, self._holds)
        self.surroundings = Surroundings()
        tables = lambda: self.resolve("edits.class_tables")()  # noqa: E731, PLW0108 - acts come later
        parts = Parts(desk, self.menus, self.tools, self.surroundings, self.open_result, tables)
        self.docks = Docks(self, panels(parts), desk.when_calm)
        self.links = MapLinks(desk, self.canvas, self.docks, self)
        self.links.serve(self.surroundings)
        self._build_acts()
        self._build_bars()
        self.submenus = Submenus(desk, self.menus, self.tools, self.acts)
        self._connect()
        self.retranslate()
        self.apply_settings()
        self.refresh()

    def _build_centre(self) -> None:
        self.canvas = MapCanvas(self.desk.document, self.desk.reading)
        self.compare = CompareView(self.desk, self.canvas)
        self.centre = Centre(self.compare, self.desk.settings, lambda: self.files)
        holder = controls.boxed(self.centre)
        self.setCentralWidget(holder)
        self.toaster = Toaster(holder)
        self.drop_area = DropArea(holder)
        self.palette_box = Palette(self)

    def _build_acts(self) -> None:
        desk = self.desk
        self.files = Files(desk, self, self.opener, lambda: self.compare.panes.grab().toImage())
        self.time_bar = TimeBar()
        self.clock_acts = Clock(desk, self.time_bar.ask_moment)
        self.acts.update(
            files=self.files,
            edits=Edits(desk, self, self.apply_settings),
            editing=Editing(desk, self, self.menus, self.files, self.canvas),
            features=FeatureActs(desk, self, self.docks),
            map=Map(desk, self, self.canvas, self.opener),
            compare=self.compare.acts,
            layers=Layers(desk, self, self._layer_panel, self._show_table),
            **finding.acts(desk, self, self.canvas),
            clock=self.clock_acts,
            panels=Panels(desk, self, self.docks, self.apply_settings),
            pages=Pages(desk, self),
            tools=ToolActs(desk, lambda: self.open_palette(only_tools=True), self.open_tool),
            help=Help(desk, self, self.open_palette, self.show_help),
            styles=Styles(desk, self, lambda: self._layer_panel().chosen_layers()),
            troubles=Troubles(desk, self, self._on_trouble),
        )

    def _build_bars(self) -> None:
        self.time_bar.setProperty("help", "time")
        holder = QToolBar(self)
        holder.setObjectName("clock")
        holder.setMovable(False)
        holder.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        holder.addWidget(self.time_bar)
        frame = holder.layout()
        if frame is not None:
            frame.setContentsMargins(0, 0, 0, 0)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, holder)
        self._clock_holder = holder
        self.clock_link = ClockLink(self.desk, self.time_bar, self.clock_acts, self.canvas)
        self.status = StatusBar(self.desk)
        self.setStatusBar(self.status)

    def _layer_panel(self) -> LayerPanel:
        panel = self.docks["layers"].fill()
        assert isinstance(panel, LayerPanel)
        return panel

    def _show_table(self, layer: Layer) -> None:
        panel: Any = self.docks["table"].bring()
        panel.show_layer(layer)

    # -- outside ---------------------------------------------------------------------
    def resolve(self, call: str) -> Callable[[], object]:
        """Give the callable of an act: ``group.method``, or ``group.method:argument``."""
        name, _, argument = call.partition(":")
        group, _, method = name.partition(".")
        found = getattr(self.acts[group], method)
        return (lambda: found(argument)) if argument else found

    def open_paths(self, paths: list[str]) -> None:
        """Open a workspace, or data."""
        self._expects = False
        self.files.open_paths(paths)

    def open_result(self, path: str) -> None:
        """Put the result of a tool on the map."""
        self.opener.open([path])

    def open_tool(self, tool_id: str) -> None:
        """Show the form of a tool."""
        panel: Any = self.docks["tools"].bring()
        panel.open_tool(tool_id)

    def open_palette(self, *, only_tools: bool = False) -> None:
        """Open the command palette, or that of the tools alone."""

        def show(known: dict[str, Any], groups: dict[str, str]) -> None:
            tools = [tool_entry(tool, groups) for tool in known.values()]
            hint = tr("Find a tool: Chinese, pinyin initials or English")
            if not only_tools:
                tools = [*self.menus.entries(), *tools]
                hint = tr("Find a command: Chinese, pinyin initials or English")
            self.palette_box.open(tools, hint)

        self.tools.ask(show)

    def show_help(self, page: str) -> None:
        """Show a page of the handbook."""
        from app.shell.help_window import HelpWindow

        if not hasattr(self, "_help"):
            self._help = HelpWindow(self)
        self._help.show_page(page)
        self._help.show()
        self._help.raise_()
        self._help.activateWindow()

    def apply_settings(self) -> None:
        """Bring look, local time and memory in line with the settings."""
        from PySide6.QtWidgets import QApplication

        app = QApplication.instance()
        settings = self.desk.settings
        if isinstance(app, QApplication):
            theme.apply(app, settings.theme)
        name = theme.current().name
        self.compare.panes.set_theme(name)
        self.compare.panes.set_options(utc_offset_hours=settings.utc_offset_hours)
        chart: Any = self.docks["chart"].content
        if chart is not None:
            chart.set_theme(name)
            chart.set_offset(settings.utc_offset_hours)
        self.clock_link.refresh()
        self.menus.refresh()

    def ask_nothing(self) -> None:
        """Take every file and close without a question; for pictures and measurements."""
        self._asks = False

    # -- following the document ------------------------------------------------------
    def _connect(self) -> None:
        desk = self.desk
        document = desk.document
        self.canvas.hovered.connect(self.status.show_pointer)
        self.canvas.left.connect(self.status.clear_pointer)
        self.canvas.scene.crashed.connect(self._on_crashed)
        self.status.crs_clicked.connect(self.resolve("map.choose_crs"))
        self.status.datum_clicked.connect(self.resolve("layers.choose_datum"))
        self.status.jobs_clicked.connect(self.docks["jobs"].bring)
        self.status.notices_clicked.connect(self._show_notices)
        self.status.scale_chosen.connect(self.acts["map"].set_scale)
        self.opener.home_wanted.connect(self._on_home_wanted)
        self.palette_box.chosen.connect(self._on_chosen)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (
            document.layer_added, document.layer_removed, document.layer_moved, document.layer_changed,
            document.replaced, document.words_changed, document.history.changed, desk.focus.layer_changed,
            desk.focus.place_changed, desk.jobs.changed, document.clock.events.loop, document.clock.events.revision,
            document.clock.events.leader, document.selection.changed,
        ):  # fmt: skip
            signal.connect(self._on_document)
        for dock in self.docks.by_name.values():
            dock.visibilityChanged.connect(lambda _: self.menus.refresh())
        desk.reading.state_changed.connect(self._on_state)
        self.canvas.scene.layer_failed.connect(self.acts["troubles"].on_drawn)
        desk.notices.posted.connect(self._on_notice)
        language_changed.connect(self._on_language)

    def _on_document(self, *_: Any) -> None:
        self._soon.start()

    def _on_state(self, _layer_id: str) -> None:
        self.desk.relay(self._soon.start)

    def refresh(self) -> None:
        """Bring title, centre and menus in line with the document."""
        document = self.desk.document
        has_layers = bool(document.layers)
        comes = self._expects or self.files.is_loading or self.opener.is_busy
        self.centre.show_fitting(has_layers=has_layers, comes=comes)
        self._clock_holder.setVisible(document.clock.start is not None)
        name = document.title or (document.path.stem if document.path is not None else tr("Workspace without a name"))
        star = "*" if document.dirty else ""
        program = tr("Haitang Workbench")
        self.setWindowTitle(f"{name}{star} — {program}" if has_layers else program)
        self._show_chart_once()
        self.menus.refresh_now()

    def _show_chart_once(self) -> None:
        """Show the chart when the first layer with time is there, and leave it to the user from then on."""
        if self.desk.document.clock.start is not None and not self.property("chart-shown"):
            self.setProperty("chart-shown", True)
            self.docks["chart"].bring(soon=True)
            self.docks.fit_heights()

    def _on_home_wanted(self) -> None:
        """Look at what was opened first, in the room that the map has then."""
        self.refresh()
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.opener.look_home()

    def _holds(self, name: str) -> bool:
        if name.startswith("dock:"):
            return self.docks[name[5:]].is_seen
        if name.startswith("point:"):
            return self.acts["finding"].mode == name[6:] if "finding" in self.acts else False
        if name in ("legend", "scale", "north", "graticule"):
            return bool(getattr(self.canvas.options, name))
        if name == "full-screen":
            return self.isFullScreen()
        return conditions.holds(name, self.desk)

    def _review(self, description: Any, accept: Callable[[], object]) -> None:
        from app.shell.review_dialog import ReviewDialog

        if not self._asks:
            accept()
            return
        dialog = ReviewDialog(self.desk, self, description, accept)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_crashed(self, error: BaseException) -> None:
        """Tell of an error in a drawing thread as of any other that nobody caught."""
        sys.excepthook(type(error), error, error.__traceback__)

    def _on_trouble(self) -> None:
        self._layer_panel().tree.redraw()
        self._soon.start()

    def _on_chosen(self, name: str) -> None:
        if name.startswith("tool:"):
            self.open_tool(name[5:])
        else:
            self.menus.actions[name].trigger()

    def _on_notice(self, notice: Notice) -> None:
        self._on_state("")
        acts = [(title, self.resolve(call)) for title, call in notice.actions]
        self.desk.relay(lambda: self.toaster.show(notice.severity, notice.text, notice.where, acts))

    def _show_notices(self) -> None:
        from app.shell.notice_list import NoticeList

        made = NoticeList(self, self.desk.notices)
        made.finished.connect(made.deleteLater)
        made.open()

    # -- language --------------------------------------------------------------------
    def _on_language(self, _name: str) -> None:
        self.desk.relay(self._switch)

    def _switch(self) -> None:
        from PySide6.QtWidgets import QApplication

        from app.shell.qt_words import speak

        speak(language())
        for widget in QApplication.topLevelWidgets():
            if widget is self or widget.window() is not widget or self.isAncestorOf(widget):
                QApplication.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))

    def retranslate(self) -> None:
        """Show menus and title in the current language."""
        self.menus.retranslate()
        self._clock_holder.setWindowTitle(tr("Time"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow language and window state."""
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "submenus"):
            self.retranslate()
            self.refresh()
        super().changeEvent(event)

    # -- files dropped ---------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.drop_area.begin()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Take the frame away."""
        self.drop_area.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the files."""
        self.drop_area.hide()
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if paths:
            self.open_paths([str(Path(p)) for p in paths])

    # -- closing ---------------------------------------------------------------------
    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for unsaved work, then end everything that runs."""
        if not self._closing and self._asks and self.desk.document.dirty and self.desk.document.layers:
            event.ignore()
            self.files.when_safe(self._close_now)
            return
        self._shut_down()
        event.accept()

    def _close_now(self) -> None:
        self._closing = True
        self.close()

    def _shut_down(self) -> None:
        if getattr(self, "_ended", False):
            return
        self._ended = True
        language_changed.disconnect(self._on_language)
        self.links.close_links()
        self.acts["edits"].close_all()
        self.acts["pages"].close_all()
        self.desk.document.clock.pause()
        for name in ("chart", "table"):
            content: Any = self.docks[name].content
            if content is not None:
                content.close_view() if name == "chart" else content.close_table()
        self.compare.panes.close_view()
        self.desk.close()
