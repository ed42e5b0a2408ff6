"""Plugins: static manifests found by entry point; nothing is imported until it is used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from layers.errors import PluginError

GROUP = "haitang.plugins"


@dataclass(frozen=True)
class Plugin:
    """What a plugin brings; pure data.

    Parameters
    ----------
    name : str
    title : str
        English title; its translation key.
    version : str
    tools : tuple of str
        Modules that declare tools, e.g. ``plugins.playback.tools``.
    groups : tuple of (prefix, title)
        First part of its tools' ids, and the English title of that group.
    panels : tuple of (title, "module:Class")
        Panels of the window, loaded by name.
    needs : tuple of str
        Permissions: ``file``, ``network``, ``service``.
    """

    name: str
    title: str
    version: str
    tools: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    panels: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ("file",)


@cache
def plugins() -> dict[str, Plugin]:
    """Find the installed plugins by name.

    Raises
    ------
    PluginError
        A manifest does not load, or two plugins share a name.
    """
    found: dict[str, Plugin] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        manifest = load(point.value)
        if not isinstance(manifest, Plugin):
            raise PluginError("The plugin {name} has no manifest.", where=point.value, name=point.name)
        if manifest.name in found:
            raise PluginError("Two plugins are named {name}.", where=point.value, name=manifest.name)
        found[manifest.name] = manifest
    return found


def group_titles() -> dict[str, str]:
    """Give the English title of each group of tools, in the order of the plugins."""
    return {prefix: title for plugin in plugins().values() for prefix, title in plugin.groups}


def load(dotted: str) -> Any:
    """Load ``module:name``.

    Raises
    ------
    PluginError
        There is no such module or name.
    """
    module, _, name = dotted.partition(":")
    try:
        loaded = import_module(module)
        return getattr(loaded, name) if name else loaded
    except (ImportError, AttributeError) as error:
        raise PluginError(
            "The plugin part {part} does not load: {reason}",
            where=dotted,
            remedy="Install the plugin again, or remove it.",
            part=dotted,
            reason=str(error),
        ) from error
