"""Gauges of the made-up polder and what they read: the drive of the run and the run itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
from shapely import Point

import place
import storm

if TYPE_CHECKING:
    from pathlib import Path


Row = tuple[str, tuple[float, float], np.ndarray]
"""Label, position and values of one gauge."""
BEIJING = timezone(timedelta(hours=8))
LEVEL_COLUMN = f"水位 water level [m {place.VDATUM}]"
DEPTH_COLUMN = "积水深 water depth [m]"
RAIN_COLUMN = "时段雨量 rain of the hour [mm]"
TIDE, LEVEL, GATE, WET, RAIN = ("TT", "潮位站"), ("ZZ", "水位站"), ("DD", "闸坝站"), ("JS", "积水点"), ("PP", "雨量站")
BOUNDARY = "外海边界 Open boundary"
"""Not a gauge: the level that drove the run at its seaward edge."""


@dataclass(frozen=True)
class Station:
    """One gauge; `kind` is its code as in water-information tables (JS is ours)."""

    stcd: str
    name: str
    name_en: str
    kind: str
    kind_zh: str
    at: tuple[float, float]

    @property
    def point(self) -> Point:
        """Where it stands, in local metres."""
        return Point(self.at)

    @property
    def label(self) -> str:
        """Its name in both languages, as in the tables of series."""
        return f"{self.name} {self.name_en}"


def _gate(code: str, creek: str, side: float) -> tuple[float, float]:
    """Local position on a creek's axis, `side` metres outside (+) or inside (-) its sluice."""
    sluice = next(s for s in place.SLUICES if s.code == code)
    axis = next(c.axis for c in place.creeks() if c.name == creek)
    at = axis.interpolate(axis.project(sluice.point) + side)
    return at.x, at.y


def _creek(name: str, y: float) -> tuple[float, float]:
    """Local position on a north-south creek's axis at a given northing."""
    axis = np.asarray(next(c.axis for c in place.creeks() if c.name == name).coords)
    order = np.argsort(axis[:, 1])
    return float(np.interp(y, axis[order, 1], axis[order, 0])), y


def stations() -> tuple[Station, ...]:
    """All gauges, the sea first."""
    return (
        Station("WC001", "望潮口", "Wangchao", *TIDE, (6850, 4850)),
        Station("WC002", "听潮渡", "Tingchao Ferry", *LEVEL, (2790, 4490)),
        Station("WC003", "西望", "Xiwang", *LEVEL, (620, 5385)),
        Station("WC101", "二灶港闸外", "Erzao outside", *GATE, _gate("WC-S2", "二灶港", 70)),
        Station("WC102", "二灶港闸内", "Erzao inside", *GATE, _gate("WC-S2", "二灶港", -80)),
        Station("WC201", "听潮镇", "Tingchao Town", *LEVEL, _creek("三灶港", 2660)),
        Station("WC202", "南横塘", "South Hengtang", *LEVEL, _creek("二灶港", 850)),
        Station("WC203", "随塘河", "Suitang", *LEVEL, _creek("随塘河", 2900)),
        Station("WC301", "倪家浜", "Nijia Bang", *WET, (3560, 3700)),
        Station("WC302", "听潮镇北", "Tingchao north", *WET, (3260, 3180)),
        Station("WC303", "曹家浜", "Caojia Bang", *WET, (1400, 1900)),
        Station("WC401", "听潮雨量站", "Tingchao rain gauge", *RAIN, (3215, 2410)),
    )


def write(folder: Path) -> None:
    """Write the gauges' tables beside ``flood.nc``: levels, depths on flooded ground, and rain."""
    with netCDF4.Dataset(folder / "flood.nc") as flood:
        flood.set_auto_mask(False)
        seconds = flood["time"][:].tolist()
        levels = _read(flood, "s1", {TIDE[0], LEVEL[0], GATE[0]})
        depths = _read(flood, "waterdepth", {WET[0]})
    drive = (BOUNDARY, (9380.0, 3500.0), storm.sea_level(np.asarray(seconds)))
    _table(folder / "stations.csv", LEVEL_COLUMN, seconds, [drive, *levels])
    _table(folder / "waterlogging.csv", DEPTH_COLUMN, seconds, depths)
    hours = np.arange(1, round(storm.HOURS) + 1) * storm.HOUR
    fallen = np.array([storm.rain_rate(end - storm.HOUR) for end in hours])
    rain = [(s.label, s.at, fallen) for s in stations() if s.kind == RAIN[0]]
    _table(folder / "rain.csv", RAIN_COLUMN, hours.tolist(), rain)


def _read(flood: netCDF4.Dataset, name: str, kinds: set[str]) -> list[Row]:
    """Give what the run holds in the faces where the gauges of some kinds stand."""
    x, y = (flood[f"mesh2d_face_{axis}"][:] - start for axis, start in zip("xy", place.ORIGIN, strict=True))
    found = []
    for station in stations():
        if station.kind in kinds:
            face = int(np.argmin(np.hypot(x - station.at[0], y - station.at[1])))
            found.append((station.label, station.at, flood[name][:, face]))
    return found


def _table(path: Path, column: str, seconds: list[float], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["time", "station", "x", "y", column])
        for name, at, values in rows:
            x, y = (f"{local + start:.1f}" for local, start in zip(at, place.ORIGIN, strict=True))
            for moment, value in zip(map(_moment, seconds), values, strict=True):
                table.writerow([moment, name, x, y, f"{value:.3f}"])


def _moment(seconds: float) -> str:
    """Beijing time with its offset."""
    return (storm.START + timedelta(seconds=float(seconds))).astimezone(BEIJING).isoformat()
