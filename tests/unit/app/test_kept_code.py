"""What modules compile while they are loaded: kept at set-up, found at a start."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import typing
from typing import Any, cast

import pytest

from app import kept_code

MAKE = """
import builtins, dataclasses, sys
from app import kept_code
print(kept_code.use(sys.argv[1]))
texts = []
plain = builtins.exec
builtins.exec = lambda code, *more: (texts.append(code) if isinstance(code, str) else None, plain(code, *more))[1]
from layers.extent import Extent
builtins.exec = plain
print(sum("__create_fn__" in text for text in texts))
print(Extent(0, 1, 2, 3) == Extent(0, 1, 2, 3), Extent(0, 1, 2, 3) == Extent(0, 1, 2, 4))
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    file = tmp_path_factory.mktemp("kept") / "made" / "code"
    words = f"from app import kept_code; print(kept_code.keep({str(file)!r}))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 500
    return file


def answer(file) -> list[str]:
    done = subprocess.run([sys.executable, "-c", MAKE, str(file)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_class_whose_code_is_kept_is_not_compiled_again_and_is_the_same_class(kept):
    assert answer(kept) == ["True", "0", "True", "False"]


SEARCHES = r"""
import re, sys
from app import kept_code
print(kept_code.use(sys.argv[1]))
found = re._parser.parse
re._parser.parse = lambda *a: (print("parsed"), found(*a))[1]
import email.utils
print(email.utils.parseaddr("河道 <a@b.cn>"), bool(re.compile(r"[ab]+c(?P<x>\d)").fullmatch("abc7")["x"] == "7"))
"""


def test_expressions_of_a_module_are_not_parsed_again_and_unknown_ones_are(kept):
    done = subprocess.run([sys.executable, "-c", SEARCHES, str(kept)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True", "parsed", "('河道', 'a@b.cn') True"]


def test_without_kept_code_the_same_class_is_compiled_as_always(tmp_path):
    used, compiled, *compared = answer(tmp_path / "none")
    assert (used, compared) == ("False", ["True", "False"])
    assert int(compiled) > 0


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:2000], lambda b: b"\0\0\0\0" + b[4:], lambda b: b[:4] + b"x" * 99]
)
def test_damaged_code_or_that_of_another_interpreter_is_left_alone(kept, tmp_path, damage):
    broken = tmp_path / "broken"
    broken.write_bytes(damage(kept.read_bytes()))
    assert not kept_code.use(str(broken))


def test_a_dataclass_that_was_never_kept_is_made(kept, monkeypatch):
    monkeypatch.setattr(cast("Any", dataclasses), "exec", exec, raising=False)
    monkeypatch.setattr(cast("Any", typing), "compile", compile, raising=False)
    monkeypatch.setattr(cast("Any", re)._compiler, "compile", cast("Any", re)._compiler.compile)
    monkeypatch.setattr(kept_code._kept, "known", {})
    assert kept_code.use(str(kept))
    made = dataclasses.make_dataclass("Unseen", [("length_of_nothing_known", float)], frozen=True)
    assert made(2.0) == made(2.0)
