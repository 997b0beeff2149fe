"""Read an article from a PDF. The only file that knows pypdfium2 (PDFium).

Runs in the worker process (`corpus.parse`).
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from corpus.accept import MOST_BODY_CHARACTERS
from corpus.clean import clean_line
from corpus.errors import UnreadableFile
from corpus.found import Parsed
from corpus.language import language_code
from corpus.metadata import people, plausible_time
from corpus.paragraphs import Line, largest_print, paragraphs_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_MOST_PAGES = 1_000
# PDFium's marks for a hyphen that it takes for the end of a cut word.
_CUT_WORD = ("\x02", "\ufffe", "\u00ad")
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:(Z)|([+-])(\d{2})'?(\d{2})?)?")
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word\b.*|.*\.(?:docx?|pdf|indd|qxd|rtf)|slide \d+|print|[a-z]+:\S.*)$", re.I
)


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
    body = paragraphs_of(pages)
    if not body:
        raise UnreadableFile("The PDF holds no text, only pictures (a scan?); run text recognition on it first.")
    return _described(body, pages, document)


def _described(body: str, pages: Sequence[Sequence[Line]], document: "PdfDocument") -> Parsed:
    said = {name: clean_line(value) for name, value in document.get_metadata_dict(skip_empty=True).items()}
    stated = said.get("Title", "")
    title = stated if stated and not _NO_TITLE.match(stated) else largest_print(pages[0] if pages else [])
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


def _lines(page: "PdfPage") -> list[Line]:
    import pypdfium2.raw as raw

    text = page.get_textpage()
    lines: list[Line] = []
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


def _line(text: Any, run: Sequence[tuple[int, str]], *, is_cut: bool) -> list[Line]:
    import pypdfium2.raw as raw

    inked = [place for place, character in run if not character.isspace()]
    if not inked:
        return []
    # Characters beyond the first plane come as two halves.
    words = "".join(character for _, character in run).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    first, last = text.get_charbox(inked[0]), text.get_charbox(inked[-1])
    size = raw.FPDFText_GetFontSize(text, inked[0]) or abs(first[3] - first[1]) or 10.0
    shown = clean_line(words) + ("\u00ad" if is_cut else "")
    return [Line(shown, first[0], min(first[1], last[1]), last[2], size)]


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
