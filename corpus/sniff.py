"""What kind of thing some bytes are: by their content first, then by what they were declared and named to be."""

import io
import re
from enum import Enum
from itertools import chain
from pathlib import PurePosixPath

from corpus.charset import decoded_head
from corpus.errors import UnreadableFile
from corpus.feed import JSON_FEED
from corpus.joined import Joined
from corpus.mbox import is_mbox
from corpus.records import MOST_LINE_BYTES, field_named, starts_as_lines

HEAD_BYTES = 65_536
_NEAR_THE_TOP = 4_000  # characters
_BLANK = b"\xef\xbb\xbf \t\r\n"


class Kind(Enum):
    """The kinds that can be read."""

    PAGE = "page"
    PDF = "pdf"
    DOCX = "docx"
    NEWSLETTER = "newsletter"
    TABLE = "table"
    LINES = "lines"
    JSON = "json"
    TEXT = "text"
    MARKDOWN = "markdown"
    FEED = "feed"
    MBOX = "mbox"
    GZIP = "gzip"


_BY_SUFFIX = {
    Kind.PAGE: (".html", ".htm", ".xhtml"),
    Kind.NEWSLETTER: (".eml",),
    Kind.TABLE: (".csv", ".tsv", ".tab"),
    Kind.LINES: (".jsonl", ".ndjson"),
    Kind.JSON: (".json",),
    Kind.TEXT: (".txt", ".text"),
    Kind.MARKDOWN: (".md", ".markdown"),
}
_BY_TYPE = {
    Kind.PAGE: ("text/html", "application/xhtml+xml"),
    Kind.NEWSLETTER: ("message/rfc822",),
    Kind.TABLE: ("text/csv", "text/tab-separated-values"),
    Kind.LINES: ("application/jsonl", "application/x-ndjson", "application/x-jsonlines"),
    Kind.JSON: ("application/json",),
    Kind.TEXT: ("text/plain",),
    Kind.MARKDOWN: ("text/markdown",),
}
PROSE = (Kind.TEXT, Kind.MARKDOWN)
# Formats that are met in folders of articles and cannot be read, with what to do instead.
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "an old Word or Office file; save it as .docx or PDF"),
    (b"{\\rtf", "an RTF file; save it as .docx or plain text"),
    (b"%!PS", "a PostScript file; convert it to PDF"),
)
KNOWN = ".html, .pdf, .docx, .eml, .mbox, .csv, .tsv, .json, .jsonl, .txt, .md and feeds, each also as .gz"

# What may stand before the first element. Atomic, because a page of nothing but comments must not be tried for ever.
_PROLOGUE = r"(?><\?xml[^>]*+>\s*+)?+(?>(?><!--.*?-->)\s*+)*+"
_WHOLE_PAGE = re.compile(_PROLOGUE + r"<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_PART_OF_PAGE = re.compile(_PROLOGUE + r"<(?:head|body|title|meta|article|main|div|h1|table|p)\b", re.I | re.DOTALL)
_FEED = re.compile(_PROLOGUE + r"<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE | re.DOTALL)
_SITEMAP = re.compile(_PROLOGUE + r"<(?:urlset|sitemapindex)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(
    r"(?=<\?xml)" + _PROLOGUE + r"(?:<!DOCTYPE[^>]{0,400}>\s*)?<([\w:.-]{1,80})", re.IGNORECASE | re.DOTALL
)
_JSON = re.compile(r"\{\s*(?:\"|\}|$)|\[\s*(?:\{|\]|\[|$)")
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]", re.MULTILINE)
_MAIL = {"message-id", "mime-version", "received", "return-path", "dkim-signature", "delivered-to", "list-unsubscribe"}


def head_of(stream: io.BufferedReader) -> tuple[bytes, io.BufferedReader]:
    """The first bytes of a stream, by which its kind shows, and the stream with them.

    As many as fit its buffer; of what may be lines of JSON also the whole first line, because only what comes after
    tells whether it is.
    """
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    said = head.lstrip(_BLANK)
    if not said.startswith(b"{") or b"\n" in said:
        return head, stream
    first = b""
    while not first.strip(_BLANK) and (line := stream.readline(MOST_LINE_BYTES)):
        first += line
    whole = Joined(chain([first], iter(lambda: stream.read(HEAD_BYTES), b"")))
    return first + stream.peek(HEAD_BYTES)[:HEAD_BYTES], io.BufferedReader(whole, HEAD_BYTES)


def kind_of(head: bytes, name: str, content_type: str | None = None) -> Kind:
    """The kind of a file from its first bytes, its name or address, and the content type that it came with.

    Raises `UnreadableFile` for what is empty, binary, or of no kind that can be read.
    """
    if not head:
        raise UnreadableFile(f"{name} is empty.")
    if head[:2] == b"\x1f\x8b":
        return Kind.GZIP
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head[:4] == b"PK\x03\x04":
        return _zipped(head, name, content_type)
    for magic, what in _REFUSED:
        if head.startswith(magic):
            raise UnreadableFile(f"{name} is {what}.")
    text = decoded_head(head, name).lstrip()
    return _of_text(text, name, _declared(_BY_SUFFIX, suffix_of(name)), _named_type(content_type))


def suffix_of(name: str) -> str:
    """The lower-case suffix of a path or of the path of a URL, that of a packing (.gz) left out."""
    path = PurePosixPath(re.split(r"[?#]", name)[0] if "://" in name else name)
    return PurePosixPath(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()


def _of_text(text: str, name: str, by_suffix: Kind | None, by_type: Kind | None) -> Kind:
    if not text:
        raise UnreadableFile(f"{name} is empty.")
    if _WHOLE_PAGE.match(text):
        return Kind.PAGE
    if _SITEMAP.match(text):
        raise UnreadableFile(f"{name} is a sitemap, not an article; add its address as a feed.")
    if _FEED.match(text):
        return Kind.FEED
    if _JSON.match(text):
        if by_suffix not in PROSE and JSON_FEED.search(text[:_NEAR_THE_TOP].encode()):
            return Kind.FEED
        # Prose may begin with a bracket too, so a file that calls itself text stays text unless it is lines of JSON.
        if starts_as_lines(text) or by_suffix is Kind.LINES:
            return Kind.LINES
        if by_suffix not in PROSE:
            return Kind.LINES if by_type is Kind.LINES else Kind.JSON
    if by_suffix not in PROSE and is_mbox(text):
        return Kind.MBOX
    if by_suffix not in PROSE and _is_mail(text):
        return Kind.NEWSLETTER
    if by_suffix:
        return by_suffix
    if _is_table(text):
        return Kind.TABLE
    # A server that cannot tell says text/plain; what the text looks like is the better witness then.
    if (by_type is None or by_type in PROSE) and _PART_OF_PAGE.match(text):
        return Kind.PAGE
    if by_type in (None, *PROSE) and (root := _XML.match(text)):
        why = f"XML (<{root[1]}>) of a kind that is not read; export it as RSS, JSON or HTML"
        raise UnreadableFile(f"{name} is {why}.")
    if by_type:
        return by_type
    if (suffix := suffix_of(name)) in (".pdf", ".docx"):
        raise UnreadableFile(f"{name} is named {suffix} but does not begin as such a file does; it is damaged.")
    raise UnreadableFile(f"{name} is not of a kind that can be read; known are {KNOWN}.")


def _zipped(head: bytes, name: str, content_type: str | None) -> Kind:
    said = "wordprocessingml" in (content_type or "") or suffix_of(name) == ".docx"
    if said or b"word/" in head:
        return Kind.DOCX
    raise UnreadableFile(f"{name} is a ZIP archive but no Word document; unpack it and give the folder.")


def _is_mail(text: str) -> bool:
    names = {match[1].lower() for match in _HEADER.finditer(text.split("\n\n", 1)[0].replace("\r", ""))}
    starts = _HEADER.match(text) is not None
    return starts and bool(names & _MAIL) and len(names & {"from", "subject", "date", "to"}) >= 2


def _is_table(text: str) -> bool:
    """A first line with at least two columns, of which one is named as a body is and another as a field is."""
    header = text.split("\n", 1)[0]
    known = {field_named(column) for column in re.split(r"[,;\t|]", header)} - {None}
    return "body" in known and len(known) > 1


def _declared(table: dict[Kind, tuple[str, ...]], said: str) -> Kind | None:
    return next((kind for kind, names in table.items() if said in names), None)


def _named_type(content_type: str | None) -> Kind | None:
    return _declared(_BY_TYPE, (content_type or "").split(";")[0].strip().lower())
