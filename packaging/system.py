"""What the operating system must bring: shared libraries, a Chinese font, Python's own venv."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Shared library that must load -> Debian package that brings it.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    # QtMultimedia, which writes films.
    "libpulse.so.0": "libpulse0",
    "libXext.so.6": "libxext6",
    "libXrandr.so.2": "libxrandr2",
    "libdrm.so.2": "libdrm2",
    # Compiled kernels called from several threads.
    "libgomp.so.1": "libgomp1",
}
# A window on an X display, and a display that exists in memory only.
DISPLAY_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
DISPLAY_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth"}
FONT_PACKAGE = "fonts-noto-cjk"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FONT_NAMES = ("cjk", "sourcehan", "notosanssc", "wqy", "uming", "ukai", "simsun", "simhei", "msyh", "droidsansfallback")


def say(sentence: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(sentence, flush=True)


def has_display() -> bool:
    """Whether a window can be shown to a person."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_load(library: str) -> bool:
    """Whether the dynamic loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_chinese_font() -> bool:
    """Whether Chinese text can be drawn; Windows and macOS bring a font of their own."""
    if sys.platform != "linux":
        return True
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False)
        return bool(listed.stdout.strip())
    folders = [Path(name).expanduser() for name in FONT_FOLDERS]
    files = (file for folder in folders if folder.is_dir() for file in folder.rglob("*.[ot]t[fc]"))
    return any(name in file.name.lower().replace("-", "").replace("_", "") for file in files for name in FONT_NAMES)


def has_venv() -> bool:
    """Whether this Python can make an environment with pip in it; Debian ships that part apart."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def missing_needed() -> list[str]:
    """Debian packages without which nothing starts."""
    found = [package for library, package in QT_LIBRARIES.items() if not can_load(library)]
    return found if has_venv() else [*found, "python3-venv"]


def missing_wanted() -> list[str]:
    """Debian packages without which Chinese text or a window on a display is absent."""
    found = [package for library, package in DISPLAY_LIBRARIES.items() if not can_load(library)]
    found += [package for program, package in DISPLAY_PROGRAMS.items() if not shutil.which(program)]
    return found if has_chinese_font() else [*found, FONT_PACKAGE]


def install_debian(packages: list[str]) -> None:
    """Install packages as root; what fails is seen by looking again afterwards."""
    say(f"Installing {len(packages)} system packages: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False, stdin=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", *packages]
    subprocess.run(command, env=quiet, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def prepare() -> None:
    """Bring what is missing where that is allowed, else print the one line to run.

    Raises
    ------
    SystemExit
        When a library is absent without which nothing starts.
    """
    if sys.platform != "linux":
        return
    missing = missing_needed() + missing_wanted()
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        install_debian(missing)
    needed, wanted = missing_needed(), missing_wanted()
    if needed or wanted:
        say(advice(needed + wanted))
    if FONT_PACKAGE in wanted:
        say("No Chinese font is installed: Chinese text would show as boxes until one is.")
    if needed:
        raise SystemExit(f"Cannot go on without {', '.join(needed)}.")


def advice(packages: list[str]) -> str:
    """Give the one line that installs packages, or what to look for where Debian's names mean nothing."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"Run this once, then start again:\n    sudo apt-get update && sudo apt-get install -y {names}"
    return f"Install with this system's package manager what Debian calls: {names}"
