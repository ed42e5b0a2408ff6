"""Questions to the user: small dialogs with one question each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from app.core.language import tr
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 480


class Question(QDialog):
    """A dialog with a sentence, a field and its buttons; all words are translated already."""

    def __init__(self, parent: QWidget, title: str, text: str, field: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        self.answer = ""
        body = controls.Surface()
        box = controls.column(24, 12)
        head = QLabel(title)
        head.setProperty("role", "heading")
        head.setWordWrap(True)
        box.addWidget(head)
        if text:
            words = QLabel(text)
            words.setWordWrap(True)
            words.setProperty("role", "muted")
            box.addWidget(words)
        if field is not None:
            box.addWidget(field)
        body.setLayout(box)
        self._line = controls.row(0, 8)
        self._line.setContentsMargins(16, 12, 16, 12)
        self._line.addStretch(1)
        whole = controls.column(0, 0)
        whole.addWidget(body, 1)
        whole.addWidget(controls.rule())
        whole.addLayout(self._line)
        self.setLayout(whole)

    def add_button(self, text: str, answer: str, *, role: str = "", main: bool = False) -> None:
        """Add a button that ends the dialog with an answer; an empty one means that nothing is done."""
        button = controls.Button(text, "primary" if main else role)
        button.setDefault(main)
        button.clicked.connect(lambda: self._end(answer))
        self._line.addWidget(button)

    def _end(self, answer: str) -> None:
        self.answer = answer
        self.done(1 if answer else 0)

    def ask(self) -> str:
        """Show the dialog and give the answer; empty where it was closed."""
        self.exec()
        self.deleteLater()
        return self.answer


def save_first(parent: QWidget, name: str) -> Literal["save", "discard", ""]:
    """Ask what to do with unsaved changes."""
    title = tr("Save the changes to {name}?", name=name)
    made = Question(parent, title, tr("Changes that are not saved are lost."))
    made.add_button("Do not save", "discard", role="danger")
    made.add_button("Cancel", "")
    made.add_button("Save", "save", main=True)
    answer = made.ask()
    return "save" if answer == "save" else "discard" if answer == "discard" else ""


def sure(parent: QWidget, title: str, text: str, act: str) -> bool:
    """Ask whether to go on; ``act`` is the English title of the button that does."""
    made = Question(parent, title, text)
    made.add_button("Cancel", "")
    made.add_button(act, "yes", main=True)
    return made.ask() == "yes"


def text(parent: QWidget, title: str, words: str = "", value: str = "", offered: Sequence[str] = ()) -> str | None:
    """Ask for a text; None where the user changes his mind."""
    field: QLineEdit | QComboBox
    if offered:
        field = QComboBox()
        field.setEditable(True)
        field.addItems(list(offered))
        field.setEditText(value)
        line = field.lineEdit()
        if line is not None:
            line.setCursorPosition(0)
    else:
        field = QLineEdit(value)
        field.selectAll()
    made = Question(parent, title, words, field)
    made.add_button("Cancel", "")
    made.add_button("OK", "yes", main=True)
    if made.ask() != "yes":
        return None
    return field.currentText().strip() if isinstance(field, QComboBox) else field.text().strip()


def number(parent: QWidget, title: str, words: str, value: float, unit: str) -> float | None:
    """Ask for a number; None where the user changes his mind."""
    field = QDoubleSpinBox()
    field.setRange(-1e7, 1e7)
    field.setDecimals(4)
    field.setValue(value)
    field.setSuffix(f" {unit}")
    controls.roomy(field)
    made = Question(parent, title, words, field)
    made.add_button("Cancel", "")
    made.add_button("OK", "yes", main=True)
    return field.value() if made.ask() == "yes" else None


def one_of(parent: QWidget, title: str, words: str, choices: Sequence[tuple[str, str]], value: str = "") -> str | None:
    """Ask for one of a list of (value, translated title); None where the user changes his mind."""
    field = QListWidget()
    field.setProperty("role", "framed")
    field.setMinimumHeight(min(len(choices), 10) * 30 + 8)
    for key, shown in choices:
        item = QListWidgetItem(shown, field)
        item.setData(Qt.ItemDataRole.UserRole, key)
        if key == value:
            field.setCurrentItem(item)
    if field.currentRow() < 0:
        field.setCurrentRow(0)
    made = Question(parent, title, words, field)
    made.add_button("Cancel", "")
    made.add_button("OK", "yes", main=True)
    field.itemDoubleClicked.connect(lambda _: made._end("yes"))
    if made.ask() != "yes" or field.currentItem() is None:
        return None
    return str(field.currentItem().data(Qt.ItemDataRole.UserRole))


def file_options() -> QFileDialog.Option:
    """Give the options of file dialogs: Qt's own dialog where there is no desktop."""
    plain = QApplication.platformName() in ("offscreen", "minimal", "vnc")
    return QFileDialog.Option.DontUseNativeDialog if plain else QFileDialog.Option(0)


def files_to_open(parent: QWidget, folder: str) -> list[str]:
    """Ask for files to open."""
    kinds = [
        tr("All files") + " (*)",
        tr("Workspaces") + " (*.haitang)",
        tr("Rasters") + " (*.tif *.tiff *.asc *.img *.vrt)",
        tr("Features") + " (*.gpkg *.shp *.geojson *.json *.fgb *.parquet)",
        tr("Model results") + " (*.nc *.nc4 *.cdf)",
        tr("Time series") + " (*.csv *.nc)",
    ]
    paths, _ = QFileDialog.getOpenFileNames(parent, tr("Open"), folder, ";;".join(kinds), options=file_options())
    return paths


def file_to_find(parent: QWidget, title: str, folder: str) -> str:
    """Ask where a file is."""
    return QFileDialog.getOpenFileName(parent, title, folder, options=file_options())[0]


def folder_to_open(parent: QWidget, folder: str) -> str:
    """Ask for a folder to open."""
    options = file_options() | QFileDialog.Option.ShowDirsOnly
    return QFileDialog.getExistingDirectory(parent, tr("Open folder"), folder, options)


def file_to_save(parent: QWidget, title: str, start: str, kind: str) -> str:
    """Ask where to save; ``kind`` is a filter such as ``Workspaces (*.haitang)``."""
    return QFileDialog.getSaveFileName(parent, title, start, kind, options=file_options())[0]
