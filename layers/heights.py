"""Heights and their vertical datums; one comes from another only by an approved offset record.

There is no built-in offset: published values for Wusong differ by up to 0.3 m, and subsidence moves them.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from layers.errors import DataError, DatumMismatch, ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Datum:
    """A vertical datum: its name in parameters and files, and its titles."""

    name: str
    title_en: str
    title_zh: str


DATUMS: dict[str, Datum] = {
    datum.name: datum
    for datum in (
        Datum("WUSONG_SH", "Wusong (Shanghai)", "上海吴淞高程"),
        Datum("CN1985", "National Height Datum 1985", "1985国家高程基准"),
        Datum("CN1956", "Yellow Sea Height Datum 1956", "1956年黄海高程系"),
        Datum("MSL", "Mean sea level", "平均海平面"),
        Datum("LAT", "Theoretical lowest tide", "理论最低潮面"),
        Datum("LOCAL", "Local zero", "地方零点"),
        Datum("UNKNOWN", "Not known", "不明"),
    )
}
"""Vertical datums by name; a file may have a datum of its own that is not here (NAP)."""

UNKNOWN = "UNKNOWN"
RECORDS_VERSION = 1
_ALIASES = {"TLT": "LAT"}


def datum_name(word: str | None) -> str:
    """Give the name of a datum as it is kept: capitals, known aliases resolved, ``UNKNOWN`` for nothing.

    A word that is not in ``DATUMS`` is a file's own datum (``NAP``) and stays as it is.
    """
    text = (word or "").strip()
    upper = text.upper()
    if not text:
        return UNKNOWN
    return _ALIASES.get(upper, upper) if upper in DATUMS or upper in _ALIASES else text


@dataclass(frozen=True, slots=True)
class Height:
    """A value in m and the datum it stands on.

    Examples
    --------
    >>> Height.parse("5.5@WUSONG_SH")
    Height(value=5.5, datum='WUSONG_SH')
    >>> str(Height(5.5, "CN1985"))
    '5.5@CN1985'
    """

    value: float
    datum: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form ``VALUE@DATUM``.

        Raises
        ------
        ParameterInvalid
            No finite number, or no datum after the @.
        """
        number, _, word = text.partition("@")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not word.strip():
            raise ParameterInvalid(
                "{text} is not a height.",
                remedy="Write the value in metres and its datum, for example 5.5@WUSONG_SH. Datums: {datums}.",
                text=text,
                datums=", ".join(DATUMS),
            )
        return cls(value, datum_name(word))

    def __str__(self) -> str:
        """Give the form that ``parse`` reads."""
        short = f"{self.value:g}"
        return f"{short if float(short) == self.value else self.value}@{self.datum}"


@dataclass(frozen=True, slots=True)
class OffsetRecord:
    """An offset between two datums: what is added to a height on ``origin`` to give it on ``target``.

    Parameters
    ----------
    origin, target : str
        Names of datums; ``from`` and ``to`` in the file.
    value : float
        m.
    area : tuple of (lon, lat), optional
        Corners of the polygon where it holds, degree; () = not stated.
    station : str
        The station where it was found, "" = not stated.
    epoch : str
        Date or year it holds for.
    source : str
        The document it comes from.
    mark : str
        What the source is worth; ``to be confirmed`` until a person approves it.
    approved_by : str
        Name of the person who approved it; "" = not approved, and then it is never used.
    """

    origin: str
    target: str
    value: float
    area: tuple[tuple[float, float], ...] = ()
    station: str = ""
    epoch: str = ""
    source: str = ""
    mark: str = "to be confirmed"
    approved_by: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether a named person approved it."""
        return bool(self.approved_by.strip())

    def covers(self, lon: float, lat: float) -> bool:
        """Tell whether a place (degree) lies in its area; everything does where none is stated."""
        inside = not self.area
        for (x0, y0), (x1, y1) in zip(self.area, self.area[1:] + self.area[:1], strict=True):
            if (y0 > lat) != (y1 > lat) and lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0:
                inside = not inside
        return inside

    def to_dict(self) -> dict[str, Any]:
        """Give the form of the file."""
        return {
            "from": self.origin,
            "to": self.target,
            "value": self.value,
            "area": [list(corner) for corner in self.area],
            "station": self.station,
            "epoch": self.epoch,
            "source": self.source,
            "mark": self.mark,
            "approved_by": self.approved_by,
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Read the form of the file; KeyError, TypeError or ValueError where it has no sense."""
        value = float(given["value"])
        if not math.isfinite(value):
            raise ValueError("value")
        texts = {key: str(given.get(key, "")) for key in ("station", "epoch", "source", "approved_by")}
        return cls(
            datum_name(str(given["from"])),
            datum_name(str(given["to"])),
            value,
            tuple((float(x), float(y)) for x, y in given.get("area") or ()),
            mark=str(given.get("mark", "to be confirmed")),
            **texts,
        )


def offset(
    origin: str | None,
    target: str | None,
    records: Iterable[OffsetRecord] = (),
    place: tuple[float, float] | None = None,
) -> float:
    """Give what is added to a height on ``origin`` to give it on ``target``, in m.

    Parameters
    ----------
    origin, target : str or None
        Names of datums; None = unknown.
    records : iterable of OffsetRecord
        Those that are approved may be used, in either direction; they are not chained.
    place : (lon, lat), optional
        Degree; a record with an area must hold there.

    Raises
    ------
    DatumMismatch
        One of the datums is unknown, no approved record leads over, or two records disagree.
    """
    a, b = datum_name(origin), datum_name(target)
    if UNKNOWN in (a, b):
        raise DatumMismatch(
            "The vertical datum is not known on one side ({a} and {b}).",
            remedy="Set the vertical datum of both layers; it is in the report of the survey or the model.",
            a=a,
            b=b,
        )
    if a == b:
        return 0.0
    fitting = [r for r in records if r.is_approved and {r.origin, r.target} == {a, b}]
    if place is not None:
        fitting = [r for r in fitting if r.covers(*place)]
    values = sorted({r.value if r.origin == a else -r.value for r in fitting})
    if not values:
        raise DatumMismatch(
            "Heights on {a} and {b} cannot be used together: no approved offset leads over.",
            remedy="Add an offset record from {a} to {b} with its source, and let a named person approve it.",
            a=a,
            b=b,
        )
    if values[-1] - values[0] > 1e-9:
        raise DatumMismatch(
            "Approved offsets from {a} to {b} disagree.",
            remedy="Withdraw the approval of all but one, or state the areas they hold in.",
            a=a,
            b=b,
        )
    return values[0]


def convert(
    height: Height,
    to: str,
    records: Iterable[OffsetRecord] = (),
    place: tuple[float, float] | None = None,
) -> Height:
    """Give a height on another datum; see ``offset`` for what is allowed.

    Raises
    ------
    DatumMismatch
        No approved record leads over.
    """
    return Height(height.value + offset(height.datum, to, records, place), datum_name(to))


def load_records(path: str | Path) -> list[OffsetRecord]:
    """Read offset records; an absent file holds none.

    Raises
    ------
    DataError
        The file is no list of offset records.
    """
    file = Path(path)
    if not file.exists():
        return []
    try:
        given = cast("dict[str, Any]", json.loads(file.read_text("utf-8")))
        if given["version"] != RECORDS_VERSION:
            raise ValueError(f"version {given['version']}")
        return [OffsetRecord.from_dict(record) for record in given["records"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "The file of vertical offsets cannot be used: {reason}.",
            where=str(file),
            remedy="Restore an earlier copy of it, or delete it and enter the offsets again.",
            reason=f"{type(error).__name__} {error}",
        ) from error


def save_records(path: str | Path, records: Sequence[OffsetRecord]) -> None:
    """Write offset records; the file appears whole or not at all."""
    file = Path(path)
    text = json.dumps(
        {"version": RECORDS_VERSION, "records": [r.to_dict() for r in records]}, ensure_ascii=False, indent=1
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
