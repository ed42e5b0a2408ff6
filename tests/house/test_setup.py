"""Set-up says what is missing and what to do, and does nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.house.sources import packaging_module
from tests.realdata import ROOT

if TYPE_CHECKING:
    from pathlib import Path

system = packaging_module("system")
environment = packaging_module("environment")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A Linux on which no library loads, and whose user may install nothing."""
    monkeypatch.setattr(system.sys, "platform", "linux")
    monkeypatch.setattr(system, "can_load", lambda library: False)
    monkeypatch.setattr(system, "has_chinese_font", lambda: False)
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(system, "install_debian", lambda packages: pytest.fail("installed without being root"))
    return monkeypatch


def test_a_user_without_rights_gets_the_one_line_to_run(bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    bare.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "apt-get" else None)
    with pytest.raises(SystemExit, match="libgl1"):
        system.prepare()
    said = capsys.readouterr().out
    assert "sudo apt-get update && sudo apt-get install -y libgl1 libegl1" in said
    assert "fonts-noto-cjk" in said
    assert "Chinese text would show as boxes" in said


def test_another_linux_is_told_what_to_look_for(bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    bare.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit):
        system.prepare()
    assert "what Debian calls: libgl1" in capsys.readouterr().out


def test_root_on_debian_installs_only_what_is_missing(bare: pytest.MonkeyPatch):
    installed: list[str] = []
    bare.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    bare.setattr(system.os, "geteuid", lambda: 0, raising=False)
    bare.setattr(system, "can_load", lambda library: library != "libGL.so.1" or bool(installed))
    bare.setattr(system, "has_chinese_font", lambda: True)
    bare.setattr(system, "install_debian", installed.extend)
    system.prepare()
    assert installed == ["libgl1"]


def test_a_missing_font_alone_stops_nobody(bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    bare.setattr(system, "can_load", lambda library: True)
    bare.setattr(system, "DISPLAY_PROGRAMS", {})
    system.prepare()
    assert "No Chinese font is installed" in capsys.readouterr().out


def test_the_digest_of_a_file_does_not_depend_on_its_line_ends(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a\nb\n")
    two.write_bytes(b"a\r\nb\r\n")
    assert environment.digest(one) == environment.digest(two)


def test_a_finished_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stamp = tmp_path / "haitang.json"
    made = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    made |= {"lock": environment.digest(environment.LOCK), "project": environment.digest(environment.PROJECT)}
    stamp.write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment.system, "prepare", lambda: None)
    monkeypatch.setattr(environment, "can_run", lambda *arguments: True)
    for step in ("create", "pip", "probe", "compile_kernels"):
        monkeypatch.setattr(environment, step, lambda *arguments, step=step: pytest.fail(f"{step} ran again"))
    environment.prepare()


def test_an_older_python_is_refused_with_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed"):
        environment.prepare()


@pytest.mark.parametrize("name", ["run", "test", "check"])
def test_a_command_tells_how_it_is_called(name: str):
    command = [sys.executable, ROOT / "packaging" / f"{name}.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.stdout.startswith(f"usage: packaging/{name}.py")
