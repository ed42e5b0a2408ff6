"""Script: the steps of the tour in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.language import N_
from app.shell.tour import (
    beside,
    drafting,
    dressing,
    keeping,
    office,
    opening,
    paper,
    reckoning,
    sheets,
    symbols,
    watching,
    working,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.shell.tour.guide import Guide


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour.

    Parameters
    ----------
    id : str
        Stable name; pictures begin with it.
    title, text : str
        English sentences: what it is, and what a person sees.
    act : callable
        Takes the guide; raises where something is not as it should be.
    """

    id: str
    title: str
    text: str
    act: Callable[[Guide], None]


SCRIPT: tuple[Step, ...] = (
    Step(
        "empty",
        N_("Nothing is open yet"),
        N_("The window asks for nothing: open a file, drop one, or take the sample."),
        opening.empty,
    ),
    Step(
        "sample",
        N_("The sample is open"),
        N_("A made-up polder at a tidal river mouth, two hours after its dyke broke in a storm surge."),
        opening.sample,
    ),
    Step(
        "looks",
        N_("Dark, and on a small screen"),
        N_("The same window at 1366 by 768 and at 1920 by 1080, light and dark, in Chinese and in English."),
        opening.looks,
    ),
    Step(
        "breach",
        N_("Looking closer"),
        N_("Show the breach whole, turn the wheel over it, drag the map."),
        watching.breach,
    ),
    Step("play", N_("The flood runs"), N_("Play: one clock moves map, chart and values."), watching.play),
    Step("jump", N_("Jump to a moment"), N_("Type a local time into the time bar."), watching.jump),
    Step(
        "identify",
        N_("What stands at this place"),
        N_("A click on the map: values with unit, time and source, and their series in the chart."),
        watching.identify,
    ),
    Step(
        "chart",
        N_("The chart moves the clock"),
        N_("Drag the cursor, turn the wheel: the map follows."),
        watching.chart_clock,
    ),
    Step(
        "compare",
        N_("Two moments of one flood"),
        N_("A divider, a lens: each side says its moment, and a click tells the value of that side."),
        beside.swipe,
    ),
    Step(
        "linked",
        N_("Four linked maps"),
        N_("The same place at four moments, and the map themes as pictures."),
        beside.linked,
    ),
    Step(
        "theme",
        N_("Another map theme"),
        N_("Velocity with arrows, kept in the workspace under a name."),
        dressing.map_theme,
    ),
    Step(
        "colours",
        N_("Colours and range"),
        N_("Only the water depth, on a continuous scale; map and legend agree."),
        dressing.colours,
    ),
    Step("classes", N_("Classes of a standard"), N_("The same depth in the classes of SL 483."), dressing.classes),
    Step(
        "attributes",
        N_("Attributes"),
        N_("All buildings as a table: filter, choose, see it on the map."),
        dressing.attributes,
    ),
    Step(
        "symbols",
        N_("Classes, labels, rules"),
        N_("Buildings by natural breaks with their numbers, then by a condition."),
        symbols.symbols,
    ),
    Step(
        "edit",
        N_("Editing a file"),
        N_("A vertex is moved, a building is cut in two, undone, saved, and read again from the file."),
        drafting.edit_file,
    ),
    Step(
        "palette",
        N_("Find anything by its initials"),
        N_("The command palette takes Chinese, pinyin initials and English."),
        working.palette,
    ),
    Step(
        "arrival",
        N_("When does the water arrive"),
        N_("A tool from its form to a layer with a record."),
        working.arrival,
    ),
    Step(
        "replay",
        N_("The same result next year"),
        N_("The record is run again, and the job panel keeps the list."),
        working.replay,
    ),
    Step(
        "places",
        N_("A series as a table"),
        N_("Pick a place on the map, get its depths as CSV."),
        working.values_at_places,
    ),
    Step("clip", N_("Cut to the polder"), N_("The ground heights inside the boundary, as a GeoTIFF."), working.clip),
    Step(
        "reproject",
        N_("Another coordinate system"),
        N_("The buildings in CGCS2000 degrees, with all their attributes."),
        working.reproject,
    ),
    Step(
        "zonal",
        N_("How high the villages lie"),
        N_("Zonal statistics: each cell of the ground counts by the share that a village covers."),
        reckoning.zonal,
    ),
    Step(
        "sheet",
        N_("A map sheet"),
        N_("A page from the office's template: map, legend, coordinates, title block; every change can be undone."),
        paper.map_sheet,
    ),
    Step(
        "pdf",
        N_("The sheet as a PDF"),
        N_("Vectors, fonts and its place on earth; an atlas goes on where it stopped."),
        paper.sheet_pdf,
    ),
    Step("cancel", N_("Changing one's mind"), N_("Cancel ends a run at once."), working.cancel),
    Step("history", N_("Back to any act"), N_("Every change is in one list; a click goes there."), keeping.history),
    Step("save", N_("Saving the workspace"), N_("One readable file; the data stay where they are."), keeping.save),
    Step("reopen", N_("Opened again"), N_("From the list of recent files, to the same picture."), keeping.reopen),
    Step("version", N_("An earlier version"), N_("The last five versions of a workspace are kept."), keeping.version),
    Step("recover", N_("After a crash"), N_("What was done is offered at the next start."), keeping.lost_session),
    Step("grey", N_("A file is gone"), N_("Its layer turns grey and says why; the rest goes on."), keeping.lost_file),
    Step(
        "reader",
        N_("A reader is killed"),
        N_("Files are read in processes of their own; when one dies, the window stays."),
        keeping.killed_reader,
    ),
    Step("drop", N_("A file dropped on the window"), N_("Your own points, where they belong."), keeping.dropped),
    Step(
        "tables",
        N_("Class tables are data"),
        N_("Limits can be edited; a named person confirms them, and the audit log keeps the name."),
        office.class_tables,
    ),
    Step(
        "offsets",
        N_("Vertical offsets are approved by a person"),
        N_("Heights of two datums are never mixed without a record that somebody stands for."),
        office.vertical_offsets,
    ),
    Step("settings", N_("Settings act at once"), N_("Language, look, local time, name, memory."), office.settings),
    Step("handbook", N_("Help on what has the focus"), N_("F1 opens the page of the part in use."), office.handbook),
    Step("about", N_("What this program is"), N_("Licence, parts, and a menu."), office.about),
    Step(
        "command",
        N_("Without a window"),
        N_("The same pictures from the command line, for a script at night."),
        sheets.command_line,
    ),
)
