"""Check everything a machine can see without running the program: ``check.py [--quick]``."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
import tomllib
from typing import TYPE_CHECKING

import translations
from environment import LOCK, PROJECT, ROOT, environ, script

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
VERSION = re.compile(r"==\s*([^\s;\\]+)")


def command(name: str, *arguments: str) -> list[str]:
    """Run one tool of the environment; its output when it found something."""
    tool = script(name)
    if not tool.is_file():
        return [f"{tool} is missing: run packaging/test.py --setup-only first"]
    done = subprocess.run(
        [tool, *arguments], cwd=ROOT, env=environ(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    return (done.stdout + done.stderr).strip().splitlines() or ["failed without a word"] if done.returncode else []


def normal(name: str) -> str:
    """Give the one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[str]:
    """Requirements of the project with all its extras."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [*project["dependencies"], *(line for extra in extras for line in extra)]


def numbers(version: str) -> tuple[int, ...]:
    """Leading numbers of a version, for comparing."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0]))


def lock_faults() -> list[str]:
    """Tell what the lock lacks of the project file, and lines no installer would check."""
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.findall(r"^([A-Za-z0-9][^\n]*(?:\n[ ]+[^\n]*)*)", text, flags=re.MULTILINE)
    locked = {normal(NAME.findall(block)[0]): VERSION.findall(block) for block in blocks}
    found = [f"no hash: {block.splitlines()[0]}" for block in blocks if "--hash=sha256:" not in block]
    found += [f"an address: {line}" for line in text.splitlines() if "://" in line or line.startswith("--")]
    for requirement in declared():
        name = normal(NAME.findall(requirement)[0])
        wanted = re.findall(r"(==|>=)\s*([\w.]+)", requirement)
        if name not in locked:
            found.append(f"not in the lock: {requirement}")
        elif any(not fits(locked[name][0], sign, version) for sign, version in wanted):
            found.append(f"the lock has {name} {locked[name][0]}, the project asks for {requirement}")
    return found


def fits(version: str, sign: str, wanted: str) -> bool:
    """Whether a locked version meets one bound of a requirement."""
    return version == wanted if sign == "==" else numbers(version) >= numbers(wanted)


def translation_faults() -> list[str]:
    """List missing, unused and differing translations, with their places."""
    return [f"{fault.where}: {fault.what}" for fault in translations.faults(ROOT)]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "ruff": lambda: command("ruff", "check", "--quiet", "--output-format", "concise", "."),
    "format": lambda: command("ruff", "format", "--check", "."),
    "translations": translation_faults,
    "lock": lock_faults,
    "import contracts": lambda: command("lint-imports", "--no-cache"),
    "types": lambda: command("pyright"),
}
QUICK = ("ruff", "format", "translations", "lock")


def main() -> int:
    """Run the checks one after the other; 1 when any of them found something."""
    parser = argparse.ArgumentParser(prog="packaging/check.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    parser.add_argument("names", nargs="*", metavar="CHECK", help=f"some of: {', '.join(CHECKS)}")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    failed = []
    for name in asked.names or (QUICK if asked.quick else CHECKS):
        start = time.perf_counter()
        found = CHECKS[name]()
        print(f"{'FAILED' if found else 'ok':6}  {name}  {time.perf_counter() - start:.1f} s", flush=True)
        if found:
            failed.append(name)
            print(*(f"        {line}" for line in found), sep="\n", flush=True)
    print(f"checks failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ["PYTHONUTF8"] = "1"
    sys.exit(main())
