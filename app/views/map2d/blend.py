"""Arithmetic of premultiplied pixels, and pictures laid over each other.

A picture is a C-contiguous ``uint32`` array (height, width) of ``0xAARRGGBB`` with premultiplied colours: the memory
of ``QImage.Format_ARGB32_Premultiplied``. Colours given by callers are ``0xAARRGGBB`` and *not* premultiplied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.compiled import FLAG, PICTURE, PICTURE_IN, REAL, WHOLE, inner, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray


LOW, HIGH, HALF, EIGHT = np.uint32(0xFF00FF), np.uint32(0xFF00FF00), np.uint32(0x800080), np.uint32(8)


def new_picture(width: int, height: int) -> NDArray[np.uint32]:
    """Give a transparent picture, ``uint32`` (height, width)."""
    return np.zeros((height, width), np.uint32)


def compose(target: NDArray[np.uint32], layer: NDArray[np.uint32], opacity: float = 1.0, threads: int = 0) -> None:
    """Lay a picture over another of the same size, in place.

    Parameters
    ----------
    target, layer : ndarray, uint32, (height, width)
        Premultiplied pictures; ``target`` is changed.
    opacity : float
        0 (nothing happens) to 1.
    """
    if target.shape != layer.shape:
        raise ValueError(f"pictures differ in size: {target.shape} and {layer.shape}")
    share = round(255 * min(max(opacity, 0.0), 1.0))
    in_bands(lambda top, bottom: _compose(target, layer, share, top, bottom), target.shape[0], threads)


def moved(
    source: NDArray[np.uint32],
    width: int,
    height: int,
    dx: float,
    dy: float,
    scale: float = 1.0,
    smooth: bool = False,
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Give a picture shifted and scaled: the last frame while the next is on its way.

    Parameters
    ----------
    source : ndarray, uint32, (rows, columns)
        Premultiplied picture.
    width, height : int
        Size of the result.
    dx, dy : float
        Where the source's upper left corner comes to lie, px of the result.
    scale : float
        Pixels of the result per pixel of the source.
    smooth : bool
        Bilinear instead of the nearest pixel.

    Returns
    -------
    ndarray, uint32, (height, width)
        Transparent where the source does not reach.
    """
    out = np.empty((height, width), np.uint32)
    in_bands(lambda top, bottom: _move(out, source, dx, dy, scale, smooth, top, bottom), height, threads)
    return out


# ---------------------------------------------------------------- single pixels
@inner
def scaled(colour, share):
    """Give a premultiplied colour times ``share`` / 255, each part rounded."""
    wide = np.int64(colour)
    low = (wide & 0xFF00FF) * share
    low = ((low + ((low >> 8) & 0xFF00FF) + 0x800080) >> 8) & 0xFF00FF
    high = ((wide >> 8) & 0xFF00FF) * share
    high = (high + ((high >> 8) & 0xFF00FF) + 0x800080) & 0xFF00FF00
    return low | high


@inner
def _scaled_32(colour, share):
    """Give what `scaled` gives, in 32 bits."""
    low = np.uint32(np.uint32(colour & LOW) * share)
    low = np.uint32(np.uint32(low + np.uint32(np.uint32(low >> EIGHT) & LOW)) + HALF)
    high = np.uint32(np.uint32(np.uint32(colour >> EIGHT) & LOW) * share)
    high = np.uint32(np.uint32(high + np.uint32(np.uint32(high >> EIGHT) & LOW)) + HALF)
    return np.uint32(np.uint32(np.uint32(low >> EIGHT) & LOW) | np.uint32(high & HIGH))


@inner
def premultiplied(colour):
    """Give the premultiplied form of ``0xAARRGGBB``."""
    wide = np.int64(colour)
    return scaled(wide | 0xFF000000, wide >> 24)


@inner
def lay(picture, y, x, colour):
    """Lay a premultiplied colour over one pixel."""
    alpha = colour >> 24
    if alpha == 255:
        picture[y, x] = colour
    elif alpha != 0:
        picture[y, x] = colour + scaled(picture[y, x], 255 - alpha)


@inner
def join(picture, y, x, colour):
    """Lay a colour beside what a pixel has: two parts of one pixel cover different ground until it is full.

    Neighbours that share an edge so leave no seam; on full pixels this is `lay`.
    """
    alpha = colour >> 24
    if alpha == 255:
        picture[y, x] = colour
    elif alpha != 0:
        below = np.int64(picture[y, x])
        depth = below >> 24
        if alpha + depth <= 255:
            picture[y, x] = colour + below
        else:
            picture[y, x] = colour + scaled(below, ((255 - alpha) * 255) // depth)


@inner
def mixed(a, b, share):
    """Give the colour ``share`` / 256 of the way from a to b."""
    first, second = np.int64(a), np.int64(b)
    low = ((first & 0xFF00FF) * (256 - share) + (second & 0xFF00FF) * share + 0x800080) >> 8
    high = ((first >> 8) & 0xFF00FF) * (256 - share) + ((second >> 8) & 0xFF00FF) * share + 0x800080
    return (low & 0xFF00FF) | (high & 0xFF00FF00)


# --------------------------------------------------------------- whole pictures
@kernel(PICTURE, PICTURE_IN, WHOLE, WHOLE, WHOLE)
def _compose(target, layer, share, top, bottom):
    part = np.uint32(share)
    for y in range(top, bottom):
        for x in range(target.shape[1]):  # without a branch, so that the processor takes several pixels at once
            colour = _scaled_32(layer[y, x], part)
            rest = np.uint32(255) - (colour >> np.uint32(24))
            target[y, x] = np.uint32(colour + _scaled_32(target[y, x], np.uint32(rest)))


@inner
def _pixel_or_nothing(source, y, x):
    inside = 0 <= y < source.shape[0] and 0 <= x < source.shape[1]
    return np.int64(source[y, x]) if inside else np.int64(0)


@kernel(PICTURE, PICTURE_IN, REAL, REAL, REAL, FLAG, WHOLE, WHOLE)
def _move(out, source, dx, dy, scale, smooth, top, bottom):
    for y in range(top, bottom):
        sy = (y + 0.5 - dy) / scale
        for x in range(out.shape[1]):
            sx = (x + 0.5 - dx) / scale
            if not smooth:
                out[y, x] = _pixel_or_nothing(source, int(np.floor(sy)), int(np.floor(sx)))
                continue
            row, column = int(np.floor(sy - 0.5)), int(np.floor(sx - 0.5))
            across, down = int((sx - 0.5 - column) * 256), int((sy - 0.5 - row) * 256)
            upper = mixed(_pixel_or_nothing(source, row, column), _pixel_or_nothing(source, row, column + 1), across)
            lower = mixed(
                _pixel_or_nothing(source, row + 1, column), _pixel_or_nothing(source, row + 1, column + 1), across
            )
            out[y, x] = mixed(upper, lower, down)
