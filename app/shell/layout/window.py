"""LayoutWindow: pages are made, arranged, seen and exported here; the document holds them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QMainWindow, QSplitter, QWidget

from app.core.language import error_text, tr
from app.core.pages import acts
from app.shell.layout.bar import Bar
from app.shell.layout.canvas import Canvas
from app.shell.layout.item_list import ItemList
from app.shell.layout.map_content import all_layers, window_view
from app.shell.layout.no_page import NoPage
from app.shell.layout.page_acts import ARRANGE, Acts
from app.shell.layout.panel import Panel
from app.shell.layout.preview import Preview
from app.widgets import controls
from layers.errors import HaitangError

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from app.core.pages.model import Page
    from app.shell.desk import Desk
    from app.views.sheet.page import Matter


class LayoutWindow(QMainWindow):
    """The window of the pages of one document.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        The main window.
    """

    closed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.page_id = ""
        self.setWindowFlag(Qt.WindowType.Window)
        self.setProperty("help", "pages")
        self.canvas, self.panel, self.items = Canvas(), Panel(desk.document), ItemList()
        self.preview = Preview(desk)
        self.acts = Acts(cast("Any", self), self)
        self._soon = QTimer(self, singleShot=True, interval=120)
        self._soon.timeout.connect(self._ask)
        self.matter: Matter | None = None
        self._build()
        self.bar = Bar(cast("Any", self), self)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.bar)
        self._connect()
        self.retranslate()
        self.resize(1280, 820)
        names = list(desk.document.pages)
        self.show_page(names[0] if names else "")

    # ------------------------------------------------------------------- building
    def _build(self) -> None:
        self.choice = controls.Choice()
        self.choice.setMinimumWidth(220)
        self.empty = NoPage(self.acts.new_page)
        middle = QWidget()
        box = controls.column(0, 0)
        box.addWidget(self.canvas, 1)
        box.addWidget(self.empty, 1)
        middle.setLayout(box)
        right = controls.scroller(self.panel)
        right.setMinimumWidth(300)
        split = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.items, 0), (middle, 1), (right, 0)):
            split.addWidget(widget)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setSizes([220, 720, 320])
        split.setChildrenCollapsible(False)
        self.setCentralWidget(split)
        self.words = QLabel()
        self.statusBar().addWidget(self.words, 1)

    def _connect(self) -> None:
        document = self.desk.document
        self.choice.activated.connect(lambda _: self.show_page(str(self.choice.currentData())))
        self.canvas.chosen_changed.connect(self._on_chosen)
        self.canvas.arranged.connect(lambda made: self.acts.put(made, ARRANGE))
        self.canvas.content_moved.connect(self.acts.maps.content_moved)
        self.canvas.content_zoomed.connect(self.acts.maps.content_zoomed)
        self.canvas.zoomed.connect(self._soon.start)
        self.items.chosen.connect(self.canvas.choose)
        self.items.flagged.connect(self.acts.put)
        self.panel.changed.connect(lambda made: self.acts.put(made, acts.TYPED))
        self.panel.refused.connect(self.say)
        self.panel.viewed.connect(lambda one: self.acts.maps.set_map(one, window_view))
        self.panel.whole.connect(lambda one: self.acts.maps.set_map(one, all_layers))
        self.preview.ready.connect(self._on_ready)
        self.preview.failed.connect(self._on_failed)
        self.preview.crashed.connect(self._on_crashed)
        self._links = [
            (document.page_changed, self._on_page),
            (document.replaced, self._on_replaced),
            (document.layer_changed, self._on_layers),
            (document.layer_added, self._on_layers),
            (document.layer_removed, self._on_layers),
            (document.edited, self._on_layers),
            (document.words_changed, self._on_layers),
            (document.clock.events.now, self._on_layers),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        for keys, call in (
            ("Ctrl+Z", self.acts.undo),
            ("Ctrl+Y", self.acts.redo),
            ("Ctrl+Shift+Z", self.acts.redo),
            ("Del", self.acts.remove_items),
            ("Ctrl+D", self.acts.copy_items),
            ("Ctrl+0", self.canvas.fit),
            ("Ctrl+E", self.acts.export),
            ("F1", self._help),
        ):
            QShortcut(QKeySequence(keys), self, call)

    # ------------------------------------------------------------------ following
    def page(self) -> Page | None:
        """Give the page that is shown; None where there is none, or it cannot be read."""
        if self.page_id not in self.desk.document.pages:
            return None
        try:
            return acts.page(self.desk.document, self.page_id)
        except HaitangError:
            return None

    @property
    def is_idle(self) -> bool:
        """Whether the picture shows the page as it is."""
        return self.preview.is_idle and self.panel.is_whole and not self._soon.isActive()

    def show_page(self, page_id: str) -> None:
        """Show another page."""
        self.page_id = page_id
        self.refresh()

    def refresh(self) -> None:
        """Bring everything in line with the document."""
        document = self.desk.document
        if self.page_id not in document.pages:
            self.page_id = next(iter(document.pages), "")
        self.choice.clear()
        for page_id, data in document.pages.items():
            self.choice.addItem(str(data.get("name", "")), page_id)
        self.choice.setCurrentIndex(self.choice.findData(self.page_id))
        page = self.page()
        self.canvas.setVisible(page is not None)
        self.empty.setVisible(page is None)
        self.empty.show_fault(self._fault())
        self.bar.export.setEnabled(page is not None)
        self.canvas.show_page(page)
        self.items.show_page(page, self.canvas.chosen)
        self._show_properties()
        self._soon.start()

    def _fault(self) -> str:
        """Say why the page cannot be shown; empty where it can, or where there is none."""
        if self.page_id in self.desk.document.pages:
            try:
                acts.page(self.desk.document, self.page_id)
            except HaitangError as error:
                return error_text(error)
        return ""

    def _show_properties(self) -> None:
        page, chosen = self.page(), self.canvas.chosen
        self.panel.show_page(page, page.item(chosen[0]) if page is not None and len(chosen) == 1 else None)

    def _on_chosen(self, ids: list[str]) -> None:
        self.items.choose(ids)
        self._show_properties()

    def _on_page(self, _page_id: str) -> None:
        self.desk.relay(self.refresh)

    def _on_replaced(self) -> None:
        self.desk.relay(self.refresh)

    def _on_layers(self, *_: Any) -> None:
        self.preview.forget()
        self.desk.relay(self._soon.start)

    def _ask(self) -> None:
        page = self.page()
        if page is not None and self.isVisible():
            self.preview.ask(page, max(min(self.canvas.ratio, 2.6), 0.2))

    def _on_ready(self, image: Any, matter: Any) -> None:
        self.matter = matter
        self.canvas.show_image(image)
        faults = list(matter.faults.values())
        self.say(tr("{count} items cannot be shown", count=len(faults)) if faults else self._about())

    def _on_failed(self, error: HaitangError) -> None:
        self.say(error_text(error))

    def _on_crashed(self, error: BaseException) -> None:
        """Tell of an error in the drawing thread as of any other that nobody caught."""
        sys.excepthook(type(error), error, error.__traceback__)

    def _about(self) -> str:
        page = self.page()
        if page is None:
            return ""
        wide, high = page.size
        return tr("{wide} × {high} mm, {count} items", wide=f"{wide:g}", high=f"{high:g}", count=len(page.items))

    def say(self, text: str) -> None:
        """Show a sentence at the foot."""
        self.words.setText(text)

    def _help(self) -> None:
        show = getattr(self.parentWidget(), "show_help", None)
        if show is not None:
            show("pages")

    # ------------------------------------------------------------------- language
    def retranslate(self) -> None:
        """Show all words in the current language."""
        self.setWindowTitle(tr("Pages") + " — " + tr("Haitang Workbench"))
        self.bar.retranslate()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "bar"):
            self.retranslate()

    def showEvent(self, event: Any) -> None:
        """Draw what was not drawn while hidden."""
        super().showEvent(event)
        self._soon.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop drawing and listening."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        self.preview.close()
        super().closeEvent(event)
        self.closed.emit()
