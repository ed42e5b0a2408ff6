"""Whether a NetCDF file is whole, told from its first bytes, before a library that may crash opens it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import SourceUnavailable

if TYPE_CHECKING:
    from typing import BinaryIO

HDF5 = b"\x89HDF\r\n\x1a\n"
CLASSIC = {b"CDF\x01": 4, b"CDF\x02": 8, b"CDF\x05": 8}
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
STREAMING = {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def check_whole(path: str) -> None:
    """Refuse a file that ends before its own header says it should.

    Raises
    ------
    SourceUnavailable
        The file is cut off (both sizes are named), empty, or cannot be opened.
    """
    try:
        with Path(path).open(mode="rb") as stream:
            size = Path(path).stat().st_size
            needed = needed_bytes(stream)
    except OSError as fault:
        raise SourceUnavailable(
            "The file cannot be opened: {reason}.",
            where=path,
            remedy="Check the path and the permission to read it.",
            reason=fault.strerror or str(fault),
        ) from fault
    except (struct.error, ValueError, LookupError, MemoryError, OverflowError) as fault:
        raise SourceUnavailable(
            "The header of this file is damaged.", where=path, remedy="Copy it again from its origin."
        ) from fault
    if needed > size:
        raise SourceUnavailable(
            "The file is cut off: it has {size} bytes of {needed}; the last {missing} are missing.",
            where=path,
            remedy="Copy it again from its origin.",
            size=size,
            needed=needed,
            missing=needed - size,
        )


def needed_bytes(stream: BinaryIO) -> int:
    """Give the size a file must have by its header; 0 where the format is not known."""
    head = stream.read(8)
    if head == HDF5:
        return hdf5_end(stream)
    if head[:4] in CLASSIC:
        stream.seek(4)
        return Classic(stream, CLASSIC[head[:4]], wide=head[:4] == b"CDF\x05").end()
    return 0


def hdf5_end(stream: BinaryIO) -> int:
    """Read the end-of-file address out of the HDF5 superblock, versions 0 to 3."""
    rest = stream.read(64)
    version = rest[0]
    if version in {0, 1}:
        width, start = rest[5], 24 - 8 + (4 if version == 1 else 0)
        base, end = read_address(rest, start, width), read_address(rest, start + 2 * width, width)
    elif version in {2, 3}:
        width = rest[1]
        base, end = read_address(rest, 4, width), read_address(rest, 4 + 2 * width, width)
    else:
        return 0
    return 0 if end >= 1 << 62 else base + end


def read_address(raw: bytes, start: int, width: int) -> int:
    """Read a little-endian file address."""
    if width not in {2, 4, 8} or start + width > len(raw):
        raise ValueError(width)
    return int.from_bytes(raw[start : start + width], "little")


class Classic:
    """The header of the classic formats CDF-1, CDF-2 and CDF-5.

    References
    ----------
    NetCDF classic format specification, Unidata.
    """

    def __init__(self, stream: BinaryIO, offset_size: int, *, wide: bool) -> None:
        self._stream = stream
        self._offset = ">Q" if offset_size == 8 else ">I"
        self._count = ">Q" if wide else ">I"
        self._limit = Path(stream.name).stat().st_size if isinstance(stream.name, str) else 1 << 40

    def end(self) -> int:
        """Give the last byte that any variable needs."""
        records = self._number(self._count)
        self._tag()
        sizes = [self._dimension() for _ in range(self._many())]
        self._attributes()
        self._tag()
        fixed, moving = 0, list[tuple[int, int]]()
        for _ in range(self._many()):
            begin, bytes_needed, is_record = self._variable(sizes)
            if is_record:
                moving.append((begin, bytes_needed))
            else:
                fixed = max(fixed, begin + bytes_needed)
        if not moving or records in STREAMING or records == 0:
            return fixed
        padded = [-(-size // 4) * 4 for _, size in moving]
        record = sum(padded) if len(moving) > 1 else moving[0][1]
        return max(fixed, *(begin + (records - 1) * record + size for begin, size in moving))

    def _number(self, form: str) -> int:
        return int(struct.unpack(form, self._stream.read(struct.calcsize(form)))[0])

    def _many(self) -> int:
        count = self._number(self._count)
        if count > self._limit:
            raise ValueError(count)
        return count

    def _tag(self) -> None:
        self._stream.read(4)

    def _name(self) -> None:
        self._skip(self._many())

    def _skip(self, size: int) -> None:
        self._stream.seek(-(-size // 4) * 4, 1)

    def _dimension(self) -> int:
        self._name()
        return self._number(self._count)

    def _attributes(self) -> None:
        self._tag()
        for _ in range(self._many()):
            self._name()
            kind = self._number(">I")
            self._skip(TYPE_SIZES[kind] * self._many())

    def _variable(self, sizes: list[int]) -> tuple[int, int, bool]:
        """Read one variable: begin, bytes (of one record where it has records), and whether it has records."""
        self._name()
        shape = [sizes[self._number(self._count)] for _ in range(self._many())]
        self._attributes()
        kind = self._number(">I")
        self._number(self._count)
        begin = self._number(self._offset)
        is_record = bool(shape) and shape[0] == 0
        total = TYPE_SIZES[kind]
        for size in shape[1:] if is_record else shape:
            total *= size
        return begin, total, is_record
