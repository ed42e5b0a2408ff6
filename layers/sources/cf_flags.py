"""Quality flags of CF: values that the producer himself calls bad are not shown as if they were good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.cf_field import Field
from layers.sources.cf_values import attribute, text
from layers.sources.source import Warned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

BAD_MEANINGS = ("bad_data", "bad", "fail", "failed", "missing_value", "missing_data")


@dataclass(frozen=True, slots=True)
class Flags:
    """The flag variable of a quantity and the codes that mean bad or missing."""

    name: str
    codes: tuple[int, ...]
    meanings: tuple[str, ...]


def flags_of(scope: Any, fields: Iterable[Field]) -> dict[str, Flags]:
    """Find the flags of each quantity: an ancillary variable with flag values and meanings on the same dimensions."""
    found: dict[str, Flags] = {}
    for one in fields:
        for word in text(one.variable, "ancillary_variables").split():
            flag = scope.variables.get(word)
            if flag is not None and flag.dimensions == one.variable.dimensions:
                codes = bad_codes(flag)
                if codes:
                    found[one.name] = Flags(word, tuple(codes), tuple(codes.values()))
    return found


def bad_codes(flag: Any) -> dict[int, str]:
    """Give the codes of a flag variable that mean bad or missing, with their meanings."""
    values = attribute(flag, "flag_values")
    meanings = text(flag, "flag_meanings").split()
    numbers = np.ravel(np.asarray(values)) if values is not None else np.empty(0)
    if numbers.dtype.kind not in "iu" or len(numbers) != len(meanings):
        return {}
    pairs = zip(numbers.tolist(), meanings, strict=True)
    return {int(n): word for n, word in pairs if word in BAD_MEANINGS or word.startswith("bad_data")}


@dataclass(slots=True)
class Flagged(Field):
    """A field whose values flagged bad read as missing."""

    flags: Field | None = None
    codes: tuple[int, ...] = ()

    @staticmethod
    def of(one: Field, flags: Flags | None) -> Field:
        """Give the field with its flags, or itself where it has none."""
        if flags is None:
            return one
        other = one.variable.group().variables[flags.name]
        marks = Field(other, one.places, one.time, one.steps, one.order)
        return Flagged(one.variable, one.places, one.time, one.steps, one.order, marks, flags.codes)

    def read(
        self, step: int, level: int = 0, window: tuple[slice, ...] | None = None, dtype: type[Any] = np.float32
    ) -> NDArray[Any]:
        """Read one step of one level; NaN = missing or flagged bad."""
        values = Field.read(self, step, level, window, dtype)
        return self._cleaned(values, self.flags.read(step, level, window)) if self.flags else values

    def series(
        self, at: Sequence[NDArray[np.int64]], start: int, stop: int, level: int = 0, dtype: type[Any] = np.float64
    ) -> NDArray[Any]:
        """Read series; NaN = missing or flagged bad."""
        values = Field.series(self, at, start, stop, level, dtype)
        return self._cleaned(values, self.flags.series(at, start, stop, level)) if self.flags else values

    def blocks(self, step: int = -1) -> Iterator[NDArray[Any]]:
        """Give all values for statistics; NaN = missing or flagged bad."""
        if self.flags is None:
            yield from Field.blocks(self, step)
            return
        for values, marks in zip(Field.blocks(self, step), self.flags.blocks(step), strict=True):
            yield self._cleaned(values, marks)

    def _cleaned(self, values: NDArray[Any], marks: NDArray[Any]) -> NDArray[Any]:
        """Take out what is flagged."""
        return np.where(np.isin(marks, self.codes), np.nan, values).astype(values.dtype)


def flags_warning(flags: dict[str, Flags]) -> list[Warned]:
    """Say that flagged values are left out, and by which flags."""
    if not flags:
        return []
    meanings = sorted({word for one in flags.values() for word in one.meanings})
    return [
        Warned(
            "flags_applied",
            "Values that the producer flags as {meanings} are left out (variables: {names}).",
            "The flags themselves are variables of this layer.",
            {"meanings": ", ".join(meanings), "names": ", ".join(sorted(flags))},
        )
    ]
