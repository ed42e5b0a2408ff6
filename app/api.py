"""The one page a plugin may import: tools, jobs, parameters, moments, class tables, language, plugins' manifest.

What stands here is a promise: added to freely, changed only with a deprecation and a line in the changelog.
"""

from __future__ import annotations

from app.core.classes import table as class_table
from app.core.jobs import QUIET, Job
from app.core.language import N_, tr
from app.core.moments import moment
from app.core.parameters import Crs, Ge, Label, Le, Unit
from app.core.places import Places
from app.core.plugins import Plugin
from app.core.tools import tool

__all__ = [
    "N_",
    "QUIET",
    "Crs",
    "Ge",
    "Job",
    "Label",
    "Le",
    "Places",
    "Plugin",
    "Unit",
    "class_table",
    "moment",
    "tool",
    "tr",
]
