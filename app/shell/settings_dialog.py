"""Settings: language, look, local time, name, memory; everything acts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from app.core.language import N_, language, tr
from app.core.settings import home
from app.shell.dialog import Frame
from app.shell.qt_words import switch_language
from app.shell.scale_editor import Rows
from app.widgets import controls
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.shell.desk import Desk

LANGUAGES = [("zh", "中文"), ("en", "English")]
"""Languages in their own words."""
THEMES = {"light": N_("Light"), "dark": N_("Dark"), "system": N_("As the system")}


class SettingsDialog(Frame):
    """The settings of this user.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
    apply : callable
        Brings the window in line with the settings.
    """

    def __init__(self, desk: Desk, parent: QWidget, apply: Callable[[], object]) -> None:
        self._desk, self._apply = desk, apply
        super().__init__(parent, N_("Settings"), "settings")
        settings = desk.settings
        self.language = controls.Segments(LANGUAGES, plain=True)
        self.language.choose(language())
        self.language.chosen.connect(lambda name: switch_language(desk, name))
        self.theme = controls.Segments(list(THEMES.items()))
        self.theme.choose(settings.theme)
        self.theme.chosen.connect(lambda name: self._set("theme", name))
        self.offset = QComboBox()
        self._fill_offsets()
        self.offset.activated.connect(lambda _: self._set("utc_offset_hours", self.offset.currentData()))
        self.person = QLineEdit(settings.person)
        self.person.editingFinished.connect(lambda: self._set("person", self.person.text().strip()))
        self.memory = _memory(settings.memory_mb, 256, 65536)
        self.memory.valueChanged.connect(lambda value: self._set("memory_mb", value))
        self.cache = _memory(settings.cache_mb, 32, 32768)
        self.cache.valueChanged.connect(lambda value: self._set("cache_mb", value))
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(0.5, 120)
        self.minutes.setDecimals(1)
        controls.roomy(self.minutes)
        self.minutes.setValue(settings.autosave_minutes)
        self.minutes.valueChanged.connect(lambda value: self._set("autosave_minutes", value))
        self._arrange()
        self.add_close()
        self.resize(520, self.sizeHint().height())
        self.retranslate()

    def _arrange(self) -> None:
        look, data = Rows(), Rows()
        look.add(N_("Language"), self.language)
        look.add(N_("Look"), self.theme)
        look.add(N_("Local time"), self.offset)
        data.add(N_("Your name"), self.person)
        data.add(N_("Memory of a reader process"), self.memory)
        data.add(N_("Memory for data on screen"), self.cache)
        data.add(N_("Minutes between safety copies"), self.minutes)
        self._where = controls.Words("", "small", wrap=True)
        self._restart = controls.Words("Memory limits take effect at the next start.", "small", wrap=True)
        box = controls.column(16, 8)
        box.addWidget(controls.Words("Language and look", "heading"))
        box.addWidget(look)
        box.addWidget(controls.Words("Work and memory", "heading"))
        box.addWidget(data)
        for words in (self._restart, self._where):
            words.setContentsMargins(12, 0, 12, 0)
            box.addWidget(words)
        box.addStretch(1)
        self.body.setLayout(box)

    def _fill_offsets(self) -> None:
        from app.core.moments import offset_text

        self.offset.clear()
        now = self._desk.settings.utc_offset_hours
        known = sorted({8.0, 0.0, 9.0, 7.0, 5.5, -5.0, -8.0, 1.0, 2.0, now})
        for hours in known:
            words = tr("Beijing time ({offset})") if hours == 8 else "{offset}"
            self.offset.addItem(words.format(offset=offset_text(hours)), hours)
        self.offset.setCurrentIndex(known.index(now))

    def _set(self, name: str, value: Any) -> None:
        setattr(self._desk.settings, name, value)
        self._desk.background(self._desk.settings.save, self._on_saved)
        self._apply()

    def _on_saved(self, answer: Any) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)

    def retranslate(self) -> None:
        """Show everything in the current language."""
        super().retranslate()
        if hasattr(self, "_where"):
            self._fill_offsets()
            self._where.say("Settings, sessions and reports are kept in {folder}.", folder=str(home()))
            self.person.setPlaceholderText(tr("confirms class tables and offsets"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.language.choose(language())


def _memory(value: int, low: int, high: int) -> QSpinBox:
    field = QSpinBox()
    field.setRange(low, high)
    field.setSingleStep(256)
    field.setSuffix(" MB")
    field.setValue(value)
    field.setKeyboardTracking(False)
    controls.roomy(field)
    return field
