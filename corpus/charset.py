"""Which characters some bytes stand for: byte order mark, what was declared, what they can be, what they look like."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from corpus.errors import UnreadableFile
from corpus.joined import Joined

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
# Labels that browsers read as a wider set than their name says (WHATWG Encoding Standard).
_WIDER = {
    "iso-8859-1": "windows-1252", "latin-1": "windows-1252", "latin1": "windows-1252", "us-ascii": "windows-1252",
    "ascii": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-9": "windows-1254",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs", "x-sjis": "cp932",
}  # fmt: skip
# Written in seven bits with escapes, so that their bytes pass as ASCII.
_ESCAPED = re.compile(r"iso-?2022|^hz", re.IGNORECASE)
# Codecs that are no charsets, or that (UTF-7) can hide what a text is. Those that make no text know it themselves.
_NO_CHARSETS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7")
_DETECTED_BYTES = 100_000
_HEAD_OF_PAGE = 4_096
# Control characters that no text holds; escape is left out, because ISO-2022 uses it.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_PIECE_BYTES = 65_536
_LONGEST_CHARACTER = 4  # bytes
_BEFORE_BYTES = 1_000  # of a line that stand before what tells


def charset_in(content_type: str | None) -> str | None:
    """The charset that a Content-Type names."""
    match = _HEADER.search(content_type or "")
    return match[1] if match else None


def decoded(data: bytes, name: str, declared: str | None = None, *, is_page: bool = False) -> str:
    """The text of `data`. `declared` is what came with it; with `is_page`, what the page's head says counts as well.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8 whatever was declared, since other text hardly ever is by chance.
    Raises `UnreadableFile` for what is no text.
    """
    encoding = encoding_of(data, name, declared, is_page=is_page)
    return data.decode(encoding, errors="replace")


def encoding_of(data: bytes, name: str, declared: str | None = None, *, is_page: bool = False) -> str:
    """The name of the codec for `data`, or for the text that `data` begins. Raises `UnreadableFile` for no text."""
    if marked := marked_encoding(data):
        return marked
    claims = [declared, *(_claimed(data[:_HEAD_OF_PAGE]) if is_page else ())]
    codecs_claimed = [codec for codec in map(_codec, claims) if codec]
    _refuse_binary(data, name, codecs_claimed)
    if b"\0" not in data and _decodes(data, "utf-8"):
        escaped = data.isascii() and next((codec for codec in codecs_claimed if _ESCAPED.search(codec)), None)
        return escaped or "utf-8"
    if _is_damaged_utf8(data):
        return "utf-8"
    for codec in codecs_claimed:
        if codec != "utf-8" and _decodes(data, codec):
            return codec
    return _detected(data)


def marked_encoding(data: bytes) -> str | None:
    """The name of the codec that a byte order mark tells."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def in_utf8(stream: BinaryIO, head: bytes, encoding: str, name: str, declared: str | None = None) -> io.RawIOBase:
    """The text of a stream as UTF-8, read piece by piece, where it begins with `head`, which has that `encoding`.

    After a head of nothing but ASCII the first piece beyond it decides. Reading raises `UnreadableFile` where that is
    no text.
    """
    return Joined(_pieces_in_utf8(stream, head, encoding, name, declared))


def _pieces_in_utf8(stream: BinaryIO, head: bytes, encoding: str, name: str, declared: str | None) -> Iterator[bytes]:
    piece = stream.read(_PIECE_BYTES)
    # A head that ends amid its first character beyond ASCII tells no more than one without any.
    if head[: 1 - _LONGEST_CHARACTER].isascii() and not _ESCAPED.search(encoding):
        while piece and piece.isascii():
            yield piece
            piece = stream.read(_PIECE_BYTES)
        piece += stream.read(_PIECE_BYTES)  # a few characters would tell little
        encoding = encoding_of(piece, name, declared)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while piece:
        yield decoder.decode(piece).encode()
        piece = stream.read(_PIECE_BYTES)
    yield decoder.decode(b"", final=True).encode()


def decoded_head(head: bytes, name: str) -> str:
    """The first characters of a file, good enough to tell its kind. Raises `UnreadableFile` when it is binary."""
    if marked := marked_encoding(head):
        return head.decode(marked, errors="ignore")
    _refuse_binary(head, name, [])
    return head.decode("utf-8", errors="replace")


def _claimed(head: bytes) -> list[str]:
    return [match[1].decode("ascii") for match in (_XML.search(head), _META.search(head)) if match]


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        info = codecs.lookup(_WIDER.get(label.strip().lower(), label))
    except (LookupError, ValueError):
        return None
    return info.name if info._is_text_encoding and info.name not in _NO_CHARSETS else None


def _decodes(data: bytes, codec: str) -> bool:
    try:
        # A head is cut anywhere, so the end may be half a character.
        codecs.getincrementaldecoder(codec)().decode(data, final=False)
    except (UnicodeError, LookupError, ValueError):
        return False
    return True


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether there are far more whole characters beyond ASCII than broken ones: a cut or a splice, not a charset."""
    text = _telling(data).decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken * 10 < sum(not character.isascii() for character in text) - broken


def _refuse_binary(data: bytes, name: str, claimed: list[str]) -> None:
    if any(codec.startswith(("utf-16", "utf-32")) for codec in claimed):
        return
    sample = data[:_DETECTED_BYTES]
    if b"\0" in sample or len(_BINARY.findall(sample)) > len(sample) // 100:
        raise UnreadableFile(f"{name} is a binary file, not text, and of no kind that can be read.")


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # A detector decodes its input by each of ninety codecs; some hundred kilobytes decide as well as a whole book.
    found = from_bytes(_telling(data))
    best = found.best()
    if best is None:
        return "windows-1252"
    # A few accents fit many codecs alike, and the detector then names the first by the alphabet.
    as_good = [one for one in found if (one.chaos, one.coherence) == (best.chaos, best.coherence)]
    if any("cp1252" in one.could_be_from_charset for one in as_good):
        return "windows-1252"
    codec = _codec(best.encoding)
    return codec if codec and codec not in ("ascii", "utf-8") else "windows-1252"


def _telling(data: bytes) -> bytes:
    """The lines that hold something beyond ASCII, as many as decide; the others read alike in every charset."""
    lines: list[bytes] = []
    at = size = 0
    while size < _DETECTED_BYTES and (found := _BEYOND_ASCII.search(data, at)):
        begin = max(at, data.rfind(b"\n", at, found.start()) + 1, found.start() - _BEFORE_BYTES)
        at = (data.find(b"\n", found.start()) + 1) or len(data)
        lines.append(data[begin:at])
        size += at - begin
    return b"".join(lines)[:_DETECTED_BYTES]
