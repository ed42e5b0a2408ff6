"""A scripted person at work: random acts, saves and checkpoints; killed by test_kill.py at any moment.

Run as ``python -m tests.story.person FOLDER SEED``. Prints ``session NAME`` once the session is journalled, then after
each act ``act SEQUENCE DIGEST``, and after each saved workspace ``saved DIGEST``. The same seed and the same start
give the same acts.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core import themes, workspace
from app.core.commands import EditFeatures
from app.core.document import Document
from app.core.journal import begin_session, recover, recoverable
from layers.edits import Change, Edit
from layers.mesh import MeshLayer
from layers.sources.source import LayerDescription
from layers.times import TimeAxis
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.sources.source import Block, Description, Request

MOST_LAYERS = 6
MOST_FEATURES = 60


class Still:
    """A source that is open and never read."""

    path = "still"

    def describe(self) -> Description:
        raise AssertionError("nobody asks")

    def read(self, request: Request) -> Block:
        raise AssertionError("nobody asks")

    def close(self) -> None:
        """Nothing is open."""


def digest(document: Document, folder: Path) -> str:
    """Sum of everything that a recovery must bring back; the folder of the work is left out of it."""
    where = document.path.name if document.path else ""
    text = json.dumps([document.to_dict(), where], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.replace(json.dumps(str(folder))[1:-1], "FOLDER").encode()).hexdigest()[:20]


class Person:
    """Does one random act after the other.

    Parameters
    ----------
    document : Document
    folder : pathlib.Path
        Where the workspace lies.
    seed : int
    """

    def __init__(self, document: Document, folder: Path, seed: int) -> None:
        self.document, self.folder = document, folder
        self.file = folder / "work.haitang"
        self.random = random.Random(seed)
        self.checkpoint: Callable[[], object] = lambda: None
        seconds = count()
        document.history.now = lambda: next(seconds) * 0.3
        self.deeds: list[tuple[int, Callable[[], object]]] = [
            (6, self.add), (2, self.remove), (4, self.reorder), (8, self.show), (10, self.fade), (6, self.restyle),
            (20, self.draw), (8, self.shift), (4, self.erase), (10, self.look), (8, self.undo), (6, self.redo),
            (4, self.drag), (6, self.set_clock), (4, self.play), (3, self.open_layer), (2, self.keep_theme),
            (2, self.apply_theme), (2, self.write_notes), (2, self.save), (2, self.autosave), (1, self.reopen),
        ]  # fmt: skip

    def act(self) -> str:
        """Do one act; the name of what was done."""
        weights = [weight for weight, _ in self.deeds]
        deed = self.random.choices([deed for _, deed in self.deeds], weights)[0]
        deed()
        return deed.__name__

    # -------------------------------------------------------------- layers
    def _any_layer(self) -> Any:
        return self.random.choice(self.document.layers) if self.document.layers else None

    def add(self) -> None:
        if len(self.document.layers) >= MOST_LAYERS:
            return
        name = f"{self.random.getrandbits(48):012x}"
        if self.random.random() < 0.6:
            layer: Any = VectorLayer(id=name, name=f"草图 {name[:3]}", source="memory:", crs="EPSG:4549")
        else:
            place = self.folder if self.random.random() < 0.5 else Path("/elsewhere")
            layer = MeshLayer(id=name, name=f"结果 {name[:3]}", source=str(place / f"{name[:3]}.nc"))
        self.document.add(layer, self.random.randint(0, len(self.document.layers)))

    def remove(self) -> None:
        if layer := self._any_layer():
            self.document.remove(layer)

    def reorder(self) -> None:
        if layer := self._any_layer():
            self.document.move(layer, self.random.randrange(len(self.document.layers)))

    def show(self) -> None:
        if layer := self._any_layer():
            self.document.set(layer, "visible", not layer.visible)

    def fade(self) -> None:
        if layer := self._any_layer():
            self.document.set(layer, "opacity", round(self.random.random(), 3))

    def restyle(self) -> None:
        if layer := self._any_layer():
            style = layer.style.model_dump(mode="json")
            if layer.kind == "mesh":
                style["scale"]["maximum"] = round(self.random.uniform(1, 9), 2)
            else:
                style["symbol"]["width"] = round(self.random.uniform(0.5, 5), 2)
            self.document.set(layer, "style", style)

    def drag(self) -> None:
        if layer := self._any_layer():
            self.document.history.begin()
            for _ in range(3):
                self.document.set(layer, "opacity", round(self.random.random(), 3))
            self.document.history.end()

    def open_layer(self) -> None:
        layer = self._any_layer()
        if layer is None or layer.is_open or layer.kind != "mesh":
            return
        start = np.datetime64("2026-08-01T00:00", "ns") + np.timedelta64(self.random.randrange(48), "h")
        axis = TimeAxis(start + np.arange(self.random.randrange(2, 20)) * np.timedelta64(3600, "s"))
        description = LayerDescription("", "mesh", crs="EPSG:4550", vdatum="WUSONG_SH", time=axis)
        self.document.attach(layer, Still(), description)

    # -------------------------------------------------------------- features
    def _sketch(self) -> VectorLayer | None:
        found = [la for la in self.document.layers if isinstance(la, VectorLayer) and la.is_scratch]
        return self.random.choice(found) if found else None

    def draw(self) -> None:
        layer = self._sketch()
        if layer is None or len(layer.features) >= MOST_FEATURES:
            return
        corners = [[round(self.random.uniform(-9e3, 9e3), 3), round(self.random.random(), 6)] for _ in range(3)]
        feature = {"geometry": {"type": "LineString", "coordinates": corners}, "properties": {"名称": '河 \n"1"'}}
        self.document.run(EditFeatures(layer.id, Edit({max(layer.features, default=0) + 1: Change(None, feature)})))

    def shift(self) -> None:
        layer = self._sketch()
        if layer is None or not layer.features:
            return
        number = self.random.choice(sorted(layer.features))
        old = layer.features[number]
        geometry = {"type": "Point", "coordinates": [self.random.random(), 1e-7]}
        self.document.run(EditFeatures(layer.id, Edit({number: Change(old, {**old, "geometry": geometry})})))

    def erase(self) -> None:
        layer = self._sketch()
        if layer is not None and layer.features:
            number = self.random.choice(sorted(layer.features))
            self.document.run(EditFeatures(layer.id, Edit({number: Change(layer.features[number], None)})))

    # -------------------------------------------------------------- view, clock, history
    def look(self) -> None:
        self.document.look(self.document.camera.moved(self.random.uniform(-50, 50), self.random.uniform(-50, 50)))

    def set_clock(self) -> None:
        moment = np.datetime64("2026-08-01T00:00", "ns") + np.timedelta64(self.random.randrange(10**6), "s")
        self.document.clock.go(moment)

    def play(self) -> None:
        self.document.clock.play()
        for _ in range(5):
            self.document.clock.tick(0.3)
        self.document.clock.pause()

    def undo(self) -> None:
        self.document.undo()

    def redo(self) -> None:
        self.document.redo()

    # -------------------------------------------------------------- workspace
    def keep_theme(self) -> None:
        themes.save(self.document, f"方案 {self.random.randrange(3)}")

    def apply_theme(self) -> None:
        if self.document.themes:
            themes.apply(self.document, self.random.choice(sorted(self.document.themes)))

    def write_notes(self) -> None:
        self.document.set("document", "notes", f"备注 {self.random.random()}")

    def save(self) -> None:
        workspace.save(self.document, self.file)

    def autosave(self) -> None:
        self.checkpoint()

    def reopen(self) -> None:
        if self.file.exists():
            workspace.open_into(self.document, self.file)


def main() -> None:
    """Bring back the last session, or begin with nothing; then act until killed."""
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    sessions = recoverable()
    document = recover(sessions[0]) if sessions else Document()
    journal = begin_session(document)
    for session in sessions:
        session.claim()
        session.discard()
    journal.checkpoint_acts = 40
    print("session", journal.folder.name, flush=True)
    person = Person(document, folder, seed)
    person.checkpoint = journal.checkpoint
    while True:
        deed = person.act()
        print("act", journal.sequence, digest(document, folder), flush=True)
        if deed == "save":
            print("saved", digest(document, folder), flush=True)


if __name__ == "__main__":
    main()
