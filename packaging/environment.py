"""The environment in .venv: made from the lock, once, by any Python from 3.11 on, on Linux and Windows."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import system
from system import say

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "haitang.json"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = SCRIPTS / f"python{SUFFIX}"
OLDEST = (3, 11)
# What must load before the environment counts as made; PySide6 tells of missing system libraries here.
PROBE = """
from PySide6 import QtMultimedia, QtNetwork, QtPrintSupport, QtSvg
from PySide6.QtWidgets import QApplication
import app, layers, plugins, resources, numba, pyogrio, rasterio
QApplication([])
"""


def script(name: str) -> Path:
    """Path of a command that the environment brings."""
    return SCRIPTS / f"{name}{SUFFIX}"


def environ(**more: str) -> dict[str, str]:
    """Give the environment variables every program of ours is started with."""
    return {**os.environ, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}


def prepare() -> None:
    """Make or refresh .venv and install the project in it; nothing is done twice.

    Raises
    ------
    SystemExit
        With one sentence that says what is missing and what to do.
    """
    if sys.version_info < OLDEST:
        raise SystemExit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]} ({sys.executable}).")
    system.prepare()
    made = read_stamp()
    wanted = {"python": ".".join(map(str, sys.version_info[:2])), "lock": digest(LOCK), "project": digest(PROJECT)}
    if made == wanted and can_run("-P", "-c", "import app"):
        compile_sources()
        return
    if not can_run("-m", "pip", "--version") or made.get("python", wanted["python"]) != wanted["python"]:
        create()
    if made.get("lock") != wanted["lock"] or not can_run("-P", "-c", "import PySide6"):
        install_lock()
    install_project()
    compile_sources()
    probe()
    compile_kernels()
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    say("The environment is ready.")


def read_stamp() -> dict[str, str]:
    """Read what the environment was made from; empty when it was not finished."""
    if not STAMP.is_file():
        return {}
    return json.loads(STAMP.read_text(encoding="utf-8"))


def digest(file: Path) -> str:
    """SHA-256 of a file, the same whatever the line ends of the checkout."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def can_run(*arguments: str) -> bool:
    """Whether the environment's Python runs something without a fault."""
    if not PYTHON.is_file():
        return False
    done = subprocess.run([PYTHON, *arguments], cwd=ROOT, env=environ(), capture_output=True, check=False)
    return done.returncode == 0


def create() -> None:
    """Make an empty environment with pip in it."""
    say("Making the environment .venv")
    if VENV.exists():
        shutil.rmtree(VENV)
    if subprocess.run([sys.executable, "-m", "venv", VENV], check=False).returncode:
        raise SystemExit("Python could not make .venv; the lines above say why.")


def pip(*arguments: str | Path) -> int:
    """Run pip of the environment; its exit code."""
    talk = () if sys.stdout.isatty() else ("--quiet",)
    command = [PYTHON, "-m", "pip", "install", "--no-input", *talk, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ(), check=False).returncode


def install_lock() -> None:
    """Install every package of the lock; a file whose hash differs is refused."""
    count = sum("==" in line for line in LOCK.read_text(encoding="utf-8").splitlines())
    say(f"Installing {count} packages by their hashes (about 1 GB to fetch the first time)")
    if pip("--require-hashes", "--only-binary", ":all:", "-r", LOCK):
        raise SystemExit(
            "The packages could not be installed. Without a connection put the wheels in a folder, set "
            "PIP_NO_INDEX=1 and PIP_FIND_LINKS to that folder, and start again."
        )


def install_project() -> None:
    """Put the project itself in the environment, editable, with its commands and plugin entry points."""
    if pip("--no-deps", "--no-build-isolation", "--editable", ROOT):
        raise SystemExit("The project could not be installed in .venv; the lines above say why.")


def probe() -> None:
    """Load what loads shared libraries, so that a missing one is named here and not in the middle of work."""
    quiet = environ(QT_QPA_PLATFORM="offscreen")
    done = subprocess.run([PYTHON, "-P", "-c", PROBE], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SystemExit(f"The environment does not start: {last}")


def compile_sources() -> None:
    """Write byte code, also where the system is told not to: without it every start is seconds slower."""
    folders = [ROOT / name for name in ("app", "layers", "plugins", "resources")]
    for words in (["compileall", "-q", *folders], ["app.kept_code"]):
        subprocess.run([PYTHON, "-P", "-m", *words], cwd=ROOT, env=environ(), stdout=subprocess.DEVNULL, check=False)


def compile_kernels() -> None:
    """Compile what draws the map and what adds up zones, beside each other, so that their first use need not."""
    say("Compiling the drawing kernels and those of zones")
    quiet = environ(QT_QPA_PLATFORM="offscreen")
    commands = (
        ("The drawing kernels", ["-m", "app.views.map2d.kernels"]),
        ("The kernels of zones", ["-P", "-c", "from plugins.processing.kernels import warm_up; warm_up()"]),
    )
    started = [
        (name, subprocess.Popen([PYTHON, *words], cwd=ROOT, env=quiet, stdout=subprocess.DEVNULL))
        for name, words in commands
    ]
    wrong = [name for name, one in started if one.wait()]
    if wrong:
        raise SystemExit(f"{' and '.join(wrong)} could not be compiled; the lines above say why.")
