"""The help window: pages in the language on screen, with pictures and search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QImage, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QSplitter, QTextBrowser, QWidget

import resources
from app.core.language import N_, language, tr
from app.widgets import controls, icons

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

PICTURE = "\ufffc"
"""What a document holds in the place of a picture."""
PAGE = int(Qt.ItemDataRole.UserRole)
LINK = re.compile(r"\]\(([\w-]+)\.md\)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the handbook: its name, title and text."""

    name: str
    title: str
    text: str


def folder(name: str) -> Path:
    """Give the folder of the pages in a language."""
    return resources.path(f"help/{name}")


def has_page(name: str) -> bool:
    """Tell whether there is a page of that name in the language on screen."""
    return (folder(language()) / f"{name}.md").is_file()


def pages(name: str) -> list[Page]:
    """Give the pages in a language: those that the first page links to in its order, then the others."""
    found = {p.stem: p.read_text("utf-8") for p in sorted(folder(name).glob("*.md"))}
    order = ["index", *LINK.findall(found.get("index", "")), *found]
    return [Page(key, _title(found[key], key), found[key]) for key in dict.fromkeys(order) if key in found]


def _title(text: str, name: str) -> str:
    first = next((line for line in text.splitlines() if line.startswith("# ")), f"# {name}")
    return first[2:].strip()


class _Browser(QTextBrowser):
    """Shows a page; pictures are never wider than the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.base = Path()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Give a picture that fits the width."""
        url = QUrl(name)
        path = self.base / url.toString()
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, url)
        image = QImage(str(path))
        if image.isNull():
            return QImage(1, 1, QImage.Format.Format_Alpha8)
        room = max(self.viewport().width() - 64, 200)
        ratio = self.devicePixelRatioF()
        if image.width() > room * ratio:
            image = image.scaledToWidth(round(room * ratio), Qt.TransformationMode.SmoothTransformation)
            image.setDevicePixelRatio(ratio)
        return image


class HelpWindow(QWidget):
    """The handbook in a window of its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("page")
        self._pages: list[Page] = []
        self._shown = "index"
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("search", "text-muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._filter)
        self.list = QListWidget()
        self.list.currentItemChanged.connect(lambda item, _: self._on_item(item))
        self.text = _Browser()
        self.text.anchorClicked.connect(self._on_link)
        self._nothing = controls.Words("", "muted")
        left = controls.Surface()
        side = controls.column(12, 8)
        side.addWidget(self.search)
        side.addWidget(self.list, 1)
        side.addWidget(self._nothing)
        left.setLayout(side)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([250, 700])
        box = controls.column(0, 0)
        box.addWidget(split)
        self.setLayout(box)
        self.resize(QSize(980, 720))
        self.retranslate()

    def show_page(self, name: str) -> None:
        """Show a page; the first one where there is none of that name."""
        self.search.clear()
        self._shown = name if any(page.name == name for page in self._pages) else "index"
        self._select()

    def page_names(self) -> list[str]:
        """List the pages there are."""
        return [page.name for page in self._pages]

    def retranslate(self) -> None:
        """Show the same page in the current language."""
        self.setWindowTitle(tr("Handbook of Haitang Workbench"))
        self.search.setPlaceholderText(tr("Search the handbook"))
        self._pages = pages(language())
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        self.list.blockSignals(True)  # a list that is emptied shows its other pages in turn
        self.list.clear()
        for page in self._pages:
            if wanted and wanted not in page.text.lower():
                continue
            item = QListWidgetItem(page.title, self.list)
            item.setData(PAGE, page.name)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(False)
        self._nothing.say(N_("Nothing found.") if not self.list.count() else "")
        self._nothing.setVisible(not self.list.count())
        self._select()

    def _select(self) -> None:
        rows = [i for i in range(self.list.count()) if self.list.item(i).data(PAGE) == self._shown]
        if rows or self.list.count():
            self.list.setCurrentRow(rows[0] if rows else 0)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self._shown = str(item.data(PAGE))
        self._render()

    def _render(self) -> None:
        page = next((p for p in self._pages if p.name == self._shown), None)
        if page is None:
            return
        self.text.base = folder(language())
        self.text.document().setDocumentMargin(24)
        self.text.setMarkdown(page.text)
        self._space_out()
        self._mark(self.search.text().strip())

    def _space_out(self) -> None:
        """Give lines and paragraphs room; a picture stands as high as it is."""
        cursor = QTextCursor(self.text.document())
        proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        block = self.text.document().begin()
        while block.isValid():
            room = QTextBlockFormat()
            room.setLineHeight(100 if PICTURE in block.text() else 150, proportional)
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(room)
            block = block.next()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _mark(self, wanted: str) -> None:
        if wanted:
            self.text.find(wanted)

    def _on_link(self, url: QUrl) -> None:
        target = url.toString()
        if target.endswith(".md"):
            self.show_page(Path(target).stem)
        elif url.scheme() in ("http", "https"):
            from PySide6.QtGui import QDesktopServices

            QDesktopServices.openUrl(url)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew."""
        super().resizeEvent(event)
        self._render()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
