"""What every test stands on: offscreen Qt, fresh settings, no network, no leaked widgets."""

from __future__ import annotations

import gc
import os
import socket
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# Set before anything imports Qt; the children of a test inherit all of it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts.warning=false")
os.environ["PYTHONHASHSEED"] = os.environ.get("PYTHONHASHSEED", "0")
# A library that opens sockets of its own (libcurl inside GDAL) meets a closed port.
os.environ.update(http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
os.environ.update(no_proxy="127.0.0.1,localhost,::1")

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")

LOCAL_NAMES = {"localhost", "", None}


def is_local(address: Any) -> bool:
    """Whether a socket address stays on this machine: a path, a loopback number or localhost."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOCAL_NAMES:
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


class NetworkForbidden(OSError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only local sockets connect and only local names resolve."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(address: Any) -> None:
        if not is_local(address):
            raise NetworkForbidden(f"tests stay on this machine, {address!r} is outside")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse((host,))
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)


@pytest.fixture(autouse=True)
def fresh_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches, journals and keys of the program live in a new folder for each test."""
    monkeypatch.setenv("HAITANG_HOME", str(tmp_path_factory.mktemp("home")))


def top_level_widgets() -> list[Any]:
    """Windows that are alive now; none when Qt was never imported."""
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    return QApplication.topLevelWidgets() if QApplication.instance() is not None else []


def drop_deleted() -> None:
    """Run what `deleteLater` asked for and let go of reference circles."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def no_leaked_widgets() -> Iterator[None]:
    """Fail a test that leaves a window behind; close the window so that the next test is not hit."""
    before = set(map(id, top_level_widgets()))
    yield
    if not [widget for widget in top_level_widgets() if id(widget) not in before]:
        return
    drop_deleted()
    leaked = [widget for widget in top_level_widgets() if id(widget) not in before]
    names = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in leaked]
    for widget in leaked:
        widget.close()
        widget.deleteLater()
    drop_deleted()
    assert not names, f"windows left behind: {', '.join(names)}"


def own_children() -> list[psutil.Process]:
    """Processes that tests started; the tracker of Python's own multiprocessing is not one of them."""
    tracker = "multiprocessing.resource_tracker"
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if not any(tracker in word for word in child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(autouse=True, scope="session")
def no_left_children() -> Iterator[None]:
    """End the session with no process left that a test started; whatever is left is ended and named."""
    yield
    gc.collect()
    _, left = psutil.wait_procs(own_children(), timeout=10)
    names = [" ".join(child.cmdline()[:4]) for child in left if child.is_running()]
    for child in left:
        child.kill()
    assert not names, f"processes left behind: {', '.join(names)}"
