"""Check the files of a tantivy index against the checksum that each carries, before anything maps them into memory."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

# Tantivy ends each file of a segment with a JSON footer that holds the CRC-32 of what precedes it, then the footer's
# length and this number, both as little-endian 32-bit integers (its source: directory/footer.rs).
_MAGIC = 1337
_TAIL = 8
_LONGEST_FOOTER = 1_000
_MOST_META = 10_000_000  # thousands of segments would fit; more is damage, and its reading cut short is no JSON
_PIECE = 1 << 20
_KINDS = (".idx", ".term", ".store", ".fast", ".fieldnorm", ".pos")


def are_sound(folder: Path) -> bool:
    """Whether every file that the index in `folder` uses is there, whole and unchanged since it was written.

    A file cut short under a memory map would kill the process, so this comes before opening.
    """
    try:
        with (folder / "meta.json").open("rb") as file:
            segments = json.loads(file.read(_MOST_META))["segments"]
        names = {segment["segment_id"].replace("-", "") for segment in segments}
        used = [path for path in folder.iterdir() if path.name.split(".")[0] in names]
        held = {(path.name.split(".")[0], path.suffix) for path in used}
        deletions = {
            f"{segment['segment_id'].replace('-', '')}.{segment['deletes']['opstamp']}.del"
            for segment in segments
            if segment.get("deletes")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    whole = all((name, kind) in held for name in names for kind in _KINDS)
    return whole and deletions <= {path.name for path in used} and all(map(_is_sound, used))


def _is_sound(path: Path) -> bool:
    try:
        size = path.stat().st_size
        if size < _TAIL or path.stat().st_blocks * 512 < size // 2:  # a hole is no file of ours, and may be endless
            return False
        with path.open("rb") as file:
            file.seek(size - _TAIL)
            tail = file.read(_TAIL)
            length = int.from_bytes(tail[:4], "little")
            if int.from_bytes(tail[4:], "little") != _MAGIC or not 0 < length <= min(_LONGEST_FOOTER, size - _TAIL):
                return False
            body = size - _TAIL - length
            file.seek(body)
            expected = json.loads(file.read(length))["crc"]
            file.seek(0)
            return bool(_crc(file.read, body) == expected)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _crc(read: Callable[[int], bytes], size: int) -> int:
    crc = 0
    while size > 0 and (piece := read(min(_PIECE, size))):
        crc, size = zlib.crc32(piece, crc), size - len(piece)
    return crc
