"""What is loaded by name is there under that name."""

from __future__ import annotations

import pytest

from app.__main__ import COMMANDS, FACES
from app.core.plugins import load, plugins

PARTS = [
    *FACES.values(),
    *(tools for plugin in plugins().values() for tools in plugin.tools),
    *(panel for plugin in plugins().values() for _, panel in plugin.panels),
]


@pytest.mark.parametrize("dotted", PARTS)
def test_a_part_that_is_loaded_by_name_is_there(dotted: str):
    assert load(dotted) is not None


def test_each_command_that_draws_is_a_command():
    assert set(FACES) <= COMMANDS
