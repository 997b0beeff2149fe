"""Read an article from a Word document (.docx). The only file that knows python-docx.

Runs in the worker process (`corpus.parse`). python-docx resolves no XML entities.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

from corpus.clean import clean_line
from corpus.errors import UnreadableFile
from corpus.found import Parsed
from corpus.language import language_code
from corpus.metadata import people, plausible_time

if TYPE_CHECKING:
    from docx.document import Document

# A document packs its XML about tenfold; a bomb a thousandfold.
_MOST_UNPACKED_BYTES = 200 << 20
_MOST_TEXT_BYTES = 40 << 20
_MOST_PARTS = 5_000
_HEADING = re.compile(r"^(?:title|heading 1)$", re.IGNORECASE)
# Around text that stands: tracked insertions, content controls, fields and the like, which python-docx passes over.
_WRAPPERS = ("ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "fldSimple", "dir", "bdo")
# Text that was taken out or moved elsewhere, and what wrappers say of themselves.
_DROPPED = ("del", "moveFrom", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr")


def read_docx(data: bytes) -> Parsed:
    """The text of a Word document, one paragraph a line; title, authors and dates are guesses from its properties.

    Raises `UnreadableFile` for one that is damaged, empty or a bomb.
    """
    _check_size(data)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:  # python-docx lets out whatever zipfile, lxml and its own lookups raise
        raise UnreadableFile("The Word document is damaged: it cannot be opened.") from error
    _accept_changes(document)
    heading, lines = _text(document)
    body = "\n".join(lines)
    if not body:
        raise UnreadableFile("The Word document holds no text.")
    said = _properties(document)
    published, updated = _time(said.get("created")), _time(said.get("modified"))
    fields: dict[str, Any] = {
        "title": heading or clean_line(said.get("title") or "") or None,
        "authors": people(re.split(r"\s*[;,]\s*", said.get("author") or "")),
        "published_at": published,
        "updated_at": updated if updated and (published is None or updated > published) else None,
    }
    guessed = tuple(name for name, value in fields.items() if value)
    return Parsed(body=body, **fields, language=language_code(said.get("language")), guessed=guessed)


def _properties(document: "Document") -> dict[str, Any]:
    """The core properties as the file has them; for a file without any, python-docx would make some up."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        document.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES)
        said = document.core_properties
        return {name: getattr(said, name) for name in ("title", "author", "created", "modified", "language")}
    except Exception:  # no such part, or one with values that are none; the text matters more
        return {}


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFile("The Word document is damaged: it cannot be opened.") from error
    texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    too_much = sum(part.file_size for part in parts) > _MOST_UNPACKED_BYTES
    if too_much or len(parts) > _MOST_PARTS or sum(part.file_size for part in texts) > _MOST_TEXT_BYTES:
        raise UnreadableFile("The Word document unpacks to far more than one article; it is not read.")


def _accept_changes(document: "Document") -> None:
    """Leave the text as it reads with every tracked change accepted, in the plain elements that python-docx knows."""
    from docx.oxml.ns import qn
    from lxml import etree

    tree = document.element.body
    for mark in list(tree.iter(qn("w:del"))):
        properties = mark.getparent()
        row = properties.getparent() if properties is not None and properties.tag == qn("w:trPr") else None
        if row is not None and row.getparent() is not None:
            row.getparent().remove(row)
    etree.strip_elements(tree, *(qn(f"w:{name}") for name in _DROPPED), with_tail=False)
    etree.strip_tags(tree, *(qn(f"w:{name}") for name in _WRAPPERS))


def _text(document: "Document") -> tuple[str, list[str]]:
    """The heading that begins the document, if one does, and every other line."""
    heading = ""
    lines: list[str] = []
    for style, line in _lines(document):
        if not heading and not lines and _HEADING.match(style):
            heading = line
        else:
            lines.append(line)
    return (heading, lines) if lines else ("", [heading] if heading else [])


def _lines(document: "Document") -> Iterator[tuple[str, str]]:
    """Every paragraph with the name of its style, in order; the cells of a table's row on one line."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells = {cell._tc: cell for cell in row.cells}.values()  # one that spans columns is given for each
                if line := " | ".join(text for text in (clean_line(cell.text) for cell in cells) if text):
                    yield "", line
        else:
            style = str(getattr(block.style, "name", "") or "")
            yield from ((style, line) for line in map(clean_line, block.text.split("\n")) if line)


def _time(value: Any) -> str | None:
    """Word writes UTC; python-docx gives it without a zone."""
    if value is None:
        return None
    return plausible_time((value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat())
