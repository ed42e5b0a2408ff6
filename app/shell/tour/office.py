"""Steps of the tour: class tables, vertical offsets, settings, the handbook, keys, the program itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QLineEdit

import resources
from app.core import audit, classes, offsets
from app.core.language import N_, language, tr
from app.core.settings import home
from app.shell.tour import hands
from app.shell.tour.opening import clock_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from app.shell.tour.guide import Guide

TABLE = "arrival"
PERSON = "王工"
OFFSET = "-1.63"
STATION = "虚构站 made-up station"
DOCUMENT = "示例：数值为虚构，仅作演示 made up, for the tour only"


def class_tables(guide: Guide) -> None:
    """Change a class table, confirm it with a name, take it back."""
    guide.window.menus.actions["class-tables"].trigger()
    dialog = opened(guide, "ClassTableDialog")
    dialog.show_table(TABLE)
    guide.settle()
    guide.shoot(over=[dialog])
    shipped = classes.shipped(TABLE)
    dialog.grid.item(0, 1).setText("0.5")
    dialog.grid.item(1, 0).setText("0.5")
    hands.press(dialog, tr("Save"))
    changed = classes.table(TABLE)
    guide.check(
        N_("Saved, the table is the user's own: version {version} instead of {old}, first limit {limit} h."),
        shipped is not None and changed.classes[0].maximum == 0.5 and changed.version != shipped.version,
        version=changed.version,
        old=shipped.version if shipped else "-",
        limit=changed.classes[0].maximum,
    )
    with hands.answering(lambda question: named(guide, question, "confirm")):
        hands.press(dialog, tr("Confirm…"))
    confirmed = classes.table(TABLE)
    guide.check(
        N_("{person} stands for it, with the day: {day}."),
        confirmed.confirmed_by == PERSON,
        person=confirmed.confirmed_by,
        day=confirmed.confirmed_at[:10],
    )
    guide.shoot("confirmed", over=[dialog])
    log = home() / "audit" / "audit.jsonl"
    guide.check(
        N_("The audit log tells it, and its chain of hashes is whole."), log.is_file() and not audit.verify(log)
    )
    hands.press(dialog, tr("Take back my changes"))
    guide.check(
        N_("Taken back, the table is as it came with the program."),
        classes.table(TABLE).classes == (shipped.classes if shipped else None),
    )
    dialog.close()
    guide.settle()


def vertical_offsets(guide: Guide) -> None:
    """Write down an offset between two datums: to be confirmed until a named person approves it."""
    guide.window.menus.actions["offsets"].trigger()
    dialog = opened(guide, "OffsetDialog")
    guide.check(N_("There is no built-in offset."), not offsets.records())
    guide.shoot("empty", over=[dialog])
    hands.press(dialog, tr("Add an offset"))
    for field, words in (
        (dialog.value, OFFSET),
        (dialog.source, DOCUMENT),
        (dialog.epoch, "2026"),
        (dialog.station, STATION),
    ):
        hands.write(field, words)
    hands.press(dialog, tr("Save"))
    kept = offsets.records()
    guide.check(
        N_("Kept: {origin} to {target}, {value} m, to be confirmed."),
        len(kept) == 1 and kept[0].value == float(OFFSET) and not kept[0].is_approved,
        origin=kept[0].origin,
        target=kept[0].target,
        value=kept[0].value,
    )
    guide.shoot("pending", over=[dialog])
    with hands.answering(lambda question: named(guide, question, "")):
        hands.press(dialog, tr("Approve…"))
    kept = offsets.records()
    guide.check(
        N_("Approved by {person}; the file in the user's folder says so."),
        kept[0].approved_by == PERSON,
        person=kept[0].approved_by,
    )
    guide.shoot("approved", over=[dialog])
    dialog.close()
    offsets.save([])
    guide.settle()


def settings(guide: Guide) -> None:
    """Another local time: every moment on screen follows at once."""
    guide.window.menus.actions["settings"].trigger()
    dialog = opened(guide, "SettingsDialog")
    guide.shoot(over=[dialog])
    before = clock_words(guide)
    hands.choose(dialog.offset, 0.0)
    guide.settle()
    after = clock_words(guide)
    written = json.loads((home() / "settings.json").read_text("utf-8")) if (home() / "settings.json").exists() else {}
    guide.check(
        N_("With the local time at UTC the clock reads {after}, with Beijing time it read {before}."),
        before[:16] != after[:16] and guide.desk.settings.utc_offset_hours == 0.0,
        after=after,
        before=before,
    )
    hands.choose(dialog.offset, 8.0)
    hands.write(dialog.person, PERSON)
    dialog.person.editingFinished.emit()
    guide.wait_for(lambda: read_settings().get("person") == PERSON)
    guide.check(
        N_("The settings are written to the user's folder at once, {count} of them."),
        len(read_settings()) >= len(written) > 0,
        count=len(read_settings()),
    )
    dialog.close()
    guide.settle()


def handbook(guide: Guide) -> None:
    """F1 on the time bar opens the page about time."""
    guide.window.activateWindow()
    guide.window.time_bar.track.setFocus()
    guide.wait_for(lambda: QApplication.focusWidget() is guide.window.time_bar.track)
    guide.window.menus.actions["help"].trigger()
    window: Any = opened(guide, "HelpWindow")
    shown = window.list.currentItem()
    title = (resources.path(f"help/{language()}") / "time.md").read_text("utf-8").splitlines()[0].lstrip("# ")
    guide.check(N_("The handbook opens at the page {title}."), shown is not None and shown.text() == title, title=title)
    names = window.page_names()
    guide.check(
        N_("It has {count} pages, as many in Chinese as in English."),
        len(names) == pages("zh") == pages("en"),
        count=len(names),
    )
    guide.shoot(over=[window])
    guide.speak("en")
    guide.check(N_("The page stays when the language changes."), window.list.currentRow() == names.index("time"))
    guide.speak("zh")
    window.show_page("index")
    guide.shoot("first-page", of=window)
    hands.write(window.search, "CRS")
    guide.settle()
    guide.check(
        N_("Searching for CRS leaves {count} pages."), 0 < window.list.count() < len(names), count=window.list.count()
    )
    window.close()
    guide.settle()


def about(guide: Guide) -> None:
    """What the program is, and whose work stands in it."""
    guide.window.menus.actions["about"].trigger()
    dialog = opened(guide, "AboutDialog")
    guide.check(N_("The window tells what the program is."), dialog.isVisible())
    guide.shoot(over=[dialog])
    dialog.close()
    guide.settle()
    menu = guide.window.menus.menus["layer"]
    menu.popup(
        guide.window.menuBar().mapToGlobal(guide.window.menuBar().actionGeometry(menu.menuAction()).bottomLeft())
    )
    guide.settle()
    count = sum(not action.isSeparator() for action in menu.actions())
    guide.check(N_("The menu of layers has {count} entries."), count > 10, count=count)
    guide.shoot("menu", over=[menu], languages=(language(),))
    menu.close()


# ------------------------------------------------------------------------ dialogs
def opened(guide: Guide, kind: str) -> Any:
    """Give the window of a class that is open, as soon as it is."""
    found: list[Any] = []

    def look() -> bool:
        found[:] = [w for w in QApplication.topLevelWidgets() if type(w).__name__ == kind and w.isVisible()]
        return bool(found)

    guide.wait(look)
    return found[0]


def named(guide: Guide, question: QDialog, part: str) -> None:
    """Answer a question for a name."""
    hands.write(hands.part(question, QLineEdit), PERSON)
    if part:
        guide.keep_dialog(part, question)
    hands.press(question, tr("OK"))


def pages(name: str) -> int:
    """Count the pages of the handbook in a language."""
    return len(list(resources.path(f"help/{name}").glob("*.md")))


def read_settings() -> dict[str, Any]:
    """Read the settings from the user's folder; empty where there are none yet."""
    file = home() / "settings.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}
