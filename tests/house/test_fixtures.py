"""The ground every test stands on is as firm as it says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NetworkForbidden, is_local
from tests.realdata import ROOT

LEAK = """
from PySide6.QtWidgets import QWidget
kept = []

def test_leaks(qtbot):
    kept.append(QWidget())
    kept[0].show()
"""


@pytest.mark.parametrize("address", ["/tmp/socket", ("127.0.0.1", 80), ("::1", 80), ("localhost", 80), ("0.0.0.0", 0)])
def test_an_address_of_this_machine_is_local(address: object):
    assert is_local(address)


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0), ("example.org", 443)])
def test_an_address_elsewhere_is_not_local(address: object):
    assert not is_local(address)


def test_a_connection_to_another_machine_is_refused():
    with socket.socket() as caller, pytest.raises(NetworkForbidden):
        caller.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("example.org", 443)


def test_a_connection_to_this_machine_is_made():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
        caller.sendall(b"water")
        answer, _ = server.accept()
        with answer:
            assert answer.recv(5) == b"water"


def test_settings_of_a_test_live_in_an_empty_folder(tmp_path_factory: pytest.TempPathFactory):
    home = Path(os.environ["HAITANG_HOME"])
    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert not list(home.iterdir())


def test_a_window_left_open_fails_its_test(tmp_path: Path):
    (tmp_path / "test_leak.py").write_text(LEAK, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("from tests.conftest import *", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, "-c", ROOT / "pyproject.toml", tmp_path]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 1, done.stdout
    assert "windows left behind: QWidget" in done.stdout
