"""Read an article from a PDF. The only file that knows pypdfium2 (PDFium).

Runs in the worker process (`corpus.parse`). A PDF holds lines at places on pages; paragraphs are made of them here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from corpus.accept import MOST_BODY_CHARACTERS
from corpus.clean import clean_line
from corpus.errors import UnreadableFile
from corpus.found import Parsed
from corpus.metadata import language_code, people, plausible_time

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_MOST_PAGES = 1_000
# PDFium's marks for a hyphen that it takes for the end of a cut word.
_CUT_WORD = ("\x02", "\ufffe", "\u00ad")
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:(Z)|([+-])(\d{2})'?(\d{2})?)?")
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word\b.*|.*\.(?:docx?|pdf|indd|qxd|rtf)|slide \d+|print|[a-z]+:\S.*)$", re.I
)
_BULLETS = ("•", "◦", "▪", "‣", "●")
_ENDS = re.compile(r"[.!?:…][\"”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed line: its text, its box in points from the lower left corner, and its font size in points."""

    text: str
    left: float
    bottom: float
    right: float
    size: float


def read_pdf(data: bytes) -> Parsed:
    """The text of a PDF in paragraphs; title, authors and date are guesses from its properties and largest print.

    Raises `UnreadableFile` for one that is damaged, locked, or holds pictures of text only.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableFile(
            "The PDF is locked by a password; save it without one."
            if locked
            else "The PDF is damaged: it cannot be opened."
        ) from error
    pages = [_lines(page) for page in _pages(document)]
    body = _body(pages)
    if not body:
        raise UnreadableFile("The PDF holds no text, only pictures (a scan?); run text recognition on it first.")
    return _described(body, pages, document)


def _described(body: str, pages: Sequence[Sequence[_Line]], document: "PdfDocument") -> Parsed:
    said = {name: clean_line(value) for name, value in document.get_metadata_dict(skip_empty=True).items()}
    stated = said.get("Title", "")
    title = stated if stated and not _NO_TITLE.match(stated) else _largest(pages[0] if pages else [])
    body = body.removeprefix(f"{title}\n")
    fields = {
        "title": title or None,
        "authors": people(re.split(r"\s*[;,&]\s*|\s+and\s+", said.get("Author", ""))),
        "published_at": _date(said.get("CreationDate", "")),
    }
    return Parsed(
        body=body,
        title=fields["title"],  # type: ignore[arg-type]
        authors=fields["authors"],  # type: ignore[arg-type]
        published_at=fields["published_at"],  # type: ignore[arg-type]
        language=language_code(_language(document)),
        guessed=tuple(name for name, value in fields.items() if value),
    )


def _pages(document: "PdfDocument") -> Iterable["PdfPage"]:
    import pypdfium2

    for number in range(min(len(document), _MOST_PAGES)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue  # one damaged page does not take the others with it
        yield page
        page.close()


def _lines(page: "PdfPage") -> list[_Line]:
    import pypdfium2.raw as raw

    text = page.get_textpage()
    lines: list[_Line] = []
    run: list[tuple[int, str]] = []
    for place in range(min(text.count_chars(), MOST_BODY_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text, place)
        character = chr(code) if code < 0x110000 else "\ufffd"
        if character in "\r\n" or character in _CUT_WORD:
            lines += _line(text, run, is_cut=character in _CUT_WORD)
            run = []
        else:
            run.append((place, character))
    lines += _line(text, run, is_cut=False)
    text.close()
    return lines


def _line(text: Any, run: Sequence[tuple[int, str]], *, is_cut: bool) -> list[_Line]:
    import pypdfium2.raw as raw

    inked = [place for place, character in run if not character.isspace()]
    if not inked:
        return []
    # Characters beyond the first plane come as two halves.
    words = "".join(character for _, character in run).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    first, last = text.get_charbox(inked[0]), text.get_charbox(inked[-1])
    size = raw.FPDFText_GetFontSize(text, inked[0]) or abs(first[3] - first[1]) or 10.0
    shown = clean_line(words) + ("\u00ad" if is_cut else "")
    return [_Line(shown, first[0], min(first[1], last[1]), last[2], size)]


def _body(pages: Sequence[Sequence[_Line]]) -> str:
    repeated = _repeated(pages)
    paragraphs: list[str] = []
    before: _Line | None = None
    for page in pages:
        kept = [line for place, line in enumerate(page) if not (_is_outer(place, page) and _pattern(line) in repeated)]
        pitch = _pitch(kept)
        edges = _edges(kept)
        for line in kept:
            if before is None or _starts_paragraph(before, line, pitch, edges.get(_column(before), 0.0)):
                paragraphs.append(line.text)
            else:
                paragraphs[-1] = _joined(paragraphs[-1], line.text)
            before = line
    return "\n".join(paragraph.replace("\u00ad", "-") for paragraph in paragraphs)


def _starts_paragraph(before: _Line, line: _Line, pitch: float, edge: float) -> bool:
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


def _column(line: _Line) -> int:
    """Lines that begin within half an inch of one another stand in one column, or in neighbouring numbers."""
    return int(line.left // 36)


def _edges(lines: Sequence[_Line]) -> dict[int, float]:
    """How far to the right the lines of each column reach, in points: nine in ten, because a footer spans columns."""
    reach: dict[int, list[float]] = {}
    for line in lines:
        for column in range(_column(line) - 1, _column(line) + 2):
            reach.setdefault(column, []).append(line.right)
    return {column: sorted(rights)[int(0.9 * (len(rights) - 1))] for column, rights in reach.items()}


def _joined(text: str, line: str) -> str:
    return text[:-1] + line if text.endswith("\u00ad") else f"{text} {line}"


def _pitch(lines: Sequence[_Line]) -> float:
    """The usual distance from line to line, in points; gaps between paragraphs are among the larger ones."""
    drops = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 60]
    return sorted(drops)[int(0.35 * len(drops))] if drops else 14.0


def _pattern(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _repeated(pages: Sequence[Sequence[_Line]]) -> set[str]:
    """Running heads and page numbers: first or last lines that stand on more than half of at least three pages."""
    if len(pages) < 3:
        return set()
    outer = Counter(
        pattern
        for page in pages
        for pattern in {_pattern(line) for place, line in enumerate(page) if _is_outer(place, page)}
    )
    return {pattern for pattern, count in outer.items() if count > len(pages) / 2}


def _is_outer(place: int, page: Sequence[_Line]) -> bool:
    """Whether a line is among the two first or two last of its page."""
    return place < 2 or place >= len(page) - 2


def _largest(lines: Sequence[_Line]) -> str:
    """The lines in the largest print of the first page, when it is clearly larger than the rest."""
    if not lines:
        return ""
    size = max(line.size for line in lines)
    if size < 1.15 * median(line.size for line in lines):
        return ""
    return clean_line(" ".join(line.text for line in lines if line.size > 0.95 * size))[:300]


def _date(value: str) -> str | None:
    match = _DATE.match(value)
    if not match:
        return None
    year, month, day, hour, minute, second, _, sign, ahead, minutes = match.groups()
    zone = f"{sign}{ahead}:{minutes or '00'}" if sign else "+00:00"
    date = f"{year}-{month or '01'}-{day or '01'}"
    return plausible_time(f"{date}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}")


def _language(document: "PdfDocument") -> str | None:
    """What the catalogue says, where this build of PDFium can tell."""
    import ctypes

    import pypdfium2.raw as raw

    ask = getattr(raw, "FPDFCatalog_GetLanguage", None)
    if ask is None:
        return None
    room = ctypes.create_string_buffer(64)
    length = ask(document, ctypes.cast(room, ctypes.POINTER(ctypes.c_ushort)), 64)
    return room.raw[: max(0, length - 2)].decode("utf-16-le", "ignore") if 2 < length <= 64 else None
