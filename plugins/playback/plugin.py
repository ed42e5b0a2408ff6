"""Manifest of the playback plugin."""

from __future__ import annotations

from app.api import N_, Plugin

PLUGIN = Plugin(
    name="playback",
    title=N_("Model playback"),
    version="1",
    tools=("plugins.playback.tools",),
    groups=(("playback", N_("Model playback")),),
)
