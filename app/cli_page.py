"""The words of the command ``page``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.language import N_, tr

if TYPE_CHECKING:
    import argparse

TIME_HELP = N_(
    "moment as ISO 8601 with its zone (2010-01-01T08:00+08:00), or number of the step from 0; without a zone it is "
    "taken as UTC with a warning, and as the file writes it where the file names no zone; steps are those of the "
    "first file that has time"
)


def add_words(page: argparse.ArgumentParser) -> None:
    """Add the arguments and options of the command."""
    page.add_argument("paths", nargs="+", metavar="PATH", help=tr("a workspace, or files to draw"))
    page.add_argument(
        "--out", type=Path, metavar="FILE", help=tr("PDF, PNG or SVG to write; one that is there is replaced")
    )
    _what(page)
    _map(page)
    _atlas(page)


def _what(page: argparse.ArgumentParser) -> None:
    page.add_argument("--page", metavar="NAME", help=tr("a page of the workspace, by its name"))
    page.add_argument("--template", metavar="NAME|FILE", help=tr("a template, by its id or file: a3_map, a4_figure …"))
    page.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help=tr("a word of the page, such as unit=…; repeatable"),
    )
    page.add_argument("--date", metavar="DATE", help=tr("what the date on the sheet says; today where left out"))
    page.add_argument(
        "--dpi", type=int, default=0, metavar="N", help=tr("dots per inch of grids and meshes, and of a PNG")
    )
    page.add_argument("--lang", choices=["zh", "en"], help=tr("language of the page"))
    page.add_argument(
        "--estimate", action="store_true", help=tr("only say how many pages there are, and about how large")
    )


def _map(page: argparse.ArgumentParser) -> None:
    page.add_argument("--map-theme", metavar="NAME", help=tr("map theme that the main map shows"))
    page.add_argument("--extent", metavar="x0,y0,x1,y1", help=tr("box to show, in the reference system of the map"))
    page.add_argument("--scale", type=float, metavar="N", help=tr("scale of the map, 1:N"))
    page.add_argument("--crs", metavar="EPSG:n", help=tr("reference system of the map"))
    page.add_argument("--time", metavar="ISO|INDEX", help=tr(TIME_HELP))


def _atlas(page: argparse.ArgumentParser) -> None:
    page.add_argument("--atlas", metavar="LAYER", help=tr("one page for each feature of this layer"))
    page.add_argument("--name", metavar="COLUMN", help=tr("column that names the pages of the atlas"))
    page.add_argument("--where", metavar="CQL2", help=tr("which features, as a filter"))
    page.add_argument("--sort", metavar="COLUMN", help=tr("column that orders the pages; -COLUMN downwards"))
    page.add_argument("--margin", type=float, metavar="SHARE", help=tr("free share of the map around the feature"))
    page.add_argument("--pages", default="", metavar="1-3,7", help=tr("which pages of the atlas"))
    page.add_argument("--separate", action="store_true", help=tr("one file for each page"))
