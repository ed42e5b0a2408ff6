"""A file of a model as a source: its parts, and words for what is wrong with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError, SourceUnavailable
from layers.sources.lookup import layer_named
from layers.sources.source import Block, Description, Request, Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from layers.sources.model_part import ModelPart


class ModelSource:
    """A file of one model as a ``DataSource``.

    Parameters
    ----------
    path, driver : str
    parts : sequence of ModelPart
    close : callable
        Lets go of the file.
    extra : dict
        What else the file says of itself.
    """

    def __init__(
        self,
        path: str,
        driver: str,
        parts: Sequence[ModelPart],
        close: Callable[[], None],
        *,
        warnings: tuple[Warned, ...] = (),
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.path = path
        self._driver = driver
        self._parts = {part.key: part for part in parts}
        self._close = close
        self._warnings = warnings
        self._extra = extra or {}

    def describe(self) -> Description:
        """Tell what is inside."""
        layers = tuple(part.describe() for part in self._parts.values())
        return Description(self.path, layers[0].kind, self._driver, layers, self._warnings, self._extra)

    def read(self, request: Request) -> Block:
        """Read what is asked for.

        Raises
        ------
        DataError
            The layer, variable, step or level does not exist, or the file is damaged there.
        """
        part = layer_named(self._parts, request.layer, self.path)
        with damage_in_words(self.path), np.errstate(all="ignore"):
            return part.read(request)

    def close(self) -> None:
        """Let go of the file."""
        self._close()


@contextmanager
def damage_in_words(path: str) -> Generator[None]:
    """Turn what libraries raise at damaged files into one sentence.

    Raises
    ------
    SourceUnavailable
        The file cannot be read further; the library's own words are given.
    """
    try:
        yield
    except DataError:
        raise
    except (OSError, RuntimeError, KeyError, IndexError, ValueError, TypeError, MemoryError, OverflowError) as fault:
        said = str(fault.args[0] if fault.args else fault).strip().splitlines()
        raise SourceUnavailable(
            "A part of the file cannot be read: {reason}.",
            where=path,
            remedy="It may be incomplete or damaged; copy it again from its origin.",
            reason=(said[0] if said else type(fault).__name__).rstrip("."),
        ) from fault
