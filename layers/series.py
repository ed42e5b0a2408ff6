"""SeriesLayer: stations and their time series."""

from __future__ import annotations

from typing import ClassVar

from layers.layer import Layer
from layers.style import SeriesStyle


class SeriesLayer(Layer):
    """Stations with series; positions where the file has them."""

    kind: ClassVar[str] = "series"
    style: SeriesStyle = SeriesStyle()
