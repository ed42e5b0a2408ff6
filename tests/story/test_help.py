"""A person asks the command line for help, in Chinese and in English, and mistypes."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from app.cli import main
from app.core.jobs import LANGUAGE_ENV
from app.core.language import set_language
from app.core.tools import registry
from tests.story.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("info", "tools", "run", "replay", "batch", "audit")
FACES = {name: lambda _: 0 for name in ("shot", "tour", "bench")}


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    set_language("en")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the program prints for a call that must succeed."""
    try:
        code = main(words, FACES)
    except SystemExit as end:
        code = end.code
    assert code == 0
    told = capsys.readouterr()
    assert told.err == ""
    return told.out


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "--version").split()[-1] == version("haitang-workbench")


@pytest.mark.parametrize(("language", "word"), [("en", "Usage: "), ("zh", "用法：")])
def test_help_lists_every_command_in_the_language_of_the_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, word: str
):
    monkeypatch.setenv(LANGUAGE_ENV, language)
    text = said(capsys, "--help")
    assert text.startswith(word)
    for command in (*COMMANDS, *FACES):
        assert f"    {command} " in text
        assert said(capsys, command, "--help").startswith(word)
    for english in ("usage", "positional arguments", "options:", "show this help message"):
        assert (english in text) is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_on_a_tool_names_each_parameter_and_what_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
):
    monkeypatch.setenv(LANGUAGE_ENV, language)
    for tool in registry().values():
        text = said(capsys, "run", tool.id, "--help")
        assert f"haitang run {tool.id}" in text
        for parameter in tool.parameters:
            assert parameter.flag in text
            assert parameter.allowed() in text
        for flag in ("--out", "--vdatum", "--source-crs", "--tz", "--memory", "--cluster", "--lang", "--json"):
            assert f"  {flag} " in text


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["info"], "PATH"),
        (["info", "a.tif", "--colour", "red"], "--colour"),
        (["audit", "mend"], "verify"),
        (["replay"], "RECORD"),
        (["run"], "TOOL"),
        (["run", "data.clip", "--out"], "--out"),
        (["run", "data.clip", "--lang", "fr"], "zh, en"),
        (["run", "data.clip", "--out", "a.tif", "--out", "b.tif"], "--out"),
        (["run", "data.clip", "--memory", "much"], "1GiB"),
        (["package"], "batch"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mistyped_call_gets_one_sentence_that_says_what_fits(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    hint: str,
    language: str,
):
    monkeypatch.setenv(LANGUAGE_ENV, language)
    code, answer, err = run(capsys, *words)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert hint in err
    assert answer["error"]["what"].rstrip("。") in err
    if language == "zh":
        assert "The " not in err


def test_a_box_may_begin_with_a_minus(capsys: pytest.CaptureFixture[str]):
    seen: list[str] = []

    def draw(parsed: object) -> int:
        seen.append(parsed.extent)
        return 0

    assert main(["shot", "a.tif", "--extent", "-10,-20,30,40", "--out", "a.png"], {"shot": draw}) == 0
    assert seen == ["-10,-20,30,40"]
