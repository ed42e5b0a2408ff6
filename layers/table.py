"""Table: columns with units; what a tool returns when the answer is not a layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length.

    Parameters
    ----------
    columns : dict of str to sequence
        Arrays or lists; ``datetime64`` columns are UTC; NaN = missing.
    units : dict of str to str
        Unit of each column that has one.
    notes : dict of str to str
        What a reader of the file must know: datum, CRS, source.
    """

    columns: dict[str, Any]
    units: dict[str, str] = field(default_factory=dict[str, str])
    notes: dict[str, str] = field(default_factory=dict[str, str])

    def __len__(self) -> int:
        """Count the rows."""
        return max((len(c) for c in self.columns.values()), default=0)

    def heads(self) -> list[str]:
        """Give the header, ``name [unit]`` where a unit is known."""
        return [f"{n} [{self.units[n]}]" if self.units.get(n) else n for n in self.columns]
