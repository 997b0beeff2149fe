"""Unpack gzip without trusting it: a few kilobytes can unpack to more than a disk holds."""

import gzip
import io
import zlib
from typing import BinaryIO

from corpus.errors import UnreadableFile

# Text packs three to ten times; a thousand-fold is a bomb. Below the floor no ratio hurts.
_MOST_RATIO = 100
_FREE_BYTES = 64 << 20


class _Counted(io.RawIOBase):
    """The packed side, counting what was taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.taken += len(data)
        return len(data)


class Unpacked(io.RawIOBase):
    """The unpacked side of a gzip stream, read piece by piece. Raises `UnreadableFile` for a bomb or a damaged one."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed = _Counted(packed)
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(self._packed), mode="rb")
        self._name = name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile(f"{self._name} cannot be read: it is damaged gzip ({error}).") from error
        buffer[: len(data)] = data
        self._given += len(data)
        if self._given > _FREE_BYTES and self._given > _MOST_RATIO * self._packed.taken:
            raise UnreadableFile(f"{self._name} unpacks to over {_MOST_RATIO} times its size; that is not text.")
        return len(data)
