"""MapPanes: the map, and beside it maps of the other sides, which look at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QGridLayout, QWidget

from app.core.sides import SideDocument
from app.views.map2d.canvas import MapCanvas
from app.views.map2d.side_words import side_note

if TYPE_CHECKING:
    from app.core.comparing import Side
    from app.core.document import Document
    from app.core.reading import Reading

GAP = 2
"""Between two maps, px."""


class MapPanes(QWidget):
    """One map, or up to four that are linked.

    The first is the map of the document itself. Each other one has a side of the document's comparison: its clicks,
    pointer and moves are those of the first.

    Parameters
    ----------
    canvas : MapCanvas
        The map of the document.
    document : Document
    reading : Reading
    """

    def __init__(self, canvas: MapCanvas, document: Document, reading: Reading) -> None:
        super().__init__()
        self.canvas, self._document, self._reading = canvas, document, reading
        self.others: list[MapCanvas] = []
        self._sides: list[SideDocument] = []
        self._old: list[tuple[MapCanvas, SideDocument]] = []
        self._note = canvas.options.note
        self.setObjectName("panes")
        canvas.setProperty("help", "map")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._grid.addWidget(canvas, 0, 0)
        self.setLayout(self._grid)
        self._link(canvas)
        document.words_changed.connect(self._follow)
        document.replaced.connect(self._follow)
        self._follow()

    # ------------------------------------------------------------------ outside
    @property
    def maps(self) -> list[MapCanvas]:
        """All maps, that of the document first."""
        return [self.canvas, *self.others]

    @property
    def is_idle(self) -> bool:
        """Whether every map shows everything it was asked for."""
        if self.canvas.beside is not None and not self.canvas.beside.is_idle:
            return False
        return all(one.scene.is_idle and one.scene.frame is not None for one in self.others)

    def set_theme(self, theme: str) -> None:
        """Choose ``light`` or ``dark`` for all maps."""
        for one in self.maps:
            one.set_theme(theme)

    def set_options(self, **changes: Any) -> None:
        """Change what lies over all maps."""
        for one in self.maps:
            one.set_options(**changes)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Give the size that the first map has when all of them together have another."""
        columns, rows = _shape(len(self.maps))
        return (width - (columns - 1) * GAP) // columns, (height - (rows - 1) * GAP) // rows

    def close_view(self) -> None:
        """Stop drawing and listening; waits for what is under way."""
        self._document.words_changed.disconnect(self._follow)
        self._document.replaced.disconnect(self._follow)
        while self.others:
            self._take_away()
        for one, side in self._old:
            one.close_view()
            side.close()
        self._old.clear()
        self.canvas.close_view()

    # ------------------------------------------------------------------ inside
    def _follow(self, *_: object) -> None:
        """Bring the maps in line with the document's comparison."""
        comparison = self._document.comparison
        sides = comparison.sides if comparison.mode == "views" else ()
        while len(self.others) > len(sides):
            self._take_away()
        for number, side in enumerate(sides):
            if number >= len(self.others):
                self._put_beside(side)
            self._sides[number].show(side)
            self.others[number].scene.refresh(compose=True)
        self._name()
        self._arrange()

    def _name(self) -> None:
        """Let each map say which side it is."""
        comparison = self._document.comparison
        self.canvas.set_options(note=side_note(self._document, 0) if self.others else self._note)
        for number, one in enumerate(self.others):
            one.set_options(note=side_note(self._document, number + 1, comparison.sides[number]), focus="")

    def _put_beside(self, side: Side) -> None:
        document = SideDocument(self._document, side)
        made = MapCanvas(cast("Document", document), self._reading, compares=False)
        made.options = self.canvas.options
        made.set_theme(self.canvas.options.theme)
        made.setProperty("help", "compare")
        made.clicked.connect(self.canvas.clicked)
        made.identified.connect(self.canvas.identified)
        made.hovered.connect(self.canvas.hovered)
        made.left.connect(self.canvas.left)
        made.scene.crashed.connect(self.canvas.scene.crashed)
        self._sides.append(document)
        self.others.append(made)
        self._link(made)

    def _take_away(self) -> None:
        """Take a map away at once; what its workers still do is waited for when all is closed."""
        one, side = self.others.pop(), self._sides.pop()
        self._grid.removeWidget(one)
        one.hide()
        one.rest()
        self._old.append((one, side))

    def _arrange(self) -> None:
        columns, _ = _shape(len(self.maps))
        last = len(self.maps) - 1
        for number, one in enumerate(self.maps):
            across = 2 if number == last == 2 else 1
            self._grid.addWidget(one, number // columns, number % columns, 1, across)
            one.show()
        for line in range(2):
            self._grid.setColumnStretch(line, 1 if line < columns else 0)
            self._grid.setRowStretch(line, 1 if line < _shape(len(self.maps))[1] else 0)

    def _link(self, one: MapCanvas) -> None:
        one.pointed.connect(lambda x, y: self._point(one, (x, y)))
        one.left.connect(lambda: self._point(one, None))

    def _point(self, source: MapCanvas, place: tuple[float, float] | None) -> None:
        for one in self.maps:
            one.set_ghost(place if one is not source and len(self.maps) > 1 else None)


def _shape(count: int) -> tuple[int, int]:
    """Give columns and rows for a number of maps."""
    return (1, 1) if count == 1 else (2, 1) if count == 2 else (2, 2)
