"""Acts on pages: what the layout window's buttons and keys do; each ends in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import N_, tr
from app.core.pages import acts, arrange, templates
from app.core.pages.items import KINDS, new_id
from app.shell.layout.map_content import dragged, fresh_item, window_view, zoomed
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.pages.model import Page
    from app.shell.layout.stage import Stage

ARRANGE = N_("Arrange the page {page}")


class MapActs:
    """What a person does with the content of map frames.

    Parameters
    ----------
    window : Stage
    put : callable
        Sets the page that is shown, as one act.
    """

    def __init__(self, window: Stage, put: Callable[..., None]) -> None:
        self._window, self.put = window, put
        self._document = window.desk.document

    def set_map(self, item_id: str, change: Callable[..., Any]) -> None:
        """Change what a map shows."""
        page = self._window.page()
        item = page.item(item_id) if page is not None else None
        if page is not None and item is not None:
            self.put(page.with_item(change(item, self._document)))

    def content_moved(self, item_id: str, dx: float, dy: float) -> None:
        """Move the content of a map, mm."""
        self._with_view(item_id, lambda item, view: dragged(item, view, dx, dy))

    def content_zoomed(self, item_id: str, factor: float) -> None:
        """Zoom the content of a map."""
        self._with_view(item_id, lambda item, view: zoomed(item, view, factor))

    def _with_view(self, item_id: str, change: Callable[..., Any]) -> None:
        page, matter = self._window.page(), self._window.matter
        item = page.item(item_id) if page is not None else None
        if page is not None and item is not None and matter is not None and item_id in matter.maps:
            self.put(page.with_item(change(item, matter.maps[item_id].view)), acts.TYPED)


class Acts:
    """What a person does with pages and their items.

    Parameters
    ----------
    window : Stage
    widget : QWidget
        The same, as a parent of dialogs.
    """

    def __init__(self, window: Stage, widget: QWidget) -> None:
        self._window, self._widget = window, widget
        self.maps = MapActs(window, self.put)
        self._document = window.desk.document

    def undo(self) -> None:
        """Take back the last act."""
        self._try(self._document.undo)

    def redo(self) -> None:
        """Do the next undone act again."""
        self._try(self._document.redo)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except HaitangError as error:
            self._window.desk.notices.error(error)

    def put(self, made: Page, words: str = "") -> None:
        """Set the page that is shown, as one act."""
        if self._window.page_id:
            self._try(lambda: acts.put(self._document, self._window.page_id, made, words))

    def new_page(self, template: str) -> None:
        """Add a page from a template; its main map shows what the window shows."""

        def make() -> None:
            fresh = templates.page_of(templates.template(template))
            main = fresh.map_of("")
            if main is not None and self._document.layers:
                fresh = fresh.with_item(window_view(main, self._document))
            self._window.page_id = acts.add(self._document, fresh)

        self._try(make)
        self._window.canvas.fit()

    def copy_page(self) -> None:
        """Add a copy of the page."""
        page = self._window.page()
        if page is not None:
            self._window.page_id = acts.add(self._document, page)
            self._window.refresh()

    def remove_page(self) -> None:
        """Remove the page; undo brings it back."""
        if self._window.page_id:
            self._try(lambda: acts.remove(self._document, self._window.page_id))

    def add_item(self, kind: str) -> None:
        """Add an item in the middle of the page."""
        page = self._window.page()
        if page is None:
            return
        item = fresh_item(KINDS[kind], page, self._document)
        self.put(page.with_item(item))
        self._window.canvas.choose([item.id])

    def remove_items(self) -> None:
        """Remove what is chosen."""
        page = self._window.page()
        if page is not None and self._window.canvas.chosen:
            self.put(page.without(*self._window.canvas.chosen))

    def copy_items(self) -> None:
        """Put copies of what is chosen beside it."""
        page = self._window.page()
        if page is None:
            return
        made = []
        for item in [item for item in page.items if item.id in self._window.canvas.chosen]:
            copy = item.model_copy(update={"id": new_id(), "x": item.x + 5, "y": item.y + 5})
            page = page.with_item(copy)
            made.append(copy.id)
        self.put(page)
        self._window.canvas.choose(made)

    def align(self, way: arrange.Way) -> None:
        """Align or spread what is chosen."""
        page = self._window.page()
        if page is not None:
            self.put(arrange.aligned(page, self._window.canvas.chosen, way), ARRANGE)

    def order(self, by: int) -> None:
        """Bring what is chosen up or down."""
        page = self._window.page()
        if page is not None and self._window.canvas.chosen:
            self.put(arrange.reordered(page, self._window.canvas.chosen[0], by), ARRANGE)

    def save_template(self) -> None:
        """Keep the page as a template of the office."""
        from app.shell.questions import text as text_for

        page = self._window.page()
        if page is None:
            return
        title = text_for(self._widget, tr("Save as template"), tr("Name of the template"), page.name)
        if title and (not templates.place_of(title).exists() or self._may_replace(title)):
            self._try(lambda: self._keep(page, title))

    def _may_replace(self, title: str) -> bool:
        from app.shell.questions import sure

        words = tr("There is a template of this name: {name}", name=title)
        return sure(self._widget, words, tr("It is replaced by this page."), N_("Replace"))

    def _keep(self, page: Page, title: str) -> None:
        self._window.desk.notices.info(tr("The template is kept."), str(templates.save(page, title)))

    def export(self) -> None:
        """Ask where to, and start the export."""
        from app.shell.layout.export_dialog import ExportDialog

        page = self._window.page()
        if page is None:
            return
        stage = self._window
        dialog = ExportDialog(self._widget, stage.desk, stage.page_id, page, lambda: stage.say(tr("The export runs.")))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
