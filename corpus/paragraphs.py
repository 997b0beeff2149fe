"""Printed lines at places on pages, put together to paragraphs: a PDF does not say where they are."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.clean import clean_line

_BULLETS = ("•", "◦", "▪", "‣", "●")
_NUMBER = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
_PAGE_NUMBER = re.compile(r"[\W_]*(?:(?:page|p|of)?[\W_]*\d{1,5}[\W_]*){1,2}", re.IGNORECASE)
_LONGEST_HEAD = 200
_ENDS = re.compile(r"[.!?:…][\"”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its text, its box in points from the lower left corner, and its font size in points.

    A text that ends with a soft hyphen goes on in the next line within a word.
    """

    text: str
    left: float
    bottom: float
    right: float
    size: float


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> str:
    """The text of all pages, one paragraph a line, without running heads and page numbers.

    The distances and shares below were chosen by eye on a handful of PDFs: manuals, a printed page, two columns.
    """
    running = _running_heads(pages)
    paragraphs: list[str] = []
    before: Line | None = None
    for number, page in enumerate(pages):
        kept = [
            line
            for place, line in enumerate(page)
            if not (_is_outer(place, page) and running & _patterns(line.text, number))
        ]
        pitch = _pitch(kept)
        edges = _edges(kept)
        for line in kept:
            if before is None or _starts_paragraph(before, line, pitch, edges.get(_column(before), 0.0)):
                paragraphs.append(line.text)
            else:
                paragraphs[-1] = _joined(paragraphs[-1], line.text)
            before = line
    return "\n".join(paragraph.replace("\u00ad", "-") for paragraph in paragraphs)


def _starts_paragraph(before: Line, line: Line, pitch: float, edge: float) -> bool:
    if before.text.endswith("\u00ad"):
        return False
    if line.text.startswith(_BULLETS) or abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return True
    drop = before.bottom - line.bottom
    ended = _ENDS.search(before.text) is not None
    if drop <= 0 or drop > 8 * pitch:  # the next column or page: a sentence runs on, a finished one does not
        return ended
    is_indented = line.left - before.left > 0.8 * line.size
    filled = (before.right - before.left) / max(1.0, edge - before.left)
    return drop > 1.45 * pitch or filled < 0.5 or (ended and (is_indented or filled < 0.8))


def _column(line: Line) -> int:
    """Lines that begin within half an inch of one another stand in one column, or in neighbouring numbers."""
    return int(line.left // 36)


def _edges(lines: Sequence[Line]) -> dict[int, float]:
    """How far to the right the lines of each column reach, in points: nine in ten, because a footer spans columns."""
    reach: dict[int, list[float]] = {}
    for line in lines:
        for column in range(_column(line) - 1, _column(line) + 2):
            reach.setdefault(column, []).append(line.right)
    return {column: sorted(rights)[int(0.9 * (len(rights) - 1))] for column, rights in reach.items()}


def _joined(text: str, line: str) -> str:
    return text[:-1] + line if text.endswith("\u00ad") else f"{text} {line}"


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance from line to line, in points; gaps between paragraphs are among the larger ones."""
    drops = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 60]
    return sorted(drops)[int(0.35 * len(drops))] if drops else 14.0


def _patterns(text: str, page: int) -> set[str]:
    """What lines that say the same on other pages share with this one: its text, with a page number left open.

    A number beside words is the page's when it grows with `page`; rows of a table hold numbers too.
    """
    patterns = {text}
    if _PAGE_NUMBER.fullmatch(text):
        patterns.add(_NUMBER.sub("\0", text))
    elif len(text) <= _LONGEST_HEAD:
        patterns |= {f"{text[: n.start()]}\0{int(n[0]) - page}\0{text[n.end() :]}" for n in _NUMBER.finditer(text)}
    return patterns


def _running_heads(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Patterns of running heads and page numbers: first or last lines of more than half of at least three pages.

    What stands as often between those is text.
    """
    if len(pages) < 3:
        return set()
    outer: Counter[str] = Counter()
    inner: Counter[str] = Counter()
    for number, page in enumerate(pages):
        lines = [(place, _patterns(line.text, number)) for place, line in enumerate(page)]
        outer.update(set().union(*(patterns for place, patterns in lines if _is_outer(place, page))))
        inner.update(set().union(*(patterns for place, patterns in lines if not _is_outer(place, page))))
    return {pattern for pattern, count in outer.items() if count > len(pages) / 2 and count > inner[pattern]}


def _is_outer(place: int, page: Sequence[Line]) -> bool:
    """Whether a line is among the two first or two last of its page."""
    return place < 2 or place >= len(page) - 2


def largest_print(lines: Sequence[Line]) -> str:
    """The lines in the largest print of the first page, when it is clearly larger than the rest."""
    if not lines:
        return ""
    size = max(line.size for line in lines)
    if size < 1.15 * median(line.size for line in lines):
        return ""
    return clean_line(" ".join(line.text for line in lines if line.size > 0.95 * size))[:300]
