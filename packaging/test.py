"""Set everything up, then run the tests: ``python3 packaging/test.py [--setup-only] [-- PYTEST ARGUMENTS]``."""

from __future__ import annotations

import argparse
import subprocess
import sys

import environment

WHOLE = ["--numprocesses=2", "--dist=loadfile", "--durations=10", "--durations-min=2"]
"""What the whole suite is run with: file by file, two at a time, as a machine with two cores can."""


def main() -> int:
    """Run the whole suite offscreen, or what is asked for after ``--``; pytest's exit code."""
    parser = argparse.ArgumentParser(prog="packaging/test.py", description=__doc__)
    parser.add_argument("--setup-only", action="store_true", help="stop after set-up")
    parser.add_argument("pytest", nargs="*", metavar="ARGUMENTS", help="after --: handed to pytest")
    asked = parser.parse_args()
    environment.prepare()
    if asked.setup_only:
        return 0
    variables = environment.environ(QT_QPA_PLATFORM="offscreen")
    command = [environment.PYTHON, "-m", "pytest", *(asked.pytest or WHOLE)]
    return subprocess.run(command, cwd=environment.ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
