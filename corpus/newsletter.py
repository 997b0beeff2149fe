"""Read an article from an e-mail (.eml): the text of the HTML parts, or the plain ones where they say far more.

Runs in the worker process (`corpus.parse`).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from corpus.charset import decoded
from corpus.clean import clean_line
from corpus.errors import UnreadableFile
from corpus.found import Parsed
from corpus.language import language_code
from corpus.metadata import plausible_time
from corpus.page import read_letter

# Lines of the letter, not of its news. Each must match a whole line.
_LETTER = re.compile(
    r"(?:view|read|open|see) (?:this )?(?:e-?mail|newsletter|message|it)? ?(?:online|in (?:your|a) (?:web )?browser)\b"
    r".{0,60}"
    r"|.{0,60}\b(?:unsubscribe|(?:update|manage|change) (?:your )?(?:e-?mail )?(?:preferences|subscription))\b.{0,60}"
    r"|(?:was this )?forwarded (?:this|to you)\b.{0,80}|https?://\S+",
    re.IGNORECASE,
)
_WRAPPED = 50
_MOST_FORWARDS, _LONGEST_NOTE = 10, 200


def read_newsletter(data: bytes) -> Parsed:
    """The article of a letter: the subject is its title, the sender its publisher, the date its publication.

    Its id comes from sender and Message-ID. What its HTML says of addresses is not believed: anyone can send a letter.
    Raises `UnreadableFile` when it holds no text.
    """
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    message, found = _letter(message)
    body = found.body
    if not body.strip():
        raise UnreadableFile("The e-mail holds no text: it may have attachments only.")
    name, address = parseaddr(_header(message, "from"))
    return Parsed(
        body=body,
        title=clean_line(_header(message, "subject")) or None,
        publisher=clean_line(name) or address or None,
        published_at=plausible_time(_header(message, "date")),
        language=found.language or language_code(_header(message, "content-language")),
        id=_id(address, _header(message, "message-id")),
    )


def _letter(message: EmailMessage) -> tuple[EmailMessage, Parsed]:
    """The letter and its text, or those of the one that it only forwards, with a short note or without."""
    found = _text(message)
    for _ in range(_MOST_FORWARDS):
        forwarded = [part for part in _parts(message) if part.get_content_type() == "message/rfc822"]
        if len(forwarded) != 1 or len(found.body) > _LONGEST_NOTE:
            break
        inner = forwarded[0].get_content()
        told = _text(inner)
        if len(told.body) < len(found.body):
            break
        message, found = inner, told
    return message, found


def _text(message: EmailMessage) -> Parsed:
    found = _of_pages(_texts(message, "html"))
    plain = "\n\n".join(_texts(message, "plain"))
    written = _letter_free(_reflowed(plain)) if plain else ""
    # A letter laid out in tables can hide its text from an extractor; the plain part then holds it.
    return replace(found, body=written) if len(written) > 2 * len(found.body) else found


def _of_pages(pages: Sequence[str]) -> Parsed:
    found = []
    for page in pages:
        with suppress(UnreadableFile):
            found.append(read_letter(page))
    language = next((one.language for one in found if one.language), None)
    return Parsed(body=_letter_free("\n".join(one.body for one in found if one.body)), language=language)


def _texts(message: EmailMessage, kind: str) -> list[str]:
    """The texts of that kind which are no attachments; a wrong or unknown charset is detected."""
    texts = []
    for part in _parts(message):
        if part.get_content_type() == f"text/{kind}" and not part.get_filename() and not part.is_attachment():
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes) and raw.strip():
                texts.append(decoded(raw, "The e-mail's text", part.get_content_charset(), is_page=kind == "html"))
    return texts


def _parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """The parts of a letter in order, without those of letters that it carries."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(list(part.iter_parts())))
        else:
            yield part


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except Exception:  # the header parser of the standard library trips over some malformed headers
        return ""


def _id(address: str, message_id: str) -> str | None:
    """Sender and Message-ID together, so that no other sender's letter can pass for a revision of this one."""
    if not message_id.strip():
        return None
    named = f"{address.lower()}|{message_id.strip()}"
    return "mail-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:16]


def _reflowed(text: str) -> str:
    """Lines that a mail program wrapped, put together again: a paragraph whose lines are all long is one line."""
    paragraphs = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        is_wrapped = len(lines) > 1 and all(len(line) >= _WRAPPED for line in lines[:-1])
        paragraphs.append(" ".join(lines) if is_wrapped else "\n".join(lines))
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def _letter_free(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _LETTER.fullmatch(line.strip()))
