"""Compound files (OLE), the container of .xls: one stream out of it, within the bounds of the file."""

from __future__ import annotations

import struct

from rubric_dsl.observations import codes
from rubric_dsl.observations.raw import FileRefused

_END = 0xFFFFFFFA
"""Numbers of sectors from here on mean something else than a sector."""
_ENTRY = 128


def stream(data: bytes, names: tuple[str, ...]) -> tuple[str, bytes] | None:
    """The first stream that has one of the names, with its name; None where there is none. Raises FileRefused."""
    try:
        return _Compound(data).stream(names)
    except (struct.error, IndexError, ValueError) as error:
        raise FileRefused(codes.FILE_DAMAGED, {"help": "archive"}) from error


class _Compound:
    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if not 7 <= shift <= 16 or not 4 <= small_shift <= shift:
            raise ValueError("sector size")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        self._most = len(data) // self._size + 1
        directory, self._cutoff, small_fat = struct.unpack_from("<I4xII", data, 48)
        self._fat = self._numbers(self._sectors_of_fat())
        self._entries = self._chain(directory)
        self._small_fat = self._numbers_of(self._chain(small_fat)) if small_fat < _END else ()

    def stream(self, names: tuple[str, ...]) -> tuple[str, bytes] | None:
        root = None
        found = {}
        for place in range(0, len(self._entries) - _ENTRY + 1, _ENTRY):
            entry = self._entries[place : place + _ENTRY]
            length, kind = struct.unpack_from("<HB", entry, 64)
            name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entry, 116)
            if kind == 5:
                root = start
            elif kind == 2:
                found[name] = (start, size)
        for name in names:
            if name in found:
                start, size = found[name]
                small = size < self._cutoff and root is not None
                whole = self._small_chain(start, self._chain(root or 0)) if small else self._chain(start)
                return name, whole[:size]
        return None

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _sectors_of_fat(self) -> list[int]:
        """The sectors that hold the table of sectors: 109 in the header, more in a chain."""
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        following, count = struct.unpack_from("<II", self._data, 68)
        for _ in range(min(count, self._most)):
            if following >= _END:
                break
            inside = self._numbers_of(self._sector(following))
            numbers += inside[:-1]
            following = inside[-1]
        return [number for number in numbers if number < _END][: self._most]

    def _numbers(self, sectors: list[int]) -> tuple[int, ...]:
        return self._numbers_of(b"".join(map(self._sector, sectors)))

    def _numbers_of(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack_from(f"<{len(data) // 4}I", data)

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < _END and len(parts) <= self._most:
            parts.append(self._sector(number))
            number = self._fat[number]
        if len(parts) > self._most:
            raise ValueError("a chain without an end")
        return b"".join(parts)

    def _small_chain(self, number: int, whole: bytes) -> bytes:
        parts: list[bytes] = []
        most = len(whole) // self._small_size + 1
        while number < _END and len(parts) <= most:
            parts.append(whole[number * self._small_size : (number + 1) * self._small_size])
            number = self._small_fat[number]
        if len(parts) > most:
            raise ValueError("a chain without an end")
        return b"".join(parts)
