"""Manifest of the general processing plugin."""

from __future__ import annotations

from app.api import N_, Plugin

PLUGIN = Plugin(
    name="processing",
    title=N_("General processing"),
    version="1",
    tools=("plugins.processing.tools",),
    groups=(("data", N_("Data processing")),),
)
