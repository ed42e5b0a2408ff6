"""English on the screen of each test, whatever the machine speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.language import set_language

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")
