"""The content decides what a file is, then its name and declared type."""

import gzip
import io
import json

import pytest

from corpus.article import IncomingArticle
from corpus.errors import UnreadableFile
from corpus.reader import read_bytes, read_stream
from corpus.sniff import Kind, kind_of, suffix_of
from tests.documents import docx, letter, page, paragraph, pdf, read, refusal

JSON = b'{"title": "T", "body": "It opened."}'


@pytest.mark.parametrize(
    ("head", "name", "content_type", "kind"),
    [
        (page(), "a.txt", "text/plain", Kind.PAGE),
        (b"\xef\xbb\xbf \n<!-- x --><!DOCTYPE HTML><p>", "x", None, Kind.PAGE),
        ("<html>".encode("utf-16"), "x", None, Kind.PAGE),
        (b"<?xml version='1.0'?><html xmlns='x'>", "x", "application/xml", Kind.PAGE),
        (b"<div align=center>Logo</div>\n\n# Title", "a.md", None, Kind.MARKDOWN),
        (b"<p>One", "x", "text/plain", Kind.PAGE),
        (pdf([]), "a.html", "text/html", Kind.PDF),
        (b"\xef\xbb\xbf%PDF-1.7", "x", None, Kind.PDF),
        (docx(paragraph("x")), "a.bin", "application/octet-stream", Kind.DOCX),
        (letter("x"), "x", None, Kind.NEWSLETTER),
        (b"Received: by x\r\nDate: x\r\nSubject: y\r\n\r\nz", "x", None, Kind.NEWSLETTER),
        (b"From: me\nTo: you\n\nProse", "a.txt", None, Kind.TEXT),
        (JSON, "x", None, Kind.JSON),
        (b"[\n  {", "x", None, Kind.JSON),
        (JSON + b"\n" + JSON, "a.json", "application/json", Kind.LINES),
        (JSON, "a.jsonl", None, Kind.LINES),
        (JSON, "x", "application/x-ndjson", Kind.LINES),
        (b"[London] It opened.", "a.txt", None, Kind.TEXT),
        (b'{"quote"} said he', "a.md", None, Kind.MARKDOWN),
        (b"title,body\nx,y", "x", None, Kind.TABLE),
        (b"title, text and body", "a.txt", None, Kind.TEXT),
        (b"It opened.", "https://x.example/a.html?b=1", None, Kind.PAGE),
        (b"It opened.", "https://x.example/a", "text/html; charset=x", Kind.PAGE),
        (b"It opened.", "x", "text/plain", Kind.TEXT),
        (b"It *opened*.", "x", "text/markdown", Kind.MARKDOWN),
        (b"<?xml version='1.0'?><rss version='2.0'>", "a.xml", None, Kind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "a.json", None, Kind.FEED),
        (b"From a@b.example Tue Apr  2 06:00:00 2024\nSubject: x\n\nIt opened.", "a.eml", None, Kind.MBOX),
        (b"From Oslo at 6:00 by train.\nIt opened.", "a", "text/plain", Kind.TEXT),
        (b"<?xml version='1.0'?><p>One</p>", "x", "text/plain", Kind.PAGE),
        (gzip.compress(b"x", mtime=0), "x", None, Kind.GZIP),
    ],
)
def test_the_kind_is_found(head: bytes, name: str, content_type: str | None, kind: Kind) -> None:
    assert kind_of(head, name, content_type) is kind


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        (b"", "a.html", "empty"),
        (b" \n\t", "a.txt", "empty"),
        (b"<urlset xmlns='x'>", "x", "sitemap"),
        (
            b"<?xml version='1.0'?>\n<!DOCTYPE nitf SYSTEM 'nitf.dtd'>\n<nitf>",
            "a.xml",
            "XML .<nitf>. .* export it as RSS",
        ),
        (b"{\\rtf1", "a.rtf", "RTF"),
        (b"body { color: red }", "style.css", "not of a kind"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.png", "binary"),
    ],
)
def test_what_is_no_article_is_refused_in_words(head: bytes, name: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        kind_of(head, name)


def test_suffixes() -> None:
    assert suffix_of("https://x.example/a.PDF?x=b.html") == ".pdf"
    assert (suffix_of("a/b.json.gz"), suffix_of("a/b"), suffix_of(".gz")) == (".json", "", "")


@pytest.mark.parametrize(
    "raw", [page(), JSON, pdf([(9, 9, 12, "It opened.")]), docx(paragraph("It opened.")), b"Prose."]
)
def test_a_stream_is_read_by_its_content(raw: bytes) -> None:
    (found,) = read_stream(io.BytesIO(raw), "standard input")
    assert found.name.startswith("standard input") and not isinstance(found.outcome, Exception)


@pytest.mark.parametrize("size", [10, 65_000, 65_536, 200_000, 1_500_000])
@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff"])
def test_lines_of_json_are_known_however_long_the_first_is(size: int, before: str) -> None:
    lines = [json.dumps({"title": name, "body": f"It opened. {name * size}"}) for name in "AB"]
    raw = (before + "\n".join(lines) + "\n").encode()
    for name, packed in (("standard input", raw), ("standard input", gzip.compress(raw)), ("a.json", raw)):
        found = [one.outcome for one in read_stream(io.BytesIO(packed), name)]
        assert [one.title for one in found if isinstance(one, IncomingArticle)] == ["A", "B"], found
    (sent, also) = read_bytes(raw, "https://coast.example/a", "default", url="https://coast.example/a")
    assert isinstance(sent.outcome, IncomingArticle) and isinstance(also.outcome, IncomingArticle)


@pytest.mark.parametrize("rows", [1, 40])
def test_one_object_of_json_in_one_long_line_is_one(rows: int) -> None:
    articles = [{"title": f"T{n}", "body": f"It opened. {'x' * 100_000}"} for n in range(rows)]
    for value in (articles, {"articles": articles}, *articles[:1]):
        found = [one.outcome for one in read_stream(io.BytesIO(json.dumps(value).encode()), "standard input")]
        assert len(found) == (rows if "title" not in value else 1)
        assert all(isinstance(one, IncomingArticle) for one in found)


def test_packed_documents_of_every_kind() -> None:
    for raw, name in ((page(), "a.html.gz"), (docx(paragraph("It opened.")), "a.docx.gz"), (b"It opened.", "a.txt.gz")):
        assert read(gzip.compress(raw), name).body
    assert "packed twice" in refusal(gzip.compress(gzip.compress(b"x")), "a.txt.gz")
    assert "damaged gzip" in refusal(gzip.compress(b"It opened." * 99)[:-20], "a.txt.gz")


def test_a_bomb_of_lines_is_stopped_without_filling_memory() -> None:
    raw = gzip.compress(JSON + b"\n" + b"{" + b" " * 150_000_000, 9)
    found = list(read_bytes(raw, "a.jsonl.gz", "default"))
    assert "100 times" in str(found[-1].outcome)
    assert not isinstance(found[0].outcome, Exception)


def test_a_line_too_long_is_skipped() -> None:
    raw = JSON + b"\n" + b'{"body": "' + b"x" * 20_000_001 + b'"}\n' + JSON
    found = list(read_bytes(raw, "a.jsonl", "default"))
    assert [isinstance(one.outcome, Exception) for one in found] == [False, True, False]
