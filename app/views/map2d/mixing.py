"""Mixing: how the colours of a layer meet those below it, by the formulas of W3C Compositing and Blending Level 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.compiled import PICTURE, PICTURE_IN, WHOLE, inner, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODES = {"multiply": 1, "screen": 2, "overlay": 3, "darken": 4, "lighten": 5}


def mix(
    target: NDArray[np.uint32], layer: NDArray[np.uint32], mode: str, opacity: float = 1.0, threads: int = 0
) -> None:
    """Lay a picture over a full one, in place, its colours mixed with those below.

    Parameters
    ----------
    target : ndarray, uint32, (height, width)
        ``0xffRRGGBB``.
    layer : ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``.
    mode : str
        ``multiply``, ``screen``, ``overlay``, ``darken`` or ``lighten``.
    opacity : float
        0 (nothing happens) to 1.

    References
    ----------
    W3C Compositing and Blending Level 1, 9.1: Blending modes.
    """
    if target.shape != layer.shape:
        raise ValueError(f"pictures differ in size: {target.shape} and {layer.shape}")
    share = round(255 * min(max(opacity, 0.0), 1.0))
    in_bands(lambda top, bottom: _mix(target, layer, MODES[mode], share, top, bottom), target.shape[0], threads)


@inner
def _part(below, above, alpha, mode):
    """Mix one colour part: ``below`` 0 to 255, ``above`` premultiplied by ``alpha`` / 255."""
    if mode == 1:
        full = above * below
    elif mode == 2:
        full = 255 * above + alpha * below - above * below
    elif mode == 3:
        full = 2 * above * below if 2 * below <= 255 else 255 * alpha - 2 * (255 - below) * (alpha - above)
    elif mode == 4:
        full = min(above * 255, below * alpha)
    else:
        full = max(above * 255, below * alpha)
    return (255 - alpha) * below + full


@kernel(PICTURE, PICTURE_IN, WHOLE, WHOLE, WHOLE, WHOLE)
def _mix(target, layer, mode, share, top, bottom):
    for y in range(top, bottom):
        for x in range(target.shape[1]):
            colour = np.int64(layer[y, x])
            if colour == 0:
                continue
            alpha = ((colour >> 24) * share + 127) // 255
            below = np.int64(target[y, x])
            out = np.int64(0xFF)
            for shift in (16, 8, 0):
                above = min((((colour >> shift) & 0xFF) * share + 127) // 255, alpha)
                value = _part((below >> shift) & 0xFF, above, alpha, mode)
                out = (out << 8) | min(max((value + 127) // 255, 0), 255)
            target[y, x] = out
