"""Manifest of the general processing plugin."""

from __future__ import annotations

from app.api import N_, Plugin

PLUGIN = Plugin(
    name="processing",
    title=N_("General processing"),
    version="1",
    tools=(
        "plugins.processing.tools",
        "plugins.processing.vector_tools",
        "plugins.processing.raster_tools",
        "plugins.processing.summary_tools",
    ),
    groups=(("data", N_("Data processing")),),
)
