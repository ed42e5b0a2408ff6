"""Cloud Optimized GeoTIFF put together tile by tile: cells are packed by any thread, the file is one thread's.

GDAL writes the head (reference system, names, units, metadata) into an empty file of the same form; its entries are
taken over as they are. Tiles go to one spool per level as they come, and each level's tiles become a quarter of a
tile of the next, so that overviews need no second look at the cells. At the end head, overviews from small to large
and the cells are joined. The same cells give the same bytes, however many threads packed them.

References
----------
TIFF 6.0 and BigTIFF; Cloud Optimized GeoTIFF 1.0 (OGC 21-026); Adobe Photoshop TIFF Technical Note 3 (predictor 3).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources import guard

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 512
LEVEL = 1
"""Level of the Zstandard compression: twice as fast as the usual one, for a few per cent more bytes."""
CLASSIC = 4_000_000_000
"""Size up to which a file is written as classic TIFF, which every program reads."""
GHOST = (
    "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n"
    "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
)
"""What GDAL reads between the head and the first directory of a COG."""
LEADER = TRAILER = 4
"""Bytes before a tile (its size) and after it (its last four again)."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SUBFILE, _WIDTH, _HEIGHT, _OFFSETS, _COUNTS = 254, 256, 257, 324, 325
_IN_OVERVIEWS = {254, 256, 257, 258, 259, 262, 277, 284, 317, 320, 322, 323, 338, 339, 42113}
"""Entries that an overview repeats: form of the cells, colours, and the value for "no data"."""

Entry = tuple[int, int, bytes]
"""Type, count and value of an entry of a TIFF directory."""


def entries_of(path: Path) -> dict[int, Entry]:
    """Read the first directory of a little-endian BigTIFF file, as GDAL writes it."""
    found: dict[int, Entry] = {}
    with path.open("rb") as stream:
        stream.seek(8)
        stream.seek(struct.unpack("<Q", stream.read(8))[0])
        (count,) = struct.unpack("<Q", stream.read(8))
        raw = stream.read(20 * count)
        for i in range(count):
            tag, kind, number = struct.unpack_from("<HHQ", raw, 20 * i)
            size, value = _SIZES[kind] * number, raw[20 * i + 12 : 20 * i + 20]
            if size > 8:
                stream.seek(struct.unpack("<Q", value)[0])
                value = stream.read(size)
            found[tag] = (kind, number, value[:size])
    return found


def packed(tile: NDArray[Any]) -> bytes:
    """Compress one tile (rows, columns): Zstandard over the differences of neighbours."""
    rows, columns = tile.shape
    size = tile.dtype.itemsize
    if tile.dtype.kind == "f":
        whole = np.ascontiguousarray(tile).view(f"u{size}")
        planes = np.empty((rows, size * columns), np.uint8)
        for plane in range(size):
            shifted = whole >> np.array(8 * (size - 1 - plane), whole.dtype)
            planes[:, plane * columns : (plane + 1) * columns] = shifted.astype(np.uint8)
    else:
        planes = np.ascontiguousarray(tile).view(f"u{size}")
    steps = np.empty_like(planes)
    steps[:, 0] = planes[:, 0]
    np.subtract(planes[:, 1:], planes[:, :-1], out=steps[:, 1:])
    compressed: bytes = guard.pyarrow().Codec("zstd", LEVEL).compress(steps.data, asbytes=True)
    return compressed


def halved(tile: NDArray[Any], missing: float | None) -> NDArray[Any]:
    """Give a tile (bands, rows, columns) at half the size: means of real numbers, every second whole number.

    Parameters
    ----------
    missing : float or None
        The number for "no data" of real numbers where that is not NaN.
    """
    if tile.dtype.kind != "f":
        return tile[:, ::2, ::2]
    cells = tile if missing is None or np.isnan(missing) else np.where(tile == missing, np.nan, tile)
    four = cells[:, ::2, ::2], cells[:, ::2, 1::2], cells[:, 1::2, ::2], cells[:, 1::2, 1::2]
    mean = ((four[0] + four[1]) + (four[2] + four[3])) * tile.dtype.type(0.25)
    gaps = np.isnan(mean)
    if gaps.any():
        some = np.stack([part[gaps] for part in four])
        fine = np.isfinite(some)
        total, count = np.where(fine, some, 0).sum(axis=0), fine.sum(axis=0)
        mean[gaps] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        if cells is not tile:
            mean[np.isnan(mean)] = missing
    return mean


@dataclass(frozen=True, slots=True)
class Packed:
    """A tile ready for the file: its place, the bytes of each band, and its cells at half the size."""

    row: int
    column: int
    bands: list[bytes]
    half: NDArray[Any] | None


@dataclass(slots=True)
class _Level:
    """Tiles of one level: where each lies in the spool, and those that wait for their other quarters."""

    width: int
    height: int
    spool: Any
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    size: int = 0
    waiting: dict[tuple[int, int], tuple[NDArray[Any], int]] = field(
        default_factory=dict[tuple[int, int], tuple["NDArray[Any]", int]]
    )

    @property
    def across(self) -> int:
        """Tiles in a row."""
        return -(-self.width // BLOCK)

    @property
    def down(self) -> int:
        """Rows of tiles."""
        return -(-self.height // BLOCK)

    def keep(self, tile: Packed) -> None:
        """Append a tile."""
        for band, content in enumerate(tile.bands):
            place = (band * self.down + tile.row) * self.across + tile.column
            self.offsets[place], self.sizes[place] = self.size, len(content)
            self.spool.write(content)
            self.size += len(content)


class CogParts:
    """A COG in the making.

    Parameters
    ----------
    head : Path
        Empty BigTIFF of the same form, written by GDAL; tiles of 512, one plane per band.
    dtype : str
    bands, width, height : int
    missing : float or None
        The number for "no data".
    """

    def __init__(self, head: Path, dtype: str, bands: int, width: int, height: int, missing: float | None) -> None:
        self._head = entries_of(head)
        self._dtype, self._bands, self._missing = np.dtype(dtype), bands, missing
        self._fill = missing if missing is not None else (np.nan if self._dtype.kind == "f" else 0)
        self._parts: dict[tuple[int, int], tuple[NDArray[Any], int]] = {}
        self._levels: list[_Level] = []
        while True:
            count = bands * -(-width // BLOCK) * -(-height // BLOCK)
            spool = head.with_name(f"level-{len(self._levels)}").open("wb+")
            self._levels.append(_Level(width, height, spool, np.zeros(count, np.int64), np.zeros(count, np.int64)))
            if max(width, height) <= BLOCK:
                break
            width, height = -(-width // 2), -(-height // 2)

    def fits(self, cells: NDArray[Any], row: int, column: int) -> bool:
        """Tell whether cells begin at a tile and fill their tiles, or reach the ends of the raster."""
        level = self._levels[0]
        bottom, right = row + cells.shape[1], column + cells.shape[2]
        ends = bottom % BLOCK == 0 or bottom == level.height, right % BLOCK == 0 or right == level.width
        return row % BLOCK == 0 and column % BLOCK == 0 and all(ends)

    def pack(self, cells: NDArray[Any], row: int, column: int) -> list[Packed]:
        """Pack cells (bands, rows, columns) that fit; any thread may do this."""
        return [
            self._packed(cells[:, r : r + BLOCK, c : c + BLOCK], (row + r) // BLOCK, (column + c) // BLOCK, 0)
            for r in range(0, cells.shape[1], BLOCK)
            for c in range(0, cells.shape[2], BLOCK)
        ]

    def add(self, tiles: list[Packed]) -> None:
        """Take in packed tiles; one thread does this."""
        for tile in tiles:
            self._levels[0].keep(tile)
            self._raise(tile, 1)

    def add_cells(self, cells: NDArray[Any], row: int, column: int) -> None:
        """Take in cells that do not fit the tiles; a tile is packed when the last of its cells has come."""
        level = self._levels[0]
        for r in range(row // BLOCK, -(-(row + cells.shape[1]) // BLOCK)):
            for c in range(column // BLOCK, -(-(column + cells.shape[2]) // BLOCK)):
                top, left = max(row, r * BLOCK), max(column, c * BLOCK)
                below = min(row + cells.shape[1], (r + 1) * BLOCK)
                right = min(column + cells.shape[2], (c + 1) * BLOCK)
                high, wide = min(BLOCK, level.height - r * BLOCK), min(BLOCK, level.width - c * BLOCK)
                fresh = np.full((self._bands, high, wide), self._fill, self._dtype), high * wide
                tile, open_ = self._parts.pop((r, c), fresh)
                part = cells[:, top - row : below - row, left - column : right - column]
                tile[:, top - r * BLOCK : below - r * BLOCK, left - c * BLOCK : right - c * BLOCK] = part
                open_ -= (below - top) * (right - left)
                if open_ > 0:
                    self._parts[r, c] = tile, open_
                else:
                    self.add(self.pack(tile, r * BLOCK, c * BLOCK))

    def _packed(self, cells: NDArray[Any], row: int, column: int, level: int) -> Packed:
        tile = cells
        if tile.shape[1:] != (BLOCK, BLOCK):
            tile = np.full((self._bands, BLOCK, BLOCK), self._fill, self._dtype)
            tile[:, : cells.shape[1], : cells.shape[2]] = cells
        last = level + 1 == len(self._levels)
        half = None if last else halved(tile, self._missing)
        return Packed(row, column, [packed(band) for band in tile], half)

    def _raise(self, tile: Packed, number: int) -> None:
        """Lay a tile into its quarter of the next level; a tile that is full goes on."""
        if tile.half is None:
            return
        below, level = self._levels[number - 1], self._levels[number]
        place = tile.row // 2, tile.column // 2
        if place not in level.waiting:
            needed = min(2, below.down - 2 * place[0]) * min(2, below.across - 2 * place[1])
            level.waiting[place] = np.full((self._bands, BLOCK, BLOCK), self._fill, self._dtype), needed
        cells, needed = level.waiting.pop(place)
        r, c = tile.row % 2 * (BLOCK // 2), tile.column % 2 * (BLOCK // 2)
        cells[:, r : r + BLOCK // 2, c : c + BLOCK // 2] = tile.half
        if needed > 1:
            level.waiting[place] = cells, needed - 1
            return
        full = self._packed(cells, *place, number)
        level.keep(full)
        self._raise(full, number + 1)

    def close(self) -> None:
        """Let go of the spools."""
        for level in self._levels:
            level.spool.close()

    def join(self, out: Path) -> None:
        """Write the file.

        Raises
        ------
        ValueError
            Tiles are missing.
        """
        if any((level.sizes == 0).any() for level in self._levels):
            raise ValueError("not all tiles of the raster were written")
        sizes = [level.size + len(level.sizes) * (LEADER + TRAILER) for level in self._levels]
        big = sum(sizes) > CLASSIC
        size = len(self._directories(np.zeros(len(self._levels), np.int64), big=big))
        # Data from the smallest level to the cells themselves.
        starts = size + np.array([sum(sizes[i + 1 :]) for i in range(len(sizes))], np.int64)
        with out.open("wb") as stream:
            stream.write(self._directories(starts, big=big))
            for level in reversed(self._levels):
                level.spool.flush()
                for offset, length in zip(level.offsets.tolist(), level.sizes.tolist(), strict=True):
                    level.spool.seek(offset)
                    tile = level.spool.read(length)
                    stream.write(struct.pack("<I", length) + tile + tile[-TRAILER:])

    def _directories(self, starts: NDArray[np.int64], *, big: bool) -> bytes:
        ghost = f"GDAL_STRUCTURAL_METADATA_SIZE={len(GHOST):06d} bytes\n{GHOST}".encode()
        head = struct.pack("<2sHHH", b"II", 43, 8, 0) if big else struct.pack("<2sH", b"II", 42)
        at = (16 if big else 8) + len(ghost)
        at += at % 2
        first, parts = at, [b""]
        for number, level in enumerate(self._levels):
            entries = self._entries(level, int(starts[number]), number, big=big)
            last = number + 1 == len(self._levels)
            parts.append(_directory(entries, at, big=big, last=last))
            at += len(parts[-1])
        begin = head + struct.pack("<Q" if big else "<I", first) + ghost
        return begin.ljust(first, b"\0") + b"".join(parts)

    def _entries(self, level: _Level, start: int, number: int, *, big: bool) -> dict[int, Entry]:
        entries = {tag: entry for tag, entry in self._head.items() if number == 0 or tag in _IN_OVERVIEWS}
        entries[_WIDTH] = 4, 1, struct.pack("<I", level.width)
        entries[_HEIGHT] = 4, 1, struct.pack("<I", level.height)
        if number:
            entries[_SUBFILE] = 4, 1, struct.pack("<I", 1)
        # In the file the tiles stand in their order, whatever the order in which they came.
        ends = start + np.cumsum(level.sizes + LEADER + TRAILER)
        offsets = (ends - level.sizes - TRAILER).astype("<u8" if big else "<u4")
        entries[_OFFSETS] = 16 if big else 4, len(offsets), offsets.tobytes()
        entries[_COUNTS] = 4, len(offsets), level.sizes.astype("<u4").tobytes()
        return entries


def _directory(entries: dict[int, Entry], at: int, *, big: bool, last: bool) -> bytes:
    """Lay out a directory that begins at a place; what does not fit into an entry stands behind it."""
    inline, width = (8, 20) if big else (4, 12)
    length = (8 if big else 2) + width * len(entries) + inline
    rows, behind = [struct.pack("<Q" if big else "<H", len(entries))], b""
    for tag, (kind, count, value) in sorted(entries.items()):
        content = value.ljust(inline, b"\0")
        if len(value) > inline:
            content = struct.pack("<Q" if big else "<I", at + length + len(behind))
            behind += value + b"\0" * (len(value) % 2)
        rows.append(struct.pack("<HHQ" if big else "<HHI", tag, kind, count) + content)
    length += len(behind)
    following = 0 if last else at + length + length % 2
    rows.append(struct.pack("<Q" if big else "<I", following))
    return b"".join(rows) + behind + b"\0" * (length % 2)
