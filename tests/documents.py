"""Small real documents of each kind, made by hand so that no test needs a file or a library to write one."""

import io
import zipfile
import zlib
from email.message import EmailMessage
from html import escape

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.reader import read_bytes

SENTENCE = "The harbour of Skelmouth reopened to cargo after the storm, and the first ship was in by noon. "
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = (
    '<?xml version="1.0"?><cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
    '<dc:language>en-GB</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">2024-05-03T06:00:00Z</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">2024-05-04T06:00:00Z</dcterms:modified></cp:coreProperties>'
)


def read(data: bytes, name: str, url: str | None = None, content_type: str | None = None) -> IncomingArticle:
    """The one article of a document."""
    (found,) = read_bytes(data, name, "default", url=url, content_type=content_type)
    assert isinstance(found.outcome, IncomingArticle), found.outcome
    return found.outcome


def refusal(data: bytes, name: str, url: str | None = None, content_type: str | None = None) -> str:
    """Why a document is not read."""
    (found,) = read_bytes(data, name, "default", url=url, content_type=content_type)
    assert isinstance(found.outcome, InvalidInput), found.outcome
    return str(found.outcome)


def page(head: str = "", body: str = "", lang: str = ' lang="en"', paragraphs: int = 4) -> bytes:
    """A page with an article of some length."""
    text = "".join(f"<p>{number}. {SENTENCE * 3}</p>" for number in range(paragraphs))
    return f"<!doctype html><html{lang}><head>{head}</head><body><article>{body}{text}</article></body></html>".encode()


def pdf(*pages: list[tuple[float, float, float, str]], info: str = "", contents: bytes | None = None) -> bytes:
    """A PDF whose pages hold lines `(x, y, size, text)`; `contents` replaces a page's packed content."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    parts = [one.encode() for one in objects]
    kids = []
    for lines in pages:
        drawn = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in lines)
        packed = contents if contents is not None else zlib.compress(drawn.encode("cp1252"))
        parts.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(parts)} 0 R {resources} >>".encode()
        )
        kids.append(f"{len(parts)} 0 R")
    parts[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    parts.append(f"<< {info} >>".encode("cp1252"))
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(parts) + 1, len(parts))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s%s\nstartxref\n%d\n%%%%EOF" % (
        len(parts) + 1, table, trailer, len(made),
    )  # fmt: skip


def docx(body: str, prologue: str = "", title: str = "", author: str = "") -> bytes:
    """A Word document around the XML of its body; with `author`, it has properties."""
    kind = "application/vnd.openxmlformats"
    document = f"{kind}-officedocument.wordprocessingml.document.main+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{kind}-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{document}"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{kind}-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" Type="{relation}" '
        'Target="word/document.xml"/>'
        + (f'<Relationship Id="b" Type="{core}" Target="docProps/core.xml"/>' if author else "")
        + "</Relationships>",
        "word/document.xml": f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    if author:
        files["docProps/core.xml"] = _CORE.format(package=_PACKAGE, title=title, author=author)
    return zipped(files)


def paragraph(text: str) -> str:
    """The XML of a paragraph in a Word document."""
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def zipped(files: dict[str, str]) -> bytes:
    """A ZIP archive of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            # Without the time of day, so that the same document is the same bytes in every process.
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def letter(plain: str | None = None, markup: str | None = None) -> bytes:
    """A newsletter with a plain part, an HTML part, or both."""
    message = EmailMessage()
    message["From"] = "Coast Times Daily <daily@coast.example>"
    message["Subject"] = "Harbour reopens – the morning letter"
    message["Date"] = "Fri, 03 May 2024 07:00:00 +0100"
    message["Message-ID"] = "<1@coast.example>"
    if plain is not None:
        message.set_content(plain)
    if markup is not None:
        message.add_alternative(markup, subtype="html") if plain is not None else message.set_content(
            markup, subtype="html"
        )
    if message.is_multipart():
        message.set_boundary("part")
    return message.as_bytes()
