"""Themes and icons: complete, readable, and in one hand."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel

import resources
from app.widgets import icons, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

ICONS = sorted(path.stem for path in resources.path("icons").glob("*.svg"))
USED = re.compile(r"\{\{([\w-]+)\}\}")


def luminance(colour: QColor) -> float:
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: QColor, b: QColor) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_both_themes_name_the_same_colours():
    assert set(theme.named("light").tokens) == set(theme.named("dark").tokens)


def test_the_sheet_uses_only_colours_that_exist():
    template = resources.path("themes/template.qss").read_text("utf-8")
    assert set(USED.findall(template)) <= set(theme.named("light").tokens)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_filled_sheet_has_no_hole_and_no_lost_brace(name: str):
    sheet = theme.style_sheet(theme.named(name))
    assert "{{" not in sheet
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_picture_of_the_sheet_is_there(name: str):
    sheet = theme.style_sheet(theme.named(name))
    folder = resources.path(f"themes/glyphs/{name}")
    assert all((folder / file).is_file() for file in re.findall(r"url\(glyph:([\w-]+\.svg)\)", sheet))


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "surface-alt", "surface-raised", "window"])
@pytest.mark.parametrize("words", ["text", "text-muted", "accent", "error", "ok", "warning"])
def test_words_can_be_read_on_their_ground(name: str, ground: str, words: str):
    shown = theme.named(name)
    assert contrast(shown.colour(words), shown.colour(ground)) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [("on-accent", "accent"), ("warning", "warning-soft"), ("error", "error-soft"), ("ok", "ok-soft")],
)
def test_words_can_be_read_on_colour(name: str, words: str, ground: str):
    shown = theme.named(name)
    assert contrast(shown.colour(words), shown.colour(ground)) >= 4.5


@pytest.mark.parametrize("name", [n for n in ICONS if n != "haitang"])
def test_an_icon_is_one_line_drawing_on_the_same_grid(name: str):
    root = ElementTree.fromstring(resources.path(f"icons/{name}.svg").read_text("utf-8"))
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert root.attrib["stroke"] == "currentColor"


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_leaves_ink_at_each_size(qapp, name: str):
    for size in (16, 20, 32):
        image = icons.pixmap(name, size).toImage()
        inked = sum(image.pixelColor(x, y).alpha() > 60 for x in range(size) for y in range(size))
        assert inked >= 3


def test_an_icon_follows_the_theme(qapp):
    theme.apply(qapp, "light")
    icon = icons.icon("save")
    light = icon.pixmap(20, 20).toImage()
    theme.apply(qapp, "dark")
    assert icon.pixmap(20, 20).toImage() != light
    theme.apply(qapp, "light")
    assert icon.pixmap(20, 20).toImage() == light


def test_a_role_changes_the_look_at_once(qapp, qtbot):
    theme.apply(qapp, "light")
    label = QLabel("x")
    qtbot.addWidget(label)
    theme.set_role(label, "error")
    label.ensurePolished()
    assert label.palette().windowText().color() == theme.colour("error")
