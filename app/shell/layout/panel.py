"""Panel: the properties of what is chosen: an item, else the page with its words and its atlas."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from app.core.language import N_, language, tr
from app.core.pages.items import TITLES
from app.core.pages.model import Atlas
from app.shell.layout import editors, fields
from app.widgets import controls
from layers.series import SeriesLayer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.document import Document
    from app.core.pages.items import Item
    from app.core.pages.model import Page
    from app.shell.layout.fields import Property


class Scope(Enum):
    """What a property belongs to."""

    ITEM, PAGE, WORDS, ATLAS = range(4)


class Panel(QWidget):
    """Shows properties, a section at a time; ``changed`` carries a page with the change made, ``refused`` a sentence.

    ``viewed`` carries the id of a map that shall show what the window shows, ``whole`` one that shall show all.
    """

    changed = Signal(object)
    refused = Signal(str)
    viewed = Signal(str)
    whole = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._page: Page | None = None
        self._about: Any = None
        self._editors: list[tuple[editors.Editor, Scope]] = []
        self._sections: list[tuple[str, Scope, tuple[Property, ...], str]] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._next)
        self._box = controls.column(12, 8)
        self.setLayout(self._box)

    @property
    def is_whole(self) -> bool:
        """Whether all sections are there."""
        return not self._sections

    def show_page(self, page: Page | None, item: Item | None) -> None:
        """Show the properties of an item, or of the page where none is chosen."""
        self._page = page
        about = self._about_of(page, item)
        if about != self._about:
            self._about = about
            self._build(page, item)
        for editor, scope in self._editors:
            editor.show_value(self._value(scope, editor.prop.name))

    def _about_of(self, page: Page | None, item: Item | None) -> Any:
        if page is None:
            return None
        layers = tuple((layer.id, layer.name) for layer in self._document.layers)
        maps = tuple((one.id, one.name) for one in page.maps())
        atlas = page.atlas.layer if page.atlas is not None else ""
        words = (language(), *page.words)
        kind = getattr(item, "kind", "")
        return (kind, item.id if item else "", layers, maps, tuple(self._document.themes), page.paper, atlas, words)

    # ------------------------------------------------------------------- building
    def _build(self, page: Page | None, item: Item | None) -> None:
        controls.clear(self._box)
        self._editors = []
        self._sections = list(_sections(page, item))
        self._box.addStretch(1)
        self._next()

    def _next(self) -> None:
        """Build the next section; the others follow when the window has done what it is asked meanwhile."""
        if not self._sections:
            return
        title, scope, props, map_id = self._sections.pop(0)
        self._section(title, scope, props)
        if map_id:
            self._map_buttons(map_id)
        if self._sections:
            self._soon.start()

    def _section(self, title: str, scope: Scope, props: tuple[Property, ...]) -> None:
        body = QWidget()
        form = QFormLayout()
        form.setContentsMargins(0, 4, 0, 8)
        form.setSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for prop in props:
            editor = self._editor(prop)
            editor.changed.connect(lambda value, scope=scope, name=prop.name: self._on_changed(scope, name, value))
            label = QLabel(tr(prop.title))
            label.setProperty("role", "small")
            label.setMinimumWidth(84)
            label.setWordWrap(True)
            if prop.kind in ("lines", "rows"):
                form.addRow(label)
                form.addRow(editor)
            else:
                form.addRow(label, editor)
            editor.show_value(self._value(scope, prop.name))
            self._editors.append((editor, scope))
        body.setLayout(form)
        self._put(controls.Section(title, body))

    def _put(self, widget: QWidget) -> None:
        self._box.insertWidget(self._box.count() - 1, widget)

    def _map_buttons(self, item_id: str) -> None:
        line = controls.row(0, 8)
        line.addWidget(controls.Button(N_("View of the window"), call=lambda: self.viewed.emit(item_id)))
        line.addWidget(controls.Button(N_("All layers"), call=lambda: self.whole.emit(item_id)))
        line.addStretch(1)
        holder = QWidget()
        holder.setLayout(line)
        self._put(holder)

    def _editor(self, prop: Property) -> editors.Editor:
        plain = {
            "text": editors.TextEditor,
            "lines": editors.LinesEditor,
            "number": editors.NumberEditor,
            "whole": editors.NumberEditor,
            "flag": editors.FlagEditor,
            "colour": editors.ColourEditor,
            "columns": editors.ColumnsEditor,
            "file": editors.FileEditor,
            "rows": editors.RowsEditor,
        }
        if prop.kind in plain:
            return plain[prop.kind](prop)
        return editors.ChoiceEditor(prop, self._options(prop))

    def _options(self, prop: Property) -> list[tuple[str, str]]:
        document, page = self._document, self._page
        if prop.kind == "choice":
            return [(value, tr(words)) for value, words in prop.choices]
        if prop.kind == "layer":
            return [(la.id, la.name) for la in document.layers if isinstance(la, VectorLayer)]
        if prop.kind == "stations":
            return [(la.id, la.name) for la in document.layers if isinstance(la, SeriesLayer)]
        if prop.kind == "theme":
            return [("", tr("as the workspace looks")), *((name, name) for name in document.themes)]
        if prop.kind == "map":
            return [(one.id, one.name or tr(TITLES["map"])) for one in (page.maps() if page is not None else [])]
        return [(name, name) for name in self._columns()]

    def _columns(self) -> list[str]:
        atlas = self._page.atlas if self._page is not None else None
        layer = next((la for la in self._document.layers if atlas is not None and la.id == atlas.layer), None)
        described = layer.description if layer is not None else None
        return [column.name for column in described.columns] if described is not None else []

    # --------------------------------------------------------------------- values
    def _item(self) -> Item | None:
        return self._page.item(self._about[1]) if self._page is not None and self._about is not None else None

    def _value(self, scope: Scope, name: str) -> Any:
        page = self._page
        if page is None:
            return None
        if scope is Scope.WORDS:
            return page.words.get(name, "")
        if scope is Scope.ATLAS:
            return getattr(page.atlas or Atlas(), name)
        return reached(self._item() if scope is Scope.ITEM else page, name)

    def _on_changed(self, scope: Scope, name: str, value: Any) -> None:
        page = self._page
        if page is None:
            return
        from app.core.language import error_text
        from app.core.pages.model import page_from_dict
        from layers.errors import HaitangError

        try:
            if scope is Scope.WORDS:
                made = page.model_copy(update={"words": {**page.words, name: str(value or "")}})
            elif scope is Scope.ATLAS:
                held = (page.atlas or Atlas()).model_dump(mode="json")
                made = page_from_dict({**page.to_dict(), "atlas": {**held, name: value}}, page.name)
            elif scope is Scope.PAGE:
                made = page_from_dict(put(page.to_dict(), name, value), page.name)
            else:
                item = self._item()
                if item is None:
                    return
                changed = put(item.model_dump(mode="json"), name, value)
                items = [changed if one.id == item.id else one.model_dump(mode="json") for one in page.items]
                made = page_from_dict({**page.to_dict(), "items": items}, page.name)
        except HaitangError as error:
            self.refused.emit(error_text(error))
            return
        if made != page:
            self.changed.emit(made)


def _sections(page: Page | None, item: Item | None) -> Iterator[tuple[str, Scope, tuple[Property, ...], str]]:
    """Give title, scope and properties of the sections, and the id of the map whose buttons follow one."""
    if page is None:
        return
    if item is not None:
        kind = str(getattr(item, "kind", ""))
        named = fields.Property("name", N_("Name"), "text")
        own = fields.ITEMS[kind]
        if kind == "map":
            yield TITLES[kind], Scope.ITEM, (named, *own[: -len(fields.GRID)]), item.id
            yield N_("Coordinates"), Scope.ITEM, fields.GRID, ""
        else:
            yield TITLES[kind], Scope.ITEM, (named, *own), ""
        yield N_("Place"), Scope.ITEM, fields.PLACE, ""
        yield N_("Look"), Scope.ITEM, fields.COMMON, ""
        return
    yield N_("Page setup"), Scope.PAGE, (*fields.PAPER, *(fields.SIDES if page.paper == "custom" else ())), ""
    known = dict(fields.WORDS)
    names = [*known, *(name for name in page.words if name not in known)]
    props = tuple(fields.Property(name, known.get(name, name), "text") for name in names)
    yield N_("Words of the title block"), Scope.WORDS, props, ""
    on = page.atlas is not None and bool(page.atlas.layer)
    yield N_("Atlas"), Scope.ATLAS, fields.ATLAS if on else fields.ATLAS[:1], ""


def reached(value: Any, name: str) -> Any:
    """Give a field of a model, or of a part of it."""
    for part in name.split("."):
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    return value


def put(data: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Give the JSON form with a field set, or one of a part."""
    head, _, rest = name.partition(".")
    if not rest:
        return {**data, head: value}
    if rest.isdigit():
        held = list(data[head])
        held[int(rest)] = value
        return {**data, head: held}
    return {**data, head: {**data[head], rest: value}}
