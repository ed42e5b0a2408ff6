"""Chinese sentences carry Chinese marks."""

from __future__ import annotations

import json
import re
from pathlib import Path

CATALOGUES = Path(__file__).parents[2] / "resources" / "translations" / "zh"
CODE = re.compile(r"[A-Za-z_]{2,}\([^()]*\)|经度,纬度;|西, 南, 东, 北|主机:8786")
"""What is typed as it stands: calls of expressions, forms of coordinates and addresses."""

FORMULAS = {"filters.json"}
"""Catalogues whose sentences show how conditions are written, which nest."""

HALF = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")


def test_no_half_width_mark_stands_beside_a_chinese_character() -> None:
    files = [file for file in sorted(CATALOGUES.glob("*.json")) if file.name not in FORMULAS]
    words = [(file.name, said) for file in files for said in json.loads(file.read_text("utf-8")).values()]
    wrong = [(name, said) for name, said in words if isinstance(said, str) and HALF.search(CODE.sub("", said))]
    assert len(words) > 1000
    assert not wrong, wrong[:5]
