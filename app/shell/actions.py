"""The one table of actions: menus, tool bar, palette and the list of shortcuts are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.language import N_


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a user can do.

    Parameters
    ----------
    id : str
        Stable name.
    title : str
        English title; its translation key.
    call : str
        ``group.method`` of the acts (``app.shell.window.MainWindow.acts``).
    menu : str
        Menu it stands in; empty = palette only.
    icon, shortcut : str
        Several shortcuts are separated by ``;``.
    when : str
        Name of the condition under which it can be done (``app.shell.conditions``).
    checked : str
        Name of the condition that says whether it is on; empty = it cannot be on or off.
    bar : bool
        Whether it stands in the tool bar.
    gap : bool
        Whether a separator comes before it.
    """

    id: str
    title: str
    call: str
    menu: str = ""
    icon: str = ""
    shortcut: str = ""
    when: str = ""
    checked: str = ""
    bar: bool = False
    gap: bool = False


MENUS: dict[str, str] = {
    "file": N_("File"),
    "edit": N_("Edit"),
    "map": N_("Map"),
    "layer": N_("Layer"),
    "find": N_("Find"),
    "features": N_("Features"),
    "time": N_("Time"),
    "window": N_("Window"),
    "tools": N_("Tools"),
    "help": N_("Help"),
}
"""Menus in their order: id → English title."""

ACTS: tuple[Act, ...] = (
    # -- file
    Act("new", N_("New workspace"), "files.new", "file", "new", "Ctrl+N", bar=True),
    Act("open", N_("Open…"), "files.open", "file", "open", "Ctrl+O", bar=True),
    Act("open-folder", N_("Open folder…"), "files.open_folder", "file", "folder", "Ctrl+Shift+O"),
    Act("sample", N_("Open the sample workspace"), "files.open_sample", "file", "wave"),
    Act("save", N_("Save workspace"), "files.save", "file", "save", "Ctrl+S", bar=True, gap=True),
    Act("save-as", N_("Save workspace as…"), "files.save_as", "file", "save-as", "Ctrl+Shift+S"),
    Act("versions", N_("Open an earlier version…"), "files.open_version", "file", "history", when="saved"),
    Act("picture", N_("Save map as picture…"), "files.save_picture", "file", "picture", "Ctrl+E", when="layers"),
    Act("pages", N_("Pages and printing…"), "pages.open", "file", "file", "Ctrl+Shift+E", when="layers"),
    Act("quit", N_("Quit"), "files.quit", "file", "exit", "Ctrl+Q", gap=True),
    # -- edit
    Act("undo", N_("Undo"), "edits.undo", "edit", "undo", "Ctrl+Z", when="undo", bar=True, gap=True),
    Act("redo", N_("Redo"), "edits.redo", "edit", "redo", "Ctrl+Y;Ctrl+Shift+Z", when="redo", bar=True),
    Act("notes", N_("Title and notes of the workspace…"), "edits.notes", "edit", "edit", gap=True),
    Act("copy-place", N_("Copy the coordinates of the last click"), "edits.copy_place", "edit", "copy", when="place"),
    Act("class-tables", N_("Class tables…"), "edits.class_tables", "edit", "classes", gap=True),
    Act("offsets", N_("Vertical offsets…"), "edits.offsets", "edit", "datum"),
    Act("settings", N_("Settings…"), "edits.settings", "edit", "settings", "Ctrl+,", gap=True),
    # -- map
    Act("zoom-in", N_("Zoom in"), "map.zoom_in", "map", "zoom-in", "Ctrl++;Ctrl+=", when="layers", bar=True, gap=True),
    Act("zoom-out", N_("Zoom out"), "map.zoom_out", "map", "zoom-out", "Ctrl+-", when="layers", bar=True),
    Act("zoom-all", N_("Show all layers"), "map.zoom_all", "map", "zoom-all", "Ctrl+0", when="layers", bar=True),
    Act("zoom-layer", N_("Show the whole layer"), "map.zoom_layer", "map", "zoom-layer", "Ctrl+L", when="layer"),
    Act("compare-swipe", N_("Compare by swiping"), "compare.swipe", "map", "compare-swipe", "F7",
        when="layers", checked="compare:swipe", bar=True, gap=True),
    Act("compare-lens", N_("Compare through a lens"), "compare.lens", "map", when="layers", checked="compare:lens"),
    Act("compare-blink", N_("Compare by blinking"), "compare.blink", "map", when="layers", checked="compare:blink"),
    Act("compare-two", N_("Two linked maps"), "compare.two", "map", "views-2", "F8",
        when="layers", checked="compare:views2", bar=True),
    Act("compare-three", N_("Three linked maps"), "compare.three", "map", when="layers", checked="compare:views3"),
    Act("compare-four", N_("Four linked maps"), "compare.four", "map", when="layers", checked="compare:views4"),
    Act("compare-end", N_("End comparing"), "compare.end", "map", "close", when="comparing"),
    Act("map-crs", N_("Coordinate system of the map…"), "map.choose_crs", "map", "crs", gap=True),
    Act("legend", N_("Legend"), "map.toggle_legend", "map", "classes", checked="legend", gap=True),
    Act("scale-bar", N_("Scale bar"), "map.toggle_scale", "map", checked="scale"),
    Act("north", N_("North arrow"), "map.toggle_north", "map", checked="north"),
    Act("graticule", N_("Grid"), "map.toggle_graticule", "map", checked="graticule"),
    # -- layer
    Act("layer-visible", N_("Show or hide"), "layers.toggle_visible", "layer", "eye", "Ctrl+H", when="layer"),
    Act("layer-only", N_("Show only this layer"), "layers.show_only", "layer", when="layer"),
    Act("layer-rename", N_("Rename"), "layers.rename", "layer", "edit", "F2", when="layer"),
    Act("layer-table", N_("Attribute table"), "layers.table", "layer", "table", "F6", when="vector"),
    Act("layer-reopen", N_("Reopen"), "layers.reopen", "layer", "reload", "Ctrl+R", when="failed"),
    Act("layer-relink", N_("Find the file again…"), "troubles.relink", "layer", "search", when="failed"),
    Act("layer-remarks", N_("Remarks on the file…"), "troubles.remarks", "layer", "warning", when="from-file"),
    Act("layer-crs", N_("Coordinate system of the layer…"), "layers.choose_crs", "layer", "crs",
        when="layer", gap=True),
    Act("layer-datum", N_("Vertical datum of the layer…"), "layers.choose_datum", "layer", "datum", when="layer"),
    Act("layer-shift", N_("Time shift of the layer…"), "layers.shift_time", "layer", "speed", when="timed"),
    Act("layer-lead", N_("Let this layer lead the clock"), "layers.lead", "layer", when="timed", checked="leads"),
    Act("style-copy", N_("Copy style"), "styles.copy", "layer", "copy", "Ctrl+Alt+C", when="layer", gap=True),
    Act("style-paste", N_("Paste style"), "styles.paste", "layer", "style", "Ctrl+Alt+V", when="layer"),
    Act("style-read", N_("Read a style (QML, SLD)…"), "styles.load", "layer", when="vector"),
    Act("style-write", N_("Save the style as SLD…"), "styles.save", "layer", when="vector"),
    Act("layer-group", N_("Put into group…"), "layers.group", "layer", "folder", when="layer", gap=True),
    Act("layer-up", N_("Move up"), "layers.up", "layer", "chevron-up", "Ctrl+Up", when="layer"),
    Act("layer-down", N_("Move down"), "layers.down", "layer", "chevron-down", "Ctrl+Down", when="layer"),
    Act("layer-remove", N_("Remove"), "layers.remove", "layer", "trash", "Del", when="layer", gap=True),
    Act("theme-save", N_("Save as map theme…"), "layers.save_theme", "layer", "bookmark", when="layers", gap=True),
    Act("theme-pictures", N_("Themes as pictures"), "compare.theme_pictures", "layer", "picture", when="layers"),
    # -- find
    Act("select-box", N_("Select by rectangle"), "finding.select:box", "find", "select-box", "Ctrl+Shift+R",
        "vectors", "point:box", bar=True, gap=True),
    Act("select-lasso", N_("Select by free outline"), "finding.select:lasso", "find", "lasso", "", "vectors",
        "point:lasso"),
    Act("select-polygon", N_("Select by polygon"), "finding.select:polygon", "find", "select-polygon", "", "vectors",
        "point:polygon"),
    Act("select-expression", N_("Select by condition…"), "finding.by_condition", "find", "filter", "Ctrl+F",
        "vectors", gap=True),
    Act("select-layer", N_("Select by another layer…"), "finding.by_layer", "find", "layers", when="vectors"),
    Act("select-all", N_("Select all features"), "finding.all", "find", when="vectors", gap=True),
    Act("select-invert", N_("Invert the selection"), "finding.invert", "find", "swap", when="vectors"),
    Act("select-clear", N_("Select nothing"), "finding.clear", "find", "close", "Ctrl+Shift+A", "selected"),
    Act("select-zoom", N_("Show what is selected"), "finding.zoom", "find", "zoom-layer", "Ctrl+Shift+L", "selected"),
    Act("layer-filter", N_("Filter of the layer…"), "places.filter", "find", "filter", "Ctrl+Shift+F", "vector",
        gap=True),
    Act("layer-unfilter", N_("Take the filter away"), "places.unfilter", "find", when="filtered"),
    Act("measure-line", N_("Measure a length"), "finding.measure:line", "find", "ruler", "Ctrl+M", "layers",
        "point:line", bar=True, gap=True),
    Act("measure-area", N_("Measure an area"), "finding.measure:area", "find", "area", "Ctrl+Shift+M", "layers",
        "point:area"),
    Act("go-to", N_("Go to a place…"), "places.go_to", "find", "place", "Ctrl+P", "layers", gap=True),
    Act("bookmark", N_("Keep the view as a bookmark…"), "places.keep_bookmark", "find", "bookmark", "Ctrl+B",
        "layers"),
    # -- features: what is drawn and changed
    Act("edit-begin", N_("Edit the layer"), "editing.toggle", "features", "edit", "F9",
        when="file-features", checked="editing", bar=True, gap=True),
    Act("edit-save", N_("Save edits"), "editing.save", "features", "save", "Ctrl+Alt+S", when="editing"),
    Act("edit-save-as", N_("Save edits as…"), "editing.save_as", "features", "save-as", when="editing"),
    Act("edit-discard", N_("Discard edits…"), "editing.discard", "features", "restore", when="editing"),
    Act("pick", N_("Select features"), "editing.take:pick", "features", "pointer", "Ctrl+Alt+A",
        when="editable", checked="gesture:pick", gap=True),
    Act("draw-point", N_("Draw points"), "editing.take:point", "features", "edit-point", "Ctrl+Alt+P",
        when="editable", checked="gesture:point"),
    Act("draw-line", N_("Draw lines"), "editing.take:line", "features", "edit-line", "Ctrl+Alt+L",
        when="editable", checked="gesture:line"),
    Act("draw-polygon", N_("Draw polygons"), "editing.take:polygon", "features", "edit-polygon", "Ctrl+Alt+G",
        when="editable", checked="gesture:polygon"),
    Act("move-features", N_("Move features"), "editing.take:move", "features", "edit-move", "Ctrl+Alt+M",
        when="editable", checked="gesture:move", gap=True),
    Act("vertices", N_("Change vertices"), "editing.take:vertices", "features", "edit-vertex", "Ctrl+Alt+E",
        when="editable", checked="gesture:vertices"),
    Act("split", N_("Split features"), "editing.take:split", "features", "edit-split", "Ctrl+Alt+X",
        when="editable", checked="gesture:split"),
    Act("merge", N_("Merge features"), "features.merge", "features", "edit-merge", "Ctrl+Alt+J", when="picked"),
    Act("offset", N_("Offset…"), "features.offset", "features", "edit-offset", "Ctrl+Alt+O", when="picked"),
    Act("hole-add", N_("Add a hole"), "editing.take:hole", "features", "edit-hole", "Ctrl+Alt+H",
        when="editable", checked="gesture:hole", gap=True),
    Act("hole-fill", N_("Fill a hole"), "editing.take:fill", "features", "edit-fill",
        when="editable", checked="gesture:fill"),
    Act("part-add", N_("Add a part"), "editing.take:part", "features", "edit-part",
        when="picked", checked="gesture:part"),
    Act("part-remove", N_("Delete a part"), "editing.take:part-remove", "features", "edit-part-remove",
        when="editable", checked="gesture:part-remove"),
    Act("explode", N_("Take apart"), "features.explode", "features", "edit-explode", when="picked"),
    Act("delete-features", N_("Delete features"), "features.delete", "features", "trash", "Ctrl+Del", when="picked"),
    Act("form", N_("Attribute form"), "features.form", "features", "table", "Ctrl+8", when="editable", gap=True),
    Act("snapping", N_("Snapping…"), "editing.snapping", "features", "edit-snap", "Ctrl+Alt+N"),
    # -- time
    Act("play", N_("Play or pause"), "clock.play", "time", "play", "F5", when="time"),
    Act("step-back", N_("One step back"), "clock.back", "time", "step-back", "Ctrl+Left", when="time"),
    Act("step-forward", N_("One step forward"), "clock.forward", "time", "step-forward", "Ctrl+Right", when="time"),
    Act("first-step", N_("Go to the first step"), "clock.first", "time", "to-start", "Ctrl+Home", when="time"),
    Act("last-step", N_("Go to the last step"), "clock.last", "time", "to-end", "Ctrl+End", when="time"),
    Act("jump", N_("Jump to a moment…"), "clock.jump", "time", "calendar", "Ctrl+G", when="time"),
    Act("loop", N_("Start again at the end"), "clock.loop", "time", "loop", when="time", checked="loop", gap=True),
    Act("faster", N_("Faster"), "clock.faster", "time", "speed", "Ctrl+]", when="time"),
    Act("slower", N_("Slower"), "clock.slower", "time", shortcut="Ctrl+[", when="time"),
    # -- window
    Act("panel-layers", N_("Layers"), "panels.layers", "window", "layers", "Ctrl+1", checked="dock:layers"),
    Act("panel-chart", N_("Chart"), "panels.chart", "window", "chart", "Ctrl+2",
        checked="dock:chart", bar=True, gap=True),
    Act("panel-tools", N_("Tools"), "panels.tools", "window", "tools", "Ctrl+3", checked="dock:tools", bar=True),
    Act("panel-identify", N_("Values at a place"), "panels.identify", "window", "identify", "Ctrl+4",
        checked="dock:identify", bar=True),
    Act("panel-history", N_("History"), "panels.history", "window", "history", "Ctrl+5", checked="dock:history"),
    Act("panel-jobs", N_("Jobs"), "panels.jobs", "window", "jobs", "Ctrl+6", checked="dock:jobs"),
    Act("panel-table", N_("Attributes"), "panels.table", "window", "table", "Ctrl+7", checked="dock:table"),
    Act("full-screen", N_("Full screen"), "panels.full_screen", "window", "window", "F11",
        checked="full-screen", gap=True),
    Act("reset-panels", N_("Panels as at the start"), "panels.reset", "window", "restore"),
    Act("theme-light", N_("Light"), "panels.light", "window", "theme", checked="theme:light", gap=True),
    Act("theme-dark", N_("Dark"), "panels.dark", "window", checked="theme:dark"),
    Act("theme-system", N_("As the system"), "panels.system", "window", checked="theme:system"),
    Act("chinese", N_("Chinese"), "panels.chinese", "window", "language", checked="language:zh", gap=True),
    Act("english", N_("English"), "panels.english", "window", checked="language:en"),
    # -- tools: the tools themselves come from the registry
    Act("find-tool", N_("Find a tool…"), "tools.find", "tools", "search", "Ctrl+T"),
    Act("cancel-jobs", N_("Cancel all jobs"), "tools.cancel_all", "tools", "stop", when="jobs"),
    # -- help
    Act("help", N_("Help on this"), "help.here", "help", "help", "F1"),
    Act("handbook", N_("Handbook"), "help.contents", "help", "book"),
    Act("palette", N_("Find a command…"), "help.palette", "help", "command", "Ctrl+K;Ctrl+Shift+P"),
    Act("shortcuts", N_("Keyboard shortcuts"), "help.shortcuts", "help", "command", "Ctrl+/"),
    Act("reports", N_("Folder of error reports"), "help.reports", "help", "warning", gap=True),
    Act("about", N_("About Haitang Workbench"), "help.about", "help", "info"),
)  # fmt: skip


def act(name: str) -> Act:
    """Find an act by its id.

    Raises
    ------
    KeyError
        There is none.
    """
    return _BY_ID[name]


_BY_ID = {one.id: one for one in ACTS}
