"""Inputs that several tools share: their kind, their limits and their words, declared once."""

from __future__ import annotations

from typing import Annotated

from app.api import N_, Ge, Label
from layers.raster import RasterLayer
from layers.vector import VectorLayer

Features = Annotated[VectorLayer, Label(N_("Layer"))]
LayerA = Annotated[VectorLayer, Label(N_("Layer A"))]
LayerB = Annotated[VectorLayer, Label(N_("Layer B"))]
Points = Annotated[VectorLayer, Label(N_("Points"))]
Grid = Annotated[RasterLayer, Label(N_("Raster layer"))]
Heights = Annotated[RasterLayer, Label(N_("Heights"))]
HeightFactor = Annotated[float, Ge(1e-6), Label(N_("Height factor"))]
Moment = Annotated[str, Label(N_("Time"))]
Beginning = Annotated[str, Label(N_("Beginning of the new columns"))]
