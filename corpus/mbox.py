"""Letters kept one behind the other in a file (mbox), cut apart; each is then read as a letter of its own."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

MOST_LETTER_BYTES = 30_000_000
_LONGEST_LINE = 1 << 20
# "From sender Tue Apr  2 06:00:00 2024", of which some programs write other forms, but all with the time of day.
_BETWEEN = re.compile(rb"From \S{1,400} .{0,60}\d:\d\d.{0,60}\r?\n?")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,80}:[ \t]")
_QUOTED = re.compile(rb">+From ")


def is_mbox(text: str) -> bool:
    """Whether a text begins as such a file does: with a line between letters, and a header after it."""
    first, _, rest = text[:4_000].encode("utf-8", "replace").partition(b"\n")
    return _BETWEEN.fullmatch(first) is not None and _HEADER.match(rest) is not None


def letters_in(stream: BinaryIO | io.BufferedReader) -> Iterator[bytes]:
    """The letters, one at a time; of one over 30 MB only the beginning, with a byte more than that.

    One begins with a line between letters and a header, behind an empty line: prose begins with "From " too. ">From "
    loses the sign that told it from such a line.
    """
    letter = bytearray()
    is_after_empty, line = True, stream.readline(_LONGEST_LINE)
    while line:
        following = stream.readline(_LONGEST_LINE)
        if is_after_empty and _BETWEEN.fullmatch(line) and _HEADER.match(following):
            if letter:
                yield bytes(letter)
            letter = bytearray()
        elif len(letter) <= MOST_LETTER_BYTES:
            letter += (line[1:] if _QUOTED.match(line) else line)[: MOST_LETTER_BYTES + 1 - len(letter)]
        is_after_empty, line = not line.strip(), following
    if letter:
        yield bytes(letter)
