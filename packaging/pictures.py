"""Take the handbook's pictures out of a tour, made small: ``.venv/bin/python packaging/pictures.py [TOUR]``.

Runs in the program's own environment, after ``haitang tour build/tour``. Each picture is scaled down and
written as a PNG with a palette; the handbook and the README show them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "resources" / "help" / "pictures"
COLOURS = 160
STEPS = {
    "window": ("identify", "", 1600, 1280),
    "map": ("identify", "map", 0, 1000),
    "chart": ("identify", "chart", 0, 1000),
    "compare": ("compare", "map", 0, 1000),
    "time": ("jump", "time-bar", 0, 1000),
    "pages": ("sheet", "window", 0, 1100),
    "tool": ("arrival", "tool", 0, 400),
}
"""Name in the handbook: step of the tour, part of it, width there (0 = any), widest here, px."""


def main() -> int:
    """Write the pictures; 1 where the tour lacks one."""
    parser = argparse.ArgumentParser(prog="packaging/pictures.py", description=__doc__)
    parser.add_argument("tour", nargs="?", type=Path, default=ROOT / "build" / "tour", help="folder of a tour")
    tour = parser.parse_args().tour
    told = json.loads((tour / "tour.json").read_text(encoding="utf-8"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    lacking = 0
    for name, (step, part, width, widest) in STEPS.items():
        for language in ("zh", "en"):
            file = find(told, step, part, language, width)
            if file is None:
                print(f"the tour has no picture {step} {part} {language}")
                lacking += 1
                continue
            out = PICTURES / f"{name}-{language}.png"
            save(reduced(QImage(str(tour / file)), widest), out)
            print(f"{out.stat().st_size / 1e3:7.1f} kB  {out.name}")
    return 1 if lacking else 0


def find(told: dict[str, Any], step: str, part: str, language: str, width: int) -> str | None:
    """Give the file of a picture of a tour, None where it took none."""
    pictures = [p for s in told["steps"] if s["id"] == step for p in s["pictures"]]
    wanted = (part, language, "light")
    fitting = [p for p in pictures if (p["part"], p["language"], p["theme"]) == wanted]
    return next((p["file"] for p in fitting if width in (0, p["size"][0])), None)


def reduced(image: QImage, widest: int) -> NDArray[np.uint8]:
    """Give a picture no wider than ``widest`` px as (height, width, 3) red, green, blue."""
    if image.width() > widest:
        image = image.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation)
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def palette(colours: NDArray[np.int64], counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Give ``size`` colours that stand for many (median cut: the box with the largest spread is cut first)."""
    boxes = [np.arange(len(colours))]
    while len(boxes) < size:
        spreads = [np.ptp(colours[box], axis=0).max() * counts[box].sum() ** 0.5 for box in boxes]
        box = boxes.pop(int(np.argmax(spreads)))
        channel = int(np.argmax(np.ptp(colours[box], axis=0)))
        box = box[np.argsort(colours[box][:, channel], kind="stable")]
        if len(box) < 2:
            return means(colours, counts, [*boxes, box])
        half = np.searchsorted(np.cumsum(counts[box]), counts[box].sum() / 2)
        cut = min(max(int(half), 1), len(box) - 1)
        boxes += [box[:cut], box[cut:]]
    return means(colours, counts, boxes)


def means(colours: NDArray[np.int64], counts: NDArray[np.int64], boxes: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Give the mean colour of each box."""
    found = [np.average(colours[box], axis=0, weights=counts[box]) for box in boxes]
    return np.round(found).astype(np.int64)


def save(pixels: NDArray[np.uint8], out: Path) -> None:
    """Write a picture as a PNG with a palette."""
    flat = pixels.reshape(-1, 3).astype(np.int64)
    packed = (flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2]
    known, where, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([(known >> shift) & 0xFF for shift in (16, 8, 0)], axis=1)
    chosen = palette(colours, counts, min(COLOURS, len(known)))
    nearest = np.empty(len(colours), np.uint8)
    for start in range(0, len(colours), 4096):
        piece = colours[start : start + 4096, None, :] - chosen[None, :, :]
        nearest[start : start + 4096] = np.argmin((piece**2).sum(axis=2), axis=1)
    height, width = pixels.shape[:2]
    indexed = np.zeros((height, (width + 3) // 4 * 4), np.uint8)
    indexed[:, :width] = nearest[where].reshape(height, width)
    image = QImage(indexed.data, width, height, indexed.shape[1], QImage.Format.Format_Indexed8)
    image.setColorTable([0xFF000000 | (int(r) << 16) | (int(g) << 8) | int(b) for r, g, b in chosen])
    if not image.save(str(out), quality=0):
        raise SystemExit(f"{out} cannot be written")


if __name__ == "__main__":
    sys.exit(main())
