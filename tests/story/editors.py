"""An editor at work on a file: one session with a working copy, and every act it can do, chosen by numbers."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from app.core import feature_acts as acts
from app.core.bulk import Bulk, do_act
from app.core.commands import SetField
from app.core.copies import folder_of, new_token
from app.core.document import Document
from app.core.editable import editable, figures
from app.core.journal import begin_session, recover, recoverable
from app.core.row_edits import EditLogged
from layers.changesets import inverted
from layers.copying import make_copy
from layers.errors import EditError
from layers.figure import from_geojson, places_of
from layers.reshaping import parts_of
from layers.saving import save_copy
from layers.sources import guard
from layers.sources.open import open_source
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from layers.changesets import WorkingCopy
    from layers.figure import Figure

SIDE = 10.0
EAST, NORTH = 600_000.0, 3_400_000.0


def parcels(path: Path, columns: int = 4, rows: int = 3) -> Path:
    """A GeoPackage of parcels that share their edges, written by GDAL."""
    boxes = [
        shapely.box(EAST + SIDE * i, NORTH + SIDE * j, EAST + SIDE * (i + 1), NORTH + SIDE * (j + 1))
        for j in range(rows)
        for i in range(columns)
    ]
    names = np.array([f"地块 {number}" for number in range(len(boxes))], object)
    shapes = shapely.to_wkb(np.array(shapely.multipolygons(np.array(boxes)[:, None].tolist()), object), flavor="iso")
    options: dict[str, Any] = {"driver": "GPKG", "crs": "EPSG:4549", "geometry_type": "MultiPolygon"}
    fields = [names, np.arange(len(boxes)), np.linspace(0, 1, len(boxes))]
    names_of = np.array(["name", "use", "share"], object)
    guard.pyogrio().raw.write(path, shapes, fields, names_of, layer=path.stem, **options)
    return path


class Editor:
    """Edits the parcels of a file, saves them, is killed and comes back.

    Parameters
    ----------
    file : pathlib.Path
        As ``parcels`` wrote it.
    template : pathlib.Path, optional
        A working copy of it, made once.
    """

    def __init__(self, file: Path, template: Path | None = None) -> None:
        self.file = file
        self.token = new_token()
        place = folder_of(self.token)
        if template is None:
            place.mkdir(parents=True)
            make_copy(str(file), file.stem, place)
        else:
            shutil.copytree(template, place)
            text = (place / "meta.json").read_text("utf-8")
            (place / "meta.json").write_text(text.replace("SOURCE", str(file)), "utf-8")
        self.document = Document()
        self.document.add(VectorLayer(id="p", name="parcels", source=str(file), key=file.stem, crs="EPSG:4549"))
        self.journal = begin_session(self.document)
        self.document.run(SetField("layer:p", "working", "", self.token, "parcels"))
        self.start = self.copy.dump()
        self.base = self.document.history.position
        self.killed = 0

    @property
    def layer(self) -> VectorLayer:
        found = self.document.layer("p")
        assert isinstance(found, VectorLayer)
        return found

    @property
    def copy(self) -> WorkingCopy:
        found = self.layer.copy_at_work
        assert found is not None
        return found

    def all(self) -> dict[int, Figure]:
        table = editable(self.document, "p")
        fid = [int(row[0]) for row in self.copy.dump()[: len(self.copy)]]
        return figures(table.rows(fid))

    # ------------------------------------------------------------------ acts
    def act(self, name: str, numbers: list[int]) -> bool:
        """Do one act; False where it was refused, and then nothing has changed."""
        before = self.copy.dump()
        entries, position = len(self.document.history.entries), self.document.history.position
        deed: Callable[[list[int]], object] = getattr(self, name)
        try:
            command: Any = deed(numbers)
            if command is not None:
                self.document.run(command)
        except EditError:
            assert self.copy.dump() == before
            assert (len(self.document.history.entries), self.document.history.position) == (entries, position)
            return False
        return True

    def _one(self, numbers: list[int]) -> tuple[int, Figure]:
        found = self.all()
        if not found:
            raise EditError("nothing is left")
        number = sorted(found)[numbers[0] % len(found)]
        return number, found[number]

    def _some(self, numbers: list[int]) -> list[int]:
        found = sorted(self.all())
        return sorted({found[n % len(found)] for n in numbers[:3]}) if found else []

    def _near(self, numbers: list[int]) -> tuple[float, float]:
        return EAST + numbers[1] % 41 - 0.5 + numbers[3] % 8 / 16, NORTH + numbers[2] % 31 - 0.5 + numbers[4] % 8 / 16

    def add(self, n: list[int]) -> object:
        x, y = self._near(n)
        ring = [[x, y], [x + 1 + n[3] % 4, y], [x + 1, y + 2 + n[0] % 3], [x, y]]
        figure = from_geojson({"type": "Polygon", "coordinates": [ring]})
        return acts.add_feature(editable(self.document, "p"), figure, {"name": f"新 {n[0]}", "use": n[1]})

    def delete(self, n: list[int]) -> object:
        return acts.delete_features(editable(self.document, "p"), self._some(n))

    def move(self, n: list[int]) -> object:
        table = editable(self.document, "p")
        return acts.move_features(table, self._some(n), acts.by(n[3] % 7 - 3 + 0.1, n[4] % 7 - 3))

    def set_values(self, n: list[int]) -> object:
        table = editable(self.document, "p")
        values = {"share": n[3] / 7, "name": None if n[4] % 3 == 0 else f"名 {n[4]}"}
        return acts.set_values(table, self._some(n), values)

    def move_vertex(self, n: list[int]) -> object:
        number, figure = self._one(n)
        old = tuple(places_of(figure)[n[1] % len(places_of(figure))].tolist())
        new = (old[0] + (n[2] % 9 - 4) / 2, old[1] + (n[3] % 9 - 4) / 2)
        return acts.move_vertex(editable(self.document, "p"), [number], old, new, shared=bool(n[4] % 4))

    def insert_vertex(self, n: list[int]) -> object:
        number, figure = self._one(n)
        ring = next(parts_of(figure))[1].members[0].vertices[:, :2]
        at = n[1] % (len(ring) - 1)
        a, b = (tuple(row.tolist()) for row in ring[at : at + 2])
        share = (1 + n[2] % 7) / 8
        place = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share + n[3] % 3 / 4)
        return acts.insert_vertex(editable(self.document, "p"), [number], (a, b), place, shared=bool(n[4] % 4))

    def remove_vertex(self, n: list[int]) -> object:
        number, figure = self._one(n)
        at = tuple(places_of(figure)[n[1] % len(places_of(figure))].tolist())
        return acts.remove_vertex(editable(self.document, "p"), [number], at, shared=bool(n[4] % 4))

    def split(self, n: list[int]) -> object:
        number, figure = self._one(n)
        low, high = places_of(figure).min(0), places_of(figure).max(0)
        share = (1 + n[1] % 7) / 8
        x = low[0] + (high[0] - low[0]) * share
        line = np.array([[x, low[1] - 1], [x + n[2] % 3 - 1, high[1] + 1]])
        return acts.split_features(editable(self.document, "p"), [number], line)

    def merge(self, n: list[int]) -> object:
        return acts.merge_features(editable(self.document, "p"), self._some(n))

    def offset(self, n: list[int]) -> object:
        number, _ = self._one(n)
        table = editable(self.document, "p")
        return acts.offset_features(table, [number], (n[1] % 9 - 4) / 2 + 0.25, copies=bool(n[2] % 2))

    def add_hole(self, n: list[int]) -> object:
        number, _ = self._one(n)
        inside = shapely.point_on_surface(shapely.from_wkb(self.copy.rows([number])[number].geometry))
        x, y, r = inside.x, inside.y, 0.2 + n[1] % 8 / 4
        ring = np.array([[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]])
        return acts.add_hole(editable(self.document, "p"), [number], ring)

    def fill_hole(self, n: list[int]) -> object:
        for number, figure in self.all().items():
            for _, part in parts_of(figure):
                for ring in part.members[1:]:
                    at = shapely.point_on_surface(shapely.Polygon(ring.vertices[:, :2]))
                    return acts.fill_hole(editable(self.document, "p"), [number], (at.x, at.y))
        raise EditError("there is no hole")

    def add_part(self, n: list[int]) -> object:
        number, _ = self._one(n)
        x, y = self._near(n)
        part = from_geojson(
            {"type": "Polygon", "coordinates": [[[x, y + 40], [x + 1, y + 40], [x, y + 41], [x, y + 40]]]}
        )
        return acts.add_part(editable(self.document, "p"), number, part)

    def remove_part(self, n: list[int]) -> object:
        number, _ = self._one(n)
        return acts.remove_part(editable(self.document, "p"), number, self._near(n))

    def explode(self, n: list[int]) -> object:
        return acts.explode_features(editable(self.document, "p"), self._some(n) or [1])

    def bulk(self, n: list[int]) -> None:
        """An act that another process does and this one takes in, as acts on many features."""
        act, options = (
            ("set", {"values": {"share": n[4] / 9}}),
            ("delete", {}),
            ("move", {"dx": n[4] % 5 - 2.5, "dy": 0.0, "map_crs": "EPSG:4549"}),
        )[n[3] % 3]
        wish = Bulk("p", act, frozenset(self._some(n)), options)
        own = {"name": "parcels", "crs": "EPSG:4549", "geometry": "MultiPolygon"}
        answer = do_act(self.copy.folder, wish, own, lambda _: None)
        if answer["number"] < 0:
            return
        self.copy.catch_up(saved=answer["saved"])
        assert self.copy.is_saved == (not self.copy.pending())
        self.document.copies.done = self.token
        self.document.run(EditLogged("p", answer["number"], words=answer["words"], count=answer["count"]))
        self.document.copies.done = ""
        assert self.layer.patch is None

    def undo(self, _: list[int]) -> None:
        if self.document.history.position > self.base:
            self.document.undo()

    def redo(self, _: list[int]) -> None:
        self.document.redo()

    def save(self, _: list[int]) -> None:
        """The file holds what the copy holds; further acts go on from there."""
        copy = self.copy
        done = save_copy(copy.folder, copy.pending(), copy.source, copy.fingerprint, copy.applied)
        copy.mark_saved(done.fingerprint, upto=done.upto)
        assert copy.pending() == b""
        place = folder_of(new_token())
        place.mkdir(parents=True)
        make_copy(str(self.file), self.file.stem, place)
        from layers.changesets import WorkingCopy

        again = WorkingCopy(place)
        assert again.dump() == copy.dump()
        again.close()
        shutil.rmtree(place)

    def kill(self, _: list[int]) -> None:
        """The process is gone without a goodbye; the next one brings the session back."""
        seen, before = self.copy.dump(), self.document.to_dict()
        self.journal._lock.release()
        self.document.copies.close()
        self.journal._syncer.close(self.journal._handle)
        (session,) = recoverable()
        self.document = recover(session)
        assert session.lost == 0
        self.journal = begin_session(self.document)
        session.discard()
        assert self.copy.dump() == seen
        assert self.document.to_dict() == before
        self.base = 0
        self.killed += 1

    # ------------------------------------------------------------------ what must hold
    def check_way_back(self) -> None:
        """Undo to the start, redo to the end: the same bytes; and the log leads back to the file as it was."""
        last, done = self.copy.dump(), self.document.history.position
        marks = [last]
        while self.document.history.position > self.base:
            self.document.undo()
            marks.append(self.copy.dump())
        if not self.killed:
            assert self.copy.dump() == self.start
        while self.document.history.position < done:
            marks.pop()
            self.document.redo()
            assert self.copy.dump() == marks[-1]
        assert self.copy.dump() == last
        whole = self.copy.joined()
        self.copy.apply(inverted(whole))
        assert self.copy.dump() == self.start
        self.copy.apply(whole)
        assert self.copy.dump() == last

    def check_index(self) -> None:
        """The R-tree holds exactly the boxes of the features, rounded outwards."""
        for number, figure in self.all().items():
            low, high = places_of(figure).min(0), places_of(figure).max(0)
            assert number in self.copy.ids_in((low[0], low[1], high[0], high[1]))

    def check_shown(self) -> None:
        """What the readers read, with what was edited since, is what the copy holds."""
        request = FeatureRequest("parcels")
        with closing(open_source(self.layer.reads_from)) as source:
            block = self.layer.current(request, source.read(request))
        assert isinstance(block, FeatureBlock)
        held = {int(row[0]): row for row in self.copy.dump()[: len(self.copy)]}
        assert block.ids.tolist() == sorted(held)
        rows = self.copy.rows(held)
        shares = [rows[number].values["share"] for number in sorted(held)]
        assert [None if value != value else value for value in block.columns["share"].tolist()] == shares

    def close(self) -> None:
        self.document.copies.close(discard=True)
        self.journal.close()
