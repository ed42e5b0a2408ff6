"""Steps of the tour: map themes, colours, classes, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.classes import table as class_table
from app.core.language import N_, language
from app.shell.scale_editor import ScaleEditor
from app.shell.tour import hands
from app.shell.tour.watching import DEPTH, JUMP_UTC, PLACE
from app.shell.tour.witness import StepFailed
from app.views.map2d.legend import entries

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide
    from app.views.map2d.legend import Entry

TOWN = (443_200.0, 3_432_600.0)
"""Middle of the town, in the system of the map."""
CLASSES = "depth_sl483"
BUILDINGS = "sample-buildings"


def map_theme(guide: Guide) -> None:
    """Another map theme: velocity with arrows."""
    guide.document.clock.go(JUMP_UTC)
    guide.settle()
    menu = guide.window.menus.themes
    menu.aboutToShow.emit()
    names = list(guide.document.themes)
    wanted = next(name for name in names if "Velocity" in name)
    next(action for action in menu.actions() if action.text() == wanted).trigger()
    guide.settle()
    stored = guide.document.themes[wanted]
    differing = [la.id for la in guide.document.layers if la.id in stored and stored[la.id]["visible"] != la.visible]
    guide.check(
        N_("The theme {name}, one of {count}, shows and hides the layers it names."),
        not differing,
        name=wanted,
        count=len(names),
    )
    look: Any = guide.look("sample-speed")
    guide.check(
        N_("Arrows show where the water flows; the longest stand for {speed} m/s and more."),
        look is not None and look.arrows == "sea_water_velocity",
        speed=f"{look.fastest:.2f}" if look is not None and look.fastest else "?",
    )
    guide.shoot()
    usual = next(name for name in names if "Water depth" in name)
    next(action for action in menu.actions() if action.text() == usual).trigger()
    guide.settle()
    guide.check(N_("The theme {name} brings the water depth back."), guide.document.layer(DEPTH).visible, name=usual)


def colours(guide: Guide) -> None:
    """A continuous scale with a range of its own, and an opacity in one drag."""
    layer: Any = guide.choose_layer(DEPTH)
    guide.kept["before style"] = guide.document.history.position
    guide.do("layer-only")
    panel = guide.panel("layers").style_panel
    count = len(guide.document.history.entries)
    drag_slider(panel.opacity, (80, 60, 90, 100))
    guide.settle()
    guide.check(
        N_("A drag of the opacity over four values is one act of the history."),
        layer.opacity == 1.0 and len(guide.document.history.entries) <= count + 1,
    )
    editor = panel.findChild(ScaleEditor)
    hands.choose(editor.classes, "")
    hands.choose(editor.colours, "haitang:water")
    for field, text in ((editor.range.low, "0"), (editor.range.high, "2")):
        hands.write(field, text)
        field.editingFinished.emit()
    guide.settle()
    scale = layer.style.scale
    guide.check(
        N_("The scale runs from {low} to {high} m without classes."),
        (scale.classes, scale.minimum, scale.maximum) == (None, 0.0, 2.0),
        low=scale.minimum,
        high=scale.maximum,
    )
    value, pixel, bar = value_at(guide), pixel_at(guide), entry_of(guide, DEPTH).bar
    if bar is None:
        raise StepFailed(N_("The legend shows no colour bar."))
    wanted = bar.colours[min(int(value / 2.0 * len(bar.colours)), len(bar.colours) - 1)]
    guide.check(
        N_("At {value} m the map has the colour {colour} that the legend gives this depth."),
        distance(pixel, wanted) <= 6,
        value=f"{value:.2f}",
        colour=hexed(pixel),
    )
    guide.shoot()


def classes(guide: Guide) -> None:
    """A class table: the legend names its classes, and the map has their colours."""
    layer: Any = guide.document.layer(DEPTH)
    editor = guide.panel("layers").style_panel.findChild(ScaleEditor)
    hands.choose(editor.classes, CLASSES)
    guide.settle()
    table = class_table(CLASSES)
    guide.check(
        N_("The layer takes the class table {table}, version {version}."),
        layer.style.scale.classes is not None and layer.style.scale.classes.id == CLASSES,
        table=CLASSES,
        version=table.version,
    )
    rows = entry_of(guide, DEPTH).rows
    labels = [one.label_zh if language() == "zh" else one.label_en for one in table.classes]
    guide.check(
        N_("The legend has the {count} classes of the table: {labels}."),
        [row.text for row in rows] == labels,
        count=len(rows),
        labels=", ".join(labels),
    )
    value, pixel = value_at(guide), pixel_at(guide)
    number = next(
        n
        for n, one in enumerate(table.classes)
        if (one.minimum is None or one.minimum <= value) and (one.maximum is None or value < one.maximum)
    )
    guide.check(
        N_("{value} m lies in the class {label}, and the map has just its colour, {colour}."),
        distance(pixel, rows[number].colour) == 0,
        value=f"{value:.2f}",
        label=labels[number],
        colour=hexed(pixel),
    )
    guide.shoot()
    while guide.document.history.position > guide.kept["before style"]:
        guide.do("undo")
    shown = [la.id for la in guide.document.layers if la.visible]
    guide.check(N_("Undo brings back all {count} layers as they were."), len(shown) > 5, count=len(shown))


def attributes(guide: Guide) -> None:
    """The attribute table: filter, and a row that is marked on the map."""
    layer = guide.choose_layer(BUILDINGS)
    hands.turn_wheel(guide.canvas, guide.pixel(*TOWN), 6)
    guide.do("layer-table")
    panel = guide.panel("table")
    block = guide.features(layer)
    count = layer.description.counts["features"] if layer.description else -1
    guide.wait(lambda: panel.model.total == count)
    guide.check(N_("The table has all {count} buildings."), panel.model.rowCount() == count, count=count)
    hands.write(panel.filter, "storeys > 3")
    wanted = int((np.asarray(block.columns["storeys"]) > 3).sum())
    guide.wait(lambda: panel.model.rowCount() == wanted)
    guide.check(
        N_("{count} of them have more than three storeys, as counted from the file."), 0 < wanted < count, count=wanted
    )
    before = guide.pixels().copy()
    hands.click_row(panel.view, 0, 1)
    guide.wait(lambda: guide.document.selection.predicates.get(layer.id) is not None)
    changed = int((guide.pixels() != before).sum())
    guide.check(N_("The row chosen is marked on the map: {count} pixels changed."), changed > 0, count=changed)
    guide.shoot()
    guide.document.selection.set(layer.id, None)
    hands.write(panel.filter, "")
    guide.window.docks["table"].hide()
    guide.panel("chart")
    guide.document.look(guide.kept["pose"])
    guide.settle()


# ------------------------------------------------------------------------ looking
def drag_slider(slider: Any, values: tuple[int, ...]) -> None:
    """Press a slider, move it over values, let it go."""
    slider.setSliderDown(True)
    for value in values:
        slider.setSliderPosition(value)
    slider.setSliderDown(False)


def entry_of(guide: Guide, layer_id: str) -> Entry:
    """Give what the legend of the picture on screen says of a layer.

    Raises
    ------
    StepFailed
        Nothing.
    """
    frame = guide.canvas.scene.frame
    name = guide.document.layer(layer_id).name
    found = entries(frame.pictures if frame is not None else (), guide.document.clock.now, guide.document.clock.local())
    for entry in found:
        if entry.title == name:
            return entry
    raise StepFailed(N_("The legend does not name the layer {layer}."), layer=name)


def value_at(guide: Guide) -> float:
    """Give the water depth at the place of the tour, m."""
    hit = guide.hit(DEPTH, *PLACE)
    if hit is None or hit.value is None:
        raise StepFailed(N_("The map tells no water depth at the place."))
    return hit.value


def pixel_at(guide: Guide) -> int:
    """Give the colour of the map at the place of the tour, ``0xRRGGBB``."""
    at = guide.pixel(*PLACE)
    return int(guide.pixels()[int(at.y()), int(at.x())]) & 0xFFFFFF


def distance(one: int, other: int) -> int:
    """Give the largest difference of two colours in red, green or blue."""
    return max(abs(((one >> shift) & 0xFF) - ((other >> shift) & 0xFF)) for shift in (16, 8, 0))


def hexed(colour: int) -> str:
    """Write a colour as ``#rrggbb``."""
    return f"#{colour & 0xFFFFFF:06x}"
