"""CompareBar: the strip over the map while it is compared: how, with which side, at which moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QMenu, QToolButton

from app.core.comparing import Side
from app.core.language import N_, tr
from app.core.sides import compare
from app.shell.compare_acts import kind_of
from app.views.map2d.side_words import LETTERS, content_text
from app.widgets import controls, icons

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.comparing import Comparison
    from app.shell.compare_acts import Compare, PickTheme
    from app.shell.desk import Desk

OFFSETS = (-24.0, -6.0, -1.0, 1.0, 6.0, 24.0)
"""Hours that the menu of moments offers."""
KINDS = (
    ("swipe", "compare-swipe", N_("Compare by swiping")),
    ("lens", "compare-lens", N_("Compare through a lens")),
    ("blink", "compare-blink", N_("Compare by blinking")),
    ("views2", "views-2", N_("Two linked maps")),
    ("views3", "views-3", N_("Three linked maps")),
    ("views4", "views-4", N_("Four linked maps")),
)
ACTS = {"views2": "two", "views3": "three", "views4": "four"}


class CompareBar(controls.Surface):
    """What is compared, and how; every change is an act of the document.

    Parameters
    ----------
    desk : Desk
    acts : Compare
    pick_theme : callable
        Opens the themes as pictures below a widget; calls back with the name of the one chosen.
    """

    def __init__(self, desk: Desk, acts: Compare, pick_theme: PickTheme) -> None:
        super().__init__("compare-bar")
        self._desk, self._acts, self._pick_theme = desk, acts, pick_theme
        self._number = 0
        self.kinds: dict[str, controls.IconButton] = {}
        box = controls.row(0, 2)
        box.setContentsMargins(8, 4, 8, 4)
        for kind, icon, title in KINDS:
            call = getattr(acts, ACTS.get(kind, kind))
            self.kinds[kind] = controls.IconButton(icon, title, lambda call=call: self._call(call), checkable=True)
            box.addWidget(self.kinds[kind])
        box.addSpacing(8)
        self.letters = controls.Segments([(str(n), LETTERS[n + 1]) for n in range(3)], plain=True)
        self.letters.chosen.connect(self._on_letter)
        box.addWidget(self.letters)
        self.content, self.moment = self._button("layers"), self._button("calendar")
        self.content.menu().aboutToShow.connect(self._fill_content)
        self.moment.menu().aboutToShow.connect(self._fill_moments)
        box.addWidget(self.content)
        box.addWidget(controls.IconButton("picture", N_("Themes as pictures"), self._on_pictures))
        box.addWidget(self.moment)
        self.flip = controls.IconButton("flip", N_("Turn the divider"), self._on_flip)
        box.addWidget(self.flip)
        self.rate = self._rate()
        box.addWidget(self.rate)
        box.addStretch(1)
        box.addWidget(controls.IconButton("close", N_("End comparing"), acts.end, size=14))
        self.setLayout(box)
        self.setProperty("help", "compare")
        for signal in (desk.document.words_changed, desk.document.replaced, desk.document.layer_changed):
            signal.connect(self._on_document)
        self.refresh()

    def _button(self, icon: str) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(icons.icon(icon))
        button.setIconSize(QSize(16, 16))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(QMenu(button))
        button.setMaximumWidth(190)
        return button

    def _rate(self) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(0.2, 10.0)
        field.setSingleStep(0.2)
        field.setDecimals(1)
        field.setSuffix(" s")
        field.setFixedWidth(84)
        field.valueChanged.connect(self._on_rate)
        return field

    # ------------------------------------------------------------------ following
    @property
    def comparison(self) -> Comparison:
        """How the document compares now."""
        return self._desk.document.comparison

    @property
    def side(self) -> Side:
        """The side that the strip speaks of."""
        return self.comparison.sides[min(self._number, len(self.comparison.sides) - 1)]

    def _on_document(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Show how the document compares."""
        comparison, kind = self.comparison, kind_of(self.comparison)
        self.setVisible(comparison.is_on)
        if not comparison.is_on:
            return
        count = len(comparison.sides) if comparison.mode == "views" else 1
        self._number = min(self._number, count - 1)
        for name, button in self.kinds.items():
            button.setChecked(name == kind)
        self.letters.setVisible(count > 1)
        self.letters.show_only([str(n) for n in range(count)])
        self.letters.choose(str(self._number))
        letter = LETTERS[self._number + 1]
        self._say(self.content, f"{letter} · {content_text(self._desk.document, self.side)}")
        self._say(self.moment, self._moment_text(self.side))
        self.content.setToolTip(tr("What side {letter} shows", letter=letter))
        self.moment.setToolTip(tr("Which moment side {letter} shows", letter=letter))
        self.moment.setVisible(self._desk.document.clock.start is not None)
        self.flip.setVisible(kind == "swipe")
        self.rate.setVisible(kind == "blink")
        self.rate.setToolTip(tr("How long each side is seen"))
        self.rate.blockSignals(True)
        self.rate.setValue(comparison.blink_s)
        self.rate.blockSignals(False)

    def _say(self, button: QToolButton, text: str) -> None:
        room = button.maximumWidth() - 44
        button.setText(button.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))

    def _moment_text(self, side: Side) -> str:
        if side.moment:
            moment = side.moment_at(None)
            return self._desk.document.clock.text(self._desk.settings.utc_offset_hours, moment)
        return f"{side.offset_h:+g} h".replace("-", "−") if side.offset_h else tr("same moment")

    # ------------------------------------------------------------------ menus
    def _fill_content(self) -> None:
        menu, document = self.content.menu(), self._desk.document
        menu.clear()
        whole = not self.side.theme and not self.side.layers
        self._add(menu, tr("the map as it is"), lambda: self._change(theme="", layers=()), checked=whole)
        if document.themes:
            menu.addSeparator()
        for name in document.themes:
            chosen = self.side.theme == name
            self._add(menu, name, lambda name=name: self._change(theme=name, layers=()), checked=chosen)
        menu.addSeparator()
        only = menu.addMenu(tr("Only these layers"))
        for layer in document.layers:
            chosen = layer.id in self.side.layers
            self._add(only, layer.name, lambda one=layer.id: self._on_layer(one), checked=chosen)

    def _fill_moments(self) -> None:
        menu, side = self.moment.menu(), self.side
        menu.clear()
        same = not side.moment and not side.offset_h
        self._add(menu, tr("same moment"), lambda: self._change(offset_h=0.0, moment=""), checked=same)
        menu.addSeparator()
        for hours in OFFSETS:
            words = f"{hours:+g} h".replace("-", "−")
            chosen = not side.moment and side.offset_h == hours
            self._add(menu, words, lambda hours=hours: self._change(offset_h=hours, moment=""), checked=chosen)
        self._add(menu, tr("Other difference…"), self._ask_hours)
        menu.addSeparator()
        self._add(menu, tr("Stay at the present moment"), self._keep_moment, checked=bool(side.moment))

    def _add(self, menu: QMenu, title: str, call: Callable[[], object], *, checked: bool | None = None) -> None:
        action = menu.addAction(title)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _=False: call())

    # ------------------------------------------------------------------ acts
    def _call(self, call: Callable[[], object]) -> None:
        call()
        self.refresh()

    def _change(self, **changes: Any) -> None:
        """Change the side that the strip speaks of."""
        side = Side.model_validate({**self.side.model_dump(), **changes})
        compare(self._desk.document, self.comparison.with_side(self._number, side))

    def _on_letter(self, value: str) -> None:
        self._number = int(value)
        self.refresh()

    def _on_layer(self, layer_id: str) -> None:
        chosen = [one for one in self.side.layers if one != layer_id]
        self._change(theme="", layers=chosen if layer_id in self.side.layers else [*chosen, layer_id])

    def _on_pictures(self) -> None:
        self._pick_theme(self.content, lambda name: self._change(theme=name, layers=()))

    def _on_flip(self) -> None:
        compare(self._desk.document, self.comparison.with_(upright=not self.comparison.upright))

    def _on_rate(self, seconds: float) -> None:
        compare(self._desk.document, self.comparison.with_(blink_s=seconds))

    def _ask_hours(self) -> None:
        from app.shell import questions

        words = tr("Hours after the moment of the clock; a minus sign means before it.")
        hours = questions.number(self, tr("Difference of the moment"), words, self.side.offset_h, "h")
        if hours is not None:
            self._change(offset_h=hours, moment="")

    def _keep_moment(self) -> None:
        now = self._desk.document.clock.now
        if now is not None:
            self._change(moment=f"{now.astype('datetime64[s]')}Z", offset_h=0.0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)
