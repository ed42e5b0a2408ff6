"""Steps of the tour: history, saving, earlier versions, a lost session, a lost file, a killed reader."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QListWidget, QPushButton

from app.core import workspace
from app.core.journal import begin_session, new_session_folder
from app.core.language import N_, tr
from app.shell import shots
from app.shell.tour import hands
from app.shell.tour.watching import DEPTH, JUMP_UTC
from app.shell.tour.witness import StepFailed
from app.views.projection import transformed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDialog

    from app.shell.tour.guide import Guide

NAME = "tour.haitang"
SHADES = 2
"""By how much of 255 a pixel at the rim of a line or an area may depend on which view was drawn before."""
OBSERVERS = (
    ("一号观测点 Observer 1", 122.4060, 31.0240),
    ("二号观测点 Observer 2", 122.4110, 31.0215),
    ("三号观测点 Observer 3", 122.4020, 31.0180),
)
"""Points beside the breach: name, longitude, latitude."""


def history(guide: Guide) -> None:
    """Click an earlier act in the history, and come back."""
    panel = guide.panel("history")
    entries = guide.document.history.entries
    position = guide.document.history.position
    before = content(guide)
    guide.check(N_("The history lists {count} acts."), panel.list.count() == len(entries) + 1 > 4, count=len(entries))
    hands.click_row(panel.list, 2)
    guide.wait(lambda: guide.document.history.position == 2)
    guide.check(
        N_("A click on the second act takes back {count} later ones."), content(guide) != before, count=position - 2
    )
    guide.shoot()
    hands.click_row(panel.list, position)
    guide.wait(lambda: guide.document.history.position == position)
    guide.settle()
    guide.check(N_("A click on the last one brings everything back as it was."), content(guide) == before)


def save(guide: Guide) -> None:
    """Save the workspace in a place of one's own."""
    path = guide.products / NAME
    path.unlink(missing_ok=True)
    shutil.rmtree(path.with_name(f".{NAME}.versions"), ignore_errors=True)
    guide.document.clock.go(JUMP_UTC)
    guide.settle()

    def answer(dialog: QDialog) -> None:
        if not isinstance(dialog, QFileDialog):
            raise StepFailed(N_("Saving asks for no file."))
        dialog.setDirectory(str(path.parent))
        hands.write(hands.part(dialog, QLineEdit, "fileNameEdit"), path.name)
        guide.keep_dialog("dialog", dialog)
        dialog.accept()

    path.parent.mkdir(parents=True, exist_ok=True)
    with hands.answering(answer):
        guide.window.menus.actions["save-as"].trigger()
    guide.wait(lambda: not guide.document.dirty and path.is_file())
    data = json.loads(path.read_text("utf-8"))
    guide.check(
        N_("The file {file} is written: a workspace of version {version} with {count} layers."),
        data["format"] == workspace.FORMAT and len(data["layers"]) == len(guide.document.layers),
        file=path.name,
        version=data["version"],
        count=len(data["layers"]),
    )
    guide.desk.focus.take(guide.document.layer(DEPTH))
    guide.settle()
    guide.kept["content"], guide.kept["pixels"] = content(guide), guide.pixels().copy()


def reopen(guide: Guide) -> None:
    """Start anew, and open the saved workspace from the list of recent files."""
    guide.do("new")
    guide.wait(lambda: not guide.document.layers)
    guide.check(N_("The window is empty again."), guide.window.centre.currentWidget() is guide.window.centre.empty)
    guide.clear_toasts()
    guide.dress("dark")
    guide.shoot("recent")
    guide.dress("light")
    recent = [b for b in guide.window.centre.empty.findChildren(QPushButton) if b.isVisible() and NAME in b.text()]
    guide.check(N_("It offers the workspace that was saved last."), recent)
    hands.click(recent[0])
    guide.wait(lambda: shots.is_open(guide.window) and len(guide.document.layers) > 0)
    guide.desk.focus.take(guide.document.layer(DEPTH))
    guide.settle()
    guide.check(
        N_("Layers, order, styles, view and clock are as they were saved."), content(guide) == guide.kept["content"]
    )
    before, now = guide.kept["pixels"], guide.pixels()
    differing = before.size if before.shape != now.shape else int((_distance(before, now) > SHADES).sum())
    guide.check(
        N_("The map is the same picture: {differing} of {count} pixels differ."),
        differing == 0,
        differing=differing,
        count=f"{before.size:,}",
    )
    guide.clear_toasts()
    guide.shoot()


def _distance(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.int16]:
    """Give by how much two pictures differ in the channel that differs most, of 255; shape (height, width)."""
    parts = [np.ascontiguousarray(p).view(np.uint8).reshape(*p.shape, 4).astype(np.int16) for p in (a, b)]
    return np.abs(parts[0] - parts[1]).max(axis=-1)


def version(guide: Guide) -> None:
    """Change something, save, and open the version before."""
    layer = guide.document.layer(DEPTH)
    guide.document.set(layer, "opacity", 0.4)
    guide.do("save")
    guide.wait(lambda: not guide.document.dirty)
    kept = workspace.versions(guide.products / NAME)
    guide.check(N_("Earlier versions of the workspace that are kept: {count}."), len(kept) == 1, count=len(kept))

    def answer(dialog: QDialog) -> None:
        hands.click_row(hands.part(dialog, QListWidget), 0)
        guide.keep_dialog("dialog", dialog)
        hands.press(dialog, tr("OK"))

    with hands.answering(answer):
        guide.window.menus.actions["versions"].trigger()
    guide.wait(lambda: shots.is_open(guide.window) and guide.document.layer(DEPTH).opacity != 0.4)
    same = {**content(guide), "path": ""} == {**guide.kept["content"], "path": ""}
    guide.check(N_("Opened, it is the workspace as it was before the change."), same)
    guide.do("save")
    guide.wait(lambda: not guide.document.dirty)
    guide.clear_toasts()


def lost_session(guide: Guide) -> None:
    """A session that ended without a goodbye is offered, and comes back as it was."""
    journal = begin_session(guide.document)
    layer = guide.document.layer(DEPTH)
    guide.document.set(layer, "opacity", 0.55)
    guide.document.set(guide.document.layer("sample-villages"), "visible", True)
    guide.settle()
    wanted = content(guide)
    left = new_session_folder()
    shutil.copytree(journal.folder, left, dirs_exist_ok=True)
    journal.close()
    guide.document.undo()
    guide.document.undo()
    dialog = offered(guide)
    guide.check(N_("The next start offers the session."), dialog.list.count() == 1)
    guide.shoot(over=[dialog], languages=("zh",))
    hands.press(dialog, tr("Ask again next time"))
    guide.settle()
    guide.speak("en")
    dialog = offered(guide)
    guide.check(N_("Put off, it is offered again."), dialog.list.count() == 1)
    guide.shoot(over=[dialog], languages=("en",))
    hands.press(dialog, tr("Bring back"))
    guide.wait(lambda: shots.is_open(guide.window) and guide.document.layer(DEPTH).opacity == 0.55)
    guide.speak("zh")
    guide.check(N_("Everything is back: both acts after the last safety copy too."), content(guide) == wanted)
    guide.wait_for(lambda: not left.exists())
    guide.check(N_("What was kept for the worst case is gone once it is brought back."), not left.exists())
    guide.clear_toasts()
    opacity = guide.document.layer(DEPTH).opacity

    def answer(question: QDialog) -> None:
        guide.keep_dialog("unsaved", question)
        hands.press(question, tr("Do not save"))

    with hands.answering(answer):
        guide.window.open_paths([str(guide.products / NAME)])
    guide.wait(lambda: shots.is_open(guide.window) and guide.document.layer(DEPTH).opacity != opacity)
    guide.check(N_("Opening the file asks about the unsaved changes first."), not guide.document.dirty)


def offered(guide: Guide) -> Any:
    """Ask for lost sessions as a start does, and give the dialog that offers them."""
    from app.shell.recover_dialog import RecoverDialog
    from app.shell.startup import offer_sessions

    offer_sessions(guide.window)
    found: list[RecoverDialog] = []

    def look() -> bool:
        found[:] = [made for made in guide.window.findChildren(RecoverDialog) if made.isVisible()]
        return bool(found)

    guide.wait(look)
    return found[0]


def lost_file(guide: Guide) -> None:
    """A file is gone: its layer is grey, the others are there, and it can be opened again."""
    file = guide.products / "ground-of-the-polder.tif"
    away = file.with_suffix(".away")
    guide.window.open_paths([str(file)])
    guide.wait(lambda: shots.is_open(guide.window))
    layer = next(la for la in guide.document.layers if Path(la.source).name == file.name)
    reading = guide.desk.reading
    file.rename(away)
    try:
        reading.reopen(layer)
        guide.wait(lambda: reading.state(layer.id) == "failed")
        told = [notice for notice in guide.notices if notice.severity == "error"]
        guide.check(N_("The window says what is wrong: {text}"), told, text=told[0].text if told else "")
        others = [la.id for la in guide.document.layers if la is not layer]
        guide.check(
            N_("All {count} other layers are still there."),
            all(reading.state(i) == "ok" for i in others),
            count=len(others),
        )
        guide.choose_layer(layer.id)
        guide.shoot(languages=("zh",))
        guide.clear_toasts()
        guide.shoot(languages=("en",))
    finally:
        away.rename(file)
    guide.do("layer-reopen")
    guide.wait(lambda: reading.state(layer.id) == "ok")
    guide.check(N_("The file is back, and so is the layer after Reopen."), guide.look(layer.id) is not None)
    guide.forgive()
    guide.clear_toasts()
    guide.document.remove(layer)
    guide.settle()


def killed_reader(guide: Guide) -> None:
    """The processes that read the files are killed: the window goes on."""
    pool, clock = guide.desk.pool, guide.document.clock
    before = set(pool.processes())
    for number in before:
        os.kill(number, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    guide.document.clock.go(clock.moments[7])
    guide.settle()
    guide.wait(lambda: (look := guide.look(DEPTH)) is not None and look.moment == clock.moments[7])
    guide.check(
        N_("{count} reader processes were killed; new ones read on, and the map shows another moment."),
        before and set(pool.processes()) - before,
        count=len(before),
    )
    guide.wait(lambda: {guide.desk.reading.state(layer.id) for layer in guide.document.layers} == {"ok"})
    states = {guide.desk.reading.state(layer.id) for layer in guide.document.layers}
    guide.check(N_("No layer was lost."), states == {"ok"})
    guide.forgive()


def dropped(guide: Guide) -> None:
    """Drop a file of one's own on the window."""
    file = guide.products / "观测点 observers.geojson"
    guide.document.clock.go(JUMP_UTC)
    guide.settle()
    file.write_text(json.dumps(observers(), ensure_ascii=False), "utf-8")
    count = len(guide.document.layers)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    at, act = QPointF(guide.window.rect().center()), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at.toPoint(), act, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(guide.window, enter)
    guide.check(
        N_("The window takes the file that is dragged over it."),
        enter.isAccepted() and guide.window.drop_area.isVisible(),
    )
    guide.shoot("over")
    drop = QDropEvent(at, act, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(guide.window, drop)
    guide.wait(lambda: len(guide.document.layers) > count and shots.is_open(guide.window))
    layer = guide.document.layers[0]
    found = layer.description.counts.get("features") if layer.description else None
    guide.check(
        N_("Dropped, it is the top layer, with {count} features in {crs}."), found == 3, count=found, crs=layer.crs
    )
    guide.settle()
    east, north = (np.array([place[axis] for place in OBSERVERS]) for axis in (1, 2))
    x, y = transformed(east, north, "EPSG:4326", guide.document.camera.crs)
    hit = guide.hit(layer.id, float(x[0]), float(y[0]))
    guide.check(N_("It lies where its coordinates say, beside the breach."), hit is not None)
    guide.shoot()
    guide.document.remove(layer)


def observers() -> dict[str, Any]:
    """Give three points beside the breach, longitude and latitude."""
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for name, x, y in OBSERVERS
    ]
    return {"type": "FeatureCollection", "features": features}


def content(guide: Guide) -> dict[str, Any]:
    """Give what the document would write down, but for the length of the logs of edits: undo is written there too."""
    return json.loads(json.dumps({**guide.document.to_dict(), "copies": None}))
