"""The panels of the window: where each stands, and how its content is made when it is first seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.core.language import N_
from app.shell.docks import Panel
from app.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.menus import Menus
    from app.shell.tool_list import Tools
    from app.widgets.map_fields import Surroundings

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What panels are made of.

    Parameters
    ----------
    desk : Desk
    menus : Menus
        Its actions stand in the panels too.
    tools : Tools
    around : Surroundings
        Where forms take layers and places from.
    add_result : callable
        Takes a path and opens it on the map.
    edit_tables : callable
        Opens the editor of class tables.
    """

    desk: Desk
    menus: Menus
    tools: Tools
    around: Surroundings
    add_result: Callable[[str], object]
    edit_tables: Callable[[], object]


def panels(parts: Parts) -> list[Panel]:
    """Give the panels in the order of their tabs."""
    return [
        Panel("layers", N_("Layers"), LEFT, lambda: _layers(parts), "layers", first=True, width=300, slim=0.95),
        Panel("chart", N_("Chart"), BOTTOM, lambda: _chart(parts), "chart", shown=False, height=220),
        Panel("table", N_("Attributes"), BOTTOM, lambda: _table(parts), "table", shown=False, height=220),
        Panel("tools", N_("Tools"), RIGHT, lambda: _tools(parts), "tools", width=320),
        Panel("identify", N_("Values"), RIGHT, lambda: _identify(parts), "identify", width=320),
        Panel("form", N_("Attribute form"), RIGHT, lambda: _form(parts), "editing", shown=False, width=320),
        Panel("history", N_("History"), RIGHT, lambda: _history(parts), "history", width=320),
        Panel("jobs", N_("Jobs"), RIGHT, lambda: _jobs(parts), "jobs", width=320),
    ]


def _layers(parts: Parts) -> QWidget:
    from app.shell.layer_panel import LayerPanel

    panel = LayerPanel(parts.desk, parts.menus.actions, parts.menus.themes)
    panel.edit_tables.connect(parts.edit_tables)
    return panel


def _tools(parts: Parts) -> QWidget:
    from app.shell.tool_panel import ToolPanel

    return ToolPanel(parts.desk, parts.tools, parts.around, parts.add_result)


def _identify(parts: Parts) -> QWidget:
    from app.shell.identify_panel import IdentifyPanel

    return IdentifyPanel(parts.desk)


def _form(parts: Parts) -> QWidget:
    from app.shell.feature_form import FeatureForm

    return FeatureForm(parts.desk)


def _history(parts: Parts) -> QWidget:
    from app.shell.history_panel import HistoryPanel

    return HistoryPanel(parts.desk, parts.menus.actions)


def _jobs(parts: Parts) -> QWidget:
    from app.shell.job_panel import JobPanel

    return JobPanel(parts.desk, parts.add_result)


def _chart(parts: Parts) -> QWidget:
    from app.views.charts.canvas import ChartCanvas

    chart = ChartCanvas(parts.desk.document, parts.desk.reading)
    chart.set_theme(theme.current().name)
    chart.set_offset(parts.desk.settings.utc_offset_hours)
    chart.failed.connect(parts.desk.notices.error)
    return chart


def _table(parts: Parts) -> QWidget:
    from app.shell.table_panel import TablePanel

    return TablePanel(parts.desk, parts.menus.actions)
