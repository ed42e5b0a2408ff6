"""Set everything up, then start the workbench: ``python3 packaging/run.py [--setup-only] [-- ARGUMENTS]``."""

from __future__ import annotations

import argparse
import subprocess
import sys

import environment
from system import has_display, say

SAMPLE = environment.ROOT / "resources" / "sample" / "polder.haitang"
PICTURES = environment.ROOT / "build" / "tour"


def main() -> int:
    """Start the program; with no display and nothing asked for, make its pictures instead."""
    parser = argparse.ArgumentParser(prog="packaging/run.py", description=__doc__)
    parser.add_argument("--setup-only", action="store_true", help="stop after set-up")
    parser.add_argument("program", nargs="*", metavar="ARGUMENTS", help="after --: handed to the program")
    asked = parser.parse_args()
    environment.prepare()
    if asked.setup_only:
        return 0
    if has_display():
        return start(asked.program or [str(SAMPLE)], environment.environ())
    offscreen = environment.environ(QT_QPA_PLATFORM="offscreen")
    if asked.program:
        return start(asked.program, offscreen)
    say("There is no display: making the pictures of a tour through the workbench instead.")
    code = start(["tour", str(PICTURES)], offscreen)
    say(f"The pictures are in {PICTURES} (open index.html)." if code == 0 else "The tour failed.")
    return code


def start(arguments: list[str], variables: dict[str, str]) -> int:
    """Run the program to its end; its exit code."""
    try:
        return subprocess.run([environment.script("haitang"), *arguments], env=variables, check=False).returncode
    except KeyboardInterrupt:
        return 4


if __name__ == "__main__":
    sys.exit(main())
