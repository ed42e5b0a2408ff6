"""Acts on files: new, open, save, versions, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import resources
from app.core.copies import unsaved
from app.core.language import tr
from app.shell.opening import WORKSPACE
from app.shell.words import moment_text
from layers.errors import HaitangError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.opening import Opener


def sample_path() -> Path | None:
    """Give the embedded sample workspace, None where it was not built."""
    found = sorted(resources.path("sample").glob(f"*{WORKSPACE}"))
    return found[0] if found else None


class Files:
    """What the menu File does.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        Window that questions belong to.
    opener : Opener
    picture : callable
        Gives the map as a picture.
    """

    def __init__(self, desk: Desk, parent: QWidget, opener: Opener, picture: Callable[[], QImage]) -> None:
        self._desk, self._parent, self._opener, self._picture = desk, parent, opener, picture
        self._loading = 0
        self.save_edits: Callable[[Callable[[], object]], object] = lambda then: then()

    # -- opening ---------------------------------------------------------------------
    def new(self) -> None:
        """Start an empty workspace."""
        self.when_safe(lambda: self._desk.document.replace({}))

    def open(self) -> None:
        """Let the user choose files."""
        from app.shell import questions

        self.open_paths(questions.files_to_open(self._parent, self._folder()))

    def open_folder(self) -> None:
        """Let the user choose a folder; all data below it is opened."""
        from app.shell import questions

        folder = questions.folder_to_open(self._parent, self._folder())
        if folder:
            self.open_paths([folder])

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open a workspace, or data as layers of the present one; the embedded sample is never written over."""
        paths = [str(Path(p).absolute()) if "://" not in p else p for p in paths]
        spaces = [p for p in paths if p.lower().endswith(WORKSPACE)]
        others = [p for p in paths if p not in spaces]
        if spaces:
            path = Path(spaces[0])
            own = path != sample_path()
            self.when_safe(lambda: self._load(path, own=own, then=others))
        elif others:
            self._opener.open(others)

    def open_sample(self) -> None:
        """Open the embedded sample; saving it asks for a place of its own."""
        path = sample_path()
        if path is None:
            self._desk.notices.warning(
                tr("The sample workspace is not installed. Run packaging/run.py once to build it.")
            )
            return
        self.when_safe(lambda: self._load(path, own=False))

    def open_version(self) -> None:
        """Let the user choose an earlier version of the workspace."""
        from app.core import workspace
        from app.shell import questions

        path = self._desk.document.path
        kept = workspace.versions(path) if path is not None else []
        if path is None or not kept:
            self._desk.notices.info(tr("There is no earlier version of this workspace yet."))
            return
        offset = self._desk.settings.utc_offset_hours
        choices = [(str(p), moment_text(p.stem, offset)) for p in kept]
        words = tr("The chosen version is opened; the file itself stays as it is until you save.")
        chosen = questions.one_of(self._parent, tr("Open an earlier version"), words, choices)
        if chosen:
            self.when_safe(lambda: self._load(Path(chosen), own=False, home=path))

    @property
    def is_loading(self) -> bool:
        """Whether a workspace is being read."""
        return self._loading > 0

    @property
    def all_is_open(self) -> bool:
        """Whether something is open and nothing is being opened any more."""
        layers, reading = self._desk.document.layers, self._desk.reading
        if self.is_loading or self._opener.is_busy or not layers:
            return False
        return all(reading.state(layer.id) != "opening" for layer in layers)

    def _load(self, path: Path, *, own: bool, then: Sequence[str] = (), home: Path | None = None) -> None:
        self._loading += 1

        def read() -> Any:
            from app.core import workspace

            data = workspace.load(path)
            return data if home is None else at_home(data, path.parent, home.parent)

        self._desk.background(read, lambda answer: self._on_loaded(path if own else home, path, answer, then))

    def _on_loaded(self, path: Path | None, source: Path, answer: Any, then: Sequence[str]) -> None:
        self._loading -= 1
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            return
        try:
            self._desk.document.replace(answer, path, saved=source == path or path is None)
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        layers = self._desk.document.layers
        self._desk.focus.take(layers[0] if layers else None)
        if path == source:
            self.remember(str(source))
        if then:
            self._opener.open(then)

    def remember(self, path: str) -> None:
        """Put a path on the list of recent ones."""
        self._desk.settings.remember(path)
        self._desk.background(self._desk.settings.save, self._tell)

    # -- saving ----------------------------------------------------------------------
    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save the workspace; ask for a place where it has none."""
        path = self._desk.document.path
        if path is None:
            self.save_as(then)
        else:
            self._write(path, then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        """Save the workspace in a place that the user chooses."""
        from app.shell import questions

        name = self._desk.document.title or tr("Workspace")
        start = str(Path(self._folder()) / f"{name}{WORKSPACE}")
        kind = tr("Workspaces") + f" (*{WORKSPACE})"
        chosen = questions.file_to_save(self._parent, tr("Save workspace as"), start, kind)
        if chosen:
            path = Path(chosen)
            self._write(path if path.suffix == WORKSPACE else path.with_name(path.name + WORKSPACE), then)

    def _write(self, path: Path, then: Callable[[], object] | None) -> None:
        from app.core import workspace

        document = self._desk.document
        snapshot, state = document.snapshot(), state_of(document)
        self._desk.background(
            lambda: workspace.write(snapshot, path), lambda answer: self._on_written(path, state, answer, then)
        )

    def _on_written(self, path: Path, state: Any, answer: Any, then: Callable[[], object] | None) -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
            return
        document = self._desk.document
        if state_of(document) == state:
            document.mark_saved(path)
        else:
            document.path = path
        self.remember(str(path))
        self._desk.notices.info(tr("Saved {name}.", name=path.name))
        if then is not None:
            then()

    def save_picture(self) -> None:
        """Save the map as it is shown, with its legend, as a PNG."""
        from app.shell import questions

        name = self._desk.document.title or tr("Map")
        start = str(Path(self._folder()) / f"{name}.png")
        chosen = questions.file_to_save(self._parent, tr("Save map as picture"), start, "PNG (*.png)")
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(chosen + ".png")
        image = self._picture()

        def write() -> None:
            if not image.save(str(path)):
                raise SourceUnavailable(
                    "The picture cannot be written.", where=str(path), remedy="Save it in another folder."
                )

        self._desk.background(write, lambda answer: self._tell(answer, tr("Saved {name}.", name=path.name)))

    def when_safe(self, go_on: Callable[[], object]) -> None:
        """Go on when unsaved changes are saved or given up, those of edited layers first."""
        document = self._desk.document
        if unsaved(document.layers) and not self._edits_settled(go_on):
            return
        if document.history.is_saved:
            go_on()
            return
        if not document.dirty or not document.layers:
            go_on()
            return
        from app.shell import questions

        answer = questions.save_first(self._parent, document.title or self._name())
        if answer == "save":
            self.save(go_on)
        elif answer == "discard":
            go_on()

    def _edits_settled(self, go_on: Callable[[], object]) -> bool:
        """Ask about edits that no file holds; whether to go on without them. Those to be saved are saved first."""
        from app.shell import questions

        names = [layer.name for layer in unsaved(self._desk.document.layers)]
        answer = questions.save_first(self._parent, ", ".join(names[:4]))
        if answer == "save":
            save_all: Any = self.save_edits
            save_all(lambda: self.when_safe(go_on))
        return answer == "discard"

    def quit(self) -> None:
        """Close the window."""
        self._parent.close()

    def _name(self) -> str:
        path = self._desk.document.path
        return path.stem if path is not None else tr("Workspace")

    def _folder(self) -> str:
        path = self._desk.document.path
        if path is not None:
            return str(path.parent)
        recent = next((p for p in self._desk.settings.recent if Path(p).exists()), "")
        return str(Path(recent).parent) if recent else str(Path.home())

    def _tell(self, answer: Any, done: str = "") -> None:
        if isinstance(answer, HaitangError):
            self._desk.notices.error(answer)
        elif done:
            self._desk.notices.info(done)


def at_home(data: dict[str, Any], kept: Path, home: Path) -> dict[str, Any]:
    """Give a kept version with the sources that it has beside its workspace, not beside its copy."""
    for layer in data.get("layers", []):
        source = Path(str(layer.get("source", "")))
        if source.is_relative_to(kept):
            layer["source"] = str(home / source.relative_to(kept))
    return data


def state_of(document: Any) -> tuple[int, int]:
    """Give a sign that changes with every act: which entry is the last one done, and how many there are."""
    history = document.history
    last = history.entries[history.position - 1] if history.position else None
    return id(last), history.position
